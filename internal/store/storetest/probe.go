package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// probeChecks are what is promised of results of probes and of their codes.
func probeChecks() checks {
	return checks{"Probes": probes, "ProbeCodes": probeCodes, "ProbesEnd": probesEnd}
}

func aProbe(id string, at time.Time) tocsin.Probe {
	return tocsin.Probe{ID: id, At: at.AddDate(-1, 0, 0), ReceivedAt: at, Seat: "PC-0417\x00", Network: "4G", Origin: tocsin.ProbePasted, Cause: "dns", Result: []byte(`{"cause":"dns"}`)}
}

func probes(t *testing.T, s *Desk) {
	AddTenants(t, s)
	for i, id := range []string{"a", "b", "c"} {
		p := aProbe(id, T0.Add(time.Duration(i)*time.Minute))
		p.TenantID = Contoso
		if id == "c" {
			p.Origin = tocsin.ProbeServer
		}
		if err := s.AddProbe(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.Probes(t.Context(), Contoso, T0.Add(time.Minute), 10)
	if err != nil || len(list) != 2 || list[0].ID != "c" || list[1].ID != "b" || list[1].Seat != "PC-0417" || string(list[1].Result) != `{"cause":"dns"}` || !list[1].At.Equal(T0.Add(time.Minute).AddDate(-1, 0, 0)) {
		t.Errorf("Probes = %+v, %v", list, err)
	}
	if list, err := s.Probes(t.Context(), Contoso, T0, 1); len(list) != 1 || err != nil {
		t.Errorf("at most one: %+v, %v", list, err)
	}
	if list, err := s.Probes(t.Context(), Fabrikam, T0, 10); len(list) != 0 || err != nil {
		t.Errorf("those of another tenant: %+v, %v", list, err)
	}
	p := aProbe("d", T0)
	p.TenantID = "33333333-3333-4333-8333-333333333333"
	if err := s.AddProbe(t.Context(), p); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("of no tenant: %v, want ErrNotFound", err)
	}
}

func probeCodes(t *testing.T, s *Desk) {
	ctx := tocsin.WithActor(t.Context(), tocsin.Actor{UserID: "u1", Name: "kim"})
	AddTenants(t, s)
	code, ended := tocsin.HashOf([]byte("code")), tocsin.HashOf([]byte("ended"))
	for hash, until := range map[tocsin.Hash]time.Time{code: T0.Add(time.Hour), ended: T0.Add(time.Minute)} {
		if err := s.AddProbeCode(ctx, Contoso, hash, until, T0); err != nil {
			t.Fatal(err)
		}
	}
	now := T0.Add(2 * time.Minute)
	for name, hash := range map[string]tocsin.Hash{"ended": ended, "unknown": tocsin.HashOf([]byte("other"))} {
		if _, err := s.TakeProbe(context.Background(), "", hash, aProbe("x", now)); !errors.Is(err, tocsin.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", name, err)
		}
	}
	if _, err := s.TakeProbe(context.Background(), Fabrikam, code, aProbe("x", now)); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("for another tenant: %v, want ErrNotFound", err)
	}
	got, err := s.TakeProbe(context.Background(), Contoso, code, aProbe("a", now))
	if err != nil || got.TenantID != Contoso || got.By != "kim" || got.Origin != tocsin.ProbeSent {
		t.Errorf("TakeProbe = %+v, %v", got, err)
	}
	if _, err := s.TakeProbe(context.Background(), "", code, aProbe("b", now)); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("used twice: %v, want ErrNotFound", err)
	}
	if list, err := s.Probes(ctx, Contoso, T0, 10); len(list) != 1 || err != nil || list[0].By != "kim" {
		t.Errorf("Probes = %+v, %v", list, err)
	}
	for i := range 200 {
		if err := s.AddProbeCode(ctx, Fabrikam, tocsin.HashOf([]byte{byte(i)}), T0.Add(time.Hour), T0); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddProbeCode(ctx, Fabrikam, tocsin.HashOf([]byte("more")), T0.Add(time.Hour), T0); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("the 201st: %v, want ErrConflict", err)
	}
}

func probesEnd(t *testing.T, s *Desk) {
	AddTenants(t, s)
	for id, at := range map[string]time.Time{"old": T0, "new": T0.AddDate(0, 0, 31)} {
		p := aProbe(id, at)
		p.TenantID = Contoso
		if err := s.AddProbe(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	now := T0.AddDate(0, 0, 32)
	if _, err := s.SweepWords(t.Context(), now, now.AddDate(0, 0, -30)); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Probes(t.Context(), Contoso, T0, 10); len(list) != 1 || err != nil || list[0].ID != "new" {
		t.Errorf("after the sweep: %+v, %v", list, err)
	}
}
