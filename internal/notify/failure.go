package notify

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Reason says why a message was not accepted. The list is closed: see
// [Reasons].
type Reason string

// The reasons. In doubt means that nobody knows whether the message arrived.
const (
	ReasonAuthentication Reason = "authentication" // the secret or the account is not taken
	ReasonRate           Reason = "rate"           // too many, later
	ReasonRefused        Reason = "refused"        // by the other side, for another reason
	ReasonTimeout        Reason = "timeout"        // no answer in time
	ReasonContent        Reason = "content"        // this message, as it is: its form or its size
	ReasonUnreachable    Reason = "unreachable"    // no connection
	ReasonCertificate    Reason = "certificate"    // of the other side is not to be trusted
	ReasonInside         Reason = "inside"         // the address is in the network and that is not allowed
	ReasonGone           Reason = "gone"           // the address does not exist any more
	ReasonLoop           Reason = "loop"           // the message would come back
	ReasonInDoubt        Reason = "in_doubt"       // it broke off when the message may have been taken
)

// Reasons lists all reasons, for metrics and documents.
func Reasons() []Reason {
	return []Reason{
		ReasonAuthentication, ReasonRate, ReasonRefused, ReasonTimeout, ReasonContent, ReasonUnreachable,
		ReasonCertificate, ReasonInside, ReasonGone, ReasonLoop, ReasonInDoubt,
	}
}

// A Failure is why a message was not accepted. Its text holds no secret, no
// address with a secret in it, and no words of the other side that could hold one.
type Failure struct { //nolint:errname // that of a channel, as collect.Failure is that of a source
	Reason Reason
	// After is how long the other side asks to wait, 0 when it does not.
	After time.Duration
	// Permanent tells that the same message will not be accepted before somebody
	// mends something: it goes to the dead letters.
	Permanent bool
	// InDoubt tells that the message may have been accepted. It is not sent again
	// by itself.
	InDoubt bool
	Status  int    // of the answer, 0 when there was none
	Detail  string // one line in English that is safe to show, names the setting to change
	Cause   error  // logged; may be nil
}

// Error implements error.
func (f *Failure) Error() string {
	text := "not delivered: " + string(f.Reason)
	if f.Status != 0 {
		text += fmt.Sprintf(", status %d", f.Status)
	}
	if f.Detail != "" {
		text += ": " + f.Detail
	}
	return text
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// FailureOf returns err as a failure. An end of time is a time-out; what a
// channel returns in another form passes as refused, since nothing is known
// about it.
func FailureOf(err error) *Failure {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &Failure{Reason: ReasonTimeout, Cause: err}
	}
	return &Failure{Reason: ReasonRefused, Cause: err}
}
