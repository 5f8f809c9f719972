package web

import "net/http"

// An area is a part of the desk with a menu of its own, "" of one without.
type Area struct {
	Frame
	Sections []NavLink
}

// A question is asked before something is taken away, on a page of its own, so
// that nobody does it by one wrong click, with or without JavaScript.
type Question struct {
	Area
	Text         string // what will happen
	To           string // where the form goes
	Field, Value string // what it sends, if anything
	Submit, Back string
}

// Ask asks whether a thing shall be taken away. Kind names the texts about
// such things, back leads to where it stays as it is.
func (v *Request) Ask(kind, name, back string, q Question) error {
	v.W.Header().Set("Cache-Control", "no-store")
	q.Title, q.Text, q.Back = v.Text("ask."+kind, "name", name), v.Text("ask."+kind+".text"), back
	return v.Render(http.StatusOK, "question", q)
}
