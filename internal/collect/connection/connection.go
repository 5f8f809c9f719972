// Package connection has sources polled: those that the settings file names
// ([Enrol]), and those that were set up in the pages ([Connections]), whose secrets
// it seals, which it tries, and which are polled as long as they are stored.
//
// It knows no kind of source: the program gives it an adapter that makes them.
// It may import its stage, what sources share, and the settings. Begin reading at
// [Connections.Run].
package connection

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/upstream"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
)

// followEvery is how soon a process learns that another one changed sources.
const followEvery = 5 * time.Second

// sealedFor is the purpose that secrets of sources are sealed for.
const sealedFor = "source secret"

// archive is the part of the store about sources.
type archive interface {
	Sources(ctx context.Context, tenantID string) ([]tocsin.SourceState, error)
	PutSource(ctx context.Context, tenantID, name string, every time.Duration) error
	HurrySource(ctx context.Context, tenantID, name string) error
	connections
}

type connections interface {
	Connections(ctx context.Context) (list []tocsin.Connection, change int64, err error)
	PutConnection(ctx context.Context, c tocsin.Connection) error
	RemoveConnection(ctx context.Context, tenantID, name string, now time.Time) error
}

// sealer keeps secrets so that they open only for what they belong to.
type sealer interface {
	Seal(purpose, bound string, plain []byte) ([]byte, error)
	Open(purpose, bound string, sealed []byte) ([]byte, error)
}

// An Access is what a source is made of: how the provider is reached for a tenant.
type Access struct {
	Kind                       string // graph, servicecomms, file
	TenantID, ClientID, Secret string
	Credential                 upstream.Credential // instead of a secret
	Endpoint                   config.Endpoint     // not of files
	Path                       string              // of files
}

// adapter makes sources, and tries step by step whether one can be polled.
type adapter interface {
	maker
	Test(ctx context.Context, a Access) []tocsin.Check
}

// Config is what connections are made of.
type Config struct {
	Settings  config.Config
	Archive   archive
	Roster    roster // for settings that change
	Sealer    sealer
	Collector *collect.Collector
	Adapter   adapter
	Now       func() time.Time
	Log       *slog.Logger
}

// Connections are the sources that were set up in the pages. Those of the
// settings file go before them and are not changed here.
type Connections struct {
	archive   archive
	roster    roster
	sealer    sealer
	adapter   adapter
	collector *collect.Collector
	now       func() time.Time
	log       *slog.Logger

	mu       sync.Mutex
	settings config.Config               // tenants and clouds of the settings file
	file     map[[2]string]config.Source // sources of the settings file
	tenants  map[string]bool             // tenants of the settings file
	change   int64                       // that was applied last
	applied  map[[2]string]int64         // when each was updated last
	portals  map[string]string           // of the tenants' clouds, by tenant
}

// New reads which sources the settings file has. It polls nothing until
// [Connections.Apply].
func New(c Config) *Connections {
	n := &Connections{
		archive: c.Archive, roster: c.Roster, sealer: c.Sealer, adapter: c.Adapter, collector: c.Collector, now: c.Now, log: c.Log, applied: map[[2]string]int64{},
	}
	n.read(c.Settings)
	return n
}

// read notes what the settings file has. The caller holds the lock, or is alone.
func (n *Connections) read(c config.Config) {
	n.settings = config.Config{Clouds: c.Clouds, Tenants: c.Tenants}
	n.file, n.tenants, n.portals, n.change = sourcesOf(c), map[string]bool{}, map[string]string{}, -1
	for _, t := range c.Tenants {
		id := strings.ToLower(t.TenantID)
		n.tenants[id] = true
		for _, s := range t.All() {
			n.noteCloud(id, s)
		}
	}
}

// Clouds lists the places where tenants may live: a secret is sent nowhere
// else.
func (n *Connections) Clouds() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var names []string
	for _, c := range n.settings.AllClouds() {
		names = append(names, c.Name)
	}
	return names
}

// InFile reports whether the settings file has a tenant, or a source of it when
// one is named.
func (n *Connections) InFile(tenantID, name string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if name == "" {
		return n.tenants[tenantID]
	}
	_, has := n.file[[2]string{tenantID, name}]
	return has
}

// noteCloud keeps where the admin centre of a tenant is: that of its first source
// in the settings file whose cloud is known, else of its newest one. The caller
// holds the lock, or is alone.
func (n *Connections) noteCloud(tenantID string, s config.Source) {
	e, err := n.settings.Endpoint("source", tenantID, s)
	if err == nil && e.Portal != "" && s.Kind != "file" && (n.portals[tenantID] == "" || !n.tenants[tenantID]) {
		n.portals[tenantID] = e.Portal
	}
}

// Portal is what addresses in the admin centre of a tenant's cloud start with,
// "" where that is not known.
func (n *Connections) Portal(tenantID string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.portals[tenantID]
}

// Of lists the connections of a tenant, without their secrets.
func (n *Connections) Of(ctx context.Context, tenantID string) ([]tocsin.Connection, error) {
	all, _, err := n.archive.Connections(ctx)
	var own []tocsin.Connection
	for _, c := range all {
		if c.TenantID == tenantID {
			c.Sealed = nil
			own = append(own, c)
		}
	}
	return own, err
}

// Put stores a connection, seals its secret, and polls it from now on. An
// empty secret keeps the one that is stored.
func (n *Connections) Put(ctx context.Context, c tocsin.Connection, secret string) (err error) {
	if n.InFile(c.TenantID, c.Name) {
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "label", Message: "The settings file has a source of that name."}
	}
	if _, err := n.chosen().Cloud("cloud", c.Cloud); err != nil {
		return err
	}
	if secret = strings.TrimSpace(secret); secret != "" {
		if c.Sealed, err = n.sealer.Seal(sealedFor, boundTo(c), []byte(secret)); err != nil {
			return err
		}
	}
	c.UpdatedAt = n.now()
	if err := n.archive.PutConnection(ctx, c); err != nil {
		return err
	}
	if err := n.Apply(ctx); err != nil {
		return err
	}
	// What was put right is tried now, not when the last failure let it.
	if err := n.archive.HurrySource(ctx, c.TenantID, c.Name); !errors.Is(err, tocsin.ErrNotFound) {
		return err
	}
	return nil
}

// boundTo is what a sealed secret belongs to: it opens for no other.
func boundTo(c tocsin.Connection) string { return c.TenantID + "/" + c.Name }

// Remove forgets a connection and stops polling it.
func (n *Connections) Remove(ctx context.Context, tenantID, name string) error {
	if err := n.archive.RemoveConnection(ctx, tenantID, name, n.now()); err != nil {
		return err
	}
	return n.Apply(ctx)
}

// Test tries a stored connection, step by step. A source whose polls failed is
// polled at once when nothing fails any more: what was put right elsewhere, such
// as a consent, is not to wait for the next try.
func (n *Connections) Test(ctx context.Context, tenantID, name string) ([]tocsin.Check, error) {
	all, _, err := n.archive.Connections(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.TenantID == tenantID && c.Name == name {
			access, err := n.access(n.chosen(), c)
			if err != nil {
				return nil, err
			}
			checks := n.adapter.Test(ctx, access)
			if slices.ContainsFunc(checks, func(c tocsin.Check) bool { return c.State != tocsin.CheckOK }) {
				return checks, nil
			}
			return checks, n.retry(ctx, c)
		}
	}
	return nil, tocsin.NotFoundf("There is no such source.")
}

// retry has a source polled at once if its last polls failed.
func (n *Connections) retry(ctx context.Context, c tocsin.Connection) error {
	states, err := n.archive.Sources(ctx, c.TenantID)
	if err != nil || !slices.ContainsFunc(states, func(s tocsin.SourceState) bool { return s.Name == c.Name && s.Failures > 0 }) {
		return err
	}
	return n.archive.HurrySource(ctx, c.TenantID, c.Name)
}

// access opens a connection's secret and finds its addresses.
func (n *Connections) access(settings config.Config, c tocsin.Connection) (Access, error) {
	a, err := accessOf(settings, "source", c.TenantID, config.Source{Kind: "graph", Cloud: c.Cloud, ClientID: c.ClientID})
	if err != nil {
		return Access{}, err
	}
	secret, err := n.sealer.Open(sealedFor, boundTo(c), c.Sealed)
	if err != nil {
		return Access{}, &tocsin.Error{Kind: tocsin.ErrConflict, Message: "The stored secret of this source cannot be opened. Enter it again.", Cause: err}
	}
	a.Secret = string(secret)
	return a, nil
}

// Run follows what other processes change, until ctx ends.
func (n *Connections) Run(ctx context.Context) error {
	ticker := time.NewTicker(followEvery)
	defer ticker.Stop()
	for {
		if err := n.Apply(ctx); err != nil && ctx.Err() == nil {
			n.log.WarnContext(ctx, "sources of the pages not read", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Apply brings the collector to what is stored.
func (n *Connections) Apply(ctx context.Context) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	all, change, err := n.archive.Connections(ctx)
	if err != nil || change == n.change {
		return err
	}
	wanted := map[[2]string]bool{}
	for _, c := range all {
		key := [2]string{c.TenantID, c.Name}
		if _, has := n.file[key]; has {
			continue
		}
		wanted[key] = true
		n.noteCloud(c.TenantID, config.Source{Kind: c.Kind, Cloud: c.Cloud})
		if at := tocsin.Micros(c.UpdatedAt); n.applied[key] != at {
			if err := n.start(ctx, c); err != nil {
				n.log.ErrorContext(ctx, "source cannot be polled", "tenant", c.TenantID, "source", c.Name, "err", err)
				n.collector.Remove(c.TenantID, c.Name)
				continue
			}
			n.applied[key] = at
		}
	}
	for key := range n.applied {
		if !wanted[key] {
			n.collector.Remove(key[0], key[1])
			delete(n.applied, key)
		}
	}
	n.change = change
	return nil
}

func (n *Connections) start(ctx context.Context, c tocsin.Connection) error {
	access, err := n.access(n.settings, c)
	if err != nil {
		return err
	}
	source, err := n.adapter.Source(access)
	if err != nil {
		return err
	}
	if err := n.archive.PutSource(ctx, c.TenantID, c.Name, c.Every); err != nil {
		return err
	}
	n.collector.Add(collect.Target{TenantID: c.TenantID, Name: c.Name, Source: source})
	return nil
}
