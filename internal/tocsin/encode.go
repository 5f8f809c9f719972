package tocsin

import (
	"encoding/json"
	"maps"
	"slices"
	"unicode/utf8"
)

// appendJSON appends what json.Marshal makes of decoded JSON, byte for byte:
// hashes that are stored stand on it. It is several times as fast.
func appendJSON(to []byte, value any) ([]byte, error) {
	var err error
	switch v := value.(type) {
	case nil:
		return append(to, "null"...), nil
	case bool:
		if v {
			return append(to, "true"...), nil
		}
		return append(to, "false"...), nil
	case string:
		return appendString(to, v)
	case []any:
		if v == nil {
			return append(to, "null"...), nil
		}
		to = append(to, '[')
		for i, inner := range v {
			if i > 0 {
				to = append(to, ',')
			}
			if to, err = appendJSON(to, inner); err != nil {
				return nil, err
			}
		}
		return append(to, ']'), nil
	case map[string]any:
		return appendObject(to, v)
	}
	text, err := json.Marshal(value)
	return append(to, text...), err
}

// appendObject appends an object, its members in order of their names.
func appendObject(to []byte, object map[string]any) ([]byte, error) {
	if object == nil {
		return append(to, "null"...), nil
	}
	var err error
	to = append(to, '{')
	for i, name := range slices.Sorted(maps.Keys(object)) {
		if i > 0 {
			to = append(to, ',')
		}
		if to, err = appendString(to, name); err != nil {
			return nil, err
		}
		if to, err = appendJSON(append(to, ':'), object[name]); err != nil {
			return nil, err
		}
	}
	return append(to, '}'), nil
}

// asItIs are the bytes that encoding/json writes as they are, whatever follows.
var asItIs = func() (table [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		table[c] = c != '<' && c != '>' && c != '&' && c != '"' && c != '\\'
	}
	return table
}()

// appendString appends a text in quotes. Line breaks, quotes and HTML are
// escaped as encoding/json escapes them; whatever is rarer is left to it.
func appendString(to []byte, text string) ([]byte, error) {
	const hex = "0123456789abcdef"
	begin := len(to)
	to = append(to, '"')
	from := 0
	for i := 0; i < len(text); {
		c := text[i]
		if asItIs[c] {
			i++
			continue
		}
		switch {
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(text[i:])
			if i += size; r != utf8.RuneError && r != '\u2028' && r != '\u2029' {
				continue
			}
			whole, err := json.Marshal(text)
			return append(to[:begin], whole...), err
		case c == '<' || c == '>' || c == '&':
			to = append(append(to, text[from:i]...), '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c == '"' || c == '\\':
			to = append(append(to, text[from:i]...), '\\', c)
		case c == '\n':
			to = append(append(to, text[from:i]...), '\\', 'n')
		case c == '\r':
			to = append(append(to, text[from:i]...), '\\', 'r')
		default:
			whole, err := json.Marshal(text)
			return append(to[:begin], whole...), err
		}
		i++
		from = i
	}
	return append(append(to, text[from:]...), '"'), nil
}
