package access

import (
	"context"
	"sync/atomic"
	"time"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/tocsin"
)

// Recheck is how long a verified token is believed before it is looked at
// again: the longest that a revocation goes unseen while [Verifier.Run] cannot
// follow. Follow is how often that looks, and so the usual delay.
const (
	Recheck = 30 * time.Second
	Follow  = 500 * time.Millisecond
)

// An entry is what is remembered of a verified token.
type entry struct {
	identity   Identity
	audiences  []string
	foreign    bool // its issuer's audiences have been looked at
	until      time.Time
	generation uint64
}

// A last is the token that was verified last on a connection, with what is
// remembered of it.
type last struct {
	of    *Verifier
	token string
	entry entry
}

// A connection remembers the token that was verified last on one connection,
// which most use again for each request.
type connection struct{ last atomic.Pointer[last] }

type connectionKey struct{}

// OnConnection returns a context for the requests of one connection, with which
// the token of a request need not be looked up while it is the same one. It is
// believed no longer than any other, and forgotten with it.
func OnConnection(ctx context.Context) context.Context {
	return context.WithValue(ctx, connectionKey{}, &connection{})
}

// known finds a token that the connection of a request used before.
func (v *Verifier) known(ctx context.Context, token string, generation uint64, now time.Time) (*connection, *last) {
	c, ok := ctx.Value(connectionKey{}).(*connection)
	if !ok {
		return nil, nil
	}
	l := c.last.Load()
	if l == nil || l.of != v || l.token != token || l.entry.generation != generation || !now.Before(l.entry.until) {
		return c, nil
	}
	return c, l
}

// remembered are verified tokens by the hash of their full text, so that a
// copy of the process's memory holds no token longer than the connection that
// sends it.
type remembered struct {
	generation atomic.Uint64 // entries of earlier ones do not count
	tokens     *cache.Cache[tocsin.Hash, entry]
}

// newRemembered makes room for at most limit tokens.
func newRemembered(limit int) *remembered {
	return &remembered{tokens: cache.New[tocsin.Hash, entry](cache.Bounds{Entries: max(1, limit/2)})}
}

// get finds what was stored in a generation and is still believed.
func (c *remembered) get(key tocsin.Hash, generation uint64, now time.Time) (entry, bool) {
	e, ok := c.tokens.Get(key)
	return e, ok && e.generation == generation && now.Before(e.until)
}

func (c *remembered) put(key tocsin.Hash, e entry) { c.tokens.Put(key, e, 0) }

// forget drops everything and makes what is being verified now count for
// nothing when it arrives.
func (c *remembered) forget() {
	c.generation.Add(1)
	c.tokens.Clear()
}
