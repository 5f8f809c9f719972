package web

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/section"
	"example.org/tocsin/internal/tocsin"
)

// servicesPage lists all services of the tenant, worst first.
type servicesPage struct {
	frame
	Lines []serviceLine
	Empty *emptyView
}

// services serves /services.
func (p *Pages) services(v *visit) error {
	page := servicesPage{frame: v.frame(crumb{Name: v.text("nav.services")})}
	page.Refresh = 60
	open, err := v.openLines()
	if err != nil {
		return err
	}
	month, err := v.lastMonth()
	if err != nil {
		return err
	}
	for i := range open.report.Services {
		page.Lines = append(page.Lines, v.serviceLine(&open.report.Services[i], month, open))
	}
	slices.SortStableFunc(page.Lines, worstFirst)
	if len(page.Lines) == 0 {
		page.Empty = &emptyView{Title: v.text("empty.services"), Text: v.text("empty.services.text")}
	}
	return v.render(http.StatusOK, "services", page)
}

// servicePage is one service: how it is, how it was in a year, and why.
type servicePage struct {
	frame
	serviceLine
	ID        string
	Defs      []definition
	Elsewhere []issueLine // open incidents of other services that name it, and of the whole suite
	Features  []featureLine
	Year      int
	Years     []choice
	Calendar  calendar
	Past      []eventRow // what happened in the year
	Kpis      []definition
}

type featureLine struct {
	look
	Name string
}

// eventRow is an issue with what it counts for in a span.
type eventRow struct {
	issueRow
	Ended   *moment
	Counted string
}

// service serves /services/{id}?year=.
func (p *Pages) service(v *visit) error {
	open, err := v.openLines()
	if err != nil {
		return err
	}
	judged, ok := open.report.Find(v.r.PathValue("id"))
	if !ok {
		return tocsin.NotFoundf("%q is no service of this tenant.", tocsin.Clip(v.r.PathValue("id"), 80))
	}
	s := judged.Service
	month, err := v.lastMonth()
	if err != nil {
		return err
	}
	year := v.yearAsked()
	page := servicePage{
		frame: v.frame(crumb{v.text("nav.services"), v.href("/services")}, crumb{Name: s.Name}), ID: s.ID,
		serviceLine: v.serviceLine(judged, month, open), Year: year, Years: v.yearChoices(year),
	}
	page.Refresh = 60
	named, suite := open.report.Elsewhere(s)
	page.Elsewhere = open.of(slices.Concat(named, suite))
	if page.Calendar, err = v.calendar(s, year); err != nil {
		return err
	}
	if err := page.count(v, s); err != nil {
		return err
	}
	if page.Past, _, err = v.events(s, year, 0); err != nil {
		return err
	}
	page.describe(v, s)
	if judged.Unlisted {
		page.Defs = append(page.Defs, definition{Name: v.text("def.unlisted"), Value: v.text("def.unlisted.value"), Note: v.text("def.unlisted.note")})
	}
	return v.render(http.StatusOK, "service", page)
}

// describe adds the parts of the service, with their status where a source
// tells it, and when it was last confirmed.
func (page *servicePage) describe(v *visit, s *readmodel.Service) {
	for _, f := range s.Overview.Features {
		line := featureLine{look: v.look(f.Status), Name: cmp.Or(f.DisplayName, f.Name)}
		if s.Stale && f.Status.Healthy() {
			line.look = v.severity(tocsin.SeverityUnknown)
		}
		page.Features = append(page.Features, line)
	}
	if len(page.Features) == 0 {
		for _, f := range s.Features {
			page.Features = append(page.Features, featureLine{Name: cmp.Or(f.DisplayName, f.Name)})
		}
	}
	if at := v.moment(s.ConfirmedAt); at != nil {
		page.Defs = append(page.Defs, definition{Name: v.text("def.confirmed"), At: at, Note: at.Ago})
	}
	if at := v.moment(s.Since); at != nil {
		page.Defs = append(page.Defs, definition{Name: v.text("def.since"), At: at, Note: at.Ago})
	}
}

// count adds the figures of 30 and 90 days and of the year.
func (page *servicePage) count(v *visit, s *readmodel.Service) error {
	for _, span := range []struct {
		what string
		name string
		days int
	}{{"30", v.text("filter.days", "n", 30), 30}, {"90", v.text("filter.days", "n", 90), 90}} {
		figures, err := v.figures(span.what, v.now.AddDate(0, 0, -span.days), v.now)
		if err != nil {
			return err
		}
		page.Kpis = append(page.Kpis, v.kpi(span.name, figures[s.ID]))
	}
	from, to := yearOf(page.Year)
	figures, err := v.figures(from.Format("2006"), from, to)
	if err != nil {
		return err
	}
	page.Kpis = append(page.Kpis, v.kpi(v.text("year", "year", from.Format("2006")), figures[s.ID]))
	lags, err := remembered(v, "lags "+s.ID+from.Format("2006"), func(past *history.Past) (history.Lags, error) {
		return past.Lags(v.r.Context(), s, "", from, to)
	})
	if err != nil {
		return err
	}
	if lags.Restore.N > 0 {
		page.Kpis = append(page.Kpis, definition{Name: v.text("kpi.restore"), Value: v.length(lags.Restore.P50), Note: v.text("kpi.of", "n", lags.Restore.N)})
	}
	page.punctual(v, lags.Updates)
	return nil
}

func (page *servicePage) punctual(v *visit, sum section.Punctuality) {
	if given := sum.Given(); given > 0 {
		page.Kpis = append(page.Kpis, definition{
			Name: v.text("kpi.ontime"), Value: v.percent(float64(sum.Kept)/float64(given), 0),
			Note: v.text("kpi.promises", "kept", sum.Kept, "n", given),
		})
	}
}

// kpi is an availability with what it was counted from.
func (v *visit) kpi(name string, a history.Availability) definition {
	value := v.share(a, 3)
	if value == "" {
		if a.Known() == 0 {
			return definition{Name: name, Value: v.text("none"), Note: v.text("level.4")}
		}
		return definition{Name: name, Value: v.text("none"), Note: v.text("kpi.short", "d", v.length(a.Known()))}
	}
	note := v.text("kpi.nothing")
	if a.Interrupted+a.Degraded > 0 {
		note = v.text("kpi.lost", "down", v.length(a.Interrupted), "degraded", v.length(a.Degraded))
	}
	if a.Unknown >= 24*time.Hour {
		note = v.text("kpi.known", "note", note, "known", v.length(a.Known()), "unknown", v.length(a.Unknown))
	}
	return definition{Name: name, Value: value, Note: note}
}

// eventsIn are the issues of a service that lasted into a year, newest first,
// with those of the whole suite that count for it.
func (v *visit) eventsIn(s *readmodel.Service, year int, counted history.Availability) []*readmodel.Row {
	from, to := yearOf(year)
	var rows []*readmodel.Row
	for _, c := range counted.Incidents {
		if c.Row.ServiceID != s.ID && !slices.Contains(rows, c.Row) {
			rows = append(rows, c.Row)
		}
	}
	for _, row := range v.snapshot.Issues {
		if row.ServiceID == s.ID && during(row, from, to, v.now) {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b *readmodel.Row) int {
		return cmp.Or(cmp.Compare(b.StartAt, a.StartAt), cmp.Compare(a.ID, b.ID))
	})
	return rows
}

// events are the issues that lasted into a year, newest first, with what each
// counts for; limit of them, or all for 0, and how many earlier ones there are.
func (v *visit) events(s *readmodel.Service, year, limit int) (list []eventRow, earlier int, err error) {
	from, to := yearOf(year)
	figures, err := v.figures(from.Format("2006"), from, to)
	if err != nil {
		return nil, 0, err
	}
	rows := v.eventsIn(s, year, figures[s.ID])
	if limit > 0 && len(rows) > limit {
		rows, earlier = rows[:limit], len(rows)-limit
	}
	counted := map[string]time.Duration{}
	for _, c := range figures[s.ID].Incidents {
		counted[c.Row.ID] += c.Interrupted + time.Duration(history.DegradedWeight*float64(c.Degraded))
	}
	lines, err := v.issueRows(rows)
	if err != nil {
		return nil, 0, err
	}
	for i, line := range lines {
		list = append(list, eventRow{line, v.moment(rows[i].EndAt.Time()), v.text("time.minutes", "n", int(counted[rows[i].ID].Minutes()))})
	}
	return list, earlier, nil
}
