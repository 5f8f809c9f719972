package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// maxDepth bounds how deep an answer may be nested; real ones stay under 10.
const maxDepth = 100

// page is one page taken apart, its items not decoded.
type page struct {
	items [][]byte
	next  string
}

// split takes a page apart. It refuses what is not exactly one JSON object with
// a list of objects named value, what is nested too deep, and what is not
// UTF-8.
func split(body []byte) (page, error) {
	if !utf8.Valid(body) {
		return page{}, errors.New("not UTF-8")
	}
	if err := checkDepth(body); err != nil {
		return page{}, err
	}
	var envelope struct {
		Value *[]json.RawMessage `json:"value"`
		Next  string             `json:"@odata.nextLink"`
		Error json.RawMessage    `json:"error"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return page{}, err
	}
	if envelope.Error != nil {
		return page{}, errors.New("it holds an error")
	}
	if envelope.Value == nil {
		return page{}, errors.New("it holds no value")
	}
	p := page{next: envelope.Next, items: make([][]byte, len(*envelope.Value))}
	for i, item := range *envelope.Value {
		if trimmed := bytes.TrimSpace(item); len(trimmed) == 0 || trimmed[0] != '{' {
			return page{}, fmt.Errorf("item %d is no object", i+1)
		}
		p.items[i] = item
	}
	return p, nil
}

func checkDepth(body []byte) error {
	depth, quoted := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return fmt.Errorf("nested deeper than %d", maxDepth)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}
