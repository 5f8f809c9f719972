package dependency

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// mapPage is the map: as services are now, whole, or for a failure that is only
// thought of.
type mapPage struct {
	web.Frame
	Views    []web.Chip
	Figures  bool   // of the whole map are shown
	WhatIf   string // address of the form, "" elsewhere
	Ask      []web.Field
	Heading  string
	Cost     string // of an hour of what stands still; "" where none is known
	Picture  picture
	Rows     []row
	Uses     []row // with what they can do without as Fallback
	Sheets   []sheetLine
	Versions []version
	Add      []link // forms of new parts; none for those who may not
	Files    []link
	Empty    *web.EmptyView
}

type link struct{ Name, Href string }

// A row is a process.
type row struct {
	ID, Name, Department string
	Look                 web.Look
	Depends              string
	Fallback             string
	Owner                string
	Tried                tried
	Sites, Seats, Cost   string
	Edit                 string
	state                tocsin.Severity
	cost                 int64
	currency             string
}

// A sheetLine is a service with its continuity sheet.
type sheetLine struct {
	Name, Href, Owner string
	Tried             tried
}

// A tried is when something was tried last: Day is "" for never.
type tried struct{ How, Day string }

// A version is one of the map.
type version struct {
	N     int64
	At    *lang.Moment
	By    string
	Parts string
	Files []link
}

// maxVersions is how many versions are listed, the newest.
const maxVersions = 20

// show serves /map?v=now|all|what-if.
func (v *view) show() error {
	query := v.R.URL.Query()
	which := web.OneOf(query, "v", "now", "all", "what-if")
	if which == "" {
		which = "now"
	}
	page := mapPage{Frame: v.Frame(web.Crumb{Name: v.Text("nav.map")}), Figures: which == "all"}
	for _, name := range []string{"now", "all", "what-if"} {
		page.Views = append(page.Views, web.Chip{Name: v.Text("map.view." + name), Href: v.Href("/map?v=" + name), On: name == which})
	}
	state := v.severity
	m := &v.have
	switch which {
	case "now":
		page.Refresh = 60
		m = v.concerned()
	case "what-if":
		state = v.imagine(&page)
	}
	v.fill(&page, m, state)
	if err := v.finish(&page); err != nil {
		return err
	}
	return v.Render(http.StatusOK, "map", page)
}

// concerned is the part of the map that depends on a service that is not well; the
// whole where that is nothing.
func (v *view) concerned() *tocsin.BusinessMap {
	m := v.have.Clone()
	var uses []string
	for _, u := range m.Uses {
		if slices.ContainsFunc(slices.Concat(u.Services, u.Secondary), func(id string) bool { return v.severity(id) >= tocsin.SeverityRecovering }) {
			uses = append(uses, u.Name)
		}
	}
	m.Processes = slices.DeleteFunc(m.Processes, func(p tocsin.MapProcess) bool {
		return !slices.ContainsFunc(p.Uses, func(name string) bool { return slices.Contains(uses, name) })
	})
	if len(m.Processes) == 0 {
		return &v.have
	}
	for _, p := range m.Processes {
		uses = append(uses, p.Uses...)
	}
	m.Uses = slices.DeleteFunc(m.Uses, func(u tocsin.MapUse) bool { return !slices.Contains(uses, u.Name) })
	return &m
}

// imagine asks which services are thought to fail, and returns how they are then.
func (v *view) imagine(page *mapPage) func(string) tocsin.Severity {
	query := v.R.URL.Query()
	page.WhatIf = v.Href("/map")
	ask := func(id string) web.Field {
		f := v.Field(id, "").Named(v.Text("map.if." + id))
		f.Ticks = true
		for _, service := range v.have.Services() {
			f.Choices = append(f.Choices, web.Choice{Value: service, Name: v.names.ServiceName(service), On: slices.Contains(query[id], service)})
		}
		return f
	}
	if len(v.have.Services()) > 0 {
		page.Ask = []web.Field{ask("down"), ask("slow")}
	}
	return func(id string) tocsin.Severity {
		switch {
		case slices.Contains(query["down"], id):
			return tocsin.SeverityInterruption
		case slices.Contains(query["slow"], id):
			return tocsin.SeverityDegraded
		}
		return tocsin.SeverityOK
	}
}

// fill draws and words a map while services are as state says.
func (v *view) fill(page *mapPage, m *tocsin.BusinessMap, state func(string) tocsin.Severity) {
	work := business.Working(m, state)
	page.Heading = v.Text("map.touched", "n", work.Touched(), "all", len(v.have.Processes))
	page.Picture = v.picture(m, work, state, page.WhatIf == "")
	still := map[string]int64{}
	for i, p := range m.Processes {
		one := v.row(i, &p, m, work.Processes[i])
		page.Rows = append(page.Rows, one)
		if one.state.Broken() && one.cost > 0 {
			still[one.currency] += one.cost
		}
	}
	for i, u := range m.Uses {
		one := row{Name: u.Name, Look: v.look(work.Uses[i].State), Depends: v.serviceNames(u.Services), Fallback: v.serviceNames(u.Secondary)}
		if v.mayWrite() {
			one.Edit = v.Href("/map/edit?kind=use&name=" + escape(u.Name))
		}
		page.Uses = append(page.Uses, one)
	}
	var costs []string
	for _, currency := range sorted(still) {
		costs = append(costs, v.money(still[currency], currency))
	}
	if len(costs) > 0 {
		page.Cost = v.Text("map.cost.now", "cost", v.Join(costs))
	}
}

func (v *view) money(n int64, currency string) string {
	return v.Number(int(n)) + "\u00a0" + currency
}

// finish adds what does not depend on how services are.
func (v *view) finish(page *mapPage) error {
	if v.have.Empty() {
		page.Empty = &web.EmptyView{Title: v.Text("map.none"), Text: v.Text("map.none.text")}
	}
	for _, s := range v.have.Sheets {
		page.Sheets = append(page.Sheets, sheetLine{Name: v.names.ServiceName(s.Service), Href: v.Href("/map/sheets/" + web.EscapeID(s.Service)), Owner: v.names.TeamName(s.Owner), Tried: v.tried(s.TriedOn, s.Tried)})
	}
	if v.mayWrite() {
		for _, kind := range []string{"process", "use", "sheet"} {
			page.Add = append(page.Add, link{v.Text("map.add." + kind), v.Href("/map/edit?kind=" + kind)})
		}
		page.Add = append(page.Add, link{v.Text("map.import"), v.Href("/map/import")})
	}
	page.Files = v.files("")
	if !page.Figures {
		return nil
	}
	list, err := v.pages.config.Maps.BusinessMaps(v.R.Context(), v.Snapshot.Tenant.ID, maxVersions)
	for _, m := range list {
		parts := []string{v.Text("map.processes.n", "n", len(m.Processes)), v.Text("map.uses.n", "n", len(m.Uses)), v.Text("map.sheets.n", "n", len(m.Sheets))}
		page.Versions = append(page.Versions, version{N: m.Version, At: v.Moment(m.At), By: m.By, Parts: v.Join(parts), Files: v.files("&version=" + digits(m.Version))})
	}
	return err
}

func (v *view) files(more string) (list []link) {
	for _, form := range business.Forms() {
		list = append(list, link{strings.ToUpper(form), v.Href("/map/file?as=" + form + more)})
	}
	return list
}

// row words a process.
func (v *view) row(i int, p *tocsin.MapProcess, m *tocsin.BusinessMap, hit business.Hit) row {
	one := row{
		ID: "p-" + digits(int64(i+1)), Name: p.Name, Department: p.Department, Look: v.look(hit.State), Depends: v.depends(p, m), Fallback: p.Fallback, Owner: v.names.TeamName(p.Owner),
		state: hit.State, cost: p.Cost, currency: p.Currency,
	}
	if !p.Owner.IsZero() && one.Owner == "" {
		one.Owner = v.Text("map.gone")
	}
	one.Tried = v.tried(p.TriedOn, p.Tried)
	names, seats := v.names.SiteNames(p.Sites)
	one.Sites = v.Join(names)
	if seats > 0 {
		one.Seats = v.Number(seats)
	}
	if p.Cost > 0 {
		one.Cost = v.money(p.Cost, p.Currency)
	}
	if v.mayWrite() {
		one.Edit = v.Href("/map/edit?kind=process&name=" + escape(p.Name))
	}
	return one
}

// depends names the services that a process needs, with the uses that it has of them.
func (v *view) depends(p *tocsin.MapProcess, m *tocsin.BusinessMap) string {
	var ids []string
	for _, name := range p.Uses {
		if u, ok := m.Use(name); ok {
			for _, id := range slices.Concat(u.Services, u.Secondary) {
				if !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
		}
	}
	if len(p.Uses) == 1 && !strings.EqualFold(p.Uses[0], p.Name) {
		return v.Text("map.depends", "services", v.serviceNames(ids), "use", p.Uses[0])
	}
	return v.serviceNames(ids)
}

func (v *view) serviceNames(ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = v.names.ServiceName(id)
	}
	return v.Join(names)
}

// tried words when a fallback was tried last, and how.
func (v *view) tried(on, how string) tried {
	day, err := time.Parse(time.DateOnly, on)
	if err != nil {
		return tried{}
	}
	return tried{how, v.Date(day)}
}

// look is how a use or a process is shown.
func (v *view) look(s tocsin.Severity) web.Look {
	family, glyph := web.SignOf(s)
	return web.Look{Family: family, Glyph: glyph, Words: v.Text("map.state." + s.String()), Severity: s}
}
