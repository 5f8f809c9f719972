package odata

import "strings"

// An op is the kind of a node of an expression.
type op uint8

const (
	opLiteral op = iota + 1
	opPath       // name: segments joined by '/'
	opCount      // args: the path of a collection
	opAny        // name: variable; args: path, condition (absent in `any()`)
	opAll        // name: variable; args: path, condition
	opCall       // name: function; args: parameters
	opNot
	opAnd
	opOr
	opEq
	opNe
	opGt
	opGe
	opLt
	opLe
	opIn         // args: operand, then the list
	opWithin     // args: operand, then the path of a collection; also written `in`
	opHas        // args: operand, enum literal
	opArithmetic // name: operator
)

// A node is one part of a syntax tree. Names are as the client wrote them.
type node struct {
	op   op
	pos  int
	name string
	lit  literal
	args []*node
}

// keyword is the operator as it is written, empty for other nodes.
func (o op) keyword() string {
	switch o {
	case opNot:
		return "not"
	case opAnd:
		return "and"
	case opOr:
		return "or"
	case opEq:
		return "eq"
	case opNe:
		return "ne"
	case opGt:
		return "gt"
	case opGe:
		return "ge"
	case opLt:
		return "lt"
	case opLe:
		return "le"
	case opIn, opWithin:
		return "in"
	case opHas:
		return "has"
	default:
		return ""
	}
}

// Binding powers, loosest first (OData 4.01 Part 2, 5.1.1.17).
const (
	powerNone = iota
	powerOr
	powerAnd
	powerEquality
	powerRelation
	powerAdd
	powerMultiply
	powerUnary
	powerPrimary
)

// power tells how tightly the operator of n binds its operands.
func (n *node) power() int {
	switch n.op {
	case opOr:
		return powerOr
	case opAnd:
		return powerAnd
	case opEq, opNe:
		return powerEquality
	case opGt, opGe, opLt, opLe:
		return powerRelation
	case opArithmetic:
		if n.name == "add" || n.name == "sub" {
			return powerAdd
		}
		return powerMultiply
	case opNot:
		return powerUnary
	default:
		return powerPrimary
	}
}

// String writes the expression with as few parentheses as it needs. Parsing
// the text again gives the same tree.
func (n *node) String() string {
	var text strings.Builder
	n.write(&text, powerNone)
	return text.String()
}

// write adds n to text, in parentheses if it binds looser than its place needs.
func (n *node) write(text *strings.Builder, needed int) {
	power := n.power()
	if power < needed {
		text.WriteByte('(')
		defer text.WriteByte(')')
	}
	switch n.op {
	case opLiteral:
		text.WriteString(n.lit.String())
	case opPath:
		text.WriteString(n.name)
	case opCount:
		n.args[0].write(text, powerNone)
		text.WriteString("/$count")
	case opAny, opAll:
		n.writeLambda(text)
	case opCall:
		text.WriteString(n.name)
		writeList(text, n.args)
	case opNot:
		text.WriteString("not ")
		n.args[0].write(text, powerUnary)
	case opIn:
		n.args[0].write(text, powerPrimary)
		text.WriteString(" in ")
		writeList(text, n.args[1:])
	case opHas, opWithin:
		n.writeBinary(text, n.op.keyword(), powerPrimary, powerPrimary)
	case opArithmetic:
		n.writeBinary(text, n.name, power, power+1)
	default:
		n.writeBinary(text, n.op.keyword(), power, power+1)
	}
}

func (n *node) writeBinary(text *strings.Builder, keyword string, left, right int) {
	n.args[0].write(text, left)
	text.WriteByte(' ')
	text.WriteString(keyword)
	text.WriteByte(' ')
	n.args[1].write(text, right)
}

func (n *node) writeLambda(text *strings.Builder) {
	n.args[0].write(text, powerNone)
	if n.op == opAny {
		text.WriteString("/any(")
	} else {
		text.WriteString("/all(")
	}
	if len(n.args) > 1 {
		text.WriteString(n.name)
		text.WriteByte(':')
		n.args[1].write(text, powerNone)
	}
	text.WriteByte(')')
}

func writeList(text *strings.Builder, nodes []*node) {
	text.WriteByte('(')
	for i, arg := range nodes {
		if i > 0 {
			text.WriteByte(',')
		}
		arg.write(text, powerNone)
	}
	text.WriteByte(')')
}

// startsAt reports whether a path in the expression starts with a segment.
func (n *node) startsAt(segment string) bool {
	if n.op == opPath && strings.HasPrefix(n.name, segment+"/") {
		return true
	}
	for _, arg := range n.args {
		if arg.startsAt(segment) {
			return true
		}
	}
	return false
}
