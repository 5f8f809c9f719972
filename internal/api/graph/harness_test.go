package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/api/apitest"
	"example.org/tocsin/internal/api/graph"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// base differs from the address that tests ask, as behind a proxy.
const base = "https://desk.contoso.example"

const announcements = "/v1.0/admin/serviceAnnouncement/"

func everyToken() apitest.Tokens {
	both := []string{tocsin.ScopeServiceHealthAll, tocsin.ScopeServiceMessageAll}
	return apitest.Tokens{Known: map[string]access.Identity{
		"contoso":  {ClientID: "c1", TenantID: storetest.Contoso, Subject: "c1", Scopes: both},
		"fabrikam": {ClientID: "c2", TenantID: storetest.Fabrikam, Subject: "c2", Scopes: both},
		"health":   {ClientID: "c3", TenantID: storetest.Contoso, Scopes: both[:1]},
		"messages": {ClientID: "c4", TenantID: storetest.Contoso, Scopes: both[1:]},
		"nothing":  {ClientID: "c5", TenantID: storetest.Contoso},
		"nobody":   {ClientID: "c6", TenantID: "99999999-9999-4999-8999-999999999999", Scopes: both},
		"person":   {ClientID: "c7", TenantID: storetest.Contoso, Subject: "p1", Delegated: true, Scopes: append([]string{"ServiceMessageViewpoint.Write"}, both...)},
		"program":  {ClientID: "c8", TenantID: storetest.Contoso, Scopes: append([]string{"ServiceMessageViewpoint.Write"}, both...)},
	}}
}

// A desk is an API over an archive of its own.
type desk struct {
	tb    testing.TB
	store *storetest.Desk
	model *readmodel.Model
	api   *graph.API
	seq   int
}

// now is the clock of every test.
func now() time.Time { return time.Date(2026, 7, 8, 12, 0, 0, 0, time.UTC) }

func newDesk(tb testing.TB, change ...func(*graph.Config)) *desk {
	tb.Helper()
	s := storetest.Open(tb, storetest.File(tb))
	storetest.AddTenants(tb, s)
	d := &desk{tb: tb, store: s, model: readmodel.New(s, now, slog.New(slog.DiscardHandler))}
	c := graph.Config{Base: base, Key: []byte("0123456789abcdef"), Model: d.model, Admission: httpserver.NewAdmission(everyToken(), nil), Now: now, Viewpoints: s, Files: s}
	for _, f := range change {
		f(&c)
	}
	var err error
	if d.api, err = graph.New(c); err != nil {
		tb.Fatal(err)
	}
	return d
}

// record stores documents and brings the read side up to date.
func (d *desk) record(tenant string, items ...any) {
	d.tb.Helper()
	d.seq++
	r := archive.Record{TenantID: tenant, Source: "test", SeenAt: now().Add(time.Duration(d.seq) * time.Second)}
	for _, item := range items {
		doc, ok := item.(tocsin.Document)
		if !ok {
			var err error
			if doc, err = tocsin.NewDocument(item); err != nil {
				d.tb.Fatal(err)
			}
		}
		r.Entries = append(r.Entries, archive.Entry{Document: doc})
	}
	if _, err := d.store.Record(d.tb.Context(), r); err != nil {
		d.tb.Fatal(err)
	}
	if err := d.model.Refresh(d.tb.Context(), true); err != nil {
		d.tb.Fatal(err)
	}
}

// A reply is what a client sees.
type reply struct {
	status int
	header http.Header
	body   string
	list
	Error struct {
		Code, Message string
		InnerError    map[string]string
	}
}

type list struct {
	Context string           `json:"@odata.context"`
	Count   *int             `json:"@odata.count"`
	Next    string           `json:"@odata.nextLink"`
	Value   []map[string]any `json:"value"`
}

func (r reply) ids() string {
	var ids []string
	for _, v := range r.Value {
		ids = append(ids, fmt.Sprint(v["id"]))
	}
	return strings.Join(ids, " ")
}

// ask sends a request; header pairs follow the target.
func (d *desk) ask(method, token, target, body string, header ...string) reply {
	d.tb.Helper()
	r := httptest.NewRequestWithContext(context.Background(), method, "http://host.example/", strings.NewReader(body))
	r.RequestURI = target
	path, query, _ := strings.Cut(target, "?")
	r.URL.Path, r.URL.RawPath, r.URL.RawQuery = path, path, query
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	d.api.ServeHTTP(w, r)
	text, err := io.ReadAll(w.Result().Body)
	if err != nil {
		d.tb.Fatal(err)
	}
	got := reply{status: w.Code, header: w.Result().Header, body: string(text)}
	_ = json.Unmarshal(text, &got) // not every answer is a list
	_ = json.Unmarshal(text, &got.list)
	return got
}

// get asks for something below serviceAnnouncement as Contoso. Blanks in the
// target are escaped.
func (d *desk) get(target string, header ...string) reply {
	d.tb.Helper()
	if !strings.HasPrefix(target, "/") {
		target = announcements + target
	}
	return d.ask("GET", "contoso", strings.ReplaceAll(target, " ", "%20"), "", header...)
}

func day(n int) time.Time { return time.Date(2026, 7, n, 8, 30, 0, 250e6, time.UTC) }

// fill stores what the tests of queries look at.
func fill(d *desk) {
	ended := func(i tocsin.Issue, at time.Time, status tocsin.Status) tocsin.Issue {
		i.EndAt, i.Resolved, i.Status = at, true, status
		return i
	}
	issue := func(id, service, serviceID, title string, n int) tocsin.Issue {
		return tocsin.Issue{
			ID: id, Title: title, Service: service, ServiceID: serviceID, Feature: "Access", FeatureGroup: "Sign-in", Classification: "incident",
			Origin: "microsoft", Status: tocsin.StatusDegradation, Impact: "Users may be unable to " + id, StartAt: day(n), ModifiedAt: day(n + 1),
			Details: []tocsin.Detail{{Name: "NotifyInApp", Value: "True"}},
			Posts: []tocsin.Post{
				{CreatedAt: day(n + 1), Type: "quick", ContentType: "html", Content: "second <b>post</b> of " + id},
				{CreatedAt: day(n), Type: "regular", ContentType: "html", Content: "first post of " + id},
			},
		}
	}
	advisory := issue("SP300", "SharePoint Online", "SharePoint", "Search is slow", 3)
	advisory.Classification = "advisory"
	odd := issue("TM400", "Microsoft Teams", "microsoftteams", "Calls drop", 4)
	odd.Status, odd.Classification = "somethingNew", "drill"
	review := ended(issue("EX200", "Exchange Online", "Exchange", "Mail is late", 2), day(3), tocsin.StatusReviewPublished)
	d.record(storetest.Contoso,
		issue("EX100", "Exchange Online", "Exchange", "Mail is lost", 1), review, advisory, odd,
		ended(issue("MO500", "Microsoft 365 suite", "OSDPPlatform", "Portal: it's \"down\"", 5), day(6), tocsin.StatusServiceRestored),
		overviewOf("Exchange", "Exchange Online", tocsin.StatusDegradation), overviewOf("SharePoint", "SharePoint Online", tocsin.StatusOperational),
		overviewOf("microsoftteams", "Microsoft Teams", "somethingNew"), overviewOf("OSDPPlatform", "Microsoft 365 suite", tocsin.StatusOperational),
		overviewOf("OrgLiveID", "Microsoft Entra", tocsin.StatusOperational),
	)
	d.record(storetest.Contoso, messages()...)
	d.record(storetest.Fabrikam, issue("EX100", "Exchange Online", "Exchange", "canary of Fabrikam", 1), issue("FB900", "Exchange Online", "Exchange", "canary", 1),
		tocsin.Message{ID: "MC900", Title: "canary", ModifiedAt: day(1)}, overviewOf("Exchange", "Exchange Online", tocsin.StatusInterruption))
}

func overviewOf(id, name string, status tocsin.Status) tocsin.Overview {
	return tocsin.Overview{ServiceID: id, Service: name, Status: status}
}

func messages() []any {
	message := func(id, title, category, severity string, n int, tags []string, services ...string) tocsin.Message {
		return tocsin.Message{
			ID: id, Title: title, Category: category, Severity: severity, Tags: tags, Services: services, StartAt: day(n), EndAt: day(n + 20),
			ModifiedAt: day(n), ContentType: "html", Content: "<p>About " + title + "</p>", Details: []tocsin.Detail{{Name: "RoadmapIds", Value: "501107, " + id}},
		}
	}
	major := message("MC1000002", "Copilot in Teams", "planForChange", "critical", 7, []string{"Retirement"}, "Microsoft Teams", "Microsoft Copilot (Microsoft 365)")
	major.MajorChange, major.ActionRequiredBy = true, day(20)
	attached := message("MC1000003", "Files", "preventOrFixIssue", "high", 8, nil, "SharePoint Online")
	attached.HasAttachments = true
	return []any{
		message("MC1000001", "New COPILOT icon", "stayInformed", "normal", 6, []string{"New feature", "User impact"}, "Exchange Online"),
		major, attached, message("MC999442", "Old news", "stayInformed", "normal", 5, []string{"New feature"}, "Microsoft Clipchamp "),
	}
}

func disabled() tocsin.Tenant {
	return tocsin.Tenant{ID: storetest.Contoso, Name: "contoso", Disabled: true}
}

// finish ends a poll of Contoso that failed.
func finish(t *testing.T, d *desk, epoch int64) {
	t.Helper()
	poll := tocsin.Poll{TenantID: storetest.Contoso, Source: "graph", Epoch: epoch, FinishedAt: now(), Outcome: tocsin.OutcomeFailed}
	if _, err := d.store.FinishPoll(t.Context(), archive.PollEnd{Poll: poll}, nil); err != nil {
		t.Fatal(err)
	}
	if err := d.model.Refresh(t.Context(), false); err != nil {
		t.Fatal(err)
	}
}
