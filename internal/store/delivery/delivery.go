// Package delivery keeps who is to hear of which change, and what came of it: the
// ledger of what the desk sends.
//
// # What is kept
//
// A delivery is a change and an endpoint, once, written in the transaction in
// which the consumer of the changes moves on. It is pending until a message is
// made of it and of others that are due with it: a batch, which has an id of its
// own for ever, and whose deliveries and words are fixed before its first
// attempt. From then on the state of a delivery is that of its batch:
//
//	pending → sending → sent | retry | dead | in_doubt | cancelled
//	retry → sending
//
// A process works on an endpoint under a lease: who finds a batch in the state
// sending under a lease that has ended sends it again as a repeat, since nobody
// knows whether it arrived. What a message says is kept once, however many
// endpoints are told it.
//
// It is a room of the store: a [Store] works through the engine, package store,
// and knows its own tables; of the engine's it reads the changes. Begin at row.go
// for what comes in, at claim.go for who works on it, at begin.go and finish.go
// for an attempt, at ledger.go for what is shown of it, at subscription.go for
// what people asked to be told of.
package delivery

import (
	"sync"
	"sync/atomic"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/store"
)

// A Store keeps deliveries. Its methods may be used from any goroutine.
type Store struct {
	db *store.Store

	mu        sync.Mutex
	endpoints map[string]int64 // numbers by key: they never change

	letters  *cache.Cache[[32]byte, letter] // those written lately, by the hash of what they say
	audience atomic.Pointer[Audience]       // as it was read last
}

// maxLetters bounds the letters that are remembered in one of two generations.
const maxLetters = 1024

// Open opens the deliveries of an open store, which the caller closes.
func Open(db *store.Store) *Store {
	return &Store{db: db, endpoints: map[string]int64{}, letters: cache.New[[32]byte, letter](cache.Bounds{Entries: maxLetters})}
}

// A State says how far a delivery is.
type State string

// The states. Pending is of deliveries without a batch, the others are of
// batches and what is in them; both may be cancelled.
const (
	StatePending   State = "pending"
	StateSending   State = "sending"
	StateRetry     State = "retry"
	StateSent      State = "sent"
	StateDead      State = "dead"
	StateInDoubt   State = "in_doubt"
	StateCancelled State = "cancelled"
)
