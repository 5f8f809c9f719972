package odata

import (
	"cmp"
	"strings"
)

// comparison binds eq, ne, gt, ge, lt and le.
func (b *binder) comparison(n *node) (*term, error) {
	left, err := b.bind(n.args[0])
	if err != nil {
		return nil, err
	}
	right, err := b.bind(n.args[1])
	if err != nil {
		return nil, unquoted(n.args[1], err)
	}
	if left.op == opLiteral && right.op != opLiteral {
		left, right = right, left // so that a constant is always on the right
		n = &node{op: mirrored(n.op), pos: n.pos, args: []*node{n.args[1], n.args[0]}}
	}
	return b.compared(n, left, right)
}

// compared makes the comparison n of two operands, of which a constant is the
// right one.
func (b *binder) compared(n *node, left, right *term) (*term, error) {
	var err error
	if right, err = b.matched(n, left, right); err != nil {
		return nil, err
	}
	if left.op == opLiteral && right.op == opLiteral {
		t := &term{op: n.op, kind: Boolean, args: []*term{left, right}}
		return &term{op: opLiteral, kind: Boolean, value: Bool((&env{}).condition(t) == isTrue)}, nil
	}
	if right.op == opLiteral && right.value.isNaN() {
		return &term{op: opLiteral, kind: Boolean, value: Bool(n.op == opNe)}, nil
	}
	if left.enum != nil && n.op != opEq && n.op != opNe {
		return b.ordered(n, left, right)
	}
	t := &term{op: n.op, kind: Boolean, args: []*term{left, right}}
	takeFold(t)
	return t, nil
}

// mirrored is the operator to use when the operands change sides.
func mirrored(o op) op {
	switch o {
	case opGt:
		return opLt
	case opGe:
		return opLe
	case opLt:
		return opGt
	case opLe:
		return opGe
	default:
		return o
	}
}

// takeFold moves case folding from the operands to the comparison.
func takeFold(t *term) {
	left := t.args[0]
	if t.op != opEq && t.op != opNe && t.op != opIn {
		return
	}
	t.fold = left.folds() || t.args[1].folds()
	if left.op == opCall && left.fn == fnToLower && !t.fold {
		for _, right := range t.args[1:] {
			if right.op != opLiteral || right.value.IsNull() {
				return
			}
		}
		t.lower = true
		t.args[0] = left.args[0]
	}
}

// folds reports whether t is a property that is compared without case.
func (t *term) folds() bool { return t.fold && (t.op == opProp || t.op == opVar) }

// matched checks that right can be compared with left, and converts it if it
// is a constant that was written in another form.
func (b *binder) matched(n *node, left, right *term) (*term, error) {
	if left.many || right.many || left.kind == Stream || right.kind == Stream {
		return nil, b.fail(WrongType, n, "A collection or a stream cannot be compared.%s", cmp.Or(itemHint(n.args[0], left), itemHint(n.args[len(n.args)-1], right)))
	}
	null := left.kind == 0 || right.kind == 0
	switch {
	case left.kind == structKind || right.kind == structKind:
		if !null || n.op != opEq && n.op != opNe {
			return nil, b.fail(WrongType, n, "A structured value can only be compared with null, by eq and ne.")
		}
		return right, nil
	case null, left.kind == right.kind && left.enum == right.enum, left.kind.numeric() && right.kind.numeric():
		return right, nil
	}
	if right.op == opLiteral {
		return b.converted(n, left, right)
	}
	return nil, b.mismatch(n, left, right)
}

func (b *binder) mismatch(n *node, left, right *term) error {
	return b.fail(WrongType, n, "A value of type %s cannot be compared with one of type %s.%s", b.typeName(left), b.typeName(right), b.asWritten(left, right))
}

func (b *binder) typeName(t *term) string {
	if t.enum != nil {
		return b.model.qualified(t.enum.Name)
	}
	return t.kind.String()
}

// converted gives the constant right the type of left.
func (b *binder) converted(n *node, left, right *term) (*term, error) {
	t := *right
	t.kind, t.enum = left.kind, left.enum
	switch {
	case left.kind == enumKind && right.kind == String:
		name, ok := b.model.member(left.enum, right.value.str)
		if !ok {
			return nil, b.fail(InvalidValue, n, "'%s' is not a member of %s.", clip(right.value.str), left.enum.Name)
		}
		t.value = Text(name)
	case left.kind == DateTimeOffset && right.kind == Date:
	case left.kind == Guid && right.kind == String && isGUID(right.value.str):
		t.value = Text(strings.ToLower(right.value.str))
	default:
		return nil, b.mismatch(n, left, right)
	}
	return &t, nil
}

// ordered rewrites an order of enum members as membership, since rows hold
// names and the order is that of the numbers.
func (b *binder) ordered(n *node, left, right *term) (*term, error) {
	if right.op != opLiteral {
		return nil, b.fail(NotImplemented, n, "Enum properties can be ordered against constants only.")
	}
	if right.value.IsNull() {
		return &term{op: n.op, kind: Boolean, args: []*term{left, right}}, nil
	}
	limit, ok := numberOf(left.enum, right.value.str)
	if !ok {
		return nil, b.fail(InvalidValue, n, "'%s' has no order among the members of %s.", clip(right.value.str), left.enum.Name)
	}
	return membership(left, func(number int64) bool {
		order, _ := compare(Int(number), Int(limit))
		return holds(n.op, order)
	}), nil
}

func numberOf(e *Enum, name string) (int64, bool) {
	for _, member := range e.Members {
		if member.Name == name {
			return member.Value, true
		}
	}
	return 0, false
}

// membership is the condition that left is one of the members that keep accepts.
func membership(left *term, keep func(number int64) bool) *term {
	t := &term{op: opIn, kind: Boolean, args: []*term{left}}
	for _, member := range left.enum.Members {
		if keep(member.Value) {
			t.args = append(t.args, &term{op: opLiteral, kind: enumKind, enum: left.enum, value: Text(member.Name)})
		}
	}
	if len(t.args) == 1 {
		return &term{op: opLiteral, kind: Boolean, value: Bool(false)}
	}
	return t
}

// has binds the test for an enum member: for its bits where members are flags,
// else for the member itself, which no other one includes.
func (b *binder) has(n *node) (*term, error) {
	left, err := b.scalar(n.args[0])
	if err != nil {
		return nil, err
	}
	right, err := b.scalar(n.args[1])
	if err != nil {
		return nil, err
	}
	if left.enum == nil || left.op == opLiteral || right.op != opLiteral || right.kind == 0 {
		return nil, b.fail(WrongType, n, "'has' needs an enum property and an enum constant.")
	}
	if right, err = b.matched(n, left, right); err != nil {
		return nil, err
	}
	if !left.enum.Flags {
		return &term{op: opEq, kind: Boolean, args: []*term{left, right}}, nil
	}
	bits, ok := numberOf(left.enum, right.value.str)
	if !ok {
		return nil, b.fail(InvalidValue, n, "'%s' is not a member of %s.", clip(right.value.str), left.enum.Name)
	}
	return membership(left, func(number int64) bool { return number&bits == bits }), nil
}

func (b *binder) in(n *node) (*term, error) {
	left, err := b.scalar(n.args[0])
	if err != nil {
		return nil, err
	}
	t := &term{op: opIn, kind: Boolean, args: []*term{left}}
	for _, item := range n.args[1:] {
		right, err := b.literal(item)
		if err != nil {
			return nil, err
		}
		at := &node{op: opEq, pos: item.pos}
		if right, err = b.matched(at, left, right); err != nil {
			return nil, err
		}
		t.args = append(t.args, right)
	}
	if left.op == opLiteral {
		return &term{op: opLiteral, kind: Boolean, value: Bool((&env{}).condition(t) == isTrue)}, nil
	}
	takeFold(t)
	return t, nil
}

// within binds the test for an item of a collection as what it means: any
// item equals the operand.
func (b *binder) within(n *node) (*term, error) {
	source, err := b.collection(n.args[1])
	if err != nil {
		return nil, err
	}
	if len(b.vars) == maxVariables {
		return nil, b.fail(TooComplex, n, "More than %d lambda expressions are nested.", maxVariables)
	}
	left, err := b.scalar(n.args[0])
	if err != nil {
		return nil, err
	}
	item := &term{op: opVar, kind: source.kind, fold: source.fold, enum: source.enum, object: source.object, slot: len(b.vars)}
	condition, err := b.compared(&node{op: opEq, pos: n.pos, args: n.args}, item, left)
	if err != nil {
		return nil, err
	}
	return &term{op: opAny, kind: Boolean, slot: len(b.vars), args: []*term{source, condition}}, nil
}
