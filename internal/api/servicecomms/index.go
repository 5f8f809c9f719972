package servicecomms

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"example.org/tocsin/internal/readmodel"
)

// An index finds the rows of one tenant that a request can be about without
// looking at all others. A position counts issues first, then messages, each
// ascending by id: the order of /Messages.
type index struct {
	issues, messages []*readmodel.Row
	recent           []int32 // positions ascending by lastOf
	services         map[string]*timeline
}

// timeline holds the issues of one service ascending by start, as an implicit
// balanced tree: the middle of a range is the root of its subtree.
type timeline struct {
	rows  []int32
	reach []readmodel.Instant // the latest end within the subtree of a row
	last  readmodel.Instant   // when an issue last ended or was heard of
	owner *index
}

// indexes keeps the newest index of each tenant that was asked for.
type indexes struct {
	mu       sync.RWMutex
	byTenant map[string]*index
	building sync.Mutex // a crowd waits for one index instead of making many
}

// of is the index of a snapshot. Snapshots follow each other twice a second,
// their lists of rows change only with their content.
func (x *indexes) of(s *readmodel.Snapshot) *index {
	if kept := x.kept(s); kept != nil {
		return kept
	}
	x.building.Lock()
	defer x.building.Unlock()
	if kept := x.kept(s); kept != nil {
		return kept
	}
	made := newIndex(s.Issues, s.Messages)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.byTenant[s.Tenant.ID] = made
	return made
}

func (x *indexes) kept(s *readmodel.Snapshot) *index {
	x.mu.RLock()
	defer x.mu.RUnlock()
	kept := x.byTenant[s.Tenant.ID]
	if kept == nil || !sameRows(kept.issues, s.Issues) || !sameRows(kept.messages, s.Messages) {
		return nil
	}
	return kept
}

// sameRows tells whether two lists are the same memory.
func sameRows(a, b []*readmodel.Row) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

func newIndex(issues, messages []*readmodel.Row) *index {
	x := &index{issues: issues, messages: messages, services: map[string]*timeline{}}
	x.recent = make([]int32, len(issues)+len(messages))
	last := make([]readmodel.Instant, len(x.recent))
	for i := range x.recent {
		x.recent[i] = int32(i)
		last[i] = lastOf(x.row(int32(i)))
	}
	slices.SortFunc(x.recent, func(a, b int32) int { return cmp.Compare(last[a], last[b]) })
	for i, row := range issues {
		t := x.services[row.ServiceID]
		if t == nil {
			t = &timeline{owner: x}
			x.services[row.ServiceID] = t
		}
		t.rows = append(t.rows, int32(i))
		t.last = max(t.last, row.EndAt, row.ModifiedAt)
	}
	for _, t := range x.services {
		slices.SortStableFunc(t.rows, func(a, b int32) int { return cmp.Compare(startOf(issues[a]), startOf(issues[b])) })
		t.reach = make([]readmodel.Instant, len(t.rows))
		t.build(0, len(t.rows))
	}
	return x
}

// row is the row at a position.
func (x *index) row(position int32) *readmodel.Row {
	if int(position) < len(x.issues) {
		return x.issues[position]
	}
	return x.messages[int(position)-len(x.issues)]
}

// isMessage tells whether a message-center post is at a position.
func (x *index) isMessage(position int32) bool { return int(position) >= len(x.issues) }

// size is the number of positions.
func (x *index) size() int { return len(x.issues) + len(x.messages) }

// countSince counts what is open, or ended, began or was updated at or after
// an instant.
func (x *index) countSince(at readmodel.Instant) int {
	first, _ := slices.BinarySearchFunc(x.recent, at, func(position int32, at readmodel.Instant) int {
		if lastOf(x.row(position)) < at {
			return -1
		}
		return 1
	})
	return len(x.recent) - first
}

// newest are the positions of the last n of all, in the order of answers.
func (x *index) newest(n int) []int32 {
	list := slices.Clone(x.recent[len(x.recent)-n:])
	slices.Sort(list)
	return list
}

func (x *index) countServices(ids []string) int {
	n := 0
	for _, id := range ids {
		if t := x.services[id]; t != nil {
			n += len(t.rows)
		}
	}
	return n
}

// named are the positions of the items with some ids, in the order of answers.
func (x *index) named(ids []string) []int32 {
	var list []int32
	for _, id := range ids {
		for offset, rows := range map[int][]*readmodel.Row{0: x.issues, len(x.issues): x.messages} {
			i, ok := slices.BinarySearchFunc(rows, id, func(r *readmodel.Row, id string) int { return cmp.Compare(r.ID, id) })
			if ok {
				list = append(list, int32(offset+i))
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// ofServices are the positions of the issues of some services, in the order of
// answers.
func (x *index) ofServices(ids []string) []int32 {
	var list []int32
	for _, id := range ids {
		if t := x.services[id]; t != nil {
			list = append(list, t.rows...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// overlapping are the issues of a service that last into the span from
// (included) to to (not included), ascending by id.
func (x *index) overlapping(serviceID string, from, to readmodel.Instant) []*readmodel.Row {
	t := x.services[serviceID]
	if t == nil {
		return nil
	}
	positions := t.visit(nil, 0, len(t.rows), from, to)
	slices.Sort(positions)
	rows := make([]*readmodel.Row, len(positions))
	for i, position := range positions {
		rows[i] = x.issues[position]
	}
	return rows
}

// build fills reach for the rows from lo to hi and returns their latest end.
func (t *timeline) build(lo, hi int) readmodel.Instant {
	if lo >= hi {
		return math.MinInt64
	}
	middle := (lo + hi) / 2
	t.reach[middle] = max(endOf(t.at(middle)), t.build(lo, middle), t.build(middle+1, hi))
	return t.reach[middle]
}

// visit collects the rows between lo and hi that overlap a span.
func (t *timeline) visit(list []int32, lo, hi int, from, to readmodel.Instant) []int32 {
	if lo >= hi {
		return list
	}
	middle := (lo + hi) / 2
	if t.reach[middle] < from {
		return list
	}
	list = t.visit(list, lo, middle, from, to)
	row := t.at(middle)
	start := startOf(row)
	if start >= to {
		return list
	}
	if endOf(row) > from || start >= from {
		list = append(list, t.rows[middle])
	}
	return t.visit(list, middle+1, hi, from, to)
}

func (t *timeline) at(i int) *readmodel.Row { return t.owner.issues[t.rows[i]] }

// startOf is when a row began; its first word stands in for a missing start.
func startOf(r *readmodel.Row) readmodel.Instant {
	if r.StartAt == 0 {
		return r.ModifiedAt
	}
	return r.StartAt
}

// endOf is when a row ended, the end of time while it is open.
func endOf(r *readmodel.Row) readmodel.Instant {
	if r.EndAt == 0 {
		return math.MaxInt64
	}
	return r.EndAt
}

// lastOf is the last instant at which something about a row happened.
func lastOf(r *readmodel.Row) readmodel.Instant {
	return max(endOf(r), r.StartAt, r.ModifiedAt)
}
