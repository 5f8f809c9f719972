package route

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.org/tocsin/internal/tocsin"
)

// An Operator is how a matcher compares.
type Operator uint8

// The operators. Expressions are RE2 and match the whole value.
const (
	Equal     Operator = iota // =
	NotEqual                  // !=
	Regexp                    // =~
	NotRegexp                 // !~
)

// String returns the operator as it is written.
func (o Operator) String() string { return [...]string{"=", "!=", "=~", "!~"}[o] }

// maxMatcher is how many bytes a matcher may have.
const maxMatcher = 1000

// A Matcher is a condition on one label.
type Matcher struct {
	Name     string
	Operator Operator
	Value    string

	expression *regexp.Regexp
}

// Matches reports whether the labels fulfil the condition. Of a name with
// several values, = and =~ ask for one that does, != and !~ for none that is
// refused. A missing label is compared as an empty value.
func (m Matcher) Matches(labels Labels) bool {
	negated := m.Operator == NotEqual || m.Operator == NotRegexp
	values := labels.values(m.Name)
	if len(values) == 0 {
		return m.holds("") != negated
	}
	for _, l := range values {
		if m.holds(l.Value) {
			return !negated
		}
	}
	return negated
}

// holds reports whether one value is the value or what the expression describes.
func (m Matcher) holds(value string) bool {
	if m.expression != nil {
		return m.expression.MatchString(value)
	}
	return value == m.Value
}

// String writes the matcher in the form that every parser reads alike, its value
// in quotes.
func (m Matcher) String() string {
	b := append(make([]byte, 0, len(m.Name)+len(m.Value)+6), m.Name...)
	return string(appendQuoted(append(b, m.Operator.String()...), m.Value))
}

func appendQuoted(b []byte, value string) []byte {
	b = append(b, '"')
	for i := range len(value) {
		if value[i] == '"' || value[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, value[i])
	}
	return append(b, '"')
}

// Matchers are conditions that hold together.
type Matchers []Matcher

// Match reports whether the labels fulfil all conditions; no condition is
// fulfilled by all labels.
func (ms Matchers) Match(labels Labels) bool {
	for _, m := range ms {
		if !m.Matches(labels) {
			return false
		}
	}
	return true
}

// Ask reports whether one of the conditions is on a label.
func (ms Matchers) Ask(label string) bool {
	return slices.ContainsFunc(ms, func(m Matcher) bool { return m.Name == label })
}

// String writes the matchers as [ParseMatchers] reads them, in braces.
func (ms Matchers) String() string {
	list := make([]string, len(ms))
	for i, m := range ms {
		list[i] = m.String()
	}
	return "{" + strings.Join(list, ",") + "}"
}

// ParseMatchers reads one or more conditions such as service=~"Exchange|Teams",
// with commas between them and braces around all or none. Errors are of kind
// [tocsin.ErrInvalid], without a field, and say what was meant.
//
// What is read is where both grammars of Alertmanager agree: a value without
// quotes has none of the signs {}!=~,\"'` and no space, and in quotes a
// backslash stands before a quote or another backslash alone.
func ParseMatchers(text string) (Matchers, error) {
	p := &parser{rest: text}
	return p.all()
}

type parser struct{ rest string }

func (p *parser) space() { p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace) }

func (p *parser) take(prefix string) bool {
	rest, ok := strings.CutPrefix(p.rest, prefix)
	p.rest = rest
	return ok
}

func invalid(format string, args ...any) error { return tocsin.Invalidf("", format, args...) }

func (p *parser) all() (list Matchers, err error) {
	switch {
	case len(p.rest) > maxMatcher:
		return nil, invalid("It is longer than %d bytes.", maxMatcher)
	case !utf8.ValidString(p.rest):
		return nil, invalid("It is not UTF-8.")
	}
	p.space()
	braces := p.take("{")
	for {
		m, err := p.one()
		if err != nil {
			return nil, err
		}
		list = append(list, m)
		p.space()
		comma := p.take(",")
		p.space()
		if p.rest != "" && p.rest[0] != '}' && !comma {
			return nil, invalid("%q follows the matcher %s: write a comma between two, and a value with such signs in quotes.", tocsin.Clip(p.rest, 40), m)
		}
		if p.rest == "" || p.rest[0] == '}' {
			break
		}
	}
	if closed := p.take("}"); closed != braces {
		return nil, invalid("A brace is missing: write both { and }, or none.")
	}
	if p.space(); p.rest != "" {
		return nil, invalid("%q follows the closing brace.", tocsin.Clip(p.rest, 40))
	}
	return list, nil
}

// one reads a single matcher.
func (p *parser) one() (Matcher, error) {
	p.space()
	before := p.rest
	name := p.name()
	if name == "" {
		if strings.TrimSpace(before) == "" || before[0] == '}' {
			return Matcher{}, invalid(`A matcher is empty, which would match everything: write it as in class="incident", or leave it out.`)
		}
		return Matcher{}, invalid(`%q begins with no label name: write it as in class="incident".`, tocsin.Clip(before, 40))
	}
	p.space()
	operator, ok := p.operator()
	if !ok {
		return Matcher{}, invalid("After %s stands none of =, !=, =~, !~.", name)
	}
	p.space()
	value, err := p.value(name, operator)
	if err != nil {
		return Matcher{}, err
	}
	return NewMatcher(name, operator, value)
}

func (p *parser) name() string {
	n := 0
	for n < len(p.rest) {
		c := p.rest[n]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':'
		if !letter && (n == 0 || c < '0' || c > '9') {
			break
		}
		n++
	}
	name := p.rest[:n]
	p.rest = p.rest[n:]
	return name
}

func (p *parser) operator() (Operator, bool) {
	for _, o := range []Operator{Regexp, NotRegexp, NotEqual, Equal} {
		if p.take(o.String()) {
			return o, true
		}
	}
	return 0, false
}

func reserved(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("{}!=~,\\\"'`", r) }

func (p *parser) value(name string, operator Operator) (string, error) {
	if !strings.HasPrefix(p.rest, `"`) {
		end := strings.IndexFunc(p.rest, reserved)
		if end < 0 {
			end = len(p.rest)
		}
		if end == 0 {
			return "", invalid(`The value of %s stands in no quotes: write %s%s"…", and "" for no value.`, name, name, operator)
		}
		value := p.rest[:end]
		p.rest = p.rest[end:]
		return value, nil
	}
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; c {
		case '"':
			p.rest = p.rest[i+1:]
			return b.String(), nil
		case '\\':
			if i++; i < len(p.rest) && p.rest[i] == 'n' {
				b.WriteByte('\n') // which is refused for what it is
				continue
			}
			if i >= len(p.rest) || p.rest[i] != '"' && p.rest[i] != '\\' {
				return "", invalid(`In the value of %s a backslash stands before something that is neither a quote nor a backslash, which parsers read in different ways: write \\ for a backslash.`, name)
			}
			b.WriteByte(p.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", invalid("The value of %s lacks its closing quote.", name)
}

// NewMatcher returns a matcher of a value that needs no unquoting. It refuses
// what would match nothing or more than it says: control characters, which no
// value has, and an expression behind =~ that describes the empty value, which
// events without the label have.
func NewMatcher(name string, operator Operator, value string) (Matcher, error) {
	m := Matcher{Name: name, Operator: operator, Value: value}
	switch {
	case (&parser{rest: name}).name() != name || name == "":
		return m, invalid("%q is no label name.", tocsin.Clip(name, 40))
	case len(value) > maxMatcher:
		return m, invalid("The value of %s is longer than %d bytes.", name, maxMatcher)
	case strings.ContainsFunc(value, isControl):
		return m, invalid("The value of %s has a line feed or another control character, which no label has.", name)
	case operator == Equal || operator == NotEqual:
		return m, nil
	}
	expression, err := regexp.Compile("^(?:" + value + ")$")
	if err == nil {
		_, err = syntax.Parse(value, syntax.Perl) // "a)|(b" is whole with brackets around it alone
	}
	if err != nil {
		return m, invalid("%q is no expression (RE2): %s.", tocsin.Clip(value, 80), problemOf(err))
	}
	if operator == Regexp && expression.MatchString("") {
		return m, invalid(`The expression %q is also true of events without %s: write .+ for any value, or %s="" in a route of its own.`, tocsin.Clip(value, 80), name, name)
	}
	m.expression = expression
	return m, nil
}

// problemOf says what is wrong with an expression, without the text around it
// that the operator did not write.
func problemOf(err error) string {
	if bad, ok := err.(*syntax.Error); ok { //nolint:errorlint // which regexp returns as it is
		return fmt.Sprintf("%s in %q", bad.Code, strings.TrimSuffix(strings.TrimPrefix(bad.Expr, "^(?:"), ")$"))
	}
	return err.Error()
}
