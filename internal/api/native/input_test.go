package native_test

import (
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/api/native"
	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/speech"
	"example.org/tocsin/internal/store/storetest"
)

// Bad input gets a precise 4xx that names the place, and changes nothing.
func TestBadInput(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	d.must(201, "POST", "contoso", contoso+"/services", vpn)
	d.must(201, "POST", "contoso", contoso+"/issues", `{"service":"Vpn","title":"Slow"}`)
	last, err := d.store.LastSeq(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	issue := func(members string) string { return `{"service":"Vpn","title":"Slow"` + members + `}` }
	for name, tt := range map[string]struct {
		method, path, body string
		header             []string
		status             int
		location           string // of the first fault
	}{
		"tenant of another":    {"POST", "/issues", issue(`,"tenantId":"x"`), nil, 400, "body.tenantId"},
		"an id of one's own":   {"POST", "/issues", issue(`,"id":"EX1"`), nil, 400, "body.id"},
		"source":               {"POST", "/issues", issue(`,"source":"graph"`), nil, 400, "body.source"},
		"resolved":             {"POST", "/issues", issue(`,"resolved":true`), nil, 400, "body.resolved"},
		"member of another":    {"POST", "/issues", issue(`,"severity":"high"`), nil, 400, "body.severity"},
		"another case":         {"POST", "/issues", `{"service":"Vpn","Title":"Slow"}`, nil, 400, "body"},
		"member twice":         {"POST", "/issues", issue(`,"title":"Other"`), nil, 400, "body"},
		"unknown in a post":    {"POST", "/issues", issue(`,"post":{"content":"x","approved":true}`), nil, 400, "body"},
		"no title":             {"POST", "/issues", `{"service":"Vpn"}`, nil, 400, "body"},
		"title is null":        {"POST", "/issues", `{"service":"Vpn","title":null}`, nil, 400, "body.title"},
		"title is a number":    {"POST", "/issues", `{"service":"Vpn","title":7}`, nil, 400, "body.title"},
		"long title":           {"POST", "/issues", `{"service":"Vpn","title":"` + strings.Repeat("x", 251) + `"}`, nil, 400, "body.title"},
		"blank title":          {"POST", "/issues", `{"service":"Vpn","title":"  "}`, nil, 400, "body.title"},
		"NUL":                  {"POST", "/issues", `{"service":"Vpn","title":"a\u0000b"}`, nil, 400, "body.title"},
		"control character":    {"POST", "/issues", `{"service":"Vpn","title":"a\u001bb"}`, nil, 400, "body.title"},
		"raw control":          {"POST", "/issues", "{\"service\":\"Vpn\",\"title\":\"a\x01b\"}", nil, 400, "body"},
		"no UTF-8":             {"POST", "/issues", "{\"service\":\"Vpn\",\"title\":\"\xff\"}", nil, 400, "body"},
		"time without a zone":  {"POST", "/issues", issue(`,"startAt":"2026-03-01T09:00:00"`), nil, 400, "body.startAt"},
		"no time":              {"POST", "/issues", issue(`,"startAt":"yesterday"`), nil, 400, "body.startAt"},
		"no such day":          {"POST", "/issues", issue(`,"startAt":"2026-02-30T00:00:00Z"`), nil, 400, "body.startAt"},
		"a time ahead":         {"POST", "/issues", issue(`,"startAt":"2027-01-01T00:00:00Z"`), nil, 400, "body.startAt"},
		"class":                {"POST", "/issues", issue(`,"classification":"plannedMaintenance"`), nil, 400, "body.classification"},
		"status":               {"POST", "/issues", issue(`,"status":"onFire"`), nil, 400, "body.status"},
		"no service":           {"POST", "/issues", `{"service":"Exchange","title":"x"}`, nil, 400, "body.service"},
		"no feature":           {"POST", "/issues", issue(`,"feature":"Nothing"`), nil, 400, "body.feature"},
		"no JSON":              {"POST", "/issues", `{"service":`, nil, 400, "body"},
		"an array":             {"POST", "/issues", `[]`, nil, 400, "body"},
		"two values":           {"POST", "/issues", issue("") + "{}", nil, 400, "body"},
		"too deep":             {"POST", "/issues", issue(`,"post":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000)), nil, 400, "body"},
		"empty":                {"POST", "/issues", " ", nil, 400, "body"},
		"too large":            {"POST", "/issues", issue(`,"impact":"` + strings.Repeat("x", 66_000) + `"`), nil, 413, ""},
		"form":                 {"POST", "/issues", "title=x", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, ""},
		"other character set":  {"POST", "/issues", issue(""), []string{"Content-Type", "application/json; charset=utf-16"}, 415, ""},
		"compressed":           {"POST", "/issues", issue(""), []string{"Content-Encoding", "gzip"}, 415, ""},
		"other answer":         {"GET", "/issues", "", []string{"Accept", "text/html"}, 406, ""},
		"long key":             {"POST", "/issues", issue(""), []string{"Idempotency-Key", strings.Repeat("k", 256)}, 400, "header.Idempotency-Key"},
		"key of control":       {"POST", "/issues", issue(""), []string{"Idempotency-Key", "a b"}, 400, "header.Idempotency-Key"},
		"tag":                  {"PATCH", "/issues/TC1001", `{"title":"x"}`, []string{"If-Match", "1"}, 400, "header.If-Match"},
		"end of an open issue": {"POST", "/issues/TC1001/posts", `{"content":"x","endAt":"2026-03-02T08:00:00Z"}`, nil, 400, "body.endAt"},
		"nothing to say":       {"POST", "/issues/TC1001/posts", `{}`, nil, 400, "body.content"},
		"no end":               {"POST", "/issues/TC1001/resolve", `{"status":"serviceDegradation"}`, nil, 400, "body.status"},
		"end before start":     {"POST", "/issues/TC1001/resolve", `{"endAt":"2026-03-01T08:00:00Z"}`, nil, 400, "body.endAt"},
		"window":               {"POST", "/maintenance", `{"service":"Vpn","title":"x","startAt":"2026-03-09T22:00:00Z","endAt":"2026-03-09T20:00:00Z"}`, nil, 400, "body.endAt"},
		"far window":           {"POST", "/maintenance", `{"service":"Vpn","title":"x","startAt":"2026-03-09T22:00:00Z","endAt":"9999-03-09T20:00:00Z"}`, nil, 400, "body.endAt"},
		"no window":            {"POST", "/maintenance", `{"service":"Vpn","title":"x"}`, nil, 400, "body"},
		"body to poll":         {"POST", "/sources/graph/poll", `{}`, nil, 400, "body"},
		"unknown parameter":    {"GET", "/issues?filter=x", "", nil, 400, "query.filter"},
		"parameter twice":      {"GET", "/issues?limit=1&limit=2", "", nil, 400, "query.limit"},
		"semicolon":            {"GET", "/issues?limit=1;open=true", "", nil, 400, "query"},
		"bad escape":           {"GET", "/issues?source=%zz", "", nil, 400, "query"},
		"NUL in the query":     {"GET", "/issues?source=%00", "", nil, 400, "query"},
		"limit":                {"GET", "/issues?limit=0", "", nil, 400, "query.limit"},
		"large limit":          {"GET", "/issues?limit=1001", "", nil, 400, "query.limit"},
		"no number":            {"GET", "/changes?after=x", "", nil, 400, "query.after"},
		"cursor":               {"GET", "/issues?after=x", "", nil, 400, "query.after"},
		"version":              {"GET", "/issues/TC1001/versions/0", "", nil, 400, "path.n"},
		"huge version":         {"GET", "/issues/TC1001/versions/99999999999999999999", "", nil, 400, "path.n"},
	} {
		got := d.ask(tt.method, "contoso", contoso+tt.path, tt.body, tt.header...)
		if got.status != tt.status || got.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s, want %d", name, got.status, got.text, tt.status)
			continue
		}
		if strings.Contains(got.text, strings.Repeat("x", 210)) || strings.Contains(got.text, "SELECT") {
			t.Errorf("%s: the answer says too much: %s", name, got.text)
		}
		faults, _ := got.body["errors"].([]any)
		if tt.location == "" {
			continue
		}
		if len(faults) == 0 || faults[0].(map[string]any)["location"] != tt.location {
			t.Errorf("%s: %s, want a fault at %s", name, got.text, tt.location)
		}
	}
	if seq, err := d.store.LastSeq(t.Context()); err != nil || seq != last {
		t.Errorf("refused requests left %d changes, %v", seq-last, err)
	}
}

func TestAccept(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	for accept, status := range map[string]int{
		"": 200, "*/*": 200, "application/*": 200, "application/json": 200, "text/html, application/json;q=0.5": 200, "application/json; charset=utf-8": 200,
		"text/html,*/*;q=0.1": 200, "application/json;q=0, */*": 406, "text/html": 406, "nonsense": 406, "application/problem+json": 200,
	} {
		if got := d.ask("GET", "contoso", contoso, "", "Accept", accept); got.status != status {
			t.Errorf("%q: %d %s, want %d", accept, got.status, got.text, status)
		}
	}
}

// Whatever is sent, the answer is planned: 2xx or 4xx as JSON, and what is
// accepted is stored once and can be read again.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		vpn, `{"service":"Vpn","title":"Slow"}`, `{"content":"x","status":"serviceRestored","endAt":"2026-03-02T08:00:00Z"}`, `{"title":"x","content":"y","tags":["a"]}`,
		`{"service":"Vpn","title":"x","startAt":"2026-03-09T20:00:00Z","endAt":"2026-03-09T22:00:00+01:00"}`, `{"groups":["a"]}`, `{"title":"\ud800"}`, `{"a":{"a":{"a":[]}}}`, "\xff", "null", "",
	} {
		for target := range 6 {
			f.Add(uint8(target), []byte(seed))
		}
	}
	s := storetest.Open(f, storetest.File(f))
	storetest.AddTenants(f, s)
	clock := func() time.Time { return storetest.T0 }
	model := readmodel.New(s, clock, slog.New(slog.DiscardHandler))
	api, err := native.New(native.Config{
		Base: base, Archive: s, Handlings: s, People: s, Consumers: consuming(s), Deliveries: s.Ledger, Subscriptions: subscribing{s.Ledger}, Calls: s, Reports: s, Probes: s, Help: s, Edits: s, Incidents: s, Rooms: s, Speeches: speakerOf(s, func() bool { return false }), Speech: speech.Desk{Model: model, Rooms: s, Edits: s}, Requests: s, Answers: s, Speakers: s, Maps: s, Told: s, Model: model, Author: author.New(s, model, clock), Admission: httpserver.NewAdmission(everyToken(), nil), Now: clock,
	})
	if err != nil {
		f.Fatal(err)
	}
	ask := func(method, path string, body []byte) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, contoso+path, strings.NewReader(string(body)))
		r.Header.Set("Authorization", "Bearer contoso")
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		return w
	}
	ask("POST", "/services", []byte(vpn))
	ask("POST", "/issues", []byte(`{"service":"Vpn","title":"Slow"}`))
	targets := []struct{ method, path string }{
		{"POST", "/services"}, {"POST", "/issues"}, {"POST", "/issues/TC1001/posts"}, {"POST", "/messages"}, {"POST", "/maintenance"}, {"PATCH", ""},
	}
	f.Fuzz(func(t *testing.T, target uint8, body []byte) {
		to := targets[int(target)%len(targets)]
		w := ask(to.method, to.path, body)
		if w.Code >= 500 || w.Code < 200 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s %q: %d %s", to.method, to.path, body, w.Code, w.Body)
		}
		if at := w.Header().Get("Location"); w.Code == 201 && at != "" {
			if again := ask("GET", strings.TrimPrefix(at, "/api/tocsin/v1/tenants/"+storetest.Contoso), nil); again.Code != 200 {
				t.Errorf("%s: %d %s", at, again.Code, again.Body)
			}
		}
	})
}
