package public

import (
	"net/http"

	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// reportPage asks a reader what is wrong with the translation of an update.
type reportPage struct {
	Frame
	ID     string
	N      int
	Report part.ReportForm
}

func (d deskPlaces) report(content, id string, n int) string {
	return d.update(content, id, n) + "/report"
}

// reportable is the address at which readers say that the translation of an
// update is bad, "" in files and where nothing is translated.
func (v *view) reportable(one *publish.Publication) string {
	if places, ok := v.places.(deskPlaces); ok && v.translated() && v.Reports() {
		return places.report(v.Content, one.ID, one.N)
	}
	return ""
}

// report serves /status/{tenant}/{id}/{n}/report, and takes what a reader sends.
// Nothing is kept of who they are.
func (p *Pages) report(v *view) error {
	of, err := v.updateAsked()
	if err != nil {
		return err
	}
	one, err := p.config.Press.Publication(v.R.Context(), v.edition, of.id, of.n)
	if err != nil {
		return err
	}
	here := v.reportable(one)
	if here == "" {
		return web.NothingHere()
	}
	made, err := p.config.Translations.RenderAll(v.R.Context(), v.edition.Tenant.ID, v.Content, textsOf(one))
	if err != nil {
		return err
	}
	var lines []translate.Line
	for _, t := range made {
		lines = append(lines, t.Lines...)
	}
	about := part.Reportable{
		TenantID: v.edition.Tenant.ID, Ref: one.Ref, N: one.N, Language: v.Content, Lines: lines, Here: here, Back: v.places.update(v.Content, one.ID, one.N), Stranger: true,
	}
	v.W.Header().Set("Cache-Control", "no-store")
	v.W.Header().Set("X-Robots-Tag", "noindex")
	var problem error
	status := http.StatusOK
	if v.R.Method == http.MethodPost {
		if problem = v.TakeReport(about); problem == nil {
			return v.Redirect(here + "?sent=1")
		}
		status = v.ReportStatus(problem)
	}
	page := reportPage{ID: one.ID, N: one.N, Frame: v.frame(v.Text("report.title"), func(content string) string {
		if content == translate.Source {
			return v.places.update(content, one.ID, one.N)
		}
		return deskPlaces{v.Request, v.edition.Tenant.Name}.report(content, one.ID, one.N)
	})}
	page.NoIndex = true
	if page.Report, err = v.ReportForm(about, problem); err != nil {
		return err
	}
	return v.Render(status, "pub-report", page)
}
