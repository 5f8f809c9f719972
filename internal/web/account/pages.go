// Package account is the pages on which people come in, go out, look after
// their account and the private addresses of their feeds, and choose how they read.
//
// A page is one file: its view model, and the method of [Pages] that fills it
// and serves it. The package may import the shell, the parts and the sign-in,
// and no other family.
//
// To read on, begin with [Pages.Family] and login.go.
package account

import (
	"context"
	"embed"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

//go:embed templates locales
var files embed.FS

// people is the part of the store about accounts.
type people interface {
	Passkeys(ctx context.Context, userID string) ([]tocsin.Passkey, error)
	RemovePasskey(ctx context.Context, userID string, id []byte, now time.Time) error
	Sessions(ctx context.Context, userID string) ([]tocsin.Session, error)
	feeds
	follows
}

// follows is the part of the store about what concerns a person.
type follows interface {
	FollowServices(ctx context.Context, tenantID, userID string, services []string) error
}

// feeds is the part of the store about private addresses of feeds.
type feeds interface {
	FeedAddresses(ctx context.Context, userID string) ([]tocsin.FeedAddress, error)
	RemoveFeedAddress(ctx context.Context, userID, id string, now time.Time) error
}

// Config is what the pages are made of.
type Config struct {
	Parts    *part.Parts
	Door     *signin.SignIn // nil where there are no accounts
	People   people
	Everyone bool   // pages can be read without signing in
	Contact  string // whom those tell for whom a page does not work; "" for nobody in particular
}

// Pages are the pages about accounts and preferences.
type Pages struct{ config Config }

// New is the pages of one desk.
func New(c Config) *Pages { return &Pages{c} }

// A view is a request for one of the pages.
type view struct {
	*part.View
	pages *Pages
}

// Family is the pages with their templates and texts.
func (p *Pages) Family() web.Family {
	page := func(method, path string, needs access.Permission, handle func(*view) error) web.Page {
		return web.Page{Method: method, Path: path, Needs: needs, Bare: true, Handle: func(r *web.Request) error { return handle(&view{p.config.Parts.View(r), p}) }}
	}
	f := web.Family{Files: files, Sheet: "people.css", Pages: []web.Page{
		page("GET", "/accessibility", access.Public, p.accessibility),
		page("GET", "/preferences", access.Public, p.preferences),
		page("POST", "/preferences", access.Public, p.savePreferences),
	}}
	if p.config.Door == nil {
		return f
	}
	f.Pages = append(f.Pages,
		page("GET", "/login", access.Public, p.login),
		page("POST", "/login", access.Public, p.signIn),
		page("POST", "/login/passkey/options", access.Public, p.askPasskey),
		page("POST", "/login/passkey", access.Public, p.passkey),
		page("GET", "/login/{provider}", access.Public, p.leave),
		page("GET", "/login/{provider}/callback", access.Public, p.comeBack),
		page("POST", "/logout", access.Public, p.signOut),
		page("GET", "/setup", access.Public, p.setUpPage),
		page("POST", "/setup", access.Public, p.setUp),
		page("GET", "/account", access.SignedIn, p.account),
		page("POST", "/account/password", access.SignedIn, p.changePassword),
		page("POST", "/account/passkeys/options", access.SignedIn, p.newPasskey),
		page("POST", "/account/passkeys", access.SignedIn, p.addPasskey),
		page("GET", "/account/passkeys/remove", access.SignedIn, p.askRemovePasskey),
		page("POST", "/account/passkeys/remove", access.SignedIn, p.removePasskey),
		page("POST", "/account/sessions/end", access.SignedIn, p.endSession),
		page("GET", "/account/feeds", access.SignedIn, p.feeds),
		page("POST", "/account/feeds", access.SignedIn, p.addFeed),
		page("GET", "/account/feeds/remove", access.SignedIn, p.askRemoveFeed),
		page("POST", "/account/feeds/remove", access.SignedIn, p.removeFeed),
	)
	return f
}
