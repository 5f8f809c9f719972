package web

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // readers choose zones; a container may know none

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// A visit is one request for a page: who asks, how they read, and about which
// tenant.
type visit struct {
	clock
	pages    *Pages
	w        http.ResponseWriter
	r        *http.Request
	path     string // of the page, escaped and without the prefix of a language
	theme    string // light, dark, or "" to follow the system
	sight    *sight // nil for strangers
	tenants  []tocsin.Tenant
	snapshot *readmodel.Snapshot // of the tenant that is looked at; nil without tenants
}

// visit reads how somebody wants to see pages, and the tenant they ask for.
func (p *Pages) visit(w http.ResponseWriter, r *http.Request, code string) (*visit, error) {
	v := p.stranger(w, r, code)
	var err error
	if v.sight, err = p.visible(r); err != nil || len(v.sight.tenants) == 0 {
		return v, err
	}
	v.tenants = v.sight.tenants
	tenant, err := pick(v.tenants, r.URL.Query().Get("tenant"))
	if err != nil {
		return v, err
	}
	v.snapshot, err = p.snapshot(r.Context(), tenant.ID)
	return v, err
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

// snapshotOf is what the visitor may know of another tenant that they may see.
func (v *visit) snapshotOf(tenantID string) (*readmodel.Snapshot, error) {
	return v.pages.snapshot(v.r.Context(), tenantID)
}

// in is the same visit to another tenant.
func (v *visit) in(s *readmodel.Snapshot) *visit {
	other := *v
	other.snapshot = s
	return &other
}

// stranger is a visit that knows no tenant.
func (p *Pages) stranger(w http.ResponseWriter, r *http.Request, code string) *visit {
	_, path := languageOf(r.URL.EscapedPath())
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		path = p.pageOf(path)
	}
	return &visit{
		clock: clock{p.locales[code], p.zoneOf(r), p.config.Now()},
		pages: p, w: w, r: r, path: path, theme: themeOf(r),
	}
}

// reading is a visit by nobody, for what is written to be shown elsewhere. It
// knows of the tenant what strangers may.
func (p *Pages) reading(r *http.Request, code, tenantID string) (*visit, error) {
	v := p.stranger(nil, r, code)
	var err error
	v.snapshot, err = p.config.Model.Snapshot(r.Context(), tenantID)
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

// inLanguage is one of the languages of the pages, nil for any other.
func (v *visit) inLanguage(code string) *locale { return v.pages.locales[code] }

// reads reports whether the visitor holds a permission in the tenant that they
// look at, for parts of a page that need another one than the page.
func (v *visit) reads(p access.Permission) bool {
	return access.VisitorOf(v.r.Context()).May(p, v.snapshot.Tenant.ID)
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

// static is the address of a file that pages use, such as app.css.
func (v *visit) static(name string) string { return v.pages.static.names[name] }

// render makes a page and sends it.
func (v *visit) render(status int, name string, model any) error {
	body, err := v.execute(name, model)
	if err != nil {
		return err
	}
	v.answer(status, content{kind: pageKind, body: body})
	return nil
}

// execute makes a page.
func (v *visit) execute(name string, model any) ([]byte, error) {
	var body bytes.Buffer
	if err := v.pages.templates[v.code].ExecuteTemplate(&body, name, model); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return v.pages.sprite.insert(body.Bytes()), nil
}

// partial makes a part of a page.
func (v *visit) partial(name string, model any) (template.HTML, error) {
	var body strings.Builder
	if err := v.pages.templates[v.code].ExecuteTemplate(&body, name, model); err != nil {
		return "", fmt.Errorf("render %s: %w", name, err)
	}
	return template.HTML(body.String()), nil //nolint:gosec // the template has escaped it
}

// pageKind is the type of pages.
const pageKind = "text/html; charset=utf-8"

// answer sends a page.
func (v *visit) answer(status int, page content) {
	header := v.w.Header()
	header.Set("Content-Language", v.code)
	if header.Get("Cache-Control") == "" { // a page with secrets has said no-store
		header.Set("Cache-Control", "private, no-cache")
	}
	v.send(status, page)
}

// send sends a whole answer, packed for those who take that.
func (v *visit) send(status int, c content) { send(v.w, v.r, status, c) }

// Cookies of readers. They say how somebody reads, and nothing that matters to
// anybody else.
const (
	themeCookie = "theme"
	zoneCookie  = "zone"
	keysCookie  = "shortcuts" // "off" for a script without shortcuts of one key
	cookieLife  = 365 * 24 * time.Hour
)

func themeOf(r *http.Request) string {
	cookie, err := r.Cookie(themeCookie)
	if err != nil || cookie.Value != "dark" && cookie.Value != "light" {
		return ""
	}
	return cookie.Value
}

// zoneOf is the zone of a reader, which the script takes from the browser
// unless they chose one.
func (p *Pages) zoneOf(r *http.Request) *time.Location {
	cookie, err := r.Cookie(zoneCookie)
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

// knowsZone reports whether a reader can choose a zone.
func (v *visit) knowsZone(name string) bool {
	_, ok := v.pages.zones.named(name)
	return ok
}

func (v *visit) setCookie(name, value string, life time.Duration) {
	http.SetCookie(v.w, &http.Cookie{
		Name: name, Value: url.QueryEscape(value), Path: "/", MaxAge: int(life / time.Second),
		SameSite: http.SameSiteLaxMode, Secure: v.r.TLS != nil,
	})
}

// redirect sends a browser on after a form, to a page of ours.
func (v *visit) redirect(path string) error {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		path = "/"
	}
	v.w.Header().Set("Location", path)
	v.w.WriteHeader(http.StatusSeeOther)
	return nil
}
