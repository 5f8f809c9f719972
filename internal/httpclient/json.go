package httpclient

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"
)

// MaxDepth bounds how deep JSON from outside may be nested; real answers stay
// under 10.
const MaxDepth = 100

// CheckJSON refuses what decoders disagree about or choke on, before one sees
// it: text that is not UTF-8, a byte order mark, a bare NUL, and nesting deeper
// than [MaxDepth]. It does not check the grammar, and lets an escaped NUL pass:
// documents are kept as received, and the store drops it from its columns.
func CheckJSON(text []byte) error {
	switch {
	case !utf8.Valid(text):
		return errors.New("not UTF-8")
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf")):
		return errors.New("it starts with a byte order mark")
	case bytes.IndexByte(text, 0) >= 0:
		return errors.New("it holds a NUL")
	}
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > MaxDepth {
				return fmt.Errorf("nested deeper than %d", MaxDepth)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}
