package httpserver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/httpserver/servetest"
)

type check struct {
	name string
	err  error
}

func (c check) Name() string { return c.name }
func (c check) Healthy(context.Context) error {
	if c.name == "panics" {
		panic("in check")
	}
	return c.err
}

func TestOperations(t *testing.T) {
	t.Parallel()
	well := config()
	well.Checks = []httpserver.Check{check{name: "store"}, check{name: "workers"}}
	ill := config()
	ill.Checks = []httpserver.Check{check{name: "store"}, check{name: "workers", err: errors.New("canary")}, check{name: "panics"}}
	open := ill
	open.Open = true
	const near, far = "127.0.0.1:4000", "192.0.2.1:4000"
	illReport := `{"status":"unavailable","checks":[{"name":"store","status":"ok"},{"name":"workers","status":"unavailable"},{"name":"panics","status":"unavailable"}]}`
	tests := []struct {
		name      string
		config    httpserver.Config
		path      string
		peer      string
		forwarded bool
		status    int
		body      string
	}{
		{"well", well, "/health", near, false, 200, `{"status":"ok","checks":[{"name":"store","status":"ok"},{"name":"workers","status":"ok"}]}`},
		{"well from afar", well, "/health", far, false, 200, `{"status":"ok"}`},
		{"ill", ill, "/health", near, false, 503, illReport},
		{"ill from afar", ill, "/health", far, false, 503, `{"status":"unavailable"}`},
		{"ill through a proxy", ill, "/health", near, true, 503, `{"status":"unavailable"}`},
		{"ill and open", open, "/health", far, false, 503, illReport},
		{"alive though ill", ill, "/healthz", far, false, 200, "ok"},
		{"ready", well, "/readyz", far, false, 200, "ok"},
		{"not ready", ill, "/readyz", far, false, 503, "unavailable"},
		{"metrics", well, "/metrics", near, false, 200, "# HELP tocsin_http"},
		{"metrics from afar", well, "/metrics", far, false, 404, "There is nothing here."},
		{"metrics through a proxy", well, "/metrics", near, true, 404, "There is nothing here."},
		{"metrics when open", open, "/metrics", far, false, 200, "# HELP tocsin_http"},
		{"version", well, "/version", near, false, 200, `{"version":"`},
		{"version from afar", well, "/version", far, false, 404, "There is nothing here."},
		{"debugging", well, "/debug/pprof/", near, false, 404, "page 404"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest("GET", tt.path, nil)
			r.RemoteAddr = tt.peer
			if tt.forwarded {
				r.Header.Set("X-Forwarded-For", far)
			}
			got := serve(newServer(t, tt.config), r)
			if got.Code != tt.status || !strings.HasPrefix(got.Body.String(), tt.body) {
				t.Errorf("%s: %d %q, want %d %q", tt.path, got.Code, got.Body, tt.status, tt.body)
			}
		})
	}
}

func TestMetricsAreBounded(t *testing.T) {
	t.Parallel()
	s := newServer(t, config())
	for i := range 50 {
		serve(s, httptest.NewRequest("GET", fmt.Sprintf("/issues/%d", i), nil))
		serve(s, httptest.NewRequest("GET", fmt.Sprintf("/nothing/%d", i), nil))
		serve(s, httptest.NewRequest("GET", fmt.Sprintf("/api/v1.0/%d", i), nil))
	}
	r := httptest.NewRequest("GET", "/metrics", nil)
	r.RemoteAddr = "[::1]:5000"
	text := serve(s, r).Body.String()
	var got []string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "tocsin_http_requests") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	want := []string{
		"tocsin_http_requests_in_flight 1",
		`tocsin_http_requests_total{code="200",route="GET /issues/{id}"} 50`,
		`tocsin_http_requests_total{code="200",route="legacy"} 50`,
		`tocsin_http_requests_total{code="404",route="none"} 50`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

// Whoever has asked for nothing has no series: an idle desk tells nothing of
// each of its routes.
func TestIdleDeskHasNoEmptySeries(t *testing.T) {
	t.Parallel()
	s := newServer(t, config())
	ask := func() string {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr = "[::1]:5000"
		return serve(s, r).Body.String()
	}
	ask()
	serve(s, httptest.NewRequest("GET", "/issues/1", nil))
	routes := map[string]bool{}
	for line := range strings.Lines(ask()) {
		if _, rest, is := strings.Cut(line, "tocsin_http_request_seconds_count{"); is {
			routes[rest] = true
		}
	}
	if len(routes) != 2 || !routes["route=\"GET /issues/{id}\"} 1\n"] {
		t.Errorf("series of %q, want those of two requests", slices.Collect(maps.Keys(routes)))
	}
}

// T-47: whatever a client sends, a request is one line of the log, which no terminal
// takes for an order.
func TestLogIsOneLine(t *testing.T) {
	t.Parallel()
	const evil = "a\r\n{\"level\":\"ERROR\",\"msg\":\"forged\"}\x1b[2J\u202egnp.exe\u2028b"
	for name, handler := range map[string]func(io.Writer) slog.Handler{
		"json": func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) },
		"text": func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) },
	} {
		var out bytes.Buffer
		c := config()
		c.Log = slog.New(handler(&out))
		s := newServer(t, c)
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path, r.URL.RawPath, r.URL.RawQuery, r.RequestURI = "/"+evil, "", evil, "/"+evil
		r.Method, r.Host, r.RemoteAddr = "GET"+evil, evil, evil
		r.Header["User-Agent"], r.Header["X-Request-Id"], r.Header["Referer"] = []string{evil}, []string{evil}, []string{evil}
		serve(s, r)
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(lines) != 1 || strings.ContainsAny(lines[0], "\r\x1b\u2028") {
			t.Errorf("%s: %q", name, lines)
		}
		if name == "text" {
			continue
		}
		var entry map[string]any
		if err := json.Unmarshal([]byte(lines[0]), &entry); err != nil || entry["msg"] != "request" {
			t.Errorf("%q: %v", lines[0], err)
		}
	}
}

func TestLogHoldsNoSecret(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := config()
	c.Log = slog.New(slog.NewJSONHandler(&out, nil))
	s := newServer(t, c)
	for _, path := range []string{
		"/?access_token=canary", "/panic?x=canary", "/half?canary", "/feeds/canary/feed.xml", "/fr//Feeds//canary/x", "/f%65eds/canary", "/feeds%2fcanary", "/a/tcf_canary", "/TCF%5Fcanary/b",
	} {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Authorization", "Bearer canary")
		r.Header.Set("Cookie", "session=canary")
		func() {
			defer func() { _ = recover() }() // the half answer is broken off
			serve(s, r)
		}()
	}
	serve(s, httptest.NewRequest("GET", "/a%0ab%1b[31m", nil))
	var paths []any
	for line := range strings.Lines(out.String()) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		if entry["msg"] == "request" {
			paths = append(paths, entry["path"], entry["status"])
		}
	}
	want := []any{
		"/", 200.0, "/panic", 500.0, "/half", 200.0, "/feeds/-/feed.xml", 404.0, "/fr//Feeds//-/x", 404.0, "/f%65eds/-", 404.0, "/-", 404.0, "/a/-", 404.0, "/-/b", 404.0,
		"/a%0ab%1b[31m", 404.0,
	}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Errorf("access log (-want +got):\n%s", diff)
	}
	if text := strings.ReplaceAll(out.String(), "canary in panic", ""); strings.Contains(text, "canary") {
		t.Errorf("the log shows a secret:\n%s", text)
	}
}

// A turning is what a check of tests may be turned to.
type turning struct{ ill atomic.Bool }

func (f *turning) Name() string { return "store" }
func (f *turning) Healthy(context.Context) error {
	if f.ill.Load() {
		return errors.New("ill")
	}
	return nil
}

// Connections that ask all the time are told of a change as soon as new ones.
func TestProbesAskedAgain(t *testing.T) {
	t.Parallel()
	var at atomic.Int64
	look := &turning{}
	c := config()
	c.Checks, c.Now = []httpserver.Check{look}, func() time.Time { return time.UnixMilli(at.Load()) }
	address := servetest.Serve(t, c)
	targets := []string{"/health", "/readyz", "/healthz"}
	lines := make([]*servetest.Line, len(targets))
	for i := range lines {
		lines[i] = servetest.Dial(t, address)
	}
	for step := range 12 {
		look.ill.Store(step%2 == 1)
		for i, target := range targets {
			request := servetest.Get(address, target, "")
			var head []string
			var body string
			for range 4 {
				head, body = lines[i].Ask(request)
			}
			wantHead, want := servetest.Dial(t, address).Ask(request)
			if body != want || servetest.Lasting(head) != servetest.Lasting(wantHead) {
				t.Errorf("step %d, %s: %q %s in place of %q %s", step, target, head, body, wantHead, want)
			}
			if ill := strings.Contains(want, "unavailable"); target != "/healthz" && step > 0 && ill != (step%2 == 1) {
				t.Errorf("step %d, %s: %s", step, target, want)
			}
		}
		at.Add(int64(time.Second / time.Millisecond))
	}
}
