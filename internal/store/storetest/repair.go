package storetest

import (
	"testing"
	"time"

	"example.org/tocsin/internal/plaintext"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// oldVersion records a document as a program did that took any other text for a
// version, and forgets what it means as that program did not know it.
func oldVersion(t testing.TB, s *Desk, at time.Time, doc tocsin.Document) {
	t.Helper()
	doc.Meaning.Core = doc.Hash
	if got := listed(t, s, "graph", at, doc); len(got) != 1 {
		t.Fatalf("recorded %v", got)
	}
	exec(t, s, `UPDATE documents SET core = $1, rollout = $1`, []byte{})
	exec(t, s, `UPDATE members SET rollout = $1`, []byte{})
}

func exec(t testing.TB, s *Desk, statement string, args ...any) {
	t.Helper()
	if _, err := s.Writer().ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// repairs: what faults of older versions left is found, put right once, and the
// chain holds.
func repairs(t *testing.T, s *Desk) {
	AddTenants(t, s)
	at := func(n int) time.Time { return T0.Add(time.Duration(n) * time.Minute) }
	for i, status := range []string{`{"1":["a","b"]}`, `{"1":["b","a"]}`, ``, `{"1":["c"]}`, `{"1":["c","c"]}`} {
		oldVersion(t, s, at(i), rollout(t, "x", status))
	}
	record(t, s, Contoso, at(10), Issue(t, "EX1", "timed", T0), Issue(t, "EX1", "odd", time.Time{}))
	exec(t, s, `UPDATE members SET n = 2, document = (SELECT num FROM documents WHERE title = 'odd') WHERE item = (SELECT num FROM items WHERE id = 'EX1')`)
	good, err := tocsin.NewDocument(tocsin.Service{ID: "Exchange", Name: "Exchange Online"})
	if err != nil {
		t.Fatal(err)
	}
	madeUp, err := tocsin.NewDocument(tocsin.Overview{ServiceID: "EX123456", Service: "EX123456", Status: "ServiceRestored"})
	if err != nil {
		t.Fatal(err)
	}
	record(t, s, Contoso, at(11), good, madeUp)
	record(t, s, Fabrikam, at(11), madeUp)
	verify(t, s, Contoso, 9)
	want := []archive.Flaw{
		{Ref: tocsin.Ref{Kind: tocsin.KindIssue, ID: "EX1"}, What: archive.FlawUntimed, Holds: 1},
		{Ref: tocsin.Ref{Kind: tocsin.KindMessage, ID: "MC1"}, What: archive.VoidSaysNoNews, Versions: []int{2, 3, 5}, Holds: 4},
		{Ref: tocsin.Ref{Kind: tocsin.KindOverview, ID: "EX123456"}, What: archive.VoidMadeUp, Versions: []int{1}},
	}
	repair := func(what string, dry bool, want []archive.Flaw) {
		t.Helper()
		flaws, err := s.Repair(t.Context(), Contoso, dry)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, what, flaws, want)
	}
	repair("dry run", true, want)
	repair("dry run again: nothing was done", true, want)
	if entries, err := s.Audit(t.Context(), store.AuditQuery{Action: "archive.repair", Limit: 9}); err != nil || len(entries) != 0 {
		t.Errorf("a dry run is in the audit log: %v, %v", entries, err)
	}
	logAll(t, s)
	repair("repair", false, want)
	repair("again", false, nil)
	verify(t, s, Contoso, 9)
	checkRepaired(t, s)
	if entries, err := s.Audit(t.Context(), store.AuditQuery{Action: "archive.repair", Limit: 9}); err != nil || len(entries) != 1 {
		t.Errorf("audit log: %v, %v, want one entry", entries, err)
	}
	expect(t, "the next poll", listed(t, s, "graph", at(20), rollout(t, "x", `{"1":["c"]}`)), []string{})
	expect(t, "listed for real", listed(t, s, "graph", at(21), madeUp), []string{"EX123456 new 2"})
	if rows, err := s.Rows(t.Context(), Contoso, tocsin.KindOverview); err != nil || len(rows) != 1 || rows[0].N != 2 {
		t.Errorf("Rows = %+v, %v, want the service that is listed now", rows, err)
	}
	verify(t, s, Contoso, 10)
	exec(t, s, `UPDATE versions SET void = 'madeUp' WHERE n = 4`)
	if v, err := s.Verify(t.Context(), Contoso); err != nil || v.Problem == "" {
		t.Errorf("Verify = %+v, %v: a version was set aside without a word", v, err)
	}
}

func checkRepaired(t *testing.T, s *Desk) {
	t.Helper()
	rows, err := s.Rows(t.Context(), Contoso)
	if err != nil {
		t.Fatal(err)
	}
	holds := map[string]int{}
	for _, r := range rows {
		holds[r.ID] = r.N
	}
	expect(t, "what holds", holds, map[string]int{"EX1": 1, "MC1": 4, "Exchange": 1})
	if got := shownNow(t, s); got != `{"1":["c","c"]}` {
		t.Errorf("%s is shown, want the newest text", got)
	}
	versions, err := s.Versions(t.Context(), Contoso, tocsin.Ref{Kind: tocsin.KindMessage, ID: "MC1"})
	if err != nil || len(versions) != 2 || versions[0].N != 1 || versions[1].N != 4 {
		t.Errorf("Versions = %+v, %v, want 1 and 4", versions, err)
	}
	if list, _, err := s.Items(t.Context(), Contoso, archive.ItemsQuery{Kind: tocsin.KindOverview, Limit: 9}); err != nil || len(list) != 0 {
		t.Errorf("Items = %+v, %v, want no service that was made up", list, err)
	}
	for term, want := range map[string]int{"timed": 1, "odd": 0} {
		if found, err := s.Search(t.Context(), Contoso, archive.SearchQuery{Terms: [][]plaintext.Term{plaintext.Literal(term)}, Limit: 9}); err != nil || len(found) != want {
			t.Errorf("search for %s: %+v, %v, want %d", term, found, err, want)
		}
	}
	told, err := s.TenantChangesAfter(t.Context(), Contoso, 0, true, 20)
	expect(t, "changes that are told", whats(told), []string{"MC1 new 1", "MC1 updated 4", "EX1 new 1", "EX1 updated 2", "Exchange new 1"})
	if err != nil {
		t.Error(err)
	}
	latest, err := s.LatestEvents(t.Context(), Contoso, archive.LatestQuery{Limit: 20})
	if err != nil || len(latest) != 5 {
		t.Errorf("latest events: %+v, %v, want those of versions that count", latest, err)
	}
	if rows, err := s.Rows(t.Context(), Fabrikam); err != nil || len(rows) != 1 {
		t.Errorf("another tenant's rows: %+v, %v, want them left alone", rows, err)
	}
}
