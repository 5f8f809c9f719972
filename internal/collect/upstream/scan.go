package upstream

import (
	"encoding/json"
	"errors"
	"fmt"

	"example.org/tocsin/internal/httpclient"
)

// A scanner walks over one JSON text and checks its grammar without decoding
// it. It takes exactly what encoding/json takes, down to the allowed depth, and
// is several times as fast.
type scanner struct {
	text []byte
	at   int
}

func (s *scanner) fail(want string) error {
	if s.at >= len(s.text) {
		return fmt.Errorf("it ends at byte %d, want %s", s.at, want)
	}
	return fmt.Errorf("byte %d: want %s", s.at, want)
}

// peek is the next byte after blanks, 0 at the end.
func (s *scanner) peek() byte {
	for ; s.at < len(s.text); s.at++ {
		if c := s.text[s.at]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.at++
	return true
}

// value passes over one value and returns it as it is written.
func (s *scanner) value(depth int) ([]byte, error) {
	var err error
	c := s.peek()
	start := s.at
	switch {
	case c == '{':
		err = s.object(depth, func([]byte) error {
			_, err := s.value(depth + 1)
			return err
		})
	case c == '[':
		err = s.array(depth, func() error {
			_, err := s.value(depth + 1)
			return err
		})
	case c == '"':
		_, err = s.string()
	case c == '-' || c >= '0' && c <= '9':
		err = s.number()
	default:
		err = s.literal()
	}
	return s.text[start:s.at], err
}

// object passes over an object; member is called with each name and must pass
// over the value.
func (s *scanner) object(depth int, member func(name []byte) error) error {
	if depth > httpclient.MaxDepth {
		return fmt.Errorf("nested deeper than %d", httpclient.MaxDepth)
	}
	if !s.take('{') {
		return s.fail("an object")
	}
	if s.take('}') {
		return nil
	}
	for {
		if s.peek() != '"' {
			return s.fail("a member's name")
		}
		name, err := s.string()
		if err != nil {
			return err
		}
		if !s.take(':') {
			return s.fail("a colon")
		}
		if err := member(name); err != nil {
			return err
		}
		if s.take('}') {
			return nil
		}
		if !s.take(',') {
			return s.fail("a comma or the end of the object")
		}
	}
}

// array passes over an array; element is called for each one and must pass
// over it.
func (s *scanner) array(depth int, element func() error) error {
	if depth > httpclient.MaxDepth {
		return fmt.Errorf("nested deeper than %d", httpclient.MaxDepth)
	}
	if !s.take('[') {
		return s.fail("a list")
	}
	if s.take(']') {
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if s.take(']') {
			return nil
		}
		if !s.take(',') {
			return s.fail("a comma or the end of the list")
		}
	}
}

// string passes over a string and returns it with its quotes.
func (s *scanner) string() ([]byte, error) {
	start := s.at
	text, i := s.text, s.at+1
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			s.at = i + 1
			return text[start:s.at], nil
		case c == '\\':
			n := escape(text[i+1:])
			if n == 0 {
				s.at = i
				return nil, s.fail("an escape that JSON knows")
			}
			i += n
		case c < ' ':
			s.at = i
			return nil, s.fail("no control character in a string")
		}
	}
	s.at = i
	return nil, s.fail("the end of a string")
}

// escape is the number of bytes of the escape after a backslash, 0 for none.
func escape(text []byte) int {
	if len(text) == 0 {
		return 0
	}
	switch text[0] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 1
	case 'u':
	default:
		return 0
	}
	if len(text) < 5 {
		return 0
	}
	for _, c := range text[1:5] {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return 0
		}
	}
	return 5
}

func (s *scanner) number() error {
	if s.text[s.at] == '-' {
		s.at++
	}
	if s.at < len(s.text) && s.text[s.at] == '0' {
		s.at++
	} else if !s.digits() {
		return s.fail("a digit")
	}
	if s.at < len(s.text) && s.text[s.at] == '.' {
		s.at++
		if !s.digits() {
			return s.fail("a digit")
		}
	}
	if s.at < len(s.text) && s.text[s.at]|0x20 == 'e' {
		s.at++
		if s.at < len(s.text) && (s.text[s.at] == '+' || s.text[s.at] == '-') {
			s.at++
		}
		if !s.digits() {
			return s.fail("a digit")
		}
	}
	return nil
}

// digits passes over digits and reports whether there was one.
func (s *scanner) digits() bool {
	start := s.at
	for s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
		s.at++
	}
	return s.at > start
}

func (s *scanner) literal() error {
	for _, word := range []string{"null", "true", "false"} {
		if len(s.text)-s.at >= len(word) && string(s.text[s.at:s.at+len(word)]) == word {
			s.at += len(word)
			return nil
		}
	}
	return s.fail("a value")
}

// unquote is the text of a string as it is written.
func unquote(quoted []byte) (string, error) {
	var text string
	if err := json.Unmarshal(quoted, &text); err != nil {
		return "", errors.New("it is no string")
	}
	return text, nil
}
