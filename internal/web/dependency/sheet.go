package dependency

import (
	"net/http"

	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// sheetPage is how people go on working while a service fails, fit to be printed.
type sheetPage struct {
	web.Frame
	Heading   string
	Look      web.Look
	Parts     []part
	Numbers   []string
	Owner     string
	Tried     tried
	Processes []row // that need the service
	Edit      string
	Empty     *web.EmptyView
}

// A part is a heading with what to do.
type part struct {
	Name  string
	Lines []string
}

// sheet serves /map/sheets/{service}.
func (v *view) sheet() error {
	id, ok := v.names.Service(v.R.PathValue("service"))
	if !ok {
		id = v.R.PathValue("service")
	}
	s, written := v.have.Sheet(id)
	if !written && !ok {
		return web.NothingHere()
	}
	if !written {
		s = &tocsin.ContinuitySheet{Service: id}
	}
	name := v.names.ServiceName(id)
	page := sheetPage{
		Frame: v.Frame(web.Crumb{Name: v.Text("nav.map"), Href: v.Href("/map")}, web.Crumb{Name: name}), Heading: v.Text("map.sheet", "service", name), Look: v.look(serviceState(v.severity(id))),
		Numbers: s.Calls(), Owner: v.names.TeamName(s.Owner),
	}
	page.Title = page.Heading
	for _, one := range s.Parts() {
		page.Parts = append(page.Parts, part{v.Text("map.field." + one.Field), one.Lines})
	}
	page.Tried = v.tried(s.TriedOn, s.Tried)
	work := business.Working(&v.have, func(other string) tocsin.Severity {
		if other == id {
			return tocsin.SeverityInterruption
		}
		return tocsin.SeverityOK
	})
	for i, p := range v.have.Processes {
		if work.Processes[i].State.Broken() {
			page.Processes = append(page.Processes, v.row(i, &p, &v.have, work.Processes[i]))
		}
	}
	if v.mayWrite() {
		page.Edit = v.Href("/map/edit?kind=sheet")
		if written {
			page.Edit = v.Href("/map/edit?kind=sheet&name=" + escape(id))
		}
	}
	if !written {
		page.Empty = &web.EmptyView{Title: v.Text("map.sheet.none"), Text: v.Text("map.sheet.none.text")}
	}
	return v.Render(http.StatusOK, "map-sheet", page)
}
