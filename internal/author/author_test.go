package author_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// A team is somebody who writes for one tenant.
type team struct {
	*author.Author
	t     *testing.T
	store *storetest.Desk
	model *readmodel.Model
	now   time.Time
}

var act = author.Act{TenantID: storetest.Contoso, By: "c1"} //nolint:gochecknoglobals // never changed

func newTeam(t *testing.T, dsn string) *team {
	t.Helper()
	s := storetest.Open(t, dsn)
	storetest.AddTenants(t, s)
	team := &team{t: t, store: s, now: storetest.T0}
	clock := func() time.Time { return team.now }
	team.model = readmodel.New(s, clock, slog.New(slog.DiscardHandler))
	team.Author = author.New(s, team.model, clock)
	return team
}

func sqlite(t *testing.T) *team {
	t.Helper()
	return newTeam(t, storetest.File(t))
}

func must(t *testing.T, done archive.Authored, err error) archive.Authored {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func (team *team) addVPN() {
	team.t.Helper()
	_, err := team.AddService(team.t.Context(), act, author.ServiceDraft{ID: "Vpn", Name: "Remote access", Features: []tocsin.Feature{{Name: "Gateway", DisplayName: "Gateways"}, {Name: "Portal"}}})
	if err != nil {
		team.t.Fatal(err)
	}
}

// status is what the read side says about the service: its status, that of its
// first feature, and the ids of its issues.
func (team *team) status() string {
	team.t.Helper()
	snapshot, err := team.model.Snapshot(team.t.Context(), storetest.Contoso)
	if err != nil {
		team.t.Fatal(err)
	}
	s, ok := snapshot.Service("Vpn")
	if !ok || s.Name != "Remote access" || len(s.Overview.Features) != 2 {
		team.t.Fatalf("Service = %+v", s)
	}
	return strings.Join(append([]string{string(s.Overview.Status), string(s.Overview.Features[0].Status)}, s.Overview.IssueIDs...), " ")
}

func issueOf(t *testing.T, done archive.Authored) tocsin.Issue {
	t.Helper()
	var issue tocsin.Issue
	if err := json.Unmarshal(done.Body, &issue); err != nil {
		t.Fatal(err)
	}
	return issue
}

func TestIssueStory(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) *team{
		"sqlite": sqlite, "postgres": func(t *testing.T) *team { t.Helper(); return newTeam(t, pgtest.URL(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			issueStory(t, open(t))
		})
	}
}

func issueStory(t *testing.T, team *team) {
	t.Helper()
	ctx := t.Context()
	team.addVPN()
	expect := func(when, want string) {
		t.Helper()
		if got := team.status(); got != want {
			t.Errorf("%s: status %q, want %q", when, got, want)
		}
	}
	expect("at first", "serviceOperational serviceOperational")
	opened, err := team.OpenIssue(ctx, act, author.IssueDraft{
		Service: "Vpn", Feature: "gateway", Title: " Sign-in is slow ", Status: "Service degradation", Post: author.PostDraft{Content: "We look\r\ninto it."},
	})
	issue := issueOf(t, must(t, opened, err))
	if issue.ID != "TC1001" || issue.Title != "Sign-in is slow" || issue.FeatureGroup != "Gateways" || issue.Posts[0].Content != "We look\ninto it." || !issue.StartAt.Equal(team.now) {
		t.Errorf("opened = %+v", issue)
	}
	expect("opened", "serviceDegradation serviceDegradation TC1001")
	second, err := team.OpenIssue(ctx, act, author.IssueDraft{Service: "Vpn", Title: "Nobody gets in", Status: tocsin.StatusInterruption})
	must(t, second, err)
	expect("a worse one", "serviceInterruption serviceDegradation TC1001 TC1002")
	team.now = team.now.Add(-time.Hour) // the clock is set back
	posted, err := team.PostToIssue(ctx, act, "TC1001", author.PostDraft{Content: "Still slow."})
	if issue = issueOf(t, must(t, posted, err)); len(issue.Posts) != 2 || issue.Posts[1].Content != "Still slow." || posted.N != 2 {
		t.Errorf("posted = %+v", issue)
	}
	team.now = storetest.T0.Add(time.Hour)
	resolved, err := team.ResolveIssue(ctx, act, "TC1002", author.PostDraft{Content: "Fixed."})
	if issue = issueOf(t, must(t, resolved, err)); !issue.Resolved || !issue.EndAt.Equal(team.now) || issue.Status != tocsin.StatusServiceRestored {
		t.Errorf("resolved = %+v", issue)
	}
	expect("one resolved", "serviceDegradation serviceDegradation TC1001")
	reviewed, err := team.PostToIssue(ctx, act, "TC1002", author.PostDraft{Status: tocsin.StatusReviewPublished})
	if review := issueOf(t, must(t, reviewed, err)); !review.EndAt.Equal(issue.EndAt) {
		t.Errorf("a review moved the end: %+v", review)
	}
	reopened, err := team.PostToIssue(ctx, act, "TC1002", author.PostDraft{Status: tocsin.StatusDegradation})
	if issue = issueOf(t, must(t, reopened, err)); issue.Resolved || !issue.EndAt.IsZero() {
		t.Errorf("reopened = %+v", issue)
	}
	for _, id := range []string{"TC1001", "TC1002"} {
		done, err := team.ResolveIssue(ctx, act, id, author.PostDraft{Status: tocsin.StatusFalsePositive})
		must(t, done, err)
	}
	expect("all resolved", "serviceOperational serviceOperational")
	if v, err := team.store.Verify(ctx, storetest.Contoso); err != nil || v.Problem != "" || v.Versions != 16 {
		t.Errorf("Verify = %+v, %v", v, err)
	}
}

// Maintenance alarms nobody until somebody says that users feel it.
func TestMaintenanceStory(t *testing.T) {
	t.Parallel()
	team := sqlite(t)
	team.addVPN()
	ctx, start := t.Context(), team.now.Add(24*time.Hour)
	planned, err := team.PlanMaintenance(ctx, act, author.MaintenanceDraft{Service: "Vpn", Title: "New gateways", StartAt: start, EndAt: start.Add(time.Hour)})
	issue := issueOf(t, must(t, planned, err))
	if issue.Classification != tocsin.ClassMaintenance || issue.Resolved || team.status() != "serviceOperational serviceOperational TC1001" {
		t.Errorf("planned = %+v, status %s", issue, team.status())
	}
	team.now = start.Add(2 * time.Hour)
	if late := must2(team.PostToIssue(ctx, act, "TC1001", author.PostDraft{Status: tocsin.StatusInterruption})); !issueOf(t, late).EndAt.IsZero() {
		t.Error("work that goes on after its end must not look ended")
	}
	if got := team.status(); got != "serviceInterruption serviceOperational TC1001" {
		t.Errorf("status %q", got)
	}
	if _, err := team.ResolveIssue(ctx, act, "TC1001", author.PostDraft{}); err != nil {
		t.Error(err)
	}
	if got := team.status(); got != "serviceOperational serviceOperational" {
		t.Errorf("status %q", got)
	}
	later := team.now.Add(24 * time.Hour)
	called := must2(team.PlanMaintenance(ctx, act, author.MaintenanceDraft{Service: "Vpn", Title: "More gateways", StartAt: later, EndAt: later.Add(time.Hour)}))
	off := must2(team.ResolveIssue(ctx, act, called.ID, author.PostDraft{Status: tocsin.StatusFalsePositive, Content: "Called off."}))
	if issue := issueOf(t, off); !issue.EndAt.Equal(later) {
		t.Errorf("called off = %+v", issue)
	}
}

func must2(done archive.Authored, err error) archive.Authored {
	if err != nil {
		panic(err)
	}
	return done
}

func TestConditions(t *testing.T) {
	t.Parallel()
	team := sqlite(t)
	team.addVPN()
	ctx := t.Context()
	first := must2(team.OpenIssue(ctx, act, author.IssueDraft{Service: "Vpn", Title: "Slow"}))
	title := "Slower"
	matching := act
	matching.IfMatch, matching.Key = first.Tag(), "k"
	second := must2(team.ChangeIssue(ctx, matching, "TC1001", author.IssueChange{Title: &title}))
	if again := must2(team.ChangeIssue(ctx, matching, "TC1001", author.IssueChange{Title: &title})); !again.Repeated || again.Tag() != second.Tag() {
		t.Errorf("repeated = %+v", again)
	}
	matching.Key = ""
	if _, err := team.ChangeIssue(ctx, matching, "TC1001", author.IssueChange{Title: &title}); !errors.Is(err, tocsin.ErrConflict) || !errors.Is(err, author.ErrChanged) {
		t.Errorf("an old tag: %v, want ErrChanged", err)
	}
	foreign := act
	foreign.TenantID = storetest.Fabrikam
	if _, err := team.ChangeIssue(ctx, foreign, "TC1001", author.IssueChange{Title: &title}); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("another tenant's issue: %v, want ErrNotFound", err)
	}
	if _, err := team.OpenIssue(ctx, foreign, author.IssueDraft{Service: "Vpn", Title: "x"}); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("another tenant's service: %v, want ErrInvalid", err)
	}
}

// What is only tried is checked as everything else, and leaves nothing behind.
func TestTrying(t *testing.T) {
	t.Parallel()
	team := sqlite(t)
	team.addVPN()
	trying := act
	trying.Try = true
	draft := author.IssueDraft{Service: "Vpn", Title: "Slow", Post: author.PostDraft{Content: "We look."}}
	for range 2 {
		tried := must2(team.OpenIssue(t.Context(), trying, draft))
		if issue := issueOf(t, tried); issue.ID != "TC1001" || len(issue.Posts) != 1 || team.status() != "serviceOperational serviceOperational" {
			t.Errorf("tried = %+v, status %s", issue, team.status())
		}
	}
	if _, err := team.OpenIssue(t.Context(), trying, author.IssueDraft{Service: "Vpn"}); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("without a title: %v, want ErrInvalid", err)
	}
	if opened := must2(team.OpenIssue(t.Context(), act, draft)); opened.ID != "TC1001" {
		t.Errorf("opened as %s, want TC1001: trying took a number", opened.ID)
	}
}

func TestMessageStory(t *testing.T) {
	t.Parallel()
	team := sqlite(t)
	team.addVPN()
	done := must2(team.CreateMessage(t.Context(), act, author.MessageDraft{Title: "New client", Services: []string{"Vpn", "Exchange Online"}, Content: "<p>Install it.</p>", ContentType: "html"}))
	high := "high"
	done = must2(team.ChangeMessage(t.Context(), act, done.ID, author.MessageChange{Severity: &high}))
	var m tocsin.Message
	if err := json.Unmarshal(done.Body, &m); err != nil {
		t.Fatal(err)
	}
	if m.ID != "TC1001" || m.Severity != "high" || m.Category != "stayInformed" || strings.Join(m.Services, ",") != "Remote access,Exchange Online" || done.N != 2 {
		t.Errorf("message = %+v", m)
	}
}

func TestServicesOfTheProviderAreRefused(t *testing.T) {
	t.Parallel()
	team := sqlite(t)
	team.addVPN()
	for _, draft := range []author.ServiceDraft{
		{ID: "Exchange", Name: "Mail"}, {ID: "mail", Name: "exchange online"}, {ID: "VPN", Name: "Other"}, {ID: "vpn2", Name: "remote ACCESS"},
	} {
		if _, err := team.AddService(t.Context(), act, draft); !errors.Is(err, tocsin.ErrConflict) {
			t.Errorf("%+v: %v, want ErrConflict", draft, err)
		}
	}
	doc, err := tocsin.NewDocument(tocsin.Overview{ServiceID: "Ledger", Service: "Ledger", Status: tocsin.StatusOperational})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := team.store.Record(t.Context(), archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: team.now, Listed: true, Entries: []archive.Entry{{Document: doc}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := team.AddService(t.Context(), act, author.ServiceDraft{ID: "ledger", Name: "Books"}); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("a service that a source lists: %v, want ErrConflict", err)
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	team := sqlite(t)
	team.addVPN()
	ctx, t0 := t.Context(), team.now
	issue := func(change func(*author.IssueDraft)) func(context.Context) error {
		return func(ctx context.Context) error {
			draft := author.IssueDraft{Service: "Vpn", Title: "Slow"}
			change(&draft)
			_, err := team.OpenIssue(ctx, act, draft)
			return err
		}
	}
	for name, tt := range map[string]struct {
		field string
		do    func(context.Context) error
	}{
		"no title":        {"title", issue(func(d *author.IssueDraft) { d.Title = " " })},
		"NUL":             {"title", issue(func(d *author.IssueDraft) { d.Title = "a\x00b" })},
		"line break":      {"title", issue(func(d *author.IssueDraft) { d.Title = "a\nb" })},
		"turned title":    {"title", issue(func(d *author.IssueDraft) { d.Title = "a\u202eb" })},
		"no UTF-8":        {"impact", issue(func(d *author.IssueDraft) { d.Impact = "a\xffb" })},
		"escape":          {"post.content", issue(func(d *author.IssueDraft) { d.Post.Content = "a\x1b[31m" })},
		"long title":      {"title", issue(func(d *author.IssueDraft) { d.Title = strings.Repeat("é", 251) })},
		"no service":      {"service", issue(func(d *author.IssueDraft) { d.Service = "Nothing" })},
		"no feature":      {"feature", issue(func(d *author.IssueDraft) { d.Feature = "Nothing" })},
		"unknown status":  {"status", issue(func(d *author.IssueDraft) { d.Status = "onFire" })},
		"healthy":         {"status", issue(func(d *author.IssueDraft) { d.Status = tocsin.StatusServiceRestored })},
		"tomorrow":        {"startAt", issue(func(d *author.IssueDraft) { d.StartAt = t0.Add(24 * time.Hour) })},
		"year 1":          {"startAt", issue(func(d *author.IssueDraft) { d.StartAt = time.Date(1, 2, 3, 0, 0, 0, 0, time.UTC) })},
		"classification":  {"classification", issue(func(d *author.IssueDraft) { d.Classification = tocsin.ClassMaintenance })},
		"type of content": {"post.contentType", issue(func(d *author.IssueDraft) { d.Post = author.PostDraft{Content: "x", ContentType: "pdf"} })},
		"id": {"id", func(ctx context.Context) error {
			_, err := team.AddService(ctx, act, author.ServiceDraft{ID: "a b", Name: "x"})
			return err
		}},
		"id of an issue": {"id", func(ctx context.Context) error {
			_, err := team.AddService(ctx, act, author.ServiceDraft{ID: "EX1", Name: "x"})
			return err
		}},
		"features": {"features[1].name", func(ctx context.Context) error {
			_, err := team.AddService(ctx, act, author.ServiceDraft{ID: "a", Name: "x", Features: []tocsin.Feature{{Name: "y"}, {Name: "Y"}}})
			return err
		}},
		"window": {"endAt", func(ctx context.Context) error {
			_, err := team.PlanMaintenance(ctx, act, author.MaintenanceDraft{Service: "Vpn", Title: "x", StartAt: t0, EndAt: t0})
			return err
		}},
		"key": {"Idempotency-Key", func(ctx context.Context) error {
			_, err := team.AddService(ctx, author.Act{TenantID: storetest.Contoso, Key: "a b"}, author.ServiceDraft{ID: "a", Name: "x"})
			return err
		}},
		"end without status": {"endAt", func(ctx context.Context) error {
			_, err := team.PostToIssue(ctx, act, "TC1001", author.PostDraft{Content: "x", EndAt: t0})
			return err
		}},
		"nothing to say": {"content", func(ctx context.Context) error {
			_, err := team.PostToIssue(ctx, act, "TC1001", author.PostDraft{})
			return err
		}},
	} {
		err := tt.do(ctx)
		var explained *tocsin.Error
		if !errors.Is(err, tocsin.ErrInvalid) || !errors.As(err, &explained) || explained.Field != tt.field {
			t.Errorf("%s: %v, want ErrInvalid about %s", name, err, tt.field)
		}
	}
	if seq, err := team.store.LastSeq(ctx); err != nil || seq != 2 {
		t.Errorf("refused input left changes: %d, %v", seq, err)
	}
}
