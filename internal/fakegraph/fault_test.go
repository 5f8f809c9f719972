package fakegraph_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/fakegraph"
	"example.org/tocsin/internal/tocsin"
)

func TestFaultsOfAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault fakegraph.Fault
		check func(u *upstream, l list) bool
	}{
		{
			"429 as written",
			fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 429, RetryAfter: "1e3"},
			func(u *upstream, l list) bool {
				return l.status == 429 && l.header.Get("Retry-After") == "1e3" && l.Error.Code == "TooManyRequests"
			},
		},
		{
			"401 once",
			fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 401},
			func(u *upstream, l list) bool { return l.status == 401 && l.header.Get("WWW-Authenticate") != "" },
		},
		{
			"403",
			fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 403},
			func(u *upstream, l list) bool { return l.status == 403 && l.Error.Code == "Forbidden" },
		},
		{
			"503",
			fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 503},
			func(u *upstream, l list) bool { return l.status == 503 && l.Error.Code == "ServiceUnavailable" },
		},
		{
			"204",
			fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 204},
			func(u *upstream, l list) bool { return l.status == 204 && len(l.raw) == 0 },
		},
		{
			"error with 200",
			fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 200, Body: `{"error":{"code":"x"}}`},
			func(u *upstream, l list) bool { return l.status == 200 && l.Error.Code == "x" },
		},
		{
			"html",
			fakegraph.Fault{Kind: fakegraph.FaultHTML},
			func(u *upstream, l list) bool {
				return l.status == 200 && strings.HasPrefix(string(l.raw), "<!DOCTYPE")
			},
		},
		{
			"content type",
			fakegraph.Fault{Kind: fakegraph.FaultContentType, ContentType: "text/plain"},
			func(u *upstream, l list) bool {
				return len(l.Value) == 100 && l.header.Get("Content-Type") == "text/plain"
			},
		},
		{
			"redirect",
			fakegraph.Fault{Kind: fakegraph.FaultRedirect, Status: 308, Location: "{origin}/x"},
			func(u *upstream, l list) bool { return l.status == 308 && l.header.Get("Location") == u.URL()+"/x" },
		},
		{
			"empty",
			fakegraph.Fault{Kind: fakegraph.FaultEmpty},
			func(u *upstream, l list) bool { return string(l.raw) == `{"value":[]}` },
		},
		{
			"short",
			fakegraph.Fault{Kind: fakegraph.FaultShort, Share: 0.5},
			func(u *upstream, l list) bool { return len(l.Value) > 50 && len(l.Value) < 100 && l.Next == "" },
		},
		{
			"duplicates",
			fakegraph.Fault{Kind: fakegraph.FaultDuplicates},
			func(u *upstream, l list) bool {
				u.Inject(fakegraph.Fault{Kind: fakegraph.FaultDuplicates, Page: 2, Times: 1})
				ids, more := l.ids(u.t), u.get(l.Next).ids(u.t)
				return len(ids) == 101 && ids[100] == ids[0] && len(more) == 22 && more[0] == ids[99] && more[21] == more[1]
			},
		},
		{
			"reversed",
			fakegraph.Fault{Kind: fakegraph.FaultReversed},
			func(u *upstream, l list) bool { return l.ids(u.t)[99] == "EX0000" },
		},
		{
			"next link elsewhere",
			fakegraph.Fault{Kind: fakegraph.FaultNextLink, Location: "http://127.0.0.1:1{path}"},
			func(u *upstream, l list) bool {
				return l.Next == "http://127.0.0.1:1/v1.0/admin/serviceAnnouncement/issues?$skip=100"
			},
		},
		{
			"next link relative",
			fakegraph.Fault{Kind: fakegraph.FaultNextLink, Location: "{path}"},
			func(u *upstream, l list) bool { return strings.HasPrefix(l.Next, "/v1.0/admin") },
		},
		{
			"next link to itself",
			fakegraph.Fault{Kind: fakegraph.FaultNextLink, Location: "{self}"},
			func(u *upstream, l list) bool { return l.Next == u.URL()+"/v1.0/admin/serviceAnnouncement/issues" },
		},
		{
			"next link for ever",
			fakegraph.Fault{Kind: fakegraph.FaultNextLink, Location: "{origin}/v1.0/admin/serviceAnnouncement/issues?$skiptoken={fresh}"},
			func(u *upstream, l list) bool { again := u.get(l.Next); return len(again.Value) == 100 },
		},
		{
			"invalid UTF-8",
			fakegraph.Fault{Kind: fakegraph.FaultInvalidUTF8},
			func(u *upstream, l list) bool { return !utf8.Valid(l.raw) },
		},
		{
			"deep",
			fakegraph.Fault{Kind: fakegraph.FaultDeep},
			func(u *upstream, l list) bool { return len(l.raw) == 2_000_000+len(`{"value":}`) },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			u := start(t, fakegraph.Config{})
			u.fill(120)
			tt.fault.Times = 1
			u.Inject(tt.fault)
			if got := u.get("issues"); !tt.check(u, got) {
				t.Errorf("got %d %v %s", got.status, got.header, tocsin.Clip(string(got.raw), 400))
			}
			if got := u.get("issues"); got.status != 200 || len(got.Value) != 100 || got.header.Get("Content-Type") == "text/plain" {
				t.Errorf("the fault outlived its times: %d with %d items", got.status, len(got.Value))
			}
		})
	}
}

func TestFaultsOfConnections(t *testing.T) {
	t.Parallel()
	plain := []string{"Accept-Encoding", "identity"}
	tests := []struct {
		name    string
		fault   fakegraph.Fault
		headers []string
		bytes   int // received before the error; -1 for any
		failed  string
	}{
		{"cut", fakegraph.Fault{Kind: fakegraph.FaultCut, Count: 77}, plain, 77, "unexpected EOF"},
		{"cut before the first byte", fakegraph.Fault{Kind: fakegraph.FaultCut}, plain, 0, "unexpected EOF"},
		{"truncated gzip", fakegraph.Fault{Kind: fakegraph.FaultTruncatedGzip}, nil, -1, "unexpected EOF"},
		{"reset", fakegraph.Fault{Kind: fakegraph.FaultReset}, nil, 0, "reset by peer"},
		{"endless, cut by the client", fakegraph.Fault{Kind: fakegraph.FaultEndless}, plain, maxBody, ""},
		{"endless with an end", fakegraph.Fault{Kind: fakegraph.FaultEndless, Count: 1 << 20}, plain, -1, ""},
		{"gzip bomb", fakegraph.Fault{Kind: fakegraph.FaultGzipBomb}, nil, maxBody, ""},
		{"slow", fakegraph.Fault{Kind: fakegraph.FaultSlow, Count: 500, Delay: time.Microsecond}, plain, -1, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			u := start(t, fakegraph.Config{})
			u.fill(10)
			u.Inject(tt.fault)
			// No connection of the pool: a client may repeat a request whose
			// used connection was reset.
			got, err := u.try("issues", append(tt.headers, "Connection", "close")...)
			if tt.failed == "" != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.failed) {
				t.Errorf("error %v, want %q", err, tt.failed)
			}
			if tt.bytes >= 0 && len(got.raw) != tt.bytes {
				t.Errorf("received %d bytes, want %d", len(got.raw), tt.bytes)
			}
		})
	}
}

func TestHangEndsWithClientOrServer(t *testing.T) {
	t.Parallel()
	u := start(t, fakegraph.Config{})
	u.Inject(fakegraph.Fault{Kind: fakegraph.FaultHang})
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.URL()+"/v1.0/admin/serviceAnnouncement/issues", nil)
	must(t, err)
	request.Header.Set("Authorization", "Bearer "+u.token)
	failed := make(chan error, 2)
	ask := func(r *http.Request) {
		resp, err := http.DefaultClient.Do(r)
		if err == nil {
			resp.Body.Close()
		}
		failed <- err
	}
	go ask(request)
	for u.Requests(contoso) == 0 {
		<-time.After(time.Millisecond)
	}
	cancel()
	if err := <-failed; err == nil {
		t.Error("a hanging request was answered")
	}
	go ask(request.WithContext(t.Context()))
	for u.Requests(contoso) < 2 {
		<-time.After(time.Millisecond)
	}
	if err := u.Close(); err != nil {
		t.Errorf("Close = %v, want nil", err)
	}
	if err := <-failed; err == nil {
		t.Error("a hanging request was answered when the server closed")
	}
}

func TestFaultsMatch(t *testing.T) {
	t.Parallel()
	u := start(t, fakegraph.Config{})
	u.fill(120)
	other := u.signIn(fabrikam)
	u.Inject(
		fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 500, Tenant: fabrikam},
		fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 501, PathContains: "messages"},
		fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 502, PathContains: "issues", Page: 2, Times: 1},
	)
	for _, tt := range []struct {
		path   string
		status int
	}{
		{"issues", 200}, {"issues?$skip=100", 502}, {"issues?$skip=100", 200}, {"messages", 501}, {"messages", 501},
	} {
		if got := u.get(tt.path).status; got != tt.status {
			t.Errorf("%s: got %d, want %d", tt.path, got, tt.status)
		}
	}
	u.token = other
	if got := u.get("issues").status; got != 500 {
		t.Errorf("Fabrikam: got %d, want 500", got)
	}
	u.ClearFaults()
	if got := u.get("messages").status; got != 200 {
		t.Errorf("after ClearFaults: got %d, want 200", got)
	}
}

func TestChanceIsTheSameEachRun(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) string {
		u := start(t, fakegraph.Config{Seed: seed})
		u.Inject(fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 503, Chance: 0.3})
		var out strings.Builder
		for range 40 {
			out.WriteByte("x."[u.get("issues").status/100%2]) // 200 is even, 503 odd
		}
		return out.String()
	}
	first := run(1)
	if second := run(1); first != second {
		t.Errorf("seed 1 gave %s and %s", first, second)
	}
	if n := strings.Count(first, "."); n < 4 || n > 20 {
		t.Errorf("%d of 40 requests failed, want about 12", n)
	}
	if other := run(2); other == first {
		t.Errorf("seeds 1 and 2 both gave %s", first)
	}
}

func TestTokenFaults(t *testing.T) {
	t.Parallel()
	u := start(t, fakegraph.Config{})
	form := url.Values{
		"grant_type": {"client_credentials"}, "scope": {"https://graph.microsoft.com/.default"},
		"client_id": {"app-" + contoso}, "client_secret": {secret},
	}
	u.Inject(
		fakegraph.Fault{Kind: fakegraph.FaultTokenExpiry, PathContains: "oauth2", Times: 1},
		fakegraph.Fault{Kind: fakegraph.FaultTokenExpiry, PathContains: "oauth2", Times: 1, Body: "-5"},
		fakegraph.Fault{Kind: fakegraph.FaultAnswer, PathContains: "oauth2", Times: 1, Status: 500, Body: `{"error":"server_error"}`},
	)
	wants := []struct {
		status  int
		expires any
	}{{200, nil}, {200, -5.0}, {500, nil}, {200, 3600.0}}
	for n, want := range wants {
		status, body := u.askToken("/"+contoso+"/oauth2/v2.0/token", form)
		if status != want.status || body["expires_in"] != want.expires {
			t.Errorf("request %d: got %d %v, want %v", n, status, body, want)
		}
	}
}

func TestWorldChangesBetweenPages(t *testing.T) {
	t.Parallel()
	var u *upstream
	u = start(t, fakegraph.Config{PageSize: 2, Before: func(c fakegraph.Call) {
		if strings.Contains(c.Target, "$skip") {
			must(u.t, u.world.Remove(tocsin.KindIssue, "EX0000", contoso))
		}
	}})
	u.fill(4)
	first := u.get("issues")
	if got := u.get(first.Next).ids(t); !cmp.Equal(got, []string{"EX0003"}) {
		t.Errorf("second page = %v, want EX0003 alone: EX0002 slipped to the first", got)
	}
	var targets []string
	for _, c := range u.Calls()[1:] { // after the token
		targets = append(targets, c.Target)
	}
	if want := "/v1.0/admin/serviceAnnouncement/issues?$skip=2"; len(targets) != 2 || targets[1] != want {
		t.Errorf("calls = %v, want the last to be %s", targets, want)
	}
}

func TestTimelinePlaysInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var got []string
		step := func(offset time.Duration, name string) fakegraph.Step {
			return fakegraph.Step{Offset: offset, Name: name, Do: func(*fakegraph.World) error {
				got = append(got, name+" "+time.Since(begin).String())
				return nil
			}}
		}
		timeline := fakegraph.Timeline{step(time.Minute, "late"), step(0, "first"), step(time.Second, "second"), step(time.Minute, "last")}
		if err := timeline.Play(t.Context(), fakegraph.NewWorld(), begin, time.Now); err != nil {
			t.Fatal(err)
		}
		if want := []string{"first 0s", "second 1s", "late 1m0s", "last 1m0s"}; !slices.Equal(got, want) {
			t.Errorf("played %v, want %v", got, want)
		}
		got = nil
		if err := timeline.Advance(fakegraph.NewWorld(), 0, time.Second); err != nil || len(got) != 1 {
			t.Errorf("Advance played %v, %v", got, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := timeline.Play(ctx, fakegraph.NewWorld(), time.Now(), time.Now); err == nil {
			t.Error("Play went on after its context ended")
		}
		if timeline.Duration() != time.Minute {
			t.Errorf("Duration = %v", timeline.Duration())
		}
	})
}

func TestErrorsAreInGraphForm(t *testing.T) {
	t.Parallel()
	u := start(t, fakegraph.Config{})
	const mine = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
	got := u.get("issues/EX404", "client-request-id", mine)
	var body struct {
		Error struct {
			InnerError map[string]string `json:"innerError"`
		}
	}
	must(t, json.Unmarshal(got.raw, &body))
	inner := body.Error.InnerError
	if got.status != 404 || inner["client-request-id"] != mine || inner["request-id"] != got.header.Get("request-id") || !tocsin.IsGUID(inner["request-id"]) {
		t.Errorf("got %d %s %v", got.status, got.raw, got.header)
	}
}
