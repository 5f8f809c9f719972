package tocsin

import (
	"strings"
	"time"
)

// A Course is what decides whether an issue is to come, goes on, or is over.
// Every list, page, figure and API asks it, with the clock: an end that was
// given ahead of time is not an end that has come.
type Course struct {
	Class   string // classification; see [ClassMaintenance]
	Status  Status
	StartAt time.Time // zero when nobody said
	EndAt   time.Time // zero when nobody said
}

// Course returns what decides how far an issue with these facts is.
func (f Facts) Course() Course { return Course{f.Class, f.Status, f.StartAt, f.EndAt} }

// Course returns what decides how far the issue is.
func (i Issue) Course() Course { return Course{i.Classification, i.Status, i.StartAt, i.EndAt} }

// Over reports whether the issue is over at now: its status says so, or its
// end has come and its status does not say that users are affected still. An
// end before the start is an end like any other.
func (c Course) Over(now time.Time) bool {
	switch {
	case c.Status.Settled(), c.Maintenance() && c.Status.Stage().over():
		return true
	case c.EndAt.IsZero() || c.EndAt.After(now) || c.Status.Broken():
		return false
	}
	return true
}

// A Stage is how far announced work is by a status of its own, which the
// provider writes in words such as "Scheduled" and "In progress". It is "" for
// any other status.
type Stage string

// The stages of announced work.
const (
	StageScheduled  Stage = "scheduled"
	StageInProgress Stage = "inProgress"
	StageCompleted  Stage = "completed"
	StageCancelled  Stage = "cancelled"
	// StageUnknown is of work whose window has passed without a word that it is
	// done: nobody knows whether it is.
	StageUnknown Stage = "unknown"
)

// OverrunFor is how long work whose window has passed without a word that it is
// done stays among what is planned.
const OverrunFor = 7 * 24 * time.Hour

func (s Stage) over() bool { return s == StageCompleted || s == StageCancelled }

// Stage reads the status of announced work, however its words are joined.
func (s Status) Stage() Stage {
	switch strings.ToLower(strings.Join(strings.FieldsFunc(string(s), func(r rune) bool { return r == ' ' || r == '-' || r == '_' }), "")) {
	case "scheduled", "planned":
		return StageScheduled
	case "inprogress", "started":
		return StageInProgress
	case "completed":
		return StageCompleted
	case "canceled", "cancelled":
		return StageCancelled
	}
	return ""
}

// Stage returns how far announced work is at now, by its own word and the clock,
// and "" for any other issue.
func (c Course) Stage(now time.Time) Stage {
	if !c.Maintenance() {
		return ""
	}
	word := c.Status.Stage()
	switch {
	case word.over():
		return word
	case c.Status == StatusFalsePositive:
		return StageCancelled
	case c.Status.Settled():
		return StageCompleted
	case c.StartAt.After(now):
		if word == StageInProgress || c.Ongoing(now) {
			return StageInProgress
		}
		return StageScheduled
	case !c.EndAt.IsZero() && !c.EndAt.After(now) && !c.Ongoing(now):
		return StageUnknown
	case c.StartAt.IsZero() && word != StageInProgress && !c.Ongoing(now):
		return StageScheduled
	}
	return StageInProgress
}

// Overrun reports whether the issue is work whose window has passed at now, not
// longer than [OverrunFor] ago, without a word that it is done.
func (c Course) Overrun(now time.Time) bool {
	return c.Stage(now) == StageUnknown && now.Sub(c.EndAt) < OverrunFor
}

// Pending reports whether the issue belongs into a list of what is open at now:
// it is not over, or it is work of which nobody knows whether it is done; see
// [Course.Overrun].
func (c Course) Pending(now time.Time) bool { return !c.Over(now) || c.Overrun(now) }

// Open reports whether the issue is not over at now. What is to come is open.
func (c Course) Open(now time.Time) bool { return !c.Over(now) }

// Maintenance reports whether the issue announces work.
func (c Course) Maintenance() bool { return strings.EqualFold(c.Class, ClassMaintenance) }

// Planned reports whether the issue is announced work that is not over at now
// and that users do not feel: it is still to begin, or nothing but what was
// announced is known of it.
func (c Course) Planned(now time.Time) bool {
	if !c.Maintenance() || c.Over(now) || c.Status.Broken() {
		return false
	}
	return c.StartAt.After(now) || c.Status.Healthy() || !c.Status.Known() || c.Status == StatusInformationAvailable
}

// Ongoing reports whether the issue is one that people have to reckon with at
// now: open, no planned work, and of no status that says that all is well.
func (c Course) Ongoing(now time.Time) bool {
	return !c.Over(now) && !c.Status.Healthy() && !c.Planned(now)
}
