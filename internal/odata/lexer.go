package odata

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	endToken     tokenKind = iota
	wordToken              // an identifier, a qualified name, `$count` or `$it`
	literalToken           // a constant other than true, false and null
	markToken              // one of ( ) , : / * =
)

// A token is one lexeme of an expression.
type token struct {
	kind   tokenKind
	mark   byte // of a markToken
	spaced bool // a blank stands before it
	pos    int
	end    int
	lit    literal
}

// A lexer cuts the value of one option into tokens.
type lexer struct {
	option string // for errors
	src    string
	at     int
}

func (l *lexer) fail(code Code, pos int, format string, args ...any) error {
	return errorf(code, l.option, pos, format, args...)
}

// next reads one token. Blanks only separate tokens.
func (l *lexer) next() (token, error) {
	start := l.at
	for l.at < len(l.src) && l.src[l.at] == ' ' {
		l.at++
	}
	t := token{pos: l.at, spaced: l.at > start}
	if l.at == len(l.src) {
		t.end = l.at
		return t, nil
	}
	var err error
	switch c := l.src[l.at]; {
	case strings.IndexByte("(),:/*=", c) >= 0:
		t.kind, t.mark = markToken, c
		l.at++
	case c == '\'':
		t.kind = literalToken
		t.lit.kind = String
		t.lit.value, err = l.quoted()
	case c == '-' || '0' <= c && c <= '9':
		err = l.bare(&t)
	case c == '$' || isIdentifierStart(l.src[l.at:]):
		err = l.word(&t)
	case c == '@' || c == '[' || c == '{':
		err = l.fail(NotImplemented, l.at, "Parameter aliases and JSON values are not offered.")
	default:
		err = l.slip()
	}
	t.end = l.at
	return t, err
}

// quoted reads a string literal, in which two quotes stand for one.
func (l *lexer) quoted() (Value, error) {
	start := l.at + 1
	escaped := false
	for i := start; i < len(l.src); i++ {
		if l.src[i] != '\'' {
			continue
		}
		if i+1 < len(l.src) && l.src[i+1] == '\'' {
			escaped = true
			i++
			continue
		}
		l.at = i + 1
		text := l.src[start:i]
		if escaped {
			text = strings.ReplaceAll(text, "''", "'")
		}
		return Text(text), nil
	}
	return Value{}, l.fail(InvalidValue, l.at, "The text that starts here has no closing quote. A quote within a text is written twice, and '&' as %%26.")
}

// bare reads a number, instant, date, time of day or GUID.
func (l *lexer) bare(t *token) error {
	end := l.at + 1
	for end < len(l.src) && isBare(l.src[end]) {
		end++
	}
	text := l.src[l.at:end]
	if text[0] == '-' && (len(text) == 1 || text[1] > '9') && text != "-INF" {
		return l.fail(NotImplemented, l.at, "Arithmetic is not offered.")
	}
	lit, reason := parseBare(text)
	if reason != "" {
		return l.fail(InvalidValue, l.at, "'%s' is not a valid value. %s", clip(text), reason)
	}
	t.kind, t.lit = literalToken, lit
	l.at = end
	return nil
}

func isBare(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '.' || c == ':' || c == '+' || c == '-'
}

// word reads a name, or a literal that starts like one: a GUID, a duration or
// an enum member such as ns.colour'red'.
func (l *lexer) word(t *token) error {
	const guidLength = 36
	if rest := l.src[l.at:]; len(rest) >= guidLength && isGUID(rest[:guidLength]) {
		return l.bare(t)
	}
	end := l.at + 1
	for end < len(l.src) {
		r, size := rune(l.src[end]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(l.src[end:])
		}
		if !isIdentifierPart(r) {
			break
		}
		end += size
	}
	name := l.src[l.at:end]
	t.kind = wordToken
	l.at = end
	if end == len(l.src) || l.src[end] != '\'' {
		return nil
	}
	return l.prefixed(t, name)
}

// prefixed reads the quoted part of a literal that begins with a type name.
func (l *lexer) prefixed(t *token, name string) error {
	start := l.at
	value, err := l.quoted()
	if err != nil {
		return err
	}
	t.kind = literalToken
	switch {
	case strings.EqualFold(name, "duration"):
		us, ok := parseDuration(value.str)
		if !ok {
			return l.fail(InvalidValue, start, "'%s' is not a duration such as P1DT12H.", clip(value.str))
		}
		t.lit = literal{kind: Duration, value: Micros(us)}
	case strings.EqualFold(name, "binary"), strings.EqualFold(name, "geography"), strings.EqualFold(name, "geometry"):
		return l.fail(NotImplemented, t.pos, "Literals of type %s are not offered.", name)
	case strings.IndexByte(name, '.') < 0:
		return l.strayQuote(start, name)
	default:
		t.lit = literal{kind: enumKind, value: value, enumType: name}
	}
	return nil
}

func isIdentifierStart(s string) bool {
	c := s[0]
	if c < utf8.RuneSelf {
		return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_'
	}
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r)
}

func isIdentifierPart(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r|0x20 && r|0x20 <= 'z' || '0' <= r && r <= '9' || r == '_' || r == '.'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// firstRune is the first character of s, as it may be shown.
func firstRune(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}
