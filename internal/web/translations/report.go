package translations

import (
	"net/http"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// reportPage asks a reader what is wrong with the translation of a text.
type reportPage struct {
	web.Frame
	ID     string
	Report part.ReportForm
}

// reading is a page for readers of issues or messages, at the address of one.
func (p *Pages) reading(method, path string, needs access.Permission) web.Page {
	return web.Page{Method: method, Path: path, Needs: needs, Handle: func(r *web.Request) error {
		v := &view{View: p.config.Parts.View(r), pages: p}
		if err := v.choose(); err != nil {
			return err
		}
		r.W.Header().Set("Cache-Control", "no-store")
		return p.report(v)
	}}
}

// report serves /issues/{id}/report and /messages/{id}/report, with ?to= and for
// an issue ?post=.
func (p *Pages) report(v *view) error {
	t, err := v.read()
	if err != nil {
		return err
	}
	back, crumb := v.IssueHref(t.Ref.ID), web.Crumb{Name: v.Text("nav.issues"), Href: v.Href("/issues")}
	if t.Ref.Kind == tocsin.KindMessage {
		back, crumb = v.MessageHref(t.Ref.ID), web.Crumb{Name: v.Text("nav.messages"), Href: v.Href("/messages")}
	}
	here := strings.TrimSuffix(v.Path, "/report") + "/report?" + toParameter + "=" + v.to
	if post := v.R.URL.Query().Get("post"); post != "" {
		here += "&post=" + web.EscapeID(post)
	}
	about := part.Reportable{TenantID: v.tenant(), Ref: t.Ref, N: t.N, Language: v.to, Lines: t.Lines(), Here: v.Href(here), Back: back}
	var problem error
	status := http.StatusOK
	if v.R.Method == http.MethodPost {
		if problem = v.TakeReport(about); problem == nil {
			return v.Redirect(v.Href(here + "&sent=1"))
		}
		status = v.ReportStatus(problem)
	}
	page := reportPage{Frame: v.Frame(crumb, web.Crumb{Name: t.Ref.ID, Href: back}, web.Crumb{Name: v.Text("report.title")}), ID: t.Ref.ID}
	if page.Report, err = v.ReportForm(about, problem); err != nil {
		return err
	}
	v.Title(&page.Frame, page.Report.Form)
	return v.Render(status, "report", page)
}
