package httpserver_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/httpserver/servetest"
)

// A door lets everybody in, and says for how long.
type door struct {
	asked atomic.Int64
	again func() bool
}

func (d *door) Admit(r *http.Request, _ access.Permission) (*http.Request, error) {
	d.asked.Add(1)
	return r, nil
}

func (d *door) Again(context.Context, *http.Request) func() bool { return d.again }

// plainDoor cannot tell.
type plainDoor struct{ *door }

func (plainDoor) Again() {}

// Who comes to the handler of a route when the same is asked again: nobody where
// the route and its gate both say that the answer holds.
func TestAgainAsksTheGate(t *testing.T) {
	t.Parallel()
	if !servetest.Lane() {
		t.Skip("nothing is kept without the lane")
	}
	yes, no := func() bool { return true }, func() bool { return false }
	for name, tt := range map[string]struct {
		route, gate     func() bool
		kept, plain     bool
		handled, passed int64 // of five requests
	}{
		"both hold":                {yes, yes, false, false, 0, 0},
		"the gate does not":        {yes, no, false, false, 5, 5},
		"the gate cannot tell":     {yes, nil, false, false, 5, 5},
		"no gate that could":       {yes, nil, false, true, 5, 5},
		"the route does not":       {no, yes, false, false, 5, 5},
		"the route cannot tell":    {nil, yes, false, false, 5, 5},
		"kept, and asked":          {nil, yes, true, false, 5, 5},
		"kept, the gate can't":     {yes, nil, true, false, 5, 5},
		"kept, and both hold":      {yes, yes, true, false, 0, 0},
		"kept, the gate does not":  {yes, no, true, false, 5, 5},
		"kept, the route does not": {no, yes, true, false, 5, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var handled atomic.Int64
			body, gate := []byte("an answer"), &door{again: tt.gate}
			c := httpserver.Config{Errors: dialect("page"), Gate: gate, Routes: []httpserver.Route{{Pattern: "GET /x", Needs: access.ReadHealth, Handle: func(w http.ResponseWriter, r *http.Request) error {
				handled.Add(1)
				a := httpserver.Answer{Kind: []string{"text/plain"}, Body: body, Kept: tt.kept, Again: tt.route}
				if httpserver.Again(r) == nil {
					a.Again = nil
				}
				httpserver.Deliver(r.Context(), w, r.Method, r.Header, a)
				return nil
			}}}}
			if tt.plain {
				c.Gate = plainDoor{gate}
			}
			base := servetest.Serve(t, c)
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(base, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			in := bufio.NewReader(conn)
			ask := func() {
				t.Helper()
				if _, err := io.WriteString(conn, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				w, err := http.ReadResponse(in, nil)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(w.Body); err != nil || string(got) != string(body) || w.StatusCode != http.StatusOK {
					t.Fatalf("%d %q %v", w.StatusCode, got, err)
				}
			}
			for range 3 {
				ask()
			}
			handledBefore, passedBefore := handled.Load(), gate.asked.Load()
			for range 5 {
				ask()
			}
			if handled, passed := handled.Load()-handledBefore, gate.asked.Load()-passedBefore; handled != tt.handled || passed != tt.passed {
				t.Errorf("the handler was asked %d times, the gate %d times, want %d and %d", handled, passed, tt.handled, tt.passed)
			}
		})
	}
}
