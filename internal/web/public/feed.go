package public

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/feed"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// feedEntries is how many updates a feed holds.
const feedEntries = 100

// A feedForm is one of the forms that feeds are read in.
type feedForm struct {
	file, kind string
	write      func(*feed.Feed) ([]byte, error)
}

func feedForms() []feedForm {
	return []feedForm{
		{"feed.xml", feed.RSSType, func(f *feed.Feed) ([]byte, error) { return f.RSS(), nil }},
		{"atom.xml", feed.AtomType, func(f *feed.Feed) ([]byte, error) { return f.Atom(), nil }},
		{"feed.json", feed.JSONType, (*feed.Feed).JSON},
	}
}

// feeds are the addresses of feeds: of a tenant, of the tenant that the query
// names, and those that stand for somebody.
func (p *Pages) feeds() (list []web.Page) {
	for _, form := range feedForms() {
		page := func(path string, handle func(*web.Request) error) {
			list = append(list, web.Page{Method: "GET", Path: path, Needs: access.Public, Bare: true, Alike: true, Handle: func(r *web.Request) error { return r.Plainly(handle(r)) }})
		}
		of := func(r *web.Request) error {
			return p.published(r, func(v *view) error { return v.sendFeed(form) })
		}
		page("/status/{tenant}/"+form.file, of)
		page("/"+form.file, of)
		page("/feeds/{secret}/"+form.file, func(r *web.Request) error { return p.privateFeed(r, form) })
	}
	return list
}

// privateFeed serves /feeds/{secret}/…: all that the person whom the address
// stands for may read of its tenant, whether or not it is published.
func (p *Pages) privateFeed(r *web.Request, form feedForm) error {
	as, err := p.config.Parts.View(r).Private()
	if err != nil {
		return err
	}
	e, err := p.config.Press.Whole(as.R.Context(), as.Snapshot.Tenant.ID)
	if err != nil {
		return err
	}
	published := e.Readership != tocsin.ForNobody
	e.Advisories, e.Messages = true, as.Reads(access.ReadMessages)
	v := &view{View: as, pages: p, edition: e, places: insidePlaces{as.Request}, private: true}
	if published && as.Reads(access.ReadHealth) {
		v.places = deskPlaces{as.Request, e.Tenant.Name}
	}
	return v.sendFeed(form)
}

// insidePlaces are addresses of the pages for those who sign in.
type insidePlaces struct{ *web.Request }

func (i insidePlaces) index(string) string      { return i.Href("/") }
func (i insidePlaces) sheet(string) string      { return i.Href("/") }
func (i insidePlaces) asset(name string) string { return i.Static(name) }

func (i insidePlaces) update(_, id string, _ int) string {
	if _, ok := i.Snapshot.Message(id); ok {
		return i.MessageHref(id)
	}
	return i.IssueHref(id)
}

// feedLink is a feed as a page names it.
type feedLink struct{ Kind, Title, Href string }

// feedLinks are the feeds of the tenant in the language of a page.
func (v *view) feedLinks() (list []feedLink) {
	for _, form := range feedForms() {
		kind, _, _ := strings.Cut(form.kind, ";")
		list = append(list, feedLink{kind, v.Text("pub.feed", "tenant", v.edition.Tenant.Title()), "/status/" + web.EscapeID(v.edition.Tenant.Name) + "/" + form.file + v.feedAsked(feedQuery{language: v.Content})})
	}
	return list
}

// A feedQuery is what a feed is asked to hold.
type feedQuery struct {
	language string
	publish.Query
}

// feedQuery reads what is asked for. Whatever it does not know is refused: a feed
// is never silently wider.
func (v *view) feedQuery() (q feedQuery, err error) {
	values, err := url.ParseQuery(v.R.URL.RawQuery)
	if err != nil {
		return q, tocsin.Invalidf("query", "The query cannot be read.")
	}
	for name, given := range values {
		if !slices.Contains([]string{"tenant", "service", "class", "kind", "lang"}, name) || len(given) > 1 {
			return q, tocsin.Invalidf("query", "A feed knows tenant, service, class, kind and lang, each once.")
		}
	}
	q.Limit, q.language = feedEntries, v.Content
	if code := values.Get("lang"); code != "" {
		q.language = code
	}
	if !lang.Published(q.language) {
		return q, tocsin.Invalidf("lang", "%q is none of %s.", tocsin.Clip(q.language, 20), strings.Join(lang.Publications(), ", "))
	}
	switch q.Kind = tocsin.Kind(values.Get("kind")); q.Kind {
	case "", tocsin.KindIssue, tocsin.KindMessage:
	default:
		return q, tocsin.Invalidf("kind", "%q is none of issue, message.", tocsin.Clip(string(q.Kind), 40))
	}
	if name := values.Get("service"); name != "" {
		s, ok := v.Snapshot.ServiceNamed(name)
		if !ok {
			return q, tocsin.Invalidf("service", "There is no service %q.", tocsin.Clip(name, 80))
		}
		q.Service = s.Name
	}
	if q.Class = values.Get("class"); q.Class != "" && !slices.Contains(feedClasses(), q.Class) {
		return q, tocsin.Invalidf("class", "%q is none of %s.", tocsin.Clip(q.Class, 40), strings.Join(feedClasses(), ", "))
	}
	if v.private && !v.Reads(access.ReadHealth) { // who reads messages alone
		if q.Kind == tocsin.KindIssue {
			return q, web.NothingHere()
		}
		q.Kind = tocsin.KindMessage
	}
	return q, nil
}

// feedClasses are classifications of issues and categories of messages.
func feedClasses() []string {
	return []string{"incident", "advisory", tocsin.ClassMaintenance, "planForChange", "stayInformed", "preventOrFixIssue"}
}

// feedKey is all that a feed depends on.
type feedKey struct {
	tenant, name, base, form string
	query                    feedQuery
	seq                      int64     // of the newest change of the tenant
	chosen                   time.Time // when it was chosen what is published
	private, inside          bool
	person                   string // whose addresses stand in it
}

// feedMoment is when a kept feed changed last.
type feedMoment struct {
	web.Content
	at      time.Time
	waiting bool // it leaves out what waits for its translation
}

// sendFeed serves a feed. Its address never leads to another one.
func (v *view) sendFeed(form feedForm) error {
	q, err := v.feedQuery()
	if err != nil {
		return err
	}
	made, err := v.keptFeed(form, q)
	if err != nil {
		return err
	}
	header := v.W.Header()
	switch {
	case v.private:
	case v.edition.Open():
		header.Set("Cache-Control", "public, max-age=300")
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	default:
		header.Set("Cache-Control", "private, max-age=300")
	}
	if !v.edition.Indexed && !v.private {
		header.Set("X-Robots-Tag", "noindex")
	}
	header.Set("Content-Language", q.language)
	settled := v.Now.Sub(made.at) > time.Second // what came in this second may not be all of it
	if settled && !made.waiting && !v.private {
		v.Lasts(v.sameEdition())
	}
	if at := made.at; !at.IsZero() && settled {
		header.Set("Last-Modified", at.UTC().Format(http.TimeFormat))
		if since, err := http.ParseTime(v.R.Header.Get("If-Modified-Since")); err == nil && v.R.Header.Get("If-None-Match") == "" && !at.Truncate(time.Second).After(since) {
			v.W.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	v.Send(http.StatusOK, made.Content)
	return nil
}

// keptFeed returns a feed as it was made before, or makes it. One that leaves out
// what still waits is made each time.
func (v *view) keptFeed(form feedForm, q feedQuery) (feedMoment, error) {
	_, inside := v.places.(insidePlaces)
	key := feedKey{
		v.edition.Tenant.ID, v.edition.Tenant.Name + "\n" + v.edition.Tenant.Title(), v.base(), form.file, q, v.Snapshot.Seq, v.edition.ChangedAt, v.private, inside, "",
	}
	if v.private {
		key.person = access.VisitorOf(v.R.Context()).User.ID
	}
	if made, ok := v.pages.kept.Get(key); ok {
		return made, nil
	}
	f, at, waiting, err := v.writeFeed(form, q)
	if err != nil {
		return feedMoment{}, err
	}
	body, err := form.write(f)
	if err != nil {
		return feedMoment{}, err
	}
	made := feedMoment{v.Packed(form.kind, body), at, waiting}
	if !waiting {
		v.pages.kept.Put(key, made, 2*len(body))
	}
	return made, nil
}

// base is the address of the desk that was asked.
func (v *view) base() string {
	if base := v.Address(); base != "" {
		return base
	}
	return "http://" + v.R.Host
}

// writeFeed makes a feed, and says when it changed last and whether entries that
// still wait for their translation were left out.
func (v *view) writeFeed(form feedForm, q feedQuery) (f *feed.Feed, at time.Time, waiting bool, err error) {
	w := *v
	w.View = v.pages.config.Parts.View(v.Speaking(q.language))
	title := w.Text("pub.feed", "tenant", w.edition.Tenant.Title())
	if q.Service != "" {
		title += " | " + q.Service
	}
	f = &feed.Feed{
		ID: "urn:tocsin:" + w.edition.Tenant.ID, Title: title, Language: q.language, Author: w.edition.Tenant.Title(), Home: w.base() + w.places.index(q.language),
	}
	if !w.private { // the address of a private one is a secret
		f.Self = w.base() + "/status/" + web.EscapeID(w.edition.Tenant.Name) + "/" + form.file + w.feedAsked(q)
	}
	updates, err := w.feedUpdates(q)
	if err != nil {
		return nil, at, false, err
	}
	entries, waiting, err := w.feedEntries(updates)
	if err != nil {
		return nil, at, false, err
	}
	for _, u := range updates {
		if u.SeenAt.After(at) {
			at = u.SeenAt
		}
	}
	if wait := w.wait(); wait > 0 && q.language != lang.Publications()[0] { // an older one may have been told after it
		if at = at.Add(wait); at.After(w.Now) {
			at = w.Now
		}
	}
	f.Entries = entries
	return f, at, waiting, nil
}

// feedAsked is the query that a feed was asked with, in one spelling.
func (v *view) feedAsked(q feedQuery) string {
	values := url.Values{}
	for name, value := range map[string]string{"service": q.Service, "class": q.Class, "kind": string(q.Kind), "lang": q.language} {
		if value != "" && !(name == "lang" && value == lang.Publications()[0]) {
			values.Set(name, value)
		}
	}
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
}

// feedPages bounds how often updates are asked for, since a page of them can
// hold few that are wanted.
const feedPages = 8

func (v *view) feedUpdates(q feedQuery) (list []publish.Update, err error) {
	ask := q.Query
	for range feedPages {
		page, next, err := v.pages.config.Press.Updates(v.R.Context(), v.edition, ask)
		if err != nil {
			return nil, err
		}
		if list = append(list, page...); next == "" || len(list) >= feedEntries {
			break
		}
		ask.After = next
	}
	return list[:min(len(list), feedEntries)], nil
}
