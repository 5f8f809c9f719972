package httpserver

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"example.org/tocsin/internal/access"
)

// verifier finds out who sends a request.
type verifier interface {
	Authenticate(r *http.Request, audiences ...string) (access.Identity, error)
}

// An Admission decides who may send requests to the APIs and how many, before
// anything else of a request is looked at.
type Admission struct {
	verifier verifier
	limiter  *access.Limiter
}

// NewAdmission returns an admission. The limiter is nil for no limit.
func NewAdmission(v verifier, l *access.Limiter) *Admission {
	if l == nil {
		l = access.NewLimiter(0)
	}
	return &Admission{v, l}
}

// errThrottled refuses whoever asks too often.
var errThrottled = Errorf(http.StatusTooManyRequests, "The client sends too many requests.")

// A Refusal is why a request was not admitted. The API says it in its own form.
type Refusal struct {
	Err    error     // of [access.Verifier.Authenticate]; [StatusOf] has its status
	Header [2]string // name and value to answer with; empty for none
}

// Throttled reports whether the client asks too often.
func (f *Refusal) Throttled() bool { return errors.Is(f.Err, errThrottled) }

// Admit returns who sends a request to an API that answers to the audiences
// below realm, the address of the desk that was asked, or why it is refused.
// The refusal has the challenge of RFC 6750, section 3, or the time to wait in
// whole seconds.
func (a *Admission) Admit(r *http.Request, realm string, now time.Time, audiences ...string) (access.Identity, *Refusal) {
	identity, err := a.verifier.Authenticate(r, audiences...)
	if err != nil {
		return identity, &Refusal{err, challenge(realm, err)}
	}
	return identity, a.Throttle(identity, now)
}

// Known reports whether Admit would return an identity again for a request that
// it returned it for, and counts the request if so. Whoever gets false calls
// Admit.
func (a *Admission) Known(r *http.Request, before access.Identity, now time.Time, audiences ...string) bool {
	identity, err := a.verifier.Authenticate(r, audiences...)
	return err == nil && identity.Same(before) && a.Throttle(identity, now) == nil
}

// Again returns what [Answer.Again] of an answer to an admitted caller may be,
// where still tells whether all else that the answer depends on is as it was;
// nil for a request that does not look as if it came again. The caller is
// admitted last, since that counts the request.
func (a *Admission) Again(r *http.Request, identity access.Identity, now func() time.Time, still func(ctx context.Context, now time.Time) bool, audiences ...string) func() bool {
	request := Again(r)
	if request == nil {
		return nil
	}
	return func() bool {
		at := now()
		return still(request.Context(), at) && a.Known(request, identity, at, audiences...)
	}
}

// Throttle counts one more request of an admitted caller, as Admit counts the
// first, and returns nil if it may be served.
func (a *Admission) Throttle(identity access.Identity, now time.Time) *Refusal {
	wait := a.limiter.Admit(identity, now)
	if wait <= 0 {
		return nil
	}
	return &Refusal{errThrottled, [2]string{"Retry-After", strconv.Itoa(int((wait + time.Second - 1) / time.Second))}}
}

func challenge(realm string, err error) [2]string {
	text := `Bearer realm="` + realm + `"`
	switch {
	case errors.Is(err, access.ErrInvalidToken):
		text += `, error="invalid_token"`
	case errors.Is(err, access.ErrGivenTwice):
		text += `, error="invalid_request"`
	case !errors.Is(err, access.ErrNoCredentials):
		return [2]string{} // the credentials could not be looked at
	}
	return [2]string{"WWW-Authenticate", text}
}

// ScopeChallenge returns the header by which a caller whose token lacks a scope
// is told which one (RFC 6750, section 3.1).
func ScopeChallenge(realm, scope string) [2]string {
	return [2]string{"WWW-Authenticate", `Bearer realm="` + realm + `", error="insufficient_scope", scope="` + scope + `"`}
}

// ClientRequestID returns the name that a client gave its request, if it is
// harmless in a log and in a header: at most 64 letters, digits and "-_.{}".
func ClientRequestID(header http.Header) string {
	id := header.Get("Client-Request-Id")
	if len(id) > 64 {
		return ""
	}
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '{', c == '}':
		default:
			return ""
		}
	}
	return id
}
