package live

import "time"

// NewFast makes a hub that does often what others do every few seconds.
func NewFast(v versions) *Hub {
	h := New(v)
	h.beat, h.check = 5*time.Millisecond, 5*time.Millisecond
	return h
}

// Alone is how many pages one goroutine writes to.
const Alone = alone
