package readmodel

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// An Order is a way in which an [Index] keeps rows sorted. Rows that are alike
// are in the order of their ids.
type Order uint8

// The orders of an index.
const (
	ByID Order = iota
	ByModified
	ByStart
	ByEnd  // what has not ended comes first
	ByLast // see [Row.Last]
	orders = iota
)

// Key is what a row is sorted by. A missing instant comes before every other,
// as null does in OData.
func (o Order) Key(r *Row) Instant {
	at := Instant(0)
	switch o {
	case ByModified:
		at = r.ModifiedAt
	case ByStart:
		at = r.StartAt
	case ByEnd:
		at = r.EndAt
	case ByLast:
		return r.Last()
	default:
		return 0
	}
	if at == 0 {
		return math.MinInt64
	}
	return at
}

func (o Order) compare(a, b *Row) int {
	if order := cmp.Compare(o.Key(a), o.Key(b)); order != 0 {
		return order
	}
	return strings.Compare(a.ID, b.ID)
}

// A Span is the instants from From to To, both included.
type Span struct{ From, To Instant }

// Always is every instant, and what has none.
func Always() Span { return Span{math.MinInt64, math.MaxInt64} }

// A Group is the rows of a list that have their traits in common and all have
// an end or all have none. A filter on traits is decided once for each group.
type Group struct {
	*Traits
	Endless bool
	sorted  [orders][]*Row
	reach   []Instant // along sorted[ByStart]: the latest instant of any row up to there
}

// Len is the number of rows.
func (g *Group) Len() int { return len(g.sorted[ByID]) }

// LastEnd is the latest end of a row of a group that is not empty, 0 without
// any.
func (g *Group) LastEnd() Instant { return g.sorted[ByEnd][g.Len()-1].EndAt }

// First is some row of a group that is not empty.
func (g *Group) First() *Row { return g.sorted[ByID][0] }

// Between are the rows whose key lies in a span, ascending. They are shared.
func (g *Group) Between(o Order, span Span) []*Row {
	rows := g.sorted[o]
	if span.To < math.MaxInt64 {
		n, _ := slices.BinarySearchFunc(rows, span.To, func(r *Row, to Instant) int {
			if o.Key(r) <= to {
				return -1
			}
			return 1
		})
		rows = rows[:n]
	}
	if span.From > math.MinInt64 {
		n, _ := slices.BinarySearchFunc(rows, span.From, func(r *Row, from Instant) int {
			if o.Key(r) < from {
				return -1
			}
			return 1
		})
		rows = rows[n:]
	}
	return rows
}

// behind are the rows after an id, or before it.
func (g *Group) behind(id string, desc bool) []*Row {
	n, found := search(g.sorted[ByID], id)
	if desc {
		return g.sorted[ByID][:n]
	}
	if found {
		n++
	}
	return g.sorted[ByID][n:]
}

// An Index finds the rows of one list without looking at all others. It is
// never changed: a change makes a new index that shares what stayed as it was.
type Index struct {
	// Generation names this state of the list; no other list of this process
	// has the same one.
	Generation uint64
	rows       []*Row // ascending by id
	groups     []*Group
	numbers    map[groupKey]uint32 // of groups
	services   map[string][]uint32 // numbers of the groups by service id
	named      map[string][]uint32 // the same by the service's display name
	ahead      []Instant           // see the function of that name, ascending
}

type groupKey struct {
	traits  Traits
	endless bool
}

// NewIndex makes an index of rows that are ascending by id.
func NewIndex(rows []*Row, generation uint64) *Index {
	x := &Index{Generation: generation, rows: rows, numbers: map[groupKey]uint32{}}
	for _, row := range rows {
		g := x.groups[x.number(row)]
		g.sorted[ByID] = append(g.sorted[ByID], row)
	}
	for _, g := range x.groups {
		g.sorted[ByID] = slices.Clip(g.sorted[ByID])
		g.sort()
	}
	x.nameServices()
	x.ahead = ahead(nil, rows)
	slices.Sort(x.ahead)
	return x
}

// OverrunFor is [tocsin.OverrunFor] among instants.
const OverrunFor = Instant(tocsin.OverrunFor / time.Microsecond)

// ahead adds the ends of those rows that were given before they came, and when
// work of which nobody says that it is done is no longer waited for.
func ahead(to []Instant, rows []*Row) []Instant {
	for _, row := range rows {
		if row.EndAt > row.ModifiedAt {
			to = append(to, row.EndAt)
		}
		if row.EndAt != 0 && row.Course().Maintenance() {
			to = append(to, row.EndAt+OverrunFor)
		}
	}
	return to
}

// Ended counts the ends that were given before they came and have come by now,
// and those after which work is no longer waited for: what depends on whether an issue is over is the same as long as it is.
func (x *Index) Ended(now Instant) int {
	n, _ := slices.BinarySearch(x.ahead, now+1)
	return n
}

// number finds or makes the group of a row, and shares its traits.
func (x *Index) number(row *Row) uint32 {
	key := groupKey{*row.Traits, row.EndAt == 0}
	n, ok := x.numbers[key]
	if !ok {
		n = uint32(len(x.groups))
		x.groups = append(x.groups, &Group{Traits: row.Traits, Endless: row.EndAt == 0})
		x.numbers[key] = n
	}
	row.group = n
	return n
}

func (x *Index) nameServices() {
	x.services, x.named = map[string][]uint32{}, map[string][]uint32{}
	for n, g := range x.groups {
		x.services[g.ServiceID] = append(x.services[g.ServiceID], uint32(n))
		x.named[g.Service] = append(x.named[g.Service], uint32(n))
	}
}

// sort puts the rows of a new group in all orders. Keys are copied out, since
// following a pointer for each comparison would cost most of the time.
func (g *Group) sort() {
	type place struct {
		key Instant
		row int32
	}
	byID := g.sorted[ByID]
	places := make([]place, len(byID))
	for o := ByID + 1; o < orders; o++ {
		for i, row := range byID {
			places[i] = place{o.Key(row), int32(i)}
		}
		slices.SortFunc(places, func(a, b place) int {
			if a.key != b.key {
				return cmp.Compare(a.key, b.key)
			}
			return int(a.row) - int(b.row)
		})
		rows := make([]*Row, len(byID))
		for i, p := range places {
			rows[i] = byID[p.row]
		}
		g.sorted[o] = rows
	}
	g.extend()
}

// extend fills reach.
func (g *Group) extend() {
	g.reach = make([]Instant, len(g.sorted[ByStart]))
	latest := Instant(math.MinInt64)
	for i, row := range g.sorted[ByStart] {
		latest = max(latest, row.Ends(), row.Starts())
		g.reach[i] = latest
	}
}

// with is the index after some rows were replaced or added. What no change
// touches is shared, and nothing is sorted anew.
func (x *Index) with(rows []*Row, generation uint64) *Index {
	slices.SortFunc(rows, ByID.compare)
	next := &Index{Generation: generation, groups: slices.Clone(x.groups), numbers: x.numbers, services: x.services, named: x.named}
	leaving, coming := map[uint32][]*Row{}, map[uint32][]*Row{}
	var replaced []*Row
	known := len(x.groups)
	for _, row := range rows {
		if i, ok := search(x.rows, row.ID); ok {
			old := x.rows[i]
			replaced = append(replaced, old)
			leaving[old.group] = append(leaving[old.group], old)
		}
		n, ok := next.numbers[groupKey{*row.Traits, row.EndAt == 0}]
		if !ok {
			next.numbers = cloneNumbers(next.numbers, len(next.groups) > known)
			n = next.number(row)
		}
		row.group, row.Traits = n, next.groups[n].Traits
		coming[n] = append(coming[n], row)
	}
	next.rows = edited(x.rows, ByID, replaced, rows)
	next.ahead = x.aheadWith(replaced, rows)
	for n := range next.groups {
		if n := uint32(n); len(leaving[n])+len(coming[n]) > 0 {
			next.groups[n] = next.groups[n].with(leaving[n], coming[n])
		}
	}
	if len(next.groups) > known {
		next.nameServices()
	}
	return next
}

// aheadWith is ahead after some rows were replaced by others.
func (x *Index) aheadWith(replaced, rows []*Row) []Instant {
	gone, come := ahead(nil, replaced), ahead(nil, rows)
	if len(gone)+len(come) == 0 {
		return x.ahead
	}
	list := append(slices.Clone(x.ahead), come...)
	slices.Sort(list)
	for _, end := range gone {
		n, _ := slices.BinarySearch(list, end)
		list = slices.Delete(list, n, n+1)
	}
	return list
}

// cloneNumbers copies the numbers before the first new one is added; own tells
// that this has been done.
func cloneNumbers(numbers map[groupKey]uint32, own bool) map[groupKey]uint32 {
	if own {
		return numbers
	}
	copied := make(map[groupKey]uint32, len(numbers)+1)
	for key, n := range numbers {
		copied[key] = n
	}
	return copied
}

func (g *Group) with(leaving, coming []*Row) *Group {
	next := &Group{Traits: g.Traits, Endless: g.Endless}
	for o := range Order(orders) {
		next.sorted[o] = edited(g.sorted[o], o, leaving, coming)
	}
	next.extend()
	return next
}

// edited is a sorted list without some of its rows and with others.
func edited(list []*Row, o Order, leaving, coming []*Row) []*Row {
	slices.SortFunc(leaving, o.compare)
	slices.SortFunc(coming, o.compare)
	out := make([]*Row, 0, len(list)-len(leaving)+len(coming))
	for len(leaving)+len(coming) > 0 {
		if len(coming) == 0 || len(leaving) > 0 && o.compare(leaving[0], coming[0]) < 0 {
			n, _ := slices.BinarySearchFunc(list, leaving[0], o.compare)
			out = append(out, list[:n]...)
			list, leaving = list[n+1:], leaving[1:]
			continue
		}
		n, _ := slices.BinarySearchFunc(list, coming[0], o.compare)
		out = append(append(out, list[:n]...), coming[0])
		list, coming = list[n:], coming[1:]
	}
	return append(out, list...)
}

// Len is the number of rows.
func (x *Index) Len() int { return len(x.rows) }

// Groups are all groups, of which some may be empty. They are shared.
func (x *Index) Groups() []*Group { return x.groups }

// OfService are the groups of a service. They are shared.
func (x *Index) OfService(id string) []*Group { return x.numbered(x.services[id]) }

// Named are the groups of a service by its display name. They are shared.
func (x *Index) Named(service string) []*Group { return x.numbered(x.named[service]) }

func (x *Index) numbered(numbers []uint32) []*Group {
	groups := make([]*Group, 0, len(numbers))
	for _, n := range numbers {
		groups = append(groups, x.groups[n])
	}
	return groups
}

// Row finds a row by its id as it is spelled.
func (x *Index) Row(id string) (*Row, bool) {
	i, ok := search(x.rows, id)
	if !ok {
		return nil, false
	}
	return x.rows[i], true
}

// Overlapping adds the rows of a group that last into the span from From
// (included) to To (not included), in no given order. A row begins when it was
// first heard of if nobody said when it started.
func (g *Group) Overlapping(to []*Row, span Span) []*Row {
	rows := g.sorted[ByStart]
	n, _ := slices.BinarySearchFunc(rows, span.To, func(r *Row, to Instant) int {
		if ByStart.Key(r) < to {
			return -1
		}
		return 1
	})
	for n--; n >= 0 && g.reach[n] >= span.From; n-- {
		row := rows[n]
		if start := row.Starts(); start < span.To && (row.Ends() > span.From || start >= span.From) {
			to = append(to, row)
		}
	}
	return to
}

// Known is when the first row of a group that is not empty began, and when the
// last one ended or was last heard of.
func (g *Group) Known() (first, last Instant) {
	n := g.Len() - 1
	first, last = math.MaxInt64, max(g.sorted[ByModified][n].ModifiedAt, g.sorted[ByEnd][n].EndAt)
	for _, row := range g.sorted[ByStart] {
		first = min(first, row.Starts())
		if row.StartAt != 0 {
			break
		}
	}
	return first, last
}
