package graph_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/graph"
	"example.org/tocsin/internal/collecttest"
	"example.org/tocsin/internal/fakegraph"
	"example.org/tocsin/internal/tocsin"
)

const tenant = "11111111-1111-4111-8111-111111111111"

// desk is a source over a fake upstream.
type desk struct {
	*graph.Source
	world    *fakegraph.World
	upstream *fakegraph.Server
	address  string
}

func newDesk(t *testing.T, messages int, c fakegraph.Config) *desk {
	t.Helper()
	d := &desk{world: fakegraph.NewWorld()}
	if err := d.world.AddTenant(fakegraph.Tenant{ID: tenant, ClientID: "app", Secret: "s3cret"}); err != nil {
		t.Fatal(err)
	}
	for i := range messages {
		d.put(t, fmt.Sprintf("MC%04d", i), "text")
	}
	d.upstream = fakegraph.New(d.world, c)
	var err error
	if d.address, err = d.upstream.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.upstream.Close() })
	d.Source = d.newSource(t, time.Now)
	return d
}

func (d *desk) newSource(t *testing.T, now func() time.Time) *graph.Source {
	t.Helper()
	source, err := graph.New(graph.Config{
		TenantID: tenant, ClientID: "app", Secret: "s3cret", PageSize: 10,
		TokenURL: d.address + "/" + tenant + "/oauth2/v2.0/token", BaseURL: d.address + "/v1.0",
	}, now)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func (d *desk) put(t *testing.T, id, text string) {
	t.Helper()
	doc, err := tocsin.NewDocument(tocsin.Message{ID: id, Title: text, StartAt: time.Now(), ModifiedAt: time.Now(), EndAt: time.Now().Add(24 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.world.Put(tocsin.KindMessage, doc.Body, tenant); err != nil {
		t.Fatal(err)
	}
}

// poll polls everything and returns the list of messages.
func (d *desk) poll(t *testing.T) (collect.List, error) {
	t.Helper()
	answer, err := d.Poll(t.Context(), collecttest.Full())
	if err := collecttest.Lost(t, answer, err); err != nil {
		if strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "Bearer") {
			t.Errorf("the error tells a secret: %v", err)
		}
		return collect.List{}, err
	}
	return answer.Lists[2], nil
}

func TestPagesAndUnchangedLists(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 35, fakegraph.Config{})
	first, err := d.poll(t)
	if err != nil || len(first.Items) != 35 || first.Listed != 35 || !first.Full || first.Unchanged {
		t.Fatalf("first: %d items, %v", len(first.Items), err)
	}
	if again, err := d.poll(t); err != nil || again.Unchanged {
		t.Errorf("before Commit: unchanged %v, %v: the archive may hold nothing of it", again.Unchanged, err)
	}
	d.Commit()
	if again, err := d.poll(t); err != nil || !again.Unchanged || again.Listed != 35 || len(again.Items) != 0 {
		t.Errorf("after Commit: %+v, %v", again, err)
	}
	d.put(t, "MC0036", "new")
	if changed, err := d.poll(t); err != nil || changed.Unchanged || len(changed.Items) != 36 {
		t.Errorf("changed: %d items, %v", len(changed.Items), err)
	}
}

func TestIncremental(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 5, fakegraph.Config{})
	answer, err := d.Poll(t.Context(), collect.Ask{Since: time.Now().Add(time.Hour), Spend: func(context.Context) error { return nil }})
	if err != nil || answer.Lists[2].Full || len(answer.Lists[2].Items) != 0 || !answer.Lists[0].Full {
		t.Errorf("answer = %+v, %v, want nothing modified since, and overviews whole", answer, err)
	}
}

// A fault of the upstream fails the poll, names itself and tells when to come
// back; when it is over, the next poll is right.
func TestFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault fakegraph.Fault
		code  tocsin.ProblemCode
		auth  bool
		wait  time.Duration
	}{
		{"throttled", fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 429, RetryAfter: "17"}, tocsin.ProblemThrottled, false, 17 * time.Second},
		{"throttled in fractions", fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 429, RetryAfter: "2.128"}, tocsin.ProblemThrottled, false, 2128 * time.Millisecond},
		{"down", fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 503, RetryAfter: "-1"}, tocsin.ProblemFault, false, 0},
		{"forbidden", fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 403}, tocsin.ProblemPermission, true, 0},
		{"signed out", fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 401}, tocsin.ProblemUnauthorized, true, 0},
		{"page of a proxy", fakegraph.Fault{Kind: fakegraph.FaultHTML}, tocsin.ProblemWebPage, false, 0},
		{"cut", fakegraph.Fault{Kind: fakegraph.FaultCut, Count: 300}, tocsin.ProblemSilent, false, 0},
		{"truncated gzip", fakegraph.Fault{Kind: fakegraph.FaultTruncatedGzip}, tocsin.ProblemPage, false, 0},
		{"reset", fakegraph.Fault{Kind: fakegraph.FaultReset}, tocsin.ProblemSilent, false, 0},
		{"error with 200", fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 200, ContentType: "application/json", Body: `{"error":{"code":"x"}}`}, tocsin.ProblemPage, false, 0},
		{"no value", fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 200, ContentType: "application/json", Body: `{}`}, tocsin.ProblemPage, false, 0},
		{"redirect", fakegraph.Fault{Kind: fakegraph.FaultRedirect, Status: 307, Location: "http://127.0.0.1:1/"}, tocsin.ProblemRedirect, false, 0},
		{"endless", fakegraph.Fault{Kind: fakegraph.FaultEndless}, tocsin.ProblemLarge, false, 0},
		{"gzip bomb", fakegraph.Fault{Kind: fakegraph.FaultGzipBomb, Count: 64 << 20}, tocsin.ProblemPage, false, 0},
		{"loop", fakegraph.Fault{Kind: fakegraph.FaultNextLink, Location: "{self}"}, tocsin.ProblemEndless, false, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 25, fakegraph.Config{})
			tt.fault.PathContains = "messages"
			d.upstream.Inject(tt.fault)
			start := time.Now()
			_, err := d.poll(t)
			var failure *collect.Failure
			if !errors.As(err, &failure) || !errors.Is(err, tocsin.ErrUnavailable) {
				t.Fatalf("err = %v, want a Failure", err)
			}
			if failure.Problem.Code != tt.code || failure.AuthState != tt.auth {
				t.Errorf("failure = %+v, want %q", failure, tt.code)
			}
			if wait := failure.NotBefore.Sub(start); tt.wait > 0 && (wait < tt.wait || wait > tt.wait+5*time.Second) {
				t.Errorf("come back after %v, want %v", wait, tt.wait)
			}
			d.upstream.ClearFaults()
			if list, err := d.poll(t); err != nil || len(list.Items) != 25 {
				t.Errorf("afterwards: %d items, %v", len(list.Items), err)
			}
		})
	}
}

// A token that ran out is renewed once, without failing the poll.
func TestTokenIsRenewed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 25, fakegraph.Config{})
	if _, err := d.poll(t); err != nil {
		t.Fatal(err)
	}
	d.upstream.RevokeTokens(tenant)
	if list, err := d.poll(t); err != nil || len(list.Items) != 25 {
		t.Errorf("%d items, %v", len(list.Items), err)
	}
}

func TestTokenEndpointFaults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]fakegraph.Fault{
		"html":        {Kind: fakegraph.FaultHTML},
		"down":        {Kind: fakegraph.FaultAnswer, Status: 500},
		"refused":     {Kind: fakegraph.FaultAnswer, Status: 401, ContentType: "application/json", Body: `{"error":"invalid_client","error_description":"s3cret"}`},
		"no token":    {Kind: fakegraph.FaultAnswer, Status: 200, ContentType: "application/json", Body: `{"expires_in":3600}`},
		"redirected":  {Kind: fakegraph.FaultRedirect, Status: 302, Location: "http://127.0.0.1:1/"},
		"broken line": {Kind: fakegraph.FaultAnswer, Status: 200, ContentType: "application/json", Body: `{"access_token":"a\r\nX: y","expires_in":3600}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 1, fakegraph.Config{})
			fault.PathContains = "oauth2"
			d.upstream.Inject(fault)
			var failure *collect.Failure
			if _, err := d.poll(t); !errors.As(err, &failure) || failure.AuthState != (name == "refused") {
				t.Errorf("err = %v", err)
			}
		})
	}
	for _, life := range []string{"", "0", "-5", "315360000"} {
		d := newDesk(t, 1, fakegraph.Config{})
		d.upstream.Inject(fakegraph.Fault{Kind: fakegraph.FaultTokenExpiry, PathContains: "oauth2", Body: life})
		for range 3 {
			if _, err := d.poll(t); err != nil {
				t.Fatal(err)
			}
		}
		tokens := 0
		for _, call := range d.upstream.Calls() {
			if call.Method == http.MethodPost {
				tokens++
			}
		}
		if tokens != 1 {
			t.Errorf("expires_in %q: %d tokens for three polls, want 1", life, tokens)
		}
	}
}

// No link of an answer leads anywhere but to the upstream's own API.
func TestLinksArePinned(t *testing.T) {
	t.Parallel()
	trap, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer trap.Close()
	var visits atomic.Int32
	go func() { // ends when trap is closed
		for {
			c, err := trap.Accept()
			if err != nil {
				return
			}
			visits.Add(1)
			_ = c.Close()
		}
	}()
	d := newDesk(t, 25, fakegraph.Config{})
	_, port, _ := strings.Cut(strings.TrimPrefix(d.address, "http://"), ":")
	host, api := trap.Addr().String(), "/v1.0/admin/serviceAnnouncement/messages"
	for _, link := range []string{
		"http://" + host + api, "https://127.0.0.1:" + port + api, "//" + host + api, "/\\" + host + api, "\\\\" + host + api,
		"http://127.0.0.1@" + host + api, "http://user:pw@127.0.0.1:" + port + api, "http://127.0.0.1." + ":" + port + api,
		"http://127.0.0.1:" + port + ".evil.example" + api, "http://localhost:" + port + api, "http://127.1:" + port + api,
		"http://127.0.0.1:" + port + "/v1.0/admin/serviceAnnouncement/../../users", "/v1.0/users", "/../" + api, "/v1.0/admin/serviceAnnouncement/%2e%2e/x",
		"/v1.0/admin/serviceAnnouncement%2f..%2fusers", "javascript:alert(1)", "file:///etc/passwd", "ftp://127.0.0.1:" + port + api,
		"http://[::1]:" + port + api, "http://①27.0.0.1:" + port + api, "/v1.0/admin/serviceAnnouncementX/messages", "http://127.0.0.1:" + port + api + "#x", "\t/x", "http://%3127.0.0.1:1/",
	} {
		d.upstream.ClearFaults()
		d.upstream.Inject(fakegraph.Fault{Kind: fakegraph.FaultNextLink, PathContains: "messages", Location: link})
		var failure *collect.Failure
		if _, err := d.poll(t); !errors.As(err, &failure) || failure.Problem.Code != tocsin.ProblemLink {
			t.Errorf("link %q: %v, want it refused", link, err)
		}
	}
	if n := visits.Load(); n != 0 {
		t.Errorf("the trap was visited %d times", n)
	}
	d.upstream.ClearFaults()
	d.upstream.Inject(fakegraph.Fault{Kind: fakegraph.FaultNextLink, PathContains: "messages", Page: 1, Location: "{path}"})
	if list, err := d.poll(t); err != nil || len(list.Items) != 25 {
		t.Errorf("a relative link of its own: %d items, %v, want it followed", len(list.Items), err)
	}
}
