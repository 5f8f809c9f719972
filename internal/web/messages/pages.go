// Package messages is the pages about announcements: the list, one message,
// what people do about it and how they marked it, and the calendar of due
// dates.
//
// A page is one file: its view model, and the method of [Pages] that fills it
// and serves it. The package may import the shell, the parts and what pages are
// made of, and no other family.
//
// To read on, begin with [Pages.Family] and messages.go.
package messages

import (
	"context"
	"embed"
	"time"

	"github.com/microcosm-cc/bluemonday"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

//go:embed templates locales
var files embed.FS

// model has the texts of messages, and of planned work.
type model interface {
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
	Message(ctx context.Context, row *readmodel.Row) (tocsin.Message, error)
}

// archive has the versions of messages.
type storage interface {
	Versions(ctx context.Context, tenantID string, ref tocsin.Ref) ([]tocsin.Version, error)
	BodyOf(ctx context.Context, hash tocsin.Hash) ([]byte, error)
}

// handlings is the part of the store that changes what people do about
// messages, and knows who can.
type handlings interface {
	Parties(ctx context.Context, tenantID string) ([]tocsin.NamedParty, error)
	TeamsOf(ctx context.Context, userID string) ([]string, error)
	ChangeHandlings(ctx context.Context, tenantID string, ids []string, now time.Time, change func(*tocsin.Handling) error) ([]tocsin.Handling, error)
	ChangeHandling(ctx context.Context, tenantID, id string, now time.Time, change func(*tocsin.Handling) error) (tocsin.Handling, error)
}

// Config is what the pages are made of.
type Config struct {
	Parts     *part.Parts
	Model     model
	Archive   storage
	Handlings handlings // nil where nobody does anything about messages
	Marks     marks     // how people marked messages; nil where nobody can
	// Person is whose marks a user's are, for programs as well; a user's id when
	// nil.
	Person func(tocsin.User) string
}

// Pages are the pages about messages.
type Pages struct {
	config Config
	policy *bluemonday.Policy            // for HTML of providers
	rings  *cache.Cache[int64, []string] // that messages name, by the number of the document
}

// maxRings bounds the messages of which it is remembered whom they reach.
const maxRings = 4000

// New is the pages of one desk.
func New(c Config) *Pages {
	return &Pages{c, newPolicy(), cache.New[int64, []string](cache.Bounds{Entries: maxRings})}
}

// A view is a request for one of the pages.
type view struct {
	*part.View
	pages *Pages
}

// Family is the pages with their templates, texts and links.
func (p *Pages) Family() web.Family {
	page := func(method, path string, needs access.Permission, handle func(*view) error) web.Page {
		return web.Page{Method: method, Path: path, Needs: needs, Handle: func(r *web.Request) error { return handle(&view{p.config.Parts.View(r), p}) }}
	}
	f := web.Family{Files: files, Pages: []web.Page{
		page("GET", "/messages", access.ReadMessages, p.messages),
		page("GET", "/calendar.ics", access.ReadMessages, p.dueCalendar),
		page("GET", "/messages/{id}", access.ReadMessages, p.message),
		page("GET", "/messages/{id}/compare/{a}/{b}", access.ReadMessages, p.compareMessage),
		page("GET", "/messages/{id}/files/{file}", access.ReadMessages, p.messageFile),
	}, Links: []web.Link{
		{Place: 30, Group: "watch", Path: "/messages", Icon: "messages", Text: "nav.messages", Short: "tab.messages", Key: "m"},
	}}
	if p.config.Handlings != nil {
		private := page("GET", "/feeds/{secret}/calendar.ics", access.Public, p.privateCalendar)
		private.Bare = true
		f.Pages = append(f.Pages, private, page("POST", "/messages/{id}/handling", access.ManageMessages, p.saveHandling), page("POST", "/messages/handling", access.ManageMessages, p.handleMany))
	}
	if p.config.Marks != nil {
		f.Pages = append(f.Pages, page("POST", "/messages/read", access.ReadMessages, p.markRead), page("POST", "/messages/away", access.ReadMessages, p.putAway))
	}
	return f
}
