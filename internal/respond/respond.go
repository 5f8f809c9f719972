// Package respond is what a desk does in an incident, beside keeping it: the
// runbook with its clocks, the messages that are sent, the checks before an end
// and the list for the review afterwards.
//
// Content is data, a file for each language of the pages in content/; a test
// counts what is in it. Clocks are worked out from instants alone: [Course.Plan]
// says the same on every machine and after every restart. The package keeps
// nothing, package store/respond does. Begin at [In] and [Course].
package respond

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/lang"
)

//go:embed content
var content embed.FS

// A Book is the content in one language. It is shared: nobody changes it.
type Book struct {
	Version  int         // of the content; grows with each change of it
	Language string      `yaml:"-"` // code of the language it is in
	Runbook  []Row       // the six steps
	Messages []Template  // the six that are sent
	Recovery []Checklist // by service, asked before an incident is closed
	Review   []Item      // the seven of the review

	warning string // behind a message that asks people to lower security
}

// A Row is a step of the runbook. What it says of its due time is for people;
// clocks have it from [Course.Plan].
type Row struct{ ID, Step, Objective, Deliverable, Owner, Due string }

// About returns the row about what has an id.
func (r Row) About(id string) Row {
	for _, text := range []*string{&r.Objective, &r.Deliverable, &r.Owner, &r.Due} {
		*text = strings.ReplaceAll(*text, "{id}", id)
	}
	return r
}

// A Checklist is what is checked before a service counts as recovered. That with
// the id [EveryService] is asked whatever failed.
type Checklist struct {
	ID, Name string
	Items    []Item
}

// An Item is one line of a checklist.
type Item struct{ ID, Text string }

// EveryService is the id of the checklist that no service is needed for.
const EveryService = "all"

var books = lang.NewContent(content, (*Book).validate) //nolint:gochecknoglobals // read once, never changed

// In returns the content in a language of the pages. It fails where the program
// was built with a content that cannot be read, or knows no such language.
func In(code string) (*Book, error) {
	shared, err := books.In(code)
	if err != nil {
		return nil, err
	}
	known, err := knowledge.In(code)
	if err != nil {
		return nil, err
	}
	b := *shared
	b.Language = code
	b.warning = known.Warning
	return &b, nil
}

// validate refuses messages with slots that nobody fills.
func (b *Book) validate() error {
	for _, t := range b.Messages {
		if err := t.Validate(); err != nil {
			return fmt.Errorf("message %s: %w", t.ID, err)
		}
	}
	return nil
}

// Row returns a step of the runbook by its id; ok is false where there is none.
func (b *Book) Row(id string) (r Row, ok bool) {
	return find(b.Runbook, func(r Row) string { return r.ID }, id)
}

// Message returns a message by its id; ok is false where there is none.
func (b *Book) Message(id string) (t Template, ok bool) {
	t, ok = find(b.Messages, func(t Template) string { return t.ID }, id)
	t.warning, t.Blanks = b.warning, maps.Clone(t.Blanks)
	for _, other := range b.Messages { // an edit may ask for what others are shipped with
		for name, text := range other.Blanks {
			if _, there := t.Blanks[name]; ok && !there {
				t.Blanks[name] = text
			}
		}
	}
	return t, ok
}

// RecoveryOf returns the checklists that are asked when services failed, by the
// ids of what is known about them.
func (b *Book) RecoveryOf(services []string) []Checklist {
	var list []Checklist
	for _, c := range b.Recovery {
		if c.ID == EveryService || slices.Contains(services, c.ID) {
			list = append(list, c)
		}
	}
	return list
}

func find[T any](list []T, id func(T) string, wanted string) (one T, ok bool) {
	i := slices.IndexFunc(list, func(v T) bool { return id(v) == wanted })
	if i < 0 {
		return one, false
	}
	return list[i], true
}
