package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/section"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// issuePage is one incident or advisory: what the provider says, whether it
// keeps its word, when we knew, and who else sees it.
type issuePage struct {
	frame
	look
	ID, Heading, Class, ClassWords, Service, ServiceHref, Impact string
	Defs                                                         []definition
	Notes                                                        []note
	Posts                                                        []postView
	Clocks                                                       clocks
	Seen                                                         []tenantState
	Hit                                                          []serviceLine // services that the posts name, while it is open
	Versions                                                     []versionLine
	Files                                                        []fileLine // such as the post-incident review
	Details                                                      []detailLine
	Spoken, Written                                              string // whose posts, and in which language
	Own                                                          bool   // the desk's own team speaks
	Source                                                       string
	Portal                                                       string // where the admin centre shows it; "" where that is not known
}

// note is a sentence that stands out: its family, a title, a text.
type note struct{ Family, Glyph, Title, Text string }

// tenantState is a tenant that sees the same issue.
type tenantState struct {
	look
	Name, Href string
	Absent     bool
	Unknown    bool // absent, but nobody knows
}

// issue serves /issues/{id}, the id in any case.
func (p *Pages) issue(v *visit) error {
	row, ok := v.snapshot.Issue(v.r.PathValue("id"))
	if !ok {
		return tocsin.NotFoundf("%q is not known in this tenant.", tocsin.Clip(v.r.PathValue("id"), 80))
	}
	issue, err := p.config.Model.Issue(v.r.Context(), row)
	if err != nil {
		return err
	}
	versions, err := p.config.Archive.Versions(v.r.Context(), v.snapshot.Tenant.ID, store.Ref{Kind: tocsin.KindIssue, ID: row.ID})
	if err != nil {
		return err
	}
	title := cmp.Or(strings.TrimSpace(issue.Title), row.ID)
	page := issuePage{
		frame: v.frame(crumb{v.text("nav.issues"), v.href("/issues")}, crumb{Name: row.ID}),
		look:  v.lookOf(row.Class, row.Status), ID: row.ID, Heading: title, Class: row.Class, ClassWords: v.class(row.Class),
		Service: issue.Service, ServiceHref: v.serviceHref(issue.ServiceID), Impact: beside(issue.Title, issue.Impact),
		Own: row.Own(), Spoken: v.say("posts", row.Source), Written: v.say("posts.original", row.Source),
	}
	page.Title, page.Refresh = row.ID+" "+title, 60
	if !row.Own() { // nobody else could see it
		if page.Seen, err = v.alsoSeen(row.ID); err != nil {
			return err
		}
	}
	if page.Hit, err = v.named(row, issue); err != nil {
		return err
	}
	posts := readPosts(issue.Posts)
	promises := section.PromisesOf(posts, v.now)
	page.Posts = v.posts(issue, posts, promises, versions)
	page.define(v, issue, row, promises)
	page.warn(v, issue, row.Source, promises)
	if page.Clocks, err = v.clocks(issue, row, versions); err != nil {
		return err
	}
	page.Versions = v.versionLines("/issues/", row.ID, versions)
	if page.Files, err = v.files(store.Ref{Kind: tocsin.KindIssue, ID: row.ID}, "/issues/"+escapeID(row.ID)); err != nil {
		return err
	}
	for _, d := range issue.Details {
		page.Details = append(page.Details, detailLine{d.Name, tocsin.Clip(d.Value, 600)})
	}
	page.Portal = v.cloud(row.Own()).IssueLink(row.ID)
	page.Source = v.say("source", row.Source, "source", versions[len(versions)-1].Source)
	return v.render(http.StatusOK, "issue", page)
}

func readPosts(posts []tocsin.Post) []section.Post {
	read := make([]section.Post, len(posts))
	for i, post := range posts {
		read[i] = section.Read(post)
	}
	return read
}

// beside is a text that stands below a title, "" when it says the same.
func beside(title, text string) string {
	if strings.TrimRight(strings.TrimSpace(text), ".") == strings.TrimRight(strings.TrimSpace(title), ".") {
		return ""
	}
	return text
}

// define fills in the facts below the title.
func (page *issuePage) define(v *visit, issue tocsin.Issue, row *readmodel.Row, promises []section.Promise) {
	add := func(d definition) { page.Defs = append(page.Defs, d) }
	bound := func(name string, t time.Time) {
		m := v.moment(t)
		note := m.UTC
		if local := t.In(v.zone); note == "" && sameDay(local, v.now.In(v.zone)) {
			note = v.shortDate(local)
		}
		add(definition{Name: name, At: m, Note: note})
	}
	if !issue.StartAt.IsZero() {
		bound(v.text("def.start"), issue.StartAt)
		switch end := issue.EndAt; {
		case !end.IsZero():
			bound(v.text("def.end"), end)
			add(definition{Name: v.text("col.length"), Value: v.length(end.Sub(issue.StartAt))})
		default:
			add(definition{Name: v.text("col.length"), Value: v.length(v.now.Sub(issue.StartAt)), Note: v.text("def.going")})
		}
	}
	if modified := v.moment(issue.ModifiedAt); modified != nil {
		add(definition{Name: v.text("def.updated"), At: modified, Note: modified.Ago})
	}
	if next := v.nextPromise(issue); next != nil {
		add(definition{Name: v.text("def.next"), At: next.At, Note: next.Words, Tone: next.Tone})
	}
	if value, words := v.punctuality(promises); value != "" {
		add(definition{Name: v.text("def.punctual"), Value: value, Note: words})
	}
	if issue.Origin != "" {
		origin := issue.Origin
		if known := v.text("origin." + origin); !strings.HasPrefix(known, "⟦") {
			origin = known
		}
		if row.Own() {
			origin = v.text("origin.own")
		}
		add(definition{Name: v.text("def.origin"), Value: origin, Note: page.reach(v, cmp.Or(issue.FeatureGroup, issue.Feature))})
	}
	if odd, ok := v.snapshot.UnreadableItem(tocsin.KindIssue, row.ID); ok {
		add(definition{Name: v.text("def.unread"), At: v.moment(odd.Since), Note: v.text("def.unread.note")})
	}
	if row.LeftAt != 0 {
		left := v.moment(row.LeftAt.Time())
		add(definition{Name: v.text("def.left"), At: left, Note: v.text("def.left.note")})
	}
}

// reach is how many of the tenants that the visitor sees have the issue, or
// where it is for those who see one only.
func (page *issuePage) reach(v *visit, where string) string {
	if len(page.Seen) == 0 {
		return where
	}
	n := 0
	for _, t := range page.Seen {
		if !t.Absent {
			n++
		}
	}
	return v.text("def.tenants", "seen", n, "of", len(page.Seen))
}

// named are the services of an open issue, its own first and then those that
// its newest post names, as they are now.
func (v *visit) named(row *readmodel.Row, issue tocsin.Issue) ([]serviceLine, error) {
	if !health.Open(row, v.now) {
		return nil, nil
	}
	open, err := v.openLines()
	if err != nil {
		return nil, err
	}
	text := ""
	if n := len(issue.Posts); n > 0 {
		text = issue.Posts[n-1].Content
	}
	var lines []serviceLine
	for i := range open.report.Services {
		s := &open.report.Services[i]
		if s.ID == row.ServiceID || s.Own() == row.Own() && section.Names(text, s.Name) {
			lines = append(lines, v.serviceLine(s, month{}, open))
		}
	}
	slices.SortStableFunc(lines, worstFirst)
	return lines, nil
}

// warn adds what a reader must not miss: overdue promises, doubtful dates, and
// dates declared that are not those written.
func (page *issuePage) warn(v *visit, issue tocsin.Issue, source string, promises []section.Promise) {
	for _, p := range promises {
		switch {
		case p.State == section.StateOverdue && p.What == section.PromisedUpdate && issue.Course().Ongoing(v.now):
			page.Notes = append(page.Notes, note{"down", "down", v.text("note.overdue", "d", v.length(p.Late)), v.say("note.overdue.text", source, "time", v.stamp(p.DueAt.In(v.zone)))})
		case p.State == section.StatePending && p.What != section.PromisedUpdate:
			page.Notes = append(page.Notes, note{"watch", "watch", v.text("note.report", "date", v.longDate(p.DueAt.In(v.zone))), p.Written})
		}
	}
	dates := history.DatesOf(issue)
	for _, one := range []struct {
		key              string
		declared, stated time.Time
	}{{"start", dates.DeclaredStart, dates.StatedStart}, {"end", dates.DeclaredEnd, dates.StatedEnd}} {
		if gap := one.stated.Sub(one.declared).Abs(); !one.declared.IsZero() && !one.stated.IsZero() && gap >= datesApart {
			page.Notes = append(page.Notes, note{
				"degraded", "degraded", v.text("note.dates"),
				v.text("note.dates."+one.key, "declared", v.full(one.declared.UTC()), "written", v.full(one.stated), "d", v.length(gap)),
			})
		}
	}
}

// datesApart is how far declared and stated dates may lie apart without a word
// about it.
const datesApart = 15 * time.Minute

// alsoSeen is how the visitor's other tenants see an issue.
func (v *visit) alsoSeen(id string) ([]tenantState, error) {
	var list []tenantState
	if len(v.tenants) < 2 {
		return nil, nil
	}
	for _, t := range v.tenants {
		s, err := v.pages.config.Model.Snapshot(v.r.Context(), t.ID)
		if err != nil {
			return nil, err
		}
		other := *v
		other.snapshot = s
		one := tenantState{Name: t.Title(), Absent: true, Unknown: other.unsure()}
		if row, ok := s.Issue(id); ok {
			one = tenantState{look: v.short(row.Status), Name: t.Title(), Href: addressOf(v.code, "/issues/"+escapeID(row.ID), t.Name)}
		}
		list = append(list, one)
	}
	slices.SortStableFunc(list, func(a, b tenantState) int {
		return compareBool(a.Absent, b.Absent)
	})
	return list, nil
}

// compareIssue serves /issues/{id}/compare/{a}/{b}, compareMessage the same of
// messages.
func (p *Pages) compareIssue(v *visit) error {
	row, ok := v.snapshot.Issue(v.r.PathValue("id"))
	if !ok {
		return tocsin.NotFoundf("%q is not known in this tenant.", tocsin.Clip(v.r.PathValue("id"), 80))
	}
	return v.compare(store.Ref{Kind: tocsin.KindIssue, ID: row.ID}, "issues")
}

// issueFile serves /issues/{id}/files/{file}.
func (p *Pages) issueFile(v *visit) error {
	row, ok := v.snapshot.Issue(v.r.PathValue("id"))
	if !ok {
		return unknownFile()
	}
	return v.sendFile(store.Ref{Kind: tocsin.KindIssue, ID: row.ID})
}
