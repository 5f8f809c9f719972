package route

import (
	"slices"
	"strconv"
	"time"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/tocsin"
)

// Options are what a route does with what it matches. Those that a route does
// not write are its parent's, but for the time intervals, which are its own.
type Options struct {
	Receiver       string
	GroupBy        []string // names of labels, sorted; changes that agree in them gather in one message
	GroupByAll     bool     // "...": each label set is a group of its own
	GroupWait      time.Duration
	GroupInterval  time.Duration
	RepeatInterval time.Duration
	Digest         Digest   // in place of GroupWait and GroupInterval
	Escalate       []Rung   // who is told of an incident that nobody acknowledges, in the order of time
	Active         []string // names of intervals: muted outside of them, unless there are none
	Mute           []string // names of intervals: muted within one of them
}

// A Route is a node of the tree. It is not changed once it is made.
type Route struct {
	Options
	Matchers Matchers
	Continue bool // also look at the next ones on the same level
	Routes   []*Route
	// ID names the route by the matchers on the way to it, and by a number where
	// that is not enough. It stays the same when routes are added beside it.
	ID string
	// At is the key of the route in the settings, such as routes.routes[2].
	At string

	index *index
}

// GroupKey returns what changes have in common that gather in one message: the
// route and the values of its group_by. It is as long as the values are.
func (r *Route) GroupKey(labels Labels) string { return r.ID + ":" + r.Group(labels).String() }

// Group returns the labels that a group of the route has in common.
func (r *Route) Group(labels Labels) Labels {
	if r.GroupByAll {
		return labels
	}
	return labels.only(r.GroupBy)
}

// Walk visits the route and all below it, in their order, with their depth.
func (r *Route) Walk(visit func(r *Route, depth int)) { r.walk(visit, 0) }

func (r *Route) walk(visit func(*Route, int), depth int) {
	visit(r, depth)
	for _, child := range r.Routes {
		child.walk(visit, depth+1)
	}
}

// match appends the routes that match: those below go before the route itself.
func (r *Route) match(found []*Route, labels Labels) []*Route {
	if !r.Matchers.Match(labels) {
		return found
	}
	before := len(found)
	r.index.each(labels, func(i int) bool {
		n := len(found)
		found = r.Routes[i].match(found, labels)
		return len(found) == n || r.Routes[i].Continue
	})
	if len(found) == before {
		found = append(found, r)
	}
	return found
}

// A Policy is everything that the settings say about who hears what, as [Compile]
// reads it. It is not changed once it is made, and may be used by many
// goroutines at once.
type Policy struct {
	Root      *Route
	Intervals []Interval
	Inhibit   []InhibitRule

	intervals map[string]Interval
	matched   *cache.Cache[string, []*Route]
}

// remembered is how many label sets a policy remembers the routes of, twice.
const remembered = 2048

// Match returns the routes that match, in the order of the tree; at least the
// root does. The list is shared: do not change it.
func (p *Policy) Match(labels Labels) []*Route {
	key := labels.key()
	if found, ok := p.matched.Get(key); ok {
		return found
	}
	found := p.Root.match(nil, labels)
	p.matched.Put(key, found, 0)
	return found
}

// Taken returns the routes by which labels are told: those that match, and of what the
// desk does itself, which are steps of runbooks and support requests, those alone that
// name it. Who hears of what providers say does not hear of the work on it.
func (p *Policy) Taken(labels Labels) (list []*Route) {
	found := p.Match(labels)
	if kind := labels.Get("kind"); kind != string(tocsin.KindStep) && kind != string(tocsin.KindRequest) {
		return found
	}
	naming := p.Naming("kind")
	for _, r := range found {
		if naming[r] {
			list = append(list, r)
		}
	}
	return list
}

// Asks reports whether what the policy decides may depend on a label: who is
// told, with what it gathers, or what hides it. Groups of each label set are not
// counted: what they have in common is nothing.
func (p *Policy) Asks(label string) bool {
	asks := slices.ContainsFunc(p.Inhibit, func(r InhibitRule) bool {
		return r.Source.Ask(label) || r.Target.Ask(label) || slices.Contains(r.Equal, label)
	})
	p.Root.Walk(func(r *Route, _ int) {
		asks = asks || r.Matchers.Ask(label) || !r.GroupByAll && slices.Contains(r.GroupBy, label)
	})
	return asks
}

// Naming returns the routes that ask for a value of a label by = or =~, themselves or
// by a route above them: those that were written with it in mind.
func (p *Policy) Naming(label string) map[*Route]bool {
	found := map[*Route]bool{}
	var below func(r *Route, asked bool)
	below = func(r *Route, asked bool) {
		asked = asked || slices.ContainsFunc(r.Matchers, func(m Matcher) bool {
			return m.Name == label && (m.Operator == Equal || m.Operator == Regexp)
		})
		if asked {
			found[r] = true
		}
		for _, child := range r.Routes {
			below(child, asked)
		}
	}
	below(p.Root, false)
	return found
}

// A Step is one route that was looked at on the way.
type Step struct {
	Route   *Route
	Depth   int
	Matched bool
	Refused Matcher // the first matcher that does not hold, of a route that did not match
	Taken   bool    // the route is one that [Policy.Match] returns
}

// Explain returns every route that is looked at for some labels, in order.
func (p *Policy) Explain(labels Labels) []Step {
	taken := p.Match(labels)
	steps, _ := explain(nil, p.Root, labels, 0)
	for i, s := range steps {
		steps[i].Taken = slices.Contains(taken, s.Route)
	}
	return steps
}

func explain(steps []Step, r *Route, labels Labels, depth int) ([]Step, bool) {
	for _, m := range r.Matchers {
		if !m.Matches(labels) {
			return append(steps, Step{Route: r, Depth: depth, Refused: m}), false
		}
	}
	steps = append(steps, Step{Route: r, Depth: depth, Matched: true})
	for _, child := range r.Routes {
		var matched bool
		if steps, matched = explain(steps, child, labels, depth+1); matched && !child.Continue {
			break
		}
	}
	return steps, true
}

// An index finds the children of a route that may match, without asking those
// that compare a label with another value.
type index struct {
	always []int           // children that compare no label with a value
	equal  map[Label][]int // children by one label that they ask for
}

// few is up to how many children are asked one by one.
const few = 8

func newIndex(children []*Route) *index {
	x := &index{equal: map[Label][]int{}}
	counts := map[Label]int{} // how many children ask for each label
	for _, child := range children {
		for _, m := range child.Matchers {
			if m.Operator == Equal && m.Value != "" {
				counts[Label{m.Name, m.Value}]++
			}
		}
	}
	for i, child := range children {
		var rarest Label
		for _, m := range child.Matchers {
			l := Label{m.Name, m.Value}
			if m.Operator == Equal && m.Value != "" && (rarest.Name == "" || counts[l] < counts[rarest]) {
				rarest = l
			}
		}
		if rarest.Name == "" || len(children) <= few {
			x.always = append(x.always, i)
			continue
		}
		x.equal[rarest] = append(x.equal[rarest], i)
	}
	return x
}

// each calls visit with the children that may match, in their order, until it
// returns false.
func (x *index) each(labels Labels, visit func(i int) bool) {
	var room [64]int
	candidates := append(room[:0], x.always...)
	if len(x.equal) > 0 {
		for _, l := range labels {
			candidates = append(candidates, x.equal[l]...)
		}
		slices.Sort(candidates)
	}
	for _, i := range candidates {
		if !visit(i) {
			return
		}
	}
}

// idOf names a route below another; n is how many before it have its matchers.
func idOf(parent string, matchers Matchers, n int) string {
	id := matchers.String()
	if parent != "" {
		id = parent + "/" + id
	}
	if n > 0 {
		id += "#" + strconv.Itoa(n+1)
	}
	return id
}
