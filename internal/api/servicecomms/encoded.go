package servicecomms

import "sync"

// encoded keeps messages as they are written. A document never changes, and what
// tenants call services otherwise is part of the key, so nothing here can be
// out of date; and what a tenant may see is decided by its
// rows, before anybody looks here. It forgets in two generations.
type encoded struct {
	mu         sync.Mutex
	young, old map[encodedKey]fields
	bytes      int // of young
}

type encodedKey struct {
	document int64
	show     family
	naming   string
}

// maxEncoded is the size of one generation, in bytes.
const maxEncoded = 32 << 20

// fields are the members of an entity as they are written, and a hash of them.
type fields struct {
	text []byte
	sum  digest
}

func (e *encoded) get(key encodedKey) (fields, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if f, ok := e.young[key]; ok {
		return f, true
	}
	f, ok := e.old[key]
	if ok {
		e.add(key, f)
	}
	return f, ok
}

func (e *encoded) put(key encodedKey, f fields) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.add(key, f)
}

func (e *encoded) add(key encodedKey, f fields) {
	if e.young == nil || e.bytes+len(f.text) > maxEncoded {
		e.old, e.young, e.bytes = e.young, map[encodedKey]fields{}, 0
	}
	e.young[key] = f
	e.bytes += len(f.text)
}

// buffers lends the memory in which answers are put together.
type buffers struct{ pool sync.Pool }

// maxBuffer keeps a rare large answer from staying in memory, in bytes.
const maxBuffer = 2 << 20

func (b *buffers) get() []byte {
	if kept, ok := b.pool.Get().(*[]byte); ok {
		return (*kept)[:0]
	}
	return make([]byte, 0, 16<<10)
}

func (b *buffers) put(buffer []byte) {
	if cap(buffer) <= maxBuffer {
		b.pool.Put(&buffer)
	}
}
