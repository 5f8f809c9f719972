package odata

import (
	"slices"
	"strings"
	"time"
)

// A term is one part of an expression whose names and types are known. Its op
// is that of the node, or opProp or opVar for a path.
type term struct {
	op     op
	kind   Kind // 0 for the null literal
	many   bool // a collection
	fold   bool // eq, ne, in: ignore case
	lower  bool // the first operand is compared in lower case: tolower is taken off
	fn     function
	index  int    // opProp: see Property.Index
	slot   int    // opVar: position of the variable; opAny, opAll: of theirs
	path   string // opProp, opVar: canonical path from the entity, or from the variable
	enum   *Enum
	object *Type // type of a structured value
	value  Value
	args   []*term // opProp: the structured value, absent for the entity itself
}

// Further kinds of term.
const (
	opProp op = opArithmetic + 1 + iota
	opVar
)

// maxVariables bounds how deep lambda expressions nest.
const maxVariables = 4

// A variable is the name of an item within any or all.
type variable struct {
	name string
	item term // kind and type of an item
}

// A binder gives names and types to one syntax tree.
type binder struct {
	model    *Model
	typ      *Type
	option   string
	now      time.Time
	vars     []variable
	mentions []string
}

func (b *binder) fail(code Code, n *node, format string, args ...any) error {
	return errorf(code, b.option, n.pos, format, args...)
}

// condition binds n, which has to be true or false.
func (b *binder) condition(n *node) (*term, error) {
	t, err := b.bind(n)
	if err != nil {
		return nil, err
	}
	if t.many || t.kind != Boolean && t.kind != 0 {
		return nil, b.fail(WrongType, n, "A condition is expected, but '%s' is not true or false.", clip(n.String()))
	}
	return t, nil
}

// scalar binds n, which has to be a single primitive value.
func (b *binder) scalar(n *node) (*term, error) {
	t, err := b.bind(n)
	if err != nil {
		return nil, err
	}
	if t.many || t.kind == structKind || t.kind == Stream {
		return nil, b.fail(WrongType, n, "A single value is expected, but '%s' is none.%s", clip(n.String()), itemHint(n, t))
	}
	return t, nil
}

// itemHint tells how conditions on the items of a collection are written.
func itemHint(n *node, t *term) string {
	if !t.many || n.op != opPath {
		return ""
	}
	path := clip(n.name)
	if t.kind == structKind {
		return " Its items are tested by " + path + "/any(i:...)."
	}
	return " Its items are tested by 'x' in " + path + " or " + path + "/any(i:i eq 'x')."
}

func (b *binder) bind(n *node) (*term, error) {
	switch n.op {
	case opLiteral:
		return b.literal(n)
	case opPath:
		return b.path(n)
	case opCount:
		return b.count(n)
	case opAny, opAll:
		return b.lambda(n)
	case opCall:
		return b.call(n)
	case opNot, opAnd, opOr:
		return b.logic(n)
	case opIn:
		return b.in(n)
	case opWithin:
		return b.within(n)
	case opHas:
		return b.has(n)
	case opArithmetic:
		return nil, b.fail(NotImplemented, n, "Arithmetic (%s) is not offered.", n.name)
	default:
		return b.comparison(n)
	}
}

func (b *binder) literal(n *node) (*term, error) {
	t := &term{op: opLiteral, kind: n.lit.kind, value: n.lit.value}
	if n.lit.kind == enumKind {
		for _, e := range b.model.Enums {
			if b.model.sameName(b.model.qualified(e.Name), n.lit.enumType) {
				t.enum = e
				name, ok := b.model.member(e, n.lit.value.str)
				if !ok {
					return nil, b.fail(InvalidValue, n, "'%s' is not a member of %s.", clip(n.lit.value.str), e.Name)
				}
				t.value = Text(name)
				return t, nil
			}
		}
		return nil, b.fail(InvalidValue, n, "There is no enum type '%s'.", clip(n.lit.enumType))
	}
	return t, nil
}

// itself is the entity in a path, which may also stand within any and all.
const itself = "$it"

// path binds a path from a variable or from the entity.
func (b *binder) path(n *node) (*term, error) {
	segment, rest, more := strings.Cut(n.name, "/")
	if segment == itself {
		if !more {
			return nil, b.fail(NotImplemented, n, "$it is offered in front of a property only, as in $it/id.")
		}
		return b.from(nil, b.typ, n, rest)
	}
	for slot, v := range b.vars {
		if v.name != segment {
			continue
		}
		t := &term{op: opVar, kind: v.item.kind, fold: v.item.fold, enum: v.item.enum, object: v.item.object, slot: slot}
		if !more {
			return t, nil
		}
		return b.from(t, v.item.object, n, rest)
	}
	return b.from(nil, b.typ, n, n.name)
}

// from binds the segments of a path one by one; base is nil for the entity.
func (b *binder) from(base *term, typ *Type, n *node, path string) (*term, error) {
	t := base
	segment, rest, more := strings.Cut(path, "/")
	for {
		if strings.IndexByte(segment, '.') >= 0 {
			return nil, b.fail(NotImplemented, n, "Type names in paths ('%s') are not offered.", clip(segment))
		}
		p, ok := typ.Property(segment, b.model.FoldNames)
		if !ok {
			return nil, b.unknown(n, typ, segment)
		}
		t = b.property(t, p)
		b.mention(t)
		switch {
		case p.Hidden || p.Navigation:
			return nil, b.fail(NotImplemented, n, "The property '%s' cannot be used in %s.", p.Name, b.option)
		case !more:
			return t, nil
		case t.many || p.Struct == nil:
			return nil, b.fail(WrongType, n, "'%s' has no single properties that a path could lead to.%s", p.Name, itemHint(&node{op: opPath, name: t.path}, t))
		}
		typ = p.Struct
		segment, rest, more = strings.Cut(rest, "/")
	}
}

func (b *binder) unknown(n *node, typ *Type, name string) error {
	if typ == nil {
		return b.fail(UnknownProperty, n, "Could not find a property named '%s' on a primitive value.", clip(name))
	}
	return b.fail(UnknownProperty, n, "Could not find a property named '%s' on type '%s'.", clip(name), b.model.qualified(typ.Name))
}

// property makes the term for p of a structured value; base is nil for the entity.
func (b *binder) property(base *term, p *Property) *term {
	t := &term{
		op: opProp, kind: p.kind(), many: p.Collection, fold: p.FoldCase,
		index: p.Index, path: p.Name, enum: p.Enum, object: p.Struct,
	}
	if base != nil {
		t.args = []*term{base}
		if base.path != "" {
			t.path = base.path + "/" + p.Name
		}
	}
	return t
}

// mention notes that the expression depends on a property of the entity.
func (b *binder) mention(t *term) {
	if path := b.origin(t); !slices.Contains(b.mentions, path) {
		b.mentions = append(b.mentions, path)
	}
}

// collection binds the path in front of /any, /all and /$count.
func (b *binder) collection(n *node) (*term, error) {
	t, err := b.bind(n)
	if err != nil {
		return nil, err
	}
	if !t.many {
		return nil, b.fail(WrongType, n, "'%s' is not a collection.", clip(n.name))
	}
	return t, nil
}

func (b *binder) count(n *node) (*term, error) {
	source, err := b.collection(n.args[0])
	if err != nil {
		return nil, err
	}
	return &term{op: opCount, kind: Int64, args: []*term{source}}, nil
}

func (b *binder) lambda(n *node) (*term, error) {
	source, err := b.collection(n.args[0])
	if err != nil {
		return nil, err
	}
	t := &term{op: n.op, kind: Boolean, slot: len(b.vars), args: []*term{source}}
	if len(n.args) == 1 {
		return t, nil
	}
	if len(b.vars) == maxVariables {
		return nil, b.fail(TooComplex, n, "More than %d lambda expressions are nested.", maxVariables)
	}
	for _, v := range b.vars {
		if v.name == n.name {
			return nil, b.fail(InvalidValue, n, "The variable '%s' is used twice.", clip(n.name))
		}
	}
	item := *source
	item.path = b.origin(source)
	b.vars = append(b.vars, variable{name: n.name, item: item})
	condition, err := b.condition(n.args[1])
	b.vars = b.vars[:len(b.vars)-1]
	if err != nil {
		return nil, err
	}
	t.args = append(t.args, condition)
	return t, nil
}

// origin is the path of t from the entity, through the variables.
func (b *binder) origin(t *term) string {
	for base := t; ; base = base.args[0] {
		if base.op == opVar {
			return b.vars[base.slot].item.path + "/" + t.path
		}
		if len(base.args) == 0 {
			return t.path
		}
	}
}

func (b *binder) logic(n *node) (*term, error) {
	t := &term{op: n.op, kind: Boolean, args: make([]*term, len(n.args))}
	for i, arg := range n.args {
		bound, err := b.condition(arg)
		if err != nil {
			return nil, tightly(n, arg, err)
		}
		t.args[i] = bound
	}
	return t, nil
}
