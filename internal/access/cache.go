package access

import (
	"sync"
	"sync/atomic"
	"time"

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

// A cache remembers verified tokens by the hash of their full text, so that a
// copy of the process's memory holds no token longer than a request does.
type cache struct {
	generation atomic.Uint64 // entries of earlier ones do not count
	limit      int

	mu      sync.RWMutex
	entries map[tocsin.Hash]entry
}

func newCache(limit int) *cache {
	return &cache{limit: limit, entries: map[tocsin.Hash]entry{}}
}

// get finds what was stored in a generation and is still believed.
func (c *cache) get(key tocsin.Hash, generation uint64, now time.Time) (entry, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, ok := c.entries[key]
	return e, ok && e.generation == generation && now.Before(e.until)
}

// put stores e. A full cache first drops what it no longer believes, and if
// that makes no room, an eighth of the rest, whichever comes first.
func (c *cache) put(key tocsin.Hash, e entry, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.entries[key]; !ok && len(c.entries) >= c.limit {
		c.shrink(now)
	}
	c.entries[key] = e
}

func (c *cache) shrink(now time.Time) {
	current := c.generation.Load()
	for key, e := range c.entries {
		if e.generation != current || !now.Before(e.until) {
			delete(c.entries, key)
		}
	}
	excess := len(c.entries) - c.limit + 1 + c.limit/8
	for key := range c.entries {
		if len(c.entries) < c.limit || excess <= 0 {
			break
		}
		delete(c.entries, key)
		excess--
	}
}

// forget drops everything and makes what is being verified now count for
// nothing when it arrives.
func (c *cache) forget() {
	c.generation.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.entries)
}
