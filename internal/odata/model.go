package odata

import (
	"fmt"
	"strings"
)

// A Model describes entities to clients: what they may ask for and what
// `$metadata` says. It is not changed after [Model.Validate].
type Model struct {
	Namespace string // such as "microsoft.graph"
	Container string // name of the entity container
	FoldNames bool   // property names, enum types and members match in any case

	Types      []*Type
	Enums      []*Enum
	Operations []Operation
	Sets       []Resource // entity sets
	Singletons []Resource
}

// A Type is an entity type if it, or its base, has a key; else a complex type.
type Type struct {
	Name       string
	Base       *Type // nil for none
	Abstract   bool
	Key        []string
	Properties []Property // without those of Base
}

// A Property is a property, a navigation property, a parameter or a result.
// What it holds is told by one of Enum, Struct and Kind.
type Property struct {
	Name       string
	Index      int // what [Row] is asked for; unique among the properties of a type
	Kind       Kind
	Enum       *Enum
	Struct     *Type // complex type, or entity type of a navigation property
	Collection bool
	Nullable   bool
	Navigation bool
	Contained  bool // of a navigation property: the entities are in no set
	FoldCase   bool // of a string: `eq`, `ne` and `in` ignore case
	Hidden     bool // neither filter nor order may use it
}

// An Enum is a type with named members. Rows give the name of the member.
type Enum struct {
	Name    string
	Members []Member
	Open    bool // rows and filters may hold other names too
	Flags   bool // values are sums of members, for `has`
}

// A Member is one name of an enum and its number in `$metadata`.
type Member struct {
	Name  string
	Value int64
}

// An Operation is a function or an action. If it is bound, the first parameter
// is what it is bound to.
type Operation struct {
	Name       string
	Function   bool
	Bound      bool
	Parameters []Property
	Result     *Property // without a name; nil for none
}

// A Resource is an entity set or a singleton of the container.
type Resource struct {
	Name   string
	Type   *Type
	NoKeys bool // of a set: no key names one entity
}

// A Kind is a primitive type of the entity data model.
type Kind uint8

// Primitive types, named as in Edm.
const (
	String Kind = iota + 1
	Boolean
	Int32
	Int64
	Double
	Decimal
	DateTimeOffset
	Date
	TimeOfDay
	Duration
	Guid
	Stream

	enumKind   // see Property.Enum
	structKind // see Property.Struct
)

// String is the qualified name of the type, such as "Edm.String".
func (k Kind) String() string {
	names := [...]string{
		"null", "Edm.String", "Edm.Boolean", "Edm.Int32", "Edm.Int64", "Edm.Double", "Edm.Decimal",
		"Edm.DateTimeOffset", "Edm.Date", "Edm.TimeOfDay", "Edm.Duration", "Edm.Guid", "Edm.Stream",
		"enum", "structured value",
	}
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

func (k Kind) numeric() bool { return k >= Int32 && k <= Decimal }

// kind is the kind of p, also where Enum or Struct imply it.
func (p *Property) kind() Kind {
	switch {
	case p.Enum != nil:
		return enumKind
	case p.Struct != nil:
		return structKind
	}
	return p.Kind
}

// Property finds a property of t or of its base types. With fold set, case
// does not matter.
func (t *Type) Property(name string, fold bool) (*Property, bool) {
	for ; t != nil; t = t.Base {
		for i := range t.Properties {
			p := &t.Properties[i]
			if p.Name == name || fold && len(p.Name) == len(name) && strings.EqualFold(p.Name, name) {
				return p, true
			}
		}
	}
	return nil, false
}

// entity reports whether values of t have an identity.
func (t *Type) entity() bool {
	for ; t != nil; t = t.Base {
		if len(t.Key) > 0 {
			return true
		}
	}
	return false
}

// qualified adds the namespace to the name of a type of the model.
func (m *Model) qualified(name string) string { return m.Namespace + "." + name }

// sameName compares names by the rule of the model.
func (m *Model) sameName(a, b string) bool {
	return a == b || m.FoldNames && strings.EqualFold(a, b)
}

// member finds a member by name or by number.
func (m *Model) member(e *Enum, text string) (string, bool) {
	for _, member := range e.Members {
		if m.sameName(member.Name, text) {
			return member.Name, true
		}
	}
	if lit, reason := parseNumber(text); reason == "" && lit.kind == Int64 {
		for _, member := range e.Members {
			if member.Value == lit.value.num {
				return member.Name, true
			}
		}
	}
	return text, e.Open
}

// Validate reports the first mistake in the tables. Call it once, in a test or
// at start-up.
func (m *Model) Validate() error {
	if m.Namespace == "" {
		return fmt.Errorf("model: no namespace")
	}
	for _, t := range m.Types {
		if err := m.validateType(t); err != nil {
			return err
		}
	}
	return nil
}

func (m *Model) validateType(t *Type) error {
	names, indexes := map[string]bool{}, map[int]string{}
	for base := t; base != nil; base = base.Base {
		if !m.hasType(base) {
			return fmt.Errorf("type %s: base %s is not in the model", t.Name, base.Name)
		}
		for i := range base.Properties {
			p := &base.Properties[i]
			name := p.Name
			if m.FoldNames {
				name = strings.ToLower(name)
			}
			switch {
			case names[name]:
				return fmt.Errorf("type %s: two properties %s", t.Name, p.Name)
			case indexes[p.Index] != "":
				return fmt.Errorf("type %s: %s and %s share index %d", t.Name, indexes[p.Index], p.Name, p.Index)
			case p.kind() == 0:
				return fmt.Errorf("type %s: property %s has no type", t.Name, p.Name)
			case p.Struct != nil && !m.hasType(p.Struct), p.Enum != nil && !m.hasEnum(p.Enum):
				return fmt.Errorf("type %s: the type of %s is not in the model", t.Name, p.Name)
			case p.Navigation && (p.Struct == nil || !p.Struct.entity()):
				return fmt.Errorf("type %s: %s does not lead to an entity", t.Name, p.Name)
			}
			names[name], indexes[p.Index] = true, p.Name
		}
	}
	for _, key := range t.Key {
		if _, ok := t.Property(key, false); !ok {
			return fmt.Errorf("type %s: no key property %s", t.Name, key)
		}
	}
	return nil
}

func (m *Model) hasType(t *Type) bool {
	for _, known := range m.Types {
		if known == t {
			return true
		}
	}
	return false
}

func (m *Model) hasEnum(e *Enum) bool {
	for _, known := range m.Enums {
		if known == e {
			return true
		}
	}
	return false
}
