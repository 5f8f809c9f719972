package odata

import "strings"

// A Selection says which properties of a structured value are wanted. A nil
// selection wants all of them.
type Selection struct {
	All   bool // `*`: all properties, without those that only expand gives
	Items []Selected
}

// A Selected is one wanted property. Nested narrows a complex value down.
type Selected struct {
	Property *Property
	Nested   *Selection
}

// Has reports whether the property is wanted, at least in part.
func (s *Selection) Has(p *Property) bool {
	if s == nil || s.All && !p.Navigation {
		return true
	}
	for i := range s.Items {
		if s.Items[i].Property == p {
			return true
		}
	}
	return false
}

// Of is the selection within a complex property that is wanted.
func (s *Selection) Of(p *Property) *Selection {
	if s == nil {
		return nil
	}
	for i := range s.Items {
		if s.Items[i].Property == p && !s.All {
			return s.Items[i].Nested
		}
	}
	return nil
}

func (m *Model) parseSelect(t *Type, text string, limits Limits) (*Selection, error) {
	p := parser{lexer: lexer{option: "$select", src: text}, limits: limits.orDefault()}
	if err := p.advance(); err != nil {
		return nil, err
	}
	s := &Selection{}
	for {
		if err := p.selectItem(m, t, s); err != nil {
			return nil, err
		}
		if p.tok.kind == endToken {
			return s, nil
		}
		if p.at('(') {
			return nil, p.fail(NotImplemented, p.tok.pos, "Options within $select are not offered.")
		}
		if err := p.expect(','); err != nil {
			return nil, err
		}
	}
}

// selectItem reads `*` or a path and adds it to s.
func (p *parser) selectItem(m *Model, t *Type, s *Selection) error {
	if p.nodes++; p.nodes > p.limits.Nodes {
		return p.fail(TooComplex, p.tok.pos, "More than %d properties are selected.", p.limits.Nodes)
	}
	if p.at('*') {
		s.All = true
		return p.advance()
	}
	for {
		name := p.text()
		if p.tok.kind != wordToken || name[0] == '$' {
			return p.unexpected("A property is expected.")
		}
		if strings.IndexByte(name, '.') >= 0 {
			return p.fail(NotImplemented, p.tok.pos, "Type names in paths ('%s') are not offered.", clip(name))
		}
		property, ok := t.Property(name, m.FoldNames)
		if !ok {
			return p.fail(UnknownProperty, p.tok.pos, "Could not find a property named '%s' on type '%s'.",
				clip(name), m.qualified(t.Name))
		}
		if err := p.advance(); err != nil {
			return err
		}
		if !p.at('/') || p.tok.spaced {
			s.whole(property)
			return nil
		}
		if property.Struct == nil || property.Navigation {
			return p.unexpected("'" + property.Name + "' has no properties to select.")
		}
		if err := p.advance(); err != nil {
			return err
		}
		nested := s.part(property)
		if nested == nil {
			nested = &Selection{} // all of it is selected already: only check the rest
		}
		s, t = nested, property.Struct
	}
}

// whole selects all of p.
func (s *Selection) whole(p *Property) {
	for i := range s.Items {
		if s.Items[i].Property == p {
			s.Items[i].Nested = nil
			return
		}
	}
	s.Items = append(s.Items, Selected{Property: p})
}

// part returns the selection within p to add to, nil if all of p is selected.
func (s *Selection) part(p *Property) *Selection {
	for i := range s.Items {
		if s.Items[i].Property == p {
			return s.Items[i].Nested
		}
	}
	nested := &Selection{}
	s.Items = append(s.Items, Selected{Property: p, Nested: nested})
	return nested
}
