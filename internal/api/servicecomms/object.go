package servicecomms

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/tocsin"
)

// A family says which of the two forms of the API has a field.
type family uint8

const (
	inDocumented family = 1 << iota // the published reference of 2019
	inWire                          // what the real service sent
	inBoth       = inDocumented | inWire
)

// families are those that a shape shows.
func families(s tocsin.Shape) family {
	switch s {
	case tocsin.ShapeDocumented:
		return inDocumented
	case tocsin.ShapeWire:
		return inWire
	}
	return inBoth
}

// member is one field of an answer. Its value is nil, a string, bool, int,
// time, list of strings, list of objects, or JSON that is written as it is.
type member struct {
	name  string
	in    family
	value any
}

// object is an entity as an ordered list of fields.
type object []member

// value is the value of a field, nil when it has none of that name.
func (o object) value(name string) any {
	for i := range o {
		if o[i].name == name {
			return o[i].value
		}
	}
	return nil
}

func (o object) set(name string, value any) {
	for i := range o {
		if o[i].name == name {
			o[i].value = value
		}
	}
}

// wanted says which fields an answer shows: those of a shape, or those that
// $select names, of whichever family they are.
type wanted struct {
	show  family
	all   bool
	names map[string]bool
}

func newWanted(shape tocsin.Shape, selected *odata.Selection) wanted {
	w := wanted{show: families(shape), all: selected == nil || selected.All, names: map[string]bool{}}
	if selected != nil {
		for _, item := range selected.Items {
			w.names[item.Property.Name] = true
		}
	}
	return w
}

func (w wanted) has(m member) bool { return w.all && m.in&w.show != 0 || w.names[m.name] }

// plain tells that an entity looks the same in every answer of its shape.
func (w wanted) plain() bool { return w.all && len(w.names) == 0 }

// appendFields adds the wanted fields without the braces around them.
func appendFields(b []byte, o object, w wanted) []byte {
	first := true
	for _, m := range o {
		if !w.has(m) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, '"')
		b = append(b, m.name...)
		b = append(b, `":`...)
		b = appendValue(b, m.value)
	}
	return b
}

func appendValue(b []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		return appendText(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case time.Time:
		if v.IsZero() {
			return append(b, "null"...)
		}
		b = append(b, '"')
		b = v.UTC().AppendFormat(b, time.RFC3339Nano) // as tocsin.FormatTime
		return append(b, '"')
	case []string:
		return appendList(b, v, appendText)
	case []object:
		return appendList(b, v, func(b []byte, o object) []byte {
			b = append(b, '{')
			return append(appendFields(b, o, wanted{show: inBoth, all: true}), '}')
		})
	case json.RawMessage:
		return append(b, v...)
	}
	return append(b, "null"...)
}

func appendList[T any](b []byte, list []T, add func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, one := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = add(b, one)
	}
	return append(b, ']')
}

// appendText adds a JSON string. Angle brackets and ampersands stay as they
// are, as the real service sent them: posts are full of HTML.
func appendText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		b = append(b, s[start:i]...)
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c < ' ':
			b = append(b, `\u00`...)
			b = append(b, hex[c>>4], hex[c&0xf])
		default: // no UTF-8
			b = append(b, "\uFFFD"...)
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
