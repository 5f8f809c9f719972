package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// handlings: what a tenant does about a message is its own, the last word
// stands, and the audit log keeps each.
func handlings(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := tocsin.WithActor(t.Context(), tocsin.Actor{Name: "kim"})
	for _, tenant := range []string{Contoso, Fabrikam} {
		record(t, s, tenant, T0, Message(t, "MC1", false, T0), Message(t, "MC2", false, T0))
	}
	get := func(tenant string) map[string]tocsin.Handling {
		t.Helper()
		got, err := s.Handlings(ctx, tenant)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first := tocsin.Handling{State: tocsin.HandlingPlanned, Owner: " kim ", Due: time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)}
	second := tocsin.Handling{State: tocsin.HandlingDone}
	if err := errors.Join(s.PutHandling(ctx, Contoso, "MC1", second, T0), s.PutHandling(ctx, Contoso, "MC1", first, T0), s.PutHandling(ctx, Contoso, "MC2", second, T0)); err != nil {
		t.Fatal(err)
	}
	first.Owner = "kim"
	expect(t, "handlings", get(Contoso), map[string]tocsin.Handling{"MC1": first, "MC2": second})
	expect(t, "another tenant's", get(Fabrikam), map[string]tocsin.Handling{})
	before, err := s.Audit(ctx, store.AuditQuery{Limit: 2})
	if err != nil || before[1].Action != "message.handle" || before[1].Object != "MC1" || before[1].TenantID != Contoso || before[1].Actor.Name != "kim" || before[1].Detail != "planned, owner kim, due 2026-03-10" {
		t.Errorf("Audit = %+v, %v", before, err)
	}
	if err := s.PutHandling(ctx, Contoso, "MC9", second, T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("of an unknown message: %v, want ErrNotFound", err)
	}
	if err := s.PutHandling(ctx, Contoso, "MC1", tocsin.Handling{State: "later"}, T0); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("an unknown state: %v, want ErrInvalid", err)
	}
	after, err := s.Audit(ctx, store.AuditQuery{Limit: 1})
	if err != nil || after[0].N != before[0].N {
		t.Errorf("refused changes are audited: %+v, %v", after, err)
	}
	if err := s.PutHandling(ctx, Contoso, "MC1", tocsin.Handling{}, T0); err != nil {
		t.Error(err)
	}
	expect(t, "after taking it back", get(Contoso), map[string]tocsin.Handling{"MC2": second})
	// A change sees what holds, and a refused one leaves no trace.
	if _, err := s.ChangeHandling(ctx, Contoso, "MC1", T0, func(*tocsin.Handling) error { return tocsin.Conflictf("taken") }); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("a refused change: %v, want ErrConflict", err)
	}
	expect(t, "after a refusal", get(Contoso), map[string]tocsin.Handling{"MC2": second})
	// One of many who take a message at once gets it.
	var group sync.WaitGroup
	won := make(chan string, 8)
	for i := range cap(won) {
		group.Go(func() {
			name := "person " + string(rune('a'+i))
			h, err := s.ChangeHandling(ctx, Contoso, "MC1", T0, func(h *tocsin.Handling) error {
				if h.Owner != "" {
					return tocsin.Conflictf("taken")
				}
				h.Owner = name
				return nil
			})
			if err == nil && h.Owner == name {
				won <- name
			} else if !errors.Is(err, tocsin.ErrConflict) {
				t.Errorf("taking: %+v, %v", h, err)
			}
		})
	}
	group.Wait()
	if len(won) != 1 || get(Contoso)["MC1"].Owner != <-won {
		t.Errorf("%d took it, %+v holds", len(won), get(Contoso)["MC1"])
	}
}
