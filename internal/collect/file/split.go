package file

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"example.org/tocsin/internal/httpclient"
)

// maxElement bounds one notice, in bytes. Real ones have up to 100 KB.
const maxElement = 16 << 20

// maxLists is how deep lists may stand within lists and envelopes.
const maxLists = 3

// A splitter takes a stream of JSON values apart into the elements of their
// lists, at any size of the whole: it holds one element at a time. Lists stand
// for themselves or as the member value of an envelope. Outside elements the
// grammar is checked; of an element only that its brackets and texts end.
type splitter struct {
	from io.Reader
	// buf[at:end] is what was read and not yet consumed; what is before at is
	// kept from keep on, if that is not negative.
	buf           []byte
	at, end, keep int
	before        int64 // bytes that were there before buf
	failed        error // of from; io.EOF at its end

	path     []int // number of the value, then of the elements in lists
	empty    bool  // there was an empty list
	stray    bool  // one brace too many was left out
	elements int
	each     func(raw []byte) error
}

func newSplitter(from io.Reader, each func(raw []byte) error) *splitter {
	return &splitter{from: from, buf: make([]byte, 256<<10), keep: -1, each: each}
}

// errEnds is that the text ends where more must come.
var errEnds = errors.New("it ends there")

// syntaxError is what JSON does not allow outside elements.
type syntaxError struct {
	byte byte
}

func (e syntaxError) Error() string {
	return fmt.Sprintf("it is not JSON: %q does not belong there", e.byte)
}

// offset is how many bytes were consumed.
func (s *splitter) offset() int64 { return s.before + int64(s.at) }

// place says where the element in hand stands: "value 2: element 3".
func (s *splitter) place() string {
	var b strings.Builder
	for i, n := range s.path {
		word := "element"
		if i == 0 {
			word = "value"
		}
		if i > 0 {
			b.WriteString(": ")
		}
		fmt.Fprintf(&b, "%s %d", word, n)
	}
	return b.String()
}

// fill reads more. It reports false at the end or after an error.
func (s *splitter) fill() bool {
	if s.failed != nil {
		return false
	}
	from := s.at
	if s.keep >= 0 {
		from = s.keep
	}
	if from > 0 {
		copy(s.buf, s.buf[from:s.end])
		s.before, s.at, s.end = s.before+int64(from), s.at-from, s.end-from
		if s.keep >= 0 {
			s.keep = 0
		}
	}
	if s.end == len(s.buf) {
		if len(s.buf) >= maxElement {
			s.failed = fmt.Errorf("an element is larger than %d bytes", maxElement)
			return false
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for range 100 {
		n, err := s.from.Read(s.buf[s.end:])
		s.end += n
		s.failed = err
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	s.failed = io.ErrNoProgress
	return false
}

// next is the first byte that is no blank, without consuming it.
func (s *splitter) next() (byte, error) {
	for {
		for ; s.at < s.end; s.at++ {
			if c := s.buf[s.at]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
				return c, nil
			}
		}
		if !s.fill() {
			return 0, s.ended()
		}
	}
}

func (s *splitter) ended() error {
	if s.failed == io.EOF { //nolint:errorlint // what io.Reader promises
		return errEnds
	}
	return s.failed
}

func (s *splitter) expect(want byte) error {
	c, err := s.next()
	if err == nil && c != want {
		err = syntaxError{c}
	}
	if err == nil {
		s.at++
	}
	return err
}

// run takes the whole text apart.
func (s *splitter) run() error {
	for n := 1; ; n++ {
		s.path = append(s.path[:0], n)
		c, err := s.next()
		for err == nil && c == mark[0] && s.has(mark) { // files that were joined
			s.at += len(mark)
			c, err = s.next()
		}
		switch {
		case errors.Is(err, errEnds):
			return nil
		case err != nil:
			return err
		case c != '{' && c != '[' && c != '"' && c != '-' && (c < '0' || c > '9') && c != 't' && c != 'f' && c != 'n':
			return syntaxError{c}
		}
		if n == 1 && c == '{' {
			if err := s.leaveStrayBrace(); err != nil {
				return err
			}
		}
		if err := s.value(0); err != nil {
			return err
		}
	}
}

// has reports whether text is what comes.
func (s *splitter) has(text string) bool {
	for s.end-s.at < len(text) && s.fill() {
	}
	return bytes.HasPrefix(s.buf[s.at:s.end], []byte(text))
}

// leaveStrayBrace repairs exactly one mistake, that of the reference's sample of
// Messages: a second opening brace before "value", without its closing one.
func (s *splitter) leaveStrayBrace() error {
	s.keep = s.at
	defer func() { s.keep = -1 }()
	s.at++
	c, err := s.next()
	if err == nil && c == '{' {
		brace := s.at - s.keep
		s.at++
		if c, err = s.next(); err == nil && c == '"' && s.has(`"value"`) {
			s.at, s.stray = s.keep+brace, true
			return nil
		}
	}
	s.at = s.keep
	if errors.Is(err, errEnds) {
		err = nil // whoever reads on meets it again
	}
	return err
}

// value reads a list or one element.
func (s *splitter) value(depth int) error {
	c, err := s.next()
	switch {
	case err != nil:
		return err
	case c == '[':
		return s.list(depth)
	case c == '{':
		return s.object(depth)
	}
	s.keep = s.at
	if err := s.skip(); err != nil {
		return err
	}
	return s.emit()
}

func (s *splitter) list(depth int) error {
	if depth >= maxLists {
		return errors.New("it holds lists within lists")
	}
	s.at++
	s.path = append(s.path, 0)
	defer func() { s.path = s.path[:len(s.path)-1] }()
	c, err := s.next()
	if err == nil && c == ']' {
		s.at++
		s.empty = true
		return nil
	}
	for err == nil {
		s.path[len(s.path)-1]++
		if err = s.value(depth + 1); err != nil {
			return err
		}
		if c, err = s.next(); err != nil {
			return err
		}
		s.at++
		switch c {
		case ']':
			return nil
		case ',':
			if c, err = s.next(); err == nil && c == ']' {
				return syntaxError{c}
			}
		default:
			s.at--
			return syntaxError{c}
		}
	}
	return err
}

// object reads an element, or an envelope as soon as it turns out to be one: a
// list that is called value.
func (s *splitter) object(depth int) error {
	s.keep = s.at
	s.at++
	envelope := false
	for first := true; ; first = false {
		c, err := s.next()
		switch {
		case err != nil:
			return err
		case c == '}' && first:
			s.at++
			return s.close(envelope)
		case c != '"':
			return syntaxError{c}
		}
		list, err := s.member()
		if err != nil {
			return err
		}
		if list {
			envelope, s.keep = true, -1
			if err := s.list(depth); err != nil {
				return err
			}
		} else if err := s.skip(); err != nil {
			return err
		}
		if c, err = s.next(); err != nil {
			return err
		}
		s.at++
		switch c {
		case '}':
			return s.close(envelope)
		case ',':
			if c, err = s.next(); err == nil && c != '"' {
				return syntaxError{c}
			}
		default:
			s.at--
			return syntaxError{c}
		}
	}
}

// member reads a name up to its value and reports whether it is the list of an
// envelope.
func (s *splitter) member() (list bool, err error) {
	kept := s.keep
	if kept < 0 {
		s.keep = s.at
	}
	begin := s.at - s.keep
	if err := s.text(); err != nil {
		return false, err
	}
	named := bytes.EqualFold(s.buf[s.keep+begin:s.at], []byte(`"value"`))
	if kept < 0 {
		s.keep = -1
	}
	if err := s.expect(':'); err != nil {
		return false, err
	}
	c, err := s.next()
	return named && c == '[', err
}

func (s *splitter) close(envelope bool) error {
	if envelope {
		s.keep = -1
		return nil
	}
	return s.emit()
}

func (s *splitter) emit() error {
	raw := s.buf[s.keep:s.at]
	s.keep = -1
	s.elements++
	return s.each(raw)
}

// skip passes over a value without a look at what is in it.
func (s *splitter) skip() error {
	c, err := s.next()
	switch {
	case err != nil:
		return err
	case c == '"':
		return s.text()
	case c == '{' || c == '[':
		return s.nested()
	case c == '}' || c == ']' || c == ',' || c == ':':
		return syntaxError{c}
	}
	for {
		for ; s.at < s.end; s.at++ {
			switch s.buf[s.at] {
			case ' ', '\n', '\r', '\t', ',', ']', '}', '{', '[', '"':
				return nil
			}
		}
		if !s.fill() {
			if err := s.ended(); !errors.Is(err, errEnds) {
				return err
			}
			return nil
		}
	}
}

// nested passes over an object or a list.
func (s *splitter) nested() error {
	for depth := 0; ; {
		for s.at < s.end {
			switch s.buf[s.at] {
			case '"':
				if err := s.text(); err != nil {
					return err
				}
				continue
			case '{', '[':
				if depth++; depth > httpclient.MaxDepth {
					return fmt.Errorf("nested deeper than %d", httpclient.MaxDepth)
				}
			case '}', ']':
				if depth--; depth == 0 {
					s.at++
					return nil
				}
			}
			s.at++
		}
		if !s.fill() {
			return s.ended()
		}
	}
}

// text passes over a text in quotes.
func (s *splitter) text() error {
	s.at++
	for escaped := false; ; {
		for ; s.at < s.end; s.at++ {
			switch c := s.buf[s.at]; {
			case escaped:
				escaped = false
			case c == '\\':
				escaped = true
			case c == '"':
				s.at++
				return nil
			}
		}
		if !s.fill() {
			return s.ended()
		}
	}
}
