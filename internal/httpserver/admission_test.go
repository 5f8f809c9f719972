package httpserver_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/tocsin"
)

// says fails as it is told to, and otherwise knows everybody.
type says struct{ err error }

func (s says) Authenticate(*http.Request, ...string) (access.Identity, error) {
	return access.Identity{ClientID: "c", TenantID: "t"}, s.err
}

func TestAdmission(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 7, 8, 12, 0, 0, 0, time.UTC)
	challenge := func(more string) [2]string {
		return [2]string{"WWW-Authenticate", `Bearer realm="https://desk"` + more}
	}
	for name, tt := range map[string]struct {
		err    error
		status int
		header [2]string
	}{
		"no credentials": {&tocsin.Error{Kind: tocsin.ErrUnauthenticated, Cause: access.ErrNoCredentials}, 401, challenge("")},
		"invalid token":  {&tocsin.Error{Kind: tocsin.ErrUnauthenticated, Cause: access.ErrInvalidToken}, 401, challenge(`, error="invalid_token"`)},
		"given twice":    {&tocsin.Error{Kind: tocsin.ErrInvalid, Cause: access.ErrGivenTwice}, 400, challenge(`, error="invalid_request"`)},
		"unavailable":    {tocsin.ErrUnavailable, 503, [2]string{}},
		"broken":         {errors.New("broken"), 500, [2]string{}},
	} {
		_, refusal := httpserver.NewAdmission(says{tt.err}, nil).Admit(httptest.NewRequest("GET", "/", nil), "https://desk", noon)
		if refusal == nil || httpserver.StatusOf(refusal.Err) != tt.status || refusal.Header != tt.header || refusal.Throttled() {
			t.Errorf("%s: %+v, want %d and %v", name, refusal, tt.status, tt.header)
		}
	}
	admission := httpserver.NewAdmission(says{}, access.NewLimiter(2))
	for i := range 4 {
		identity, refusal := admission.Admit(httptest.NewRequest("GET", "/", nil), "https://desk", noon)
		if identity.ClientID != "c" {
			t.Fatalf("request %d: %+v", i, identity)
		}
		if i < 2 && refusal != nil {
			t.Errorf("request %d: %+v", i, refusal)
		}
		if i >= 2 && (refusal == nil || !refusal.Throttled() || httpserver.StatusOf(refusal.Err) != 429 || refusal.Header != [2]string{"Retry-After", "30"}) {
			t.Errorf("request %d: %+v, want to wait 30 s", i, refusal)
		}
	}
	if refusal := admission.Throttle(access.Identity{ClientID: "c", TenantID: "t"}, noon.Add(29900*time.Millisecond)); refusal == nil || refusal.Header[1] != "1" {
		t.Errorf("0.1 s before its time: %+v, want a whole second", refusal)
	}
}

func TestClientRequestID(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]bool{
		"abc-1": true, "{0A_f.9}": true, strings.Repeat("a", 64): true, "": true,
		strings.Repeat("a", 65): false, "a b": false, "a\x01": false, "é": false, "a,b": false,
	} {
		if got := httpserver.ClientRequestID(http.Header{"Client-Request-Id": {given}}); (got == given) != want {
			t.Errorf("%q: %q", given, got)
		}
	}
}
