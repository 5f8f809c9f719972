// Package support is what a desk knows of asking the provider's support, beside
// keeping requests: kinds, categories and severities with their sentences, who
// does what, how a request is filed; what is missing before it is, which severity
// a triage speaks for, when the team has to move, and the pack that is handed to
// the provider.
//
// Content is data, a file for each language of the pages in content/; a test
// counts what is in it. The package keeps nothing, package store/respond does.
// Begin at [In].
package support

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

//go:embed content
var content embed.FS

// A Book is the content in one language. It is shared: nobody changes it.
type Book struct {
	Version       int               // of the content; grows with each change of it
	About         []string          // what support is given, and where
	Kinds         []Item            // the four kinds of requests
	Categories    []Category        // of technical ones, with their examples
	Assessed      string            // who decides the severity
	Severities    []Severity        // the worst first
	Admins        []string          // who may ask
	Administrator List              // what an administrator is
	Duties        List              // what an administrator does, the check before filing
	Provider      List              // what the provider's support does
	Steps         []Step            // to file a request
	Decided       map[string]string // what of a triage decided, by its id
	Raise         Raise
	Words         map[string]string // labels of the pack
}

// An Item is one line of a list.
type Item struct{ ID, Text string }

// A List is items under a heading.
type List struct {
	Name  string
	Items []Item
}

// A Category is what technical support is asked for.
type Category struct {
	ID, Name string
	Groups   []Group
}

// A Group is the examples of a category for one service.
type Group struct {
	Name     string
	Examples []string
}

// A Severity is a level with the sentences that describe it.
type Severity struct {
	ID, Name  string
	Sentences []Item
	Examples  []string
}

// A Step is a step to file a request, with the words of the portal's menus.
type Step struct {
	ID, Text string
	Menu     []string
}

// Raise is the text that asks for another severity. Lines have slots in braces.
type Raise struct{ Lead, Because, Facts, Issue string }

var books = lang.NewContent(content, (*Book).validate) //nolint:gochecknoglobals // read once, never changed

// In returns the content in a language of the pages. It fails where the program
// was built with a content that cannot be read, or knows no such language.
func In(code string) (*Book, error) { return books.In(code) }

var slot = regexp.MustCompile(`\{([a-z]+)\}`)

// validate refuses slots that nobody fills.
func (b *Book) validate() error {
	for _, text := range []string{b.Raise.Lead, b.Raise.Because, b.Raise.Facts, b.Raise.Issue} {
		for _, m := range slot.FindAllStringSubmatch(text, -1) {
			if !slices.Contains([]string{"asked", "given", "services", "region", "when", "issue"}, m[1]) {
				return fmt.Errorf("there is no slot {%s}", m[1])
			}
		}
	}
	return nil
}

// Severity returns a level by its id; ok is false where there is none.
func (b *Book) Severity(id string) (s Severity, ok bool) {
	i := slices.IndexFunc(b.Severities, func(s Severity) bool { return s.ID == id })
	if i < 0 {
		return s, false
	}
	return b.Severities[i], true
}

// Kind returns the name of a kind of requests.
func (b *Book) Kind(id string) string { return text(b.Kinds, id) }

// Category returns the name of a category, "" for none.
func (b *Book) Category(id string) string {
	for _, c := range b.Categories {
		if c.ID == id {
			return c.Name
		}
	}
	return ""
}

// Menu returns the words of the portal's menus to a new request, in their order.
func (b *Book) Menu() []string { return b.Steps[0].Menu }

func text(list []Item, id string) string {
	i := slices.IndexFunc(list, func(one Item) bool { return one.ID == id })
	if i < 0 {
		return id
	}
	return list[i].Text
}

// Why words what speaks for a proposed severity: the sentence of the table, and
// what of the triage decided.
func (b *Book) Why(s tocsin.RequestSeverity) (sentence, decided string) {
	of, by, _ := strings.Cut(s.Why, "/")
	if level, ok := b.Severity(s.Severity); ok {
		sentence = text(level.Sentences, of)
	}
	return sentence, b.Decided[by]
}
