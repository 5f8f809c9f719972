// Package cache holds values in bounded memory for whoever can make them anew.
// It imports nothing of the product and runs no goroutine; begin at [Cache].
package cache

import "sync"

// Bounds limits one of the two generations of a [Cache], which holds at most
// twice as much. 0 stands for no limit; at least one of them is set.
type Bounds struct {
	Entries int
	Bytes   int // as the callers of [Cache.Put] count them
}

// A Cache is a map that forgets in two generations: entries go into the young
// one. When that is full it becomes the old one, and what was not asked for
// since the last time is dropped with the generation before. Each operation
// takes constant time, but for one in as many as a generation has entries. A
// Cache may be used by many goroutines at once.
//
// A Cache never takes a value for outdated: its key names all that it depends
// on, or else its reader checks it.
type Cache[K comparable, V any] struct {
	bounds Bounds

	mu    sync.Mutex
	bytes int // of young
	aged  int // of old
	young map[K]sized[V]
	old   map[K]sized[V]
}

type sized[V any] struct {
	value V
	bytes int
}

// New returns an empty cache.
func New[K comparable, V any](b Bounds) *Cache[K, V] {
	return &Cache[K, V]{bounds: b, young: map[K]sized[V]{}, old: map[K]sized[V]{}}
}

// Get returns the value that was put last under a key, and false when it was
// none or is forgotten.
func (c *Cache[K, V]) Get(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.young[key]; ok {
		return e.value, true
	}
	e, ok := c.old[key]
	if ok {
		c.add(key, e)
	}
	return e.value, ok
}

// Put keeps a value of so many bytes under a key in place of what was there. A
// value that is larger than a generation is not kept.
func (c *Cache[K, V]) Put(key K, value V, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if before, ok := c.young[key]; ok {
		c.bytes -= before.bytes
		delete(c.young, key)
	}
	if c.bounds.Bytes > 0 && bytes > c.bounds.Bytes {
		delete(c.old, key)
		return
	}
	c.add(key, sized[V]{value, bytes})
}

// add makes room for an entry that is not in the young generation. The map of
// the generation that is dropped is used again, so that a full cache allocates
// nothing.
func (c *Cache[K, V]) add(key K, e sized[V]) {
	full := c.bounds.Entries > 0 && len(c.young) >= c.bounds.Entries || c.bounds.Bytes > 0 && c.bytes+e.bytes > c.bounds.Bytes
	if full {
		c.old, c.young, c.aged, c.bytes = c.young, c.old, c.bytes, 0
		clear(c.young)
	}
	c.young[key] = e
	c.bytes += e.bytes
}

// Clear forgets everything.
func (c *Cache[K, V]) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.young)
	clear(c.old)
	c.bytes, c.aged = 0, 0
}

// A Use is how much a cache holds, in bytes as the callers of [Cache.Put] count
// them, and how much at most; the limit is 0 where entries are counted alone.
type Use struct{ Bytes, Limit int }

// Use returns how much the cache holds. What is in both generations counts twice,
// as does what was replaced until its generation goes.
func (c *Cache[K, V]) Use() Use {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Use{c.bytes + c.aged, 2 * c.bounds.Bytes}
}

// Len returns the number of entries that are held.
func (c *Cache[K, V]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.young)
	for key := range c.old {
		if _, ok := c.young[key]; !ok {
			n++
		}
	}
	return n
}
