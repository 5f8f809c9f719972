package tocsin

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// A decoder reads JSON that encoding/json has accepted already into what that
// would make of it, with numbers as they are written. It looks at each byte
// once, and takes texts out of the whole where nothing in them is escaped.
type decoder struct {
	rest string
	bad  bool // it is no JSON after all
}

// decodeObject reads a JSON object. It reports false for whatever else.
func decodeObject(body []byte) (map[string]any, bool) {
	d := &decoder{rest: string(body)}
	object, ok := d.value().(map[string]any)
	return object, ok && !d.bad && d.next() == 0
}

// next is the next byte that is no blank, 0 at the end.
func (d *decoder) next() byte {
	for i := range len(d.rest) {
		if c := d.rest[i]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			d.rest = d.rest[i:]
			return c
		}
	}
	d.rest = ""
	return 0
}

// take passes over one byte and reports whether it is the next one.
func (d *decoder) take(c byte) bool {
	if d.next() != c {
		return false
	}
	d.rest = d.rest[1:]
	return true
}

func (d *decoder) fail() any {
	d.bad, d.rest = true, ""
	return nil
}

func (d *decoder) value() any {
	switch d.next() {
	case '{':
		return d.object()
	case '[':
		return d.array()
	case '"':
		return d.text()
	case 0:
		return d.fail()
	}
	end := strings.IndexAny(d.rest, ",]} \n\r\t")
	if end < 0 {
		end = len(d.rest)
	}
	if end == 0 {
		return d.fail()
	}
	word := d.rest[:end]
	d.rest = d.rest[end:]
	switch word {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	if c := word[0]; c != '-' && (c < '0' || c > '9') {
		return d.fail()
	}
	return json.Number(word)
}

func (d *decoder) object() any {
	object := map[string]any{}
	d.rest = d.rest[1:]
	if d.take('}') {
		return object
	}
	for !d.bad {
		if d.next() != '"' {
			return d.fail()
		}
		name := d.text()
		if !d.take(':') {
			return d.fail()
		}
		object[name] = d.value()
		if d.take('}') {
			return object
		}
		if !d.take(',') {
			return d.fail()
		}
	}
	return object
}

func (d *decoder) array() any {
	list := []any{}
	d.rest = d.rest[1:]
	if d.take(']') {
		return list
	}
	for !d.bad {
		list = append(list, d.value())
		if d.take(']') {
			return list
		}
		if !d.take(',') {
			return d.fail()
		}
	}
	return list
}

// text reads a text in quotes.
func (d *decoder) text() string {
	d.rest = d.rest[1:]
	end := strings.IndexByte(d.rest, '"')
	if end < 0 {
		d.fail()
		return ""
	}
	if plain := d.rest[:end]; strings.IndexByte(plain, '\\') < 0 {
		d.rest = d.rest[end+1:]
		return plain
	}
	out := make([]byte, 0, 2*end)
	for {
		n := strings.IndexAny(d.rest, `"\`)
		if n < 0 || d.rest[n] == '\\' && n+1 == len(d.rest) {
			d.fail()
			return ""
		}
		out = append(out, d.rest[:n]...)
		if d.rest[n] == '"' {
			d.rest = d.rest[n+1:]
			return string(out)
		}
		escaped := d.rest[n+1]
		d.rest = d.rest[n+2:]
		if escaped == 'u' {
			out = utf8.AppendRune(out, d.escaped())
		} else {
			out = append(out, unescaped(escaped))
		}
	}
}

// unescaped is what a letter behind a backslash stands for.
func unescaped(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// escaped reads what stands behind \u, with the second half of a pair. Halves
// without the other are the replacement character.
func (d *decoder) escaped() rune {
	r := d.digits()
	if !utf16.IsSurrogate(r) {
		return r
	}
	if before := d.rest; strings.HasPrefix(before, `\u`) {
		d.rest = before[2:]
		if whole := utf16.DecodeRune(r, d.digits()); whole != unicode.ReplacementChar {
			return whole
		}
		d.rest = before
	}
	return unicode.ReplacementChar
}

func (d *decoder) digits() (r rune) {
	if len(d.rest) < 4 {
		d.fail()
		return unicode.ReplacementChar
	}
	for i := range 4 {
		c := d.rest[i]
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = (c | 0x20) - 'a' + 10
		default:
			d.fail()
			return unicode.ReplacementChar
		}
		r = r<<4 | rune(c)
	}
	d.rest = d.rest[4:]
	return r
}
