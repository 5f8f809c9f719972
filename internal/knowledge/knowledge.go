// Package knowledge has what is known to help when a service of the provider
// fails, as data: actions, symptoms with their signs and workarounds, the limits
// of workarounds, checks, the decision tree, the express table of the first
// line, reasons to open a ticket, questions that are asked again and again. Each
// language of the pages is a file in content/; a test counts what is in them.
//
// It keeps nothing and judges nothing. What a desk writes itself stands in the
// store, [LowersSecurity] says of which of it a second person must approve.
// Begin at [In] and [Book].
package knowledge

import (
	"embed"
	"slices"
	"strings"

	"example.org/tocsin/internal/lang"
)

//go:embed content
var content embed.FS

// A Book is everything in one language. It is shared: nobody changes it.
type Book struct {
	Version      int        // of the content; grows with each change of it
	Language     string     // code of the language it is in
	Blanks       Blanks     // what is read for a slot while no issue is known
	Joined       []string   // what stands between the items of a cell, and at its end
	Actions      []Entry    // the six of the first minutes
	Measures     []Entry    // for the time being
	Services     []Service  // symptoms, signs, workarounds and their limits
	Tree         []Entry    // the seven steps
	Checks       []Entry    // technical ones, some with commands
	Express      []Question // the express table of the first line
	Reasons      []Entry    // to open a ticket
	Prepare      []Entry    // for a ticket
	FAQ          []Question `yaml:"faq"`
	Anticipation []Entry
	Channels     []Entry // official ones
	Warning      string  // beside each workaround that lowers security
}

// Blanks are what is read for the slots of texts while no issue is known.
type Blanks struct{ MO, ID, Issue, Public string }

// An Entry is a text with a name, "" for none, and an id that is the same in
// every language.
type Entry struct {
	ID, Name, Text string
	Commands       []string // to be run at the seat
}

// A Question is a row of the express table, or of the questions that are asked
// again and again; those have no meaning and nothing next.
type Question struct{ ID, Question, Answer, Meaning, Next string }

// A Service is what is known of one service of the provider.
type Service struct {
	ID         string // exchange, teams, sharepoint or identity
	Name       string
	Short      string // where there is another one in the table of limits
	Symptoms   []string
	Signs      []string // technical ones
	First      []string // workarounds of the first level
	Workaround []string // in detail
	Limits     string
	Say        string // the sentence for a caller
}

var books = lang.NewContent[Book](content, nil, "commands", "language") //nolint:gochecknoglobals // read once, never changed

// In returns the book in a language of the pages. It fails where the program was
// built with a content that cannot be read, or knows no such language.
func In(code string) (*Book, error) { return books.In(code) }

// Of returns the book about an issue: its slots are filled in. An empty id
// stands for one that is not known.
func (b *Book) Of(issue string) *Book {
	blanks := b.Blanks
	if issue != "" {
		blanks = Blanks{issue, issue, issue, issue}
	}
	slots := strings.NewReplacer("{mo}", blanks.MO, "{id}", blanks.ID, "{issue}", blanks.Issue, " {public}", strings.TrimRight(" "+blanks.Public, " "))
	about := *b
	for _, list := range []*[]Entry{&about.Actions, &about.Tree, &about.Prepare} {
		*list = slices.Clone(*list)
		for i := range *list {
			(*list)[i].Text = slots.Replace((*list)[i].Text)
		}
	}
	for _, list := range []*[]Question{&about.Express, &about.FAQ} {
		*list = slices.Clone(*list)
		for i := range *list {
			q := &(*list)[i]
			q.Question, q.Next = slots.Replace(q.Question), slots.Replace(q.Next)
		}
	}
	return &about
}

// Service returns what is known of a service, by its id; ok is false where there
// is none.
func (b *Book) Service(id string) (s Service, ok bool) {
	return find(b.Services, func(s Service) string { return s.ID }, id)
}

// Cell returns the items of a cell as one sentence.
func (b *Book) Cell(items []string) string {
	if len(items) == 0 {
		return ""
	}
	return strings.Join(items, b.Joined[0]) + b.Joined[1]
}

// Answer returns the answer to one of the questions that are asked again and
// again, by its id; ok is false where there is none.
func (b *Book) Answer(id string) (q Question, ok bool) {
	return find(b.FAQ, func(q Question) string { return q.ID }, id)
}

// Entry returns the entry of a list with an id; ok is false where there is none.
func (b *Book) Entry(list []Entry, id string) (e Entry, ok bool) {
	return find(list, func(e Entry) string { return e.ID }, id)
}

func find[T any](list []T, id func(T) string, wanted string) (one T, ok bool) {
	i := slices.IndexFunc(list, func(v T) bool { return id(v) == wanted })
	if i < 0 {
		return one, false
	}
	return list[i], true
}
