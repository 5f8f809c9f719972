package statuspage_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/api/statuspage"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/httpserver/servetest"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A desk is the API behind a real server over an archive of its own.
type desk struct {
	t     *testing.T
	store *storetest.Desk
	now   time.Time
	base  string
}

// gate lets in whoever says that they are a reader of Contoso.
type gate struct{}

func (gate) Admit(r *http.Request, needs access.Permission) (*http.Request, error) {
	v := access.Visitor{Needs: needs}
	if r.Header.Get("X-Reader") != "" {
		v.User.ID, v.Grants = "u1", []tocsin.Grant{{Role: tocsin.RoleReader, TenantID: storetest.Contoso}}
	}
	return r.WithContext(access.WithVisitor(r.Context(), v, "")), nil
}

// Again knows that it looks at nothing but the header.
func (gate) Again(context.Context, *http.Request) func() bool { return func() bool { return true } }

func newDesk(t *testing.T) *desk {
	t.Helper()
	return newDeskWith(t, func(store *storetest.Desk, clock func() time.Time) snapshots {
		return readmodel.New(store, clock, slog.New(slog.DiscardHandler))
	})
}

// snapshots are what services are judged from.
type snapshots interface {
	Snapshot(ctx context.Context, tenantID string) (*readmodel.Snapshot, error)
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
}

func newDeskWith(t *testing.T, model func(*storetest.Desk, func() time.Time) snapshots) *desk {
	t.Helper()
	d := &desk{t: t, now: storetest.T0.Add(72 * time.Minute)}
	d.store = storetest.Open(t, storetest.File(t))
	storetest.AddTenants(t, d.store)
	clock := func() time.Time { return d.now }
	api, err := statuspage.New(statuspage.Config{
		Base: "https://desk.example", Press: publish.New(d.store, clock), Model: model(d.store, clock), Now: clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	d.base = servetest.Serve(t, httpserver.Config{Routes: api.Routes(), Errors: httpserver.PlainError, Gate: gate{}, Hosts: []string{"desk.example"}, Now: clock})
	return d
}

func (d *desk) publish(tenant string, to tocsin.Readership, advisories bool) {
	d.t.Helper()
	_, err := d.store.ChangePublishing(d.t.Context(), tenant, d.now, func(p *tocsin.Publishing) error {
		p.Readership, p.Advisories = to, advisories
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) record(values ...any) {
	d.t.Helper()
	r := archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: storetest.T0}
	for _, v := range values {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			d.t.Fatal(err)
		}
		r.Entries = append(r.Entries, archive.Entry{Document: doc})
	}
	if _, err := d.store.Record(d.t.Context(), r); err != nil {
		d.t.Fatal(err)
	}
}

// silent lets the source be read an hour before T0+72 min, and fail since.
func (d *desk) silent() {
	d.t.Helper()
	ctx := d.t.Context()
	if err := d.store.PutSource(ctx, storetest.Contoso, "graph", time.Minute); err != nil {
		d.t.Fatal(err)
	}
	for i, outcome := range []tocsin.Outcome{tocsin.OutcomeUnchanged, tocsin.OutcomeFailed} {
		at := storetest.T0.Add(12*time.Minute + time.Duration(i)*time.Hour)
		claimed, err := d.store.ClaimSource(ctx, storetest.Contoso, "graph", at, time.Second, true)
		if err != nil {
			d.t.Fatal(err)
		}
		end := archive.PollEnd{Poll: tocsin.Poll{TenantID: storetest.Contoso, Source: "graph", Epoch: claimed.Epoch, Full: true, FinishedAt: at, Outcome: outcome}, DueAt: at}
		if _, err := d.store.FinishPoll(ctx, end, nil); err != nil {
			d.t.Fatal(err)
		}
	}
}

func (d *desk) get(path string, header ...string) (*http.Response, string) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.base+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return response, string(body)
}

func (d *desk) read(path string, into any) {
	d.t.Helper()
	response, body := d.get(path)
	if err := json.Unmarshal([]byte(body), into); err != nil || response.StatusCode != http.StatusOK {
		d.t.Fatalf("%s: %s, %v\n%s", path, response.Status, err, body)
	}
}

// A document is what readers of the form take from a summary.
type document struct {
	Page       struct{ ID, Name, URL string }
	Status     struct{ Indicator, Description string }
	Components []struct{ ID, Name, Status, Description string }
	Incidents  []incident
	Work       []incident `json:"scheduled_maintenances"`
}

type incident struct {
	ID, Name, Status, Impact, Shortlink string
	ResolvedAt                          *time.Time `json:"resolved_at"`
	ScheduledFor                        *time.Time `json:"scheduled_for"`
	Components                          []struct{ ID string }
	Updates                             []struct {
		ID, Status, Body string
		CreatedAt        time.Time `json:"created_at"`
	} `json:"incident_updates"`
}

func exchange(status tocsin.Status) tocsin.Overview {
	return tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: status}
}

func issue(id, class string, status tocsin.Status) tocsin.Issue {
	return tocsin.Issue{ID: id, Title: "Title of " + id, Service: "Exchange Online", ServiceID: "Exchange", Classification: class, Status: status, StartAt: storetest.T0, ModifiedAt: storetest.T0.Add(time.Minute)}
}

// What nobody knows is never operational in any of the words, and says since
// when nobody does.
func TestWords(t *testing.T) {
	t.Parallel()
	work := issue("EX3", tocsin.ClassMaintenance, tocsin.StatusOperational)
	work.EndAt = storetest.T0.Add(5 * time.Hour)
	for name, tt := range map[string]struct {
		tells                  []any
		silent                 bool
		component, indicator   string
		code                   int
		word, badge, inNameToo string
	}{
		"well":         {[]any{exchange(tocsin.StatusOperational)}, false, "operational", "none", 200, "ok", "green", ""},
		"advisory":     {[]any{exchange(tocsin.StatusOperational), issue("EX2", "advisory", tocsin.StatusDegradation)}, false, "operational", "none", 200, "advisory", "yellow", ""},
		"work":         {[]any{exchange(tocsin.StatusOperational), work}, false, "under_maintenance", "none", 200, "planned", "blue", ""},
		"degraded":     {[]any{exchange(tocsin.StatusDegradation)}, false, "partial_outage", "major", 503, "degraded", "orange", ""},
		"down":         {[]any{exchange(tocsin.StatusInterruption)}, false, "major_outage", "critical", 503, "interruption", "red", ""},
		"recovering":   {[]any{exchange(tocsin.StatusRestoringService)}, false, "degraded_performance", "minor", 503, "recovering", "yellow", ""},
		"new word":     {[]any{exchange("partlyBroken")}, false, "degraded_performance", "minor", 503, "unknown", "lightgrey", "unknown since 09:00 UTC"},
		"silent":       {[]any{exchange(tocsin.StatusOperational)}, true, "degraded_performance", "minor", 503, "unknown", "lightgrey", "unknown since 09:12 UTC"},
		"silent, down": {[]any{exchange(tocsin.StatusInterruption)}, true, "major_outage", "critical", 503, "interruption", "red", ""},
		"never told":   {[]any{tocsin.Service{ID: "Exchange", Name: "Exchange Online"}}, false, "degraded_performance", "minor", 503, "unknown", "lightgrey", "unknown"},
		"no service":   {nil, false, "", "minor", 503, "unknown", "lightgrey", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.publish(storetest.Contoso, tocsin.ForEverybody, true)
			if tt.tells != nil {
				d.record(tt.tells...)
			}
			if tt.silent {
				d.silent()
			}
			var doc document
			d.read("/status/contoso/api/v2/summary.json", &doc)
			if doc.Status.Indicator != tt.indicator || doc.Status.Description == "" || doc.Page.URL != "https://desk.example/status/contoso" {
				t.Errorf("%+v of %+v, want %s", doc.Status, doc.Page, tt.indicator)
			}
			of := "/status/contoso/probe"
			if tt.component != "" {
				c := doc.Components[0]
				want := "Exchange Online"
				if tt.inNameToo != "" {
					want += " (" + tt.inNameToo + ")"
				}
				if len(doc.Components) != 1 || c.ID != "Exchange" || c.Status != tt.component || c.Name != want || c.Description != tt.inNameToo {
					t.Errorf("component %+v, want %s with %q", c, tt.component, tt.inNameToo)
				}
				of += "/exchange%20online"
			}
			for _, path := range []string{"/status/contoso/probe", of} {
				if response, body := d.get(path); response.StatusCode != tt.code || body != tt.word+"\n" || response.Header.Get("Location") != "" {
					t.Errorf("%s: %s %q, want %d %s", path, response.Status, body, tt.code, tt.word)
				}
			}
			var shields struct{ Label, Message, Color string }
			d.read("/status/contoso/badge.json", &shields)
			if shields.Color != tt.badge || shields.Label != "contoso" || shields.Message == "" {
				t.Errorf("badge %+v, want %s", shields, tt.badge)
			}
			var embed struct {
				Severity, Word, Since string
				Services              []struct{ Severity string }
			}
			d.read("/status/contoso/embed.json?lang=ja", &embed)
			if embed.Severity != tt.word || len(embed.Services) != len(doc.Components) || tt.component != "" && embed.Services[0].Severity != tt.word {
				t.Errorf("embed %+v, want %s", embed, tt.word)
			}
		})
	}
}

// How far an incident is, by the provider's word.
func TestProgress(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.publish(storetest.Contoso, tocsin.ForEverybody, true)
	want := map[tocsin.Status]string{
		tocsin.StatusInvestigating: "investigating", tocsin.StatusReported: "investigating", tocsin.StatusConfirmed: "investigating", "partlyBroken": "investigating",
		tocsin.StatusDegradation: "identified", tocsin.StatusInterruption: "identified",
		tocsin.StatusRestoringService: "monitoring", tocsin.StatusVerifyingService: "monitoring", tocsin.StatusExtendedRecovery: "monitoring", tocsin.StatusMitigated: "monitoring",
		tocsin.StatusMitigatedExternal: "monitoring", tocsin.StatusInvestigationSuspended: "monitoring",
		tocsin.StatusServiceRestored: "resolved", tocsin.StatusResolved: "resolved", tocsin.StatusResolvedExternal: "resolved", tocsin.StatusFalsePositive: "resolved",
		tocsin.StatusReviewPublished: "postmortem",
	}
	states := map[string]string{}
	for status, state := range want {
		id := fmt.Sprintf("EX%d", len(states)+1)
		states[id] = state
		d.record(issue(id, "incident", status))
	}
	ended := issue("EX99", "incident", tocsin.StatusInvestigating)
	ended.EndAt = storetest.T0.Add(time.Minute)
	states["EX99"] = "resolved"
	d.record(ended)
	var all, open document
	d.read("/status/contoso/api/v2/incidents.json", &all)
	d.read("/status/contoso/api/v2/incidents/unresolved.json", &open)
	if len(all.Incidents) != len(states) {
		t.Errorf("%d incidents, want %d", len(all.Incidents), len(states))
	}
	for _, one := range all.Incidents {
		over := states[one.ID] == "resolved" || states[one.ID] == "postmortem"
		listed := slices.ContainsFunc(open.Incidents, func(i incident) bool { return i.ID == one.ID })
		if one.Status != states[one.ID] || over == listed || over != (one.ResolvedAt != nil) {
			t.Errorf("%s is %s and open %t, want %s", one.ID, one.Status, listed, states[one.ID])
		}
	}
}

// An incident has its posts as updates, the newest first, in plain text under
// ids that stay when the provider mends a text. Planned work is no incident.
func TestIncident(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.publish(storetest.Contoso, tocsin.ForEverybody, true)
	one := issue("EX1", "incident", tocsin.StatusInterruption)
	post := func(n int, text string) tocsin.Post {
		return tocsin.Post{CreatedAt: storetest.T0.Add(time.Duration(n) * time.Minute), ContentType: "html", Content: text}
	}
	one.Posts = []tocsin.Post{post(1, "<p>First &amp; foremost</p><script>alert(1)</script>"), post(2, "<b>Second</b>"), post(2, "Twin")}
	work := issue("EX3", tocsin.ClassMaintenance, tocsin.StatusOperational)
	work.StartAt, work.EndAt = storetest.T0.Add(5*time.Hour), storetest.T0.Add(6*time.Hour)
	d.record(exchange(tocsin.StatusOperational), one, work)
	var doc document
	d.read("/api/v2/summary.json", &doc)
	if len(doc.Incidents) != 1 || len(doc.Work) != 1 || doc.Work[0].Status != "scheduled" || doc.Work[0].Impact != "maintenance" || !doc.Work[0].ScheduledFor.Equal(work.StartAt) {
		t.Fatalf("summary: %+v", doc)
	}
	got := doc.Incidents[0]
	if got.Impact != "critical" || got.Shortlink != "https://desk.example/status/contoso/EX1/1" || len(got.Components) != 1 || got.Components[0].ID != "Exchange" || len(got.Updates) != 3 {
		t.Fatalf("incident: %+v", got)
	}
	u := got.Updates
	if u[2].Body != "First & foremost" || u[0].Status != "identified" || u[2].Status != "investigating" || u[0].ID == u[1].ID || u[0].CreatedAt.Before(u[2].CreatedAt) {
		t.Errorf("updates: %+v", u)
	}
	one.Posts[0].Content, one.ModifiedAt = "<p>First, mended</p>", storetest.T0.Add(3*time.Minute)
	d.record(one)
	d.now = d.now.Add(2 * time.Second)
	var again document
	d.read("/api/v2/summary.json?tenant=CONTOSO", &again)
	for i, update := range again.Incidents[0].Updates {
		if update.ID != u[i].ID {
			t.Errorf("update %d became %s, was %s", i, update.ID, u[i].ID)
		}
	}
}

// Who may not read is told the same as who asks for what is not there.
func TestReaders(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.record(exchange(tocsin.StatusOperational), issue("EX2", "advisory", tocsin.StatusDegradation))
	paths := []string{"api/v2/summary.json", "api/v2/incidents.json", "badge.svg", "badge.json", "embed.json", "probe", "probe/Exchange"}
	_, missing := d.get("/status/nobody/api/v2/summary.json")
	check := func(when string, want int, header ...string) {
		t.Helper()
		d.now = d.now.Add(2 * time.Second)
		for _, path := range paths {
			response, body := d.get("/status/contoso/"+path, header...)
			if response.StatusCode != want || want == http.StatusNotFound && body != missing {
				t.Errorf("%s: %s: %s %s", when, path, response.Status, body)
			}
			open := when == "open"
			if want == http.StatusOK && (response.Header.Get("Access-Control-Allow-Origin") == "*") != open || strings.Contains(body, "EX2") {
				t.Errorf("%s: %s: %v\n%s", when, path, response.Header, body)
			}
		}
	}
	check("off", http.StatusNotFound, "X-Reader", "1")
	d.publish(storetest.Contoso, tocsin.ForReaders, false)
	check("a stranger", http.StatusNotFound)
	check("a reader", http.StatusOK, "X-Reader", "1")
	if response, _ := d.get("/api/v2/summary.json"); response.StatusCode != http.StatusNotFound {
		t.Errorf("nothing for a stranger: %s", response.Status)
	}
	d.publish(storetest.Contoso, tocsin.ForEverybody, false)
	check("open", http.StatusOK)
	d.publish(storetest.Fabrikam, tocsin.ForEverybody, false)
	d.now = d.now.Add(2 * time.Second)
	if response, body := d.get("/api/v2/summary.json"); response.StatusCode != http.StatusBadRequest || !strings.Contains(body, "?tenant=contoso") {
		t.Errorf("one of two: %s %s", response.Status, body)
	}
	for path, want := range map[string]int{
		"/status/contoso/probe/Nothing": 404, "/status/contoso/badge.svg?service=Nothing": 404, "/status/contoso/badge.svg?lang=xx": 400, "/status/contoso/badge.svg?label=" + strings.Repeat("x", 99): 400,
		"/badge.svg?tenant=fabrikam": 200, "/status/contoso/badge.svg?service=Exchange&lang=ja&label=": 200,
	} {
		if response, body := d.get(path); response.StatusCode != want || want == 200 && (!strings.HasPrefix(body, "<svg") || response.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin") {
			t.Errorf("%s: %s", path, response.Status)
		}
	}
	response, _ := d.get("/status/contoso/embed.json")
	if response, _ = d.get("/status/contoso/embed.json", "If-None-Match", response.Header.Get("ETag")); response.StatusCode != http.StatusNotModified {
		t.Errorf("again: %s", response.Status)
	}
}

// A probe names no host, or another one, and is answered; a page is not.
func TestProbeWithoutHost(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.record(exchange(tocsin.StatusOperational))
	d.publish(storetest.Contoso, tocsin.ForEverybody, false)
	for request, want := range map[string]int{
		"GET /status/contoso/probe HTTP/1.0\r\n\r\n":                                       200,
		"GET /status/contoso/probe/Exchange HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n":           200,
		"HEAD /status/contoso/probe HTTP/1.0\r\n\r\n":                                      200,
		"GET /status/contoso/api/v2/status.json HTTP/1.1\r\nHost: evil.example\r\n\r\n":    421,
		"GET /status/contoso/probe HTTP/1.1\r\nHost: desk.example\r\nUser-Agent: \r\n\r\n": 200,
	} {
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(d.base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(connection, request)
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil || response.StatusCode != want {
			t.Errorf("%q: %v, %v, want %d", request, response, err, want)
		}
		connection.Close()
	}
}
