package app

import (
	"context"
	"net/http"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/api/graph"
	"example.org/tocsin/internal/api/oauth"
	"example.org/tocsin/internal/api/servicecomms"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/httpserver"
)

// newServer puts together everything that is served.
func (a *App) newServer(c config.Config, o Options) (*httpserver.Server, error) {
	verifier := access.NewVerifier(access.VerifierConfig{Base: a.base, Keys: a.Issuer, Clients: a.Store, Now: time.Now})
	legacy, err := servicecomms.New(servicecomms.Config{
		Base: a.base, Model: a.Model, Archive: a.Store, Verifier: verifier, Now: time.Now, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	key, err := a.master.Derive("page token")
	if err != nil {
		return nil, err
	}
	announcements, err := graph.New(graph.Config{Base: a.base, Key: key, Model: a.Model, Verifier: verifier, Now: time.Now, Log: o.Log})
	if err != nil {
		return nil, err
	}
	return httpserver.New(httpserver.Config{
		Routes:   nil,
		Subtrees: []httpserver.Subtree{legacy.Subtree(), subtree("graph", "/v1.0/", announcements), subtree("graph-beta", "/beta/", announcements), a.tokens()},
		Errors:   writeError,
		Checks:   []httpserver.Check{databaseCheck{a}},
		Open:     c.Server.Metrics == "all",
		Log:      o.Log,
		Now:      time.Now,
	})
}

// subtree is one version of the Graph API. The table of routes is that of its
// prefix.
func subtree(name, prefix string, api *graph.API) httpserver.Subtree {
	var routes []httpserver.Route
	for _, r := range graph.Routes() {
		if _, path, _ := strings.Cut(r.Pattern, " "); strings.HasPrefix(path, prefix) {
			routes = append(routes, r)
		}
	}
	return httpserver.Subtree{Name: name, Prefix: prefix, Routes: routes, Errors: api.WriteError, ChecksBody: true, Handle: api.Handle}
}

// tokens is the token issuer: its first path segment is a tenant.
func (a *App) tokens() httpserver.Subtree {
	return httpserver.Subtree{
		Name: "oauth", Match: oauth.Serves, Errors: writeError,
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
