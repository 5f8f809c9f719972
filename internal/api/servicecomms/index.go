package servicecomms

import (
	"math"
	"slices"
	"strings"

	"example.org/tocsin/internal/readmodel"
)

// An index finds the rows of one tenant that a request can be about without
// looking at all others. Answers list issues first, then messages, each
// ascending by id.
type index struct{ issues, messages *readmodel.Index }

func indexOf(s *readmodel.Snapshot) index { return index{s.IssueIndex, s.MessageIndex} }

// candidates are the rows that a request can be about, in the order of
// answers: some that were picked, or all that a walk comes by.
type candidates struct {
	issues, messages []*readmodel.Row
	walks            [2]*readmodel.Walk
}

// next is the next row; nil at the end.
func (c *candidates) next() (row *readmodel.Row, message bool) {
	for i, rows := range []*[]*readmodel.Row{&c.issues, &c.messages} {
		if len(*rows) > 0 {
			row, *rows = (*rows)[0], (*rows)[1:]
			return row, i == 1
		}
		if c.walks[i] != nil {
			if row = c.walks[i].Next(); row != nil {
				return row, i == 1
			}
		}
	}
	return nil, false
}

// named are the items with some ids.
func (x index) named(ids []string) *candidates {
	c := &candidates{}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	for _, id := range ids {
		if row, ok := x.issues.Row(id); ok {
			c.issues = append(c.issues, row)
		}
		if row, ok := x.messages.Row(id); ok {
			c.messages = append(c.messages, row)
		}
	}
	return c
}

// of are all items, or the issues of some services, about which something
// happened at or after an instant. Where that leaves most rows, it does not
// look at the time: to put them in order would cost more than to pass them over.
func (x index) of(services []string, every bool, since readmodel.Instant) *candidates {
	groups := [2][]*readmodel.Group{x.issues.Groups(), x.messages.Groups()}
	if !every {
		groups = [2][]*readmodel.Group{}
		for _, id := range slices.Compact(slices.Sorted(slices.Values(services))) {
			groups[0] = append(groups[0], x.issues.OfService(id)...)
		}
	}
	span := readmodel.Span{From: since, To: math.MaxInt64}
	all, recent := 0, 0
	for _, part := range groups {
		for _, g := range part {
			all += g.Len()
			recent += len(g.Between(readmodel.ByLast, span))
		}
	}
	if recent > all/4 {
		always := readmodel.Always()
		return &candidates{walks: [2]*readmodel.Walk{
			readmodel.NewWalk(groups[0], readmodel.ByID, always, false), readmodel.NewWalk(groups[1], readmodel.ByID, always, false),
		}}
	}
	c := &candidates{}
	for i, rows := range []*[]*readmodel.Row{&c.issues, &c.messages} {
		for _, g := range groups[i] {
			*rows = append(*rows, g.Between(readmodel.ByLast, span)...)
		}
		slices.SortFunc(*rows, byID)
	}
	return c
}

func byID(a, b *readmodel.Row) int { return strings.Compare(a.ID, b.ID) }

// overlapping are the issues of a service that last into the span from from
// (included) to to (not included), ascending by id.
func (x index) overlapping(serviceID string, from, to readmodel.Instant) []*readmodel.Row {
	var rows []*readmodel.Row
	for _, g := range x.issues.OfService(serviceID) {
		rows = g.Overlapping(rows, readmodel.Span{From: from, To: to})
	}
	slices.SortFunc(rows, byID)
	return rows
}
