package odata

import "strings"

// A parser reads one expression by operator precedence (Pratt).
type parser struct {
	lexer
	limits Limits
	tok    token // the token ahead
	prev   token // the token before it
	depth  int
	nodes  int
	free   []node  // allocated in blocks, handed out one by one
	links  []*node // the same for operands
}

// parseExpression reads src as one expression. Option is named in errors.
func parseExpression(option, src string, limits Limits) (*node, error) {
	limits = limits.orDefault()
	p := parser{lexer: lexer{option: option, src: src}, limits: limits}
	if len(src) > limits.Bytes {
		return nil, p.fail(TooComplex, limits.Bytes, "The expression is longer than %d bytes.", limits.Bytes)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	n, err := p.expression(powerNone)
	if err != nil {
		return nil, err
	}
	if p.tok.kind != endToken {
		return nil, p.leftover()
	}
	return n, nil
}

func (p *parser) advance() (err error) {
	p.prev = p.tok
	p.tok, err = p.next()
	return err
}

// text is the source of the token ahead.
func (p *parser) text() string { return p.src[p.tok.pos:p.tok.end] }

// at reports whether the token ahead is the given mark.
func (p *parser) at(mark byte) bool { return p.tok.kind == markToken && p.tok.mark == mark }

func (p *parser) expect(mark byte) error {
	if !p.at(mark) {
		return p.unexpected("'" + string(mark) + "' is expected.")
	}
	return p.advance()
}

func (p *parser) unexpected(wanted string) error {
	switch {
	case p.tok.kind == endToken:
		return p.fail(InvalidValue, p.tok.pos, "The expression ends too early. %s", wanted)
	case p.at('='):
		return p.fail(InvalidValue, p.tok.pos, "Write 'eq' instead of '%s'.", p.equals())
	}
	return p.fail(InvalidValue, p.tok.pos, "'%s' is not expected here. %s", clip(p.text()), wanted)
}

// node makes a node and counts it.
func (p *parser) node(o op, pos int, name string, args ...*node) (*node, error) {
	if p.nodes++; p.nodes > p.limits.Nodes {
		return nil, p.fail(TooComplex, pos, "The expression has more than %d parts.", p.limits.Nodes)
	}
	const block = 12
	if len(p.free) == 0 {
		p.free = make([]node, block)
	}
	n := &p.free[0]
	p.free = p.free[1:]
	n.op, n.pos, n.name = o, pos, name
	if len(args) > 0 {
		if cap(p.links)-len(p.links) < len(args) {
			p.links = make([]*node, 0, max(block, len(args)))
		}
		start := len(p.links)
		p.links = append(p.links, args...)
		n.args = p.links[start:len(p.links):len(p.links)]
	}
	return n, nil
}

// expression reads operators that bind tighter than power.
func (p *parser) expression(power int) (*node, error) {
	if p.depth++; p.depth > p.limits.Depth {
		return nil, p.fail(TooComplex, p.tok.pos, "The expression is nested deeper than %d levels.", p.limits.Depth)
	}
	defer func() { p.depth-- }()
	left, err := p.operand()
	for err == nil && p.tok.kind == wordToken {
		o, name, bound := binaryOperator(p.text())
		if bound <= power {
			break
		}
		left, err = p.binary(left, o, name, bound)
	}
	return left, err
}

// binary reads an operator and its right operand. Only a parenthesis may stand
// directly beside the operator.
func (p *parser) binary(left *node, o op, name string, power int) (*node, error) {
	pos := p.tok.pos
	word := p.text()
	if !p.tok.spaced && (p.prev.kind != markToken || p.prev.mark != ')') {
		return nil, p.fail(InvalidValue, pos, "A blank is expected before '%s'.", word)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if !p.tok.spaced && !p.at('(') && p.tok.kind != endToken {
		return nil, p.fail(InvalidValue, p.tok.pos, "A blank is expected after '%s'.", word)
	}
	if o == opIn {
		return p.in(left, pos)
	}
	right, err := p.expression(power)
	if err != nil {
		return nil, err
	}
	return p.node(o, pos, name, left, right)
}

// binaryOperator finds the operator that a word stands for, with its power; a
// power of zero means none.
func binaryOperator(word string) (o op, name string, power int) {
	if len(word) > len("divby") {
		return 0, "", powerNone
	}
	switch word {
	case "and":
		return opAnd, "", powerAnd
	case "or":
		return opOr, "", powerOr
	case "eq":
		return opEq, "", powerEquality
	case "ne":
		return opNe, "", powerEquality
	case "gt":
		return opGt, "", powerRelation
	case "ge":
		return opGe, "", powerRelation
	case "lt":
		return opLt, "", powerRelation
	case "le":
		return opLe, "", powerRelation
	case "in":
		return opIn, "", powerPrimary
	case "has":
		return opHas, "", powerPrimary
	case "add", "sub":
		return opArithmetic, word, powerAdd
	case "mul", "div", "divby", "mod":
		return opArithmetic, word, powerMultiply
	}
	if lower := strings.ToLower(word); lower != word {
		return binaryOperator(lower)
	}
	return 0, "", powerNone
}

// in reads what follows the operator: a list of literals, or a collection.
func (p *parser) in(left *node, pos int) (*node, error) {
	if !p.at('(') {
		right, err := p.expression(powerPrimary)
		if err != nil {
			return nil, err
		}
		return p.within(left, right, pos)
	}
	args, err := p.list([]*node{left})
	switch {
	case err != nil:
		return nil, err
	case len(args) == 1:
		return nil, p.fail(InvalidValue, pos, "The list of 'in' is empty.")
	case len(args) == 2 && args[1].op != opLiteral:
		return p.within(left, args[1], pos)
	}
	for _, item := range args[1:] {
		if item.op != opLiteral {
			return nil, p.fail(InvalidValue, item.pos, "The list of 'in' holds something other than literals.")
		}
	}
	return p.node(opIn, pos, "", args...)
}

// within makes the test for an item of a collection, which only a path leads
// to.
func (p *parser) within(left, right *node, pos int) (*node, error) {
	if right.op != opPath {
		return nil, p.fail(InvalidValue, right.pos, "A list such as ('a','b') or a collection is expected after 'in'.")
	}
	return p.node(opWithin, pos, "", left, right)
}

// list reads expressions in parentheses and adds them to args.
func (p *parser) list(args []*node) ([]*node, error) {
	open := p.tok.pos
	if err := p.advance(); err != nil {
		return nil, err
	}
	for !p.at(')') {
		if len(args) > p.limits.Nodes {
			return nil, p.fail(TooComplex, p.tok.pos, "The expression has more than %d parts.", p.limits.Nodes)
		}
		arg, err := p.expression(powerNone)
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
		if p.at(')') {
			break
		}
		if !p.at(',') {
			return nil, p.unclosed(open, "A comma is expected between two values.")
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.at(')') {
			return nil, p.unexpected("A value is expected.")
		}
	}
	return args, p.advance()
}

// operand reads what stands between operators.
func (p *parser) operand() (*node, error) {
	switch {
	case p.tok.kind == literalToken:
		return p.literal(p.tok.lit)
	case p.at('('):
		return p.parenthesis()
	case p.tok.kind == wordToken:
		return p.wordOperand()
	}
	return nil, p.unexpected("A property, a value or a function is expected.")
}

// parenthesis reads an expression in parentheses.
func (p *parser) parenthesis() (*node, error) {
	open := p.tok.pos
	if err := p.advance(); err != nil {
		return nil, err
	}
	n, err := p.expression(powerNone)
	switch {
	case err != nil:
		return nil, err
	case !p.at(')'):
		return nil, p.unclosed(open, "An operator or ')' is expected.")
	}
	return n, p.advance()
}

func (p *parser) literal(lit literal) (*node, error) {
	n, err := p.node(opLiteral, p.tok.pos, "")
	if err != nil {
		return nil, err
	}
	n.lit = lit
	return n, p.advance()
}

// wordOperand reads `not`, a named literal, a function call or a path.
func (p *parser) wordOperand() (*node, error) {
	word, pos := p.text(), p.tok.pos
	called := p.tok.end < len(p.src) && p.src[p.tok.end] == '('
	switch {
	case strings.EqualFold(word, "not"):
		if err := p.advance(); err != nil {
			return nil, err
		}
		arg, err := p.expression(powerUnary - 1)
		if err != nil {
			return nil, err
		}
		return p.node(opNot, pos, "", arg)
	case called:
		return p.call(word, pos)
	case strings.EqualFold(word, "true"), strings.EqualFold(word, "false"):
		return p.literal(literal{kind: Boolean, value: Bool(word[0]|0x20 == 't')})
	case strings.EqualFold(word, "null"):
		return p.literal(literal{})
	case word == "INF", word == "NaN":
		lit, _ := parseNumber(word)
		return p.literal(lit)
	case word[0] == '$' && (word != itself || p.option != "$filter"):
		return nil, p.dollar(word)
	}
	return p.path(pos)
}

// dollar explains why a word with a dollar sign cannot start an operand.
func (p *parser) dollar(word string) error {
	switch word {
	case "$it", "$root", "$this":
		return p.fail(NotImplemented, p.tok.pos, "%s is not offered.", word)
	}
	return p.unexpected("A property, a value or a function is expected.")
}

func (p *parser) call(name string, pos int) (*node, error) {
	switch {
	case strings.IndexByte(name, '.') >= 0, strings.EqualFold(name, "case"):
		return nil, p.fail(NotImplemented, pos, "The function '%s' is not offered.", clip(name))
	case strings.EqualFold(name, "any"), strings.EqualFold(name, "all"):
		return nil, p.fail(InvalidValue, pos, "'%s' follows a collection and a slash.", name)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	args, err := p.list(nil)
	if err != nil {
		return nil, err
	}
	return p.node(opCall, pos, strings.ToLower(name), args...)
}

// path reads segments joined by slashes, which may end in `/$count`,
// `/any(...)` or `/all(...)`.
func (p *parser) path(pos int) (*node, error) {
	end := p.tok.end
	if err := p.advance(); err != nil {
		return nil, err
	}
	for p.at('/') {
		if p.tok.spaced {
			return nil, p.unexpected("A path holds no blanks.")
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.tok.kind != wordToken || p.tok.spaced {
			return nil, p.unexpected("A property is expected.")
		}
		word := p.text()
		called := p.tok.end < len(p.src) && p.src[p.tok.end] == '('
		if !called && word[0] != '$' {
			end = p.tok.end
			if err := p.advance(); err != nil {
				return nil, err
			}
			continue
		}
		source, err := p.node(opPath, pos, p.src[pos:end])
		if err != nil {
			return nil, err
		}
		return p.suffix(source, word)
	}
	return p.node(opPath, pos, p.src[pos:end])
}

// suffix reads the last segment of a path to a collection.
func (p *parser) suffix(source *node, word string) (*node, error) {
	pos := p.tok.pos
	switch {
	case word == "$count":
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.at('(') || p.at('/') {
			return nil, p.fail(NotImplemented, p.tok.pos, "Options of $count are not offered.")
		}
		return p.node(opCount, pos, "", source)
	case word[0] == '$':
		return nil, p.fail(NotImplemented, pos, "The path segment '%s' is not offered.", clip(word))
	case strings.EqualFold(word, "any"):
		return p.lambda(opAny, source)
	case strings.EqualFold(word, "all"):
		return p.lambda(opAll, source)
	}
	return nil, p.fail(NotImplemented, pos, "The function '%s' is not offered in a path.", clip(word))
}

func (p *parser) lambda(o op, source *node) (*node, error) {
	pos := p.tok.pos
	if err := p.advance(); err != nil {
		return nil, err
	}
	open := p.tok.pos
	if err := p.expect('('); err != nil {
		return nil, err
	}
	if p.at(')') && o == opAny {
		n, err := p.node(opAny, pos, "", source)
		if err != nil {
			return nil, err
		}
		return n, p.advance()
	}
	variable := p.text()
	if p.tok.kind != wordToken || variable[0] == '$' || strings.IndexByte(variable, '.') >= 0 {
		return nil, p.unexpected("A variable name is expected.")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.expect(':'); err != nil {
		return nil, err
	}
	condition, err := p.expression(powerNone)
	if err != nil {
		return nil, err
	}
	if !p.at(')') {
		return nil, p.unclosed(open, "An operator or ')' is expected.")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	return p.node(o, pos, variable, source, condition)
}
