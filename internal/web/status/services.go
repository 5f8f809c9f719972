package status

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// servicesPage lists all services of the tenant, worst first.
type servicesPage struct {
	web.Frame
	Lines []part.ServiceLine
	Empty *web.EmptyView
}

// services serves /services.
func (p *Pages) services(v *view) error {
	page := servicesPage{Frame: v.Frame(web.Crumb{Name: v.Text("nav.services")})}
	page.Refresh = 60
	open, err := v.OpenLines()
	if err != nil {
		return err
	}
	month, err := v.LastMonth()
	if err != nil {
		return err
	}
	for i := range open.Report.Services {
		page.Lines = append(page.Lines, v.ServiceLine(&open.Report.Services[i], month, open))
	}
	slices.SortStableFunc(page.Lines, part.WorstFirst)
	if len(page.Lines) == 0 {
		page.Empty = &web.EmptyView{Title: v.Text("empty.services"), Text: v.Text("empty.services.text")}
	}
	return v.Render(http.StatusOK, "services", page)
}

// servicePage is one service: how it is, how it was in a year, and why.
type servicePage struct {
	web.Frame
	part.ServiceLine
	ID        string
	Defs      []web.Definition
	Elsewhere []part.IssueLine // open incidents of other services that name it, and of the whole suite
	Features  []featureLine
	Year      int
	Years     []web.Choice
	Calendar  calendar
	Past      []eventRow // what happened in the year
	Day       *dayView   // the one that was asked for
	Pick      dayPick
	Kpis      []web.Definition
	Known     part.Known
	Stalls    []string            // what it may hold up
	Asked     *knowledge.Question // about signing in
	Report    string              // where the reader can report an issue about it; "" for those who may not
}

type featureLine struct {
	web.Look
	Name string
}

// eventRow is an issue with what it counts for in a span.
type eventRow struct {
	part.IssueRow
	Ended   *lang.Moment
	Counted string
	Why     string // how one of another service comes to stand here
}

// service serves /services/{id}?year=&day=.
func (p *Pages) service(v *view) error {
	open, err := v.OpenLines()
	if err != nil {
		return err
	}
	judged, ok := open.Report.Find(v.R.PathValue("id"))
	if !ok {
		return tocsin.NotFoundf("%q is no service of this tenant.", tocsin.Clip(v.R.PathValue("id"), 80))
	}
	s := judged.Service
	month, err := v.LastMonth()
	if err != nil {
		return err
	}
	day, asked := v.dayOpened()
	year := v.yearAsked()
	if asked {
		year = day.Year()
	}
	page := servicePage{
		Frame: v.Frame(web.Crumb{Name: v.Text("nav.services"), Href: v.Href("/services")}, web.Crumb{Name: s.Name}), ID: s.ID,
		ServiceLine: v.ServiceLine(judged, month, open), Year: year, Years: v.yearChoices(year),
	}
	page.Refresh = 60
	if s.Own() && v.Reads(access.AuthorServices) {
		page.Report = v.There("/own/issues/new?service=" + web.EscapeID(s.ID))
	}
	named, suite := open.Report.Elsewhere(s)
	page.Elsewhere = open.Of(slices.Concat(named, suite))
	if page.Calendar, err = v.calendar(s, year); err != nil {
		return err
	}
	if err := page.count(v, s); err != nil {
		return err
	}
	if page.Past, _, err = v.events(s, year, 0); err != nil {
		return err
	}
	page.Pick = v.dayPick(s, year)
	if asked {
		if page.Day, err = v.day(s, day); err != nil {
			return err
		}
	}
	page.describe(v, s)
	if err := page.help(v, s); err != nil {
		return err
	}
	if page.Stalls, err = v.Stalls(page.ServiceLine); err != nil {
		return err
	}
	if judged.Unlisted {
		page.Defs = append(page.Defs, web.Definition{Name: v.Text("def.unlisted"), Value: v.Text("def.unlisted.value"), Note: v.Text("def.unlisted.note")})
	}
	return v.Render(http.StatusOK, "service", page)
}

// help adds what is known to help with a service of a provider, beside the
// provider's own workaround, and the question that comes up when nobody can sign
// in.
func (page *servicePage) help(v *view, s *readmodel.Service) (err error) {
	if s.Own() {
		return nil
	}
	if page.Known, err = v.Known(s.ID); err != nil {
		return err
	}
	line := []part.ServiceLine{page.ServiceLine}
	v.Workarounds(line)
	page.Known.Theirs = line[0].Workaround
	if len(page.What) > 0 && len(page.Known.Services) > 0 {
		page.Known.More = v.Href("/issues/" + web.EscapeID(page.What[0].ID) + "/help")
	}
	if slices.Contains(knowledge.ServicesOf(s.ID), "identity") {
		page.Asked, err = v.Asked("mfa", "")
	}
	return err
}

// describe adds the parts of the service, with their status where a source
// tells it, and when it was last confirmed.
func (page *servicePage) describe(v *view, s *readmodel.Service) {
	for _, f := range s.Overview.Features {
		line := featureLine{Look: v.Look(f.Status), Name: cmp.Or(f.DisplayName, f.Name)}
		if s.Stale && f.Status.Healthy() {
			line.Look = v.Severity(tocsin.SeverityUnknown)
		}
		page.Features = append(page.Features, line)
	}
	if len(page.Features) == 0 {
		for _, f := range s.Features {
			page.Features = append(page.Features, featureLine{Name: cmp.Or(f.DisplayName, f.Name)})
		}
	}
	if at := v.Moment(s.ConfirmedAt); at != nil {
		page.Defs = append(page.Defs, web.Definition{Name: v.Text("def.confirmed"), At: at, Note: at.Ago})
	}
	if at := v.Moment(s.Since); at != nil {
		page.Defs = append(page.Defs, web.Definition{Name: v.Text("def.since"), At: at, Note: at.Ago})
	}
}

// count adds the figures of 30 and 90 days and of the year.
func (page *servicePage) count(v *view, s *readmodel.Service) error {
	for _, span := range []struct {
		what string
		name string
		days int
	}{{"30", v.Text("filter.days", "n", 30), 30}, {"90", v.Text("filter.days", "n", 90), 90}} {
		figures, err := v.Figures(span.what, v.Now.AddDate(0, 0, -span.days), v.Now)
		if err != nil {
			return err
		}
		page.Kpis = append(page.Kpis, v.kpi(span.name, figures[s.ID]))
	}
	from, to := yearOf(page.Year)
	figures, err := v.Figures(from.Format("2006"), from, to)
	if err != nil {
		return err
	}
	page.Kpis = append(page.Kpis, v.kpi(v.Text("year", "year", from.Format("2006")), figures[s.ID]))
	lags, err := part.Remembered(v.View, "lags "+s.ID+from.Format("2006"), func(past *history.Past) (history.Lags, error) {
		return past.Lags(v.R.Context(), s, "", from, to)
	})
	if err != nil {
		return err
	}
	if lags.Restore.N > 0 {
		page.Kpis = append(page.Kpis, web.Definition{Name: v.Text("kpi.restore"), Value: v.Length(lags.Restore.P50), Note: v.Text("kpi.of", "n", lags.Restore.N)})
	}
	page.punctual(v, lags.Updates)
	return nil
}

func (page *servicePage) punctual(v *view, sum post.Punctuality) {
	if given := sum.Given(); given > 0 {
		page.Kpis = append(page.Kpis, web.Definition{
			Name: v.Text("kpi.ontime"), Value: v.Percent(float64(sum.Kept)/float64(given), 0),
			Note: v.Text("kpi.promises", "kept", sum.Kept, "n", given),
		})
	}
}

// kpi is an availability with what it was counted from.
func (v *view) kpi(name string, a history.Availability) web.Definition {
	value := v.Share(a, 3)
	if value == "" {
		if a.Known() == 0 {
			return web.Definition{Name: name, Value: v.Text("none"), Note: v.Text("level.4")}
		}
		return web.Definition{Name: name, Value: v.Text("none"), Note: v.Text("kpi.short", "d", v.Length(a.Known()))}
	}
	note := v.Text("kpi.nothing")
	if a.Interrupted+a.Degraded > 0 {
		note = v.Text("kpi.lost", "down", v.Length(a.Interrupted), "degraded", v.Length(a.Degraded))
	}
	if a.Unknown >= 24*time.Hour {
		note = v.Text("kpi.known", "note", note, "known", v.Length(a.Known()), "unknown", v.Length(a.Unknown))
	}
	return web.Definition{Name: name, Value: value, Note: note}
}

// touching are the issues that touch a service and lasted into a span, newest
// first.
func (v *view) touching(s *readmodel.Service, from, to time.Time) ([]history.Touch, error) {
	what := "touching " + s.ID + from.Format(time.DateOnly) + to.Format(time.DateOnly)
	return part.Remembered(v.View, what, func(past *history.Past) ([]history.Touch, error) { return past.Touching(v.R.Context(), s, from, to) })
}

// events are the issues that touched a service in a year, newest first, with what
// each counts for; limit of them, or all for 0, and how many earlier ones there
// are.
func (v *view) events(s *readmodel.Service, year, limit int) (list []eventRow, earlier int, err error) {
	from, to := yearOf(year)
	figures, err := v.Figures(from.Format("2006"), from, to)
	if err != nil {
		return nil, 0, err
	}
	touches, err := v.touching(s, from, to)
	if err != nil {
		return nil, 0, err
	}
	if limit > 0 && len(touches) > limit {
		touches, earlier = touches[:limit], len(touches)-limit
	}
	list, err = v.eventRows(touches, figures[s.ID])
	return list, earlier, err
}

// eventRows are issues with what each counts for among others.
func (v *view) eventRows(touches []history.Touch, figures history.Availability) ([]eventRow, error) {
	counted := map[string]time.Duration{}
	for _, c := range figures.Incidents {
		counted[c.Row.ID] += c.Interrupted + time.Duration(history.DegradedWeight*float64(c.Degraded))
	}
	rows := make([]*readmodel.Row, len(touches))
	for i, one := range touches {
		rows[i] = one.Row
	}
	lines, err := v.IssueRows(rows)
	if err != nil {
		return nil, err
	}
	var list []eventRow
	for i, line := range lines {
		row := eventRow{IssueRow: line, Ended: v.Moment(rows[i].EndAt.Time()), Counted: v.Text("time.minutes", "n", int(counted[rows[i].ID].Minutes()))}
		switch why := touches[i].Why; why {
		case history.WhyFeature:
			row.Why = v.Text("touch.feature", "service", rows[i].Service)
		case history.WhyNamed, history.WhyListed:
			row.Why = v.Text("touch.named", "service", rows[i].Service)
		case history.WhyFiled:
		}
		list = append(list, row)
	}
	return list, nil
}
