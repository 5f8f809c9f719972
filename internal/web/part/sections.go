package part

import (
	"encoding/json"
	"errors"
	"fmt"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
)

// bodyChanges shows what differs in the text of a message, section by section.
func (v *View) bodyChanges(before, after []byte, m post.Member) ([]memberView, error) {
	var old, now tocsin.Message
	if err := errors.Join(json.Unmarshal(before, &old), json.Unmarshal(after, &now)); err != nil {
		return nil, fmt.Errorf("read versions: %w", err)
	}
	read := func(m tocsin.Message) post.Post {
		return post.Read(tocsin.Post{CreatedAt: m.ModifiedAt, ContentType: m.ContentType, Content: m.Content})
	}
	list := v.sectionChanges(v.MemberName(m.Name), read(old), read(now))
	if len(list) == 0 { // the headings alone, or markup
		return []memberView{v.member(m)}, nil
	}
	return list, nil
}

// sectionChanges shows the sections of a text that differ, below its name.
func (v *View) sectionChanges(name string, old, now post.Post) []memberView {
	var list []memberView
	for _, c := range post.Compare(old, now) {
		view := memberView{Name: name, Runs: c.Runs}
		if c.Kind != post.KindRest {
			view.Section = v.Text("section." + string(c.Kind))
		}
		switch c.What {
		case post.Same:
			continue
		case post.Added:
			view.New = c.New
		case post.Removed:
			view.Old = c.Old
		case post.Changed:
		}
		if c.What == post.Changed || view.Old+view.New != "" {
			list = append(list, view)
		}
	}
	return list
}
