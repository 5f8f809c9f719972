package web

import (
	"cmp"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// overviewPage is the first page: what is broken now, the services, what
// changed since the reader last looked, and what is due.
type overviewPage struct {
	frame
	Verdict  verdict
	Storm    bool   // so much is open that the list takes the whole width
	GroupBy  []chip // ways to put it in groups
	Groups   []issueGroup
	Alike    []template.HTML // incidents that may have one cause
	Issues   []issueLine     // that deserve attention
	Quiet    []issueLine     // advisories that nobody has touched for days
	Affected []serviceLine
	Unheard  []serviceLine // of which nothing is known, for their source is silent
	Working  []serviceLine
	Healthy  template.HTML // the panel of the working services
	None     string        // what it means that no issue is open
	Unread   bool          // whether nothing was ever read
	Feed     feed
	Due      dueList
	Planned  []plannedLine // maintenance to come
	report   *health.Report
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

// overview serves /. A first visit sets the reading mark, so that the next one
// has something to compare with.
func (p *Pages) overview(v *visit) error {
	page, err := v.shared("overview", fillOverview)
	if err != nil {
		return err
	}
	if v.seenAt().IsZero() {
		v.setCookie(v.seenCookie(), strconv.FormatInt(v.now.Unix(), 10), cookieLife)
	}
	v.answer(http.StatusOK, page.content)
	return nil
}

func fillOverview(v *visit) (any, error) {
	page := overviewPage{frame: v.frame(crumb{Name: v.text("nav.overview")})}
	page.Refresh = 60
	err := page.conclude(v)
	if err != nil {
		return nil, err
	}
	page.None, page.Unread = v.noneOpen(), v.unread()
	if page.Healthy, err = v.fragment("working", page); err != nil {
		return nil, err
	}
	if v.reads(access.ReadMessages) {
		if page.Due, err = v.due(dueLines); err != nil {
			return nil, err
		}
	}
	if page.Feed, err = v.feed(feedLines); err != nil {
		return nil, err
	}
	if page.Planned, err = v.planned(plannedLines); err != nil {
		return nil, err
	}
	return page, nil
}

// conclude fills in issues and services, and the answer that follows from them.
func (page *overviewPage) conclude(v *visit) error {
	month, err := v.lastMonth()
	if err != nil {
		return err
	}
	open, err := v.openLines()
	if err != nil {
		return err
	}
	page.report = open.report
	page.addIssues(v, open)
	page.addServices(v, month, open)
	page.Verdict = v.verdict(page, month)
	return nil
}

// Calm reports whether there is nothing to look at, so that the services take
// the room.
func (page overviewPage) Calm() bool {
	return len(page.Issues)+len(page.Quiet)+len(page.Affected)+len(page.Unheard) == 0
}

// unread reports whether nothing was ever read for a tenant.
func (v *visit) unread() bool { return len(v.snapshot.Services)+len(v.snapshot.Issues) == 0 }

// neverRead reports whether sources are to be read and none ever was.
func (v *visit) neverRead() bool {
	return v.snapshot.CheckedAt.IsZero() && (v.unread() || v.snapshot.Stale)
}

// unsure reports whether what is not listed may be open all the same: nothing
// was ever read, or some source is silent.
func (v *visit) unsure() bool { return v.unread() || v.snapshot.Stale }

// noneOpen says what it means that no issue is open: that all is well, or only
// that nothing else is known.
func (v *visit) noneOpen() string {
	if v.unread() {
		return v.text("overview.unread")
	}
	if since := v.staleSince(); since != "" {
		return v.text("overview.none.stale", "time", since)
	}
	return v.text("overview.none")
}

func (page *overviewPage) addIssues(v *visit, open openLines) {
	mark := v.seenAt()
	for _, one := range open.report.Open {
		line := open.lines[one]
		if modified := one.ModifiedAt.Time(); !mark.IsZero() && modified.After(mark) {
			line.New = v.text("new.since", "time", v.stamp(mark.In(v.zone)))
		}
		if one.Quiet {
			page.Quiet = append(page.Quiet, line)
		} else {
			page.Issues = append(page.Issues, line)
		}
	}
	page.storm(v)
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

func (page *overviewPage) addServices(v *visit, m month, open openLines) {
	for i := range open.report.Services {
		s := &open.report.Services[i]
		line := v.serviceLine(s, m, open)
		switch {
		case s.Severity.Well():
			page.Working = append(page.Working, line)
		case s.Silent && len(line.What) == 0:
			page.Unheard = append(page.Unheard, line)
		default:
			page.Affected = append(page.Affected, line)
		}
	}
	slices.SortStableFunc(page.Affected, worstFirst)
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
