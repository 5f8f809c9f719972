// Package demo is the content of the demonstration: three tenants, two years
// of service-health issues and message-center posts, and one incident that
// unfolds while somebody watches. Every text was written for it; posts follow
// the grammar of real ones, so that everything downstream has something to
// find.
//
// Nothing here reads a clock or a random source: the same anchor gives the
// same bytes. [New] computes the archive from midnight of the present day,
// [Demo.Incident] the live incident from the moment it is to start.
package demo
