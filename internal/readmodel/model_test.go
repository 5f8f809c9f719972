package readmodel_test

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

func open(t *testing.T, now func() time.Time) (*storetest.Desk, *readmodel.Model) {
	t.Helper()
	s := storetest.Open(t, storetest.File(t))
	storetest.AddTenants(t, s)
	return s, readmodel.New(s, now, slog.New(slog.DiscardHandler))
}

func record(t *testing.T, s *storetest.Desk, at time.Time, docs ...tocsin.Document) {
	t.Helper()
	recordAs(t, s, "test", at, docs...)
}

func recordAs(t *testing.T, s *storetest.Desk, source string, at time.Time, docs ...tocsin.Document) {
	t.Helper()
	r := archive.Record{TenantID: storetest.Contoso, Source: source, SeenAt: at}
	for _, d := range docs {
		r.Entries = append(r.Entries, archive.Entry{Document: d})
	}
	if _, err := s.Record(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func overview(t *testing.T, id string, status tocsin.Status) tocsin.Document {
	t.Helper()
	doc, err := tocsin.NewDocument(tocsin.Overview{ServiceID: id, Service: tocsin.ServiceNameOf(id), Status: status})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// A snapshot that was loaded before and one loaded after the same changes say
// the same, and a snapshot in hand never changes.
func TestRefreshMatchesLoad(t *testing.T) {
	t.Parallel()
	s, followed := open(t, time.Now)
	t0 := storetest.T0
	record(t, s, t0.Add(-time.Hour), overview(t, "Teams", tocsin.StatusDegradation))
	record(t, s, t0, storetest.Issue(t, "EX2", "first", t0), overview(t, "Exchange", tocsin.StatusOperational), overview(t, "Teams", tocsin.StatusOperational))
	before, err := followed.Snapshot(t.Context(), storetest.Contoso)
	if err != nil || len(before.Issues) != 1 || len(before.Services) != 2 {
		t.Fatalf("Snapshot = %+v, %v", before, err)
	}
	record(t, s, t0.Add(time.Hour), storetest.Issue(t, "EX1", "second", t0.Add(time.Hour)), storetest.Issue(t, "EX2", "changed", t0.Add(time.Hour)),
		overview(t, "Exchange", tocsin.StatusDegradation), overview(t, "SharePoint", tocsin.StatusOperational))
	if err := followed.Refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	after, err := followed.Snapshot(t.Context(), storetest.Contoso)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := readmodel.New(s, time.Now, slog.New(slog.DiscardHandler)).Snapshot(t.Context(), storetest.Contoso)
	if err != nil {
		t.Fatal(err)
	}
	for name, snapshot := range map[string]*readmodel.Snapshot{"followed": after, "loaded": loaded} {
		if len(snapshot.Issues) != 2 || snapshot.Issues[0].ID != "EX1" || snapshot.Issues[1].N != 2 || snapshot.Seq != loaded.Seq {
			t.Errorf("%s: %+v", name, snapshot)
		}
		exchange, ok := snapshot.Service("Exchange")
		untouched, _ := snapshot.Service("Teams")
		if !ok || untouched == nil || len(untouched.Transitions) != 2 || len(snapshot.Services) != 3 || exchange.Overview.Status != tocsin.StatusDegradation || len(exchange.Transitions) != 2 {
			t.Errorf("%s: services %+v", name, snapshot.Services)
		}
	}
	if len(before.Issues) != 1 || before.Issues[0].N != 1 {
		t.Error("the snapshot in hand changed")
	}
	row, ok := after.Issue("ex2")
	if !ok {
		t.Fatal("an issue is found in any case")
	}
	if issue, err := followed.Issue(t.Context(), row); err != nil || issue.Title != "changed" {
		t.Errorf("Issue = %+v, %v", issue, err)
	}
}

func TestSnapshotOfNobody(t *testing.T) {
	t.Parallel()
	_, m := open(t, time.Now)
	if _, err := m.Snapshot(t.Context(), "99999999-9999-4999-8999-999999999999"); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("Snapshot = %v, want ErrNotFound", err)
	}
}

// No false all-clear: two intervals without a complete poll make a tenant
// stale, and so does a source that never succeeded.
func TestStale(t *testing.T) {
	t.Parallel()
	now := storetest.T0
	s, m := open(t, func() time.Time { return now })
	ctx := t.Context()
	if err := s.PutSource(ctx, storetest.Contoso, "graph", 3*time.Minute); err != nil {
		t.Fatal(err)
	}
	poll := func(outcome tocsin.Outcome) {
		t.Helper()
		c, err := s.ClaimSource(ctx, storetest.Contoso, "graph", now, time.Minute, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.FinishPoll(ctx, archive.PollEnd{Poll: tocsin.Poll{TenantID: storetest.Contoso, Source: "graph", Epoch: c.Epoch, FinishedAt: now, Outcome: outcome}}, nil); err != nil {
			t.Fatal(err)
		}
		if err := m.Refresh(ctx, false); err != nil {
			t.Fatal(err)
		}
	}
	stale := func() (bool, time.Time) {
		t.Helper()
		snapshot, err := m.Snapshot(ctx, storetest.Contoso)
		if err != nil {
			t.Fatal(err)
		}
		return snapshot.Stale, snapshot.StaleSince
	}
	poll(tocsin.OutcomeFailed)
	if is, since := stale(); !is || !since.IsZero() {
		t.Errorf("after a first poll that failed: stale %v since %v", is, since)
	}
	poll(tocsin.OutcomeUnchanged)
	if is, _ := stale(); is {
		t.Error("stale after a complete poll")
	}
	good := now
	now = now.Add(7 * time.Minute)
	poll(tocsin.OutcomeShort)
	if is, since := stale(); !is || !since.Equal(good) {
		t.Errorf("after two intervals of short polls: stale %v since %v, want since %v", is, since, good)
	}
}

// A service is unknown when its own source is silent; those of another source
// and those of the desk itself are as they were.
func TestStaleBySource(t *testing.T) {
	t.Parallel()
	now := storetest.T0
	s, m := open(t, func() time.Time { return now })
	ctx := t.Context()
	poll := func(source string, docs ...tocsin.Document) {
		t.Helper()
		if err := s.PutSource(ctx, storetest.Contoso, source, time.Minute); err != nil {
			t.Fatal(err)
		}
		c, err := s.ClaimSource(ctx, storetest.Contoso, source, now, time.Minute, true)
		if err != nil {
			t.Fatal(err)
		}
		r := archive.Record{TenantID: storetest.Contoso, Source: source, SeenAt: now, Listed: true}
		for _, d := range docs {
			r.Entries = append(r.Entries, archive.Entry{Document: d})
		}
		end := archive.PollEnd{Poll: tocsin.Poll{TenantID: storetest.Contoso, Source: source, Epoch: c.Epoch, FinishedAt: now, Outcome: tocsin.OutcomeChanged}, DueAt: now}
		if _, err := s.FinishPoll(ctx, end, &r); err != nil {
			t.Fatal(err)
		}
	}
	recordAs(t, s, tocsin.SourceOwn, now, overview(t, "RemoteAccess", tocsin.StatusOperational))
	recordAs(t, s, "import", now, overview(t, "Intune", tocsin.StatusOperational))
	poll("graph", overview(t, "Exchange", tocsin.StatusOperational))
	polled := now
	now = now.Add(10 * time.Minute)
	poll("other", overview(t, "Widgets", tocsin.StatusOperational))
	snapshot, err := m.Snapshot(ctx, storetest.Contoso)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]readmodel.Service{
		"Exchange":     {Stale: true, StaleSince: polled, ConfirmedAt: polled},
		"Widgets":      {ConfirmedAt: now},
		"RemoteAccess": {ConfirmedAt: now},
		"Intune":       {Stale: true, StaleSince: storetest.T0, ConfirmedAt: storetest.T0}, // nobody asks any more
	} {
		got, _ := snapshot.Service(id)
		if got == nil || got.Stale != want.Stale || !got.StaleSince.Equal(want.StaleSince) || !got.ConfirmedAt.Equal(want.ConfirmedAt) {
			t.Errorf("%s = %+v, want %+v", id, got, want)
		}
	}
	if !snapshot.Stale || !snapshot.StaleSince.Equal(polled) || len(snapshot.Unheard()) != 1 || snapshot.Unheard()[0].Name != "graph" {
		t.Errorf("the tenant: stale %v since %v, unheard %+v", snapshot.Stale, snapshot.StaleSince, snapshot.Unheard())
	}
	// A source that lists a service which was imported takes it over.
	now = now.Add(time.Second)
	poll("other", overview(t, "Widgets", tocsin.StatusOperational), overview(t, "Intune", tocsin.StatusOperational))
	if err := m.Refresh(ctx, false); err != nil {
		t.Fatal(err)
	}
	if snapshot, err = m.Snapshot(ctx, storetest.Contoso); err != nil {
		t.Fatal(err)
	}
	if got, _ := snapshot.Service("Intune"); got.Stale || got.Source != "other" {
		t.Errorf("taken over: %+v", got)
	}
	version := m.Version(storetest.Contoso)
	now = now.Add(10 * time.Minute)
	if err := m.Refresh(ctx, false); err != nil {
		t.Fatal(err)
	}
	if m.Version(storetest.Contoso) == version {
		t.Error("pages are not told that a second source is silent")
	}
}
