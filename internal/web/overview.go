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
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// overviewPage is the first page: what is broken now, the services, what
// changed since the reader last looked, and what is due.
type overviewPage struct {
	frame
	Verdict  verdict
	Storm    bool        // so much is open that the list takes the whole width
	Issues   []issueLine // that deserve attention
	Quiet    []issueLine // advisories that nobody has touched for days
	Affected []serviceLine
	Working  []serviceLine
	Healthy  template.HTML // the panel of the working services
	Feed     feed
	Due      []dueLine
}

// verdict is the answer in one sentence.
type verdict struct {
	Family, Glyph string
	Tint          string // down, degraded, neutral, or "" for none
	When          string
	Headline      string
	Lead          template.HTML
	Worst         *issueLine // where the action is
	Facts         []fact
	Tally         []tally
	Total         string
}

type fact struct {
	Name, Value, Note string
	Href, ID          string // of what the note is about
	Tone              string // late, soon
}

// tally is how many services are in one state.
type tally struct {
	Family, Glyph, Words, Href string
	N, X, Width                int
}

type issueLine struct {
	look
	ID, Href, Title, Class, ClassWords, Service string
	Posted                                      *moment
	Next                                        *promiseView
	New                                         string
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
	stale                           bool // its source is not heard
}

// quietAfter is how long an advisory stays in the foreground without news.
const quietAfter = 4 * 24 * time.Hour

// stormAt is the number of open incidents and advisories from which on the
// list takes the whole width.
const stormAt = 8

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
	v.answer(http.StatusOK, page.body, page.packed)
	return nil
}

func fillOverview(v *visit) (any, error) {
	page := overviewPage{frame: v.frame(crumb{Name: v.text("nav.overview")})}
	page.Refresh = 60
	month, err := v.lastMonth()
	if err != nil {
		return nil, err
	}
	if err := page.addIssues(v); err != nil {
		return nil, err
	}
	page.addServices(v, month)
	page.Verdict = v.verdict(&page, month)
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
	return page, nil
}

// isOpen reports whether an issue is going on: not ended, and not of a status
// that says it is over.
func isOpen(row *readmodel.Row) bool { return row.Open() && !row.Status.Healthy() }

func (page *overviewPage) addIssues(v *visit) error {
	mark := v.seenAt()
	for _, row := range openRows(v.snapshot) {
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
	page.Storm = len(page.Issues) >= stormAt
	return nil
}

// openRows are the open issues, worst first, incidents before advisories, the
// latest news first.
func openRows(s *readmodel.Snapshot) []*readmodel.Row {
	var open []*readmodel.Row
	for _, row := range s.Issues {
		if isOpen(row) {
			open = append(open, row)
		}
	}
	slices.SortFunc(open, func(a, b *readmodel.Row) int {
		familyA, _ := familyOf(a.Status)
		familyB, _ := familyOf(b.Status)
		return cmp.Or(cmp.Compare(rank(familyA), rank(familyB)), -cmp.Compare(a.Class, b.Class),
			cmp.Compare(b.ModifiedAt, a.ModifiedAt), cmp.Compare(a.ID, b.ID))
	})
	return open
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
		Posted: v.moment(row.ModifiedAt.Time()), Next: v.nextPromise(issue), start: row.StartAt.Time(),
	}, nil
}

func (page *overviewPage) addServices(v *visit, m month) {
	byService := map[string][]issueLine{}
	for _, line := range slices.Concat(page.Issues, page.Quiet) {
		if row, ok := v.snapshot.Issue(line.ID); ok {
			byService[row.ServiceID] = append(byService[row.ServiceID], line)
		}
	}
	for i := range v.snapshot.Services {
		service := &v.snapshot.Services[i]
		line := v.serviceLine(service, m, byService[service.ID])
		if len(line.What) == 0 && (line.Family == "down" || line.Family == "degraded" || line.Family == "recovering") {
			line.Named = page.naming(service.Name)
		}
		if line.Family == "ok" || line.Family == "restored" || line.Family == "report" {
			page.Working = append(page.Working, line)
		} else {
			page.Affected = append(page.Affected, line)
		}
	}
	slices.SortStableFunc(page.Affected, func(a, b serviceLine) int { return cmp.Compare(rank(a.Family), rank(b.Family)) })
}

// naming lists the open incidents whose posts name a service: a failure of a
// whole suite is filed under one of its services only.
func (page *overviewPage) naming(name string) []issueLine {
	var named []issueLine
	for _, line := range page.Issues {
		if line.Class != "advisory" && strings.Contains(line.text, name) {
			named = append(named, line)
		}
	}
	return named
}

// serviceLine is a service as it is now. What was healthy when its source was
// last heard is unknown since then; a service whose open issues are advisories
// is not shown as degraded.
func (v *visit) serviceLine(s *readmodel.Service, m month, open []issueLine) serviceLine {
	line := serviceLine{look: v.short(s.Overview.Status), Name: s.Name, Href: v.serviceHref(s.ID), What: open, Strip: m.strips[s.ID]}
	if !s.Since.IsZero() {
		line.Since = v.text("since", "time", v.stamp(s.Since.In(v.zone)))
	}
	line.Availability = v.share(m.figures[s.ID], 2)
	for _, issue := range open { // an incident that is open weighs more than an overview that lags behind
		if issue.Class != "advisory" && rank(issue.Family) < rank(line.Family) {
			line.look, line.Since = issue.look, ""
		}
	}
	incidents := slices.ContainsFunc(open, func(i issueLine) bool { return i.Class != "advisory" })
	news := slices.ContainsFunc(open, func(i issueLine) bool { return !i.quiet })
	switch stale := v.unknownSince(s); {
	case len(s.Transitions) == 0:
		line.look, line.Since = v.unknown(v.text("family.neutral")), ""
	case stale != "" && s.Overview.Status.Healthy():
		line.look, line.Since, line.stale = v.unknown(v.text("family.neutral")), v.text("since", "time", stale), true
	case len(open) > 0 && !incidents && (line.Family == "degraded" || line.Family == "recovering" || line.Family == "watch" || news):
		line.look = look{Family: "watch", Glyph: "watch", Words: v.text("class.advisory")}
	}
	return line
}

// verdict concludes from the services and issues of the page.
func (v *visit) verdict(page *overviewPage, m month) verdict {
	n := map[string]int{"ok": len(page.Working)}
	for _, line := range page.Affected {
		n[line.Family]++
	}
	out := verdict{When: v.text("verdict.when", "tenant", v.snapshot.Tenant.Name), Tally: v.tally(n), Total: v.text("verdict.total", "n", len(v.snapshot.Services))}
	stale := v.staleSince()
	switch {
	case n["down"] > 0 && n["degraded"] > 0:
		out.Family, out.Headline = "down", v.text("verdict.both", "down", v.text("verdict.n.down", "n", n["down"]), "degraded", v.text("verdict.n.also", "n", n["degraded"]))
	case n["down"] > 0:
		out.Family, out.Headline = "down", v.text("verdict.down", "down", v.text("verdict.n.down", "n", n["down"]))
	case n["degraded"] > 0:
		out.Family, out.Headline = "degraded", v.text("verdict.degraded", "degraded", v.text("verdict.n.degraded", "n", n["degraded"]))
	case stale != "":
		out.Family, out.Headline = "neutral", v.staleHeadline(page, stale)
	case len(v.snapshot.Services) == 0:
		out.Family, out.Headline = "neutral", v.text("verdict.empty")
	case n["recovering"] > 0:
		out.Family, out.Headline = "recovering", v.text("verdict.recovering", "n", n["recovering"])
	case n["watch"] > 0:
		out.Family, out.Headline = "watch", v.text("verdict.advisories", "n", countAdvisories(page))
	default:
		out.Family, out.Headline = "restored", v.text("verdict.quiet")
	}
	out.Glyph = out.Family
	switch out.Family {
	case "neutral":
		out.Glyph, out.Tint = "unknown", "neutral"
	case "down", "degraded", "watch", "recovering":
		out.Tint = out.Family
	}
	v.explain(&out, page, stale)
	out.Facts = v.facts(page, m)
	return out
}

// staleHeadline says how much is not known: everything, some services, or what
// a source that never named a service would tell.
func (v *visit) staleHeadline(page *overviewPage, since string) string {
	n := 0
	for _, line := range page.Affected {
		if line.stale {
			n++
		}
	}
	switch n {
	case 0:
		return v.text("stale.part", "source", v.unheard(), "time", since)
	case len(v.snapshot.Services):
		return v.text("verdict.stale", "time", since)
	}
	return v.text("verdict.stale.part", "n", n, "time", since)
}

func countAdvisories(page *overviewPage) int { return len(page.Issues) + len(page.Quiet) }

// explain adds what a caller asks next: whose confirmation it is, or what it
// means that nothing is open.
func (v *visit) explain(out *verdict, page *overviewPage, stale string) {
	total := len(v.snapshot.Services)
	var worst *issueLine
	for i := range page.Issues {
		if page.Issues[i].Class != "advisory" {
			worst = &page.Issues[i]
			break
		}
	}
	switch {
	case worst != nil && out.Tint != "neutral":
		out.Worst = worst
		link := template.HTML(`<a class="id" href="` + template.HTMLEscapeString(worst.Href) + `">` + template.HTMLEscapeString(worst.ID) + `</a>`) //nolint:gosec // escaped
		out.Lead = v.rich("verdict.lead.confirmed", "id", link)
	case stale != "":
		out.Lead = v.rich("verdict.lead.stale", "source", v.unheard(), "time", stale)
	case out.Family == "restored":
		out.Lead = v.rich("verdict.lead.quiet", "n", total)
	case out.Family == "watch":
		out.Lead = v.rich("verdict.lead.advisories")
	}
}

// tally draws how many services are in each state, worst first.
func (v *visit) tally(n map[string]int) []tally {
	total, x := max(1, len(v.snapshot.Services)), 0
	var list []tally
	for _, family := range []string{"down", "degraded", "watch", "recovering", "neutral", "ok"} {
		if n[family] == 0 {
			continue
		}
		width := 800 * n[family] / total
		glyph := family
		if family == "neutral" {
			glyph = "unknown"
		}
		list = append(list, tally{family, glyph, v.text("tally."+family, "n", n[family]), "#s-" + family, n[family], x, max(4, width-2)})
		x += width
	}
	return list
}

// facts are the figures beside the verdict.
func (v *visit) facts(page *overviewPage, m month) []fact {
	var facts []fact
	if worst := page.firstIncident(); worst != nil {
		started := v.moment(worst.start)
		if started != nil {
			facts = append(facts, fact{Name: v.text("fact.since"), Value: v.length(v.now.Sub(worst.start)), Note: v.text("fact.started", "time", started.Text)})
		}
		if worst.Posted != nil {
			facts = append(facts, fact{Name: v.text("fact.posted"), Value: worst.Posted.Text, Note: worst.Posted.Ago})
		}
		if worst.Next != nil {
			facts = append(facts, fact{Name: v.text("fact.next"), Value: worst.Next.At.Text, Note: worst.Next.Words, Tone: worst.Next.Tone})
		}
	} else if last := lastIncident(v.snapshot); last != nil {
		end := v.moment(last.EndAt.Time())
		facts = append(facts, fact{
			Name: v.text("fact.quiet"), Value: v.length(v.now.Sub(last.EndAt.Time())),
			Note: v.text("fact.ended", "time", end.Text), Href: v.issueHref(last.ID), ID: last.ID,
		})
	}
	if share, n := mean(v.snapshot.Services, m.figures); n > 0 {
		facts = append(facts, fact{Name: v.text("fact.availability"), Value: v.percent(share, 2), Note: v.text("fact.unweighted", "n", n)})
	}
	return facts
}

func (page *overviewPage) firstIncident() *issueLine {
	for i := range page.Issues {
		if page.Issues[i].Class != "advisory" {
			return &page.Issues[i]
		}
	}
	return nil
}

// lastIncident is the incident that ended last.
func lastIncident(s *readmodel.Snapshot) *readmodel.Row {
	var last *readmodel.Row
	for _, row := range s.Issues {
		if row.Class != "advisory" && row.EndAt != 0 && row.Status != tocsin.StatusFalsePositive && (last == nil || row.EndAt > last.EndAt) {
			last = row
		}
	}
	return last
}
