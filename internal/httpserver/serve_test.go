package httpserver_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
)

// settings are the two ways to serve, by name.
func settings() map[string]bool { return map[string]bool{"lane": true, "library": false} }

// listen serves c until the test ends and returns its address.
func listen(t *testing.T, c httpserver.Config, withLane bool) string {
	t.Helper()
	c.Lane = withLane
	s := newServer(t, c)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return listener.Addr().String()
}

func TestHalfAnAnswerIsBrokenOff(t *testing.T) {
	t.Parallel()
	for name, withLane := range settings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer, err := http.Get("http://" + listen(t, config(), withLane) + "/half")
			if err != nil {
				return // broken off before the header: as good
			}
			defer answer.Body.Close()
			if body, err := io.ReadAll(answer.Body); err == nil {
				t.Errorf("read %q without an error", body)
			}
		})
	}
}

// TestServeFinishesWhatIsInHand stops a server in the middle of a request and
// of an event stream.
func TestServeFinishesWhatIsInHand(t *testing.T) {
	t.Parallel()
	for name, withLane := range settings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testFinish(t, withLane)
		})
	}
}

func testFinish(t *testing.T, withLane bool) {
	t.Helper()
	entered, release := make(chan struct{}, 2), make(chan struct{})
	c := config()
	c.Routes = []httpserver.Route{
		{Pattern: "GET /slow", Needs: access.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
			entered <- struct{}{}
			<-release
			return errors.Join(r.Context().Err(), say("whole")(w, r))
		}},
		{Pattern: "GET /stream", Needs: access.Public, Streams: true, Handle: func(w http.ResponseWriter, r *http.Request) error {
			_ = http.NewResponseController(w).Flush()
			entered <- struct{}{}
			<-httpserver.Stopping(r.Context())
			close(release) // proves that streams are told while others still work
			return say("bye")(w, r)
		}},
	}
	c.Lane = withLane
	s := newServer(t, c)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, listener) }()
	var group sync.WaitGroup
	for path, want := range map[string]string{"/slow": "whole", "/stream": "bye"} {
		group.Go(func() {
			answer, err := http.Get("http://" + listener.Addr().String() + path)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				return
			}
			defer answer.Body.Close()
			if body, err := io.ReadAll(answer.Body); err != nil || string(body) != want {
				t.Errorf("%s: %q, %v, want %q", path, body, err, want)
			}
		})
	}
	<-entered
	<-entered
	start := time.Now()
	cancel()
	group.Wait()
	if err := <-done; err != nil || time.Since(start) > 5*time.Second {
		t.Errorf("Serve: %v after %v, want nil at once", err, time.Since(start))
	}
	r := httptest.NewRequest("GET", "/readyz", nil)
	if got := serve(s, r).Code; got != 503 {
		t.Errorf("/readyz while stopping: %d, want 503", got)
	}
	if _, err := net.Dial("tcp", listener.Addr().String()); err == nil {
		t.Error("the address still answers")
	}
}

func TestServeReportsAFailedListener(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	for name, withLane := range settings() {
		c := config()
		c.Lane = withLane
		if err := newServer(t, c).Serve(t.Context(), listener); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: Serve: %v, want net.ErrClosed", name, err)
		}
	}
}

// TestStreamsAreTheLibrarys takes connections over, whatever spelling the path
// has.
func TestStreamsAreTheLibrarys(t *testing.T) {
	t.Parallel()
	c := config()
	c.Routes = []httpserver.Route{{Pattern: "GET /stream/{id}", Needs: access.Public, Streams: true, Handle: func(w http.ResponseWriter, r *http.Request) error {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\ntaken %s", r.PathValue("id"))
		return conn.Close()
	}}}
	for name, withLane := range settings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := listen(t, c, withLane)
			for _, path := range []string{"/stream/a", "/stream/a?b", "/%73tream/a", "/stream%2Fa", "//stream/a"} {
				status, body := raw(t, address, "GET "+path)
				if served := strings.HasPrefix(path, "/stream/") || strings.HasPrefix(path, "/%"); served && body != "taken a" || !served && status != 404 {
					t.Errorf("%s: %d %q", path, status, body)
				}
			}
		})
	}
}

// raw sends what no client library would.
func raw(t *testing.T, address, request string) (int, string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	first, rest, more := strings.Cut(request, "\r\n")
	if more {
		rest = "\r\n" + rest
	}
	// A large body may be refused before it is sent: the answer counts.
	_, _ = fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close%s\r\n\r\n", first, rest)
	method, _, _ := strings.Cut(first, " ")
	answer, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Error(err)
	}
	return answer.StatusCode, string(body)
}
