package graph

import (
	"context"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/tocsin"
)

// maxScan bounds how long one query may read texts, so that a few searches in
// a large archive cannot keep others waiting.
const maxScan = 5 * time.Second

// A finder looks for the rows of one page.
type finder struct {
	ctx        context.Context //nolint:containedctx // a finder serves one request
	rows       cursor
	generation *generation // of the rows; nil if they are a part of a list
	opts       *odata.Options
	list       *listing
	size       int       // of the page
	from       *position // where the page before ended; nil for the first page

	first    []odata.Conjunct // checked before a text is read
	props    []int            // that the rows are sorted by; nil if sorting needs the rows themselves
	scratch  *keyRow          // see glance
	last     odata.Row        // of the page before, as far as it is sorted by
	behindID int              // first row behind that of the page before
	need     int              // rows that can be on the page, with those that are skipped
	found    []candidate
	worst    *candidate // no row after it can be on the page
	count    int        // rows that match
	start    time.Time
}

// A candidate is a row that may be on the page.
type candidate struct {
	index int
	key   odata.Row // what it is sorted by; nil in the order of ids
}

// A result is the rows of one page.
type result struct {
	rows  []int
	more  bool      // rows of the result follow
	next  *position // where they start
	count int       // all rows that match; only if asked for
}

// find reads the rows once. Without an order and a count it stops at the end
// of the page.
func (f *finder) find() (result, error) {
	limit := f.size
	if f.opts.HasTop {
		limit = max(0, f.opts.Top-f.from.served())
	}
	take := min(limit, f.size)
	skip := f.opts.Skip
	if f.from != nil {
		skip = f.from.Offset
	}
	f.need = skip + take
	if take < limit || !f.opts.HasTop {
		f.need++ // one more tells whether a page follows
	}
	f.prepare()
	if err := f.scan(); err != nil {
		return result{}, err
	}
	slices.SortFunc(f.found, f.compare)
	found := f.found[min(skip, len(f.found)):]
	r := result{count: f.count, rows: make([]int, 0, min(take, len(found)))}
	for _, c := range found[:min(take, len(found))] {
		r.rows = append(r.rows, c.index)
	}
	if r.more = len(found) > take && (!f.opts.HasTop || limit > take) && take > 0; r.more {
		r.next = f.position(found[take-1], skip+take, take)
	}
	return r, nil
}

// prepare finds out what the rows are sorted by, and which conditions can be
// checked before a text is read.
func (f *finder) prepare() {
	f.props = []int{}
	for _, o := range f.opts.OrderBy {
		p, ok := f.list.typ.Property(o.Path, false)
		if !ok || p.Struct != nil {
			f.props = nil
			break
		}
		f.props = append(f.props, p.Index)
	}
	if !f.readsTexts() {
		return
	}
	for _, c := range f.opts.Filter.Conjuncts() {
		p, ok := f.list.typ.Property(c.Path, false)
		if ok && f.list.column(c.Path) && !c.Any && !c.Fold && !p.Collection && (c.Op == "eq" || c.Op == "in") {
			f.first = append(f.first, c)
		}
	}
}

// readsTexts reports whether the filter asks for more than columns.
func (f *finder) readsTexts() bool {
	for _, p := range f.list.wire {
		if !f.list.column(p.Name) && f.opts.Filter.Mentions(p.Name) {
			return true
		}
	}
	return false
}

func (f *finder) scan() error {
	begin := 0
	if f.from != nil {
		f.behindID, f.last = f.after(f.from.ID), f.from.row(f.list, f.props)
		if len(f.opts.OrderBy) == 0 && !f.opts.Count {
			begin = f.behindID
		}
	}
	some, sorted := f.narrowed()
	for n := 0; ; n++ {
		i := begin + n
		if some != nil {
			if n == len(some) {
				break
			}
			i = int(some[n])
		}
		if i >= f.rows.len() || sorted && f.settled(i) {
			break
		}
		if n&63 == 0 {
			if err := f.patience(); err != nil {
				return err
			}
		}
		f.rows.at(i)
		if i < begin || !f.matches() {
			continue
		}
		f.count++
		f.consider(i)
		if len(f.opts.OrderBy) == 0 && !f.opts.Count && len(f.found) >= f.need {
			break
		}
	}
	return f.rows.err()
}

// patience ends a search that takes too long, or that nobody waits for.
func (f *finder) patience() error {
	if err := f.ctx.Err(); err != nil {
		return err
	}
	if err := f.rows.err(); err != nil {
		return err
	}
	if f.start.IsZero() {
		f.start = time.Now()
	}
	if time.Since(f.start) > maxScan {
		return &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "The query takes too long. Narrow it down by service, status or time."}
	}
	return nil
}

func (f *finder) matches() bool {
	for i := range f.first {
		if !holds(&f.first[i], f.rows, f.list) {
			return false
		}
	}
	if !f.opts.Filter.Match(f.rows) {
		return false
	}
	return f.opts.Search == nil || f.opts.Search.Match(f.rows.holds)
}

// holds checks an equality with one of several constants.
func holds(c *odata.Conjunct, row odata.Row, l *listing) bool {
	p, _ := l.typ.Property(c.Path, false)
	return slices.Contains(c.Values, row.Value(p.Index))
}

// consider keeps row i if it can be on the page: the best rows so far, up to
// twice as many as needed.
func (f *finder) consider(i int) {
	c := candidate{index: i}
	if len(f.opts.OrderBy) > 0 {
		c.key = f.glance()
	}
	if f.from != nil && f.from.Offset == 0 && !f.behind(c) {
		return
	}
	if f.worst != nil && f.compare(c, *f.worst) >= 0 || f.need == 0 {
		return
	}
	if len(f.opts.OrderBy) == 0 && len(f.found) >= f.need {
		return
	}
	if c.key != nil {
		c.key = f.key()
	}
	f.found = append(f.found, c)
	if len(f.found) >= 2*f.need {
		slices.SortFunc(f.found, f.compare)
		f.found = f.found[:f.need]
		f.worst = &f.found[f.need-1]
	}
}

// glance is what the row at hand is sorted by, until the next glance.
func (f *finder) glance() odata.Row {
	if f.props == nil {
		return f.rows
	}
	if f.scratch == nil {
		f.scratch = &keyRow{props: f.props, values: make([]odata.Value, len(f.props))}
	}
	for i, p := range f.props {
		f.scratch.values[i] = f.rows.Value(p)
	}
	return f.scratch
}

// key keeps what the last glance showed.
func (f *finder) key() odata.Row {
	if f.props == nil {
		return f.rows.clone()
	}
	return &keyRow{props: f.props, values: slices.Clone(f.scratch.values)}
}

// compare orders rows as asked, and rows that are alike by id.
func (f *finder) compare(a, b candidate) int {
	if len(f.opts.OrderBy) > 0 {
		if order := f.opts.OrderBy.Compare(a.key, b.key); order != 0 {
			return order
		}
	}
	return a.index - b.index
}

// behind reports whether a row comes after the page before.
func (f *finder) behind(c candidate) bool {
	if len(f.opts.OrderBy) > 0 && f.props != nil {
		if order := f.opts.OrderBy.Compare(c.key, f.last); order != 0 {
			return order > 0
		}
	}
	return c.index >= f.behindID
}

// after is the first row behind an id. Lists that are not in the order of ids
// are short, and searched one by one.
func (f *finder) after(id string) int {
	if f.list.name != listOverviews {
		low, high := 0, f.rows.len()
		for low < high {
			middle := (low + high) / 2
			if strings.Compare(f.rows.id(middle), id) <= 0 {
				low = middle + 1
			} else {
				high = middle
			}
		}
		return low
	}
	for i := range f.rows.len() {
		if f.rows.id(i) == id {
			return i + 1
		}
	}
	return f.rows.len()
}
