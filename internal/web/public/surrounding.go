package public

import (
	"html/template"
	"strings"
)

// placeholder is the id of no update. It stands for those of all where what
// surrounds them is made once.
const placeholder = "0-UPDATE-0"

// A surrounding is what files of updates in one language have in common, so
// that ten thousand of them do not make it anew: the top, in which the title and
// the end of some addresses are another one each time, and where to turn.
type surrounding struct {
	before string   // the title
	after  []string // it, with the place of the update between two of them
	where  template.HTML
}

// surrounding makes it, at a view of the file of placeholder.
func (v *view) surrounding() (*surrounding, error) {
	top, err := v.Partial("pub-top", v.frame(placeholder, func(content string) string { return v.places.update(content, placeholder, 0) }))
	if err != nil {
		return nil, err
	}
	title, err := v.Partial("pub-title", placeholder)
	if err != nil {
		return nil, err
	}
	before, after, _ := strings.Cut(string(top), string(title))
	s := &surrounding{before: before, after: strings.Split(after, place(placeholder, 0))}
	s.where, err = v.Partial("pub-channels", v.channels())
	return s, err
}

// place is the end of the address of an update, in which nothing has a meaning
// to URLs or markup.
func place(id string, n int) string { return updateFile("en", id, n) }

// top is the top of the page of an update.
func (s *surrounding) top(v *view, title, id string, n int) (template.HTML, error) {
	titled, err := v.Partial("pub-title", title)
	if err != nil {
		return "", err
	}
	return template.HTML(s.before + string(titled) + strings.Join(s.after, place(id, n))), nil //nolint:gosec // written by templates
}
