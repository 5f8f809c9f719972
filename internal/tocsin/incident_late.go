package tocsin

import (
	"strconv"
	"strings"
	"time"
)

// A RunningIncident is an incident with what its clocks are worked out from.
type RunningIncident struct {
	Incident
	Steps []IncidentStep // that ended: which one, when, and whether it was needed
	Told  []LateStep     // of which a change tells
	// Promise is what the newest message that was sent promises; zero for nothing.
	Promise IncidentPromise
}

// An IncidentPromise is by when a message promises the next one. It holds until another
// one is sent, or the incident is closed.
type IncidentPromise struct {
	Message int64 // number of the message
	SentAt  time.Time
	DueAt   time.Time
}

// What is told of a promise, as of a step of the runbook: that it is due soon, and that
// it is late. Both are numbered as the message is.
const (
	StepReminder = "reminder"
	StepPromise  = "promise"
)

// maxReminder is how long before it is due a promise is told of.
const maxReminder = 10 * time.Minute

// RemindAt returns when somebody is told that a promise is due soon: ten minutes
// before, or half of the time that was left when it was given.
func (p IncidentPromise) RemindAt() time.Time {
	return p.DueAt.Add(-min(maxReminder, max(0, p.DueAt.Sub(p.SentAt)/2)))
}

// PromiseOf returns what holds of the promises of an incident's messages; zero for
// nothing.
func PromiseOf(i Incident, messages []IncidentMessage) (p IncidentPromise) {
	var newest IncidentMessage
	for _, m := range messages {
		if m.State == MessageSent && (newest.N == 0 || m.SettledAt.After(newest.SettledAt) || m.SettledAt.Equal(newest.SettledAt) && m.N > newest.N) {
			newest = m
		}
	}
	if i.Open() && !newest.Promised.IsZero() {
		p = IncidentPromise{newest.N, newest.SettledAt, newest.Promised}
	}
	return p
}

// A LateStep is a step of a runbook that was not done by its due time.
type LateStep struct {
	Step  string
	N     int // of the updates, else 0
	DueAt time.Time
}

// StepOf reads the id of a step in changes, such as 12/updates/3.
func StepOf(id string) (incident int64, step string, n int) {
	number, rest, _ := strings.Cut(id, "/")
	incident, _ = strconv.ParseInt(number, 10, 64) // no number names nothing
	step, number, _ = strings.Cut(rest, "/")
	n, _ = strconv.Atoi(number)
	return incident, step, n
}
