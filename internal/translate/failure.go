package translate

import (
	"errors"
	"fmt"
	"time"
)

// A Failure is why an engine did not translate what it was asked. Its text
// holds no word of the engine and no secret.
type Failure struct { //nolint:errname // that of an engine, as collect.Failure is that of a source
	Class  FailureClass
	Status int       // of the HTTP answer; 0 when there was none
	Code   string    // what the provider calls it, such as 403001; "" for none
	Again  time.Time // when the provider wants to be asked again; zero when it does not say
	Cause  error     // may be nil
}

// A FailureClass says what can be done about a failure.
type FailureClass string

// The classes of failures.
const (
	FailurePassing FailureClass = "passing" // the same request may succeed in a while
	FailureText    FailureClass = "text"    // these texts: fewer of them may succeed
	FailureOff     FailureClass = "off"     // no request will succeed before somebody mends the settings or the engine
	FailureQuota   FailureClass = "quota"   // the provider's quota is used up
)

// Error implements error.
func (f *Failure) Error() string {
	text := string(f.Class) + " failure of the engine"
	if f.Status != 0 {
		text += fmt.Sprintf(", status %d", f.Status)
	}
	if f.Code != "" {
		text += ", code " + f.Code
	}
	if f.Cause != nil {
		text += ": " + f.Cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// FailureOf returns err as a failure. What an engine returns in another form
// passes: nothing is known about it.
func FailureOf(err error) *Failure {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	return &Failure{Class: FailurePassing, Cause: err}
}
