package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/probe"
	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
)

// tenantLister knows the tenants of a desk.
type tenantLister interface {
	Tenants(ctx context.Context) ([]tocsin.Tenant, error)
}

// A prober probes from the server, as often as the settings say.
type prober struct {
	settings config.Probes
	list     probe.List
	second   netip.AddrPort
	tenants  tenantLister
	results  *respond.Store
	log      *slog.Logger
	run      func(ctx context.Context, c probe.Config) probe.Result
}

// newProber makes the prober of the settings; nil when they want none. It fails
// for a list of endpoints that cannot be read.
func newProber(c config.Probes, r *Rooms, log *slog.Logger) (*prober, error) {
	if c.Every == 0 {
		return nil, nil
	}
	p := &prober{settings: c, tenants: r.Archive, results: r.Responses, log: log, run: probe.Run}
	var err error
	if p.list, err = probe.OpenList(c.Endpoints); err != nil {
		return nil, fmt.Errorf("probes.endpoints: %w", err)
	}
	if c.Second != "" {
		p.second, err = probe.ReadResolver(c.Second)
	}
	return p, err
}

// Run probes at once and then again and again, until ctx ends. A result that
// cannot be kept is logged, and the next one tried.
func (p *prober) Run(ctx context.Context) error {
	ticker := time.NewTicker(time.Duration(p.settings.Every))
	defer ticker.Stop()
	for {
		if err := p.probe(ctx); err != nil && ctx.Err() == nil {
			p.log.ErrorContext(ctx, "probe from the server", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// probe probes once and keeps the result for each tenant of the settings.
func (p *prober) probe(ctx context.Context) error {
	network := p.settings.Network
	if network == "" {
		network = "server"
	}
	result := p.run(ctx, probe.Config{Machine: probe.Here(ctx, os.Getenv), List: p.list, Second: p.second, Network: network, Now: time.Now})
	if ctx.Err() != nil {
		return nil // the desk stops
	}
	one, err := result.Kept(result.At)
	if err != nil {
		return err
	}
	one.Seat, one.Origin = "server", tocsin.ProbeServer
	tenants, err := p.tenants.Tenants(ctx)
	if err != nil {
		return err
	}
	for _, name := range p.settings.Tenants {
		at := slices.IndexFunc(tenants, func(t tocsin.Tenant) bool { return strings.EqualFold(t.Name, name) })
		if at < 0 {
			p.log.WarnContext(ctx, "probes.tenants names no tenant of this desk", "tenant", name)
			continue
		}
		one.ID, one.TenantID = tocsin.NewGUID(), tenants[at].ID
		if err := p.results.AddProbe(ctx, one); err != nil {
			return err
		}
	}
	return nil
}
