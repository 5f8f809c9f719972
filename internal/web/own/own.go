// Package own is the pages on which a team writes what it has to say itself: its
// own services, issues about them and planned work, each with a preview of what
// readers will see.
//
// Everything is written by internal/author, which checks it; the pages turn a
// form into a draft, and what was refused into words at its field. The package
// may import the shell, the parts and what the pages change, and no other
// family.
//
// To read on, begin with [Pages.Family] and form.go.
package own

import (
	"context"
	"embed"
	"html/template"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

//go:embed templates locales
var files embed.FS

// issueWriter writes issues and planned work.
type issueWriter interface {
	OpenIssue(ctx context.Context, act author.Act, in author.IssueDraft) (archive.Authored, error)
	PlanMaintenance(ctx context.Context, act author.Act, in author.MaintenanceDraft) (archive.Authored, error)
	PostToIssue(ctx context.Context, act author.Act, id string, in author.PostDraft) (archive.Authored, error)
	ChangeIssue(ctx context.Context, act author.Act, id string, in author.IssueChange) (archive.Authored, error)
}

// writer writes services as well.
type writer interface {
	issueWriter
	AddService(ctx context.Context, act author.Act, in author.ServiceDraft) (archive.Authored, error)
	ChangeService(ctx context.Context, act author.Act, id string, in author.ServiceChange) (archive.Authored, error)
}

// storage is the part of the store that has what was written.
type storage interface {
	Items(ctx context.Context, tenantID string, q archive.ItemsQuery) (list []archive.Item, next string, err error)
	Held(ctx context.Context, tenantID string, ref tocsin.Ref, n int) (tocsin.Held, error)
	Versions(ctx context.Context, tenantID string, ref tocsin.Ref) ([]tocsin.Version, error)
}

// feeds make entries of feeds.
type feeds interface {
	Draft(r *web.Request, before, after []byte) (title string, html template.HTML, err error)
}

// Config is what the pages are made of, and what they change.
type Config struct {
	Parts   *part.Parts
	Author  writer
	Archive storage
	Feeds   feeds // shows drafts as entries
}

// Pages are the pages for those who write.
type Pages struct{ config Config }

// New is the pages of one desk.
func New(c Config) *Pages { return &Pages{c} }

// A view is a request for one of the pages.
type view struct {
	*part.View
	pages *Pages
}

// Family is the pages with their templates, texts and links.
func (p *Pages) Family() web.Family {
	page := func(method, path string, handle func(*view) error) web.Page {
		return web.Page{Method: method, Path: path, Needs: access.AuthorServices, Handle: func(r *web.Request) error {
			r.W.Header().Set("Cache-Control", "no-store")
			return handle(&view{p.config.Parts.View(r), p})
		}}
	}
	form := func(path string, form func(*view) (*sheet, error)) []web.Page {
		return []web.Page{
			page("GET", path, func(v *view) error { return v.open(form) }),
			page("POST", path, func(v *view) error { return v.send(form) }),
		}
	}
	f := web.Family{Files: files, Pages: []web.Page{page("GET", "/own", p.list)}, Links: []web.Link{
		{Place: 80, Group: "act", Path: "/own", Icon: "flag", Text: "nav.own", Key: "n"},
	}}
	for _, one := range []struct {
		path string
		form func(*view) (*sheet, error)
	}{
		{"/own/services/new", (*view).newService},
		{"/own/services/{id}", (*view).changeService},
		{"/own/issues/new", (*view).newIssue},
		{"/own/work/new", (*view).newWork},
		{"/own/issues/{id}", (*view).update},
		{"/own/issues/{id}/edit", (*view).edit},
	} {
		f.Pages = append(f.Pages, form(one.path, one.form)...)
	}
	return f
}
