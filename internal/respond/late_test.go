package respond_test

import (
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// Two replicas look every quarter of a minute at the same rooms, one of which is
// started anew in between: each late step is told once, none is missed, in every zone
// and over changes of clocks.
func TestLateStepsOverReplicas(t *testing.T) {
	t.Parallel()
	dsn := pgtest.URL(t)
	first, second := storetest.Open(t, dsn), storetest.Open(t, dsn)
	storetest.AddTenants(t, first)
	ctx := t.Context()
	for _, zone := range []string{"Europe/Paris", "America/New_York", "America/Sao_Paulo", "Asia/Tokyo", "Australia/Lord_Howe"} {
		began := time.Date(2026, 10, 25, 0, 20, 0, 0, time.UTC) // the night in which Paris repeats an hour
		if _, err := first.OpenIncident(ctx, tocsin.Incident{Title: zone, TenantIDs: []string{storetest.Contoso}, Zone: zone}, began); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Date(2026, 10, 25, 0, 20, 0, 0, time.UTC)
	for look := began; look.Before(began.Add(130 * time.Minute)); look = look.Add(5 * time.Minute) {
		if look.Equal(began.Add(65 * time.Minute)) {
			second = storetest.Open(t, dsn)
		}
		var both sync.WaitGroup
		for _, desk := range []*storetest.Desk{first, second} {
			both.Go(func() {
				if _, err := respond.TellLate(ctx, desk, look); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
	}
	changes, err := first.TenantChangesAfter(ctx, storetest.Contoso, 0, false, 1000)
	if err != nil {
		t.Fatal(err)
	}
	told := map[int64][]string{}
	for _, c := range changes {
		if c.What == tocsin.WhatLate {
			n, step, num := tocsin.StepOf(c.ID)
			told[n] = append(told[n], step+strconv.Itoa(num))
		}
	}
	for n := range int64(5) {
		slices.Sort(told[n+1])
		if want := []string{"announcement0", "detection0", "escalation0", "updates1", "updates2"}; !slices.Equal(told[n+1], want) {
			t.Errorf("incident %d: told of %q, want %q", n+1, told[n+1], want)
		}
	}
}
