package odata

import (
	"slices"
	"time"
)

// A Filter is a condition on the rows of one type. A nil filter matches every
// row. It is safe for concurrent use.
type Filter struct {
	tree     *node
	root     *term
	mentions []string
	conjunct []Conjunct
}

// ParseFilter parses text and binds it to t. The time is what `now()` gives.
func (m *Model) ParseFilter(t *Type, text string, now time.Time) (*Filter, error) {
	return m.parseFilter(t, text, now, Limits{})
}

func (m *Model) parseFilter(t *Type, text string, now time.Time, limits Limits) (*Filter, error) {
	tree, err := parseExpression("$filter", text, limits)
	if err != nil {
		return nil, err
	}
	return m.bindFilter(t, tree, now)
}

func (m *Model) bindFilter(t *Type, tree *node, now time.Time) (*Filter, error) {
	b := binder{model: m, typ: t, option: "$filter", now: now}
	root, err := b.condition(tree)
	if err != nil {
		return nil, err
	}
	return &Filter{tree: tree, root: root, mentions: b.mentions, conjunct: slices.Clip(appendConjuncts(nil, root))}, nil
}

// Match reports whether the condition is true for row. Null is not true.
func (f *Filter) Match(row Row) bool {
	if f == nil {
		return true
	}
	e := env{row: row}
	return e.condition(f.root) == isTrue
}

// String is the condition in canonical form.
func (f *Filter) String() string {
	if f == nil {
		return ""
	}
	return f.tree.String()
}

// Mentions reports whether the condition uses the property at path, as the
// model spells it. Within any and all, the path goes through the collection:
// "details/name".
func (f *Filter) Mentions(path string) bool {
	return f != nil && slices.Contains(f.mentions, path)
}

// A Conjunct is a comparison that is true of every row that matches.
type Conjunct struct {
	Path   string  // of the property, as the model spells it
	Op     string  // "eq", "ne", "gt", "ge", "lt", "le" or "in"
	Values []Value // one, or the list of "in"; null is possible
	Any    bool    // it is true of some item of the collection at Path
	Fold   bool    // equality ignores case
}

// Conjuncts returns the comparisons with constants that are joined by `and` at
// the top of the condition. Alternatives for one property count as "in". They
// are shared.
func (f *Filter) Conjuncts() []Conjunct {
	if f == nil {
		return nil
	}
	return f.conjunct
}

// Conjoined reports whether the filter says nothing else than its conjuncts: a row
// for which all of them are true matches.
func (f *Filter) Conjoined() bool {
	return f == nil || len(f.conjunct) == f.root.conjoined()
}

// conjoined counts the conditions that are joined by `and` at the top.
func (t *term) conjoined() int {
	if t.op == opAnd {
		return t.args[0].conjoined() + t.args[1].conjoined()
	}
	return 1
}

func appendConjuncts(list []Conjunct, t *term) []Conjunct {
	if t.op == opAnd {
		return appendConjuncts(appendConjuncts(list, t.args[0]), t.args[1])
	}
	if t.op == opAny && len(t.args) == 2 && len(t.args[0].args) == 0 {
		if c, ok := conjunct(t.args[1]); ok && c.Path == "" {
			c.Path, c.Any = t.args[0].path, true
			list = append(list, c)
		}
		return list
	}
	if c, ok := conjunct(t); ok && c.Path != "" {
		list = append(list, c)
	}
	return list
}

// conjunct reads t as a comparison of one property with constants. An item of
// a collection of primitive values has no path.
func conjunct(t *term) (Conjunct, bool) {
	if t.op == opOr {
		left, ok1 := conjunct(t.args[0])
		right, ok2 := conjunct(t.args[1])
		if !ok1 || !ok2 || left.Path != right.Path || left.Fold != right.Fold || !left.lists() || !right.lists() {
			return Conjunct{}, false
		}
		left.Op = "in"
		left.Values = append(slices.Clip(left.Values), right.Values...)
		return left, true
	}
	if t.op == opProp && t.kind == Boolean && t.top() {
		return Conjunct{Path: t.path, Op: "eq", Values: []Value{Bool(true)}}, true
	}
	if t.op < opEq || t.op > opIn || t.lower || !t.args[0].top() {
		return Conjunct{}, false
	}
	c := Conjunct{Path: t.args[0].path, Op: t.op.keyword(), Fold: t.fold}
	for _, arg := range t.args[1:] {
		if arg.op != opLiteral {
			return Conjunct{}, false
		}
		c.Values = append(c.Values, arg.value)
	}
	return c, true
}

func (c Conjunct) lists() bool { return c.Op == "eq" || c.Op == "in" }

// top reports whether t is a property that belongs to the entity itself, or
// the bare variable of the outermost lambda.
func (t *term) top() bool {
	switch t.op {
	case opVar:
		return t.slot == 0
	case opProp:
		return len(t.args) == 0 || t.args[0].op == opProp && t.args[0].top()
	}
	return false
}
