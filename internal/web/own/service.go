package own

import (
	"strings"
	"unicode"

	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// maxServices bounds the own services of a tenant that are offered.
const maxServices = 1000

// maxCode is the longest id that is made of a name.
const maxCode = 40

// services are the own services of the tenant, by name.
func (v *view) services() (list []tocsin.Service) {
	for i := range v.Snapshot.Services {
		if s := &v.Snapshot.Services[i]; s.Own() && len(list) < maxServices {
			one := tocsin.Service{ID: s.ID, Name: s.Name}
			for _, f := range s.Overview.Features {
				one.Features = append(one.Features, tocsin.Feature{Name: f.Name, DisplayName: f.DisplayName})
			}
			list = append(list, one)
		}
	}
	return list
}

// newService is the form that adds a service.
func (v *view) newService() (*sheet, error) {
	s := &sheet{
		Frame: v.Frame(v.home(), web.Crumb{Name: v.Text("own.service.new")}), Heading: v.Text("own.service.new"), Lead: v.Text("own.service.lead"),
		fields: map[string]string{"name": "called", "id": "code"},
		Form:   web.Form{Action: v.With("", ""), Submit: v.Text("own.service.add")},
	}
	code := v.Field("code", "").Hinted(v.Text("field.code.hint")).NotRequired()
	code.Max = 64
	s.Form.Fields = []web.Field{v.Field("called", "").Named(v.Text("own.service.name")).Hinted(v.Text("own.service.name.hint")), code, v.parts(nil)}
	s.write = func(act author.Act) (archive.Authored, error) {
		id := strings.TrimSpace(v.R.PostFormValue("code"))
		if id == "" {
			id = codeOf(v.R.PostFormValue("called"))
		}
		return v.pages.config.Author.AddService(v.R.Context(), act, author.ServiceDraft{ID: id, Name: v.R.PostFormValue("called"), Features: features(v.R.PostFormValue("parts"), nil)})
	}
	s.to = func(done archive.Authored) string { return v.There("/services/" + web.EscapeID(done.ID)) }
	return s, nil
}

// changeService is the form that renames an own service or changes its features.
func (v *view) changeService() (*sheet, error) {
	id := v.R.PathValue("id")
	if s, ok := v.Snapshot.Service(id); ok {
		id = s.ID
	}
	var service tocsin.Service
	held, err := v.heldAs(tocsin.KindService, id, &service)
	if err != nil {
		return nil, err
	}
	href := v.There("/services/" + web.EscapeID(service.ID))
	s := &sheet{
		Frame:   v.Frame(v.home(), web.Crumb{Name: service.Name, Href: href}, web.Crumb{Name: v.Text("own.edit")}),
		Heading: service.Name, Lead: v.Text("own.service.edit"), fields: map[string]string{"name": "called"}, Version: held.Tag(), held: held,
		Form: web.Form{Action: v.With("", ""), Submit: v.Text("own.save"), Fields: []web.Field{
			v.Field("called", service.Name).Named(v.Text("own.service.name")).Hinted(v.Text("own.service.name.hint")), v.parts(service.Features),
		}},
		to: func(archive.Authored) string { return href },
	}
	s.write = func(act author.Act) (archive.Authored, error) {
		name, list := v.R.PostFormValue("called"), features(v.R.PostFormValue("parts"), service.Features)
		return v.pages.config.Author.ChangeService(v.R.Context(), act, service.ID, author.ServiceChange{Name: &name, Features: &list})
	}
	return s, nil
}

// parts are the features of a service, one on a line.
func (v *view) parts(list []tocsin.Feature) web.Field {
	names := make([]string, len(list))
	for i, f := range list {
		names[i] = f.DisplayName
	}
	return v.area("parts", strings.Join(names, "\n"), 6000).Hinted(v.Text("field.parts.hint")).NotRequired()
}

// features reads such a field. A feature that was there keeps its name, by which
// issues know it.
func features(text string, before []tocsin.Feature) []tocsin.Feature {
	list := []tocsin.Feature{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		one := tocsin.Feature{Name: line, DisplayName: line}
		for _, f := range before {
			if strings.EqualFold(f.DisplayName, line) || strings.EqualFold(f.Name, line) {
				one.Name = f.Name
			}
		}
		list = append(list, one)
	}
	return list
}

// codeOf makes the id of a service out of its name: its letters and digits,
// words with a capital. It is "" for a name without any of the alphabet.
func codeOf(name string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(name, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if b.Len() == 0 {
			word = strings.TrimLeft(word, "0123456789")
		}
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()[:min(b.Len(), maxCode)]
}
