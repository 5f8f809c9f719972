package respond

import (
	"context"
	"errors"
	"slices"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// LateEvery is how often it is looked which steps are late, and so how late that may
// be told.
const LateEvery = 15 * time.Second

// reviewAge is how long after an incident was closed its review is waited for.
const reviewAge = 60 * 24 * time.Hour

// runs is the part of the store whose clocks are watched.
type runs interface {
	Running(ctx context.Context, since time.Time) ([]tocsin.RunningIncident, error)
	TellLateStep(ctx context.Context, n int64, late tocsin.LateStep, now time.Time) (bool, error)
}

// TellLate notes each step that is late by now and of which nothing tells so. It
// keeps nothing: whoever looks, and whenever, finds the same. It returns how many
// there were. An incident that cannot be noted costs the others nothing.
func TellLate(ctx context.Context, s runs, now time.Time) (n int, err error) {
	running, err := s.Running(ctx, now.Add(-reviewAge))
	if err != nil {
		return 0, err
	}
	var problems []error
	for _, one := range running {
		for _, late := range lateSteps(one, now) {
			first, err := s.TellLateStep(ctx, one.N, late, now)
			if first {
				n++
			}
			if !errors.Is(err, tocsin.ErrConflict) { // closed meanwhile
				problems = append(problems, err)
			}
		}
	}
	return n, errors.Join(problems...)
}

// lateSteps are the steps of an incident that are late and of which nothing tells so.
func lateSteps(one tocsin.RunningIncident, now time.Time) (list []tocsin.LateStep) {
	add := func(late tocsin.LateStep) {
		told := slices.ContainsFunc(one.Told, func(t tocsin.LateStep) bool { return t.Step == late.Step && t.N == late.N && t.DueAt.Equal(late.DueAt) })
		if !told {
			list = append(list, late)
		}
	}
	plan := CourseOf(one.Incident, one.Steps).Plan(now)
	for _, c := range plan {
		if c.State == Late && (one.Open() || c.Step == tocsin.StepReview) {
			add(tocsin.LateStep{Step: c.Step, N: c.N, DueAt: c.Due})
		}
	}
	p := one.Promise
	switch {
	case p.DueAt.IsZero() || now.Before(p.RemindAt()) || !one.Open():
	case now.Before(p.DueAt) || now.Equal(p.DueAt):
		add(tocsin.LateStep{Step: tocsin.StepReminder, N: int(p.Message), DueAt: p.DueAt})
	case !UpdateDue(plan, p): // else the update of the runbook that was promised is late itself
		add(tocsin.LateStep{Step: tocsin.StepPromise, N: int(p.Message), DueAt: p.DueAt})
	}
	return list
}

// UpdateDue reports whether what is promised is an update of the runbook that is to be
// sent: it is told of and shown once.
func UpdateDue(plan []Clock, p tocsin.IncidentPromise) bool {
	return slices.ContainsFunc(plan, func(c Clock) bool {
		return c.Step == tocsin.StepUpdates && (c.Open() || c.State == Missed) && c.Due.Truncate(time.Second).Equal(p.DueAt.Truncate(time.Second))
	})
}

// PromiseClock is a promise as a step with its due time; ok is false where there is none.
func PromiseClock(p tocsin.IncidentPromise, now time.Time) (c Clock, ok bool) {
	c = Clock{Key: Key{tocsin.StepPromise, int(p.Message)}, State: Pending, Due: p.DueAt}
	if now.After(p.DueAt) {
		c.State, c.Late = Late, now.Sub(p.DueAt)
	}
	return c, !p.DueAt.IsZero()
}

// StepRole returns the part of whoever has a step of the runbook to do.
func StepRole(step string) string {
	switch step {
	case tocsin.StepDetection:
		return "support"
	case tocsin.StepAnnouncement, tocsin.StepReminder, tocsin.StepPromise:
		return "comms"
	case tocsin.StepEscalation:
		return "liaison"
	}
	return "manager"
}
