// Package conformance holds what both APIs promise against a running desk: a
// real archive, a real server on the loopback interface, real tokens. Each row
// of the tables is a request as clients send it, and what its answer must be.
//
// Clients of npm run from the folder clients beside this one, where they are
// installed; the folder gosdk holds the official client for Go, which runs when
// an environment variable asks for it.
package conformance
