package connection

import (
	"context"
	"fmt"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/upstream"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
)

// roster is the part of the store that the settings file writes.
type roster interface {
	PutTenant(ctx context.Context, t tocsin.Tenant) error
	PutSource(ctx context.Context, tenantID, name string, every time.Duration) error
	NameProvider(ctx context.Context, tenantID, source, provider string) error
}

// maker makes sources of a kind.
type maker interface {
	Source(a Access) (collect.Source, error)
}

// Enrol brings the tenants and sources of the store to what the settings say,
// and has the collector poll them. It fails at the first source that cannot be
// made, and names it.
func Enrol(ctx context.Context, c config.Config, r roster, to *collect.Collector, make maker, now func() time.Time) error {
	ctx = tocsin.WithActor(ctx, tocsin.Actor{Name: tocsin.SettingsFile})
	for _, t := range c.Tenants {
		tenant := t.Tenant()
		tenant.CreatedAt = now()
		if err := r.PutTenant(ctx, tenant); err != nil {
			return err
		}
		for _, s := range t.All() {
			if err := enrol(ctx, c, r, to, make, tenant.ID, s); err != nil {
				return fmt.Errorf("tenant %s, source %s: %w", tenant.Name, s.Label, err)
			}
		}
	}
	return nil
}

func enrol(ctx context.Context, c config.Config, r roster, to *collect.Collector, make maker, tenantID string, s config.Source) error {
	access, err := accessOf(c, s.Kind, tenantID, s)
	if err != nil {
		return err
	}
	source, err := make.Source(access)
	if err != nil {
		return err
	}
	if err := r.PutSource(ctx, tenantID, s.Label, time.Duration(s.Every)); err != nil {
		return err
	}
	if err := r.NameProvider(ctx, tenantID, s.Label, s.Provider); err != nil {
		return err
	}
	// Only Graph can be asked for what changed.
	to.Add(collect.Target{TenantID: tenantID, Name: s.Label, Source: source, Full: s.Kind != "graph"})
	return nil
}

// accessOf is how the provider is reached by a source of the settings; at is what
// an error is about.
func accessOf(c config.Config, at, tenantID string, s config.Source) (Access, error) {
	a := Access{Kind: s.Kind, TenantID: tenantID, ClientID: s.ClientID, Secret: s.Secret.Reveal(), Path: s.Path}
	switch s.Auth {
	case config.AuthCertificate:
		a.Credential = upstream.Credential{Certificate: s.Certificate, Key: s.CertificateKey, Algorithm: s.Algorithm}
	case config.AuthFederated:
		a.Credential = upstream.Credential{TokenFile: s.TokenFile}
	}
	if s.Kind == "file" {
		return a, nil
	}
	var err error
	a.Endpoint, err = c.Endpoint(at, tenantID, s)
	return a, err
}
