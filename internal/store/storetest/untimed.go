package storetest

import (
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// listed records what a poll of a source lists.
func listed(t testing.TB, s *Desk, source string, at time.Time, docs ...tocsin.Document) []string {
	t.Helper()
	r := archive.Record{TenantID: Contoso, Source: source, SeenAt: at, Listed: true}
	for _, d := range docs {
		r.Entries = append(r.Entries, archive.Entry{Document: d})
	}
	changes, err := s.Record(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return whats(changes)
}

// untimed: a state without a time of its own never outranks one that has one,
// in whatever order they come, and is stored once however often it is listed.
func untimed(t *testing.T, s *Desk) {
	AddTenants(t, s)
	timed, odd, other := Issue(t, "EX1", "timed", T0), Issue(t, "EX1", "odd", time.Time{}), Issue(t, "EX1", "other", time.Time{})
	holds := func(want string, n int) {
		t.Helper()
		rows, err := s.Rows(t.Context(), Contoso)
		if err != nil || len(rows) != 1 || rows[0].Title != want || rows[0].N != n {
			t.Errorf("Rows = %+v, %v, want version %d, %s, to hold", rows, err, n, want)
		}
	}
	hour := func(n int) time.Time { return T0.Add(time.Duration(n) * time.Hour) }
	expect(t, "odd first", listed(t, s, "graph", hour(1), odd), []string{"EX1 new 1"})
	holds("odd", 1)
	expect(t, "odd again", listed(t, s, "graph", hour(2), odd), []string{})
	expect(t, "another without a time", listed(t, s, "graph", hour(3), other), []string{"EX1 updated 2"})
	holds("other", 2)
	expect(t, "timed, by its clock before them", listed(t, s, "graph", hour(4), timed), []string{"EX1 updated 3"})
	holds("timed", 3)
	third := Issue(t, "EX1", "third", time.Time{})
	expect(t, "once more without a time", listed(t, s, "graph", hour(5), third), []string{"EX1 updated 4"})
	expect(t, "at the next poll", listed(t, s, "graph", hour(6), third), []string{})
	expect(t, "imported", whats(record(t, s, Contoso, hour(7), odd, other, third)), []string{})
	holds("timed", 3)

	list, err := s.Versions(t.Context(), Contoso, tocsin.Ref{Kind: tocsin.KindIssue, ID: "EX1"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{false, false, true, false} {
		if list[i].Stated != want {
			t.Errorf("version %d: the time is stated: %v, want %v", i+1, list[i].Stated, want)
		}
	}
	states, err := s.States(t.Context(), Contoso, tocsin.KindIssue, 0)
	if err != nil || len(states) != 1 || states[0].At != T0.UnixMicro() {
		t.Errorf("States = %+v, %v, want the one whose time is known", states, err)
	}
	verify(t, s, Contoso, 4)
}

// untimedOverview: an overview from a file says nothing about now beside the
// one that a source lists, unless the file says when it held.
func untimedOverview(t *testing.T, s *Desk) {
	AddTenants(t, s)
	good, bad := overview(t, tocsin.StatusOperational), overview(t, tocsin.StatusInterruption)
	status := func(want tocsin.Status) {
		t.Helper()
		rows, err := s.Rows(t.Context(), Contoso)
		if err != nil || len(rows) != 1 || rows[0].Status != want {
			t.Errorf("Rows = %+v, %v, want %s", rows, err, want)
		}
	}
	brought := func(at time.Time, e archive.Entry) []string {
		t.Helper()
		changes, err := s.Record(t.Context(), archive.Record{TenantID: Contoso, Source: "import", SeenAt: at, Silent: true, Entries: []archive.Entry{e}})
		if err != nil {
			t.Fatal(err)
		}
		return whats(changes)
	}
	expect(t, "first import", brought(T0, archive.Entry{Document: bad}), []string{"Exchange new 1"})
	expect(t, "second import", brought(T0.Add(time.Hour), archive.Entry{Document: good}), []string{"Exchange updated 2"})
	status(tocsin.StatusOperational)
	expect(t, "poll", listed(t, s, "graph", T0.Add(2*time.Hour), bad), []string{"Exchange updated 3"})
	expect(t, "import beside polls", brought(T0.Add(3*time.Hour), archive.Entry{Document: good}), []string{})
	status(tocsin.StatusInterruption)
	expect(t, "import that says when", brought(T0.Add(4*time.Hour), archive.Entry{Document: good, SeenAt: T0.Add(3 * time.Hour)}), []string{"Exchange updated 4"})
	status(tocsin.StatusOperational)
	verify(t, s, Contoso, 4)
}
