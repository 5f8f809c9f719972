// Package archive keeps what providers and the team itself say: documents once
// for all tenants, the versions of each tenant in a chain, the tenants and their
// sources, what polls found and could not read, files, and the texts that are
// searched.
//
// # What is kept
//
// A document is stored once, under the hash of its bytes, for all tenants. A
// version row says that a tenant saw a document: (tenant, item, n) → document.
// Versions are only ever added, and each carries the hash of the one before,
// so that [Store.Verify] can name the first that was tampered with. A member
// row points at the version that holds now. Every version and its change, the
// outbox row, are written in one transaction with the poll that brought them.
// A tenant's row is locked first, which puts its versions in one order.
//
// It is a room of the store: a [Store] works through the engine, package store,
// imports that and what it needs to read texts, and sends statements to its own
// tables; of the engine's it reads the changes and how far their consumers are.
// Only exported methods open transactions; inner functions take what they work
// on. Begin at record.go for what comes in, at row.go and version.go for what
// goes out, at source.go for polls.
package archive

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Store keeps the archive. Its methods may be used from any goroutine.
type Store struct {
	db          *store.Store
	known       *cache.Cache[tocsin.Hash, stored]
	tenantEdits atomic.Uint64
	grams       sync.Pool // of *grams, 256 KB each
}

// Open opens the archive of an open store, which the caller closes, and brings
// up to date what older versions of the program wrote, unless the store is
// read-only. Processes that start together wait for each other.
func Open(ctx context.Context, db *store.Store) (*Store, error) {
	s := &Store{db: db, known: newKnown(1 << 14)}
	if db.ReadOnly() {
		return s, nil
	}
	if err := s.catchUp(ctx); err != nil {
		return nil, fmt.Errorf("open archive: %w", db.Translate(err))
	}
	return s, nil
}
