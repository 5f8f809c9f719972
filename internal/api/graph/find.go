package graph

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// maxScan bounds how long one query may read texts, so that a few searches in
// a large archive cannot keep others waiting.
const maxScan = 5 * time.Second

// A finder looks for the rows of one page.
type finder struct {
	ctx    context.Context //nolint:containedctx // a finder serves one request
	rows   cursor
	groups []*readmodel.Group // where to look; nil for the rows of the cursor itself
	opts   *odata.Options
	list   *listing
	size   int       // of the page
	from   *position // where the page before ended; nil for the first page

	first    []odata.Conjunct // checked before a text is read
	sure     bool             // every row at hand matches
	spans    []bound          // what decides about rows of groups, if not nil
	props    []int            // that the rows are sorted by; nil if sorting needs the rows themselves
	order    readmodel.Order  // that says the same as $orderby, if ordered
	ordered  bool
	desc     bool
	scratch  *keyRow   // see glance
	last     odata.Row // of the page before, as far as it is sorted by
	behindID int       // first row behind that of the page before
	need     int       // rows that can be on the page, with those that are skipped
	found    []candidate
	worst    *candidate // no row after it can be on the page
	count    int        // rows that match
	start    time.Time
}

// A candidate is a row that may be on the page.
type candidate struct {
	index int
	row   *readmodel.Row // nil for a row of the cursor itself
	key   odata.Row      // what it is sorted by; nil in the order of ids
}

// id is that of a candidate.
func (f *finder) id(c candidate) string {
	if c.row != nil {
		return c.row.ID
	}
	return f.rows.id(c.index)
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
	f.found = make([]candidate, 0, min(f.need, largestPage)+1)
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
	if c, ok := f.rows.(indexed); ok && f.groups != nil {
		shown := make([]*readmodel.Row, len(r.rows))
		for i := range shown {
			shown[i], r.rows[i] = found[i].row, i
		}
		c.show(shown)
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
	if f.ordered = len(f.opts.OrderBy) == 0; !f.ordered {
		f.order, f.ordered = orderOf(f.opts.OrderBy[0].Path)
		f.desc = f.opts.OrderBy[0].Desc
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
	if f.groups != nil {
		return f.scanGroups()
	}
	begin := 0
	if f.from != nil {
		f.behindID, f.last = f.after(f.from.ID), f.from.row(f.list, f.props)
		if len(f.opts.OrderBy) == 0 && !f.opts.Count {
			begin = f.behindID
		}
	}
	for i := begin; i < f.rows.len(); i++ {
		f.rows.at(i)
		if !f.matches() {
			continue
		}
		f.count++
		f.consider(candidate{index: i})
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
	if f.sure {
		return true
	}
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

// consider keeps the row at hand if it can be on the page: the best rows so
// far, up to twice as many as needed.
func (f *finder) consider(c candidate) {
	if len(f.opts.OrderBy) > 0 && !f.byRow() {
		c.key = f.glance()
	}
	if f.from != nil && f.from.Offset == 0 && !f.behind(c) {
		return
	}
	if f.worst != nil && f.compare(c, *f.worst) >= 0 || f.need == 0 {
		return
	}
	if c.key != nil {
		c.key = f.key()
	}
	f.found = append(f.found, c)
	if len(f.found) >= 2*f.need {
		f.trim()
	}
}

// trim leaves the best rows so far.
func (f *finder) trim() {
	slices.SortFunc(f.found, f.compare)
	f.found = f.found[:f.need]
	f.worst = &f.found[f.need-1]
}

// byRow reports whether rows are sorted by what the index sorts them by, and
// nothing else but their ids.
func (f *finder) byRow() bool { return f.ordered && f.groups != nil && len(f.opts.OrderBy) <= 1 }

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
	switch {
	case f.byRow():
		if order := cmp.Compare(f.order.Key(a.row), f.order.Key(b.row)); order != 0 {
			return f.turned(order)
		}
		if f.order == readmodel.ByID {
			return f.turned(strings.Compare(a.row.ID, b.row.ID))
		}
	case len(f.opts.OrderBy) > 0:
		if order := f.opts.OrderBy.Compare(a.key, b.key); order != 0 {
			return order
		}
	}
	if a.row != nil {
		return strings.Compare(a.row.ID, b.row.ID)
	}
	return a.index - b.index
}

func (f *finder) turned(order int) int {
	if f.desc {
		return -order
	}
	return order
}

// behind reports whether a row comes after the page before.
func (f *finder) behind(c candidate) bool {
	if len(f.opts.OrderBy) > 0 && f.props != nil {
		key := c.key
		if f.byRow() {
			key = f.glance()
		}
		if order := f.opts.OrderBy.Compare(key, f.last); order != 0 {
			return order > 0
		}
	}
	if c.row != nil {
		return c.row.ID > f.from.ID
	}
	return c.index >= f.behindID
}

// after is the first of the cursor's own rows behind an id.
func (f *finder) after(id string) int {
	for i := range f.rows.len() {
		if f.rows.id(i) == id {
			return i + 1
		}
	}
	return f.rows.len()
}
