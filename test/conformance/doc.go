// Package conformance holds what both APIs promise against a running desk: a
// real archive, a real server on the loopback interface, real tokens. Each row
// of the tables is a request as clients send it, and what its answer must be.
//
// The folders js and gosdk hold the official clients of Microsoft Graph, which
// run when an environment variable asks for them.
package conformance
