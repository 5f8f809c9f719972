package readmodel

import "sync"

// textBytes is the size of one generation of decoded texts, in encoded bytes.
const textBytes = 16 << 20

// A textCache keeps decoded documents by number. Documents never change, so
// nothing here can be out of date. It forgets in two generations: what was not
// asked for while limit bytes were added is dropped.
type textCache struct {
	mu    sync.Mutex
	limit int
	size  int // of young
	young map[int64]text
	old   map[int64]text
}

type text struct {
	value any
	size  int
}

func newTexts(limit int) *textCache {
	return &textCache{limit: limit, young: map[int64]text{}}
}

func (t *textCache) get(document int64) (any, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if v, ok := t.young[document]; ok {
		return v.value, true
	}
	v, ok := t.old[document]
	if ok {
		t.add(document, v)
	}
	return v.value, ok
}

func (t *textCache) put(document int64, value any, size int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.add(document, text{value, size})
}

func (t *textCache) add(document int64, v text) {
	if t.size >= t.limit {
		t.old, t.young, t.size = t.young, map[int64]text{}, 0
	}
	t.young[document] = v
	t.size += v.size
}
