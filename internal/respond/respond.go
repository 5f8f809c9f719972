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
	"slices"
	"sync"

	"example.org/tocsin/internal/lang"
)

//go:embed content
var content embed.FS

// A Book is the content in one language. It is shared: nobody changes it.
type Book struct {
	Version  int         // of the content; grows with each change of it
	Runbook  []Row       // the six steps
	Messages []Template  // the six that are sent
	Recovery []Checklist // by service, asked before an incident is closed
	Review   []Item      // the seven of the review
}

// A Row is a step of the runbook. What it says of its due time is for people;
// clocks have it from [Course.Plan].
type Row struct{ ID, Step, Objective, Deliverable, Owner, Due string }

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

// books are the languages, read once.
var books = sync.OnceValues(func() (map[string]*Book, error) { //nolint:gochecknoglobals // read once, never changed
	all := map[string]*Book{}
	for _, code := range lang.Languages() {
		b, err := read(code)
		if err != nil {
			return nil, fmt.Errorf("content of incidents: %w", err)
		}
		all[code] = b
	}
	return all, nil
})

// read reads a language, and refuses messages with slots that nobody fills.
func read(code string) (*Book, error) {
	body, err := content.ReadFile("content/" + code + ".yaml")
	if err != nil {
		return nil, err
	}
	b := &Book{}
	if err := (lang.Rules{Code: code}).DecodeYAML(body, b); err != nil {
		return nil, err
	}
	for _, t := range b.Messages {
		if err := t.Validate(); err != nil {
			return nil, fmt.Errorf("message %s in %s: %w", t.ID, code, err)
		}
	}
	return b, nil
}

// In returns the content in a language of the pages. It fails where the program
// was built with a content that cannot be read, or knows no such language.
func In(code string) (*Book, error) {
	all, err := books()
	if err != nil {
		return nil, err
	}
	b, ok := all[code]
	if !ok {
		return nil, fmt.Errorf("content of incidents: no language %q", code)
	}
	return b, nil
}

// Row returns a step of the runbook by its id; ok is false where there is none.
func (b *Book) Row(id string) (r Row, ok bool) {
	return find(b.Runbook, func(r Row) string { return r.ID }, id)
}

// Message returns a message by its id; ok is false where there is none.
func (b *Book) Message(id string) (t Template, ok bool) {
	return find(b.Messages, func(t Template) string { return t.ID }, id)
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

func find[T any, K comparable](list []T, id func(T) K, wanted K) (one T, ok bool) {
	i := slices.IndexFunc(list, func(v T) bool { return id(v) == wanted })
	if i < 0 {
		return one, false
	}
	return list[i], true
}
