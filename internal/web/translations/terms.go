package translations

import (
	"net/http"
	"net/url"
	"slices"

	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
)

// termsPage is the glossary, which is one for the whole desk.
type termsPage struct {
	frame
	Kept  []termRow // words that are never translated
	Terms []termRow
	Form  web.Form
}

type termRow struct {
	Source, Target, To, ToName string
	Remove                     string
}

// terms serves GET /admin/translations/terms, and shows a form again.
func (p *Pages) terms(v *view, problem error) error {
	list, err := p.config.Memory.Terms(v.R.Context())
	if err != nil {
		return err
	}
	page := termsPage{frame: v.frame("terms")}
	page.Switch = nil
	for _, t := range list {
		row := termRow{Source: t.Source, Target: t.Target, To: t.Language, Remove: v.at("/terms/remove", "word", t.Source, "in", t.Language)}
		if t.Language != "" {
			row.ToName = v.Text("tr.lang." + t.Language)
		}
		if t.Language == "" {
			page.Kept = append(page.Kept, row)
		} else {
			page.Terms = append(page.Terms, row)
		}
	}
	in := web.Field{ID: "in", Label: v.Text("field.in"), Choices: []web.Choice{{Value: "", Name: v.Text("tr.never")}}}
	for _, code := range translate.Languages() {
		in.Choices = append(in.Choices, web.Choice{Value: code, Name: v.Text("tr.lang." + code), On: code == v.to})
	}
	page.Form = web.Form{Action: v.at("/terms"), Submit: v.Text("tr.term.save"), Fields: []web.Field{
		v.Field("word", "").Hinted(v.Text("field.word.hint")), in, v.Field("as", "").Hinted(v.Text("field.as.hint")).NotRequired(),
	}}
	status := http.StatusOK
	if problem != nil {
		page.Form.Fields[0].Value, page.Form.Fields[2].Value = v.R.PostFormValue("word"), v.R.PostFormValue("as")
		page.Form.Fields[1] = in.Choose(v.R.PostFormValue("in"))
		if !v.Blame(&page.Form, problem) {
			return problem
		}
		status = web.FormStatus(problem)
	}
	v.Title(&page.Frame, page.Form)
	return v.Render(status, "tr-terms", page)
}

// term is the one that a form or an address names.
func term(values url.Values) (translation.Term, error) {
	t := translation.Term{Language: values.Get("in"), Source: values.Get("word"), Target: values.Get("as")}
	if t.Language != "" && !slices.Contains(translate.Languages(), t.Language) {
		return t, tocsin.Invalidf("in", "Posts are not translated into %q.", tocsin.Clip(t.Language, 20))
	}
	return t, nil
}

// putTerm serves POST /admin/translations/terms.
func (p *Pages) putTerm(v *view) error {
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	t, err := term(v.R.PostForm)
	if err == nil {
		err = p.config.Memory.PutTerm(v.R.Context(), t, v.Now)
	}
	if err != nil {
		return p.terms(v, web.Renamed(web.Renamed(err, "source", "word"), "target", "as"))
	}
	return v.Redirect(v.at("/terms", "done", "term"))
}

// known is the term of the address, unless there is none.
func (p *Pages) known(v *view) (translation.Term, error) {
	asked, err := term(v.R.URL.Query())
	if err != nil {
		return asked, web.NothingHere()
	}
	list, err := p.config.Memory.Terms(v.R.Context())
	if err != nil {
		return asked, err
	}
	at := slices.IndexFunc(list, func(t translation.Term) bool { return t.Source == asked.Source && t.Language == asked.Language })
	if at < 0 {
		return asked, web.NothingHere()
	}
	return list[at], nil
}

// askRemoveTerm serves GET /admin/translations/terms/remove?word=&in=.
func (p *Pages) askRemoveTerm(v *view) error {
	t, err := p.known(v)
	if err != nil {
		return err
	}
	f := v.frame("terms", web.Crumb{Name: v.Text("remove")})
	return v.Ask("term", t.Source, v.at("/terms"), web.Question{Area: f.Area, To: v.at("/terms/remove", "word", t.Source, "in", t.Language), Submit: v.Text("remove")})
}

// removeTerm serves POST /admin/translations/terms/remove.
func (p *Pages) removeTerm(v *view) error {
	t, err := p.known(v)
	if err != nil {
		return err
	}
	if err := p.config.Memory.RemoveTerm(v.R.Context(), t, v.Now); err != nil {
		return err
	}
	return v.Redirect(v.at("/terms", "done", "removed"))
}
