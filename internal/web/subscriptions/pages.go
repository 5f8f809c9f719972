// Package subscriptions is the pages on which people say what they want to be
// told of: those who sign in ([Pages.mine]), strangers about what a tenant
// publishes for everybody ([Pages.ask]), and whoever has a mail of a subscription
// ([Pages.one]), one that asks the emergency list or the daily test of a channel
// (question.go).
//
// Link scanners open every link of a mail: GET shows a form, only POST acts. What
// a page says to strangers is the same whether an address is known or not.
//
// To read on, begin with [Pages.Family] and form.go.
package subscriptions

import (
	"context"
	"embed"
	"net/http"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

//go:embed templates locales
var files embed.FS

// ledger keeps subscriptions and what was told by them.
type ledger interface {
	Subscribe(ctx context.Context, one tocsin.Subscription, tenant tocsin.Tenant, now time.Time) (tocsin.Subscription, error)
	Subscriptions(ctx context.Context, userID string) ([]tocsin.Subscription, error)
	Subscription(ctx context.Context, ref string) (tocsin.Subscription, error)
	Deliveries(ctx context.Context, q delivery.Query) ([]delivery.Entry, error)
	answers
	canaries
}

// canaries are the daily tests of channels, which somebody confirms.
type canaries interface {
	AskedCanary(ctx context.Context, token string, now time.Time) (delivery.Canary, error)
	ConfirmCanary(ctx context.Context, token string, now time.Time) (delivery.Canary, error)
}

// answers are what whoever has a mail of a subscription says.
type answers interface {
	ConfirmSubscription(ctx context.Context, token string, now time.Time) (tocsin.Subscription, error)
	ResumeSubscription(ctx context.Context, ref string, now time.Time) (tocsin.Subscription, error)
	Unsubscribe(ctx context.Context, ref string, now time.Time) (tocsin.Subscription, error)
}

// emergency is the people of the emergency list, who are asked each quarter.
type emergency interface {
	AskedContact(ctx context.Context, token string, now time.Time) (tocsin.Contact, error)
	ConfirmContact(ctx context.Context, token string, now time.Time) (tocsin.Contact, error)
}

// Config is what the pages are made of.
type Config struct {
	Parts  *part.Parts
	Ledger ledger
	// Emergency confirms mail and telephone of those of the emergency list.
	Emergency emergency
	// Channels are the names of the channels of the settings.
	Channels func() []string
	// Open are the tenants that strangers may subscribe to.
	Open    func(ctx context.Context) ([]tocsin.Tenant, error)
	Network func(*http.Request) string // where a request comes from, coarsely
}

// Pages are the pages about subscriptions.
type Pages struct {
	config Config
	flood  *access.Limiter
}

// asksPerMinute is how many subscriptions somebody may ask for at once, and a
// minute.
const asksPerMinute = 6

// New is the pages of one desk.
func New(c Config) *Pages { return &Pages{c, access.NewLimiter(asksPerMinute)} }

// A view is a request for one of the pages.
type view struct {
	*part.View
	pages *Pages
}

// Family is the pages with their templates and texts.
func (p *Pages) Family() web.Family {
	page := func(method, path string, needs access.Permission, handle func(*view) error) web.Page {
		return web.Page{Method: method, Path: path, Needs: needs, Bare: true, Handle: func(r *web.Request) error {
			r.W.Header().Set("Cache-Control", "no-store")
			r.W.Header().Set("Referrer-Policy", "no-referrer")
			r.W.Header().Set("X-Robots-Tag", "noindex")
			return handle(&view{p.config.Parts.View(r), p})
		}}
	}
	return web.Family{Files: files, Sheet: "people.css", Pages: []web.Page{
		page("GET", "/account/subscriptions", access.SignedIn, p.mine),
		page("POST", "/account/subscriptions", access.SignedIn, p.add),
		page("GET", "/account/subscriptions/end", access.SignedIn, p.askEnd),
		page("POST", "/account/subscriptions/end", access.SignedIn, p.end),
		page("GET", "/subscribe", access.Public, p.ask),
		page("POST", "/subscribe", access.Public, p.take),
		page("GET", "/subscription/{token}", access.Public, p.one),
		page("POST", "/subscription/{token}", access.Public, p.answer),
		page("GET", "/contact/{token}", access.Public, asking((*view).contact)),
		page("POST", "/contact/{token}", access.Public, answering((*view).contact)),
		page("GET", "/canary/{token}", access.Public, asking((*view).canary)),
		page("POST", "/canary/{token}", access.Public, answering((*view).canary)),
	}}
}
