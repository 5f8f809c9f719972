package odata

import (
	"strings"
)

// A Search is a `$search` expression: words and phrases joined by AND, OR and
// NOT. Words that stand side by side are joined by AND.
type Search struct {
	op   op     // opAnd, opOr, opNot, or opLiteral for a term
	term string // a word or a phrase
	args []*Search
}

// Match evaluates the expression. The function tells whether a row holds a term.
func (s *Search) Match(holds func(term string) bool) bool {
	if s == nil {
		return true
	}
	switch s.op {
	case opAnd:
		return s.args[0].Match(holds) && s.args[1].Match(holds)
	case opOr:
		return s.args[0].Match(holds) || s.args[1].Match(holds)
	case opNot:
		return !s.args[0].Match(holds)
	default:
		return holds(s.term)
	}
}

// Required returns terms that every match holds, to narrow the rows down first.
func (s *Search) Required() []string {
	switch {
	case s == nil:
		return nil
	case s.op == opAnd:
		return append(s.args[0].Required(), s.args[1].Required()...)
	case s.op == opLiteral:
		return []string{s.term}
	}
	return nil
}

// String is the expression with explicit operators.
func (s *Search) String() string {
	switch s.op {
	case opAnd:
		return "(" + s.args[0].String() + " AND " + s.args[1].String() + ")"
	case opOr:
		return "(" + s.args[0].String() + " OR " + s.args[1].String() + ")"
	case opNot:
		return "(NOT " + s.args[0].String() + ")"
	default:
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s.term) + `"`
	}
}

// A searcher reads a search expression by recursive descent.
type searcher struct {
	lexer
	limits Limits
	tok    string // the token ahead: "(", ")", a word, or a phrase with its first quote; "" at the end
	pos    int
	depth  int
	nodes  int
}

func parseSearch(text string, limits Limits) (*Search, error) {
	p := searcher{lexer: lexer{option: "$search", src: text}, limits: limits.orDefault()}
	if err := p.advance(); err != nil {
		return nil, err
	}
	s, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok != "" {
		return nil, p.fail(InvalidValue, p.pos, "'%s' is not expected here.", clip(p.tok))
	}
	return s, nil
}

func (p *searcher) advance() error {
	for p.at < len(p.src) && p.src[p.at] == ' ' {
		p.at++
	}
	p.pos, p.tok = p.at, ""
	if p.at == len(p.src) {
		return nil
	}
	switch c := p.src[p.at]; c {
	case '(', ')':
		p.at++
		p.tok = string(c)
	case '"':
		return p.phrase()
	default:
		length := strings.IndexAny(p.src[p.at:], ` "()`)
		if length < 0 {
			length = len(p.src) - p.at
		}
		p.at += length
		p.tok = p.src[p.pos:p.at]
	}
	return nil
}

// phrase reads words in double quotes; a backslash escapes a quote or itself.
func (p *searcher) phrase() error {
	text := []byte{'"'}
	for p.at++; p.at < len(p.src); p.at++ {
		c := p.src[p.at]
		if c == '"' {
			p.at++
			if p.tok = string(text); len(text) == 1 {
				return p.fail(InvalidValue, p.pos, "The phrase is empty.")
			}
			return nil
		}
		if c == '\\' && p.at+1 < len(p.src) && (p.src[p.at+1] == '"' || p.src[p.at+1] == '\\') {
			p.at++
			c = p.src[p.at]
		}
		text = append(text, c)
	}
	return p.fail(InvalidValue, p.pos, "The phrase that starts here has no closing quote.")
}

func (p *searcher) node(o op, term string, args ...*Search) (*Search, error) {
	if p.nodes++; p.nodes > p.limits.Nodes {
		return nil, p.fail(TooComplex, p.pos, "The search has more than %d parts.", p.limits.Nodes)
	}
	return &Search{op: o, term: term, args: args}, nil
}

func (p *searcher) or() (*Search, error) {
	if p.depth++; p.depth > p.limits.Depth {
		return nil, p.fail(TooComplex, p.pos, "The search is nested deeper than %d levels.", p.limits.Depth)
	}
	defer func() { p.depth-- }()
	left, err := p.and()
	for err == nil && p.tok == "OR" {
		if err = p.advance(); err != nil {
			return nil, err
		}
		var right *Search
		if right, err = p.and(); err == nil {
			left, err = p.node(opOr, "", left, right)
		}
	}
	return left, err
}

func (p *searcher) and() (*Search, error) {
	left, err := p.not()
	for err == nil && p.tok != "" && p.tok != ")" && p.tok != "OR" {
		if p.tok == "AND" {
			if err = p.advance(); err != nil {
				return nil, err
			}
		}
		var right *Search
		if right, err = p.not(); err == nil {
			left, err = p.node(opAnd, "", left, right)
		}
	}
	return left, err
}

func (p *searcher) not() (*Search, error) {
	switch tok := p.tok; {
	case tok == "" || tok == ")" || tok == "AND" || tok == "OR":
		return nil, p.fail(InvalidValue, p.pos, "A word or a phrase is expected.")
	case tok == "NOT":
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.tok == "NOT" {
			return nil, p.fail(InvalidValue, p.pos, "A word or a phrase is expected.")
		}
		arg, err := p.not()
		if err != nil {
			return nil, err
		}
		return p.node(opNot, "", arg)
	case tok == "(":
		if err := p.advance(); err != nil {
			return nil, err
		}
		s, err := p.or()
		if err != nil {
			return nil, err
		}
		if p.tok != ")" {
			return nil, p.fail(InvalidValue, p.pos, "')' is expected.")
		}
		return s, p.advance()
	default:
		if err := p.advance(); err != nil {
			return nil, err
		}
		return p.node(opLiteral, strings.TrimPrefix(tok, `"`))
	}
}
