package part

import (
	"cmp"
	"html/template"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// IDLink returns an id that leads to the page of what has it.
func IDLink(href, id string) template.HTML {
	return template.HTML(`<a class="id" href="` + template.HTMLEscapeString(href) + `">` + template.HTMLEscapeString(id) + `</a>`) //nolint:gosec // escaped
}

// During reports whether a row overlaps a time. Zero bounds take everything.
func During(row *readmodel.Row, from, to, now time.Time) bool {
	if from.IsZero() {
		return true
	}
	start, end := row.StartAt.Time(), now
	if row.EndAt != 0 {
		end = row.EndAt.Time()
	}
	return start.Before(to) && !end.Before(from)
}

// An IssueRow is an issue in a list, with when it began and how long it lasted.
type IssueRow struct {
	IssueLine
	Started *lang.Moment
	Length  string
}

// FilterIssues parts the issues that a filter takes into those going on, worst
// first, planned work that is not over, soonest first, and those over, newest
// first.
func (v *View) FilterIssues(service, kind, period string) (open, planned, ended []*readmodel.Row) {
	from, to := v.Period(period)
	takes := func(row *readmodel.Row) bool {
		return (service == "" || row.ServiceID == service) && (kind == "" || row.Class == kind) && During(row, from, to, v.Now)
	}
	for _, row := range health.OpenRows(v.Snapshot, v.Now) {
		if takes(row) {
			open = append(open, row)
		}
	}
	for _, row := range v.Snapshot.Issues {
		switch {
		case health.Open(row, v.Now) || !takes(row):
		case health.Planned(row, v.Now):
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

// IssueRows returns issues as rows of a list.
func (v *View) IssueRows(rows []*readmodel.Row) ([]IssueRow, error) {
	var list []IssueRow
	for _, row := range rows {
		line, err := v.IssueLine(row)
		if err != nil {
			return nil, err
		}
		line.Look = v.LookWhen(row.Course(), v.Now)
		one := IssueRow{IssueLine: line, Started: v.Moment(row.StartAt.Time())}
		switch start, end := row.StartAt.Time(), row.EndAt.Time(); {
		case start.IsZero():
		case v.Absolute && health.Open(row, v.Now): // it goes on after this was written
		case health.Open(row, v.Now):
			one.Length = v.Text("length.open", "d", v.Length(v.Now.Sub(start)))
		case !end.IsZero() && end.After(start):
			one.Length = v.Length(end.Sub(start).Round(time.Minute))
		}
		list = append(list, one)
	}
	return list, nil
}

// Judged returns how the judgement on a service is shown: in the words of the
// status that decides where that is as bad, else in those of the severity.
func (v *View) Judged(s *health.Service) web.Look {
	switch {
	case s.Advised():
		return web.Look{Family: "watch", Glyph: "watch", Words: v.Text("class.advisory"), Severity: s.Severity}
	case s.Status.Severity() != s.Severity:
		return v.Severity(s.Severity)
	}
	one := v.Short(s.Status)
	if s.Severity.Well() && one.Family == "neutral" { // a false positive
		one.Family = "ok"
	}
	return one
}

// An IssueLine is an issue in a short list.
type IssueLine struct {
	web.Look
	ID, Href, Title, Class, ClassWords, Service string
	TitleLang                                   string // where it is not that of the page
	Own                                         bool   // the desk's own team speaks
	Posted                                      *lang.Moment
	Next                                        *Promise
	New                                         string
	Source, serviceID                           string // whose list it is on, and what it is about
	start                                       time.Time
	view                                        *View
}

// Row is the row in a table of issues, as the template "issue-row" writes it.
func (l IssueLine) Row() (template.HTML, error) {
	return l.view.keptPart("issue-row", l.says(), l)
}

// A ServiceLine is a service as it is judged, with the last month.
type ServiceLine struct {
	web.Look
	Name, Href, Since, Availability string
	What                            []IssueLine // its open issues
	Named                           []IssueLine // open incidents of other services whose posts name it
	Workaround                      Workaround  // what to tell callers meanwhile; see [View.Workarounds]
	Strip                           template.HTML
	id                              string
	called                          string        // its name in a sentence, with its provider where that is not the usual one
	rank                            int           // in a sentence
	cause                           *health.Issue // that explains why it is not well; nil for none
	stale                           bool          // it is unknown because its source is not heard any more
	view                            *View
}

// Brief is the line in a list of services that work, as the template "working-line" writes it.
func (l ServiceLine) Brief() (template.HTML, error) {
	var s said
	s.text(l.Name, l.Href, l.Words, string(l.Strip), l.Availability)
	return l.view.keptPart("working-line", s, l)
}

// IssueLine returns an issue in a list.
func (v *View) IssueLine(row *readmodel.Row) (IssueLine, error) {
	issue, err := v.parts.config.Model.Issue(v.R.Context(), row)
	if err != nil {
		return IssueLine{}, err
	}
	return v.issueLineOf(row, issue), nil
}

func (v *View) issueLineOf(row *readmodel.Row, issue tocsin.Issue) IssueLine {
	title, language := v.TitleOf(row, cmp.Or(strings.TrimSpace(issue.Title), row.ID))
	return IssueLine{
		Look: v.Short(row.Status), ID: row.ID, Href: v.IssueHref(row.ID), Title: title, TitleLang: language,
		Class: row.Class, ClassWords: v.ClassWord(row.Class), Service: row.Service,
		Own: row.Own(), Source: row.Source, serviceID: row.ServiceID, Posted: v.Moment(row.ModifiedAt.Time()), Next: v.NextPromise(row, issue), start: row.StartAt.Time(), view: v,
	}
}

// Unexplained reports whether the service is known not to be well and nothing
// that is open says why.
func (l ServiceLine) Unexplained() bool {
	return !l.Severity.Well() && l.Severity != tocsin.SeverityUnknown && len(l.What)+len(l.Named) == 0
}

// WorstFirst sorts services by how bad they are.
func WorstFirst(a, b ServiceLine) int { return cmp.Compare(b.Severity, a.Severity) }

// ServiceLine returns a service as it is judged, with its past.
func (v *View) ServiceLine(s *health.Service, m Month, open OpenLines) ServiceLine {
	line := ServiceLine{
		Look: v.Judged(s), id: s.ID, Name: s.Name, Href: v.ServiceHref(s.ID), What: open.Of(s.About), Strip: m.strips[s.ID],
		Availability: cmp.Or(v.Share(m.figures[s.ID], 2), v.Text("none")), stale: s.Silent && s.Stale, view: v,
	}
	if !s.Severity.Well() {
		line.Named = open.Of(s.Named)
		line.cause = s.Cause
	}
	line.Since = v.since(s)
	line.called, line.rank = v.called(s)
	return line
}

// Where a service stands in a sentence that names some.
const (
	rankService = iota
	rankSuite
	rankOwn
)

// called is the name of a service in a sentence, and where it stands there.
func (v *View) called(s *health.Service) (name string, rank int) {
	switch provider := v.Snapshot.Provider(s.Source); {
	case provider == "":
		return s.Name, rankOwn
	case provider != tocsin.ProviderMicrosoft:
		return v.Text("names.of", "service", s.Name, "provider", provider), rankService
	case s.ID == v.Snapshot.SuiteID():
		return s.Name, rankSuite
	}
	return s.Name, rankService
}

// since says since when a service has not been well, or has been: one answer
// wherever a page tells it.
func (v *View) since(s *health.Service) string {
	switch {
	case s.Silent && !s.Stale, s.Since.IsZero() && !s.Silent:
		return ""
	case s.Silent:
		return v.Text("since", "time", v.SinceWords(s.Since))
	case s.Severity.Well(), s.Severity == tocsin.SeverityUnknown:
		return v.Text("since", "time", v.Stamp(s.Since.In(v.Zone)))
	}
	return v.Text("since.unwell", "time", v.Stamp(s.Since.In(v.Zone)))
}

// OpenLines are the open issues of a tenant as lines, with the judgement that
// they are from.
type OpenLines struct {
	Report *health.Report
	lines  map[*health.Issue]IssueLine
}

// Judge judges the tenant that is looked at.
func (v *View) Judge() (*health.Report, error) {
	return health.Judge(v.R.Context(), v.parts.config.Model, v.Snapshot, v.Now)
}

// OpenLines judges the tenant and returns its open issues as lines.
func (v *View) OpenLines() (OpenLines, error) {
	report, err := v.Judge()
	if err != nil {
		return OpenLines{}, err
	}
	open := OpenLines{report, make(map[*health.Issue]IssueLine, len(report.Open))}
	for _, one := range report.Open {
		open.lines[one] = v.issueLineOf(one.Row, one.Content)
	}
	return open, nil
}

// Of returns the lines of some of the issues.
func (open OpenLines) Of(issues []*health.Issue) []IssueLine {
	var lines []IssueLine
	for _, one := range issues {
		lines = append(lines, open.lines[one])
	}
	return lines
}

// A FeedLine is something that happened.
type FeedLine struct {
	At            *lang.Moment
	Glyph, Family string
	Icon          string // instead of a glyph
	Text          template.HTML
	State         string // of that moment, "" where the text has it or there is none
}
