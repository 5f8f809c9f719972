// Package fakegraph is an upstream that speaks the service-announcement part
// of Microsoft Graph, its token endpoint and the legacy ServiceComms API over
// real HTTP. The demo polls it, and so do the tests of everything that polls.
//
// A [World] holds what the upstream knows: tenants, their services, issues and
// messages in the wire form. A [Server] answers from it with the paging,
// filters, compression and request limits of the real service, and fails on
// request: each [Fault] is one way in which an upstream misbehaves. A
// [Timeline] changes the world while a caller watches.
//
// Answers are the same bytes for the same world, clock and request; only
// tokens are random.
package fakegraph
