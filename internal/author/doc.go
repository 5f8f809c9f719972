// Package author lets a team speak for its own services in the words of the
// provider's model: services with features, issues with posts, planned
// maintenance and messages. What is written is stored as the same documents,
// versions and changes that a poll brings, so that both APIs, the pages and
// whatever follows the changes treat it like any provider's.
//
// Programs reach it through the desk's own API, people through the command line
// and the pages; the rules are here and nowhere else. Each act is one
// transaction: the item, the new status of its service and the changes appear
// together or not at all.
//
// An act under a key can be repeated without effect, and one that names the
// version that it was written for is refused when another holds.
package author
