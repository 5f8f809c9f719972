// Package part has what several families of pages show: how a tenant stands
// ([View.State]), its issues and services as lines, the strip of the last
// month, posts and promises, versions side by side, files, and messages with
// the dates by which something must be done. It has no pages.
//
// A family wraps each of its requests by [Parts.View]. Everything about the
// past of a tenant is worked out once for all families, so that they share one
// [Parts]. The package may import the shell and what the parts are made of;
// the families import it, and it none of them.
//
// To read on, begin with [View.State].
package part

import (
	"context"
	"embed"
	"html/template"
	"net/http"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

//go:embed templates locales
var files embed.FS

// model has the texts of issues and messages.
type model interface {
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
	Message(ctx context.Context, row *readmodel.Row) (tocsin.Message, error)
}

// storage is the part of the store that the parts are made of.
type storage interface {
	past
	versions
}

// past is the part of the store that days gone by are told from.
type past interface {
	States(ctx context.Context, tenantID string, kind tocsin.Kind, since int64) ([]tocsin.State, error)
	Gaps(ctx context.Context, tenantID string, since time.Time) ([]archive.Gap, error)
	Items(ctx context.Context, tenantID string, q archive.ItemsQuery) (list []archive.Item, next string, err error)
}

// versions is the part of the store about versions and files of issues and
// messages.
type versions interface {
	Versions(ctx context.Context, tenantID string, ref tocsin.Ref) ([]tocsin.Version, error)
	BodyOf(ctx context.Context, hash tocsin.Hash) ([]byte, error)
	Files(ctx context.Context, tenantID string, ref tocsin.Ref) ([]tocsin.File, error)
	FileContent(ctx context.Context, tenantID string, ref tocsin.Ref, id string) ([]byte, error)
}

// handlings is the part of the store about what people do about messages.
type handlings interface {
	Handlings(ctx context.Context, tenantID string) (map[string]tocsin.Handling, error)
}

// portals knows the address of a tenant's admin centre.
type portals interface {
	Portal(tenantID string) string
}

// door knows whom the secret of a private address stands for.
type door interface {
	FeedVisitor(r *http.Request, secret string) (access.Visitor, string, error)
}

// Config is what the parts are made of.
type Config struct {
	Model     model
	Archive   storage
	Handlings handlings // nil where nobody does anything about messages
	Portals   portals   // nil where none are known
	// Translator puts posts into other languages; nil where they stay as they are.
	Translator translator
	Door       door // nil where nobody has private addresses
	// Reports keeps what readers find bad in translations; nil where they cannot say.
	Reports reporter
	Network func(*http.Request) string // where a request comes from, coarsely
	Carried business.Library           // of what services carry; without maps where nobody writes any
	Help    workarounds                // nil where nobody writes any
}

// Parts has what is worked out once for all families.
type Parts struct {
	config  Config
	history *history.Reader
	pasts   *pasts
	kept    *cache.Cache[keptKey, template.HTML]
	read    *cache.Cache[int64, Reading]
	newest  *cache.Cache[int64, post.Post] // by the document of the issue
	flood   *access.Limiter                // of reports
	carried *cache.Cache[ownKey, carried]
	own     *cache.Cache[ownKey, deskWords]
}

// New returns the parts of one desk.
func New(c Config) *Parts {
	return &Parts{config: c, history: history.New(c.Archive, c.Model), pasts: newPasts(), kept: newKept(), read: newRead(), newest: cache.New[int64, post.Post](cache.Bounds{Entries: maxNewest}), flood: access.NewLimiter(reportsPerMinute), carried: cache.New[ownKey, carried](cache.Bounds{Entries: maxOwn}), own: cache.New[ownKey, deskWords](cache.Bounds{Entries: maxOwn})}
}

// Family returns the templates and texts of the parts.
func (p *Parts) Family() web.Family {
	return web.Family{Files: files, Funcs: template.FuncMap{
		"pair": func(a, b VersionLine) []VersionLine { return []VersionLine{a, b} },
	}}
}

// A View is a request for a page that shows some of the parts.
type View struct {
	*web.Request
	parts *Parts
}

// View returns a request as the parts see it.
func (p *Parts) View(r *web.Request) *View { return &View{r, p} }

// Past returns what is known of the days gone by of the tenant that is looked
// at.
func (v *View) Past() *history.Past { return v.parts.history.Past(v.Snapshot, time.Time{}, v.Now) }

// Private returns the request as one of the person whom its private address
// stands for, about the tenant of the address. Nobody else may keep the answer,
// and no search engine lists it. It fails with [tocsin.ErrNotFound] for a wrong
// or revoked secret, and where the person does not see the tenant any more.
func (v *View) Private() (*View, error) {
	if v.parts.config.Door == nil {
		return nil, web.NothingHere()
	}
	header := v.W.Header()
	header.Set("Cache-Control", "private, max-age=300")
	header.Set("X-Robots-Tag", "noindex, nofollow")
	visitor, tenant, err := v.parts.config.Door.FeedVisitor(v.R, v.R.PathValue("secret"))
	if err != nil {
		return nil, err
	}
	r, err := v.As(visitor, access.ReadMessages, tenant)
	if err != nil {
		return nil, err
	}
	return &View{r, v.parts}, nil
}
