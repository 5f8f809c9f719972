package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// archiveChecks are what the archive promises.
func archiveChecks() checks {
	return checks{
		"FeedEntries":        feedEntries,
		"Tenants":            tenants,
		"OutOfOrderValues":   outOfOrderValues,
		"Versions":           versions,
		"SameTimeStamp":      sameTimeStamp,
		"OlderState":         olderState,
		"LeftAndReturned":    leftAndReturned,
		"Untimed":            untimed,
		"UntimedOverview":    untimedOverview,
		"OverviewsBackForth": overviewsBackForth,
		"SharedContent":      sharedContent,
		"Noise":              noise,
		"Rewordings":         rewordings,
		"RolloutNotShared":   rolloutNotShared,
		"Flaps":              flaps,
		"Histories":          histories,
		"HistoryBesidePolls": historyBesidePolls,
		"Imports":            imports,
		"Upgraded":           upgraded,
		"Repairs":            repairs,
		"ChainNamesTheBreak": chainNamesTheBreak,
		"Claims":             claims,
		"LostClaim":          lostClaim,
		"Sweep":              sweep,
		"Problems":           problems,
		"Budget":             budget,
		"Unreadable":         unreadable,
		"missed":             missed,
		"Connections":        connections,
		"Search":             Search,
		"SearchFollows":      searchFollows,
		"Private":            private,
		"Gaps":               gaps,
		"ManyAtOnce":         manyAtOnce,
		"BigRecord":          bigRecord,
		"Authored":           authored,
		"AuthoredAgain":      authoredAgain,
		"OwnStaysOwn":        ownStaysOwn,
		"ClockWentBack":      clockWentBack,
		"Items":              items,
		"ChangeTenant":       changeTenant,
		"Hurry":              hurry,
		"Blocks":             blocks,
		"RowsOfKinds":        rowsOfKinds,
		"Files":              files,
		"FileTasks":          fileTasks,
		"Events":             events,
		"LogFilters":         logFilters,
		"StaleSources":       staleSources,
		"LatePromises":       latePromises,
		"Publishing":         publishing,
		"Updates":            updates,
	}
}

func tenants(t *testing.T, s *Desk) {
	AddTenants(t, s)
	for _, ref := range []string{Contoso, "CONTOSO.com", "contoso.onmicrosoft.com", "Contoso"} {
		got, err := s.Tenant(t.Context(), ref)
		if err != nil || got.ID != Contoso || len(got.Domains) != 2 || got.Groups[0] != "emea" || got.Shape != tocsin.ShapeBoth {
			t.Errorf("Tenant(%q) = %+v, %v", ref, got, err)
		}
	}
	if _, err := s.Tenant(t.Context(), "nobody.example"); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("Tenant of an unknown domain: %v, want ErrNotFound", err)
	}
	taken := tocsin.Tenant{ID: "33333333-3333-4333-8333-333333333333", Name: "third", Domains: []string{"contoso.com"}}
	for field, twin := range map[string]tocsin.Tenant{"domain": taken, "name": {ID: taken.ID, Name: "contoso"}, "id": {ID: Contoso, Name: "third"}} {
		if err := s.AddTenant(t.Context(), twin); !errors.Is(err, tocsin.ErrConflict) || fieldOf(err) != field {
			t.Errorf("AddTenant with what another has: %v, want ErrConflict about its %s", err, field)
		}
	}
	twin := tocsin.Tenant{ID: Fabrikam, Name: "contoso"}
	if err := s.PutTenant(t.Context(), twin); !errors.Is(err, tocsin.ErrConflict) || fieldOf(err) != "name" {
		t.Errorf("PutTenant with a taken name: %v, want ErrConflict about its name", err)
	}
	list, err := s.Tenants(t.Context())
	if err != nil || len(list) != 2 || list[0].Name != "contoso" {
		t.Errorf("Tenants = %+v, %v: a refused tenant must leave nothing", list, err)
	}
	renamed := list[1]
	renamed.Name, renamed.Domains = "fabrikam-eu", []string{"fabrikam.eu"}
	if err := s.PutTenant(t.Context(), renamed); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Tenant(t.Context(), "fabrikam.eu"); err != nil || got.Name != "fabrikam-eu" {
		t.Errorf("after PutTenant: %+v, %v", got, err)
	}
	if err := s.AddTenant(t.Context(), tocsin.Tenant{ID: "x", Name: "!"}); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("AddTenant of nonsense: %v, want ErrInvalid", err)
	}
}

// fieldOf is the field that an error names.
func fieldOf(err error) string {
	e, _ := errors.AsType[*tocsin.Error](err)
	if e == nil {
		return ""
	}
	return e.Field
}

// outOfOrderValues guards the assumption that one SQL text serves both engines:
// numbered values may be used out of order and more than once.
func outOfOrderValues(t *testing.T, s *Desk) {
	var got string
	err := s.Writer().QueryRowContext(t.Context(),
		`SELECT CAST($3 AS TEXT) || CAST($1 AS TEXT) || CAST($2 AS TEXT) || CAST($1 AS TEXT)`, "a", "b", "c").Scan(&got)
	if err != nil || got != "caba" {
		t.Errorf("got %q, %v, want caba", got, err)
	}
}

func versions(t *testing.T, s *Desk) {
	AddTenants(t, s)
	first, second := Issue(t, "EX1", "one", T0), Issue(t, "EX1", "two", T0.Add(time.Hour))
	expect(t, "first", whats(record(t, s, Contoso, T0, first)), []string{"EX1 new 1"})
	expect(t, "again", whats(record(t, s, Contoso, T0.Add(time.Minute), first)), []string{})
	expect(t, "second", whats(record(t, s, Contoso, T0.Add(2*time.Hour), second)), []string{"EX1 updated 2"})
	expect(t, "a late copy of the first", whats(record(t, s, Contoso, T0.Add(3*time.Hour), first)), []string{})

	list, err := s.Versions(t.Context(), Contoso, tocsin.Ref{Kind: tocsin.KindIssue, ID: "EX1"})
	if err != nil || len(list) != 2 || list[1].Document != second.Hash || !list[1].At.Equal(T0.Add(time.Hour)) || !list[1].SeenAt.Equal(T0.Add(2*time.Hour)) {
		t.Fatalf("Versions = %+v, %v", list, err)
	}
	body, err := s.BodyOf(t.Context(), list[0].Document)
	expect(t, "body", string(body), string(first.Body))
	if err != nil {
		t.Error(err)
	}
	for n, want := range [][]byte{nil, first.Body, second.Body, second.Body} {
		got, err := s.BodyUpTo(t.Context(), Contoso, tocsin.Ref{Kind: tocsin.KindIssue, ID: "EX1"}, n)
		if string(got) != string(want) || (err != nil) != (want == nil) || err != nil && !errors.Is(err, tocsin.ErrNotFound) {
			t.Errorf("body up to %d = %q, %v, want %q", n, got, err, want)
		}
	}
	if _, err := s.Versions(t.Context(), Fabrikam, tocsin.Ref{Kind: tocsin.KindIssue, ID: "EX1"}); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("another tenant's versions: %v, want ErrNotFound", err)
	}
	verify(t, s, Contoso, 2)
	verify(t, s, Fabrikam, 0)
}

// sameTimeStamp: a third of the recorded updates kept lastModifiedDateTime.
func sameTimeStamp(t *testing.T, s *Desk) {
	AddTenants(t, s)
	a, b := Issue(t, "EX1", "a", T0), Issue(t, "EX1", "b", T0)
	record(t, s, Contoso, T0, a)
	expect(t, "changed text", whats(record(t, s, Contoso, T0.Add(time.Hour), b)), []string{"EX1 updated 2"})
	expect(t, "replayed", whats(record(t, s, Contoso, T0.Add(2*time.Hour), a, b)), []string{})
	rows, err := s.Rows(t.Context(), Contoso)
	if err != nil || len(rows) != 1 || rows[0].Title != "b" {
		t.Errorf("Rows = %+v, %v, want b to hold", rows, err)
	}
}

func olderState(t *testing.T, s *Desk) {
	AddTenants(t, s)
	newest, older := Issue(t, "EX1", "newest", T0.Add(time.Hour)), Issue(t, "EX1", "older", T0)
	record(t, s, Contoso, T0.Add(time.Hour), newest)
	expect(t, "older", whats(record(t, s, Contoso, T0.Add(2*time.Hour), older)), []string{"EX1 updated 2"})
	rows, err := s.Rows(t.Context(), Contoso)
	if err != nil || rows[0].Title != "newest" || rows[0].N != 1 {
		t.Errorf("Rows = %+v, %v, want the newest to hold", rows, err)
	}
	expect(t, "replayed", whats(record(t, s, Contoso, T0.Add(3*time.Hour), older, newest)), []string{})
	verify(t, s, Contoso, 2)
}

func leftAndReturned(t *testing.T, s *Desk) {
	AddTenants(t, s)
	doc := Issue(t, "EX1", "one", T0)
	record(t, s, Contoso, T0, doc)
	gone := archive.Record{TenantID: Contoso, Source: "test", SeenAt: T0.Add(time.Hour), Left: []tocsin.Ref{{Kind: tocsin.KindIssue, ID: "EX1"}, {Kind: tocsin.KindIssue, ID: "EX9"}}}
	for _, want := range [][]string{{"EX1 left 1"}, {}} {
		changes, err := s.Record(t.Context(), gone)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "left", whats(changes), want)
	}
	rows, err := s.Rows(t.Context(), Contoso)
	if err != nil || rows[0].LeftAt != T0.Add(time.Hour).UnixMicro() {
		t.Errorf("Rows = %+v, %v, want left at +1h and the row still there", rows, err)
	}
	expect(t, "imported again", whats(record(t, s, Contoso, T0.Add(2*time.Hour), doc)), []string{})
	changes, err := s.Record(t.Context(), archive.Record{TenantID: Contoso, Source: "test", SeenAt: T0.Add(2 * time.Hour), Listed: true, Entries: []archive.Entry{{Document: doc}}})
	expect(t, "returned", whats(changes), []string{"EX1 returned 1"})
	if err != nil {
		t.Error(err)
	}
	verify(t, s, Contoso, 1)
}

func overview(t testing.TB, status tocsin.Status) tocsin.Document {
	t.Helper()
	doc, err := tocsin.NewDocument(tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: status})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// overviewsBackForth: the same status may come back, and is a transition each
// time; an archive may bring older ones afterwards.
func overviewsBackForth(t *testing.T, s *Desk) {
	AddTenants(t, s)
	good, bad := overview(t, tocsin.StatusOperational), overview(t, tocsin.StatusDegradation)
	for i, doc := range []tocsin.Document{good, bad, good} {
		if got := record(t, s, Contoso, T0.Add(time.Duration(i)*time.Hour), doc); len(got) != 1 {
			t.Errorf("transition %d: %v", i, whats(got))
		}
	}
	old := archive.Record{TenantID: Contoso, Source: "import", Silent: true, SeenAt: T0.Add(9 * time.Hour), Entries: []archive.Entry{
		{Document: bad, SeenAt: T0.Add(-2 * time.Hour)}, {Document: good, SeenAt: T0.Add(-time.Hour)},
	}}
	for _, want := range []int{2, 0} {
		changes, err := s.Record(t.Context(), old)
		if err != nil || len(changes) != want {
			t.Errorf("older transitions: %v, %v, want %d", whats(changes), err, want)
		}
	}
	states, err := s.States(t.Context(), Contoso, tocsin.KindOverview, 0)
	var got []string
	for _, st := range states {
		got = append(got, string(st.Status))
	}
	expect(t, "transitions in time", got, []string{"serviceDegradation", "serviceOperational", "serviceOperational", "serviceDegradation", "serviceOperational"})
	record(t, s, Fabrikam, T0, good)
	record(t, s, Contoso, T0, Issue(t, "EX1", "another item", T0))
	own, ownErr := s.StatesOf(t.Context(), Contoso, tocsin.Ref{Kind: tocsin.KindOverview, ID: states[0].ID})
	expect(t, "transitions of the item alone", own, states)
	none, noneErr := s.StatesOf(t.Context(), Contoso, tocsin.Ref{Kind: tocsin.KindIssue, ID: states[0].ID})
	if ownErr != nil || noneErr != nil || len(none) != 0 {
		t.Errorf("StatesOf: %v, %v, %v", ownErr, noneErr, none)
	}
	if rows, err := s.Rows(t.Context(), Contoso); err != nil || rows[0].Status != tocsin.StatusOperational || rows[0].N != 3 {
		t.Errorf("Rows = %+v, %v", rows, err)
	}
	if err != nil {
		t.Error(err)
	}
}

func sharedContent(t *testing.T, s *Desk) {
	AddTenants(t, s)
	doc := Issue(t, "EX1", "shared", T0)
	for _, tenant := range []string{Contoso, Fabrikam} {
		if got := record(t, s, tenant, T0, doc); len(got) != 1 || got[0].TenantID != tenant {
			t.Errorf("changes of %s = %+v", tenant, got)
		}
	}
	var documents int
	if err := s.Writer().QueryRowContext(t.Context(), `SELECT count(*) FROM documents`).Scan(&documents); err != nil || documents != 1 {
		t.Errorf("%d documents, %v, want 1", documents, err)
	}
	known, err := s.Known(t.Context(), []tocsin.Hash{doc.Hash, {1}})
	expect(t, "known", known, []archive.Lookup{{Known: true, ID: "EX1", ModifiedAt: T0}, {}})
	if err != nil {
		t.Error(err)
	}
}

func noise(t *testing.T, s *Desk) {
	AddTenants(t, s)
	body := `{"id":"MC1","title":"x","lastModifiedDateTime":"2026-03-01T00:00:00Z","details":[{"name":"FeatureStatusJson","value":"{\"1\":{\"Status\":\"A\",\"LastUpdateTime\":\"%s\"}}"}],"viewPoint":{"isRead":%v}}`
	first, err := tocsin.ReadDocument(tocsin.KindMessage, fmt.Appendf(nil, body, "10:00", false))
	second, err2 := tocsin.ReadDocument(tocsin.KindMessage, fmt.Appendf(nil, body, "11:00", true))
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	record(t, s, Contoso, T0, first)
	expect(t, "noise", whats(record(t, s, Contoso, T0.Add(time.Hour), second)), []string{})
	known, err := s.Known(t.Context(), []tocsin.Hash{second.Hash})
	if err != nil || !known[0].Known {
		t.Errorf("Known(noise) = %v, %v: it would be decoded again", known, err)
	}
	verify(t, s, Contoso, 1)
}

func chainNamesTheBreak(t *testing.T, s *Desk) {
	AddTenants(t, s)
	for i := range 5 {
		record(t, s, Contoso, T0.Add(time.Duration(i)*time.Hour), Issue(t, "EX1", fmt.Sprint("note ", i), T0.Add(time.Duration(i)*time.Hour)))
	}
	verify(t, s, Contoso, 5)
	if _, err := s.Writer().ExecContext(t.Context(), `UPDATE versions SET seen_at = seen_at + 1 WHERE n = 3`); err != nil {
		t.Fatal(err)
	}
	v, err := s.Verify(t.Context(), Contoso)
	if want := "Version 3 of issue EX1, number 3 in the chain, does not fit the one before it."; err != nil || v.Problem != want {
		t.Errorf("Verify = %q, %v, want %q", v.Problem, err, want)
	}
	if _, err := s.Writer().ExecContext(t.Context(), `UPDATE versions SET seen_at = seen_at - 1 WHERE n = 3`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Writer().ExecContext(t.Context(), `DELETE FROM changes WHERE n = 5`); err != nil {
		t.Fatal(err)
	}
	if v, err := s.Verify(t.Context(), Contoso); err != nil || v.Problem == "" {
		t.Errorf("Verify after a cut tail = %+v, %v, want a problem", v, err)
	}
}

func manyAtOnce(t *testing.T, s *Desk) {
	AddTenants(t, s)
	docs := make([]tocsin.Document, 20)
	for i := range docs {
		docs[i] = Issue(t, fmt.Sprintf("EX%d", i), "text", T0)
	}
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			tenant := []string{Contoso, Fabrikam}[worker%2]
			for i := range docs {
				r := archive.Record{TenantID: tenant, Source: "test", SeenAt: T0, Entries: []archive.Entry{{Document: docs[(i+worker)%len(docs)]}, {Document: docs[(i*7+worker)%len(docs)]}}}
				if _, err := s.Record(context.WithoutCancel(t.Context()), r); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	changes, err := s.ChangesAfter(t.Context(), 0, 1000)
	if err != nil || len(changes) != 40 {
		t.Fatalf("%d changes, %v, want 20 for each tenant", len(changes), err)
	}
	for i, c := range changes {
		if c.Seq != int64(i+1) {
			t.Fatalf("change %d has number %d: numbers must have no gaps", i+1, c.Seq)
		}
	}
	verify(t, s, Contoso, 20)
	verify(t, s, Fabrikam, 20)
}

func bigRecord(t *testing.T, s *Desk) {
	AddTenants(t, s)
	docs := make([]tocsin.Document, 350)
	for i := range docs {
		docs[i] = Issue(t, fmt.Sprintf("EX%03d", i), "text", T0)
	}
	docs = append(docs, docs[0], Issue(t, "EX000", "changed", T0.Add(time.Minute)))
	if got := record(t, s, Contoso, T0, docs...); len(got) != 351 {
		t.Errorf("%d changes, want 351: one for each item and one update", len(got))
	}
	if got := record(t, s, Contoso, T0, docs...); len(got) != 0 {
		t.Errorf("%d changes on repeating, want none", len(got))
	}
	verify(t, s, Contoso, 351)
}

func connections(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	c := tocsin.Connection{
		TenantID: Contoso, Name: "graph", Kind: "graph", Cloud: "global", ClientID: "aaaaaaaa-0000-4000-8000-000000000001",
		Sealed: []byte("sealed"), Every: 3 * time.Minute, UpdatedAt: T0,
	}
	bare := c
	bare.Sealed = nil
	if err := s.PutConnection(ctx, bare); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("without a secret: %v, want ErrInvalid", err)
	}
	if err := s.PutConnection(ctx, c); err != nil {
		t.Fatal(err)
	}
	_, before, err := s.Connections(ctx)
	if err != nil {
		t.Fatal(err)
	}
	bare.Every = time.Hour
	if err := s.PutConnection(ctx, bare); err != nil {
		t.Error(err)
	}
	list, after, err := s.Connections(ctx)
	c.Every = time.Hour
	expect(t, "connections", list, []tocsin.Connection{c})
	if err != nil || after <= before {
		t.Errorf("change number %d after %d, %v", after, before, err)
	}
	if err := s.PutSource(ctx, Contoso, "graph", time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveConnection(ctx, Fabrikam, "graph", T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("removing another tenant's: %v, want ErrNotFound", err)
	}
	if err := s.RemoveConnection(ctx, Contoso, "graph", T0); err != nil {
		t.Error(err)
	}
	if due, err := s.DueSources(ctx, T0.Add(time.Hour), 10); err != nil || len(due) != 0 {
		t.Errorf("still due: %+v, %v", due, err)
	}
}
