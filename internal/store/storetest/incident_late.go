package storetest

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// That a step is late is told once for each due time, whoever looks at once; not of
// what ended or was closed.
func incidentLate(t *testing.T, s *Desk) {
	ctx := as(t, "kim")
	openIncident(t, s)
	late := tocsin.LateStep{Step: tocsin.StepDetection, DueAt: T0.Add(5 * time.Minute)}
	now := T0.Add(6 * time.Minute)
	var looks sync.WaitGroup
	firsts := make(chan bool, 4)
	for range 4 {
		looks.Go(func() {
			first, err := s.TellLateStep(t.Context(), 1, late, now)
			if err != nil {
				t.Error(err)
			}
			firsts <- first
		})
	}
	looks.Wait()
	close(firsts)
	n := 0
	for first := range firsts {
		if first {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d were first", n)
	}
	moved := tocsin.LateStep{Step: tocsin.StepDetection, DueAt: T0.Add(8 * time.Minute)}
	if first, err := s.TellLateStep(ctx, 1, moved, T0.Add(9*time.Minute)); err != nil || !first {
		t.Errorf("of another due time: %v, %v", first, err)
	}
	if got, err := s.LateStepOf(ctx, 1, tocsin.StepDetection, 0); err != nil || got != moved && !got.DueAt.Equal(moved.DueAt) {
		t.Errorf("LateStepOf = %+v, %v", got, err)
	}
	if err := s.EndStep(ctx, 1, tocsin.IncidentStep{Step: tocsin.StepEscalation, Needed: true}, T0); err != nil {
		t.Fatal(err)
	}
	if first, err := s.TellLateStep(ctx, 1, tocsin.LateStep{Step: tocsin.StepEscalation, DueAt: T0}, now); err != nil || first {
		t.Errorf("of a step that was done: %v, %v", first, err)
	}
	running, err := s.Running(ctx, T0)
	if err != nil || len(running) != 1 || len(running[0].Steps) != 1 || len(running[0].Told) != 2 || len(running[0].TenantIDs) != 2 || !running[0].T0().Equal(T0.Add(-10*time.Minute)) {
		t.Errorf("running: %+v, %v", running, err)
	}
	changes, err := s.TenantChangesAfter(ctx, Contoso, 0, false, 20)
	told := slices.DeleteFunc(changes, func(c tocsin.Change) bool { return c.What != tocsin.WhatLate })
	if err != nil || len(told) != 2 || told[0].Kind != tocsin.KindStep || told[0].ID != "1/detection" {
		t.Errorf("changes: %+v, %v", told, err)
	}
	if err := s.CloseIncident(ctx, 1, nil, now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.TellLateStep(ctx, 1, tocsin.LateStep{Step: tocsin.StepUpdates, N: 1, DueAt: T0}, now); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("of a closed incident: %v", err)
	}
	if first, err := s.TellLateStep(ctx, 1, tocsin.LateStep{Step: tocsin.StepReview, DueAt: T0}, now); err != nil || !first {
		t.Errorf("its review: %v, %v", first, err)
	}
	if running, err := s.Running(ctx, now); err != nil || len(running) != 0 {
		t.Errorf("closed before: %+v, %v", running, err)
	}
}
