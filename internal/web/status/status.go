// Package status is the pages about the health of services: the overview and
// the wall, issues and services, the days gone by, what changed, the search,
// and tenants side by side.
//
// A page is one file: its view model, and the method of [Pages] that fills it
// and serves it. The package asks internal/health for every judgement, by the
// parts; it may import the shell, the parts and what pages are made of, and no
// other family.
//
// To read on, begin with [Pages.Family] and overview.go.
package status

import (
	"context"
	"embed"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

//go:embed templates locales
var files embed.FS

// model has the texts of issues and messages.
type model interface {
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
	Message(ctx context.Context, row *readmodel.Row) (tocsin.Message, error)
}

// storage is the part of the store that these pages need beside the read side.
type storage interface {
	LatestEvents(ctx context.Context, tenantID string, q archive.LatestQuery) ([]archive.Told, error)
	Versions(ctx context.Context, tenantID string, ref tocsin.Ref) ([]tocsin.Version, error)
	BodyUpTo(ctx context.Context, tenantID string, ref tocsin.Ref, n int) ([]byte, error)
	Search(ctx context.Context, tenantID string, q archive.SearchQuery) ([]archive.Item, error)
}

// Config is what the pages are made of.
type Config struct {
	Parts   *part.Parts
	Model   model
	Archive storage
	Duty    duty
	// Requests has what became of support requests.
	Requests requests
	// Rooms has the incidents that the desk handles.
	Rooms rooms
}

// Pages are the pages about the health of services.
type Pages struct {
	config Config
	told   *cache.Cache[toldKey, tocsin.Event]
}

// New is the pages of one desk.
func New(c Config) *Pages {
	return &Pages{c, cache.New[toldKey, tocsin.Event](cache.Bounds{Entries: maxTold})}
}

// A view is a request for one of the pages.
type view struct {
	*part.View
	pages *Pages
}

func (p *Pages) view(r *web.Request) *view { return &view{p.config.Parts.View(r), p} }

// in is the same view of another tenant.
func (v *view) in(s *readmodel.Snapshot) *view { return v.pages.view(v.In(s)) }

// Family is the pages with their templates, texts and links.
func (p *Pages) Family() web.Family {
	page := func(method, path string, handle func(*view) error) web.Page {
		return web.Page{Method: method, Path: path, Needs: access.ReadHealth, Handle: func(r *web.Request) error { return handle(p.view(r)) }}
	}
	return web.Family{Files: files, Pages: []web.Page{
		page("GET", "/{$}", p.overview),
		page("GET", "/issues", p.issues),
		page("GET", "/issues.csv", p.issuesCSV),
		page("GET", "/issues/{id}", p.issue),
		{Method: "POST", Path: "/issues/{id}/acknowledge", Needs: access.Triage, Handle: func(r *web.Request) error { return p.acknowledge(p.view(r)) }},
		page("GET", "/issues/{id}/compare/{a}/{b}", p.compareIssue),
		page("GET", "/issues/{id}/files/{file}", p.issueFile),
		page("GET", "/services", p.services),
		page("GET", "/services/{id}", p.service),
		page("GET", "/history", p.pastYear),
		page("GET", "/history.csv", p.historyCSV),
		page("GET", "/search", p.search),
		page("GET", "/tenants", p.allTenants),
		page("GET", "/wall", p.wall),
		page("GET", "/changes", p.changes),
		page("POST", "/seen", p.seen),
	}, Links: []web.Link{
		{Place: 10, Group: "watch", Path: "/", Icon: "overview", Text: "nav.overview", Short: "tab.overview", Key: "o"},
		{Place: 20, Group: "watch", Path: "/issues", Icon: "incident", Text: "menu.issues", Short: "tab.issues", Key: "i", Count: openIssues},
		{Place: 40, Group: "watch", Path: "/services", Icon: "map", Text: "nav.services", Short: "tab.services", Key: "v"},
		{Place: 50, Group: "watch", Path: "/history", Icon: "history", Text: "nav.history", Short: "tab.history", Key: "h"},
		{Place: 60, Group: "watch", Path: "/tenants", Icon: "people", Text: "nav.tenants", Short: "tab.tenants", Key: "a", Shown: severalTenants},
		{Place: 70, Group: "watch", Path: "/wall", Icon: "eye", Text: "nav.wall", Short: "tab.wall", Key: "w"},
	}}
}
