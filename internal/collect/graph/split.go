package graph

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// page is one page taken apart, its items as received.
type page struct {
	items [][]byte
	next  string
}

// split takes a page apart without decoding its items. It refuses what is not
// exactly one JSON object with a list named value, what names a member twice,
// what holds an error, what is nested deeper than [httpclient.MaxDepth], and an
// item that is no object or lacks the member key, which tells items apart.
func split(body []byte, key string) (page, error) {
	if !utf8.Valid(body) {
		return page{}, errors.New("it is not UTF-8")
	}
	s := &scanner{text: body}
	var p page
	var seen names
	err := s.object(1, func(quoted []byte) error {
		name, err := seen.add(quoted)
		if err != nil {
			return err
		}
		switch string(name) {
		case "value":
			return s.items(&p, key)
		case "@odata.nextLink":
			return s.next(&p)
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
		return page{}, err
	case s.peek() != 0 || s.at < len(body):
		return page{}, s.fail("nothing after the object")
	case p.items == nil:
		return page{}, errors.New("it holds no list named value")
	}
	return p, nil
}

func (s *scanner) next(p *page) error {
	value, err := s.value(2)
	if err != nil || string(value) == "null" {
		return err
	}
	if p.next, err = unquote(value); err != nil {
		return fmt.Errorf("the next link: %w", err)
	}
	return nil
}

func (s *scanner) items(p *page, key string) error {
	p.items = [][]byte{}
	return s.array(2, func() error {
		item, err := s.item(key)
		if err != nil {
			return fmt.Errorf("item %d: %w", len(p.items)+1, err)
		}
		p.items = append(p.items, item)
		return nil
	})
}

// item passes over one item and returns it as it is written.
func (s *scanner) item(key string) ([]byte, error) {
	s.peek()
	start, found := s.at, false
	var seen names
	err := s.object(3, func(quoted []byte) error {
		name, err := seen.add(quoted)
		if err != nil {
			return err
		}
		value, err := s.value(4)
		if string(name) == key {
			found = len(value) > len(`""`) && value[0] == '"'
		}
		return err
	})
	if err == nil && !found {
		err = fmt.Errorf("it has no %s", key)
	}
	return s.text[start:s.at], err
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
