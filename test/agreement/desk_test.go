package agreement

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/cli"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/test/ask"
)

// A desk is a running server with a tenant for each situation.
type desk struct {
	*app.App
	data    string
	began   time.Time
	clients []tocsin.Client
	metrics string
}

func (d *desk) name(n int) string { return fmt.Sprintf("tenant%04d", n) }

func (d *desk) id(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

// start runs a desk until the test ends. It polls nothing: what its sources
// said is written before.
func start(t *testing.T, situations []situation) *desk {
	t.Helper()
	settings := config.Default()
	settings.Data = t.TempDir()
	settings.Server.Listen, settings.Server.Pages = "127.0.0.1:0", "everyone"
	settings.Database = filepath.Join(settings.Data, "tocsin.db")
	a, err := app.New(t.Context(), settings, app.Options{Log: slog.New(slog.DiscardHandler), DueEvery: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{App: a, data: settings.Data, began: time.Now().UTC().Truncate(time.Minute)}
	for n, s := range situations {
		d.tell(t, n, s)
	}
	ask.Run(t, a)
	d.metrics = d.get(t, "/metrics", "")
	return d
}

// tell writes what is said in one tenant.
func (d *desk) tell(t *testing.T, n int, s situation) {
	t.Helper()
	tenant := tocsin.Tenant{ID: d.id(n), Name: d.name(n), Domains: []string{d.name(n) + ".example"}, CreatedAt: d.began}
	tenant.Normalize()
	if err := d.Archive.AddTenant(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Archive.ChangePublishing(t.Context(), tenant.ID, d.began, func(p *tocsin.Publishing) error {
		p.Readership = tocsin.ForEverybody
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	c := tocsin.Client{ID: signin.NewID(), TenantID: tenant.ID, Name: "agreement", CreatedAt: d.began, Scopes: []string{tocsin.ScopeDeskRead, tocsin.ScopeServiceHealthAll, tocsin.ScopeServiceHealth}}
	if _, err := app.AddClient(t.Context(), d.Programs, c); err != nil {
		t.Fatal(err)
	}
	d.clients = append(d.clients, c)
	if err := d.Archive.PutSource(t.Context(), tenant.ID, "graph", 10*time.Minute); err != nil {
		t.Fatal(err)
	}
	if s.source == "never" {
		d.poll(t, tenant.ID, d.began, archive.PollEnd{Poll: tocsin.Poll{Outcome: tocsin.OutcomeFailed}})
		return
	}
	d.write(t, tenant.ID, s.words(d.began))
	end := archive.PollEnd{Poll: tocsin.Poll{Outcome: tocsin.OutcomeUnchanged}}
	odd := tocsin.Unreadable{TenantID: tenant.ID, Source: "graph", Kind: tocsin.KindIssue, ID: "EX9", Service: "Exchange Online", ServiceID: "Exchange", Since: d.began, SeenAt: d.began}
	switch s.source {
	case "silent":
		d.poll(t, tenant.ID, d.began.Add(-time.Hour), end)
		end.Poll.Outcome = tocsin.OutcomeFailed
	case "short":
		odd.Kind, odd.ID, odd.Reason = tocsin.KindOverview, "Exchange", tocsin.UnreadableMissing
		end.Unreadable, end.Poll.Outcome, end.Shorts, end.Current = []tocsin.Unreadable{odd}, tocsin.OutcomeShort, 1, true
	case "unplaced": // it is about a service that no list names
		odd.Reason, odd.Body, odd.Service, odd.ServiceID = tocsin.UnreadableMember, []byte("{}"), "Microsoft Places", "Places"
		end.Unreadable = []tocsin.Unreadable{odd}
	case "unreadable":
		odd.Reason, odd.Body = tocsin.UnreadableMember, []byte("{}")
		end.Unreadable = []tocsin.Unreadable{odd}
	}
	d.poll(t, tenant.ID, d.began, end)
}

// words are what the source says.
func (s situation) words(now time.Time) []any {
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	list := []any{
		tocsin.Service{ID: "Exchange", Name: "Exchange Online"},
		tocsin.Overview{ServiceID: "Forms", Service: "Microsoft Forms", Status: tocsin.StatusOperational},
		tocsin.Overview{ServiceID: tocsin.SuiteID, Service: "Microsoft 365 suite", Status: tocsin.StatusOperational},
	}
	switch s.overview {
	case "-":
	case "*":
		list = list[1:]
	case "":
		list = append(list, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational})
	default:
		list = append(list, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: s.overview})
	}
	issue := func(id, class string, status tocsin.Status, start, modified time.Time) tocsin.Issue {
		return tocsin.Issue{ID: id, Title: "Title of " + id, Service: "Exchange Online", ServiceID: "Exchange", Classification: class, Status: status, StartAt: start, ModifiedAt: modified}
	}
	if s.incident != "" {
		list = append(list, issue("EX1", "incident", s.incident, ago(95*time.Minute), ago(time.Minute)))
	}
	switch s.advisory {
	case "news":
		list = append(list, issue("EX2", "advisory", tocsin.StatusDegradation, ago(200*time.Minute), ago(2*time.Minute)))
	case "quiet":
		list = append(list, issue("EX2", "advisory", tocsin.StatusDegradation, ago(240*time.Hour), ago(200*time.Hour)))
	}
	if s.suite != "" {
		one := issue("MO1", "incident", s.suite, ago(130*time.Minute), ago(3*time.Minute))
		one.Service, one.ServiceID = "Microsoft 365 suite", tocsin.SuiteID
		one.Posts = []tocsin.Post{{CreatedAt: one.ModifiedAt, ContentType: "text", Content: "Exchange Online is hit."}}
		list = append(list, one)
	}
	if s.work != "" {
		one := issue("EX3", tocsin.ClassMaintenance, tocsin.StatusOperational, ago(10*time.Minute), ago(24*time.Hour))
		if s.work == "later" {
			one.StartAt = now.Add(5 * time.Hour)
		}
		one.EndAt = now.Add(9 * time.Hour)
		if s.work == "overrun" { // its window has passed without a word
			one.StartAt, one.EndAt = ago(5*time.Hour), ago(3*time.Hour)
		}
		list = append(list, one)
	}
	return list
}

func (d *desk) write(t *testing.T, tenant string, values []any) {
	t.Helper()
	r := archive.Record{TenantID: tenant, Source: "graph", SeenAt: d.began.Add(-2 * time.Hour)}
	for _, v := range values {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			t.Fatal(err)
		}
		r.Entries = append(r.Entries, archive.Entry{Document: doc})
	}
	if _, err := d.Archive.Record(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func (d *desk) poll(t *testing.T, tenant string, at time.Time, end archive.PollEnd) {
	t.Helper()
	claimed, err := d.Archive.ClaimSource(t.Context(), tenant, "graph", at, time.Minute, true)
	if err != nil {
		t.Fatal(err)
	}
	p := &end.Poll
	p.TenantID, p.Source, p.Epoch, p.Full, p.StartedAt, p.FinishedAt = tenant, "graph", claimed.Epoch, true, at, at
	end.DueAt = d.began.Add(24 * time.Hour)
	if _, err := d.Archive.FinishPoll(t.Context(), end, nil); err != nil {
		t.Fatal(err)
	}
}

// get reads an address of the desk.
func (d *desk) get(t *testing.T, path, token string) string {
	t.Helper()
	response, body := ask.Get(t, http.DefaultClient, d.Base()+path, token)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s\n%.300s", path, response.Status, body)
	}
	return string(body)
}

// api reads JSON from an API with a token for a resource.
func (d *desk) api(t *testing.T, n int, resource, path string, into any) {
	t.Helper()
	token, err := d.Issuer.Mint(t.Context(), d.clients[n], resource, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(d.get(t, path, token)), into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// run runs a command on the archive of the desk.
func (d *desk) run(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = cli.Main(t.Context(), cli.Env{Args: append([]string{"--data", d.data}, args...), Getenv: func(string) string { return "" }, Stdin: os.Stdin, Stdout: &stdout, Stderr: &stderr})
	if stderr.Len() > 0 {
		t.Fatalf("%v: %s", args, stderr.String())
	}
	return code, stdout.String()
}

// passesThrough holds the provider's own APIs to the provider's own word.
func (d *desk) passesThrough(t *testing.T, n int, s situation) {
	t.Helper()
	if s.overview == "-" || s.overview == "*" || s.source == "never" {
		return
	}
	want := s.overview
	if want == "" {
		want = tocsin.StatusOperational
	}
	var graph struct{ Status string }
	d.api(t, n, app.GraphResource, "/v1.0/admin/serviceAnnouncement/healthOverviews/Exchange%20Online", &graph)
	if got := tocsin.Status(graph.Status); got != want && (got != tocsin.StatusUnknown || want.Severity() != tocsin.SeverityUnknown) {
		t.Errorf("%s: healthOverviews says %s", s, graph.Status)
	}
	var legacy struct {
		Value []struct{ Workload, Status string }
	}
	d.api(t, n, app.LegacyResource, "/api/v1.0/"+d.name(n)+".example/ServiceComms/CurrentStatus", &legacy)
	for _, one := range legacy.Value {
		if one.Workload == "Exchange" && !strings.EqualFold(one.Status, want.Legacy()) {
			t.Errorf("%s: CurrentStatus says %s, want %s", s, one.Status, want.Legacy())
		}
	}
}
