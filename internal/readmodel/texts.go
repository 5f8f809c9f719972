package readmodel

import "sync"

// texts keeps decoded documents by number. Documents never change, so nothing
// here can be out of date. It forgets in two generations: what was not asked
// for while limit others were added is dropped.
type texts struct {
	mu    sync.Mutex
	limit int
	young map[int64]any
	old   map[int64]any
}

func newTexts(limit int) *texts {
	return &texts{limit: limit, young: map[int64]any{}}
}

func (t *texts) get(document int64) (any, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if v, ok := t.young[document]; ok {
		return v, true
	}
	v, ok := t.old[document]
	if ok {
		t.add(document, v)
	}
	return v, ok
}

func (t *texts) put(document int64, v any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.add(document, v)
}

func (t *texts) add(document int64, v any) {
	if len(t.young) >= t.limit {
		t.old, t.young = t.young, map[int64]any{}
	}
	t.young[document] = v
}
