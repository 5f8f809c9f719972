package access

import (
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
	Follow  = time.Second
)

// An entry is what is remembered of a verified token.
type entry struct {
	identity   Identity
	audiences  []string
	foreign    bool // its issuer's audiences have been looked at
	until      time.Time
	generation uint64
}

// remembered are verified tokens by the hash of their full text, so that a
// copy of the process's memory holds no token longer than a request does.
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
