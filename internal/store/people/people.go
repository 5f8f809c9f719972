// Package people keeps who may do what on a desk, and what people do: accounts
// with their passkeys, sessions, private addresses of feeds and one-time codes;
// the marks that a person puts on messages, and what a team does about them;
// teams, sites, how both people and teams are reached, and who may speak with the
// provider. Accounts and teams stay together: whoever is pointed to as a member,
// an owner or a contact must have a role at that moment, in the same transaction.
//
// It is a room of the store: a [Store] works through the engine, package store,
// imports that and tocsin alone, and sends statements to its own tables. It
// reads tenants and items to name them, and never writes them. Begin at user.go
// for accounts, at handling.go for messages, at shelf.go for what belongs to a
// tenant or the whole desk.
package people

import (
	"context"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Store keeps people. Its methods may be used from any goroutine.
type Store struct {
	db      *store.Store
	changed func(ctx context.Context, tx *store.Tx, u tocsin.User, now time.Time) error
}

// OnChange has do called in the transaction in which what a person may do
// changes, with what they may do from then on: what they have in other rooms and
// may have no longer ends with it. It is called once, before the store is used.
func (s *Store) OnChange(do func(ctx context.Context, tx *store.Tx, u tocsin.User, now time.Time) error) {
	s.changed = do
}

// Open opens the people of an open store, which the caller closes, and brings
// up to date what older versions of the program wrote, unless the store is
// read-only. Processes that start together wait for each other.
func Open(ctx context.Context, db *store.Store) (*Store, error) {
	s := &Store{db: db}
	if db.ReadOnly() {
		return s, nil
	}
	if err := s.catchUp(ctx); err != nil {
		return nil, fmt.Errorf("open people: %w", db.Translate(err))
	}
	return s, nil
}

// Sweep forgets sessions and one-time codes that have ended by themselves at
// now.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error { return sweepSessions(ctx, tx, now) })
	if err != nil {
		return fmt.Errorf("sweep sessions: %w", err)
	}
	return nil
}
