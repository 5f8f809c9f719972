package status

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// issuePage is one incident or advisory: what the provider says, whether it
// keeps its word, when we knew, and who else sees it.
type issuePage struct {
	web.Frame
	web.Look
	ID, Heading, Class, ClassWords, Service, ServiceHref string
	Answer                                               answer
	Callers                                              callers
	Defs                                                 []web.Definition
	Notes                                                []note
	Posts                                                part.PostList
	Clocks                                               clocks
	Seen                                                 []tenantState
	Versions                                             part.VersionList
	Files                                                []part.FileLine // such as the post-incident review
	Details                                              []web.DetailLine
	Spoken, Written                                      string // whose posts, and in which language
	Own                                                  bool   // the desk's own team speaks
	Acknowledge                                          string // where the reader takes it in hand; "" where nobody has to
	Write                                                string // where the reader can write an update; "" for those who may not
	Room                                                 string // where an incident about it is opened or run; "" for those who may not
	Request                                              string // where a support request about it is prepared; "" for those who may not
	Known                                                part.Known
	Stalls                                               []string            // what its services may hold up
	Unlisted                                             *knowledge.Question // where another tenant does not have it
	Source                                               string
	Portal                                               string // where the admin centre shows it; "" where that is not known
	TitleBeside                                          *part.TranslatedLine
	Original                                             string // of a heading that the phrase book has in the page's language
	Switch                                               []part.TranslationLink
	Links                                                part.BesideLinks
}

// note is a sentence that stands out: its family, a title, a text.
type note struct{ Family, Glyph, Title, Text string }

// tenantState is a tenant that sees the same issue.
type tenantState struct {
	web.Look
	Name, Href string
	Absent     bool
	Unknown    bool // absent, but nobody knows
}

// issue serves /issues/{id}, the id in any case.
func (p *Pages) issue(v *view) error {
	row, ok := v.Snapshot.Issue(v.R.PathValue("id"))
	if !ok {
		return tocsin.NotFoundf("%q is not known in this tenant.", tocsin.Clip(v.R.PathValue("id"), 80))
	}
	issue, err := p.config.Model.Issue(v.R.Context(), row)
	if err != nil {
		return err
	}
	versions, err := p.config.Archive.Versions(v.R.Context(), v.Snapshot.Tenant.ID, tocsin.Ref{Kind: tocsin.KindIssue, ID: row.ID})
	if err != nil {
		return err
	}
	title := cmp.Or(strings.TrimSpace(issue.Title), row.ID)
	page := issuePage{
		Frame: v.Frame(web.Crumb{Name: v.Text("nav.issues"), Href: v.Href("/issues")}, web.Crumb{Name: row.ID}),
		Look:  v.LookWhen(row.Course(), v.Now), ID: row.ID, Heading: title, Class: row.Class, ClassWords: v.ClassWord(row.Class),
		Service: issue.Service, ServiceHref: v.ServiceHref(issue.ServiceID),
		Own: row.Own(), Write: v.writeHref(row), Room: v.roomHref(row), Request: v.requestHref(row), Spoken: v.Say("posts", row.Source), Written: v.Say("posts.original", row.Source),
	}
	page.Title, page.Refresh = row.ID+" "+title, 60
	if !row.Own() { // nobody else could see it
		if page.Seen, err = v.alsoSeen(row.ID); err != nil {
			return err
		}
	}
	read := v.ReadPosts(row, issue)
	promises := post.PromisesOf(read.Posts, v.Now)
	language, err := page.say(v, tell(issue, row, read, v.Now), row, versions)
	if err != nil {
		return err
	}
	if page.Posts, err = v.PostList(issue, read, promises, versions, language); err != nil {
		return err
	}
	page.define(v, issue, row, promises)
	if err := errors.Join(page.warn(v, issue, row, promises), page.duty(v, row)); err != nil {
		return err
	}
	if page.Clocks, err = v.clocks(issue, row, versions); err != nil {
		return err
	}
	if page.Versions, err = v.VersionList("/issues/", row.ID, versions); err != nil {
		return err
	}
	if page.Files, err = v.Files(tocsin.Ref{Kind: tocsin.KindIssue, ID: row.ID}, "/issues/"+web.EscapeID(row.ID)); err != nil {
		return err
	}
	for _, d := range issue.Details {
		page.Details = append(page.Details, web.DetailLine{Name: d.Name, Value: tocsin.Clip(d.Value, 600)})
	}
	page.Portal = v.Cloud(row.Own()).IssueLink(row.ID)
	if err := page.help(v, row); err != nil {
		return err
	}
	page.Source = v.Say("source", row.Source, "source", versions[len(versions)-1].Source)
	return v.Render(http.StatusOK, "issue", page)
}

// say puts what callers ask on top, in the language that is shown beside the
// original, and returns it; "" for none.
func (page *issuePage) say(v *view, t told, row *readmodel.Row, versions []tocsin.Version) (string, error) {
	language, err := v.Translation()
	if err != nil {
		return "", err
	}
	if row.Own() {
		language = ""
	} else {
		page.Switch, page.Links = v.TranslationSwitch(language), v.BesideLinks(tocsin.Ref{Kind: tocsin.KindIssue, ID: row.ID}, language)
	}
	if t, err = t.in(v, language); err != nil {
		return "", err
	}
	if made, ok := t.made[t.title]; ok {
		page.TitleBeside = v.OneLine(made)
	}
	if words, other := v.TitleOf(row, t.title); language == v.Code && other == "" && words == page.TitleBeside.Words() {
		page.Heading, page.Original, page.Title = words, t.title, row.ID+" "+words
	}
	if page.Answer.Hit, err = v.named(row, t.issue); err != nil {
		return "", err
	}
	if page.Stalls, err = v.Stalls(page.Answer.Hit...); err != nil {
		return "", err
	}
	page.answer(v, t, row, versions)
	page.Callers, err = page.callers(v, t, row)
	return language, err
}

// writeHref is where the reader can write an update of an own issue, "" for those
// who may not.
func (v *view) writeHref(row *readmodel.Row) string {
	if !row.Own() || !v.Reads(access.AuthorServices) {
		return ""
	}
	return v.There("/own/issues/" + web.EscapeID(row.ID))
}

// define fills in the facts below the title.
func (page *issuePage) define(v *view, issue tocsin.Issue, row *readmodel.Row, promises []post.Promise) {
	add := func(d web.Definition) { page.Defs = append(page.Defs, d) }
	bound := func(name string, t time.Time) {
		m := v.Moment(t)
		note := m.UTC
		if local := t.In(v.Zone); note == "" && lang.SameDay(local, v.Now.In(v.Zone)) {
			note = v.ShortDate(local)
		}
		add(web.Definition{Name: name, At: m, Note: note})
	}
	if !issue.StartAt.IsZero() {
		bound(v.Text("def.start"), issue.StartAt)
		if end := issue.EndAt; !end.IsZero() {
			bound(v.Text("def.end"), end)
			add(web.Definition{Name: v.Text("col.length"), Value: v.Length(end.Sub(issue.StartAt))})
		}
	}
	if modified := v.Moment(issue.ModifiedAt); modified != nil {
		add(web.Definition{Name: v.Text("def.updated"), At: modified, Note: modified.Ago})
	}
	if value, words := v.Punctuality(promises); value != "" {
		add(web.Definition{Name: v.Text("def.punctual"), Value: value, Note: words})
	}
	if issue.Origin != "" {
		origin := issue.Origin
		if known := v.Text("origin." + origin); !strings.HasPrefix(known, "⟦") {
			origin = known
		}
		if row.Own() {
			origin = v.Text("origin.own")
		}
		add(web.Definition{Name: v.Text("def.origin"), Value: origin})
	}
	if odd, ok := v.Snapshot.UnreadableItem(tocsin.KindIssue, row.ID); ok {
		add(web.Definition{Name: v.Text("def.unread"), At: v.Moment(odd.Since), Note: v.Text("def.unread.note")})
	}
	if row.LeftAt != 0 {
		left := v.Moment(row.LeftAt.Time())
		add(web.Definition{Name: v.Text("def.left"), At: left, Note: v.Text("def.left.note")})
	}
}

// reach is how many of the tenants that the visitor sees have the issue, or
// where it is for those who see one only.
func (page *issuePage) reach(v *view, where string) string {
	if len(page.Seen) == 0 {
		return where
	}
	n := 0
	for _, t := range page.Seen {
		if !t.Absent {
			n++
		}
	}
	return v.Text("def.tenants", "seen", n, "of", len(page.Seen))
}

// named are the services of an open issue, its own first and then those that
// its newest post names, as they are now.
func (v *view) named(row *readmodel.Row, issue tocsin.Issue) ([]part.ServiceLine, error) {
	if !health.Open(row, v.Now) {
		return nil, nil
	}
	open, err := v.OpenLines()
	if err != nil {
		return nil, err
	}
	text := ""
	if n := len(issue.Posts); n > 0 {
		text = issue.Posts[n-1].Content
	}
	var lines []part.ServiceLine
	for i := range open.Report.Services {
		s := &open.Report.Services[i]
		if s.ID == row.ServiceID || s.Own() == row.Own() && post.Names(text, s.Name) {
			lines = append(lines, v.ServiceLine(s, part.Month{}, open))
		}
	}
	slices.SortStableFunc(lines, part.WorstFirst)
	return lines, nil
}

// warn adds what a reader must not miss: overdue promises, doubtful dates, and
// dates declared that are not those written.
func (page *issuePage) warn(v *view, issue tocsin.Issue, row *readmodel.Row, promises []post.Promise) error {
	for _, p := range promises {
		switch {
		case p.State == post.StateOverdue && p.What == post.PromisedUpdate && issue.Course().Ongoing(v.Now):
			page.Notes = append(page.Notes, note{"down", "down", v.Text("note.overdue", "d", v.Length(p.Late)), v.Say("note.overdue.text", row.Source, "time", v.Stamp(p.DueAt.In(v.Zone)))})
		case p.State == post.StatePending && p.What != post.PromisedUpdate:
			page.Notes = append(page.Notes, note{"watch", "watch", v.Text("note.report", "date", v.LongDate(p.DueAt.In(v.Zone))), p.Written})
		}
	}
	dates, err := v.Past().Dates(v.R.Context(), row)
	if err != nil {
		return err
	}
	for _, one := range []struct {
		key              string
		declared, stated time.Time
	}{{"start", dates.DeclaredStart, dates.StatedStart}, {"end", dates.DeclaredEnd, dates.StatedEnd}} {
		if gap := one.stated.Sub(one.declared).Abs(); !one.declared.IsZero() && !one.stated.IsZero() && gap >= datesApart {
			page.Notes = append(page.Notes, note{
				"degraded", "degraded", v.Text("note.dates"),
				v.Text("note.dates."+one.key, "declared", v.Full(one.declared.UTC()), "written", v.Full(one.stated), "d", v.Length(gap)),
			})
		}
	}
	return nil
}

// datesApart is how far declared and stated dates may lie apart without a word
// about it.
const datesApart = 15 * time.Minute

// alsoSeen is how the visitor's other tenants see an issue.
func (v *view) alsoSeen(id string) ([]tenantState, error) {
	var list []tenantState
	if len(v.Tenants) < 2 {
		return nil, nil
	}
	for _, t := range v.Tenants {
		s, err := v.SnapshotOf(t.ID)
		if err != nil {
			return nil, err
		}
		one := tenantState{Name: t.Title(), Absent: true, Unknown: v.In(s).Unsure()}
		if row, ok := s.Issue(id); ok {
			one = tenantState{Look: v.ShortWhen(row.Course(), v.Now), Name: t.Title(), Href: web.AddressOf(v.Code, "/issues/"+web.EscapeID(row.ID), t.Name)}
		}
		list = append(list, one)
	}
	slices.SortStableFunc(list, func(a, b tenantState) int {
		return web.CompareBool(a.Absent, b.Absent)
	})
	return list, nil
}

// compareIssue serves /issues/{id}/compare/{a}/{b}, compareMessage the same of
// messages.
func (p *Pages) compareIssue(v *view) error {
	return v.Compare(tocsin.KindIssue, "issues")
}

// issueFile serves /issues/{id}/files/{file}.
func (p *Pages) issueFile(v *view) error {
	return v.SendFile(tocsin.KindIssue)
}

// roomHref is where an incident about an open issue is run, for whoever may work
// in one.
func (v *view) roomHref(row *readmodel.Row) string {
	if row.Course().Over(v.Now) || !access.VisitorOf(v.R.Context()).May(access.WorkIncidents, v.Snapshot.Tenant.ID) {
		return ""
	}
	return v.Href("/incidents?issue=" + url.QueryEscape(row.ID))
}

// requestHref is where a support request about an open issue of a provider is
// prepared, for whoever may ask the provider.
func (v *view) requestHref(row *readmodel.Row) string {
	if row.Own() || row.Course().Over(v.Now) || !access.VisitorOf(v.R.Context()).May(access.AskProvider, v.Snapshot.Tenant.ID) {
		return ""
	}
	return v.Href("/requests/new?issue=" + url.QueryEscape(row.ID))
}

// help adds what is known to help in an issue of a provider, beside its own
// workaround, which stands in the answer; and why a tenant may not have the issue.
func (page *issuePage) help(v *view, row *readmodel.Row) (err error) {
	if row.Own() {
		return nil
	}
	if page.Known, err = v.Known(row.ServiceID); err != nil {
		return err
	}
	page.Known.More = v.Href("/issues/" + web.EscapeID(row.ID) + "/help")
	if slices.ContainsFunc(page.Seen, func(t tenantState) bool { return t.Absent }) {
		page.Unlisted, err = v.Asked("unlisted", row.ID)
	}
	return err
}
