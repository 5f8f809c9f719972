package health_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A desk is one tenant over a real archive.
type desk struct {
	t     *testing.T
	store *storetest.Desk
	model *readmodel.Model
	now   time.Time
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, now: storetest.T0.Add(time.Hour)}
	d.store = storetest.Open(t, storetest.File(t))
	storetest.AddTenants(t, d.store)
	d.model = readmodel.New(d.store, func() time.Time { return d.now }, slog.New(slog.DiscardHandler))
	return d
}

func (d *desk) record(at time.Time, values ...any) {
	d.t.Helper()
	r := archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: at}
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

// silent makes the source fail for ten minutes; never says that no poll of it
// was ever complete.
func (d *desk) silent(never bool) {
	d.t.Helper()
	if err := d.store.PutSource(d.t.Context(), storetest.Contoso, "graph", time.Minute); err != nil {
		d.t.Fatal(err)
	}
	if !never {
		d.poll(tocsin.OutcomeUnchanged)
	}
	d.now = d.now.Add(10 * time.Minute)
	d.poll(tocsin.OutcomeFailed)
}

func (d *desk) poll(outcome tocsin.Outcome) {
	d.t.Helper()
	claimed, err := d.store.ClaimSource(d.t.Context(), storetest.Contoso, "graph", d.now, time.Minute, true)
	if err != nil {
		d.t.Fatal(err)
	}
	end := archive.PollEnd{Poll: tocsin.Poll{TenantID: storetest.Contoso, Source: "graph", Epoch: claimed.Epoch, Full: true, FinishedAt: d.now, Outcome: outcome}, DueAt: d.now}
	if _, err := d.store.FinishPoll(d.t.Context(), end, nil); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) judge() *health.Report {
	d.t.Helper()
	snapshot, err := d.model.Snapshot(d.t.Context(), storetest.Contoso)
	if err != nil {
		d.t.Fatal(err)
	}
	report, err := health.Judge(d.t.Context(), d.model, snapshot, d.now)
	if err != nil {
		d.t.Fatal(err)
	}
	return report
}

func exchange(status tocsin.Status) tocsin.Overview {
	return tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: status}
}

func suite(status tocsin.Status) tocsin.Overview {
	return tocsin.Overview{ServiceID: tocsin.SuiteID, Service: "Microsoft 365 suite", Status: status}
}

// issue is one of Exchange that began so many minutes after T0.
func issue(id, class string, status tocsin.Status, minutes int) tocsin.Issue {
	at := storetest.T0.Add(time.Duration(minutes) * time.Minute)
	return tocsin.Issue{ID: id, Title: "Title", Service: "Exchange Online", ServiceID: "Exchange", Classification: class, Status: status, StartAt: at, ModifiedAt: at}
}

// about files an issue under the suite, with a post.
func about(i tocsin.Issue, post string) tocsin.Issue {
	i.Service, i.ServiceID = "Microsoft 365 suite", tocsin.SuiteID
	i.Posts = []tocsin.Post{{CreatedAt: i.ModifiedAt, ContentType: "text", Content: post}}
	return i
}

func undated(i tocsin.Issue) tocsin.Issue {
	i.StartAt = time.Time{}
	return i
}

func old(i tocsin.Issue) tocsin.Issue {
	i.StartAt, i.ModifiedAt = i.StartAt.Add(-9*24*time.Hour), i.ModifiedAt.Add(-9*24*time.Hour)
	return i
}

func work(minutes, length int) tocsin.Issue {
	i := issue("TC1", tocsin.ClassMaintenance, tocsin.StatusOperational, minutes)
	i.EndAt = i.StartAt.Add(time.Duration(length) * time.Minute)
	return i
}

// Each row is what was said about Exchange, and the judgement on it: its
// severity, the issue that explains it, and since when (minutes after T0).
func TestService(t *testing.T) {
	t.Parallel()
	const never = -1 // not known
	const up, degraded, down = tocsin.StatusOperational, tocsin.StatusDegradation, tocsin.StatusInterruption
	for name, tt := range map[string]struct {
		tells  []any
		silent bool
		want   string
		cause  string
		since  int
	}{
		"well":                                {tells: []any{exchange(up)}, want: "ok"},
		"false positive":                      {tells: []any{exchange(tocsin.StatusFalsePositive)}, want: "ok"},
		"overview alone":                      {tells: []any{exchange(degraded)}, want: "degraded"},
		"overview lags behind an outage":      {tells: []any{exchange(up), issue("EX1", "incident", down, 3)}, want: "interruption", cause: "EX1", since: 3},
		"overview lags behind a recovery":     {tells: []any{exchange(down), issue("EX1", "incident", tocsin.StatusRestoringService, 3)}, want: "interruption", cause: "EX1"},
		"incident recovers":                   {tells: []any{exchange(up), issue("EX1", "incident", tocsin.StatusRestoringService, 3)}, want: "recovering", cause: "EX1", since: 3},
		"incident is looked into":             {tells: []any{exchange(up), issue("EX1", "incident", tocsin.StatusInvestigating, 3)}, want: "advisory", cause: "EX1", since: 3},
		"incident of a value that is new":     {tells: []any{exchange(up), issue("EX1", "incident", "partlyBroken", 3)}, want: "unknown", cause: "EX1", since: 3},
		"incident is over":                    {tells: []any{exchange(up), issue("EX1", "incident", tocsin.StatusServiceRestored, 3)}, want: "ok"},
		"advisory":                            {tells: []any{exchange(up), issue("EX1", "advisory", degraded, 3)}, want: "advisory", cause: "EX1", since: 3},
		"advisory that says interruption":     {tells: []any{exchange(up), issue("EX1", "advisory", down, 3)}, want: "advisory", cause: "EX1", since: 3},
		"quiet advisory":                      {tells: []any{exchange(up), old(issue("EX1", "advisory", degraded, 0))}, want: "ok"},
		"advisory explains a degradation":     {tells: []any{exchange(degraded), issue("EX1", "advisory", degraded, 3)}, want: "advisory", cause: "EX1"},
		"advisory explains no interruption":   {tells: []any{exchange(down), issue("EX1", "advisory", degraded, 3)}, want: "interruption", cause: "EX1"},
		"incident elsewhere explains":         {tells: []any{exchange(degraded), issue("EX1", "advisory", degraded, 9), about(issue("MO1", "incident", tocsin.StatusRestoringService, 3), "Exchange Online fails.")}, want: "degraded", cause: "MO1", since: 3},
		"incident elsewhere makes no outage":  {tells: []any{exchange(up), about(issue("MO1", "incident", down, 3), "Exchange Online works.")}, want: "ok"},
		"incident elsewhere names another":    {tells: []any{exchange(degraded), about(issue("MO1", "incident", down, 3), "Teams fails.")}, want: "degraded"},
		"own incident before one elsewhere":   {tells: []any{exchange(degraded), issue("EX1", "incident", degraded, 9), about(issue("MO1", "incident", down, 3), "Exchange Online fails.")}, want: "degraded", cause: "EX1"},
		"one elsewhere that is as bad":        {tells: []any{exchange(down), issue("EX1", "incident", degraded, 9), about(issue("MO1", "incident", down, 3), "Exchange Online fails.")}, want: "interruption", cause: "MO1"},
		"unknown value":                       {tells: []any{exchange("partlyBroken")}, want: "unknown"},
		"unknown value outranks an advisory":  {tells: []any{exchange("partlyBroken"), issue("EX1", "advisory", degraded, 3)}, want: "unknown", cause: "EX1"},
		"never told":                          {tells: []any{tocsin.Service{ID: "Exchange", Name: "Exchange Online"}}, want: "unknown", since: never},
		"never told, incident open":           {tells: []any{tocsin.Service{ID: "Exchange", Name: "Exchange Online"}, issue("EX1", "incident", down, 3)}, want: "interruption", cause: "EX1", since: 3},
		"silence hides what was well":         {tells: []any{exchange(up)}, silent: true, want: "unknown", since: 60},
		"silence hides a recovery":            {tells: []any{exchange(tocsin.StatusRestoringService)}, silent: true, want: "unknown", since: 60},
		"silence hides no outage":             {tells: []any{exchange(up), issue("EX1", "incident", down, 3)}, silent: true, want: "interruption", cause: "EX1", since: 3},
		"silence outranks an advisory":        {tells: []any{exchange(up), issue("EX1", "advisory", degraded, 3)}, silent: true, want: "unknown", since: 60},
		"worsening outage":                    {tells: []any{exchange(up), issue("EX1", "incident", degraded, -99), issue("EX2", "incident", down, 58)}, want: "interruption", cause: "EX2", since: -99},
		"start that nobody can read":          {tells: []any{exchange(up), issue("EX2", "incident", down, 9), undated(issue("EX1", "incident", down, 3))}, want: "interruption", cause: "EX2", since: 9},
		"only a start that nobody can read":   {tells: []any{exchange(up), undated(issue("EX1", "incident", down, 3))}, want: "interruption", cause: "EX1", since: never},
		"start still to come":                 {tells: []any{exchange(up), issue("EX1", "incident", down, 9999)}, want: "interruption", cause: "EX1", since: never},
		"start still to come, told":           {tells: []any{exchange(degraded), issue("EX1", "incident", degraded, 9999)}, want: "degraded", cause: "EX1"},
		"advisory makes no outage older":      {tells: []any{exchange(degraded), issue("EX1", "advisory", degraded, -99), issue("EX2", "incident", down, 58)}, want: "interruption", cause: "EX2", since: 58},
		"work under way":                      {tells: []any{exchange(up), work(30, 60)}, want: "planned", cause: "TC1", since: 30},
		"work to come":                        {tells: []any{exchange(up), work(90, 60)}, want: "ok"},
		"work that is over":                   {tells: []any{exchange(up), work(10, 20)}, want: "ok"},
		"work under way hides no degradation": {tells: []any{exchange(degraded), work(30, 60)}, want: "degraded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.record(storetest.T0, tt.tells...)
			if tt.silent {
				d.silent(false)
			}
			s, ok := d.judge().Service("Exchange")
			if !ok {
				t.Fatal("no Exchange")
			}
			since := storetest.T0.Add(time.Duration(tt.since) * time.Minute)
			if tt.since == never {
				since = time.Time{}
			}
			cause := ""
			if s.Cause != nil {
				cause = s.Cause.ID
			}
			if s.Severity.String() != tt.want || cause != tt.cause || !s.Since.Equal(since) {
				t.Errorf("%s by %q since %s, want %s by %q since %s", s.Severity, cause, s.Since, tt.want, tt.cause, since)
			}
		})
	}
}

// A service that no list names is judged by what is open about it, and counts
// as one of the tenant's; one that nothing is open about is found, and unknown.
func TestUnlistedService(t *testing.T) {
	t.Parallel()
	const up, degraded, down = tocsin.StatusOperational, tocsin.StatusDegradation, tocsin.StatusInterruption
	cloud := func(id, class string, status tocsin.Status, minutes int) tocsin.Issue {
		i := issue(id, class, status, minutes)
		i.Service, i.ServiceID = "Windows 365", "Windows365"
		return i
	}
	for name, tt := range map[string]struct {
		tells  []any
		silent bool
		want   string // of the service; of one that is not counted with "-"
		count  int
	}{
		"two incidents":          {tells: []any{exchange(up), cloud("CP1", "incident", degraded, 1), cloud("CP2", "incident", down, 2)}, want: "interruption", count: 2},
		"advisory":               {tells: []any{exchange(up), cloud("CP1", "advisory", degraded, 1)}, want: "advisory", count: 2},
		"advisory without news":  {tells: []any{exchange(up), old(cloud("CP1", "advisory", degraded, 1))}, want: "-unknown", count: 1},
		"recovery":               {tells: []any{exchange(up), cloud("CP1", "incident", tocsin.StatusRestoringService, 1)}, want: "recovering", count: 2},
		"recovery nobody hears":  {tells: []any{exchange(up), cloud("CP1", "incident", tocsin.StatusRestoringService, 1)}, silent: true, want: "unknown", count: 2},
		"outage nobody hears":    {tells: []any{exchange(up), cloud("CP1", "incident", down, 1)}, silent: true, want: "interruption", count: 2},
		"over":                   {tells: []any{exchange(up), cloud("CP1", "incident", tocsin.StatusServiceRestored, 1)}, want: "-unknown", count: 1},
		"no list at all":         {tells: []any{cloud("CP1", "incident", degraded, 1)}, want: "degraded", count: 1},
		"nothing was ever about": {tells: []any{exchange(up)}, want: "none", count: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.record(storetest.T0, tt.tells...)
			if tt.silent {
				d.silent(false)
			}
			r := d.judge()
			got := "none"
			if s, ok := r.Find("Windows365"); ok {
				got = s.Severity.String()
				if !s.Unlisted || s.Name != "Windows 365" {
					t.Errorf("%q, unlisted %t", s.Name, s.Unlisted)
				}
			}
			if _, counted := r.Service("Windows365"); !counted && got != "none" {
				got = "-" + got
			}
			if got != tt.want || len(r.Services) != tt.count || len(r.Unfiled) > 0 && tt.want[0] != '-' {
				t.Errorf("%s of %d services, %d issues about none; want %s of %d", got, len(r.Services), len(r.Unfiled), tt.want, tt.count)
			}
		})
	}
}

// A label that changes is no new beginning.
func TestSinceIsTheFirstOfTheRun(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for minute, status := range []tocsin.Status{tocsin.StatusOperational, tocsin.StatusDegradation, tocsin.StatusInterruption, tocsin.StatusDegradation, tocsin.StatusRestoringService} {
		d.record(storetest.T0.Add(time.Duration(minute)*time.Minute), exchange(status))
	}
	if s, _ := d.judge().Service("Exchange"); !s.Since.Equal(storetest.T0.Add(time.Minute)) {
		t.Errorf("since %s, want the first overview that was not well", s.Since)
	}
}

func ids(list []*health.Issue) string {
	var all []string
	for _, one := range list {
		all = append(all, one.ID)
	}
	return strings.Join(all, " ")
}

// The incident that explains most of what is counted leads, also while it
// recovers; one that explains another service is named beside it.
func TestTheIncidentThatExplainsLeads(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	calls := issue("TM1", "incident", tocsin.StatusDegradation, 1)
	calls.Service, calls.ServiceID = "Microsoft Teams", "microsoftteams"
	d.record(storetest.T0,
		exchange(tocsin.StatusDegradation), tocsin.Overview{ServiceID: "microsoftteams", Service: "Microsoft Teams", Status: tocsin.StatusDegradation},
		tocsin.Overview{ServiceID: "Planner", Service: "Microsoft Planner", Status: tocsin.StatusDegradation}, suite(tocsin.StatusRestoringService),
		calls, about(issue("MO1", "incident", tocsin.StatusRestoringService, 7), "Exchange Online, Microsoft Teams and Microsoft Planner fail."))
	r := d.judge()
	if r.Severity != tocsin.SeverityDegraded || r.Cause == nil || r.Cause.ID != "MO1" || ids(r.Also) != "TM1" || !r.Since.Equal(storetest.T0.Add(7*time.Minute)) {
		t.Errorf("%s by %v, also %s, since %s", r.Severity, r.Cause, ids(r.Also), r.Since)
	}
}

func TestTenant(t *testing.T) {
	t.Parallel()
	elsewhere := issue("TM1", "incident", tocsin.StatusInterruption, 3)
	elsewhere.Service, elsewhere.ServiceID = "Microsoft Teams", "microsoftteams"
	for name, tt := range map[string]struct {
		tells  []any
		silent bool
		never  bool
		want   string
	}{
		"well":                         {tells: []any{exchange(tocsin.StatusOperational)}, want: "ok"},
		"empty":                        {want: "unknown"},
		"never read":                   {silent: true, never: true, want: "unknown"},
		"silent":                       {tells: []any{exchange(tocsin.StatusOperational)}, silent: true, want: "unknown"},
		"silent and broken":            {tells: []any{exchange(tocsin.StatusDegradation)}, silent: true, want: "degraded"},
		"service that no list names":   {tells: []any{exchange(tocsin.StatusOperational), elsewhere}, want: "interruption"},
		"worst of two":                 {tells: []any{exchange(tocsin.StatusInvestigating), suite(tocsin.StatusRestoringService)}, want: "recovering"},
		"recovery of another than bad": {tells: []any{exchange(tocsin.StatusDegradation), suite(tocsin.StatusRestoringService)}, want: "degraded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.record(storetest.T0, tt.tells...)
			if tt.silent {
				d.silent(tt.never)
			}
			if r := d.judge(); r.Severity.String() != tt.want {
				t.Errorf("%s, want %s", r.Severity, tt.want)
			}
		})
	}
}
