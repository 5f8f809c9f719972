package tocsin

import (
	"errors"
	"fmt"
)

// Kinds of failure that a caller can act on. Test for them with [errors.Is].
var (
	ErrInvalid         = errors.New("invalid input")
	ErrUnauthenticated = errors.New("not signed in")
	ErrForbidden       = errors.New("not allowed")
	ErrNotFound        = errors.New("not found")
	ErrConflict        = errors.New("conflict")
	ErrUnavailable     = errors.New("temporarily unavailable")
)

// ErrQuota is the cause of a conflict with what somebody has done within the last hour:
// their share is used up.
var ErrQuota = errors.New("quota")

// An Error is a failure that may be explained to the person who met it.
// Every other error is internal: it is logged, and they see a request id.
type Error struct {
	Kind    error  // one of the kinds above
	Message string // a sentence that is safe to show
	Field   string // the rejected input, for ErrInvalid
	About   string // what the sentence names: a person, an item; "" for nothing
	Cause   error  // logged but never shown; may be nil
}

func (e *Error) Error() string {
	text := e.Message
	if e.Field != "" {
		text = e.Field + ": " + text
	}
	if e.Cause == nil {
		return text
	}
	return text + ": " + e.Cause.Error()
}

// Unwrap lets [errors.Is] and [errors.As] see the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Cause}
}

// Invalidf reports that the input called field was rejected.
func Invalidf(field, format string, args ...any) error {
	return &Error{Kind: ErrInvalid, Field: field, Message: fmt.Sprintf(format, args...)}
}

// NotFoundf reports that something asked for by name does not exist.
func NotFoundf(format string, args ...any) error {
	return &Error{Kind: ErrNotFound, Message: fmt.Sprintf(format, args...)}
}

// Conflictf reports that something already exists or changed meanwhile.
func Conflictf(format string, args ...any) error {
	return &Error{Kind: ErrConflict, Message: fmt.Sprintf(format, args...)}
}
