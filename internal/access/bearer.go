package access

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// bearer takes the token out of a request. It must be in exactly one
// Authorization header (RFC 6750, 2.1); the form of it in the query is not
// served, and counts as a second one when both are there.
func bearer(r *http.Request) (string, error) {
	headers := r.Header.Values("Authorization")
	if len(headers) > 1 || len(headers) == 1 && hasQueryToken(r.URL.RawQuery) {
		return "", &tocsin.Error{Kind: tocsin.ErrInvalid, Field: "Authorization", Message: "Send the access token once, in one Authorization header.", Cause: ErrGivenTwice}
	}
	if len(headers) == 0 {
		return "", refuse(ErrNoCredentials)
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", refuse(ErrNoCredentials)
	}
	return strings.TrimLeft(token, " "), nil
}

// hasQueryToken looks for a parameter access_token, however its name is
// escaped. It does not parse the query: that is for those who know its options.
func hasQueryToken(raw string) bool {
	for part := range strings.SplitSeq(raw, "&") {
		name, _, _ := strings.Cut(part, "=")
		if name, err := url.QueryUnescape(name); err == nil && strings.EqualFold(name, "access_token") {
			return true
		}
	}
	return false
}

// refuse explains a refusal to the caller. The reason stays a cause, so that
// nobody learns which check a forged token failed.
func refuse(reason error) error {
	message := "The access token is not valid."
	if errors.Is(reason, ErrNoCredentials) {
		message = "Send an access token in the header Authorization: Bearer."
	}
	return &tocsin.Error{Kind: tocsin.ErrUnauthenticated, Message: message, Cause: reason}
}
