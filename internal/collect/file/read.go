// Package file reads notices from files: answers of either API, single
// entities, and lines of recorded history. The kind is recognised by the
// members, never by the file's name.
package file

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/legacy"
	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/tocsin"
)

// maxFile bounds a file, inflated, in bytes. A file is held in memory with
// all that is read from it; a longer history can be cut between its lines.
const maxFile = 256 << 20

// Read reads all notices of one file, or none: an error names the file and the
// place. Warnings tell what was put right on the way.
func Read(r io.Reader, name string) (lists []collect.List, warnings []string, err error) {
	text, err := readAll(r)
	if err != nil {
		return nil, nil, refuse(name, 0, "%v", err)
	}
	fixed := dropStrayBrace(text)
	if len(fixed) != len(text) {
		warnings = append(warnings, name+": left out a stray opening brace, as in the API reference's own sample.")
	}
	c := &reading{name: name, lists: map[tocsin.Kind]*collect.List{}}
	decoder := json.NewDecoder(bytes.NewReader(fixed))
	for n := 1; ; n++ {
		var value json.RawMessage
		if err := decoder.Decode(&value); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, nil, notJSON(name, n, int64(len(fixed)), err)
		}
		if err := c.value(value, 0); err != nil {
			return nil, nil, refuse(name, decoder.InputOffset(), "value %d: %v", n, err)
		}
	}
	for _, kind := range []tocsin.Kind{tocsin.KindService, tocsin.KindOverview, tocsin.KindIssue, tocsin.KindMessage} {
		if list, ok := c.lists[kind]; ok {
			list.Listed = len(list.Items)
			lists = append(lists, *list)
		}
	}
	if len(lists) == 0 && !c.empty {
		return nil, nil, refuse(name, 0, "it holds no notices")
	}
	return lists, warnings, nil
}

func refuse(name string, offset int64, format string, args ...any) error {
	where := name
	if offset > 0 {
		where = fmt.Sprintf("%s, before byte %d", name, offset)
	}
	return tocsin.Invalidf("file", "%s: %s.", where, fmt.Sprintf(format, args...))
}

// notJSON says where value number n of a file of size bytes breaks off.
func notJSON(name string, n int, size int64, err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return refuse(name, syntax.Offset, "value %d is not JSON: %v", n, err)
	}
	return refuse(name, size, "it ends within value %d, want the rest of it", n)
}

func readAll(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err == nil && bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		var inflated *gzip.Reader
		if inflated, err = gzip.NewReader(bytes.NewReader(text)); err == nil {
			text, err = io.ReadAll(io.LimitReader(inflated, maxFile+1))
		}
	}
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxFile:
		return nil, fmt.Errorf("it is larger than %d bytes", maxFile)
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // editors put it there
	return text, httpclient.CheckJSON(text)
}

// dropStrayBrace repairs exactly one mistake, that of the reference's sample of
// Messages: a second opening brace before "value", without its closing one.
func dropStrayBrace(text []byte) []byte {
	trimmed := bytes.TrimLeft(text, " \t\r\n")
	if len(trimmed) == 0 || trimmed[0] != '{' {
		return text
	}
	rest := bytes.TrimLeft(trimmed[1:], " \t\r\n")
	if bytes.HasPrefix(rest, []byte("{")) && bytes.HasPrefix(bytes.TrimLeft(rest[1:], " \t\r\n"), []byte(`"value"`)) && !json.Valid(text) && json.Valid(rest) {
		return rest
	}
	return text
}

// reading is one file being read.
type reading struct {
	name  string
	lists map[tocsin.Kind]*collect.List
	empty bool // it holds an empty list
}

// members are those by which kinds are told apart.
type members struct {
	Value   *[]json.RawMessage `json:"value"`
	Error   json.RawMessage    `json:"error"`
	ID      string             `json:"id"`
	Kind    tocsin.Kind        `json:"kind"` // of a line of history; recorders mean other things by it
	SeenAt  string             `json:"seenAt"`
	Message json.RawMessage    `json:"message"`
	Issues  []json.RawMessage  `json:"issues"`

	// Graph
	Body           json.RawMessage `json:"body"`
	Category       json.RawMessage `json:"category"`
	Posts          json.RawMessage `json:"posts"`
	Classification json.RawMessage `json:"classification"`
	Service        json.RawMessage `json:"service"`
	Status         json.RawMessage `json:"status"`
}

// value takes apart one JSON value: a list, an envelope, a line of history or
// an entity.
func (c *reading) value(raw []byte, depth int) error {
	trimmed := bytes.TrimSpace(raw)
	if depth > 3 {
		return errors.New("lists within lists")
	}
	if len(trimmed) > 0 && trimmed[0] == '[' {
		var list []json.RawMessage
		if err := json.Unmarshal(trimmed, &list); err != nil {
			return err
		}
		return c.all(list, depth)
	}
	names, err := namesOf(trimmed)
	if err != nil {
		return errors.New("it is neither an object nor a list, want an answer or a notice")
	}
	if names["Id"] || names["Workload"] {
		return c.legacy(trimmed, names)
	}
	var m members
	if err := json.Unmarshal(trimmed, &m); err != nil {
		return err
	}
	switch {
	case names["error"]:
		return errors.New("it is an error answer")
	case names["value"]:
		if m.Value == nil {
			return errors.New("value is no list")
		}
		return c.all(*m.Value, depth)
	case names["seenAt"] && names["message"]:
		return c.history(m)
	}
	return c.graph(trimmed, m, time.Time{})
}

// namesOf are the member names of an object exactly as written: the two APIs
// differ in their case, which decoding ignores.
func namesOf(object []byte) (map[string]bool, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(object, &all); err != nil {
		return nil, err
	}
	names := make(map[string]bool, len(all))
	for name := range all {
		names[name] = true
	}
	return names, nil
}

func (c *reading) all(list []json.RawMessage, depth int) error {
	c.empty = c.empty || len(list) == 0
	for i, one := range list {
		if err := c.value(one, depth+1); err != nil {
			return fmt.Errorf("element %d: %w", i+1, err)
		}
	}
	return nil
}

// history reads a line of a recorded archive: what was seen, and when.
func (c *reading) history(m members) error {
	seen, ok := tocsin.ParseTime(m.SeenAt)
	if !ok {
		return fmt.Errorf("seenAt %q is no time", tocsin.Clip(m.SeenAt, 40))
	}
	var inner members
	if err := json.Unmarshal(m.Message, &inner); err != nil {
		return errors.New("message is no object")
	}
	if m.ID != inner.ID && m.ID != "" {
		return fmt.Errorf("id is %q, but the message's own is %q", tocsin.Clip(m.ID, 40), tocsin.Clip(inner.ID, 40))
	}
	if m.Kind.Valid() {
		return c.add(m.Kind, m.Message, seen)
	}
	return c.graph(m.Message, inner, seen)
}

// graph recognises an entity of Graph.
func (c *reading) graph(raw []byte, m members, seen time.Time) error {
	switch {
	case m.Body != nil || m.Category != nil:
		return c.add(tocsin.KindMessage, raw, seen)
	case m.Posts != nil || m.Classification != nil:
		return c.add(tocsin.KindIssue, raw, seen)
	case m.Service != nil && m.Status != nil:
		for _, issue := range m.Issues {
			if err := c.add(tocsin.KindIssue, issue, time.Time{}); err != nil {
				return err
			}
		}
		return c.overview(raw, seen)
	}
	return errors.New("it is no notice of a kind that is known, want an issue, a message, a status or a service of either API")
}

// overview stores a health overview without the issues nested in it.
func (c *reading) overview(raw []byte, seen time.Time) error {
	var o tocsin.Overview
	if err := json.Unmarshal(raw, &o); err != nil {
		return err
	}
	return c.document(o, seen)
}

// legacy recognises an entity of the Service Communications API.
func (c *reading) legacy(raw []byte, names map[string]bool) error {
	switch {
	case names["Messages"] || names["MessageType"] || names["LastUpdatedTime"]:
		notice, err := legacy.Message(raw)
		if err != nil {
			return err
		}
		return c.document(notice, time.Time{})
	case names["Status"]:
		o, at, _, err := legacy.Overview(raw)
		if err != nil {
			return err
		}
		return c.document(o, at)
	case names["DisplayName"]:
		s, err := legacy.Service(raw)
		if err != nil {
			return err
		}
		return c.document(s, time.Time{})
	}
	return errors.New("it is no entity of the Service Communications API that is known")
}

func (c *reading) document(v any, at time.Time) error {
	doc, err := tocsin.NewDocument(v)
	if err != nil {
		return err
	}
	return c.add(doc.Kind, doc.Body, at)
}

// add checks one document and puts it on the list of its kind.
func (c *reading) add(kind tocsin.Kind, body []byte, at time.Time) error {
	if _, err := tocsin.ReadDocument(kind, body); err != nil {
		return err
	}
	list, ok := c.lists[kind]
	if !ok {
		list = &collect.List{Kind: kind}
		c.lists[kind] = list
	}
	list.Items = append(list.Items, collect.Item{Body: body, Hash: tocsin.HashOf(body), At: at})
	return nil
}
