package connection_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/connection"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// made is a kind of source that notes how the provider would be reached.
type made struct {
	reached []connection.Access
	checks  []tocsin.Check
}

func (m *made) Source(a connection.Access) (collect.Source, error) {
	m.reached = append(m.reached, a)
	return nil, nil
}

func (m *made) Test(_ context.Context, a connection.Access) []tocsin.Check {
	m.reached = append(m.reached, a)
	return m.checks
}

// process is the connections of one process on an archive.
func process(t *testing.T, desk *storetest.Desk, key byte, settings config.Config) (*connection.Connections, *made) {
	t.Helper()
	master, err := access.NewMasterKey(bytes.Repeat([]byte{key}, 32))
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return storetest.T0 }
	m := &made{}
	return connection.New(connection.Config{
		Settings: settings, Archive: desk, Sealer: master, Collector: collect.New(desk, now, slog.New(slog.DiscardHandler)), Adapter: m, Now: now, Log: slog.New(slog.DiscardHandler),
	}), m
}

// What one process stores another one polls, with the secret that was sealed;
// with another master key the secret stays shut and costs that source alone.
func TestConnections(t *testing.T) {
	t.Parallel()
	ctx, desk := t.Context(), storetest.Open(t, storetest.File(t))
	storetest.AddTenants(t, desk)
	here, mine := process(t, desk, 1, config.Config{})
	there, theirs := process(t, desk, 1, config.Config{})
	stranger, shut := process(t, desk, 2, config.Config{})
	c := tocsin.Connection{TenantID: storetest.Contoso, Name: "graph", Kind: "graph", Cloud: "global", ClientID: "aaaaaaaa-1111-4111-8111-111111111111", Every: time.Hour}
	if err := here.Put(ctx, c, " s3cret "); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing new
		for _, n := range []*connection.Connections{here, there, stranger} {
			if err := n.Apply(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	for who, m := range map[string]*made{"here": mine, "there": theirs} {
		if len(m.reached) != 1 || m.reached[0].Secret != "s3cret" || m.reached[0].Endpoint.API == "" {
			t.Errorf("%s: sources made: %d", who, len(m.reached))
		}
	}
	if len(shut.reached) != 0 {
		t.Error("the secret opens with another master key")
	}
	if list, err := there.Of(ctx, storetest.Contoso); err != nil || len(list) != 1 || list[0].Sealed != nil {
		t.Errorf("connections: %d, %v; the secret is for nobody", len(list), err)
	}
	mine.checks = []tocsin.Check{{State: tocsin.CheckOK}}
	if checks, err := here.Test(ctx, storetest.Contoso, "graph"); err != nil || len(checks) != 1 {
		t.Errorf("test: %v, %v", checks, err)
	}
	if _, err := here.Test(ctx, storetest.Fabrikam, "graph"); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("test of a source of another tenant: %v", err)
	}
	if err := there.Remove(ctx, storetest.Contoso, "graph"); err != nil {
		t.Fatal(err)
	}
	if list, err := here.Of(ctx, storetest.Contoso); err != nil || len(list) != 0 {
		t.Errorf("after it was removed: %d, %v", len(list), err)
	}
}

// The settings file goes first: what it has is not changed here.
func TestSettingsFileGoesFirst(t *testing.T) {
	t.Parallel()
	ctx, desk := t.Context(), storetest.Open(t, storetest.File(t))
	storetest.AddTenants(t, desk)
	settings := config.Config{Tenants: []config.Tenant{{TenantID: storetest.Contoso, Sources: []config.Source{{Kind: "graph", Label: "graph"}}}}}
	n, m := process(t, desk, 1, settings)
	if !n.InFile(storetest.Contoso, "") || !n.InFile(storetest.Contoso, "graph") || n.InFile(storetest.Contoso, "other") || n.InFile(storetest.Fabrikam, "") {
		t.Error("what the settings file has is not known")
	}
	c := tocsin.Connection{TenantID: storetest.Contoso, Name: "graph", Kind: "graph", Cloud: "global"}
	if err := n.Put(ctx, c, "s3cret"); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("a source of the settings file was stored: %v", err)
	}
	c.Name, c.Cloud = "other", "moon"
	if err := n.Put(ctx, c, "s3cret"); !errors.Is(err, tocsin.ErrInvalid) || len(m.reached) != 0 {
		t.Errorf("a source in an unknown cloud was stored: %v", err)
	}
}

// Sources that were set up in the pages follow the clouds of the settings while
// the desk runs.
func TestCloudsAreFollowed(t *testing.T) {
	t.Parallel()
	ctx, desk := t.Context(), storetest.Open(t, storetest.File(t))
	storetest.AddTenants(t, desk)
	cloud := func(host string) config.Config {
		return config.Config{Clouds: []config.Cloud{{Name: "lab", Login: "https://login." + host, Graph: "https://graph." + host + "/v1.0"}}}
	}
	n, m := process(t, desk, 1, cloud("old.example"))
	c := tocsin.Connection{TenantID: storetest.Contoso, Name: "graph", Kind: "graph", Cloud: "lab", ClientID: "aaaaaaaa-1111-4111-8111-111111111111", Every: time.Hour}
	if err := n.Put(ctx, c, "s3cret"); err != nil {
		t.Fatal(err)
	}
	if err := n.Apply(ctx); err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"old.example", "new.example"} { // the first time nothing is another one
		apply, err := n.Follow(ctx, cloud(host))
		if err != nil {
			t.Fatal(err)
		}
		if err := apply(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.reached) != 2 || m.reached[1].Endpoint.API != "https://graph.new.example/v1.0" {
		t.Errorf("%d sources made, the last one at %+v", len(m.reached), m.reached[len(m.reached)-1].Endpoint)
	}
}
