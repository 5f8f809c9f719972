package app

import (
	"context"
	"net/http"
	"slices"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/api/graph"
	"example.org/tocsin/internal/api/native"
	"example.org/tocsin/internal/api/oauth"
	"example.org/tocsin/internal/api/servicecomms"
	"example.org/tocsin/internal/api/statuspage"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/notify/webhook"
)

// newServer puts together everything that is served.
func (a *App) newServer(c config.Config, o Options) (*httpserver.Server, error) {
	a.verifier = access.NewVerifier(access.VerifierConfig{Keys: a.Issuer, Clients: a.Programs, Tenants: a.Archive, Issuers: a.issuers, Now: time.Now})
	a.limiter = access.NewLimiter(c.Limits.PerMinute)
	admission := httpserver.NewAdmission(a.verifier, a.limiter)
	base, others := a.names.First(), a.names.All()[1:]
	legacy, err := servicecomms.New(servicecomms.Config{
		Base: base, Names: others, Model: a.Model, Archive: a.Archive, Admission: admission, Now: time.Now, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	key, err := a.master.Derive("page token")
	if err != nil {
		return nil, err
	}
	announcements, err := graph.New(graph.Config{
		Base: base, Names: others, Key: key, Model: a.Model, Admission: admission, Viewpoints: a.People, Files: a.Archive, Now: time.Now, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	if err := a.newDoor(c, o); err != nil {
		return nil, err
	}
	pages, err := a.pages(c)
	if err != nil {
		return nil, err
	}
	desk, err := native.New(native.Config{
		Base: base, Names: others, Archive: hurrying{a.Archive, a.look}, Handlings: a.People, People: a.People, Consumers: consuming{a.Store, a.outbox}, Deliveries: resending{a.Deliveries, a.announcing.dispatcher.Wake}, Subscriptions: a.subscribing(), Calls: a.Responses, Reports: a.Responses, Probes: a.Responses, Help: a.Responses, Edits: a.Responses, Incidents: a.Responses, Rooms: a.Responses, Speeches: a.announcing.speaker, Speech: a.speech(), Requests: a.Responses, Answers: a.Responses, Speakers: a.People, Maps: a.Responses, Told: a.Responses, Webhook: webhook.Body{}, Model: a.Model, Author: a.Author, Admission: admission, Written: a.Store.Written, Styles: pages.Static("app.css"), Now: time.Now, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	states, err := statuspage.New(statuspage.Config{Base: base, Names: others, Press: a.press, Model: a.Model, Now: time.Now})
	if err != nil {
		return nil, err
	}
	registry, err := newRegistry(a, newMemoryMetrics(a.Model, announcements, legacy, desk))
	if err != nil {
		return nil, err
	}
	return httpserver.New(httpserver.Config{
		Routes:   slices.Concat(pages.Routes(), desk.Pages(), states.Routes()),
		Subtrees: []httpserver.Subtree{legacy.Subtree(), announcements.Subtree(), desk.Subtree(), a.tokens()},
		Errors:   pages.WriteError,
		Programs: desk.WriteError,
		Gate:     a.Door,
		Origins:  a.names.All(),
		Foreign:  foreign(c),
		Hosts:    a.hosts(c),
		Checks:   []httpserver.Check{databaseCheck{a}},
		Open:     c.Server.Metrics == "all",
		Lane:     c.Server.Lane,
		Registry: registry,
		Log:      o.Log,
		Now:      time.Now,
	})
}

// tokens is the token issuer: its first path segment is a tenant.
func (a *App) tokens() httpserver.Subtree {
	return httpserver.Subtree{
		Name: "oauth", Match: oauth.Serves, Near: oauth.Near, Errors: a.Issuer.WriteError,
		Handle: func(w http.ResponseWriter, r *http.Request) error {
			a.Issuer.ServeHTTP(w, r)
			return nil
		},
		Routes: []httpserver.Route{
			{Pattern: "POST /{tenant}/oauth2/token", Needs: access.Public},
			{Pattern: "POST /{tenant}/oauth2/v2.0/token", Needs: access.Public},
			{Pattern: "GET /{tenant}/.well-known/openid-configuration", Needs: access.Public},
			{Pattern: "GET /{tenant}/v2.0/.well-known/openid-configuration", Needs: access.Public},
			{Pattern: "GET /{tenant}/discovery/keys", Needs: access.Public},
			{Pattern: "GET /{tenant}/discovery/v2.0/keys", Needs: access.Public},
		},
	}
}

// databaseCheck makes /health tell whether the database answers.
type databaseCheck struct{ app *App }

func (databaseCheck) Name() string { return "database" }

func (c databaseCheck) Healthy(ctx context.Context) error { return c.app.Store.Ping(ctx) }

// foreign are the routes that pages elsewhere inside may send to: beacons, where the
// settings want any.
func foreign(c config.Config) []string {
	if len(c.Reports.Beacons) == 0 {
		return nil
	}
	return []string{"POST /rum"}
}
