package web

import (
	"cmp"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/readmodel"
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
	text                                        string // of its newest post
	quiet                                       bool   // an advisory without news for days
}

type serviceLine struct {
	look
	Name, Href, Since, Availability string
	What                            []issueLine // its open issues
	Named                           []issueLine // open incidents of other services whose posts name it
	Strip                           strip
	provider                        string // who speaks for it, "" for the desk's own team
	stale                           bool   // its source is not heard any more
	unheard                         bool   // nor was it ever, or not any more
}

// quietAfter is how long an advisory stays in the foreground without news.
const quietAfter = 4 * 24 * time.Hour

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
	if err := page.addIssues(v); err != nil {
		return err
	}
	page.addServices(v, month)
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

// isOpen reports whether an issue is going on.
func isOpen(row *readmodel.Row, now time.Time) bool { return row.Course().Ongoing(now) }

func (page *overviewPage) addIssues(v *visit) error {
	mark := v.seenAt()
	for _, row := range openRows(v.snapshot, v.now) {
		line, err := v.issueLine(row)
		if err != nil {
			return err
		}
		if modified := row.ModifiedAt.Time(); !mark.IsZero() && modified.After(mark) {
			line.New = v.text("new.since", "time", v.stamp(mark.In(v.zone)))
		}
		if line.quiet {
			page.Quiet = append(page.Quiet, line)
		} else {
			page.Issues = append(page.Issues, line)
		}
	}
	page.storm(v)
	return nil
}

// openRows are the open issues, worst first, incidents before advisories, those
// of providers before the desk's own, the latest news first.
func openRows(s *readmodel.Snapshot, now time.Time) []*readmodel.Row {
	var open []*readmodel.Row
	for _, row := range s.Issues {
		if isOpen(row, now) {
			open = append(open, row)
		}
	}
	slices.SortFunc(open, func(a, b *readmodel.Row) int {
		familyA, _ := familyOf(a.Status)
		familyB, _ := familyOf(b.Status)
		return cmp.Or(cmp.Compare(rank(familyA), rank(familyB)), -cmp.Compare(a.Class, b.Class), compareBool(a.Own(), b.Own()),
			cmp.Compare(b.ModifiedAt, a.ModifiedAt), cmp.Compare(a.ID, b.ID))
	})
	return open
}

// compareBool puts false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// issueLine is an issue in a list.
func (v *visit) issueLine(row *readmodel.Row) (issueLine, error) {
	issue, err := v.pages.config.Model.Issue(v.r.Context(), row)
	if err != nil {
		return issueLine{}, err
	}
	text := ""
	if n := len(issue.Posts); n > 0 {
		text = issue.Posts[n-1].Content
	}
	return issueLine{
		text: text, quiet: row.Class == "advisory" && v.now.Sub(row.ModifiedAt.Time()) > quietAfter,
		look: v.short(row.Status), ID: row.ID, Href: v.issueHref(row.ID), Title: cmp.Or(strings.TrimSpace(issue.Title), row.ID),
		Class: row.Class, ClassWords: v.class(row.Class), Service: row.Service,
		Own: row.Own(), source: row.Source, serviceID: row.ServiceID, Posted: v.moment(row.ModifiedAt.Time()), Next: v.nextPromise(issue), start: row.StartAt.Time(),
	}, nil
}

func (page *overviewPage) addServices(v *visit, m month) {
	open := openLines(slices.Concat(page.Issues, page.Quiet))
	for i := range v.snapshot.Services {
		line := v.serviceLine(&v.snapshot.Services[i], m, open)
		switch {
		case line.Family == "ok" || line.Family == "restored" || line.Family == "report":
			page.Working = append(page.Working, line)
		case line.unheard && len(line.What) == 0:
			page.Unheard = append(page.Unheard, line)
		default:
			page.Affected = append(page.Affected, line)
		}
	}
	slices.SortStableFunc(page.Affected, func(a, b serviceLine) int { return cmp.Compare(rank(a.Family), rank(b.Family)) })
}

// names reports whether a text has a name as words of its own: streaming is
// not Stream, and "Microsoft 365 apps and services" are all of them.
func names(text, name string) bool {
	for at := 0; name != ""; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return false
		}
		begin, end := at+i, at+i+len(name)
		before, _ := utf8.DecodeLastRuneInString(text[:begin])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if !unicode.IsLetter(before) && !unicode.IsLetter(after) && !strings.HasPrefix(text[end:], " and services") {
			return true
		}
		at = end
	}
	return false
}

// serviceLine is a service as it is now. What was healthy when its source was
// last heard is unknown since then; a service whose open issues are advisories
// is not shown as degraded, unless an incident elsewhere names it.
func (v *visit) serviceLine(s *readmodel.Service, m month, all openLines) serviceLine {
	open := all.about(s)
	line := serviceLine{look: v.short(s.Overview.Status), Name: s.Name, Href: v.serviceHref(s.ID), What: open, Strip: m.strips[s.ID], provider: v.snapshot.Provider(s.Source)}
	if !s.Since.IsZero() {
		line.Since = v.text("since", "time", v.stamp(s.Since.In(v.zone)))
	}
	line.Availability = cmp.Or(v.share(m.figures[s.ID], 2), v.text("none"))
	for _, issue := range open { // an incident that is open weighs more than an overview that lags behind
		if issue.Class != "advisory" && rank(issue.Family) < rank(line.Family) {
			line.look, line.Since = issue.look, ""
			if !issue.start.IsZero() {
				line.Since = v.text("since", "time", v.stamp(issue.start.In(v.zone)))
			}
		}
	}
	incidents := slices.ContainsFunc(open, func(i issueLine) bool { return i.Class != "advisory" })
	news := slices.ContainsFunc(open, func(i issueLine) bool { return !i.quiet })
	bad := line.Family == "down" || line.Family == "degraded" || line.Family == "recovering"
	if bad {
		line.Named = all.naming(s)
	}
	switch stale := v.unknownSince(s); {
	case len(s.Transitions) == 0:
		line.look, line.Since, line.unheard = v.unknown(v.text("family.neutral")), "", true
	case stale != "" && s.Overview.Status.Healthy():
		line.look, line.Since, line.stale = v.unknown(v.text("family.neutral")), v.text("since", "time", stale), true
		line.unheard = true
	case len(open) > 0 && !incidents && len(line.Named) == 0 && line.Family != "down" && (bad || line.Family == "watch" || news):
		line.look = look{Family: "watch", Glyph: "watch", Words: v.text("class.advisory")}
	}
	return line
}
