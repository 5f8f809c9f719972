package readmodel

// A Walk goes through the rows of some groups in one order: each group is
// sorted, so that the next row is always at the end of one of them.
type Walk struct {
	order Order
	desc  bool
	runs  []run
	heap  []int32 // numbers of runs that have rows left, that of the next row first
}

// A run is the rows of a group that are still ahead.
type run struct {
	rows []*Row
	next *Row
	key  Instant
	id   string // of next
}

// NewWalk goes through the rows of groups whose key lies in a span. Rows that
// are alike come in descending order of ids where desc is set.
func NewWalk(groups []*Group, o Order, span Span, desc bool) *Walk {
	w := &Walk{order: o, desc: desc, runs: make([]run, 0, len(groups)), heap: make([]int32, 0, len(groups))}
	for _, g := range groups {
		w.add(g.Between(o, span))
	}
	w.arrange()
	return w
}

// NewWalkBehind goes through the rows of groups by id, starting behind one.
func NewWalkBehind(groups []*Group, id string, desc bool) *Walk {
	w := &Walk{order: ByID, desc: desc, runs: make([]run, 0, len(groups)), heap: make([]int32, 0, len(groups))}
	for _, g := range groups {
		w.add(g.behind(id, desc))
	}
	w.arrange()
	return w
}

func (w *Walk) add(rows []*Row) {
	if len(rows) == 0 {
		return
	}
	r := run{rows: rows}
	r.advance(w)
	w.heap = append(w.heap, int32(len(w.runs)))
	w.runs = append(w.runs, r)
}

// advance takes the next row, which must be there.
func (r *run) advance(w *Walk) {
	if w.desc {
		r.next, r.rows = r.rows[len(r.rows)-1], r.rows[:len(r.rows)-1]
	} else {
		r.next, r.rows = r.rows[0], r.rows[1:]
	}
	r.key, r.id = w.order.Key(r.next), r.next.ID
}

// before reports whether the next row of one run comes before that of another.
func (w *Walk) before(one, other int32) bool {
	a, b := &w.runs[one], &w.runs[other]
	if a.key != b.key {
		return a.key < b.key != w.desc
	}
	return a.id < b.id != w.desc
}

func (w *Walk) arrange() {
	for i := len(w.heap)/2 - 1; i >= 0; i-- {
		w.sink(i)
	}
}

func (w *Walk) sink(i int) {
	for {
		child := 2*i + 1
		if child >= len(w.heap) {
			return
		}
		if child+1 < len(w.heap) && w.before(w.heap[child+1], w.heap[child]) {
			child++
		}
		if !w.before(w.heap[child], w.heap[i]) {
			return
		}
		w.heap[i], w.heap[child] = w.heap[child], w.heap[i]
		i = child
	}
}

// Next is the next row, nil at the end.
func (w *Walk) Next() *Row {
	if len(w.heap) == 0 {
		return nil
	}
	first := &w.runs[w.heap[0]]
	row := first.next
	if len(first.rows) > 0 {
		first.advance(w)
	} else {
		last := len(w.heap) - 1
		w.heap[0] = w.heap[last]
		w.heap = w.heap[:last]
	}
	w.sink(0)
	return row
}
