package knowledge

import "example.org/tocsin/internal/tocsin"

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

	text, warning string
}

// Told returns what people are told: the text, and behind it the warning where it
// lowers security.
func (w Way) Told() string {
	if !w.Lowers {
		return w.text
	}
	return w.text + " " + w.warning
}

// Ways returns what helps with a service: what is shipped first, then what the
// desk wrote itself and people may be told of.
func (b *Book) Ways(service string, own []tocsin.Workaround) []Way {
	var list []Way
	if s, ok := b.Service(service); ok {
		list = append(list, Way{ID: s.ID, Service: s.ID, Language: b.Language, Limits: s.Limits, text: b.Cell(s.Workaround)})
	}
	for _, w := range own {
		if w.Service == service && w.Holds() {
			list = append(list, b.Way(w))
		}
	}
	return list
}

// Way returns a workaround of the desk's own as people are told of it. One lowers
// security that says so, and one whose text does, whatever it says.
func (b *Book) Way(w tocsin.Workaround) Way {
	return Way{
		ID: w.ID, Service: w.Service, Language: w.Language, Own: true, Lowers: w.Lowers || LowersSecurity(w.Text+"\n"+w.Limits), Limits: w.Limits,
		text: w.Text, warning: b.Warning,
	}
}

// Warned returns what somebody wrote for others, such as the workaround of an
// incident, with the warning behind it where it lowers security.
func (b *Book) Warned(text string) string {
	return Way{text: text, warning: b.Warning, Lowers: LowersSecurity(text)}.Told()
}
