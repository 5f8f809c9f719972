package odata

import "strings"

// What is written by habit from other languages, or changed by a word
// processor, is refused with the place and what to write instead. None of it
// is legal OData, so that none of it is called a feature that is not offered.

// singleQuotes is what to say where text stands in quotes of another kind.
const singleQuotes = "Text stands in single quotes: write 'x', not %sx%s."

// slip explains a character that no expression holds.
func (l *lexer) slip() error {
	rest := l.src[l.at:]
	for _, s := range [...]struct{ written, meant string }{
		{"&&", "and"}, {"||", "or"}, {"!=", "ne"}, {"<>", "ne"}, {"<=", "le"}, {">=", "ge"}, {"<", "lt"}, {">", "gt"}, {"!", "not"},
	} {
		if strings.HasPrefix(rest, s.written) {
			return l.fail(InvalidValue, l.at, "Write '%s' instead of '%s'.", s.meant, s.written)
		}
	}
	for _, pair := range [...][2]string{
		{`"`, `"`},
		{"`", "`"},
		{"´", "´"},
		{"‘", "’"},
		{"’", "’"},
		{"‚", "‘"},
		{"‛", "’"},
		{"“", "”"},
		{"”", "”"},
		{"„", "“"},
		{"«", "»"},
		{"»", "«"},
		{"‹", "›"},
		{"›", "‹"},
		{"′", "′"},
		{"″", "″"},
		{"＇", "＇"},
		{"＂", "＂"},
	} {
		if strings.HasPrefix(rest, pair[0]) {
			return l.fail(InvalidValue, l.at, singleQuotes, pair[0], pair[1])
		}
	}
	for _, blank := range [...]string{"\u00a0", "\u202f", "\u2007", "\u3000", "\ufeff", "\u200b"} {
		if strings.HasPrefix(rest, blank) {
			return l.fail(InvalidValue, l.at, "A blank of another kind stands here: write a plain one.")
		}
	}
	return l.fail(InvalidValue, l.at, "The character '%s' is not expected here.", firstRune(rest))
}

// strayQuote explains a quote at pos, right behind a name that no literal
// starts with.
func (l *lexer) strayQuote(pos int, name string) error {
	_, _, power := binaryOperator(name)
	switch lower := strings.ToLower(name); {
	case power > powerNone || lower == "not":
		return l.fail(InvalidValue, pos, "A blank is expected between '%s' and the text.", name)
	case lower == "datetime" || lower == "datetimeoffset":
		return l.fail(InvalidValue, pos, "Instants stand without a type name and without quotes, such as 2026-07-08T00:00:00Z.")
	case lower == "date" || lower == "time" || lower == "guid":
		return l.fail(InvalidValue, pos, "A value of this type stands without a type name and without quotes.")
	}
	return l.fail(InvalidValue, pos, "A quote is not expected here. A quote within a text is written twice, as in 'it''s'.")
}

// leftover explains what stands behind a whole expression.
func (p *parser) leftover() error {
	word := ""
	if p.tok.kind == wordToken {
		word = p.text()
	}
	_, isFunction := signatureOf(strings.ToLower(word))
	switch {
	case p.at(')'):
		return p.fail(InvalidValue, p.tok.pos, "No parenthesis is open that this one could close.")
	case p.at('(') && p.tok.spaced && p.prev.kind == wordToken:
		return p.unexpected("No blank stands between a function and its parenthesis.")
	case word != "" && isFunction:
		return p.unexpected("It is a function: write " + strings.ToLower(word) + "(...).")
	}
	return p.unexpected("An operator such as 'and' is expected.")
}

// equals is the sign of equality ahead, as it is written in other languages.
func (p *parser) equals() string {
	if strings.HasPrefix(p.src[p.tok.end:], "=") {
		return "=="
	}
	return "="
}

// unclosed explains what stands where the parenthesis at open should end.
func (p *parser) unclosed(open int, wanted string) error {
	if p.tok.kind == endToken {
		return p.fail(InvalidValue, p.tok.pos, "The parenthesis at position %d is not closed.", open)
	}
	return p.unexpected(wanted)
}

// unquoted adds to an error about a name that stands where a value would that
// text needs quotes.
func unquoted(n *node, err error) error {
	e, ok := err.(*Error) //nolint:errorlint // made by the binder
	if ok && e.Code == UnknownProperty && n.op == opPath && strings.IndexByte(n.name, '/') < 0 {
		e.Message += " If it is a text, it stands in single quotes."
	}
	return err
}

// asWritten tells how the constant right is written as a value of left's type.
func (b *binder) asWritten(left, right *term) string {
	if right.op != opLiteral {
		return ""
	}
	switch {
	case right.kind == String && left.kind == DateTimeOffset:
		return " Instants stand without quotes, such as 2026-07-08T00:00:00Z."
	case right.kind == String && left.kind != String:
		if _, ok := readAs(left.kind, right.value.str); ok {
			return " It stands without quotes: " + clip(right.value.str) + "."
		}
	case left.kind == String && left.op != opLiteral:
		return " Text stands in single quotes."
	}
	return ""
}

// tightly adds to an error about the operand arg of n that `not` takes the
// name behind it alone.
func tightly(n, arg *node, err error) error {
	e, ok := err.(*Error) //nolint:errorlint // made by the binder
	if ok && n.op == opNot && arg.op == opPath && e.Code == WrongType {
		e.Message += " 'not' binds more tightly than a comparison: write not (...)."
	}
	return err
}
