package graph

import "sync"

// Bytes of one generation of the caches. Nothing in them goes out of date.
const (
	entityBytes = 64 << 20
	answerBytes = 32 << 20
)

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
