package live_test

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"example.org/tocsin/internal/live"
	"example.org/tocsin/internal/tocsin"
)

// model is a read model of which a test sets the versions.
type model struct {
	mu       sync.Mutex
	versions map[string]string
	changed  chan struct{}
}

func newModel() *model {
	return &model{versions: map[string]string{"a": "1", "b": "1"}, changed: make(chan struct{})}
}

func (m *model) Changed() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.changed
}

func (m *model) Version(tenant string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.versions[tenant]
}

func (m *model) set(tenant, version string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.versions[tenant] = version
	close(m.changed)
	m.changed = make(chan struct{})
}

// desk serves streams of a hub: ?tenant= names the tenant.
type desk struct {
	*model
	hub    *live.Hub
	server *httptest.Server
	may    atomic.Bool

	asked   chan struct{} // has something after may was asked
	answers sync.Mutex    // held by a test to keep answers back
}

func newDesk(t testing.TB, http2 bool) *desk {
	t.Helper()
	m := newModel()
	return serve(t, m, live.NewFast(m), http2)
}

func serve(t testing.TB, m *model, hub *live.Hub, http2 bool) *desk {
	t.Helper()
	d := &desk{model: m, hub: hub, asked: make(chan struct{}, 1)}
	d.may.Store(true)
	d.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := d.hub.Serve(w, r, r.URL.Query().Get("tenant"), func(context.Context) bool {
			select {
			case d.asked <- struct{}{}:
			default:
			}
			d.answers.Lock()
			defer d.answers.Unlock()
			return d.may.Load()
		})
		if errors.Is(err, tocsin.ErrForbidden) {
			w.WriteHeader(http.StatusForbidden)
		} else if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	if http2 {
		d.server.EnableHTTP2 = true
		d.server.StartTLS()
	} else {
		d.server.Start()
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.hub.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		d.server.Close()
	})
	return d
}

// page is an open page.
type page struct {
	response *http.Response
	lines    *bufio.Scanner
}

func (d *desk) open(t *testing.T, tenant string, header ...string) *page {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.server.URL+"?tenant="+tenant, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := d.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return &page{response, bufio.NewScanner(response.Body)}
}

// next is the version in the next event, "" at the end of the stream.
func (p *page) next() string {
	for p.lines.Scan() {
		if version, ok := strings.CutPrefix(p.lines.Text(), "data: "); ok {
			return version
		}
	}
	return ""
}

// opened waits until the stream has begun.
func (p *page) opened(t *testing.T) *page {
	t.Helper()
	if !p.lines.Scan() || p.lines.Text() != "retry: 2000" {
		t.Fatalf("the stream begins with %q", p.lines.Text())
	}
	return p
}

func TestHubTellsPagesOfTheTenant(t *testing.T) {
	t.Parallel()
	for name, http2 := range map[string]bool{"taken over": false, "waiting": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, http2)
			first, second, other := d.open(t, "a").opened(t), d.open(t, "a").opened(t), d.open(t, "b").opened(t)
			if kind := first.response.Header.Get("Content-Type"); kind != "text/event-stream" {
				t.Errorf("Content-Type = %q", kind)
			}
			d.set("a", "2")
			for _, p := range []*page{first, second} {
				if got := p.next(); got != "2" {
					t.Errorf("told %q, want 2", got)
				}
			}
			d.set("b", "7")
			if got := other.next(); got != "7" {
				t.Errorf("the other tenant was told %q, want 7", got)
			}
		})
	}
}

// More pages than one goroutine writes to.
func TestHubTellsManyPages(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	pages := make([]*page, live.Alone+1)
	for i := range pages {
		pages[i] = d.open(t, "a").opened(t)
	}
	d.set("a", "2")
	for i, p := range pages {
		if got := p.next(); got != "2" {
			t.Errorf("page %d was told %q, want 2", i, got)
		}
	}
}

func TestHubTellsWhoComesBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	if got := d.open(t, "a", "Last-Event-ID", "0").next(); got != "1" {
		t.Errorf("told %q, want 1", got)
	}
	if got := d.open(t, "a&seen=0").next(); got != "1" {
		t.Errorf("a page that shows 0 was told %q, want 1", got)
	}
	same := d.open(t, "a", "Last-Event-ID", "1").opened(t)
	d.set("a", "2")
	if got := same.next(); got != "2" {
		t.Errorf("told %q first, want 2: nothing had changed before", got)
	}
}

func TestHubEndsStreams(t *testing.T) {
	t.Parallel()
	for name, http2 := range map[string]bool{"taken over": false, "waiting": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, http2)
			p := d.open(t, "a").opened(t)
			d.may.Store(false)
			if got := p.next(); got != "" {
				t.Errorf("who may no longer read was told %q", got)
			}
			if n := d.hub.Streams(); n != 0 {
				t.Errorf("%d streams are left", n)
			}
		})
	}
}

// Asking who may still read takes as long as the store needs; news does not wait.
func TestHubTellsWhileItAsks(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	d.answers.Lock()
	p := d.open(t, "a").opened(t)
	<-d.asked
	d.set("a", "2")
	if got := p.next(); got != "2" {
		t.Errorf("told %q, want 2", got)
	}
	d.answers.Unlock()
}

func TestHubNoticesPagesThatLeft(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	gone, stays := d.open(t, "a").opened(t), d.open(t, "a").opened(t)
	gone.response.Body.Close()
	for stays.lines.Scan() && d.hub.Streams() > 1 { // beats go on
	}
	if n := d.hub.Streams(); n != 1 {
		t.Errorf("%d streams, want 1", n)
	}
}

func TestHubRefusesOtherSites(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	for _, header := range [][2]string{{"Origin", "https://elsewhere.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}} {
		if p := d.open(t, "a", header[0], header[1]); p.response.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s: %s", header[0], header[1], p.response.Status)
		}
	}
	d.open(t, "a", "Origin", d.server.URL).opened(t)
}
