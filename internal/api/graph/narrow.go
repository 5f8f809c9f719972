package graph

import (
	"cmp"
	"slices"
	"sync"

	"example.org/tocsin/internal/readmodel"
)

// indexFrom is the length of a list from which on an index pays: below it, a
// pass over all rows takes less than 100 µs.
const indexFrom = 2000

// A byTime is the order of a list by lastModifiedDateTime, newest first, which
// most clients ask for in one way or another. It is made when first needed.
type byTime struct {
	once sync.Once
	rows []int32
}

func (b *byTime) of(rows []*readmodel.Row) []int32 {
	b.once.Do(func() {
		b.rows = make([]int32, len(rows))
		for i := range b.rows {
			b.rows[i] = int32(i)
		}
		slices.SortFunc(b.rows, func(i, j int32) int {
			return cmp.Or(cmp.Compare(rows[j].ModifiedAt, rows[i].ModifiedAt), cmp.Compare(i, j))
		})
	})
	return b.rows
}

// narrowed finds rows that hold every match of a query for what was changed
// lately, in the order of the list, or all rows with the newest first for a
// query that is sorted so. It is nil where every row has to be looked at.
func (f *finder) narrowed() (rows []int32, sorted bool) {
	if f.generation == nil || len(f.generation.rows) < indexFrom {
		return nil, false
	}
	newest := f.generation.byTime.of(f.generation.rows)
	since, ok := f.since()
	if ok {
		n, _ := slices.BinarySearchFunc(newest, since, func(row int32, since int64) int {
			return -cmp.Compare(int64(f.generation.rows[row].ModifiedAt), since-1) // all that are not before it
		})
		newest = newest[:n]
	}
	if len(f.opts.OrderBy) > 0 && f.opts.OrderBy[0].Desc && f.opts.OrderBy[0].Path == "lastModifiedDateTime" && !f.opts.Count {
		return newest, true
	}
	if !ok || len(newest) > len(f.generation.rows)/4 {
		return nil, false
	}
	rows = slices.Clone(newest)
	slices.Sort(rows)
	return rows, false
}

// since is the instant in microseconds before which nothing can match.
func (f *finder) since() (since int64, ok bool) {
	for _, c := range f.opts.Filter.Conjuncts() {
		if c.Path != "lastModifiedDateTime" || c.Any || c.Op != "gt" && c.Op != "ge" && c.Op != "eq" {
			continue
		}
		if us, is := c.Values[0].Any().(int64); is && (!ok || us > since) {
			since, ok = us, true
		}
	}
	return since, ok
}

// settled reports whether no row from i on, in the order of time, can be on
// the page.
func (f *finder) settled(i int) bool {
	if len(f.found) < f.need || f.need == 0 {
		return f.need == 0
	}
	if f.worst == nil || len(f.found) > f.need {
		slices.SortFunc(f.found, f.compare)
		f.found = f.found[:f.need]
		f.worst = &f.found[f.need-1]
	}
	worst := f.generation.rows[f.worst.index].ModifiedAt
	return f.generation.rows[i].ModifiedAt < worst
}
