// Package store keeps everything that the desk knows, on SQLite or PostgreSQL
// behind one type, [Store]. One SQL text serves both engines; what differs is
// in the two dialect files.
//
// # What is kept
//
// A document is stored once, under the hash of its bytes, for all tenants. A
// version row says that a tenant saw a document: (tenant, item, n) → document.
// Versions are only ever added, and each carries the hash of the one before,
// so that [Store.Verify] can name the first that was tampered with. A member
// row points at the version that holds now. Every version and its change, the
// outbox row, are written in one transaction with the poll that brought them.
//
// # Order
//
// Change numbers come from a counter row that stays locked until commit, so
// they have no gaps and no change becomes visible after a later one. A reader
// that has seen change n only needs those after n. A tenant's row is locked
// first, which puts the versions of a tenant in one order.
//
// # Rules
//
// Only exported methods open transactions; inner functions take a [Querier].
// Instants are microseconds UTC. Errors are the kinds of package tocsin.
package store
