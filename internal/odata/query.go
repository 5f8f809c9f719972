package odata

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits bound the work that one query can cause. A zero field stands for the
// default.
type Limits struct {
	Bytes int // of the raw query; 8192
	Depth int // of nested expressions; 100
	Nodes int // of one expression; 200
}

func (l Limits) orDefault() Limits {
	if l.Bytes == 0 {
		l.Bytes = 8 << 10
	}
	if l.Depth == 0 {
		l.Depth = 100
	}
	if l.Nodes == 0 {
		l.Nodes = 200
	}
	return l
}

// An Option is one decoded name and value of a query. The name of a system
// option is in its canonical form, such as "$filter", however it was sent.
type Option struct {
	Name  string
	Value string
}

// ParseQuery splits and decodes the raw query of a URL, the part after '?'.
// It fails with [Malformed], [Duplicate] or [TooComplex].
func ParseQuery(raw string, limits Limits) ([]Option, error) {
	limits = limits.orDefault()
	if len(raw) > limits.Bytes {
		return nil, errorf(TooComplex, "", limits.Bytes, "The query is longer than %d bytes.", limits.Bytes)
	}
	options := make([]Option, 0, 4)
	for start := 0; start < len(raw); {
		piece, _, _ := strings.Cut(raw[start:], "&")
		if piece != "" {
			option, err := parseOption(piece, start)
			if err != nil {
				return nil, err
			}
			for _, earlier := range options {
				if earlier.Name == option.Name {
					return nil, errorf(Duplicate, option.Name, 0, "The query option '%s' is given twice.", clip(option.Name))
				}
			}
			options = append(options, option)
		}
		start += len(piece) + 1
	}
	return options, nil
}

func parseOption(piece string, pos int) (Option, error) {
	rawName, rawValue, _ := strings.Cut(piece, "=")
	name, err := decode(rawName, pos, false)
	if err != nil {
		return Option{}, err
	}
	if name == "" {
		return Option{}, errorf(Malformed, "", pos, "A query option has no name.")
	}
	name = canonicalOption(name)
	value, err := decode(rawValue, pos+len(rawName)+1, name == "$expand")
	if err != nil {
		return Option{}, err
	}
	return Option{Name: name, Value: value}, nil
}

// canonicalOption finds the system option that a name stands for. The `$` is
// optional except for names that are likely to be meant otherwise ("id").
func canonicalOption(name string) string {
	bare, dollar := strings.CutPrefix(name, "$")
	for _, system := range [...]string{
		"$filter", "$select", "$orderby", "$top", "$skip", "$count", "$expand", "$search", "$skiptoken",
		"$format", "$apply", "$compute", "$deltatoken", "$schemaversion", "$id", "$index", "$levels",
	} {
		if len(bare) == len(system)-1 && strings.EqualFold(bare, system[1:]) {
			if !dollar && (system == "$id" || system == "$index" || system == "$levels") {
				return name
			}
			return system
		}
	}
	return name
}

// isSystemOption reports whether a canonical name is an option that OData defines.
func isSystemOption(name string) bool {
	return name != "$" && name[0] == '$' && canonicalOption(name[1:]) != name[1:] ||
		name == "$id" || name == "$index" || name == "$levels"
}

// isForCollections reports whether a system option has no meaning for one
// entity or value.
func isForCollections(name string) bool {
	switch name {
	case "$filter", "$orderby", "$top", "$skip", "$skiptoken", "$count", "$search":
		return true
	}
	return false
}

// decode undoes percent-encoding once. With nested set, a raw ';' may stand
// within parentheses, where it separates the options of $expand.
func decode(raw string, pos int, nested bool) (string, error) {
	if err := checkSemicolons(raw, pos, nested); err != nil {
		return "", err
	}
	value := raw
	if strings.ContainsAny(raw, "%+") {
		var text strings.Builder
		text.Grow(len(raw))
		for i := 0; i < len(raw); i++ {
			switch c := raw[i]; c {
			case '+':
				text.WriteByte(' ')
			case '%':
				if i+2 >= len(raw) || unhex(raw[i+1]) < 0 || unhex(raw[i+2]) < 0 {
					return "", errorf(Malformed, "", pos+i, "The query holds a percent sign that is not followed by two hexadecimal digits.")
				}
				text.WriteByte(byte(unhex(raw[i+1])<<4 | unhex(raw[i+2])))
				i += 2
			default:
				text.WriteByte(c)
			}
		}
		value = text.String()
	}
	for _, r := range value {
		if unicode.IsControl(r) {
			return "", errorf(Malformed, "", pos, "The query holds a control character.")
		}
	}
	if !utf8.ValidString(value) {
		return "", errorf(Malformed, "", pos, "The query is not valid UTF-8.")
	}
	return value, nil
}

// checkSemicolons refuses a raw ';', which some servers take for '&'.
func checkSemicolons(raw string, pos int, nested bool) error {
	if strings.IndexByte(raw, ';') < 0 {
		return nil
	}
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '%' && i+2 < len(raw) && unhex(raw[i+1]) >= 0 && unhex(raw[i+2]) >= 0 {
			if c = byte(unhex(raw[i+1])<<4 | unhex(raw[i+2])); c == ';' {
				c = ' ' // written as %3B, which is always allowed
			}
			i += 2
		}
		switch {
		case c == '\'':
			quoted = !quoted
		case c == '(' && !quoted:
			depth++
		case c == ')' && !quoted:
			depth--
		case c == ';' && (!nested || depth < 1):
			return errorf(Malformed, "", pos+i, "The query holds a ';' that is not written as %%3B.")
		}
	}
	return nil
}

// unhex is the value of a hexadecimal digit, or -1.
func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
