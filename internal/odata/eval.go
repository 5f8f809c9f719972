package odata

import "strings"

// A truth is the value of a condition.
type truth uint8

const (
	isFalse truth = iota
	isTrue
	isUnknown // null
)

// An env is what an expression is evaluated over: the entity and the items
// that the variables stand for.
type env struct {
	row  Row
	vars [maxVariables]Value
}

func truthOf(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

// condition evaluates a term of kind Boolean, or null.
func (e *env) condition(t *term) truth {
	switch t.op {
	case opAnd:
		left := e.condition(t.args[0])
		if left == isFalse {
			return isFalse
		}
		right := e.condition(t.args[1])
		if right == isFalse || left == isTrue {
			return right
		}
		return isUnknown
	case opOr:
		left := e.condition(t.args[0])
		if left == isTrue {
			return isTrue
		}
		right := e.condition(t.args[1])
		if right == isTrue || left == isFalse {
			return right
		}
		return isUnknown
	case opNot:
		switch e.condition(t.args[0]) {
		case isTrue:
			return isFalse
		case isFalse:
			return isTrue
		}
		return isUnknown
	case opEq, opNe, opGt, opGe, opLt, opLe:
		return truthOf(e.compare(t))
	case opIn:
		return truthOf(e.in(t))
	case opAny, opAll:
		return truthOf(e.lambda(t))
	}
	v := e.value(t)
	if v.IsNull() {
		return isUnknown
	}
	return truthOf(v.num != 0)
}

// value evaluates any single-valued term.
func (e *env) value(t *term) Value {
	switch t.op {
	case opLiteral:
		return t.value
	case opVar:
		return e.vars[t.slot]
	case opProp:
		if row := e.rowOf(t); row != nil {
			return row.Value(t.index)
		}
		return Value{}
	case opCount:
		if row := e.rowOf(t.args[0]); row != nil {
			return Int(int64(row.Len(t.args[0].index)))
		}
		return Int(0)
	case opCall:
		return e.call(t)
	}
	switch e.condition(t) {
	case isTrue:
		return Bool(true)
	case isFalse:
		return Bool(false)
	}
	return Value{}
}

// rowOf is the row that holds the property t, nil if it is null.
func (e *env) rowOf(t *term) Row {
	if len(t.args) == 0 {
		return e.row
	}
	return e.value(t.args[0]).row
}

func (e *env) call(t *term) Value {
	var args [3]Value
	for i, arg := range t.args {
		v := e.value(arg)
		if v.IsNull() {
			return Value{}
		}
		args[i] = v
	}
	if t.lower {
		return Bool(t.fn.applyLower(args[0].str, args[1].str))
	}
	return t.fn.apply(args[0], args[1], args[2])
}

func (e *env) compare(t *term) bool {
	left, right := e.value(t.args[0]), e.value(t.args[1])
	if left.IsNull() || right.IsNull() {
		same := left.IsNull() && right.IsNull()
		switch t.op {
		case opEq, opGe, opLe:
			return same
		case opNe:
			return !same
		}
		return false
	}
	if t.op == opEq || t.op == opNe {
		return t.equal(left, right) == (t.op == opEq)
	}
	order, ok := compare(left, right)
	return ok && holds(t.op, order)
}

// equal compares values that are not null by the rules of the comparison t.
func (t *term) equal(left, right Value) bool {
	switch {
	case t.lower:
		n, ok := lowerPrefix(left.str, right.str)
		return ok && n == len(left.str)
	case t.fold:
		return strings.EqualFold(left.str, right.str)
	case left.kind == isText:
		return left.str == right.str
	}
	order, ok := compare(left, right)
	return ok && order == 0
}

// holds reports whether an order satisfies a comparison.
func holds(o op, order int) bool {
	switch o {
	case opGt:
		return order > 0
	case opGe:
		return order >= 0
	case opLt:
		return order < 0
	case opLe:
		return order <= 0
	case opNe:
		return order != 0
	default:
		return order == 0
	}
}

func (e *env) in(t *term) bool {
	left := e.value(t.args[0])
	for _, item := range t.args[1:] {
		if left.IsNull() || item.value.IsNull() {
			if left.IsNull() && item.value.IsNull() {
				return true
			}
			continue
		}
		if t.equal(left, item.value) {
			return true
		}
	}
	return false
}

// lambda evaluates any and all. A condition that is null counts as false.
func (e *env) lambda(t *term) bool {
	source := t.args[0]
	row := e.rowOf(source)
	n := 0
	if row != nil {
		n = row.Len(source.index)
	}
	if len(t.args) == 1 {
		return n > 0
	}
	for i := range n {
		e.vars[t.slot] = row.Item(source.index, i)
		if (e.condition(t.args[1]) == isTrue) == (t.op == opAny) {
			return t.op == opAny
		}
	}
	return t.op == opAll
}
