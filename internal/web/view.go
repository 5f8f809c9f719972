package web

import "html/template"

// emptyView says what will be in a list that is empty, and what to do about it.
type emptyView struct{ Title, Text, Href, Action string }

// definition is one fact below the title.
type definition struct {
	Name, Value, Note, Tone string
	At                      *moment // instead of Value
}

type detailLine struct{ Name, Value string }

// emptyList says why a list shows nothing: there is nothing, or the filter
// leaves nothing over.
func (v *visit) emptyList(n int, what string) *emptyView {
	switch {
	case n == 0 && what != "tenants" && v.neverRead():
		return &emptyView{Title: v.text("overview.unread"), Text: v.text("empty.unread.text")}
	case n == 0:
		return &emptyView{Title: v.text("empty." + what), Text: v.text("empty." + what + ".text")}
	}
	return &emptyView{v.text("empty.filter"), v.text("empty.filter.text", "n", n), v.href(v.path), v.text("empty.filter.clear")}
}

// category is the word for a category or severity; an unknown one is shown as
// it was received.
func (v *visit) category(s string) string {
	if v.has("class." + s) {
		return v.text("class." + s)
	}
	return s
}

// between stands between two sentences.
func (v *visit) between() template.HTML {
	if v.code == "ja" {
		return ""
	}
	return " "
}
