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
	if list, err := s.IncidentsTold(ctx, []int64{1, 7}); err != nil || len(list) != 1 || list[0].N != 1 || len(list[0].TenantIDs) != 2 {
		t.Errorf("IncidentsTold = %+v, %v", list, err)
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

// What the newest message promises is told of once, soon and late; a newer message and
// the end of the incident end it.
func incidentPromises(t *testing.T, s *Desk) {
	ctx := as(t, "kim")
	openIncident(t, s)
	due := T0.Add(30 * time.Minute)
	say := func(promised, now time.Time, approve bool) tocsin.IncidentMessage {
		t.Helper()
		m, err := s.AddMessage(ctx, 1, tocsin.IncidentMessage{Name: "Hourly", Words: []tocsin.IncidentWords{{Language: "en", Subject: "Mail waits"}}, Promised: promised}, tocsin.IncidentStep{}, approve, now, nil)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	promise := func() tocsin.IncidentPromise {
		t.Helper()
		running, err := s.Running(ctx, T0)
		if err != nil || len(running) != 1 {
			t.Fatalf("%+v, %v", running, err)
		}
		return running[0].Promise
	}
	tell := func(step string, n int, due time.Time) bool {
		t.Helper()
		first, err := s.TellLateStep(t.Context(), 1, tocsin.LateStep{Step: step, N: n, DueAt: due}, due.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		return first
	}
	if p := promise(); !p.DueAt.IsZero() || tell(tocsin.StepPromise, 1, due) {
		t.Errorf("before any message: %+v", p)
	}
	say(due, T0, false)
	say(due.Add(time.Hour), T0.Add(time.Minute), true) // waits for a second person
	if p := promise(); p.Message != 1 || !p.DueAt.Equal(due) || !p.SentAt.Equal(T0) {
		t.Errorf("promised: %+v", p)
	}
	if tell(tocsin.StepReminder, 1, due.Add(time.Minute)) || tell(tocsin.StepReminder, 2, due) {
		t.Error("told of what was not promised")
	}
	if !tell(tocsin.StepReminder, 1, due) || tell(tocsin.StepReminder, 1, due) || !tell(tocsin.StepPromise, 1, due) {
		t.Error("not told of once")
	}
	if got, err := s.LateStepOf(ctx, 1, tocsin.StepPromise, 1); err != nil || !got.DueAt.Equal(due) {
		t.Errorf("LateStepOf = %+v, %v", got, err)
	}
	say(time.Time{}, T0.Add(40*time.Minute), false)
	if p := promise(); !p.DueAt.IsZero() || tell(tocsin.StepReminder, 3, due) {
		t.Errorf("after a newer message: %+v", p)
	}
	say(due.Add(time.Hour), T0.Add(50*time.Minute), false)
	if err := s.CloseIncident(ctx, 1, nil, T0.Add(55*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.TellLateStep(ctx, 1, tocsin.LateStep{Step: tocsin.StepPromise, N: 4, DueAt: due.Add(time.Hour)}, due.Add(2*time.Hour)); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("after the end: %v", err)
	}
	if running, err := s.Running(ctx, T0); err != nil || !running[0].Promise.DueAt.IsZero() {
		t.Errorf("after the end: %+v, %v", running, err)
	}
}

// A call about an issue that is filed ends the detection of the incidents about it,
// also of one that is opened, or made one about it, afterwards; of no other, and not
// of one that nobody works in any more.
func incidentTicks(t *testing.T, s *Desk) {
	ctx := as(t, "kim")
	AddTenants(t, s)
	open := func(issues ...string) int64 {
		t.Helper()
		i, err := s.OpenIncident(ctx, tocsin.Incident{Title: "x", TenantIDs: []string{Contoso}, Issues: issues, Zone: "UTC", Starts: []tocsin.IncidentStart{{T0: T0}}}, T0.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		return i.N
	}
	detected := func(n int64) bool {
		t.Helper()
		steps, err := s.IncidentSteps(ctx, n)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(steps, func(e tocsin.IncidentStep) bool { return e.Step == tocsin.StepDetection && e.Needed })
	}
	file := func(issue, tenant string, at time.Time) {
		t.Helper()
		if _, err := s.OpenTriage(ctx, tenant, tocsin.TriageAnswers{Issue: issue}, "provider", at); err != nil {
			t.Fatal(err)
		}
	}
	about, other, closed := open("EX1"), open("EX2"), open("EX1")
	if err := s.CloseIncident(ctx, closed, nil, T0.Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	file("EX1", Fabrikam, T0.Add(3*time.Minute))
	file("", Contoso, T0.Add(3*time.Minute))
	if detected(about) {
		t.Error("a call of another tenant, or about nothing, ended it")
	}
	file("EX1", Contoso, T0.Add(4*time.Minute))
	file("EX1", Contoso, T0.Add(5*time.Minute))
	if !detected(about) || detected(other) || detected(closed) {
		t.Errorf("detected: %v, %v, %v", detected(about), detected(other), detected(closed))
	}
	if err := s.AttachIssue(ctx, other, "EX1", T0.Add(6*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if after := open("EX1"); !detected(other) || !detected(after) {
		t.Error("a call that was filed before does not count")
	}
	late, err := s.OpenIncident(ctx, tocsin.Incident{Title: "x", TenantIDs: []string{Contoso}, Issues: []string{"EX1"}, Zone: "UTC", Starts: []tocsin.IncidentStart{{T0: T0.Add(8 * time.Minute)}}}, T0.Add(8*time.Minute))
	if err != nil || detected(late.N) {
		t.Errorf("a call before it began counts: %v", err)
	}
}
