package odata

import (
	"errors"
	"slices"
	"strings"
)

// An Expansion asks for the entities that a navigation property leads to.
type Expansion struct {
	Property *Property
	Options  *Options // of the expanded entities
}

// maxExpansions bounds how deep $expand nests.
const maxExpansions = 4

// expand reads `a,b($filter=...;$select=...)`.
func (r *reader) expand(text string) ([]Expansion, error) {
	const option = "$expand"
	l := lexer{option: option, src: text}
	if r.depth == maxExpansions {
		return nil, l.fail(TooComplex, 0, "More than %d levels are expanded.", maxExpansions)
	}
	var list []Expansion
	for {
		e, err := r.expansion(&l)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(list, func(other Expansion) bool { return other.Property == e.Property }) {
			return nil, l.fail(InvalidValue, l.at, "'%s' is expanded twice.", e.Property.Name)
		}
		list = append(list, e)
		separator, err := l.next()
		if err != nil {
			return nil, err
		}
		if separator.kind == endToken {
			return list, nil
		}
		if separator.mark != ',' {
			return nil, l.fail(InvalidValue, separator.pos, "'%s' is not expected here.", clip(text[separator.pos:separator.end]))
		}
	}
}

// expansion reads one navigation property and its options.
func (r *reader) expansion(l *lexer) (Expansion, error) {
	t, err := l.next()
	if err != nil {
		return Expansion{}, err
	}
	name := l.src[t.pos:t.end]
	switch {
	case t.kind == markToken && t.mark == '*':
		return Expansion{}, l.fail(NotImplemented, t.pos, "Expanding '*' is not offered.")
	case t.kind != wordToken || name[0] == '$':
		return Expansion{}, l.fail(InvalidValue, t.pos, "A navigation property is expected.")
	}
	m := r.endpoint.Model
	p, ok := r.typ.Property(name, m.FoldNames)
	if !ok {
		return Expansion{}, l.fail(UnknownProperty, t.pos, "Could not find a property named '%s' on type '%s'.",
			clip(name), m.qualified(r.typ.Name))
	}
	if !p.Navigation {
		return Expansion{}, l.fail(InvalidValue, t.pos, "'%s' is not a navigation property.", p.Name)
	}
	nested := reader{endpoint: r.endpoint, typ: p.Struct, allow: r.endpoint.AllowExpanded, now: r.now, depth: r.depth + 1}
	if l.at < len(l.src) && l.src[l.at] == '/' {
		return Expansion{}, l.fail(NotImplemented, l.at, "Paths in $expand are not offered.")
	}
	if l.at < len(l.src) && l.src[l.at] == '(' {
		l.at++
		if err := nested.nestedOptions(l); err != nil {
			return Expansion{}, err
		}
	}
	return Expansion{Property: p, Options: &nested.options}, nil
}

// nestedOptions reads `name=value;name=value)`.
func (r *reader) nestedOptions(l *lexer) error {
	for {
		start := l.at
		length := strings.IndexAny(l.src[start:], "=;()")
		if length <= 0 || l.src[start+length] != '=' {
			return l.fail(InvalidValue, start, "An option such as $filter=... is expected.")
		}
		name := canonicalOption(strings.Trim(l.src[start:start+length], " "))
		l.at = start + length + 1
		from := l.at
		if err := l.skipValue(name == "$search"); err != nil {
			return err
		}
		option := Option{Name: name, Value: l.src[from:l.at]}
		if slices.ContainsFunc(r.options.given, func(o Option) bool { return o.Name == name }) {
			return l.fail(Duplicate, start, "The query option '%s' is given twice.", clip(name))
		}
		r.options.given = append(r.options.given, option)
		if err := r.read(option); err != nil {
			return within(err, from)
		}
		l.at++
		if l.src[l.at-1] == ')' {
			return nil
		}
	}
}

// within places an error of a nested option in the value of $expand.
func within(err error, from int) error {
	if e, ok := errors.AsType[*Error](err); ok {
		e.Pos += from
		e.Option = "$expand"
	}
	return err
}

// skipValue moves to the ';' or ')' that ends the value of a nested option.
func (l *lexer) skipValue(search bool) error {
	quote := byte('\'')
	if search {
		quote = '"'
	}
	depth, quoted := 0, false
	for ; l.at < len(l.src); l.at++ {
		switch c := l.src[l.at]; {
		case c == quote:
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case depth == 0 && (c == ')' || c == ';'):
			return nil
		}
	}
	return l.fail(InvalidValue, l.at, "The parenthesis of $expand is not closed.")
}
