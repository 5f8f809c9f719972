// Package store is the engine that everything a desk keeps stands on, with
// SQLite or PostgreSQL behind one type, [Store]: connections, transactions,
// prepared statements, migrations, the audit log, and the outbox of changes with
// the cursors of its consumers. One SQL text serves both engines; what differs
// is in the two dialect files.
//
// What is kept of the world is in the rooms below, packages archive, people, programs,
// translation and delivery:
// each a small type over the engine that knows its own tables and no other room.
// This package imports package tocsin alone and no room imports another. Begin
// at tx.go for what rooms work with, at change.go and consumer.go for the
// outbox, at store.go for how a database is opened.
//
// # Order
//
// Change numbers come from a counter row that stays locked until commit, so
// they have no gaps and no change becomes visible after a later one. A reader
// that has seen change n only needs those after n.
//
// # Rules
//
// The tables of the engine are counters, items, changes, consumers,
// skipped_changes and audit. Rows of every room refer to a tenant and to an item
// by number; [Store.TenantNum] and [Store.MemberItem] find these, and are all
// that the engine reads of a room. Rooms read the tables of the engine, and
// write them through [Tx] only, but for counters with names of their own.
// Instants are microseconds UTC. Errors are the kinds of package tocsin.
package store
