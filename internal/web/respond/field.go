package respond

import (
	"net/url"
	"slices"
	"strconv"

	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/triage"
	"example.org/tocsin/internal/web"
)

// A group is choices that belong together: one of them, or any number.
type group struct {
	ID, Legend string
	Several    bool
	Options    []option
	Focus      bool // the first one is where the keyboard is
	Problem    string
	Bare       bool // the heading of the page is its legend
	Rows       bool // the options stand beside each other, without hints
}

// An option is one of the choices.
type option struct {
	ID, Value, Name, Hint string
	Title                 string // of an issue, as the provider wrote it
	On, Focus             bool
}

// newGroup fills in the ids of a group.
func newGroup(g group) group {
	for i := range g.Options {
		o := &g.Options[i]
		o.ID = g.ID
		if i > 0 {
			o.ID += "-" + strconv.Itoa(i)
		}
	}
	if g.Focus && len(g.Options) > 0 {
		g.Options[0].Focus = true
	}
	return g
}

// oneOf offers answers of a question, whose names and hints are texts.
func (v *view) oneOf(id, legend, chosen string, answers []string) group {
	g := group{ID: id, Legend: legend}
	for _, answer := range answers {
		o := option{Value: answer, Name: v.Text("triage." + id + "." + answer), On: chosen == answer}
		if hint := "triage." + id + "." + answer + ".hint"; v.HasText(hint) {
			o.Hint = v.Text(hint)
		}
		g.Options = append(g.Options, o)
	}
	return newGroup(g)
}

// short returns the group with its options beside each other, without hints.
func (g group) short() group {
	g.Rows = true
	for i := range g.Options {
		g.Options[i].Hint = ""
	}
	return g
}

// services offers the services of the book.
func (v *view) services(b *knowledge.Book, legend string, chosen []string) group {
	g := group{ID: "services", Legend: legend, Several: true}
	for _, s := range b.Services {
		g.Options = append(g.Options, option{Value: s.ID, Name: s.Name, On: slices.Contains(chosen, s.ID)})
	}
	return newGroup(g)
}

// symptoms offers the symptoms of the services that a call is about, or of all.
func (v *view) symptoms(b *knowledge.Book, a tocsin.TriageAnswers) []group {
	var list []group
	for _, s := range b.Services {
		if len(a.Services) > 0 && !slices.Contains(a.Services, s.ID) {
			continue
		}
		g := group{ID: "symptoms", Legend: v.Text("triage.symptoms", "service", s.Name), Several: true}
		for i, words := range s.Symptoms {
			id := s.ID + "/" + strconv.Itoa(i)
			g.Options = append(g.Options, option{ID: "symptoms-" + s.ID + "-" + strconv.Itoa(i), Value: id, Name: words, On: slices.Contains(a.Symptoms, id)})
		}
		list = append(list, g)
	}
	return list
}

// results are what a check by hand can come to, as a field.
func (v *view) results(check, chosen string) web.Field {
	f := v.Field(check, chosen).Named(v.Text("triage.check." + check)).NotRequired()
	for _, r := range tocsin.TriageResults() {
		f.Choices = append(f.Choices, web.Choice{Value: r, Name: v.Text("triage.result." + r), On: r == chosen || chosen == "" && r == string(triage.Unknown)})
	}
	if hint := "triage.check." + check + ".hint"; v.HasText(hint) {
		f.Hint = v.Text(hint)
	}
	return f
}

// state is how a service is, as the caller sees it.
func (v *view) state(s knowledge.Service, chosen string) web.Field {
	f := v.Field("state-"+s.ID, chosen).Named(v.Text("triage.state", "service", s.Name)).NotRequired()
	for _, r := range tocsin.TriageResults() {
		f.Choices = append(f.Choices, web.Choice{Value: r, Name: v.Text("triage.state." + r), On: r == chosen || chosen == "" && r == string(triage.Unknown)})
	}
	return f
}

// site offers the sites of the tenant.
func (v *view) site(chosen string) (web.Field, error) {
	list, err := v.sites()
	f := v.Field("site", chosen).Named(v.Text("triage.site")).NotRequired()
	f.Choices = []web.Choice{{Name: v.Text("triage.site.none"), On: chosen == ""}}
	for _, s := range list {
		f.Choices = append(f.Choices, web.Choice{Value: s.ID, Name: s.Name, On: s.ID == chosen})
	}
	return f, err
}

// note is the field for what was observed in a step.
func (v *view) note(step string, a tocsin.TriageAnswers) web.Field {
	f := v.Field("note", a.Notes[step]).Named(v.Text("triage.note")).Hinted(v.Text("triage.note.hint")).NotRequired()
	f.Lines = true
	return f
}

// traces are the fields of what the error said, each with an example of where it
// is found.
func (v *view) traces(t tocsin.TriageTrace) []web.Field {
	var list []web.Field
	for _, one := range []struct{ id, value string }{
		{"at", t.At}, {"http", t.HTTP}, {"correlation", t.Correlation}, {"request", t.Request}, {"meeting", t.Meeting}, {"smtp", t.SMTP},
	} {
		list = append(list, v.Field(one.id, one.value).Named(v.Text("triage.trace."+one.id)).Hinted(v.Text("triage.trace."+one.id+".hint")).NotRequired())
	}
	return list
}

// take puts what a form of a step says into the answers: only what the form has.
func take(a *tocsin.TriageAnswers, step string, form url.Values) {
	set := func(field string, to *string) {
		if form.Has(field) {
			*to = form.Get(field)
		}
	}
	for field, to := range map[string]*string{
		"scope": &a.Scope, "caller": &a.Caller, "region": &a.Region, "site": &a.Site, "issue": &a.Issue, "network": &a.Network, "code": &a.Code,
		"at": &a.Trace.At, "http": &a.Trace.HTTP, "correlation": &a.Trace.Correlation, "request": &a.Trace.Request, "meeting": &a.Trace.Meeting, "smtp": &a.Trace.SMTP,
	} {
		set(field, to)
	}
	if form.Has("has-services") || form.Has("services") {
		a.Services = form["services"]
		a.Symptoms = form["symptoms"]
	}
	for _, service := range tocsin.TriageServices() {
		takeResult(&a.States, service, "state-"+service, form)
	}
	for _, check := range tocsin.TriageChecks() {
		takeResult(&a.Checks, check, check, form)
	}
	if form.Has("note") {
		if a.Notes == nil {
			a.Notes = map[string]string{}
		}
		a.Notes[step] = form.Get("note")
	}
}

// takeResult keeps what was tried. A field that still says "not tried" of what
// nobody answered before stays unanswered.
func takeResult(all *map[string]string, key, field string, form url.Values) {
	value := form.Get(field)
	if !form.Has(field) || value == string(triage.Unknown) && (*all)[key] == "" {
		return
	}
	if *all == nil {
		*all = map[string]string{}
	}
	(*all)[key] = value
}
