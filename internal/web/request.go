package web

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // readers choose zones; a container may know none

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// A Request is one request for a page: who asks, how they read, and about which
// tenant. Families embed it in a view of their own.
type Request struct {
	Locale
	pages      *Pages
	W          http.ResponseWriter
	R          *http.Request
	Path       string      // of the page, escaped and without the prefix of a language
	Theme      string      // light, dark, or "" to follow the system
	visibility *visibility // nil for strangers
	Tenants    []tocsin.Tenant
	Snapshot   *readmodel.Snapshot // of the tenant that is looked at; nil without tenants
	mark       readingMark         // of a person
	Content    string              // language of what is shown, where it can be another one than that of the interface
	alike      bool                // the same for everybody
	family     int                 // of the page
	lasting    lasting             // what the answer depends on
}

// request reads how somebody wants to see pages, and the tenant they ask for.
func (p *Pages) request(w http.ResponseWriter, r *http.Request, code string) (*Request, error) {
	v := p.stranger(w, r, code)
	var err error
	if v.visibility, err = p.visible(r); err != nil || len(v.visibility.tenants) == 0 {
		return v, err
	}
	v.Tenants = v.visibility.tenants
	tenant, err := pick(v.Tenants, r.URL.Query().Get("tenant"))
	if err != nil {
		return v, err
	}
	if v.Snapshot, err = p.snapshot(r.Context(), tenant.ID); err != nil {
		return v, err
	}
	return v, v.readMark()
}

// snapshot is what the visitor of a request may know of a tenant: it has
// messages about data privacy for those only who may read them. It is the one
// place that decides this.
func (p *Pages) snapshot(ctx context.Context, tenantID string) (*readmodel.Snapshot, error) {
	s, err := p.config.Model.Snapshot(ctx, tenantID)
	if err == nil && access.VisitorOf(ctx).May(access.ReadPrivacy, tenantID) {
		s = s.Whole()
	}
	return s, err
}

// SnapshotOf returns what the visitor may know of another tenant that they may
// see.
func (v *Request) SnapshotOf(tenantID string) (*readmodel.Snapshot, error) {
	return v.pages.snapshot(v.R.Context(), tenantID)
}

// As returns the same request sent by another visitor about one of their tenants,
// with a permission that they must hold there: for addresses that stand for
// somebody. It knows nothing of messages about data privacy, whoever they are. It
// fails with [tocsin.ErrNotFound] where they do not see the tenant.
func (v *Request) As(visitor access.Visitor, needs access.Permission, tenantID string) (*Request, error) {
	other := *v
	visitor.Needs = needs
	other.R = v.R.WithContext(access.WithVisitor(v.R.Context(), visitor, ""))
	var err error
	if other.visibility, err = v.pages.visible(other.R); err != nil {
		return nil, err
	}
	other.Tenants = other.visibility.tenants
	if !slices.ContainsFunc(other.Tenants, func(t tocsin.Tenant) bool { return t.ID == tenantID }) {
		return nil, NothingHere()
	}
	other.Snapshot, err = v.pages.config.Model.Snapshot(other.R.Context(), tenantID)
	return &other, err
}

// Plainly explains what is wrong with a request as text, for programs that read
// no page, and returns what is wrong with the desk.
func (v *Request) Plainly(err error) error {
	if err == nil || httpserver.StatusOf(err) >= http.StatusInternalServerError {
		return err
	}
	httpserver.Explain(v.W, v.R, err)
	return nil
}

// In returns the same request about another tenant, whose snapshot is s.
func (v *Request) In(s *readmodel.Snapshot) *Request {
	other := *v
	other.Snapshot = s
	return &other
}

// stranger is a request that knows no tenant.
func (p *Pages) stranger(w http.ResponseWriter, r *http.Request, code string) *Request {
	_, path := languageOf(r.URL.EscapedPath())
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		path = p.pageOf(path)
	}
	return &Request{
		Locale: p.reader(code, p.zoneOf(r)),
		pages:  p, W: w, R: r, Path: path, Theme: themeOf(r), lasting: lastingOf(r),
	}
}

// Reading returns a request by nobody, for what is written to be shown
// elsewhere: its times are absolute. It knows of the tenant what strangers may.
func (p *Pages) Reading(ctx context.Context, code, tenantID string) (*Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	if err != nil {
		return nil, err
	}
	v := p.stranger(nil, r, code)
	v.Content, v.Absolute, v.alike = code, true, true
	v.Snapshot, err = p.config.Model.Snapshot(ctx, tenantID)
	return v, err
}

// pageOf is the page that a form sent to path stands on: the nearest address
// above it that can be asked for, so that links of the answer lead back there.
func (p *Pages) pageOf(path string) string {
	for ; len(path) > 1; path = path[:max(1, strings.LastIndexByte(path, '/'))] {
		asked := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}}
		if _, pattern := p.readable.Handler(asked); pattern != "" {
			return path
		}
	}
	return "/"
}

// reader is somebody who reads in a language and a zone, now.
func (p *Pages) reader(code string, zone *time.Location) Locale {
	l := p.locales[code]
	l.Zone, l.Now = zone, p.config.Now()
	return l
}

// InLanguage returns how the same visitor would read in one of the languages of
// the pages.
func (v *Request) InLanguage(code string) Locale {
	l := v.pages.locales[code]
	l.Zone, l.Now = v.Zone, v.Now
	return l
}

// Reads reports whether the visitor holds a permission in the tenant that they
// look at, for parts of a page that need another one than the page.
func (v *Request) Reads(p access.Permission) bool {
	return access.VisitorOf(v.R.Context()).May(p, v.Snapshot.Tenant.ID)
}

// pick is the tenant that a visitor asks for, among those they may see; the
// first one by default.
func pick(tenants []tocsin.Tenant, name string) (tocsin.Tenant, error) {
	if name == "" {
		return tenants[0], nil
	}
	for _, t := range tenants {
		if t.Name == strings.ToLower(name) || t.ID == strings.ToLower(name) {
			return t, nil
		}
	}
	return tocsin.Tenant{}, tocsin.NotFoundf("There is no tenant of that name.")
}

// Static returns the address of a file that pages use, such as app.css.
func (v *Request) Static(name string) string { return v.pages.static.names[name] }

// Render makes a page and sends it.
func (v *Request) Render(status int, name string, model any) error {
	body, err := v.Execute(name, model)
	if err != nil {
		return err
	}
	v.Answer(status, Content{Kind: pageKind, Body: body})
	return nil
}

// Execute makes a page.
func (v *Request) Execute(name string, model any) ([]byte, error) {
	var body bytes.Buffer
	if err := v.pages.templates[v.Code].ExecuteTemplate(&body, name, model); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return v.pages.sprite.insert(body.Bytes()), nil
}

// Partial makes a part of a page.
func (v *Request) Partial(name string, model any) (template.HTML, error) {
	var body strings.Builder
	if err := v.pages.templates[v.Code].ExecuteTemplate(&body, name, model); err != nil {
		return "", fmt.Errorf("render %s: %w", name, err)
	}
	return template.HTML(body.String()), nil //nolint:gosec // the template has escaped it
}

// pageKind is the type of pages.
const pageKind = "text/html; charset=utf-8"

// Answer sends a page.
func (v *Request) Answer(status int, page Content) {
	header := v.W.Header()
	header.Set("Content-Language", v.Code)
	if v.Content != "" && v.Content != v.Code {
		header.Set("Content-Language", v.Content+", "+v.Code)
	}
	if header.Get("Cache-Control") == "" { // a page with secrets has said no-store
		header.Set("Cache-Control", "private, no-cache")
	}
	v.Send(status, page)
}

// Send sends a whole answer, packed for those who take that.
func (v *Request) Send(status int, c Content) {
	send(v.W, v.R, status, c, v.pages.cache.packer, v.lasting.again())
}

// Cookies of readers. They say how somebody reads, and nothing that matters to
// anybody else.
const (
	ThemeCookie = "theme"
	ZoneCookie  = "zone"
	KeysCookie  = "shortcuts" // "off" for a script without shortcuts of one key
	CookieLife  = 365 * 24 * time.Hour
)

func themeOf(r *http.Request) string {
	cookie, err := r.Cookie(ThemeCookie)
	if err != nil || cookie.Value != "dark" && cookie.Value != "light" {
		return ""
	}
	return cookie.Value
}

// zoneOf is the zone of a reader: the one that they chose for every browser, or
// the one of this browser, which the script takes from it unless they chose one.
func (p *Pages) zoneOf(r *http.Request) *time.Location {
	if zone, ok := p.zones.named(access.VisitorOf(r.Context()).User.Reading.Zone); ok {
		return zone
	}
	cookie, err := r.Cookie(ZoneCookie)
	if err != nil {
		return p.config.Zone
	}
	name, err := url.QueryUnescape(cookie.Value)
	if err != nil {
		return p.config.Zone
	}
	if zone, ok := p.zones.named(name); ok {
		return zone
	}
	return p.config.Zone
}

// zones are those that readers chose: reading one from the time zone database
// costs more than a page that is kept.
type zones struct {
	mu    sync.Mutex
	known map[string]*time.Location
}

// maxZones is more than the database has; some names have several spellings.
const maxZones = 1000

// named finds a zone by its name in the time zone database. Names that lead out
// of it are none.
func (z *zones) named(name string) (*time.Location, bool) {
	if name == "" || name == "Local" || len(name) > 64 || strings.Contains(name, "..") {
		return nil, false
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if zone, ok := z.known[name]; ok {
		return zone, true
	}
	zone, err := time.LoadLocation(name)
	if err == nil && len(z.known) < maxZones {
		z.known[name] = zone
	}
	return zone, err == nil
}

// KnowsZone reports whether a reader can choose a zone.
func (v *Request) KnowsZone(name string) bool {
	_, ok := v.pages.zones.named(name)
	return ok
}

// SetCookie lets the browser keep how its reader wants to read; a negative life
// takes it away.
func (v *Request) SetCookie(name, value string, life time.Duration) {
	http.SetCookie(v.W, &http.Cookie{
		Name: name, Value: url.QueryEscape(value), Path: "/", MaxAge: int(life / time.Second),
		SameSite: http.SameSiteLaxMode, Secure: v.R.TLS != nil,
	})
}

// Redirect sends a browser on after a form, to a page of ours.
func (v *Request) Redirect(path string) error {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		path = "/"
	}
	v.W.Header().Set("Location", path)
	v.W.WriteHeader(http.StatusSeeOther)
	return nil
}
