package storetest

import (
	"fmt"
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// toldAfter lists what changes after a number tell, of all tenants.
func toldAfter(t *testing.T, s *Desk, seq int64) []string {
	t.Helper()
	changes, err := s.ChangesAfter(t.Context(), seq, 100)
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, c := range changes {
		list = append(list, fmt.Sprintf("%s %s %s %d", c.Kind, c.ID, c.What, c.N))
	}
	return list
}

func staleSources(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	if err := s.PutSource(ctx, Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	poll := func(at time.Time, outcome tocsin.Outcome) {
		t.Helper()
		state, err := s.ClaimSource(ctx, Contoso, "graph", at, time.Minute, true)
		if err != nil {
			t.Fatal(err)
		}
		end := archive.PollEnd{Poll: tocsin.Poll{TenantID: Contoso, Source: "graph", Epoch: state.Epoch, FinishedAt: at, Outcome: outcome}, DueAt: at}
		if _, err := s.FinishPoll(ctx, end, nil); err != nil {
			t.Fatal(err)
		}
	}
	tell := func(at time.Time, want int) {
		t.Helper()
		if told, err := s.TellStale(ctx, at); err != nil || told != want {
			t.Errorf("TellStale = %d, %v, want %d", told, err, want)
		}
	}
	poll(T0, tocsin.OutcomeUnchanged)
	tell(T0.Add(time.Minute), 0)
	tell(T0.Add(3*time.Minute), 1)
	tell(T0.Add(4*time.Minute), 0) // it was told
	poll(T0.Add(5*time.Minute), tocsin.OutcomeFailed)
	expect(t, "told", toldAfter(t, s, 0), []string{"source graph stale 0"})
	poll(T0.Add(6*time.Minute), tocsin.OutcomeUnchanged)
	poll(T0.Add(7*time.Minute), tocsin.OutcomeUnchanged)
	tell(T0.Add(time.Hour), 1)
	expect(t, "told", toldAfter(t, s, 1), []string{"source graph heard 0", "source graph stale 0"})
	if seq, err := s.LastSeqOf(ctx, Contoso); err != nil || seq != 3 {
		t.Errorf("LastSeqOf = %d, %v", seq, err)
	}
	verify(t, s, Contoso, 0)
}

func latePromises(t *testing.T, s *Desk) {
	AddTenants(t, s)
	record(t, s, Contoso, T0, Issue(t, "EX1", "one", T0))
	for range 2 { // the second time it was told
		if err := s.TellLate(t.Context(), tocsin.Change{TenantID: Contoso, ID: "EX1", N: 1, At: T0.Add(time.Hour)}, T0.Add(50*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.TellLate(t.Context(), tocsin.Change{TenantID: Contoso, ID: "EX1", N: 1, At: T0.Add(3 * time.Hour)}, T0.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	expect(t, "told", toldAfter(t, s, 1), []string{"issue EX1 late 1", "issue EX1 late 1"})
	verify(t, s, Contoso, 1)
}
