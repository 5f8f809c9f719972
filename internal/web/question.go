package web

import "net/http"

// An area is a part of the desk with a menu of its own, "" of one without.
type area struct {
	frame
	Sections []navLink
}

// A question is asked before something is taken away, on a page of its own, so
// that nobody does it by one wrong click, with or without JavaScript.
type question struct {
	area
	Text         string // what will happen
	To           string // where the form goes
	Field, Value string // what it sends, if anything
	Submit, Back string
}

// ask asks whether a thing shall be taken away. Kind names the texts about
// such things, back leads to where it stays as it is.
func (v *visit) ask(kind, name, back string, q question) error {
	v.w.Header().Set("Cache-Control", "no-store")
	q.Title, q.Text, q.Back = v.text("ask."+kind, "name", name), v.text("ask."+kind+".text"), back
	return v.render(http.StatusOK, "question", q)
}
