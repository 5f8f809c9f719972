package tocsin

import (
	"strings"
	"time"
)

// An Acknowledgement says who has taken an open issue in hand: from then on nobody
// else is called.
type Acknowledgement struct {
	At   time.Time
	ByID string // user, "" for a program or the command line
	By   string // name, as it was then
}

// An Escalation is what happens to an issue of a tenant that nobody takes in hand.
type Escalation struct {
	Acknowledged *Acknowledgement // nil while nobody has
	Steps        []EscalationStep // in the order of their times
}

// An EscalationStep is an endpoint that is told of an issue unless somebody takes
// it in hand before.
type EscalationStep struct {
	Endpoint string    // its key
	At       time.Time // when it is told, or was
	Sent     bool      // a message was made: it is told whatever happens
	Ended    string    // why it is not told any more: acknowledged or over; "" for no reason
}

// Next returns the step that comes next, nil for none.
func (e *Escalation) Next() *EscalationStep {
	for i := range e.Steps {
		if s := &e.Steps[i]; !s.Sent && s.Ended == "" {
			return s
		}
	}
	return nil
}

// MayAcknowledge reports whether somebody can take an issue in hand: it fails with
// [ErrConflict] for one that is no incident or is over.
func MayAcknowledge(c Course, now time.Time) error {
	switch {
	case !strings.EqualFold(c.Class, classIncident):
		return Conflictf("Only incidents are acknowledged.")
	case !c.Ongoing(now):
		return Conflictf("The incident is over.")
	}
	return nil
}
