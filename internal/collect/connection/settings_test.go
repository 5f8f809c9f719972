package connection_test

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/connection"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// The settings' tenants and sources are stored and polled; each kind is told how
// its provider is reached, and files need no provider.
func TestEnrol(t *testing.T) {
	t.Parallel()
	desk := storetest.Open(t, storetest.File(t))
	now := func() time.Time { return storetest.T0 }
	collector := collect.New(desk, now, slog.New(slog.DiscardHandler))
	tenant := config.Tenant{Name: "contoso", TenantID: storetest.Contoso, Sources: []config.Source{
		{ClientID: "app", Auth: config.AuthCertificate, Certificate: "c.pem", CertificateKey: "k.pem", Algorithm: "PS256", Cloud: "us-government"},
		{Kind: "servicecomms", ClientID: "app", Auth: config.AuthFederated, TokenFile: "token", BaseURL: "https://old.example/api/v1.0", TokenURL: "https://old.example/token", Provider: "Contoso"},
		{Kind: "file", Label: "saved", Path: "there"},
	}}
	m := &made{}
	if err := connection.Enrol(t.Context(), config.Config{Tenants: []config.Tenant{tenant}}, desk, collector, m, now); err != nil {
		t.Fatal(err)
	}
	var polled []string
	for _, target := range collector.Targets() {
		polled = append(polled, target.Name)
		if whole := target.Name != "graph"; target.Full != whole {
			t.Errorf("%s: whole lists are asked for: %v", target.Name, target.Full)
		}
	}
	slices.Sort(polled)
	if !slices.Equal(polled, []string{"graph", "saved", "servicecomms"}) {
		t.Errorf("polled: %v", polled)
	}
	if len(m.reached) != 3 {
		t.Fatalf("made: %+v", m.reached)
	}
	graph, old, saved := m.reached[0], m.reached[1], m.reached[2]
	if graph.Kind != "graph" || graph.Credential.Certificate != "c.pem" || graph.Credential.Key != "k.pem" || graph.Credential.Algorithm != "PS256" || graph.Endpoint.API == "" || graph.Endpoint.Resource == "" {
		t.Errorf("graph: %+v", graph)
	}
	if old.Credential.TokenFile != "token" || !strings.HasPrefix(old.Endpoint.API, "https://old.example/") || old.Endpoint.Token != "https://old.example/token" {
		t.Errorf("the legacy API: %+v", old)
	}
	if saved.Path != "there" || saved.Endpoint.API != "" {
		t.Errorf("files: %+v", saved)
	}
	if states, err := desk.Sources(t.Context(), storetest.Contoso); err != nil || len(states) != 3 {
		t.Errorf("stored: %+v, %v", states, err)
	}
}

// What cannot be made is named.
func TestEnrolNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	desk := storetest.Open(t, storetest.File(t))
	now := func() time.Time { return storetest.T0 }
	collector := collect.New(desk, now, slog.New(slog.DiscardHandler))
	tenant := config.Tenant{Name: "contoso", TenantID: storetest.Contoso, Sources: []config.Source{{Label: "odd", ClientID: "app", Cloud: "nowhere"}}}
	err := connection.Enrol(t.Context(), config.Config{Tenants: []config.Tenant{tenant}}, desk, collector, &made{}, now)
	if !errors.Is(err, tocsin.ErrInvalid) || !strings.HasPrefix(err.Error(), "tenant contoso, source odd: ") || len(collector.Targets()) != 0 {
		t.Errorf("%v; polled %v", err, collector.Targets())
	}
}
