package graph

import "sync"

// Bytes that each cache holds in one of its two generations.
const (
	entityBytes = 64 << 20
	answerBytes = 32 << 20
)

// A cache keeps values that never go out of date. It forgets in two
// generations: what was not asked for while limit bytes were added is dropped.
type cache[K comparable, V any] struct {
	mu    sync.Mutex
	limit int
	size  int
	young map[K]sized[V]
	old   map[K]sized[V]
}

type sized[V any] struct {
	value V
	size  int
}

func newCache[K comparable, V any](limit int) *cache[K, V] {
	return &cache[K, V]{limit: limit, young: map[K]sized[V]{}}
}

func (c *cache[K, V]) get(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.young[key]; ok {
		return v.value, true
	}
	v, ok := c.old[key]
	if ok {
		c.add(key, v)
	}
	return v.value, ok
}

func (c *cache[K, V]) put(key K, value V, size int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(key, sized[V]{value, size})
}

func (c *cache[K, V]) add(key K, v sized[V]) {
	if c.size >= c.limit {
		c.old, c.young, c.size = c.young, map[K]sized[V]{}, 0
	}
	c.young[key] = v
	c.size += v.size
}

// entityKey names one encoded form of a document. Documents are shared by
// tenants, so nothing of a tenant is in it.
type entityKey struct {
	document int64
	unknown  bool
	ahead    bool // its end is still to come
}

// buffers are used again for the next answer, unless one grew out of bounds.
type buffers struct{ pool sync.Pool }

// largestBuffer is kept, in bytes.
const largestBuffer = 1 << 20

func (b *buffers) get() []byte {
	if kept, ok := b.pool.Get().(*[]byte); ok {
		return (*kept)[:0]
	}
	return make([]byte, 0, 8<<10)
}

func (b *buffers) put(buffer []byte) {
	if cap(buffer) <= largestBuffer {
		b.pool.Put(&buffer)
	}
}
