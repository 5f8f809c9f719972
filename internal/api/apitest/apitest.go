// Package apitest has who asks in tests of the APIs.
package apitest

import (
	"net/http"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// Tokens verifies requests by a table: they stand for what an issuer would have
// signed.
type Tokens struct {
	Known map[string]access.Identity // by bearer token
	// Audience is the only one that they are good for; "" lets them be good for any.
	Audience string
}

// Authenticate finds out who sends a request, as [access.Verifier] does.
func (t Tokens) Authenticate(r *http.Request, audiences ...string) (access.Identity, error) {
	refuse := func(kind, cause error) error { return &tocsin.Error{Kind: kind, Message: "No.", Cause: cause} }
	header := r.Header.Values("Authorization")
	switch {
	case len(header) == 0:
		return access.Identity{}, refuse(tocsin.ErrUnauthenticated, access.ErrNoCredentials)
	case len(header) > 1:
		return access.Identity{}, refuse(tocsin.ErrInvalid, access.ErrGivenTwice)
	}
	identity, ok := t.Known[strings.TrimPrefix(header[0], "Bearer ")]
	if !ok || t.Audience != "" && (len(audiences) != 1 || audiences[0] != t.Audience) {
		return access.Identity{}, refuse(tocsin.ErrUnauthenticated, access.ErrInvalidToken)
	}
	return identity, nil
}
