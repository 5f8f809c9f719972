package knowledge

import (
	"errors"
	"slices"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// A Passage is a part of the book that a desk can put into its own words: an entry
// of a list. What lists there are, which entries and how many, no edit changes.
type Passage struct {
	Item   string // list and id within it, such as "faq/mfa"
	Fields []Field
}

// A Field is one of the texts of a passage.
type Field struct {
	Name  string // name, text, question, answer, meaning, next, symptoms, signs, first or say
	Text  string // of a list, a line for each item
	Lines int    // items of a list; 0 for what is no list
}

// List returns the name of the list that the passage stands in.
func (p Passage) List() string {
	list, _, _ := strings.Cut(p.Item, "/")
	return list
}

// Title returns the text by which people know the passage.
func (p Passage) Title() string {
	if len(p.Fields) == 0 {
		return p.Item
	}
	return strings.ReplaceAll(p.Fields[0].Text, "\n", " · ")
}

// A spot is where a text stands in a book.
type spot struct {
	field string
	text  *string
	list  []string // in the place of a text
}

func (s spot) read() Field {
	if s.text != nil {
		return Field{Name: s.field, Text: *s.text}
	}
	return Field{s.field, strings.Join(s.list, "\n"), len(s.list)}
}

func (s spot) write(text string) {
	if s.text != nil {
		*s.text = text
		return
	}
	copy(s.list, strings.Split(text, "\n"))
}

// each visits the passages of a book that the caller may change.
func (b *Book) each(visit func(item string, spots []spot)) {
	for _, list := range b.entries() {
		for i := range *list.entries {
			e := &(*list.entries)[i]
			visit(list.name+"/"+e.ID, filled(spot{"name", &e.Name, nil}, spot{"text", &e.Text, nil}))
		}
	}
	for _, list := range b.questions() {
		for i := range *list.questions {
			q := &(*list.questions)[i]
			visit(list.name+"/"+q.ID, filled(spot{"question", &q.Question, nil}, spot{"answer", &q.Answer, nil}, spot{"meaning", &q.Meaning, nil}, spot{"next", &q.Next, nil}))
		}
	}
	for i := range b.Services {
		s := &b.Services[i]
		visit("services/"+s.ID, []spot{{"symptoms", nil, s.Symptoms}, {"signs", nil, s.Signs}, {"first", nil, s.First}, {"say", &s.Say, nil}})
	}
}

type namedEntries struct {
	name    string
	entries *[]Entry
}

func (b *Book) entries() []namedEntries {
	return []namedEntries{
		{"actions", &b.Actions},
		{"measures", &b.Measures},
		{"tree", &b.Tree},
		{"checks", &b.Checks},
		{"reasons", &b.Reasons},
		{"prepare", &b.Prepare},
		{"anticipation", &b.Anticipation},
		{"channels", &b.Channels},
	}
}

type namedQuestions struct {
	name      string
	questions *[]Question
}

func (b *Book) questions() []namedQuestions {
	return []namedQuestions{{"express", &b.Express}, {"faq", &b.FAQ}}
}

// filled leaves out the spots that the book has no text for.
func filled(spots ...spot) []spot {
	return slices.DeleteFunc(spots, func(s spot) bool { return *s.text == "" })
}

// Passages lists what can be put into other words, as the book has it.
func (b *Book) Passages() (list []Passage) {
	b.each(func(item string, spots []spot) {
		p := Passage{Item: item}
		for _, s := range spots {
			p.Fields = append(p.Fields, s.read())
		}
		list = append(list, p)
	})
	return list
}

// Passage returns a part of the book, by list and id; ok is false where there is
// none.
func (b *Book) Passage(item string) (p Passage, ok bool) {
	return find(b.Passages(), func(p Passage) string { return p.Item }, item)
}

// With returns the book as a desk edited it in its language: the newest edit of
// each passage that holds. Behind one that lowers security stands the warning.
func (b *Book) With(edits []tocsin.Edit) *Book {
	newest := map[string]tocsin.Edit{}
	for _, e := range edits {
		if e.Holds() && e.Language == b.Language && e.Version > newest[e.Item].Version {
			newest[e.Item] = e
		}
	}
	if len(newest) == 0 {
		return b
	}
	edited := b.clone()
	edited.each(func(item string, spots []spot) {
		e, ok := newest[item]
		if !ok {
			return
		}
		for i, s := range spots {
			text, ok := e.Words[s.field]
			if !ok {
				text = s.read().Text
			}
			if s.list == nil && i == len(spots)-1 {
				text = Way{text: text, warning: b.Warning, Lowers: e.Lowers || LowersSecurity(All(e))}.Told()
			}
			s.write(text)
		}
	})
	return edited
}

// clone copies what [Book.each] visits.
func (b *Book) clone() *Book {
	copied := *b
	for _, list := range copied.entries() {
		*list.entries = slices.Clone(*list.entries)
	}
	for _, list := range copied.questions() {
		*list.questions = slices.Clone(*list.questions)
	}
	copied.Services = slices.Clone(copied.Services)
	for i := range copied.Services {
		s := &copied.Services[i]
		s.Symptoms, s.Signs, s.First = slices.Clone(s.Symptoms), slices.Clone(s.Signs), slices.Clone(s.First)
	}
	return &copied
}

// All returns the words of an edit as one text, to be looked through.
func All(e tocsin.Edit) string {
	var list []string
	for _, text := range e.Words {
		list = append(list, text)
	}
	slices.Sort(list)
	return strings.Join(list, "\n")
}

// Check reports every problem of a normalised edit at once: it has a text for each
// field of a passage that there is, of a list as many lines as are shipped, and no
// other.
func (b *Book) Check(e tocsin.Edit) error {
	p, ok := b.Passage(e.Item)
	if !ok {
		return tocsin.NotFoundf("There is no such passage.")
	}
	problems := []error{e.Validate()}
	for _, f := range p.Fields {
		text := e.Words[f.Name]
		n := strings.Count(text, "\n") + 1
		switch {
		case text == "":
			problems = append(problems, tocsin.Invalidf(f.Name, "Write a text: to have what is shipped again, withdraw the edit."))
		case f.Lines > 0 && (n != f.Lines || slices.Contains(strings.Split(text, "\n"), "")):
			problems = append(problems, tocsin.Invalidf(f.Name, "Write exactly %s, one for each.", tocsin.Count(f.Lines, "line", "lines")))
		}
	}
	for field := range e.Words {
		if !slices.ContainsFunc(p.Fields, func(f Field) bool { return f.Name == field }) {
			problems = append(problems, tocsin.Invalidf("words", "The passage has no field %q.", tocsin.Clip(field, 64)))
		}
	}
	return errors.Join(problems...)
}
