package upstream

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// A Page is one page of a list taken apart, its items as received.
type Page struct {
	Items    [][]byte
	Odd      map[int]error // by place from 0 on, why an item cannot be read
	Next     string        // the link to the next page as it was given, "" for none
	from, to int           // where the items begin and end
}

// Split takes a page apart without decoding its items. It refuses what is not
// exactly one JSON object with a list named value, what names a member twice,
// what holds an error and what is nested deeper than [httpclient.MaxDepth]. An
// item that is no object, or no JSON that decoders agree about, is odd as long
// as its end is to be seen, and costs no other. When nothing but the link to the
// next page cannot be read, the items are given beside the error.
func Split(body []byte) (Page, error) {
	s := &scanner{text: body}
	var p Page
	var seen names
	var link error
	err := s.object(1, func(quoted []byte) error {
		name, err := seen.add(quoted)
		if err != nil {
			return err
		}
		switch string(name) {
		case "value":
			return s.items(&p)
		case "@odata.nextLink":
			link, err = s.next(&p)
			return err
		case "error":
			if value, err := s.value(2); err != nil || string(value) != "null" {
				return errors.Join(errors.New("it holds an error"), err)
			}
			return nil
		}
		_, err = s.value(2)
		return err
	})
	switch {
	case err != nil:
		return Page{}, err
	case s.peek() != 0 || s.at < len(body):
		return Page{}, s.fail("nothing after the object")
	case p.Items == nil:
		return Page{}, errors.New("it holds no list named value")
	case !utf8.Valid(body[:p.from]) || !utf8.Valid(body[p.to:]): // an item's is its own matter
		return Page{}, errors.New("it is not UTF-8")
	}
	return p, link
}

// next reads the link to the next page. What is JSON and no link is told apart.
func (s *scanner) next(p *Page) (link, err error) {
	value, err := s.value(2)
	if err != nil || string(value) == "null" {
		return nil, err
	}
	if p.Next, err = unquote(value); err != nil {
		return fmt.Errorf("the next link: %w", err), nil
	}
	return nil, nil
}

func (s *scanner) items(p *Page) error {
	p.Items, p.from = [][]byte{}, s.at
	err := s.array(2, func() error {
		s.peek()
		start := s.at
		item, err := s.item()
		if err == nil && !s.ends() {
			err = s.fail("a comma or the end of the list")
		}
		if err != nil {
			if s.at = start; !s.pass() {
				return fmt.Errorf("item %d: %w", len(p.Items)+1, err)
			}
			if p.Odd == nil {
				p.Odd = map[int]error{}
			}
			p.Odd[len(p.Items)], item = err, bytes.TrimRight(s.text[start:s.at], " \t\r\n")
		}
		p.Items = append(p.Items, item)
		return nil
	})
	p.to = s.at
	return err
}

// item passes over one item and returns it as it is written.
func (s *scanner) item() ([]byte, error) {
	s.peek()
	start := s.at
	var seen names
	err := s.object(3, func(quoted []byte) error {
		if _, err := seen.add(quoted); err != nil {
			return err
		}
		_, err := s.value(4)
		return err
	})
	return s.text[start:s.at], err
}

// ends reports whether a list goes on or ends here.
func (s *scanner) ends() bool {
	c := s.peek()
	return c == ',' || c == ']'
}

// pass goes to the end of an element that need not be JSON, by its quotes and
// brackets alone, and reports whether there is one.
func (s *scanner) pass() bool {
	start := s.at
	for depth := 0; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '"':
			for s.at++; s.at < len(s.text) && s.text[s.at] != '"'; s.at++ {
				if s.text[s.at] == '\\' {
					s.at++
				}
			}
		case '{', '[':
			depth++
		case '}':
			if depth--; depth < 0 {
				return false
			}
		case ']':
			if depth == 0 {
				return s.at > start
			}
			depth--
		case ',':
			if depth == 0 {
				return s.at > start
			}
		}
	}
	return false
}

// maxMembers bounds an object's members; real items have 20.
const maxMembers = 500

// names are the members that an object has had so far.
type names [][]byte

// add notes a name as it is written and returns it without quotes and escapes.
// It refuses one that was noted before: decoders disagree about which of two
// members counts.
func (n *names) add(quoted []byte) ([]byte, error) {
	name := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		text, err := unquote(quoted)
		if err != nil {
			return nil, err
		}
		name = []byte(text)
	}
	if len(*n) == maxMembers {
		return nil, fmt.Errorf("an object has more than %d members", maxMembers)
	}
	if slices.ContainsFunc(*n, func(other []byte) bool { return bytes.Equal(other, name) }) {
		return nil, errors.New("a member occurs twice")
	}
	*n = append(*n, name)
	return name, nil
}
