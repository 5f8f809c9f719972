package app

import (
	"context"
	"log/slog"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/connection"
	"example.org/tocsin/internal/collect/file"
	"example.org/tocsin/internal/collect/graph"
	"example.org/tocsin/internal/collect/servicecomms"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// NewCollector brings the store's tenants and sources to what the settings say
// and makes a collector of all of them.
func NewCollector(ctx context.Context, c config.Config, a *archive.Store, log *slog.Logger) (*collect.Collector, error) {
	return newCollector(ctx, c, a, time.Now, log)
}

func newCollector(ctx context.Context, c config.Config, a *archive.Store, now func() time.Time, log *slog.Logger) (*collect.Collector, error) {
	collector := collect.New(a, now, log)
	return collector, connection.Enrol(ctx, c, a, collector, kinds{now}, now)
}

// newConnections makes the sources that are set up in the pages.
func (a *App) newConnections(c config.Config) *connection.Connections {
	return connection.New(connection.Config{
		Settings: c, Archive: hurrying{a.Archive, a.look}, Roster: a.Archive, Sealer: a.master, Collector: a.Collector, Adapter: kinds{time.Now}, Now: time.Now, Log: a.log,
	})
}

// kinds makes sources. A new kind is one line here.
type kinds struct{ now func() time.Time }

func (k kinds) Source(a connection.Access) (collect.Source, error) {
	switch a.Kind {
	case "graph":
		return graph.New(graphOf(a), k.now)
	case "servicecomms":
		return servicecomms.New(servicecomms.Config{
			TenantID: a.TenantID, ClientID: a.ClientID, Secret: a.Secret, Credential: a.Credential, TokenURL: a.Endpoint.Token, BaseURL: a.Endpoint.API, Resource: a.Endpoint.Resource,
		}, k.now)
	case "file":
		return file.New(a.Path)
	}
	return nil, tocsin.Invalidf("kind", "%q is no kind of source.", tocsin.Clip(a.Kind, 40))
}

func (k kinds) Test(ctx context.Context, a connection.Access) []tocsin.Check {
	return graph.Probe(ctx, graphOf(a), k.now)
}

func graphOf(a connection.Access) graph.Config {
	scope := ""
	if a.Endpoint.Resource != "" {
		scope = a.Endpoint.Resource + "/.default"
	}
	return graph.Config{TenantID: a.TenantID, ClientID: a.ClientID, Secret: a.Secret, Credential: a.Credential, BaseURL: a.Endpoint.API, Scope: scope, TokenURL: a.Endpoint.Token}
}

// look makes the engine look for due sources at once.
func (a *App) look() {
	if a.engine != nil {
		a.engine.Look()
	}
}

// hurrying is the archive for those who make a source due and wait for its poll.
type hurrying struct {
	*archive.Store
	look func()
}

// HurrySource makes a source due, and has it polled at once.
func (h hurrying) HurrySource(ctx context.Context, tenantID, name string) error {
	defer h.look()
	return h.Store.HurrySource(ctx, tenantID, name)
}
