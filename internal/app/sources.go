package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/connection"
	"example.org/tocsin/internal/collect/file"
	"example.org/tocsin/internal/collect/graph"
	"example.org/tocsin/internal/collect/servicecomms"
	"example.org/tocsin/internal/collect/upstream"
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
	ctx = tocsin.WithActor(ctx, tocsin.Actor{Name: tocsin.SettingsFile})
	for _, t := range c.Tenants {
		tenant := t.Tenant()
		tenant.CreatedAt = now()
		if err := a.PutTenant(ctx, tenant); err != nil {
			return nil, err
		}
		for _, s := range t.All() {
			source, err := newSource(c, tenant, s, now)
			if err != nil {
				return nil, fmt.Errorf("tenant %s, source %s: %w", tenant.Name, s.Label, err)
			}
			if err := a.PutSource(ctx, tenant.ID, s.Label, time.Duration(s.Every)); err != nil {
				return nil, err
			}
			if err := a.NameProvider(ctx, tenant.ID, s.Label, s.Provider); err != nil {
				return nil, err
			}
			collector.Add(collect.Target{TenantID: tenant.ID, Name: s.Label, Source: source, Full: s.Kind != "graph"})
		}
	}
	return collector, nil
}

// newSource makes the source that a setting describes. A new kind is one line
// here.
func newSource(c config.Config, tenant tocsin.Tenant, s config.Source, now func() time.Time) (collect.Source, error) {
	switch s.Kind {
	case "graph":
		e, err := c.Endpoint("graph", tenant.ID, s)
		if err != nil {
			return nil, err
		}
		scope := ""
		if e.Resource != "" {
			scope = e.Resource + "/.default"
		}
		return graph.New(graph.Config{
			TenantID: tenant.ID, ClientID: s.ClientID, Secret: s.Secret.Reveal(), Credential: credential(s), TokenURL: e.Token, BaseURL: e.API, Scope: scope,
		}, now)
	case "servicecomms":
		e, err := c.Endpoint("servicecomms", tenant.ID, s)
		if err != nil {
			return nil, err
		}
		return servicecomms.New(servicecomms.Config{
			TenantID: tenant.ID, ClientID: s.ClientID, Secret: s.Secret.Reveal(), Credential: credential(s), TokenURL: e.Token, BaseURL: e.API, Resource: e.Resource,
		}, now)
	case "file":
		return file.New(s.Path)
	default:
		return nil, tocsin.Invalidf("kind", "%q is no kind of source.", tocsin.Clip(s.Kind, 40))
	}
}

// credential is how an app without a secret proves who it is.
func credential(s config.Source) upstream.Credential {
	switch s.Auth {
	case config.AuthCertificate:
		return upstream.Credential{Certificate: s.Certificate, Key: s.CertificateKey, Algorithm: s.Algorithm}
	case config.AuthFederated:
		return upstream.Credential{TokenFile: s.TokenFile}
	}
	return upstream.Credential{}
}

// newConnections makes the sources that are set up in the pages.
func (a *App) newConnections(c config.Config) *connection.Connections {
	return connection.New(connection.Config{
		Settings: c, Archive: hurrying{a.Archive, a.look}, Sealer: a.master, Collector: a.Collector, Adapter: connecting{}, Now: time.Now, Log: a.log,
	})
}

// connecting makes sources of what people enter in the pages.
type connecting struct{}

func (connecting) Source(a connection.Access) (collect.Source, error) {
	return graph.New(entered(a), time.Now)
}

func (connecting) Test(ctx context.Context, a connection.Access) []tocsin.Check {
	return graph.Probe(ctx, entered(a), time.Now)
}

func entered(a connection.Access) graph.Config {
	return graph.Config{
		TenantID: a.TenantID, ClientID: a.ClientID, Secret: a.Secret, BaseURL: a.Endpoint.API, Scope: a.Endpoint.Resource + "/.default", TokenURL: a.Endpoint.Token,
	}
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
