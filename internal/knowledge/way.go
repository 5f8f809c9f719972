package knowledge

import (
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// A Way is a workaround as people are told of it, whoever wrote it. Its text is
// read by [Way.Told] alone, so that no page, answer or message can leave out the
// warning that belongs to it.
type Way struct {
	ID       string // of the service for what is shipped, else a GUID
	Service  string // id
	Language string // it is written in
	Own      bool   // the desk wrote it
	Lowers   bool   // security: the warning is part of what is told
	Limits   string // what to mind
	Version  int    // 1 for the first and what is shipped

	text, warning string
}

// Told returns what people are told: the text, and behind it the warning where it
// lowers security.
func (w Way) Told() string {
	if !w.Lowers {
		return w.text
	}
	if strings.HasSuffix(w.text, "。") {
		return w.text + w.warning
	}
	return w.text + " " + w.warning
}

// Ways returns what helps with a service: what is shipped first, as the desk edited
// it in the language of the book, then what the desk wrote itself and people may be
// told of.
func (b *Book) Ways(service string, own []tocsin.Workaround) []Way {
	var list []Way
	if way, ok := b.Shipped(service, own); ok {
		list = append(list, way)
	}
	for _, w := range own {
		if w.Service == service && w.Holds() && !w.Edits() {
			list = append(list, b.Way(w))
		}
	}
	return list
}

// Shipped returns what is shipped for a service, as the desk edited it in the
// language of the book; ok is false where there is no such service.
func (b *Book) Shipped(service string, own []tocsin.Workaround) (way Way, ok bool) {
	s, ok := b.Service(service)
	if !ok {
		return way, false
	}
	way = Way{ID: s.ID, Service: s.ID, Language: b.Language, Limits: s.Limits, Version: 1, text: b.Cell(s.Workaround)}
	for _, w := range own {
		if w.Service == service && w.Holds() && w.Edits() && w.Language == b.Language && w.Version > way.Version {
			edited := b.Way(w)
			edited.ID, edited.Own = s.ID, false // votes stay with the service
			way = edited
		}
	}
	return way, true
}

// Text returns what people are told without the warning, to be edited.
func (w Way) Text() string { return w.text }

// Way returns a workaround of the desk's own as people are told of it. One lowers
// security that says so, and one whose text does, whatever it says.
func (b *Book) Way(w tocsin.Workaround) Way {
	return Way{
		ID: w.ID, Service: w.Service, Language: w.Language, Own: true, Version: w.Version, Lowers: w.Lowers || LowersSecurity(w.Text+"\n"+w.Limits), Limits: w.Limits,
		text: w.Text, warning: b.Warning,
	}
}

// Warned returns what somebody wrote for others, such as the workaround of an
// incident, with the warning behind it where it lowers security.
func (b *Book) Warned(text string) string {
	return Way{text: text, warning: b.Warning, Lowers: LowersSecurity(text)}.Told()
}
