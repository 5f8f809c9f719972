// Package programs keeps which programs may use the APIs of a desk: their
// clients with secrets and certificates, and the keys that tokens are signed
// with.
//
// It is a room of the store: a [Store] works through the engine, package store,
// imports that and tocsin alone, and sends statements to its own tables. It
// reads tenants to name them. Begin at client.go.
package programs

import "example.org/tocsin/internal/store"

// A Store keeps programs. Its methods may be used from any goroutine.
type Store struct{ db *store.Store }

// Open opens the programs of an open store, which the caller closes.
func Open(db *store.Store) *Store { return &Store{db: db} }
