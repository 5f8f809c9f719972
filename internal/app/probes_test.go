package app

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/probe"
	"example.org/tocsin/internal/tocsin"
)

// The server probes at once where the settings say so, keeps the result for the
// tenants that they name, and connects to nothing where they say nothing.
func TestProbesFromTheServer(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Data = t.TempDir()
	rooms, err := OpenRooms(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rooms.Close() })
	const id = "11111111-1111-4111-8111-111111111111"
	if err := rooms.Archive.AddTenant(t.Context(), tocsin.Tenant{ID: id, Name: "contoso", CreatedAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if p, err := newProber(config.Probes{}, rooms, slog.New(slog.DiscardHandler)); p != nil || err != nil {
		t.Errorf("without settings: %v, %v", p, err)
	}
	endpoints := filepath.Join(c.Data, "endpoints.yaml")
	if err := os.WriteFile(endpoints, []byte("endpoints: [{host: a..b, protocol: https}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	wanted := config.Probes{Every: config.Duration(time.Hour), Tenants: []string{"nobody", "Contoso"}, Endpoints: endpoints, Second: "9.9.9.9"}
	if _, err := newProber(wanted, rooms, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "probes.endpoints") {
		t.Errorf("a list that cannot be read: %v", err)
	}
	wanted.Endpoints = ""
	p, err := newProber(wanted, rooms, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	p.run = func(_ context.Context, c probe.Config) probe.Result {
		if c.Second.String() != "9.9.9.9:53" || len(c.List.Endpoints) == 0 || c.Network != "server" {
			t.Errorf("%+v", c)
		}
		return probe.Result{At: time.Now(), Network: c.Network, Cause: "clock", Checks: []probe.Check{{Kind: probe.Clock, Outcome: probe.Fail, Code: "clock.fast", Args: map[string]string{"span": "600"}}}}
	}
	if err := p.probe(ctx); err != nil {
		t.Fatal(err)
	}
	list, err := rooms.Responses.Probes(t.Context(), id, time.Now().Add(-time.Hour), 10)
	if err != nil || len(list) != 1 || list[0].Origin != tocsin.ProbeServer || list[0].Cause != "clock" || list[0].By != "" {
		t.Fatalf("%+v, %v", list, err)
	}
	if _, err := probe.ReadJSON(list[0].Result); err != nil {
		t.Error(err)
	}
	stop()
	if err := p.Run(ctx); err != nil {
		t.Errorf("it ends with %v", err)
	}
	if list, _ := rooms.Responses.Probes(t.Context(), id, time.Now().Add(-time.Hour), 10); len(list) != 1 {
		t.Error("a result is kept of a probe that the end of the desk cut")
	}
}
