package collect

import (
	"context"
	"errors"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// A Source reads one tenant's notices from one place. Implementations are
// children of this package, each with a Config, a New and a Source.
type Source interface {
	// Poll asks the upstream for what changed. When a page
	// of a list fails, the list has an error beside the items that did arrive.
	// When nothing arrived, Poll returns an error and no lists. Poll itself
	// bounds the time, size and number of requests of a poll. Errors wrap
	// *[Failure] when the next try should wait or the operator must act.
	Poll(ctx context.Context, ask Ask) (Answer, error)
}

// An Ask says what a poll wants to know.
type Ask struct {
	// Full asks for whole lists. Otherwise lists that can be filtered by time
	// need only hold what was modified at or after Since.
	Full  bool
	Since time.Time
	// Spend is called before each request. It waits until the budget of the
	// tenant and app allows one more, or fails when ctx ends first.
	Spend func(ctx context.Context) error
}

// An Answer is what one poll brought.
type Answer struct {
	Lists []List
}

// Checked gives the answer, or why none of its lists arrived.
func (a Answer) Checked() (Answer, error) {
	for _, list := range a.Lists {
		if list.Lost == nil || len(list.Items) > 0 {
			return a, nil
		}
	}
	if len(a.Lists) == 0 {
		return a, nil
	}
	return Answer{}, a.Lists[0].Lost
}

// Lost are the lists of some kinds that did not arrive because of err.
func Lost(err error, kinds ...tocsin.Kind) []List {
	lists := make([]List, len(kinds))
	for i, kind := range kinds {
		lists[i] = List{Kind: kind, Lost: asFailure(err)}
	}
	return lists
}

// Goes reports whether it is of use to ask for another list after the failure
// of one: not when the upstream cannot be reached or signed in to, wants to be
// left alone, or the time or the budget is used up.
func Goes(ctx context.Context, err error) bool {
	failure := asFailure(err)
	return ctx.Err() == nil && failure.NotBefore.IsZero() && (failure.Step == "" || failure.Step == StepPermission) &&
		(!failure.AuthState || failure.Step == StepPermission)
}

// A List holds the documents of one kind in the order received.
type List struct {
	Kind tocsin.Kind
	// Full tells that the list names everything the upstream lists now, so
	// that what is missing has left.
	Full bool
	// Unchanged tells that the bytes were those of the previous poll of the
	// same request; Items is then empty and Listed still counts.
	Unchanged bool
	Items     []Item
	Listed    int // number of items that the answer lists
	// Lost is why the list did not arrive in full, nil when it did.
	Lost *Failure
}

// An Item is one document as received. Hash is the SHA-256 of Body.
type Item struct {
	Body []byte
	Hash tocsin.Hash
	At   time.Time // when the state held, if the source says so; usually zero
	// Doubts are what the source could not read of it and Body no longer shows.
	Doubts tocsin.Doubts
	Odd    error // why Body cannot be read, if the source knows; its form is then the upstream's own
}

// A Step is what an upstream asks for before it answers.
type Step string

// The steps at which an operator can help.
const (
	StepReach      Step = "reach"      // the upstream and its token endpoint answer
	StepSecret     Step = "secret"     // it takes the client and its secret
	StepPermission Step = "permission" // the app may read what it asked for
)

// A Failure is a poll that failed in a way that decides when to try again.
type Failure struct { //nolint:errname // collect.Failure says it
	Problem   *tocsin.Problem // safe to show; never nil
	NotBefore time.Time       // do not poll this source again before; zero for the usual back-off
	AuthState bool            // credentials or consent are wrong: an operator must act
	Step      Step            // which step towards the answer it was, if one of those
	Cause     error
}

func (f *Failure) Error() string {
	if f.Cause == nil {
		return lang.English(f.Problem)
	}
	return lang.English(f.Problem) + ": " + f.Cause.Error()
}

// Unwrap gives the cause and [tocsin.ErrUnavailable].
func (f *Failure) Unwrap() []error {
	if f.Cause == nil {
		return []error{tocsin.ErrUnavailable}
	}
	return []error{tocsin.ErrUnavailable, f.Cause}
}

// asFailure finds the Failure in err, or makes one that says no more than that
// the poll failed.
func asFailure(err error) *Failure {
	var failure *Failure
	if errors.As(err, &failure) {
		return failure
	}
	return &Failure{Problem: tocsin.NewProblem(tocsin.ProblemUnread), Cause: err}
}
