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
	for _, c := range CourseOf(one.Incident, one.Steps).Plan(now) {
		late := tocsin.LateStep{Step: c.Step, N: c.N, DueAt: c.Due}
		told := slices.ContainsFunc(one.Told, func(t tocsin.LateStep) bool { return t.Step == late.Step && t.N == late.N && t.DueAt.Equal(late.DueAt) })
		if c.State == Late && !told && (one.Open() || c.Step == tocsin.StepReview) {
			list = append(list, late)
		}
	}
	return list
}

// StepRole returns the part of whoever has a step of the runbook to do.
func StepRole(step string) string {
	switch step {
	case tocsin.StepDetection:
		return "support"
	case tocsin.StepAnnouncement:
		return "comms"
	case tocsin.StepEscalation:
		return "liaison"
	}
	return "manager"
}
