package graph_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/fakegraph"
	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// field is a collector with a real store over a fake upstream that has three
// services, an issue of each and a message.
type field struct {
	*desk
	t         *testing.T
	now       time.Time
	store     *storetest.Desk
	collector *collect.Collector
}

func newField(t *testing.T) *field {
	t.Helper()
	f := &field{desk: newDesk(t, 1, fakegraph.Config{}), t: t, now: time.Now().UTC().Truncate(time.Microsecond), store: storetest.Open(t, storetest.File(t))}
	for id, issue := range map[string]string{"Exchange": "EX1", "SharePoint": "SP1", "microsoftteams": "TM1"} {
		f.overview(id, "serviceOperational")
		f.issue(issue, tocsin.ServiceNameOf(id))
	}
	if err := f.store.AddTenant(t.Context(), tocsin.Tenant{ID: tenant, Name: "contoso"}); err != nil {
		t.Fatal(err)
	}
	if err := f.store.PutSource(t.Context(), tenant, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	f.collector = f.newCollector()
	f.collector.Add(collect.Target{TenantID: tenant, Name: "graph", Source: f.newSource(t, f.clock)})
	return f
}

func (f *field) clock() time.Time { return f.now }

func (f *field) newCollector() *collect.Collector {
	return collect.New(f.store, f.clock, slog.New(slog.DiscardHandler))
}

func (f *field) raw(kind tocsin.Kind, id, body string) {
	f.t.Helper()
	if err := f.world.PutRaw(kind, id, []byte(body), tenant); err != nil {
		f.t.Fatal(err)
	}
}

func (f *field) overview(id, status string) {
	f.t.Helper()
	f.raw(tocsin.KindOverview, id, fmt.Sprintf(`{"id":%q,"service":%q,"status":%q}`, id, tocsin.ServiceNameOf(id), status))
}

// issue is one that is over.
func (f *field) issue(id, service string) {
	f.t.Helper()
	f.raw(tocsin.KindIssue, id, fmt.Sprintf(`{"id":%q,"title":"t","service":%q,"status":"serviceRestored","isResolved":true,"startDateTime":"2026-03-01T00:00:00Z","endDateTime":"2026-03-01T02:00:00Z","lastModifiedDateTime":"2026-03-01T02:00:00Z","posts":[]}`, id, service))
}

func (f *field) poll() tocsin.Poll {
	f.t.Helper()
	f.now = f.now.Add(time.Minute)
	p, err := f.collector.Poll(f.t.Context(), tenant, "graph", true)
	if err != nil {
		f.t.Fatal(err)
	}
	return p
}

func (f *field) snapshot() *readmodel.Snapshot {
	f.t.Helper()
	s, err := f.model().Snapshot(f.t.Context(), tenant)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

func (f *field) model() *readmodel.Model {
	return readmodel.New(f.store, f.clock, slog.New(slog.DiscardHandler))
}

// unknown names the services of which nobody knows how they are.
func (f *field) unknown() string {
	f.t.Helper()
	report, err := health.Judge(f.t.Context(), f.model(), f.snapshot(), f.now)
	if err != nil {
		f.t.Fatal(err)
	}
	var ids []string
	for _, s := range report.Services {
		if s.Severity == tocsin.SeverityUnknown {
			ids = append(ids, s.ID)
		}
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

const all = "Exchange SharePoint microsoftteams"

// Whatever is odd about one element, everything else is stored, the element is
// kept as it came and named, has not left, and its service is known again when
// the element can be read again. Planner, which is degraded meanwhile, stays so
// whatever else is unknown.
func TestOneOddElementCostsNoOther(t *testing.T) {
	t.Parallel()
	const (
		issue    = tocsin.KindIssue
		overview = tocsin.KindOverview
		message  = tocsin.KindMessage
		teams    = "microsoftteams"
	)
	for _, tt := range []struct {
		name, at, body string
		kind           tocsin.Kind
		reason         tocsin.UnreadableReason
		named, unknown string
	}{
		{"value of a detail", "TM1", `{"id":"TM1","service":"Microsoft Teams","posts":[],"details":[{"name":"n","value":5}]}`, issue, "member", "TM1 (details.value)", teams},
		{"posts", "TM1", `{"id":"TM1","service":"Microsoft Teams","posts":"none"}`, issue, "member", "TM1 (posts)", teams},
		{"text of a post", "TM1", `{"id":"TM1","service":"Microsoft Teams","posts":[{"description":{"content":[]}}]}`, issue, "member", "TM1 (posts.description.content)", teams},
		{"resolved", "TM1", `{"id":"TM1","service":"Microsoft Teams","isResolved":"yes"}`, issue, "member", "TM1 (isResolved)", teams},
		{"status", "TM1", `{"id":"TM1","service":"Microsoft Teams","status":7}`, issue, "member", "TM1 (status)", teams},
		{"title", "TM1", `{"id":"TM1","service":"Microsoft Teams","title":{}}`, issue, "member", "TM1 (title)", teams},
		{"service of a known issue", "TM1", `{"id":"TM1","service":["Microsoft Teams"]}`, issue, "member", "TM1 (service)", teams},
		{"service of a new issue", "TM2", `{"id":"TM2","service":5}`, issue, "member", "TM2 (service)", all},
		{"a new issue", "TM2", `{"id":"TM2","service":"Microsoft Teams","posts":7}`, issue, "member", "TM2 (posts)", teams},
		{"issue without id", "TM1", `{"service":"Microsoft Teams"}`, issue, "id", "#3 (id)", teams},
		{"id of an issue", "TM1", `{"id":1,"service":"Microsoft Teams"}`, issue, "member", "#3 (id)", teams},
		{"issue with two ids", "TM1", `{"id":"TM1","id":"TM2","service":"Microsoft Teams"}`, issue, "syntax", "#3", teams},
		{"issue with a member twice", "TM1", `{"id":"TM1","title":"a","service":"Microsoft Teams","title":"b"}`, issue, "syntax", "TM1", teams},
		{"issue not UTF-8", "TM1", "{\"id\":\"TM1\",\"service\":\"Microsoft Teams\",\"title\":\"\xff\"}", issue, "text", "TM1", teams},
		{"issue that is no JSON", "TM1", `{"id":"TM1","service":"Microsoft Teams","n":NaN}`, issue, "syntax", "TM1", teams},
		{"issue with a raw line end", "TM1", "{\"id\":\"TM1\",\"service\":\"Microsoft Teams\",\"title\":\"a\nb\"}", issue, "syntax", "TM1", teams},
		{"issue nested deeply", "TM1", `{"id":"TM1","service":"Microsoft Teams","x":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`, issue, "syntax", "TM1", teams},
		{"issue is null", "TM1", `null`, issue, "form", "#3", all},
		{"issue is a number", "TM1", `5`, issue, "form", "#3", all},
		{"issue is a text", "TM1", `"TM1"`, issue, "form", "#3", all},
		{"issue is a list", "TM1", `[{"id":"TM1"}]`, issue, "form", "#3", all},
		{"status of a service", teams, `{"id":"microsoftteams","service":"Microsoft Teams","status":5}`, overview, "member", teams + " (status)", teams},
		{"name of a service", teams, `{"id":"microsoftteams","service":5,"status":"serviceOperational"}`, overview, "member", teams + " (service)", teams},
		{"id of a service", teams, `{"id":5,"service":"Microsoft Teams","status":"serviceOperational"}`, overview, "member", teams + " (id)", teams},
		{"overview of nothing", teams, `{"status":"serviceOperational"}`, overview, "id", "#4 (id)", all},
		{"overview is null", teams, `null`, overview, "form", "#4", all},
		{"overview not UTF-8", teams, "{\"id\":\"microsoftteams\",\"service\":\"Microsoft \xfeTeams\",\"status\":\"serviceOperational\"}", overview, "text", teams, teams},
		{"services of a message", "MC0000", `{"id":"MC0000","services":"Microsoft Teams"}`, message, "member", "MC0000 (services)", ""},
		{"tags of a message", "MC0000", `{"id":"MC0000","tags":{}}`, message, "member", "MC0000 (tags)", ""},
		{"body of a message", "MC0000", `{"id":"MC0000","body":"text"}`, message, "member", "MC0000 (body)", ""},
		{"attachments of a message", "MC0000", `{"id":"MC0000","hasAttachments":1}`, message, "member", "MC0000 (hasAttachments)", ""},
		{"message is null", "MC0000", `null`, message, "form", "#1", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newField(t)
			f.poll()
			before := f.snapshot()
			f.raw(tt.kind, tt.at, tt.body)
			f.issue("ZZ9", "Exchange Online")
			f.overview("Planner", "serviceDegradation")
			f.put(t, "MC9999", "new")
			f.now = f.now.Add(25 * time.Hour) // whole lists
			p := f.poll()
			want := lang.English(tocsin.NewProblem(tocsin.ProblemItem, "kind", string(tt.kind), "n", "1", "names", tt.named))
			if lang.English(p.Problem) != want || p.Unreadable != 1 || p.New != 3 || p.Left != 0 || p.Outcome != tocsin.OutcomeChanged {
				t.Fatalf("%+v, want %q", p, want)
			}
			first := f.now
			for range 3 { // unchanged, after a restart, and with something new beside it
				s := f.snapshot()
				if got := f.unknown(); got != tt.unknown {
					t.Errorf("unknown = %q, want %q", got, tt.unknown)
				}
				if list := s.Unreadable(); len(list) != 1 || list[0].Reason != tt.reason || !list[0].Since.Equal(first) {
					t.Fatalf("unreadable = %+v, want it since %v", list, first)
				} else if body, err := f.store.UnreadableBody(t.Context(), list[0]); err != nil || string(body) != tt.body {
					t.Errorf("kept %q, %v", body, err)
				}
				for _, row := range before.Issues {
					if now, ok := s.Issue(row.ID); !ok || now.LeftAt != 0 || now.N != 1 {
						t.Errorf("%s: %+v, %v, want the last readable version", row.ID, now, ok)
					}
				}
				if len(s.Messages) != 2 || len(s.Issues) != 4 || len(s.Services) != 4 {
					t.Errorf("%d messages, %d issues, %d services", len(s.Messages), len(s.Issues), len(s.Services))
				}
				if p = f.poll(); lang.English(p.Problem) != want || p.Left != 0 {
					t.Errorf("again: %+v", p)
				}
				f.collector = f.newCollector()
				f.collector.Add(collect.Target{TenantID: tenant, Name: "graph", Source: f.newSource(t, f.clock)})
			}
			f.heal(tt.kind, tt.at)
			if p = f.poll(); p.Problem != nil || p.Unreadable != 0 || p.Left != 0 {
				t.Errorf("healed: %+v", p)
			}
			if got := f.unknown(); got != "" || len(f.snapshot().Unreadable()) != 0 {
				t.Errorf("healed: %q is unknown", got)
			}
		})
	}
}

// heal makes an item readable again.
func (f *field) heal(kind tocsin.Kind, id string) {
	f.t.Helper()
	switch kind {
	case tocsin.KindIssue:
		f.issue(id, "Microsoft Teams")
	case tocsin.KindOverview:
		f.overview(id, "serviceOperational")
	default:
		f.put(f.t, id, "text")
	}
}

// What cannot be read and has gone from the list does not leave a service
// unknown for ever, and what it hid may leave then.
func TestOddElementsGo(t *testing.T) {
	t.Parallel()
	f := newField(t)
	f.poll()
	f.raw(tocsin.KindIssue, "TM1", `null`)
	f.now = f.now.Add(25 * time.Hour)
	if p := f.poll(); p.Left != 0 || p.Withheld != 1 || f.unknown() != all {
		t.Errorf("while nobody knows what it is: %+v", p)
	}
	if err := f.world.Remove(tocsin.KindIssue, "TM1", tenant); err != nil {
		t.Fatal(err)
	}
	if p := f.poll(); p.Left != 1 || p.Problem != nil || f.unknown() != "" {
		t.Errorf("once it has gone: %+v, unknown %q", p, f.unknown())
	}
}

// Of one id listed twice, once odd, nobody knows how it is.
func TestOddTwin(t *testing.T) {
	t.Parallel()
	f := newField(t)
	f.raw(tocsin.KindIssue, "TM1b", `{"id":"TM1","service":"Microsoft Teams","posts":0}`)
	f.raw(tocsin.KindIssue, "TM1c", `{"id":"TM1","service":"Microsoft Teams","posts":true}`)
	if p := f.poll(); p.Unreadable != 1 || f.unknown() != "microsoftteams" {
		t.Errorf("%+v, unknown %q", p, f.unknown())
	}
	if row, ok := f.snapshot().Issue("TM1"); !ok || row.N != 1 {
		t.Error("the sound one is not stored")
	}
}

// A list in which everything is odd keeps what was, in bounds.
func TestEverythingOdd(t *testing.T) {
	t.Parallel()
	f := newField(t)
	f.poll()
	for n := range 500 {
		f.raw(tocsin.KindIssue, fmt.Sprintf("X%03d", n), fmt.Sprintf(`{"id":"X%03d","service":"Contoso","posts":0}`, n))
	}
	f.now = f.now.Add(25 * time.Hour)
	p := f.poll()
	if p.Unreadable != 201 || p.Left != 0 || f.unknown() != all || len(lang.English(p.Problem)) > 300 {
		t.Errorf("%+v, unknown %q", p, f.unknown())
	}
}

// A list that does not arrive costs no other. The lists of health decide how
// long the services are current.
func TestLostListCostsNoOther(t *testing.T) {
	t.Parallel()
	forbidden := fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 403}
	down := fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 500}
	busy := fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 503, RetryAfter: "600"}
	damaged := fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 200, ContentType: "application/json", Body: `{"value":[{"id":"TM1"`}
	noList := fakegraph.Fault{Kind: fakegraph.FaultAnswer, Status: 200, ContentType: "application/json", Body: `{"value":5}`}
	for _, tt := range []struct {
		name, path    string
		fault         fakegraph.Fault
		stored, lost  string
		unknown, says string
		wait          time.Duration
	}{
		{"messages forbidden", "messages", forbidden, "overview issue", "message", "", "lacks a permission", time.Minute},
		{"messages down", "messages", down, "overview issue", "message", "", "status 500", time.Minute},
		{"messages want rest", "messages", busy, "overview issue", "message", "", "status 503", 10 * time.Minute},
		{"issues damaged", "issues", damaged, "overview message", "issue", all + " Planner", "damaged", time.Minute},
		{"overviews forbidden", "healthOverviews", forbidden, "issue message", "overview", all, "lacks a permission", time.Minute},
		{"overviews are no list", "healthOverviews", noList, "issue message", "overview", all, "damaged", time.Minute},
		{"issues want rest", "issues", busy, "overview", "issue message", all + " Planner", "status 503", 10 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newField(t)
			f.poll()
			tt.fault.PathContains = tt.path
			f.upstream.Inject(tt.fault)
			f.issue("ZZ9", "Exchange Online")
			f.overview("Planner", "serviceOperational")
			f.put(t, "MC9999", "new")
			f.now = f.now.Add(25 * time.Hour)
			p := f.poll()
			if p.Outcome != tocsin.OutcomePartial || p.New != len(strings.Fields(tt.stored)) || p.Left != 0 || !strings.Contains(lang.English(p.Problem), tt.says) {
				t.Errorf("%+v", p)
			}
			states, err := f.store.Sources(t.Context(), tenant)
			if err != nil || states[0].Failures != 1 || states[0].DueAt.Before(f.now.Add(tt.wait)) {
				t.Errorf("source = %+v, %v", states, err)
			}
			s := f.snapshot()
			var lost []string
			for _, u := range s.Unreadable() {
				lost = append(lost, string(u.Kind))
			}
			if got := strings.Join(lost, " "); got != tt.lost {
				t.Errorf("lost = %q, want %q", got, tt.lost)
			}
			for range 3 {
				f.poll()
			}
			want := strings.Fields(tt.unknown)
			slices.Sort(want)
			if got := f.unknown(); got != strings.Join(want, " ") {
				t.Errorf("unknown = %q, want %q", got, want)
			}
			f.upstream.ClearFaults()
			if p = f.poll(); p.Outcome != tocsin.OutcomeChanged || p.New != 3-len(strings.Fields(tt.stored)) || p.Problem != nil {
				t.Errorf("afterwards: %+v", p)
			}
			if got := f.unknown(); got != "" || len(f.snapshot().Unreadable()) != 0 {
				t.Errorf("afterwards %q is unknown", got)
			}
		})
	}
}
