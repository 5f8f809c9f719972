// Package public is what is shown outside the desk: the pages of a tenant as
// files for any web server ([Pages.Site]), and, in a demonstration, every part
// of the interface in every state.
//
// It may import the shell and the parts, and no other family.
//
// To read on, begin with [Pages.Site].
package public

import (
	"context"
	"embed"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

//go:embed templates locales
var files embed.FS

// model has the texts of issues.
type model interface {
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
}

// Config is what the pages are made of.
type Config struct {
	Parts *part.Parts
	Model model
	Demo  bool // marks what is written as a demonstration, and serves /components
}

// Pages are the pages for those outside.
type Pages struct{ config Config }

// New is the pages of one desk.
func New(c Config) *Pages { return &Pages{c} }

// A view is a request for one of the pages.
type view struct {
	*part.View
	pages *Pages
}

func (p *Pages) view(r *web.Request) *view { return &view{p.config.Parts.View(r), p} }

// Family is the pages with their templates and texts.
func (p *Pages) Family() web.Family {
	f := web.Family{Files: files}
	if p.config.Demo {
		f.Pages = append(f.Pages, web.Page{
			Method: "GET", Path: "/components", Needs: access.ReadHealth, Bare: true,
			Handle: func(r *web.Request) error { return p.components(p.view(r)) },
		})
	}
	return f
}
