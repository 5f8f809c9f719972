// Package dependency is the pages about what the services of a tenant carry: the map
// of services, critical uses and processes of the business, now, whole and for a
// failure that is only thought of; its parts as forms, its files, and a continuity
// sheet for each service.
//
// What a failure hits is worked out by internal/business, how services are is judged
// by internal/health: the pages draw and word both. The package may import the shell
// and no other family. To read on, begin with [Pages.Family] and page.go.
package dependency

import (
	"context"
	"embed"
	"net/http"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

//go:embed templates locales
var files embed.FS

// model has the texts of issues.
type model interface {
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
}

// store is the part of the store that has maps.
type store interface {
	BusinessMap(ctx context.Context, tenantID string) (tocsin.BusinessMap, error)
	BusinessMaps(ctx context.Context, tenantID string, limit int) ([]tocsin.BusinessMap, error)
	PutBusinessMap(ctx context.Context, m tocsin.BusinessMap, was int64, now time.Time) (tocsin.BusinessMap, error)
}

// people is the part of the store that has whom maps name.
type people interface {
	Teams(ctx context.Context) ([]tocsin.Team, error)
	Sites(ctx context.Context) ([]tocsin.Site, error)
}

// Config is what the pages are made of.
type Config struct {
	Model  model
	Maps   store
	People people
}

// Pages are the pages of one desk.
type Pages struct{ config Config }

// New returns the pages of one desk.
func New(c Config) *Pages { return &Pages{c} }

// A view is a request for one of the pages, with the map of its tenant.
type view struct {
	*web.Request
	pages *Pages
	have  tocsin.BusinessMap
	names *business.Directory
	state *health.Report
}

// Family is the pages with their templates, texts and links.
func (p *Pages) Family() web.Family {
	page := func(method, path string, needs access.Permission, handle func(*view) error) web.Page {
		return web.Page{Method: method, Path: path, Needs: needs, MaxBody: 3 * business.MaxFile, Handle: func(r *web.Request) error {
			r.W.Header().Set("Cache-Control", "no-store")
			v := &view{Request: r, pages: p}
			if err := v.read(); err != nil {
				return err
			}
			return handle(v)
		}}
	}
	return web.Family{Files: files, Sheet: "work.css", Pages: []web.Page{
		page(http.MethodGet, "/map", access.ReadMap, (*view).show),
		page(http.MethodGet, "/map/edit", access.AuthorServices, (*view).edit),
		page(http.MethodPost, "/map/edit", access.AuthorServices, (*view).save),
		page(http.MethodGet, "/map/import", access.AuthorServices, (*view).upload),
		page(http.MethodPost, "/map/import", access.AuthorServices, (*view).take),
		page(http.MethodGet, "/map/file", access.ReadMap, (*view).file),
		page(http.MethodGet, "/map/sheets/{service}", access.ReadMap, (*view).sheet),
	}, Links: []web.Link{{Place: 85, Group: "prepare", Path: "/map", Icon: "map", Text: "nav.map"}}}
}

// read reads the map of the tenant, the names that it uses, and how services are.
func (v *view) read() (err error) {
	ctx := v.R.Context()
	if v.state, err = health.Judge(ctx, v.pages.config.Model, v.Snapshot, v.Now); err != nil {
		return err
	}
	services := make([]tocsin.Named, len(v.state.Services))
	for i := range v.state.Services {
		services[i] = tocsin.Named{ID: v.state.Services[i].ID, Name: v.state.Services[i].Name}
	}
	library := business.Library{Maps: v.pages.config.Maps, People: v.pages.config.People}
	v.have, v.names, err = library.Of(ctx, v.Snapshot.Tenant.ID, services)
	return err
}

// severity is how a service is now; of one that is not there nobody knows.
func (v *view) severity(id string) tocsin.Severity {
	if s, ok := v.state.Find(id); ok {
		return s.Severity
	}
	return tocsin.SeverityUnknown
}

// mayWrite reports whether the visitor may change the map.
func (v *view) mayWrite() bool {
	return access.VisitorOf(v.R.Context()).May(access.AuthorServices, v.Snapshot.Tenant.ID)
}
