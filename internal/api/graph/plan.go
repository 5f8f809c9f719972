package graph

import (
	"math"
	"slices"

	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
)

// A plan is how the rows of groups are gone through.
type plan struct {
	sure, maybe []*readmodel.Group // of which all rows match, or some may
	spans       []bound            // what decides about a row of the latter; nil if the filter has to be asked
	rows        int                // in them
	order       readmodel.Order    // whose span is the narrowest
	span        readmodel.Span
	within      int // rows in the span
}

// orderOf is the order that sorts rows by a property.
func orderOf(path string) (readmodel.Order, bool) {
	switch path {
	case "id":
		return readmodel.ByID, true
	case "lastModifiedDateTime":
		return readmodel.ByModified, true
	case "startDateTime":
		return readmodel.ByStart, true
	case "endDateTime":
		return readmodel.ByEnd, true
	}
	return readmodel.ByID, false
}

// scanGroups looks for the page in groups: in the order that is asked for
// where an index has it, so that it can stop at the end of the page. If that
// does not come soon, it looks at all rows in the narrowest span of time.
func (f *finder) scanGroups() error {
	if f.from != nil {
		f.last = f.from.row(f.list, f.props)
	}
	p := f.plan()
	f.spans = p.spans
	counted := f.opts.Count && len(p.maybe) == 0
	if counted {
		f.count = p.rows
	}
	if f.ordered && (counted || !f.opts.Count) {
		budget := math.MaxInt
		if p.order != f.order && p.within < p.rows {
			budget = p.within
		}
		if done, err := f.walk(p, counted, budget); done || err != nil {
			return err
		}
		f.found, f.worst = f.found[:0], nil
	}
	f.sure = true
	if err := f.sweep(p.sure, p, counted); err != nil {
		return err
	}
	f.sure = false
	return f.sweep(p.maybe, p, counted)
}

// sweep looks at all rows of groups in the narrowest span, in no given order.
func (f *finder) sweep(groups []*readmodel.Group, p plan, counted bool) error {
	for _, g := range groups {
		for i, row := range g.Between(p.order, p.span) {
			if i&63 == 0 {
				if err := f.patience(); err != nil {
					return err
				}
			}
			f.look(row, counted)
		}
	}
	return f.rows.err()
}

// look takes one row in.
func (f *finder) look(row *readmodel.Row, counted bool) {
	f.rows.(indexed).on(row) //nolint:forcetypeassert // what has groups is indexed
	if f.spans != nil && !f.sure {
		for i := range f.spans {
			if !f.spans[i].holds(row) {
				return
			}
		}
	} else if !f.matches() {
		return
	}
	if !counted {
		f.count++
	}
	f.consider(candidate{row: row})
}

// walk goes through the rows in the order that is asked for until the page is
// full. It gives up after looking at as many rows as budget says.
func (f *finder) walk(p plan, counted bool, budget int) (done bool, err error) {
	groups := slices.Concat(p.sure, p.maybe)
	f.sure = len(p.maybe) == 0
	var walk *readmodel.Walk
	if id := f.from; f.order == readmodel.ByID && id != nil && id.Offset == 0 {
		walk = readmodel.NewWalkBehind(groups, id.ID, f.desc)
	} else {
		walk = readmodel.NewWalk(groups, f.order, f.rest(p), f.desc)
	}
	for n := 0; ; n++ {
		row := walk.Next()
		if row == nil || f.settled(row) {
			return true, f.rows.err()
		}
		if n >= budget {
			return false, f.rows.err()
		}
		if n&63 == 0 {
			if err := f.patience(); err != nil {
				return false, err
			}
		}
		f.look(row, counted)
	}
}

// rest is the span in which the rows of this page and later ones are.
func (f *finder) rest(p plan) readmodel.Span {
	span := readmodel.Always()
	if p.order == f.order {
		span = p.span
	}
	if f.from == nil || f.from.Offset > 0 || f.order == readmodel.ByID || f.props == nil {
		return span
	}
	last, known := f.last.Value(f.props[0]).Any().(int64)
	switch {
	case f.desc && !known:
		span.To = math.MinInt64 // what has no such instant comes last
	case f.desc:
		span.To = min(span.To, readmodel.Instant(last))
	case known:
		span.From = max(span.From, readmodel.Instant(last))
	}
	return span
}

// settled reports whether no row from this one on can be on the page.
func (f *finder) settled(row *readmodel.Row) bool {
	if len(f.found) < f.need || f.need == 0 {
		return f.need == 0
	}
	if f.order == readmodel.ByID {
		return true // ids differ, so that nothing else decides
	}
	if f.worst == nil || len(f.found) > f.need {
		f.trim()
	}
	key, worst := f.order.Key(row), f.order.Key(f.worst.row)
	return key != worst && key > worst != f.desc
}

// plan finds out where the rows that match can be.
func (f *finder) plan() plan {
	p := plan{span: readmodel.Always()}
	conditions := f.opts.Filter.Conjuncts()
	j := f.judgement(conditions)
	exact := true
	for _, g := range f.groups {
		if g.Len() == 0 {
			continue
		}
		switch j.of(g) {
		case isSure:
			p.sure = append(p.sure, g)
		case isPossible:
			p.maybe = append(p.maybe, g)
			exact = exact && j.spanned
		default:
			continue
		}
		p.rows += g.Len()
	}
	if exact {
		p.spans = j.spans
	}
	p.within = p.rows
	for _, o := range []readmodel.Order{readmodel.ByModified, readmodel.ByStart, readmodel.ByEnd} {
		span, narrow := spanOf(conditions, o)
		if !narrow {
			continue
		}
		within := 0
		for _, groups := range [][]*readmodel.Group{p.sure, p.maybe} {
			for _, g := range groups {
				within += len(g.Between(o, span))
			}
		}
		if within < p.within || f.ordered && o == f.order && within == p.within {
			p.order, p.span, p.within = o, span, within
		}
	}
	return p
}

// spanOf is the span outside of which nothing can match.
func spanOf(conditions []odata.Conjunct, o readmodel.Order) (span readmodel.Span, narrow bool) {
	span = readmodel.Always()
	for _, c := range conditions {
		by, ok := orderOf(c.Path)
		if !ok || by != o || c.Any || len(c.Values) != 1 {
			continue
		}
		us, ok := c.Values[0].Any().(int64)
		if !ok {
			continue
		}
		at := readmodel.Instant(us)
		if c.Op == "gt" || c.Op == "ge" || c.Op == "eq" {
			span.From, narrow = max(span.From, at), true
		}
		if c.Op == "lt" || c.Op == "le" || c.Op == "eq" {
			span.To, narrow = min(span.To, at), true
		}
	}
	return span, narrow
}

// A bound is a span in which an instant of all rows lies that match.
type bound struct {
	order readmodel.Order
	span  readmodel.Span
}

func (b *bound) holds(row *readmodel.Row) bool {
	key := b.order.Key(row)
	return b.span.From <= key && key <= b.span.To
}

// boundOf is the span that a comparison with an instant says exactly.
func boundOf(c *odata.Conjunct) (bound, bool) {
	by, ok := orderOf(c.Path)
	if !ok || by == readmodel.ByID || c.Any || c.Fold || len(c.Values) != 1 {
		return bound{}, false
	}
	us, ok := c.Values[0].Any().(int64)
	if !ok || us == math.MinInt64 || us == math.MaxInt64 {
		return bound{}, false
	}
	at, span := readmodel.Instant(us), readmodel.Span{From: math.MinInt64 + 1, To: math.MaxInt64} // what has no instant is in none
	switch c.Op {
	case "gt":
		span.From = at + 1
	case "ge":
		span.From = at
	case "lt":
		span.To = at - 1
	case "le":
		span.To = at
	case "eq":
		span = readmodel.Span{From: at, To: at}
	default:
		return bound{}, false
	}
	return bound{by, span}, true
}

// A verdict is what a filter says about a whole group.
type verdict int

const (
	isOut verdict = iota
	isPossible
	isSure
)

// A judgement decides about groups, from one row that stands for all.
type judgement struct {
	f       *finder
	checks  []check
	whole   bool // the filter asks for nothing else than what a group is about
	ends    bool // it asks whether an issue is over
	example readmodel.Row

	spans   []bound // with the checks, all that the filter asks for; nil if it asks for more
	spanned bool    // the rows of the last group that may match do so within the spans
}

// A check is a comparison that is true of all rows that match.
type check struct {
	prop     int
	values   []odata.Value
	resolved bool
}

func (f *finder) judgement(conditions []odata.Conjunct) *judgement {
	j := &judgement{f: f, whole: f.opts.Search == nil, ends: f.opts.Filter.Mentions("isResolved")}
	for _, p := range f.list.wire {
		j.whole = j.whole && (f.list.grouped(p.Name) || !f.opts.Filter.Mentions(p.Name))
	}
	rest := f.opts.Search != nil || !f.opts.Filter.Conjoined()
	for i := range conditions {
		c := &conditions[i]
		p, ok := f.list.typ.Property(c.Path, false)
		if ok && f.list.grouped(c.Path) && !c.Any && !c.Fold && !p.Collection && (c.Op == "eq" || c.Op == "in") {
			j.checks = append(j.checks, check{p.Index, c.Values, c.Path == "isResolved"})
		} else if b, ok := boundOf(c); ok {
			j.spans = append(j.spans, b)
		} else {
			rest = true
		}
	}
	if rest {
		j.spans = nil
	}
	return j
}

func (j *judgement) of(g *readmodel.Group) verdict {
	c := j.f.rows.(indexed) //nolint:forcetypeassert // what has groups is indexed
	j.example = readmodel.Row{Traits: g.Traits}
	if !g.Endless {
		j.example.EndAt = 1
	}
	c.on(&j.example)
	if !j.pass(c, false) {
		return isOut
	}
	agree := !j.ends || c.agree(g)
	if agree && j.ends && !j.pass(c, true) {
		return isOut
	}
	switch {
	case !j.whole || !agree:
		j.spanned = agree && j.spans != nil
		return isPossible
	case j.f.opts.Filter.Match(c):
		return isSure
	}
	return isOut
}

// pass reports whether the example meets the checks that ask whether an issue is
// over, or those that do not.
func (j *judgement) pass(c indexed, resolved bool) bool {
	for i := range j.checks {
		check := &j.checks[i]
		if check.resolved == resolved && !slices.Contains(check.values, c.Value(check.prop)) {
			return false
		}
	}
	return true
}
