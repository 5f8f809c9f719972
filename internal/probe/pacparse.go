package probe

import (
	"strconv"
	"strings"
)

// scanPAC cuts a script into its words.
func scanPAC(script string) (list []token, err error) {
	script = strings.TrimPrefix(script, "\ufeff")
	for i := 0; i < len(script); {
		c := script[i]
		switch {
		case strings.IndexByte(" \t\n\r\f\v", c) >= 0:
			i++
		case strings.HasPrefix(script[i:], "//"):
			line := strings.IndexByte(script[i:], '\n')
			if line < 0 {
				line = len(script) - i
			}
			i += line
		case strings.HasPrefix(script[i:], "/*"):
			end := strings.Index(script[i+2:], "*/")
			if end < 0 {
				return nil, unread("a comment has no end")
			}
			i += end + 4
		case c == '"' || c == '\'':
			end := strings.IndexByte(script[i+1:], c)
			if end < 0 || strings.ContainsAny(script[i+1:i+1+end], "\\\n") {
				return nil, unread("a text that has no end, or a backslash")
			}
			list = append(list, token{'s', script[i+1 : i+1+end]})
			i += end + 2
		default:
			t := word(script[i:])
			list = append(list, t)
			i += len(t.text)
		}
	}
	return list, nil
}

func letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$' || c >= '0' && c <= '9'
}

// word is the name, number or sign that a text begins with.
func word(text string) token {
	end := 0
	for end < len(text) && letter(text[end]) {
		end++
	}
	switch {
	case end > 0 && text[0] >= '0' && text[0] <= '9':
		return token{'d', text[:end]}
	case end > 0:
		return token{'n', text[:end]}
	}
	for _, sign := range []string{"===", "!==", "==", "!=", "&&", "||", ">=", "<="} {
		if strings.HasPrefix(text, sign) {
			return token{'o', sign}
		}
	}
	return token{'o', text[:1]}
}

// block runs the statements between braces. It stops at a return, the value of
// which it returns.
func (s *pac) block(run bool) (value any, returned bool, err error) {
	if err := s.expect("{"); err != nil {
		return nil, false, err
	}
	for !s.accept("}") {
		if s.peek().kind == 'e' {
			return nil, false, unread("a brace is missing")
		}
		v, done, err := s.statement(run && !returned)
		if err != nil {
			return nil, false, err
		}
		if done {
			value, returned = v, true
		}
		if returned && s.deep == 0 {
			return value, true, nil // of what follows nothing is asked
		}
	}
	return value, returned, nil
}

func (s *pac) statement(run bool) (any, bool, error) {
	if err := s.step(); err != nil {
		return nil, false, err
	}
	s.deep++
	defer func() { s.deep-- }()
	switch t := s.peek(); {
	case t.text == "{" && t.kind == 'o':
		return s.block(run)
	case s.accept(";"):
		return nil, false, nil
	case s.accept("return"):
		v, err := s.value(run)
		if err == nil && !s.accept(";") && s.peek().kind == 'o' && s.peek().text != "}" {
			err = unread("%s", printable(s.peek().text))
		}
		return v, run, err
	case s.accept("if"):
		return s.branch(run)
	case s.accept("var") || s.accept("let") || s.accept("const"):
		return nil, false, s.assignment(run)
	case t.kind == 'n' && s.at+1 < len(s.tokens) && s.tokens[s.at+1] == (token{'o', "="}):
		return nil, false, s.assignment(run)
	}
	return nil, false, unread("%s", printable(s.peek().text))
}

// value works out an expression, or passes over it.
func (s *pac) value(run bool) (any, error) { return s.unless(!run, s.or) }

func (s *pac) assignment(run bool) error {
	name := s.next()
	if name.kind != 'n' {
		return unread("%s", printable(name.text))
	}
	if err := s.expect("="); err != nil {
		return err
	}
	v, err := s.value(run)
	if err != nil {
		return err
	}
	if run {
		s.vars[name.text] = v
	}
	s.accept(";")
	return nil
}

func (s *pac) branch(run bool) (any, bool, error) {
	if err := s.expect("("); err != nil {
		return nil, false, err
	}
	condition, err := s.value(run)
	if err != nil {
		return nil, false, err
	}
	if err := s.expect(")"); err != nil {
		return nil, false, err
	}
	yes := truth(condition)
	value, returned, err := s.statement(run && yes)
	if err != nil || !s.accept("else") {
		return value, returned, err
	}
	other, otherReturned, err := s.statement(run && !yes)
	if otherReturned {
		return other, true, err
	}
	return value, returned, err
}

func truth(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case string:
		return v != ""
	case float64:
		return v != 0
	}
	return false
}

func (s *pac) or() (any, error) {
	left, err := s.and()
	for err == nil && s.accept("||") {
		var right any
		if right, err = s.unless(truth(left), s.and); !truth(left) {
			left = right
		}
	}
	return left, err
}

func (s *pac) and() (any, error) {
	left, err := s.compare()
	for err == nil && s.accept("&&") {
		var right any
		if right, err = s.unless(!truth(left), s.compare); truth(left) {
			left = right
		}
	}
	return left, err
}

// unless works out a part of an expression, or passes over it where that is decided
// without it.
func (s *pac) unless(decided bool, part func() (any, error)) (any, error) {
	before := s.skip
	s.skip = before || decided
	v, err := part()
	s.skip = before
	return v, err
}

func (s *pac) compare() (any, error) {
	left, err := s.unary()
	if err != nil {
		return nil, err
	}
	for _, sign := range []string{"===", "!==", "==", "!=", ">=", "<=", ">", "<"} {
		if !s.accept(sign) {
			continue
		}
		right, err := s.unary()
		if err != nil || s.skip {
			return false, err
		}
		return compared(left, sign, right)
	}
	return left, nil
}

func compared(left any, sign string, right any) (any, error) {
	switch sign {
	case "==", "===":
		return left == right, nil
	case "!=", "!==":
		return left != right, nil
	}
	a, ok := left.(float64)
	b, also := right.(float64)
	if !ok || !also {
		return nil, unread("%s of no numbers", sign)
	}
	return sign[0] == '>' && a > b || sign[0] == '<' && a < b || len(sign) == 2 && a == b, nil
}

func (s *pac) unary() (any, error) {
	if err := s.step(); err != nil {
		return nil, err
	}
	s.deep++
	defer func() { s.deep-- }()
	if s.accept("!") {
		v, err := s.unary()
		return !truth(v), err
	}
	if s.accept("-") {
		v, err := s.unary()
		n, ok := v.(float64)
		if err == nil && !ok && !s.skip {
			err = unread("- of no number")
		}
		return -n, err
	}
	v, err := s.primary()
	for err == nil && s.accept(".") {
		v, err = s.member(v)
	}
	return v, err
}

func (s *pac) primary() (any, error) {
	t := s.next()
	switch {
	case t.kind == 's':
		return t.text, nil
	case t.kind == 'd':
		n, err := strconv.ParseUint(t.text, 10, 31)
		if err != nil {
			return nil, unread("%s", printable(t.text))
		}
		return float64(n), nil
	case t.text == "(" && t.kind == 'o':
		v, err := s.or()
		if err != nil {
			return nil, err
		}
		return v, s.expect(")")
	case t.text == "true" || t.text == "false":
		return t.text == "true", nil
	case t.kind != 'n':
		return nil, unread("%s", printable(t.text))
	case s.peek().text == "(" && s.peek().kind == 'o':
		args, err := s.arguments()
		if err != nil || s.skip {
			return nil, err
		}
		return pacCall(t.text, args)
	}
	v, ok := s.vars[t.text]
	if !ok && !s.skip {
		return nil, unread("%s", printable(t.text))
	}
	return v, nil
}

func (s *pac) arguments() (list []any, err error) {
	if err := s.expect("("); err != nil {
		return nil, err
	}
	for !s.accept(")") {
		if len(list) > 0 {
			if err := s.expect(","); err != nil {
				return nil, err
			}
		}
		v, err := s.or()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// member works out what stands behind a dot.
func (s *pac) member(of any) (any, error) {
	name := s.next()
	text, ok := of.(string)
	if s.peek().text != "(" || s.peek().kind != 'o' {
		if name.text == "length" && (ok || s.skip) {
			return float64(len(text)), nil
		}
		return nil, unread(".%s", printable(name.text))
	}
	args, err := s.arguments()
	if err != nil || s.skip {
		return nil, err
	}
	if !ok {
		return nil, unread(".%s of no text", printable(name.text))
	}
	return pacMethod(text, name.text, args)
}
