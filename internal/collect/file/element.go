package file

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"time"
	"unicode/utf8"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/legacy"
	"example.org/tocsin/internal/tocsin"
)

// reading is one file being read.
type reading struct {
	file      *File
	catalogue *catalogue
	splitter  *splitter
	rewriter  rewriter
	room      []byte
	found     func(*Notice) error
	refused   func(Refusal, []byte) // with the element as it came
	stopped   error                 // of found
}

// element takes one element of the file's lists.
func (c *reading) element(raw []byte) error {
	c.take(raw, c.splitter.place(), time.Time{})
	return c.stopped
}

// take reads an element and hands on what it is; whatever is wrong with it costs
// nothing else.
func (c *reading) take(raw []byte, place string, seen time.Time) {
	id, err := c.read(raw, place, seen)
	if err == nil || c.stopped != nil {
		return
	}
	refusal := Refusal{File: c.file.Name, Place: place, ID: tocsin.Clip(id, 40), Reason: err.Error()}
	if o, ok := errors.AsType[*odd](err); ok {
		refusal.Member, refusal.Reason = o.member, o.reason
	}
	c.refused(refusal, raw)
}

// outline is what tells an element's kind.
type outline struct {
	id       string
	scores   [entities]int
	marks    uint8
	seenAt   []byte
	message  []byte
	kind     []byte
	issues   []byte
	value    []byte
	hasError bool
	missing  [entities]bool // what its entity needs is not there
}

func (c *reading) outline(raw []byte) (o outline, err error) {
	for e := range entities {
		o.missing[e] = e.needed() != ""
	}
	err = members(raw, func(name, value []byte) error {
		c.room = small(c.room, name)
		having := c.catalogue.having[string(c.room)]
		o.marks |= c.catalogue.marks[string(c.room)]
		for bit := having; bit != 0; bit &= bit - 1 {
			e := entity(bits.TrailingZeros8(bit))
			o.scores[e]++
			if string(c.room) == e.needed() && !isNull(value) {
				o.missing[e] = false
			}
		}
		switch string(c.room) {
		case "id":
			_ = json.Unmarshal(value, &o.id) // its type is checked later
		case "seenat":
			o.seenAt = value
		case "message":
			o.message = value
		case "kind":
			o.kind = value
		case "issues":
			o.issues = value
		case "value":
			o.value = value
		case "error":
			o.hasError = true
		}
		return nil
	})
	return o, err
}

// entity is what an object is by all of its members: of those that it has a mark
// of, the one that knows most of them, if no other knows more.
func (o *outline) entity() (entity, bool) {
	best, most := entities, 0
	for e := range entities {
		if n := o.scores[e]; n > most || n == most && best < entities && o.marks&(1<<best) == 0 && o.marks&(1<<e) != 0 {
			best, most = e, n
		}
	}
	return best, best < entities && o.marks&(1<<best) != 0
}

// read reads one element: a line of history or an entity.
func (c *reading) read(raw []byte, place string, seen time.Time) (id string, err error) {
	if !utf8.Valid(raw) {
		return "", errors.New("it is not UTF-8")
	}
	if raw[0] != '{' {
		if cutText(raw) {
			return "", errors.New("it is text: the tool cut off what lies deeper. Write it again with `" + deeper + "`")
		}
		return "", errors.New("it is neither an object nor a list, want an answer or a notice")
	}
	o, err := c.outline(raw)
	switch {
	case err != nil:
		return o.id, err
	case o.seenAt != nil && o.message != nil:
		return o.id, c.history(&o, place)
	case o.hasError:
		return o.id, errors.New("it is an error answer")
	}
	e, ok := o.entity()
	switch {
	case !ok && o.value != nil && cutText(o.value):
		return o.id, cutOff("value", "a list")
	case !ok && o.value != nil:
		return o.id, &odd{"value", "is no list"}
	case !ok:
		return o.id, errors.New("it is no notice of a kind that is known, want an issue, a message, a status or a service of either API")
	case e.ofService() && tocsin.SeemsNotice(o.id, 1):
		return o.id, notService()
	case o.missing[e] && !seen.IsZero(): // an archive keeps what it was given
	case o.missing[e]:
		return o.id, &odd{e.needed(), "is missing, without which " + e.what() + " is not whole: it was left out by the tool or by a selection"}
	}
	return o.id, c.entity(e, raw, &o, place, seen)
}

// history reads a line of a recorded archive: what was seen, and when.
func (c *reading) history(o *outline, place string) error {
	var at string
	if json.Unmarshal(o.seenAt, &at) != nil {
		return &odd{"seenAt", "is no time"}
	}
	seen, ok := tocsin.ParseTime(at)
	if !ok {
		return &odd{"seenAt", fmt.Sprintf("%q is no time", tocsin.Clip(at, 40))}
	}
	if o.message[0] != '{' {
		return &odd{"message", "is no object"}
	}
	inner, err := c.outline(o.message)
	switch {
	case err != nil:
		return err
	case o.id != inner.id && o.id != "":
		return fmt.Errorf("id is %q, but the message's own is %q", tocsin.Clip(o.id, 40), tocsin.Clip(inner.id, 40))
	}
	var kind tocsin.Kind
	if json.Unmarshal(o.kind, &kind) == nil && kind.Valid() { // recorders mean other things by it
		if (kind == tocsin.KindOverview || kind == tocsin.KindService) && tocsin.SeemsNotice(inner.id, tocsin.NoticeDigits) {
			return notService()
		}
		return c.add(kind, o.message, seen, place, nil)
	}
	c.take(o.message, place, seen)
	return nil
}

// notService says of what looks like a service that it is the rest of a notice.
func notService() error {
	return &odd{"id", "is one of an issue or a message, of which a selection left no more than a service has: export it whole, without Select-Object and with `" + deeper + "`"}
}

// entity brings an entity into the form of the wire and hands it on.
func (c *reading) entity(e entity, raw []byte, o *outline, place string, seen time.Time) error {
	raw, err := c.rewriter.rewrite(raw, c.catalogue.shapes[e], !e.legacy())
	if err != nil {
		return err
	}
	doubts := c.rewriter.doubts
	switch e {
	case graphMessage:
		return c.add(tocsin.KindMessage, raw, seen, place, doubts)
	case graphIssue:
		return c.add(tocsin.KindIssue, raw, seen, place, doubts)
	case graphOverview:
		return c.overview(raw, o.issues, seen, place, doubts)
	case legacyMessage, legacyStatus, legacyService, entities:
	}
	return c.legacy(e, bytes.Clone(raw), seen, place) // it is kept in what is made of it
}

// overview hands on a health overview and, apart from it, the issues that are
// nested in it.
func (c *reading) overview(raw, issues []byte, seen time.Time, place string, doubts tocsin.Doubts) error {
	var overview tocsin.Overview
	if err := json.Unmarshal(raw, &overview); err != nil {
		return unfit(err)
	}
	list, err := nested(issues)
	if err != nil {
		doubts = append(doubts, err.Error()+"; the status was taken without them")
	}
	if err := c.made(overview, seen, place, doubts); err != nil || list == nil {
		return err
	}
	return items(list, func(n int, one []byte) error {
		c.take(one, fmt.Sprintf("%s: issue %d", place, n+1), time.Time{})
		return c.stopped
	})
}

// nested is the list of issues in an overview, nil for none.
func nested(issues []byte) ([]byte, error) {
	switch {
	case len(issues) == 0 || isNull(issues) || string(issues) == `""`:
		return nil, nil
	case issues[0] == '[':
		return issues, nil
	case issues[0] == '{':
		if list, ok := unwrapped(issues); ok {
			return list, nil
		}
	case issues[0] == '"':
		return nil, cutOff("issues", "a list")
	}
	return nil, &odd{"issues", "is " + sort(issues) + " where a list belongs"}
}

// legacy hands on an entity of the Service Communications API.
func (c *reading) legacy(e entity, raw []byte, seen time.Time, place string) error {
	var made any
	var doubts tocsin.Doubts
	var err error
	switch e {
	case legacyMessage:
		made, err = legacy.Message(raw)
	case legacyStatus:
		var at time.Time
		if made, at, doubts, err = legacy.Overview(raw); !at.IsZero() {
			seen = at
		}
	default:
		made, err = legacy.Service(raw)
	}
	if err != nil {
		return unfit(err)
	}
	return c.made(made, seen, place, doubts)
}

// made hands on what was made of an element.
func (c *reading) made(v any, seen time.Time, place string, doubts tocsin.Doubts) error {
	doc, err := tocsin.NewDocument(v)
	if err != nil {
		return unfit(err)
	}
	doc.Doubts = append(doc.Doubts, doubts...)
	c.hand(doc, seen, place)
	return nil
}

// add reads one document and hands it on.
func (c *reading) add(kind tocsin.Kind, body []byte, seen time.Time, place string, doubts tocsin.Doubts) error {
	doc, err := tocsin.ReadDocument(kind, body)
	if err != nil {
		return unfit(err)
	}
	doc.Doubts = append(doc.Doubts, doubts...)
	c.hand(doc, seen, place)
	return nil
}

func (c *reading) hand(doc tocsin.Document, seen time.Time, place string) {
	item := collect.Item{Body: doc.Body, Hash: doc.Hash, At: seen, Doubts: doc.Doubts}
	c.stopped = c.found(&Notice{Item: item, Document: doc, Place: place})
}

// unfit says why something is no document, without a word of the program's
// inside.
func unfit(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return &odd{wrong.Field, "is of another type (" + wrong.Value + ") than it must be"}
	}
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return errJSON
	}
	if said, ok := errors.AsType[*tocsin.Error](err); ok {
		return errors.New(said.Message[:max(0, len(said.Message)-1)])
	}
	return err
}
