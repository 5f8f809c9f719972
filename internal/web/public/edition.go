package public

import (
	"cmp"
	"net/http"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// published finds what is published of the tenant that an address or its query
// names, and hands it to a page. What the visitor may not read is like what is not there.
func (p *Pages) published(r *web.Request, handle func(*view) error) error {
	ctx := r.R.Context()
	version, err := p.config.Press.Version(ctx)
	if err != nil {
		return err
	}
	e, err := p.config.Press.Asked(ctx, access.VisitorOf(ctx), cmp.Or(r.R.PathValue("tenant"), r.R.URL.Query().Get("tenant")))
	if err != nil {
		return err
	}
	if err := r.LookAt(e.Tenant.ID); err != nil {
		return err
	}
	v := p.view(r)
	v.edition, v.version, v.places = e, version, deskPlaces{v.Request, e.Tenant.Name}
	return handle(v)
}

// sameEdition is the ground that nobody has changed what is published.
func (v *view) sameEdition() web.Ground {
	ctx, press, before := v.Connection(), v.pages.config.Press, v.version
	return func() bool {
		now, err := press.Version(ctx)
		return err == nil && now == before
	}
}

// send answers with a page, which others may keep when everybody may read it.
func (v *view) send(page web.Content) {
	header := v.W.Header()
	header.Set("Cache-Control", "private, no-cache")
	if v.edition.Open() {
		header.Set("Cache-Control", "public, no-cache")
	}
	if !v.edition.Indexed {
		header.Set("X-Robots-Tag", "noindex")
	}
	v.Answer(http.StatusOK, page)
}

// A Frame is what surrounds every page. View models begin with one.
type Frame struct {
	Lang, Content string // of the interface, and of what is shown
	Title         string
	Tenant        string // as people write it
	Icon          string
	Sheets        []string // addresses of its style sheets
	Home, Sheet   string   // addresses of the index and of the page about where to turn
	Demo          bool
	File          bool // it is a file, which has no headers
	NoIndex       bool
	Languages     []web.LanguageLink
	Feeds         []feedLink   // for programs that look for them; none in files
	Written       *lang.Moment // when it was written, nil for what does not age
	Stale         string       // that nothing is known since when, "" while all is
	StaleText     string
}

// frame fills in what surrounds a page. at is its address in a language of
// publications.
func (v *view) frame(title string, at func(content string) string) Frame {
	f := Frame{
		Lang: v.Code, Content: v.Content, Title: title, Tenant: v.edition.Tenant.Title(), Sheets: []string{v.places.asset("app.css"), v.places.asset("public.css")}, Icon: v.places.asset("icon.svg"),
		Home: v.places.index(v.Content), Sheet: v.places.sheet(v.Content), Demo: v.pages.config.Demo, NoIndex: !v.edition.Indexed,
	}
	if _, f.File = v.places.(filePlaces); !f.File {
		f.Feeds = v.feedLinks()
	}
	for _, l := range contents() {
		f.Languages = append(f.Languages, web.LanguageLink{Code: l.code, Name: l.name, Title: l.title, Href: at(l.code), Current: l.code == v.Content})
	}
	return f
}

// aged says when the page was written, and what was known then.
func (f *Frame) aged(v *view) {
	f.Written, f.Stale, f.StaleText = v.Moment(v.Now), v.StaleTitle(), v.StaleReason()
}

type contentName struct{ code, name, title string }

// contents are the languages of publications as they call themselves.
func contents() []contentName {
	return []contentName{{"en", "EN", "English"}, {"fr", "FR", "Français"}, {"ja", "日本語", ""}, {"es", "ES", "Español"}, {"de", "DE", "Deutsch"}}
}

// update is an update in a list.
type update struct {
	web.Look
	ID, Href, Title, Services, ClassWords string
	Message, Incident                     bool
	At                                    *lang.Moment
	Time                                  string // of its day
}

func (v *view) update(u publish.Update) update {
	line := update{
		ID: u.ID, Href: v.places.update(v.Content, u.ID, u.N), Title: u.Title, Services: v.Join(u.Services), At: v.Moment(u.At), Time: v.HM(u.At.UTC()),
		Message: u.Kind == tocsin.KindMessage, Incident: u.Class == "incident",
	}
	if line.Message {
		line.ClassWords, line.Look = v.CategoryWord(u.Class), web.Look{Family: "report", Glyph: "report", Words: v.Text("pub.message")}
		return line
	}
	line.ClassWords, line.Look = v.ClassWord(u.Class), v.lookThen(u)
	return line
}

// lookThen is how an issue is shown as an update left it: planned work by how far it
// was then, in the window that holds now.
func (v *view) lookThen(u publish.Update) web.Look {
	then := tocsin.Course{Class: u.Class, Status: u.Status}
	row, ok := v.Snapshot.Issue(u.ID)
	if !ok || !then.Maintenance() {
		return v.LookOf(u.Class, u.Status)
	}
	then.StartAt, then.EndAt = row.StartAt.Time(), row.EndAt.Time()
	return v.LookWhen(then, u.At)
}

// newest is the address of the newest published update of an issue, "" when it
// has none: its class is not published.
func (v *view) newest(id string) string {
	row, ok := v.Snapshot.Issue(id)
	if !ok || !v.edition.Publishes(tocsin.KindIssue, row.Class) {
		return ""
	}
	return v.places.update(v.Content, row.ID, int(row.N))
}
