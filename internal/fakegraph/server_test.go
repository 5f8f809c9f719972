package fakegraph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/fakegraph"
	"example.org/tocsin/internal/tocsin"
)

func TestTokenEndpoint(t *testing.T) {
	t.Parallel()
	u := start(t, fakegraph.Config{})
	good := func(change ...string) url.Values {
		form := url.Values{
			"grant_type": {"client_credentials"}, "scope": {"https://graph.microsoft.com/.default"},
			"client_id": {"app-" + contoso}, "client_secret": {secret}, "earliest_time": {"-15m@s"},
		}
		for n := 0; n < len(change); n += 2 {
			form.Set(change[n], change[n+1])
		}
		return form
	}
	tests := []struct {
		name, path string
		form       url.Values
		status     int
		code       any
	}{
		{"by domain", "/contoso.com/oauth2/v2.0/token", good(), 200, nil},
		{"first version", "/" + contoso + "/oauth2/token", good("resource", "https://graph.microsoft.com"), 200, nil},
		{"wrong secret", "/" + contoso + "/oauth2/v2.0/token", good("client_secret", "x"), 401, "invalid_client"},
		{"other tenant's app", "/" + fabrikam + "/oauth2/v2.0/token", good(), 400, "unauthorized_client"},
		{"unknown tenant", "/example.net/oauth2/v2.0/token", good(), 400, "invalid_request"},
		{"wrong grant", "/" + contoso + "/oauth2/v2.0/token", good("grant_type", "password"), 400, "unsupported_grant_type"},
		{"no scope", "/" + contoso + "/oauth2/v2.0/token", good("scope", ""), 400, "invalid_scope"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, body := u.askToken(tt.path, tt.form)
			if status != tt.status || body["error"] != tt.code {
				t.Errorf("%s: got %d %v, want %d %v", tt.path, status, body, tt.status, tt.code)
			}
			if strings.Contains(fmt.Sprint(body), secret) {
				t.Errorf("the answer names the secret: %v", body)
			}
		})
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, u.URL()+"/"+contoso+"/oauth2/v2.0/token",
		strings.NewReader("grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"))
	must(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth("app-"+contoso, secret)
	resp, err := http.DefaultClient.Do(request)
	must(t, err)
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("basic authentication: got %d, want 200", resp.StatusCode)
	}
}

func TestTokensAreBoundToTenantAndTime(t *testing.T) {
	t.Parallel()
	u := start(t, fakegraph.Config{})
	u.fill(2)
	if got := len(u.get("issues").Value); got != 2 {
		t.Fatalf("Contoso lists %d issues, want 2", got)
	}
	mine := u.token
	u.token = u.signIn(fabrikam)
	if got := len(u.get("issues").Value); got != 0 {
		t.Errorf("Fabrikam lists %d issues, want 0", got)
	}
	u.token = mine
	u.clock.Advance(time.Hour)
	got := u.get("issues")
	if got.status != 401 || got.Error.Code != "InvalidAuthenticationToken" || !strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Bearer") {
		t.Errorf("expired token: got %d %+v", got.status, got.Error)
	}
	u.token = u.signIn(contoso)
	u.RevokeTokens(contoso)
	if got := u.get("issues").status; got != 401 {
		t.Errorf("revoked token: got %d, want 401", got)
	}
}

func TestPagesHoldEveryItemOnce(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, query, prefer string
		skipToken           bool
		pages, items        int
		link                string
	}{
		{name: "default", pages: 3, items: 230, link: "/v1.0/admin/serviceAnnouncement/issues?$skip=100"},
		{name: "skiptoken", skipToken: true, pages: 3, items: 230, link: "$skiptoken="},
		{name: "preferred", prefer: "odata.maxpagesize=50", pages: 5, items: 230, link: "?$skip=50"},
		{name: "too large", prefer: "odata.maxpagesize=5000", pages: 1, items: 230},
		{
			name: "options kept", query: "?$count=true&$filter=lastModifiedDateTime%20ge%202026-01-01", pages: 3, items: 230,
			link: "?$count=true&$filter=lastModifiedDateTime%20ge%202026-01-01&$skip=100",
		},
		{name: "top within a page", query: "?$top=100", pages: 1, items: 100},
		{name: "top over a page", query: "?$top=150", pages: 2, items: 150, link: "?$top=50&$skip=100"},
		{name: "skip", query: "?$skip=220", pages: 1, items: 10},
		{name: "skip past the end", query: "?$skip=999", pages: 1, items: 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			u := start(t, fakegraph.Config{SkipToken: tt.skipToken})
			u.fill(230)
			seen := map[string]int{}
			last, pages, link := "", 0, "issues"+tt.query
			for link != "" {
				l := u.get(link, "Prefer", tt.prefer)
				if pages++; pages == 1 && !strings.Contains(l.Next, tt.link) {
					t.Errorf("next link %q, want %q in it", l.Next, tt.link)
				}
				for _, id := range l.ids(t) {
					if seen[id]++; id <= last {
						t.Errorf("%s comes after %s", id, last)
					}
					last = id
				}
				link = l.Next
			}
			if pages != tt.pages || len(seen) != tt.items {
				t.Errorf("got %d items on %d pages, want %d on %d", len(seen), pages, tt.items, tt.pages)
			}
		})
	}
}

func TestQueryOptions(t *testing.T) {
	t.Parallel()
	u := start(t, fakegraph.Config{})
	u.fill(5) // modified at 11:55 … 11:59
	tests := []struct {
		query  string
		status int
		ids    []string
	}{
		{"issues?$filter=lastModifiedDateTime ge 2026-03-02T11:58:00Z", 200, []string{"EX0003", "EX0004"}},
		{"issues?$filter=LastModifiedDateTime gt 2026-03-02T11:58:00.0000000Z", 200, []string{"EX0004"}},
		{"issues?filter=lastModifiedDateTime gt 2026-03-03", 200, []string{}},
		{"issues?$filter=messageType eq 'x'", 400, []string{}},
		{"issues?$filter=lastModifiedDateTime lt 2026-03-03", 400, []string{}},
		{"issues?$filter=lastModifiedDateTime ge yesterday", 400, []string{}},
		{"issues?$top=-1", 400, []string{}},
		{"issues?$search=x", 400, []string{}},
		{"issues?$filter=%zz", 400, []string{}},
		{"issues?$skiptoken=xx", 400, []string{}},
		{"healthOverviews?$filter=lastModifiedDateTime ge 2026-03-02", 400, []string{}},
		{"healthOverviews/Exchange/issues", 404, []string{}},
		{"nothing", 404, []string{}},
	}
	for _, tt := range tests {
		got := u.get(tt.query)
		if diff := cmp.Diff(tt.ids, got.ids(t)); got.status != tt.status || diff != "" {
			t.Errorf("%s: got %d %s, want %d (-want +got)\n%s", tt.query, got.status, got.Error.Message, tt.status, diff)
		}
		if tt.status == 400 && got.Error.Code != "BadRequest" {
			t.Errorf("%s: code %q, want BadRequest", tt.query, got.Error.Code)
		}
	}
	if got := u.get("issues?$count=true&$top=2"); got.Count == nil || *got.Count != 5 {
		t.Errorf("count: got %s", got.raw)
	}
	if got := u.get("issues/EX0002"); !strings.Contains(string(got.raw), `issues/$entity","startDateTime"`) {
		t.Errorf("single issue: got %s", got.raw)
	}
}

func TestExpandIssues(t *testing.T) {
	t.Parallel()
	u := start(t, fakegraph.Config{})
	u.fill(2)
	for _, id := range []string{"Exchange", "Planner"} {
		must(t, u.world.SetOverview(tocsin.Overview{
			ServiceID: id, Service: tocsin.ServiceNameOf(id), Status: tocsin.StatusOperational,
			Features: []tocsin.FeatureStatus{{Name: "x", DisplayName: "X", Status: tocsin.StatusOperational}},
		}, contoso))
	}
	plain := u.get("healthOverviews")
	if got, want := string(plain.Value[0]), `{"id":"Exchange","service":"Exchange Online","status":"serviceOperational"}`; got != want {
		t.Errorf("overview = %s, want %s", got, want)
	}
	got := u.get("healthOverviews?$expand=issues")
	var first struct{ Issues []tocsin.Issue }
	must(t, json.Unmarshal(got.Value[0], &first))
	if len(first.Issues) != 2 || !strings.HasSuffix(got.Context, "healthOverviews(issues())") || !strings.Contains(string(got.Value[1]), `"issues":[]`) {
		t.Errorf("expanded: got %s", got.raw)
	}
}

func TestAnswersAreCachedAndCompressed(t *testing.T) {
	t.Parallel()
	u := start(t, fakegraph.Config{})
	u.fill(50)
	first := u.get("issues", "Accept-Encoding", "gzip")
	if first.header.Get("Content-Encoding") != "gzip" || len(first.raw) > 5000 {
		t.Errorf("got %d bytes with encoding %q", len(first.raw), first.header.Get("Content-Encoding"))
	}
	tag := first.header.Get("ETag")
	if again := u.get("issues", "If-None-Match", tag); again.status != 304 || len(again.raw) != 0 {
		t.Errorf("same content: got %d with %d bytes, want 304", again.status, len(again.raw))
	}
	u.fill(51)
	if again := u.get("issues", "If-None-Match", tag); again.status != 200 || again.header.Get("ETag") == tag {
		t.Errorf("new content: got %d and tag %s", again.status, again.header.Get("ETag"))
	}
	if diff := cmp.Diff(string(u.get("issues").raw), string(u.get("issues").raw)); diff != "" {
		t.Errorf("two answers differ:\n%s", diff)
	}
}

func TestMessagesExpireAndMakeNoise(t *testing.T) {
	t.Parallel()
	u := start(t, fakegraph.Config{Noise: true})
	must(t, u.world.Put(tocsin.KindMessage, message("MC1000001", u.clock.Now().Add(time.Hour)), contoso, fabrikam))
	before := u.get("messages")
	u.clock.Advance(30 * time.Minute)
	after := u.get("messages")
	if string(before.raw) == string(after.raw) || !strings.Contains(string(after.raw), "12:30:00") {
		t.Errorf("no clock in the answer: %s", after.raw)
	}
	docs := [2]tocsin.Document{}
	for n, l := range []list{before, after} {
		var err error
		docs[n], err = tocsin.ReadDocument(tocsin.KindMessage, l.Value[0])
		must(t, err)
	}
	if docs[0].Meaning != docs[1].Meaning {
		t.Error("the noise has a meaning")
	}
	u.clock.Advance(29*time.Minute + 59*time.Second)
	if got := len(u.get("messages").Value); got != 1 {
		t.Errorf("a second before its end: %d messages, want 1", got)
	}
	u.clock.Advance(time.Second)
	u.token = u.signIn(contoso)
	if got := len(u.get("messages").Value); got != 0 {
		t.Errorf("at its end: %d messages, want 0", got)
	}
	if got := len(u.world.Bodies(contoso, tocsin.KindMessage)); got != 1 {
		t.Errorf("the world holds %d messages, want 1", got)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	u := start(t, fakegraph.Config{PerMinute: 3, PerHour: 5, RetryAfter: fakegraph.RetryFraction})
	expect := func(status int, retry string) {
		t.Helper()
		got := u.get("issues?$top=1")
		if got.status != status || got.header.Get("Retry-After") != retry {
			t.Fatalf("got %d after %q, want %d after %q", got.status, got.header.Get("Retry-After"), status, retry)
		}
	}
	for range 3 {
		expect(200, "")
		u.clock.Advance(10 * time.Second)
	}
	expect(429, "30.000") // the first of three was 30 s ago
	if got := u.get("issues"); got.Error.Code != "TooManyRequests" || got.Error.Message != "Please retry again later." {
		t.Errorf("body: %s", got.raw)
	}
	u.clock.Advance(time.Minute)
	expect(429, "3510.000") // five in this hour, refused ones included
	if got := [2]int{u.Requests(contoso), u.Throttled(contoso)}; got != [2]int{6, 3} {
		t.Errorf("requests and throttled = %v, want 6 and 3", got)
	}
	u.token = u.signIn(fabrikam)
	expect(200, "")
	if got := u.Throttled(fabrikam); got != 0 {
		t.Errorf("Fabrikam was throttled %d times, want 0", got)
	}
}

func TestLegacy(t *testing.T) {
	t.Parallel()
	u := start(t, fakegraph.Config{})
	u.fill(2)
	must(t, u.world.Put(tocsin.KindMessage, message("MC1000001", u.clock.Now().Add(time.Hour)), contoso))
	must(t, u.world.SetService(tocsin.Service{ID: "Exchange", Name: "Exchange Online", Features: []tocsin.Feature{{Name: "Signin", DisplayName: "Sign-in"}}}, contoso))
	must(t, u.world.SetOverview(tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusDegradation}, contoso))
	tests := []struct {
		query  string
		status int
		rows   int
		text   string
	}{
		{"Services", 200, 1, `"Features":[{"DisplayName":"Sign-in","Name":"Signin"}]`},
		{"CurrentStatus", 200, 1, `"IncidentIds":["EX0000","EX0001"]`},
		{"CurrentStatus", 200, 1, `"StatusTime":"2026-03-02T12:00:00.0000000Z"`},
		{"HistoricalStatus", 200, 7, `"StatusTime":"2026-03-01T00:00:00Z"`},
		{"Messages", 200, 3, `"Status":"Service degradation"`},
		{"Messages?$filter=Id eq 'EX0001'", 200, 1, `"EndTime":null`},
		{"Messages?$filter=MessageType eq Microsoft.Office365ServiceComms.ExposedContracts.MessageType'MessageCenter'", 200, 1, `"Category":"Stay Informed"`},
		{"Messages?$filter=StartTime ge 2025-12-01T00:00:00.0000000Z and EndTime le 2026-04-01T00:00:00Z", 200, 1, `MC1000001`},
		{"Messages?$filter=Title like x", 400, 0, `AF30004.  The filter`},
		{"Messages?Workload=Planner", 200, 3, ""},
		{"Nothing", 404, 0, "AF30010"},
	}
	for _, tt := range tests {
		got := u.get(u.URL() + "/api/v1.0/contoso.com/ServiceComms/" + tt.query)
		if got.status != tt.status || len(got.Value) != tt.rows || !strings.Contains(string(got.raw), tt.text) {
			t.Errorf("%s: got %d %s, want %d with %d rows and %s", tt.query, got.status, got.raw, tt.status, tt.rows, tt.text)
		}
	}
	if got := u.get(u.URL() + "/api/v1.0/" + fabrikam + "/ServiceComms/Services").status; got != 403 {
		t.Errorf("other tenant: got %d, want 403", got)
	}
}

func TestWorldRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	u := start(t, fakegraph.Config{})
	if err := u.world.AddTenant(fakegraph.Tenant{ID: "contoso"}); err == nil {
		t.Error("AddTenant took a name for a GUID")
	}
	if err := u.world.Put(tocsin.KindIssue, []byte(`[]`), contoso); err == nil {
		t.Error("Put took a list for an issue")
	}
	if err := u.world.Put(tocsin.KindIssue, issue("EX1", u.clock.Now()), contoso, "33333333-3333-4333-8333-333333333333"); err == nil {
		t.Error("Put took an unknown tenant")
	}
	if got := len(u.get("issues").Value); got != 0 {
		t.Errorf("a refused Put left %d issues", got)
	}
	must(t, u.world.PutRaw(tocsin.KindIssue, "EX2", []byte(`{"id":"EX2","title":7}`), contoso))
	must(t, u.world.Remove(tocsin.KindIssue, "EX9", contoso))
	if got := u.get("issues").ids(t); !cmp.Equal(got, []string{"EX2"}) {
		t.Errorf("raw item: got %v", got)
	}
	must(t, u.world.Remove(tocsin.KindIssue, "EX2", contoso))
	if got := len(u.get("issues").Value); got != 0 {
		t.Errorf("after Remove: %d issues", got)
	}
}
