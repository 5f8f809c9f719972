package web

import (
	"cmp"
	"html/template"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

func idLink(href, id string) template.HTML {
	return template.HTML(`<a class="id" href="` + template.HTMLEscapeString(href) + `">` + template.HTMLEscapeString(id) + `</a>`) //nolint:gosec // escaped
}

// during reports whether a row overlaps a time. Zero bounds take everything.
func during(row *readmodel.Row, from, to, now time.Time) bool {
	if from.IsZero() {
		return true
	}
	start, end := row.StartAt.Time(), now
	if row.EndAt != 0 {
		end = row.EndAt.Time()
	}
	return start.Before(to) && !end.Before(from)
}

type issueRow struct {
	issueLine
	Started *moment
	Length  string
}

// filterIssues parts the issues that a filter takes into those going on, worst
// first, planned work that is not over, soonest first, and those over, newest
// first.
func (v *visit) filterIssues(service, kind, period string) (open, planned, ended []*readmodel.Row) {
	from, to := v.period(period)
	takes := func(row *readmodel.Row) bool {
		return (service == "" || row.ServiceID == service) && (kind == "" || row.Class == kind) && during(row, from, to, v.now)
	}
	for _, row := range health.OpenRows(v.snapshot, v.now) {
		if takes(row) {
			open = append(open, row)
		}
	}
	for _, row := range v.snapshot.Issues {
		switch {
		case health.Open(row, v.now) || !takes(row):
		case health.Planned(row, v.now):
			planned = append(planned, row)
		default:
			ended = append(ended, row)
		}
	}
	slices.SortFunc(ended, func(a, b *readmodel.Row) int {
		return cmp.Or(cmp.Compare(b.StartAt, a.StartAt), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(planned, func(a, b *readmodel.Row) int {
		return cmp.Or(cmp.Compare(a.StartAt, b.StartAt), cmp.Compare(a.ID, b.ID))
	})
	return open, planned, ended
}

func (v *visit) issueRows(rows []*readmodel.Row) ([]issueRow, error) {
	var list []issueRow
	for _, row := range rows {
		line, err := v.issueLine(row)
		if err != nil {
			return nil, err
		}
		line.look = v.lookOf(row.Class, row.Status)
		one := issueRow{issueLine: line, Started: v.moment(row.StartAt.Time())}
		switch start, end := row.StartAt.Time(), row.EndAt.Time(); {
		case start.IsZero():
		case health.Open(row, v.now):
			one.Length = v.text("length.open", "d", v.length(v.now.Sub(start)))
		case !end.IsZero() && end.After(start):
			one.Length = v.length(end.Sub(start).Round(time.Minute))
		}
		list = append(list, one)
	}
	return list, nil
}

// judged is how the judgement on a service is shown: in the words of the status
// that decides where that is as bad, else in those of the severity.
func (v *visit) judged(s *health.Service) look {
	switch {
	case s.Severity == tocsin.SeverityPlanned:
		return look{Family: "ok", Glyph: "ok", Words: v.text("family.planned"), severity: s.Severity}
	case s.Advised():
		return look{Family: "watch", Glyph: "watch", Words: v.text("class.advisory"), severity: s.Severity}
	case s.Status.Severity() != s.Severity:
		return v.severity(s.Severity)
	}
	one := v.short(s.Status)
	if s.Severity.Well() && one.Family == "neutral" { // a false positive
		one.Family = "ok"
	}
	return one
}

type issueLine struct {
	look
	ID, Href, Title, Class, ClassWords, Service string
	Own                                         bool // the desk's own team speaks
	Posted                                      *moment
	Next                                        *promiseView
	New                                         string
	source, serviceID                           string // whose list it is on, and what it is about
	start                                       time.Time
}

type serviceLine struct {
	look
	Name, Href, Since, Availability string
	What                            []issueLine // its open issues
	Named                           []issueLine // open incidents of other services whose posts name it
	Strip                           strip
	provider                        string // who speaks for it, "" for the desk's own team
	stale                           bool   // it is unknown because its source is not heard any more
}

// issueLine is an issue in a list.
func (v *visit) issueLine(row *readmodel.Row) (issueLine, error) {
	issue, err := v.pages.config.Model.Issue(v.r.Context(), row)
	if err != nil {
		return issueLine{}, err
	}
	return v.issueLineOf(row, issue), nil
}

func (v *visit) issueLineOf(row *readmodel.Row, issue tocsin.Issue) issueLine {
	return issueLine{
		look: v.short(row.Status), ID: row.ID, Href: v.issueHref(row.ID), Title: cmp.Or(strings.TrimSpace(issue.Title), row.ID),
		Class: row.Class, ClassWords: v.class(row.Class), Service: row.Service,
		Own: row.Own(), source: row.Source, serviceID: row.ServiceID, Posted: v.moment(row.ModifiedAt.Time()), Next: v.nextPromise(issue), start: row.StartAt.Time(),
	}
}

// Unexplained reports whether the service is known not to be well and nothing
// that is open says why.
func (l serviceLine) Unexplained() bool {
	return !l.severity.Well() && l.severity != tocsin.SeverityUnknown && len(l.What)+len(l.Named) == 0
}

// worstFirst sorts services by how bad they are.
func worstFirst(a, b serviceLine) int { return cmp.Compare(b.severity, a.severity) }

// serviceLine is a service as it is judged, with its past.
func (v *visit) serviceLine(s *health.Service, m month, open openLines) serviceLine {
	line := serviceLine{
		look: v.judged(s), Name: s.Name, Href: v.serviceHref(s.ID), What: open.of(s.About), Strip: m.strips[s.ID], provider: v.snapshot.Provider(s.Source),
		Availability: cmp.Or(v.share(m.figures[s.ID], 2), v.text("none")), stale: s.Silent && s.Stale,
	}
	if !s.Severity.Well() {
		line.Named = open.of(s.Named)
	}
	line.Since = v.since(s)
	return line
}

// since says since when a service has not been well, or has been: one answer
// wherever a page tells it.
func (v *visit) since(s *health.Service) string {
	switch {
	case s.Silent && !s.Stale, s.Since.IsZero() && !s.Silent:
		return ""
	case s.Silent:
		return v.text("since", "time", v.sinceWords(s.Since))
	case s.Severity.Well(), s.Severity == tocsin.SeverityUnknown:
		return v.text("since", "time", v.stamp(s.Since.In(v.zone)))
	}
	return v.text("since.unwell", "time", v.stamp(s.Since.In(v.zone)))
}

// openLines are the open issues of a tenant as lines, with the judgement that
// they are from.
type openLines struct {
	report *health.Report
	lines  map[*health.Issue]issueLine
}

// judge judges the tenant of the visit.
func (v *visit) judge() (*health.Report, error) {
	return health.Judge(v.r.Context(), v.pages.config.Model, v.snapshot, v.now)
}

func (v *visit) openLines() (openLines, error) {
	report, err := v.judge()
	if err != nil {
		return openLines{}, err
	}
	open := openLines{report, make(map[*health.Issue]issueLine, len(report.Open))}
	for _, one := range report.Open {
		open.lines[one] = v.issueLineOf(one.Row, one.Content)
	}
	return open, nil
}

// of are the lines of some of the issues.
func (open openLines) of(issues []*health.Issue) []issueLine {
	var lines []issueLine
	for _, one := range issues {
		lines = append(lines, open.lines[one])
	}
	return lines
}

type feedLine struct {
	At            *moment
	Glyph, Family string
	Icon          string // instead of a glyph
	Text          template.HTML
}
