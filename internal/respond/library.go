package respond

import (
	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/tocsin"
)

// A Library is everything that a desk can put into its own words, in one language: what
// is known to help, the rows of the runbook and the messages.
type Library struct {
	Known     *knowledge.Book
	Templates *Book
}

// Shelf returns what is shipped in a language of the pages.
func Shelf(code string) (l Library, err error) {
	if l.Known, err = knowledge.In(code); err == nil {
		l.Templates, err = In(code)
	}
	return l, err
}

// Passages lists what can be put into other words.
func (l Library) Passages() []knowledge.Passage {
	return append(l.Known.Passages(), l.Templates.Passages()...)
}

// Passage returns one of them, by list and id; ok is false where there is none.
func (l Library) Passage(item string) (knowledge.Passage, bool) {
	return find(l.Passages(), func(p knowledge.Passage) string { return p.Item }, item)
}

// With returns the library as a desk edited it.
func (l Library) With(edits []tocsin.Edit) Library {
	return Library{l.Known.With(edits), l.Templates.With(edits)}
}

// Check reports every problem of a normalised edit at once.
func (l Library) Check(e tocsin.Edit) error {
	if EditedIncident(e) {
		return l.Templates.Check(e)
	}
	return l.Known.Check(e)
}
