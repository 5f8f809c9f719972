package httpserver_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.org/tocsin/internal/httpserver"
)

// Who misses a path of an API by a slash or a letter is told so by that API,
// and a program that takes no page never gets one.
func TestStrays(t *testing.T) {
	t.Parallel()
	c := config()
	c.Programs = dialect("program")
	c.Hosts = []string{"health.contoso.com"}
	c.Subtrees[0].Near = func(tidy string) (string, bool) {
		if !strings.HasPrefix(strings.ToLower(tidy), "/api/") {
			return "", false
		}
		return strings.ToLower(tidy), true
	}
	s := newServer(t, c)
	for _, tt := range []struct {
		method, path, accept, host string
		status                     int
		body                       string
	}{
		{"GET", "//api/v1.0/x", "", "", 404, "legacy 404 There is nothing at this address. Did you mean /api/v1.0/x?"},
		{"GET", "/api//v1.0/x/", "text/html", "", 404, "legacy 404 There is nothing at this address. Did you mean /api/v1.0/x?"},
		{"POST", "/./api/v1.0/x", "", "", 404, "legacy 404"},
		{"GET", "/y/../api/v1.0/x", "", "", 404, "legacy 404"},
		{"GET", "/API/V1.0/x", "", "", 404, "legacy 404"},
		{"GET", "/api%2fv1.0%2fx", "", "", 404, "legacy 404 There is nothing at this address. Did you mean /api/v1.0/x?"},
		{"GET", "/%61pi/v1.0/x", "", "", 404, "legacy 404"},
		{"GET", "/api%5Cv1.0/x", "", "", 404, "legacy 404"},
		{"GET", "//api/v1.0/x", "", "evil.example", 421, "legacy 421"},
		{"GET", "//api/%0d%0ax", "", "", 404, "legacy 404 There is nothing at this address. Did you mean /api/%0D%0Ax?"},
		{"GET", "//api/" + strings.Repeat("x", 200), "", "", 404, "legacy 404 There is nothing at this address."},
		{"GET", "/healthz/", "", "", 404, "There is nothing at this address. Did you mean /healthz?"},
		{"GET", "//Metrics", "", "", 404, "There is nothing at this address. Did you mean /metrics?"},
		{"POST", "/healthz", "", "", 405, "Only GET, HEAD is served here."},
		{"GET", "/nothing", "", "", 404, "page 404"},
		{"GET", "/nothing", "*/*", "", 404, "page 404"},
		{"GET", "/nothing", "text/html,application/json;q=0.9", "", 404, "page 404"},
		{"GET", "/nothing", "application/json", "", 404, "program 404"},
		{"GET", "//nothing", "application/json, text/plain, */*", "", 404, "program 404"},
		{"GET", "/nothing", "application/json;q=0, */*", "", 404, "page 404"},
		{"POST", "/issues/EX1", "application/problem+json", "", 405, "program 405"},
		{"GET", "/panic", "application/json", "", 500, "program 500"},
		{"GET", "/nothing", "application/json", "evil.example", 421, "program 421"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), tt.method, "/", nil)
		r.RequestURI, r.URL.Opaque, r.Host = tt.path, "", "localhost"
		if u, err := r.URL.Parse("http://localhost" + tt.path); err == nil {
			r.URL = u
		}
		if tt.host != "" {
			r.Host = tt.host
		}
		if tt.accept != "" {
			r.Header.Set("Accept", tt.accept)
		}
		got := serve(s, r)
		if got.Code != tt.status || !strings.HasPrefix(got.Body.String(), tt.body) || got.Header().Get("Location") != "" {
			t.Errorf("%s %s for %q: %d %s, want %d %s", tt.method, tt.path, tt.accept, got.Code, got.Body, tt.status, tt.body)
		}
		if allow := got.Header().Get("Allow"); (allow != "") != (tt.status == http.StatusMethodNotAllowed) {
			t.Errorf("%s %s: Allow %q", tt.method, tt.path, allow)
		}
	}
}

func TestTidy(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"/": "/", "//": "/", "": "/", "*": "/*", "/a//b/": "/a/b", "/a/../b/.": "/b", "/../a": "/a", "/a%2Fb": "/a/b", "/a%zz": "/a%zz", `/a\b`: "/a/b", "/a%252f": "/a%2f",
	} {
		if got := httpserver.Tidy(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}
