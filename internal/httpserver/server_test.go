package httpserver_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/tocsin"
)

var update = flag.Bool("update", false, "write golden files")

// dialect marks errors, so that tests see which part of the program wrote them.
func dialect(name string) httpserver.ErrorWriter {
	return func(w http.ResponseWriter, _ *http.Request, status int, err *tocsin.Error) {
		w.WriteHeader(status)
		fmt.Fprintf(w, "%s %d %s", name, status, err.Message)
	}
}

func say(text string) httpserver.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

func failing(err error) httpserver.HandlerFunc {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

func config() httpserver.Config {
	return httpserver.Config{
		Errors: dialect("page"),
		Routes: []httpserver.Route{
			{Pattern: "GET /{$}", Needs: access.Public, Handle: say("home")},
			{Pattern: "GET /issues/{id}", Needs: access.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
				return say("issue "+r.PathValue("id"))(w, r)
			}},
			{Pattern: "POST /read", Needs: access.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					return err
				}
				return say(string(body))(w, r)
			}},
			{Pattern: "POST /large", Needs: access.Public, MaxBody: 100 << 10, Handle: func(w http.ResponseWriter, r *http.Request) error {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					return err
				}
				return say(fmt.Sprint(len(body)))(w, r)
			}},
			{Pattern: "GET /panic", Needs: access.Public, Handle: func(http.ResponseWriter, *http.Request) error { panic("canary in panic") }},
			{Pattern: "GET /half", Needs: access.Public, Handle: func(w http.ResponseWriter, _ *http.Request) error {
				w.Header().Set("Content-Length", "100")
				_, _ = io.WriteString(w, "half")
				return errors.New("broken")
			}},
		},
		Subtrees: []httpserver.Subtree{
			{
				Name: "legacy", Prefix: "/api/v1.0/", Errors: dialect("legacy"), ChecksBody: true,
				Routes: []httpserver.Route{{Pattern: "GET /api/v1.0/{tenant}/ServiceComms/Messages", Needs: access.ReadLegacy}},
				Handle: func(w http.ResponseWriter, r *http.Request) error {
					if strings.Contains(r.URL.Path, "panic") {
						panic("in the legacy API")
					}
					return say("legacy "+httpserver.RawPath(r))(w, r)
				},
			},
			{
				Name: "tokens", Match: func(path string) bool { return strings.Contains(path, "/oauth2/") }, Errors: dialect("tokens"),
				Routes: []httpserver.Route{{Pattern: "POST /{tenant}/oauth2/token", Needs: access.Public}},
				Handle: say("tokens"),
			},
		},
	}
}

func newServer(t testing.TB, c httpserver.Config) *httpserver.Server {
	t.Helper()
	s, err := httpserver.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func serve(s *httpserver.Server, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestDispatch(t *testing.T) {
	t.Parallel()
	for name, withLane := range settings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testDispatch(t, listen(t, config(), withLane))
		})
	}
}

func testDispatch(t *testing.T, address string) {
	t.Helper()
	long := strings.Repeat("a", 17<<10)
	tests := []struct {
		name    string
		request string // first line without version, and headers
		status  int
		body    string
	}{
		{"home", "GET /", 200, "home"},
		{"path value", "GET /issues/EX1", 200, "issue EX1"},
		{"escaped value", "GET /issues/a%2Fb", 200, "issue a/b"},
		{"head", "HEAD /", 200, ""},
		{"nothing there", "GET /nothing", 404, "page 404 There is nothing here."},
		{"another method", "POST /issues/EX1", 405, "page 405 Only GET, HEAD is served here."},
		{"page with two slashes", "GET //issues/EX1", 404, "page 404 There is nothing here."},
		{"page through a parent", "GET /x/../issues/EX1", 404, "page 404 There is nothing here."},
		{"api", "GET /api/v1.0/contoso.com/ServiceComms/Messages?$top=1", 200, "legacy /api/v1.0/contoso.com/ServiceComms/Messages"},
		{"api root", "GET /api/v1.0", 200, "legacy /api/v1.0"},
		{"api with two slashes", "GET /api/v1.0//x", 200, "legacy /api/v1.0//x"},
		{"api through a parent", "GET /api/v1.0/../x", 200, "legacy /api/v1.0/../x"},
		{"api with escaped slash", "GET /api/v1.0/a%2fb%2F%2e%2e", 200, "legacy /api/v1.0/a%2fb%2F%2e%2e"},
		{"api with odd characters", "GET /api/v1.0/Issues('%27')/<x>\"%2f", 200, "legacy /api/v1.0/Issues('%27')/<x>\"%2f"},
		{"api by full address", "GET http://host/api/v1.0//%2f", 200, "legacy /api/v1.0//%2f"},
		{"api in another case", "GET /API/v1.0/x", 404, "page 404 There is nothing here."},
		{"api name goes on", "GET /api/v1.01/x", 404, "page 404 There is nothing here."},
		{"tokens", "POST /contoso.com/oauth2/token", 200, "tokens"},
		{"api by any method", "DELETE /api/v1.0/x", 200, "legacy /api/v1.0/x"},
		{"long header", "GET /\r\nX-Long: " + long, 431, "page 431 A header has more than 16 KB."},
		{"long header at the api", "GET /api/v1.0/x\r\nX-Long: " + long, 431, "legacy 431 A header has more than 16 KB."},
		{"header of 100 KB at the api", "GET /api/v1.0/x\r\nCookie: " + strings.Repeat("a", 100<<10), 431, "legacy 431 A header has more than 16 KB."},
		{"header just short enough", "GET /\r\nX-Long: " + long[:16<<10-6], 200, "home"},
		{"long address", "GET /api/v1.0/x?" + long, 414, "legacy 414 The address has more than 16 KB."},
		{"compressed body", "POST /read\r\nContent-Encoding: gzip", 415, "page 415 Send the body without compression."},
		{"plain body named so", "POST /read\r\nContent-Encoding: identity", 200, ""},
		{"compressed body where the api looks itself", "GET /api/v1.0/x\r\nContent-Encoding: gzip", 200, "legacy /api/v1.0/x"},
		{"compressed body for the others", "POST /t/oauth2/token\r\nContent-Encoding: br", 415, "tokens 415 Send the body without compression."},
		{"large body", "POST /read\r\nContent-Length: 70000", 413, "page 413 The body has more than 64 KB."},
		{"large body where a route takes it", "POST /large\r\nContent-Length: 70000\r\n\r\n" + strings.Repeat("x", 70000), 200, "70000"},
		{"too large even there", "POST /large\r\nContent-Length: 110000", 413, "page 413 The body has more than 100 KB."},
		{"too large even there in chunks", "POST /large\r\nTransfer-Encoding: chunked\r\n\r\n1adb1\r\n" + strings.Repeat("x", 110001) + "\r\n0", 413, "page 413"},
		{"large body in chunks", "POST /read\r\nTransfer-Encoding: chunked\r\n\r\n11171\r\n" + strings.Repeat("x", 70001) + "\r\n0", 413, "page 413"},
		{"panic", "GET /panic", 500, "page 500 Something went wrong here. The request id helps us to find it."},
		{"panic in the api", "GET /api/v1.0/panic", 500, "legacy 500 Something went wrong here. The request id helps us to find it."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			status, body := raw(t, address, tt.request)
			if status != tt.status || !strings.HasPrefix(body, tt.body) || tt.body == "" && body != "" {
				t.Errorf("%s: %d %q, want %d %q", strings.TrimSpace(tocsin.Clip(tt.request, 60)), status, tocsin.Clip(body, 200), tt.status, tt.body)
			}
		})
	}
}

func TestErrorsBecomeStatuses(t *testing.T) {
	t.Parallel()
	cause := errors.New("canary in cause")
	tests := []struct {
		name   string
		err    error
		status int
		body   string
	}{
		{"invalid", tocsin.Invalidf("title", "Give it a title."), 400, "Give it a title."},
		{"bare kind", tocsin.ErrConflict, 409, "Conflict."},
		{"wrapped", fmt.Errorf("issue 7: %w", tocsin.NotFoundf("There is no issue 7.")), 404, "There is no issue 7."},
		{"not signed in", &tocsin.Error{Kind: tocsin.ErrUnauthenticated, Message: "Sign in.", Cause: cause}, 401, "Sign in."},
		{"not allowed", &tocsin.Error{Kind: tocsin.ErrForbidden, Message: "No.", Cause: cause}, 403, "No."},
		{"unavailable", fmt.Errorf("%w: %w", tocsin.ErrUnavailable, cause), 503, "Service Unavailable."},
		{"too slow", fmt.Errorf("query: %w", context.DeadlineExceeded), 503, "Service Unavailable."},
		{"own status", fmt.Errorf("negotiate: %w", httpserver.Errorf(406, "Ask for JSON.")), 406, "Ask for JSON."},
		{"internal", cause, 500, "Internal Server Error."},
		{"internal with a kind that nobody knows", &tocsin.Error{Kind: cause, Message: "canary"}, 500, "Internal Server Error."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := config()
			c.Routes = []httpserver.Route{{Pattern: "GET /fail", Needs: access.Public, Handle: failing(tt.err)}}
			got := serve(newServer(t, c), httptest.NewRequest("GET", "/fail", nil))
			want := fmt.Sprintf("page %d %s", tt.status, tt.body)
			if got.Code != tt.status || got.Body.String() != want {
				t.Errorf("%d %q, want %q", got.Code, got.Body, want)
			}
			if after := got.Header().Get("Retry-After"); (after != "") != (tt.status == 503) {
				t.Errorf("Retry-After %q with %d", after, tt.status)
			}
		})
	}
}

func TestWriterSeesTheCause(t *testing.T) {
	t.Parallel()
	c := config()
	c.Routes = []httpserver.Route{{Pattern: "GET /fail", Needs: access.Public, Handle: failing(access.Identity{}.Require(access.ReadHealth))}}
	var seen *tocsin.Error
	c.Errors = func(_ http.ResponseWriter, _ *http.Request, _ int, err *tocsin.Error) { seen = err }
	serve(newServer(t, c), httptest.NewRequest("GET", "/fail", nil))
	if !errors.Is(seen, access.ErrInsufficientScope) {
		t.Errorf("the writer got %v, want ErrInsufficientScope in it", seen)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := newServer(t, config())
	r := httptest.NewRequest("GET", "/", nil)
	const id = "0F8FAD5B-d9cb-469f-a165-70867728950e"
	r.Header.Set("client-request-id", id)
	header := serve(s, r).Header()
	for name, want := range map[string]string{
		"X-Request-Id":               id,
		"X-Content-Type-Options":     "nosniff",
		"Referrer-Policy":            "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Content-Security-Policy":    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for _, bad := range []string{"", "x", id + "\n", "<script>", strings.Repeat("a", 36)} {
		r.Header["Client-Request-Id"] = []string{bad}
		if got := serve(s, r).Header().Get("X-Request-Id"); !tocsin.IsGUID(got) || got == id {
			t.Errorf("client-request-id %q became %q, want a GUID of ours", bad, got)
		}
	}
	if got := serve(s, httptest.NewRequest("GET", "/none", nil)).Header().Get("Content-Security-Policy"); got == "" {
		t.Error("the page for 404 has no policy")
	}
}

func TestHosts(t *testing.T) {
	t.Parallel()
	c := config()
	c.Hosts = []string{"health.contoso.com"}
	s := newServer(t, c)
	for _, tt := range []struct {
		host, path string
		status     int
	}{
		{"health.contoso.com", "/", 200},
		{"HEALTH.contoso.com.:8443", "/", 200},
		{"localhost:8080", "/", 200},
		{"127.0.0.1:8080", "/", 200},
		{"[::1]:8080", "/", 200},
		{"evil.example", "/", 421},
		{"health.contoso.com.evil.example", "/", 421},
		{"192.0.2.1", "/", 421},
		{"", "/", 421},
		{"evil.example", "/api/v1.0/x", 421},
		{"evil.example", "/nothing", 421},
		{"192.0.2.1:8080", "/healthz", 200},
	} {
		r := httptest.NewRequest("GET", tt.path, nil)
		r.Host = tt.host
		if got := serve(s, r).Code; got != tt.status {
			t.Errorf("%s%s: %d, want %d", tt.host, tt.path, got, tt.status)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	ok := say("ok")
	tests := []struct {
		name   string
		change func(*httpserver.Config)
		want   string
	}{
		{"no permission", func(c *httpserver.Config) { c.Routes = []httpserver.Route{{Pattern: "GET /x", Handle: ok}} }, `route "GET /x" says no permission`},
		{"no permission in a subtree", func(c *httpserver.Config) { c.Subtrees[0].Routes[0].Needs = "" }, "says no permission"},
		{"unknown permission", func(c *httpserver.Config) {
			c.Routes = []httpserver.Route{{Pattern: "GET /x", Needs: "anything", Handle: ok}}
		}, "unknown permission"},
		{"nobody to ask", func(c *httpserver.Config) {
			c.Routes = []httpserver.Route{{Pattern: "GET /x", Needs: access.ReadHealth, Handle: ok}}
		}, "nobody is there to grant it"},
		{"no handler", func(c *httpserver.Config) { c.Routes = []httpserver.Route{{Pattern: "GET /x", Needs: access.Public}} }, "has no handler"},
		{"no method", func(c *httpserver.Config) {
			c.Routes = []httpserver.Route{{Pattern: "/x", Needs: access.Public, Handle: ok}}
		}, "no method and path"},
		{"conflict", func(c *httpserver.Config) {
			c.Routes = []httpserver.Route{{Pattern: "GET /{a}/x", Needs: access.Public, Handle: ok}, {Pattern: "GET /y/{b}", Needs: access.Public, Handle: ok}}
		}, "conflicts"},
		{"twice", func(c *httpserver.Config) { c.Routes = append(c.Routes, c.Routes[0]) }, "there twice"},
		{"empty table", func(c *httpserver.Config) { c.Subtrees[0].Routes = nil }, "lacks"},
		{"bad prefix", func(c *httpserver.Config) { c.Subtrees[0].Prefix = "/" }, "no prefix"},
		{"no error writer", func(c *httpserver.Config) { c.Errors = nil }, "no error writer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := config()
			tt.change(&c)
			if _, err := httpserver.New(c); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New: %v, want %q in it", err, tt.want)
			}
		})
	}
}

type gateFunc func(r *http.Request, needs access.Permission) (*http.Request, error)

func (g gateFunc) Admit(r *http.Request, needs access.Permission) (*http.Request, error) {
	return g(r, needs)
}

func TestGate(t *testing.T) {
	t.Parallel()
	c := config()
	c.Routes = []httpserver.Route{{Pattern: "GET /mine", Needs: access.ReadHealth, Handle: say("mine")}}
	c.Gate = gateFunc(func(r *http.Request, needs access.Permission) (*http.Request, error) {
		if needs != access.ReadHealth || r.Header.Get("Authorization") == "" {
			return nil, tocsin.ErrUnauthenticated
		}
		return r, nil
	})
	s := newServer(t, c)
	r := httptest.NewRequest("GET", "/mine", nil)
	if got := serve(s, r).Code; got != 401 {
		t.Errorf("stranger: %d, want 401", got)
	}
	r.Header.Set("Authorization", "x")
	if got := serve(s, r).Body.String(); got != "mine" {
		t.Errorf("known: %q, want mine", got)
	}
}

func TestRoutesGolden(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	for _, r := range newServer(t, config()).Routes() {
		fmt.Fprintf(&out, "%-60s %s\n", r.Pattern, r.Needs)
	}
	golden := filepath.Join("testdata", "routes.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("route table (-want +got):\n%s", diff)
	}
}

func BenchmarkChain(b *testing.B) {
	s := newServer(b, config())
	r := httptest.NewRequest("GET", "/api/v1.0/contoso.com/ServiceComms/Messages?$top=1", nil)
	b.ReportAllocs()
	for b.Loop() {
		s.ServeHTTP(httptest.NewRecorder(), r)
	}
}
