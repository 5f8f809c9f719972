package httpserver

import (
	"bytes"

	"example.org/tocsin/internal/cache"
)

// Bodies holds bodies of answers that connections send again, by what they are:
// however many connections ask for one, it is in memory once. Make it with
// [NewBodies].
type Bodies struct {
	known *cache.Cache[Digest, []byte]
}

// bodyFixed is what a body takes beside its text, in bytes.
const bodyFixed = 128

// NewBodies returns one for so many bytes, and as many again of what was not
// asked for in a while.
func NewBodies(size int) Bodies {
	return Bodies{cache.New[Digest, []byte](cache.Bounds{Bytes: size})}
}

// Use returns how much memory the bodies take, and how much at most.
func (b Bodies) Use() cache.Use { return b.known.Use() }

// Of returns a body in memory that never changes. The digest is of the body, or of
// all that it is made of.
func (b Bodies) Of(sum Digest, body []byte) []byte {
	if same, ok := b.known.Get(sum); ok {
		return same
	}
	same := bytes.Clone(body)
	b.known.Put(sum, same, len(same)+bodyFixed)
	return same
}
