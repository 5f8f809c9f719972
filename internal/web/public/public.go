// Package public is what is shown outside the desk: the updates that a tenant
// publishes, a page each, with the state of its services ([Pages.Family]), the
// same as files for any web server ([Pages.Site]), and, in a demonstration,
// every part of the interface in every state.
//
// Its pages are the same for everybody who may read them: they know no visitor
// but to ask whether they may, write every time with its date and zone, and
// lead nowhere into the desk.
//
// It may import the shell and the parts, and no other family.
//
// To read on, begin with edition.go.
package public

import (
	"context"
	"embed"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

//go:embed templates locales
var files embed.FS

// model has the texts of issues.
type model interface {
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
}

// translator puts texts into other languages, at once and without asking
// anybody.
type translator interface {
	// RenderAll translates texts that a tenant has seen.
	RenderAll(ctx context.Context, tenantID, language string, texts []string) ([]translate.Translation, error)
}

// Config is what the pages are made of.
type Config struct {
	Parts        *part.Parts
	Model        model
	Press        *publish.Reader // nil where nothing is published
	Translations translator      // nil where nothing is translated
	Progress     progress        // nil where no engine is asked
	Wait         time.Duration   // how long entries of feeds wait for one at most
	Entries      entries         // nil where nobody subscribes to feeds
	Demo         bool            // marks what is written as a demonstration, and serves /components
}

// Pages are the pages for those outside.
type Pages struct {
	config Config
	kept   *cache.Cache[feedKey, feedMoment]
}

// feedBytes bounds the feeds that are kept in one of two generations, with their
// packed forms.
const feedBytes = 16 << 20

// New is the pages of one desk.
func New(c Config) *Pages {
	return &Pages{c, cache.New[feedKey, feedMoment](cache.Bounds{Bytes: feedBytes})}
}

// A view is a request for one of the pages.
type view struct {
	*part.View
	pages   *Pages
	edition publish.Edition
	version uint64 // of all editions, when it was found
	places  places
	private bool         // its address stands for somebody
	around  *surrounding // made before, for files; nil at the desk
}

func (p *Pages) view(r *web.Request) *view { return &view{View: p.config.Parts.View(r), pages: p} }

// otherContents are the languages of publications that the interface does not
// have.
func otherContents() []string { return lang.Publications()[len(lang.Languages()):] }

// Family is the pages with their templates and texts.
func (p *Pages) Family() web.Family {
	f := web.Family{Files: files}
	published := func(path string, handle func(*view) error) {
		f.Pages = append(f.Pages, web.Page{
			Method: "GET", Path: path, Needs: access.Public, Bare: true, Alike: true, Contents: otherContents(),
			Handle: func(r *web.Request) error { return p.published(r, handle) },
		})
	}
	if p.config.Press != nil {
		published("/status/{tenant}", p.index)
		published("/status/{tenant}/help", p.sheet)
		published("/status/{tenant}/embed", p.embed)
		published("/status/{tenant}/{id}/{n}", p.publication)
		published("/status/{tenant}/{id}/{n}/report", p.report)
		answer := f.Pages[len(f.Pages)-1]
		answer.Method = "POST"
		f.Pages = append(f.Pages, answer)
		f.Pages = append(f.Pages, p.feeds()...)
	}
	if p.config.Demo {
		f.Pages = append(f.Pages, web.Page{
			Method: "GET", Path: "/components", Needs: access.ReadHealth, Bare: true,
			Handle: func(r *web.Request) error { return p.components(p.view(r)) },
		})
	}
	return f
}
