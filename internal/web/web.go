// Package web is the shell of the pages for people: what every page needs and
// none is. It reads who asks and how they read (request.go), surrounds pages
// with the side panel and the banners (frame.go), has the languages (locale.go,
// locales/), forms, lists and tables, keeps whole pages for a
// second (cache.go), serves the files beside them (static.go) and explains
// errors. Pages are made on the server, complete without JavaScript, in memory
// before the first byte is sent.
//
// The pages stand in the packages below, a [Family] each, with their templates,
// texts and tests beside them; part has what several of them show. The shell
// imports none of them: internal/app hands them to [New].
//
// Pages never say that a service works when nobody has looked: while a source
// is stale, what was healthy is shown as unknown since then.
//
// To read on, begin with [Family] and [Request].
package web

import (
	"context"
	"embed"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

//go:embed templates static locales
var files embed.FS

// model is the read side that pages are made of.
type model interface {
	Snapshot(ctx context.Context, tenantID string) (*readmodel.Snapshot, error)
}

// archive is the part of the store that says which tenants there are.
type archive interface {
	Tenants(ctx context.Context) ([]tocsin.Tenant, error)
	TenantEdits() uint64 // a number that is another one after each change of a tenant
}

// door tells who sends a request.
type door interface {
	Admit(r *http.Request, needs access.Permission) (*http.Request, error)
}

// readers is the part of the store that keeps what persons have seen and follow.
type readers interface {
	ReadingMark(ctx context.Context, tenantID, userID string) (time.Time, error)
	MoveReadingMark(ctx context.Context, tenantID, userID string, to time.Time) error
	FollowedServices(ctx context.Context, tenantID, userID string) ([]string, error)
}

// Config is what the shell is made of.
type Config struct {
	Model   model
	Archive archive
	Streams streams // nil where pages do not listen
	// Door lets people in. Without one there are no accounts, and pages are for
	// whoever the server's gate admits.
	Door door
	// Readers keep what persons have seen and follow; nil where browsers do.
	Readers readers
	// Silences are told on every page while they hold; nil where there are none.
	Silences silences
	Base     string   // address of the desk, for what is read elsewhere; may be empty
	Names    []string // its other addresses
	Now      func() time.Time
	Zone     *time.Location // of readers who have chosen none; UTC when nil
	Demo     bool           // marks every page as a demonstration
}

// Pages serves people.
type Pages struct {
	config Config
	names  tocsin.Names
	*words
	cache        pageCache
	kept         *cache.Cache[any, Content]
	visibilities visibilities
	moves        atomic.Uint64 // of reading marks by this process
	zones        zones
	silenced     silenced
	pages        []Page
	links        []Link                       // in the order of the side panel
	sheets       []string                     // the style sheet of each family, "" for those without
	needs        map[string]access.Permission // of a page that can be read, by its path
	readable     *http.ServeMux               // knows the addresses of pages in no language
}

// New reads templates, texts and files of the shell and of the families. It
// fails when one of them is broken, or a text is there twice.
func New(c Config, families ...Family) (*Pages, error) {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	p := &Pages{
		config: c, names: tocsin.NewNames(c.Base, c.Names...),
		cache: pageCache{packer: httpserver.NewPacker(quickly)}, kept: newKept(), zones: zones{known: map[string]*time.Location{}}, needs: map[string]access.Permission{}, readable: http.NewServeMux(),
	}
	families = append([]Family{{Files: files}}, families...)
	p.index(families)
	var err error
	if p.words, err = wordsOf(families); err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	return p, nil
}

// Static returns the address of a file that pages use, such as app.css.
func (p *Pages) Static(name string) string { return p.static.names[name] }
