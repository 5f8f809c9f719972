package tocsin

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// A HandlingState is how far the people of a tenant are with a message.
type HandlingState string

// The states. A message of which nobody has said anything is new.
const (
	HandlingNew           HandlingState = "new"
	HandlingPlanned       HandlingState = "planned"
	HandlingDone          HandlingState = "done"
	HandlingNotApplicable HandlingState = "notApplicable"
)

// HandlingStates lists the states in the order in which a message passes them.
func HandlingStates() []HandlingState {
	return []HandlingState{HandlingNew, HandlingPlanned, HandlingDone, HandlingNotApplicable}
}

// A Handling is what the people of a tenant do about a message. The provider
// knows nothing of it.
type Handling struct {
	State HandlingState
	Owner Party // who sees to it
	// OwnerName is the owner as people read it. The store fills it in, and takes no
	// notice of it when a handling is written.
	OwnerName string
	Away      Away
	Due       time.Time // midnight UTC of the day by which they want to be done; zero for the provider's date
}

// An Away is that a message is put away: it is in no list but that of what was
// put away. The zero one is of messages that are not.
type Away struct {
	At     time.Time
	By     Party  // who put it away
	ByName string // as people read it; the store fills it in when it is read
	Reason string
}

// Is reports whether the message is put away.
func (a Away) Is() bool { return !a.At.IsZero() }

// validate reports what is wrong with a reason.
func (a Away) validate() error {
	if a.Is() && (a.Reason == "" || !oneLine(a.Reason)) {
		return Invalidf("reason", "Say in 1 to 100 characters why it is put away.")
	}
	return nil
}

// Bounds of the years of a due date, so that pages can tell the distance.
const (
	firstDueYear = 2000
	lastDueYear  = 2199
)

// Normalize makes a handling that says nothing the zero one with the state new.
func (h *Handling) Normalize() {
	if h.State == "" {
		h.State = HandlingNew
	}
	h.Away.Reason = strings.TrimSpace(h.Away.Reason)
}

// Settled reports whether nothing is left to do.
func (h Handling) Settled() bool {
	return h.State == HandlingDone || h.State == HandlingNotApplicable
}

// Validate reports every problem of a normalised handling at once.
func (h Handling) Validate() error {
	var problems []error
	if !slices.Contains(HandlingStates(), h.State) {
		problems = append(problems, Invalidf("state", "%q is none of new, planned, done, notApplicable.", Clip(string(h.State), 64)))
	}
	if _, ok := ParseParty(h.Owner.String()); !ok {
		problems = append(problems, Invalidf("owner", "Name a person or a team, or nobody."))
	}
	if !h.Due.IsZero() && (h.Due.Year() < firstDueYear || h.Due.Year() > lastDueYear || !h.Due.Equal(h.Due.UTC().Truncate(24*time.Hour))) {
		problems = append(problems, Invalidf("due", "Give a day between the years %d and %d.", firstDueYear, lastDueYear))
	}
	return errors.Join(append(problems, h.Away.validate())...)
}
