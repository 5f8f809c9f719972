package web

import "example.org/tocsin/internal/lang"

// EmptyView says what will be in a list that is empty, and what to do about it.
type EmptyView struct{ Title, Text, Href, Action string }

// Definition is one fact below the title.
type Definition struct {
	Name, Value, Note, Tone string
	At                      *lang.Moment // instead of Value
}

// A DetailLine is a name with a value, as the provider gave them.
type DetailLine struct{ Name, Value string }

// EmptyList says why a list shows nothing: there is nothing, or the filter
// leaves nothing over.
func (v *Request) EmptyList(n int, what string) *EmptyView {
	switch {
	case n == 0 && what != "tenants" && v.NeverRead():
		return &EmptyView{Title: v.Text("overview.unread"), Text: v.Text("empty.unread.text")}
	case n == 0:
		return &EmptyView{Title: v.Text("empty." + what), Text: v.Text("empty." + what + ".text")}
	}
	return &EmptyView{v.Text("empty.filter"), v.Text("empty.filter.text", "n", n), v.Href(v.Path), v.Text("empty.filter.clear")}
}
