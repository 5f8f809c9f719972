package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// brought records what somebody brings in, all of it with when it was seen, in
// minutes: "a1 b2" is an issue's text a, seen a minute after the story begins.
func brought(t testing.TB, s *Desk, lines string) int {
	t.Helper()
	r := archive.Record{TenantID: Contoso, Source: "import", SeenAt: T0.Add(24 * time.Hour), Silent: true}
	for line := range strings.FieldsSeq(lines) {
		var minute int
		if _, err := fmt.Sscan(line[1:], &minute); err != nil {
			t.Fatal(err)
		}
		r.Entries = append(r.Entries, archive.Entry{Document: Issue(t, "EX1", line[:1], T0), SeenAt: T0.Add(time.Duration(minute) * time.Minute)})
	}
	changes, err := s.Record(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return len(changes)
}

// story is what the versions of the only issue say, in the order of what holds,
// and what holds of them.
func story(t testing.TB, s *Desk) string {
	t.Helper()
	versions, err := s.Versions(t.Context(), Contoso, tocsin.Ref{Kind: tocsin.KindIssue, ID: "EX1"})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(versions, func(a, b tocsin.Version) int { return a.SeenAt.Compare(b.SeenAt) })
	var text strings.Builder
	for _, v := range versions {
		body, err := s.BodyOf(t.Context(), v.Document)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := tocsin.ReadDocument(tocsin.KindIssue, body)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "%s%d ", doc.Facts.Title, int(v.SeenAt.Sub(T0).Minutes()))
	}
	rows, err := s.Rows(t.Context(), Contoso)
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	states, err := s.States(t.Context(), Contoso, tocsin.KindIssue, 0)
	if err != nil || len(states) != len(versions) || states[len(states)-1].Document != rows[0].Document {
		t.Errorf("States = %+v, %v, want %d, the last of them %d", states, err, len(versions), rows[0].Document)
	}
	return text.String() + "holds " + rows[0].Title
}

// histories: a state that flapped under one time stamp is brought back in the
// order in which it was seen, whatever the archive has of it, and ends on what
// was seen last; the same history again is no news.
func histories(t *testing.T, s *Desk) {
	AddTenants(t, s)
	const flapping = "a1 b2 a3 b4 a5 c6 b7"
	for _, step := range []struct {
		lines string
		news  int
		want  string
	}{
		{"a1 b2", 2, "a1 b2 holds b"},
		{"a1 b2", 0, "a1 b2 holds b"},
		{flapping, 5, flapping + " holds b"},
		{flapping, 0, flapping + " holds b"},
		{"b2 a3", 0, flapping + " holds b"},
		{"a9", 1, flapping + " a9 holds a"},
		{flapping, 0, flapping + " a9 holds a"},
		{"a10", 0, flapping + " a9 holds a"},
	} {
		if news := brought(t, s, step.lines); news != step.news {
			t.Errorf("%s: %d versions, want %d", step.lines, news, step.news)
		}
		expect(t, step.lines, story(t, s), step.want)
	}
	verify(t, s, Contoso, 8)
}

// historyBesidePolls: what was seen before does not hold beside what a source
// lists now, though both state one time; a single state is known.
func historyBesidePolls(t *testing.T, s *Desk) {
	AddTenants(t, s)
	listed(t, s, "graph", T0.Add(8*time.Minute), Issue(t, "EX1", "b", T0))
	if news := brought(t, s, "b4"); news != 0 {
		t.Errorf("what is listed, seen by another before: %d versions, want none", news)
	}
	for _, want := range []int{2, 0} {
		if news := brought(t, s, "a1 c2"); news != want {
			t.Errorf("%d versions of before, want %d", news, want)
		}
		expect(t, "story", story(t, s), "a1 c2 b8 holds b")
	}
	verify(t, s, Contoso, 3)
}

// imports: of plain files under one time stamp, which do not say when anybody
// saw it, the last one holds, if it may.
func imports(t *testing.T, s *Desk) {
	AddTenants(t, s)
	for i, step := range []struct {
		says, want string
		back       bool
	}{
		{"a", "a1 holds a", false},
		{"b", "a1 b2 holds b", false},
		{"b", "a1 b2 holds b", true},
		{"a", "a1 b2 holds b", false},
		{"a", "a1 b2 a5 holds a", true},
		{"a", "a1 b2 a5 holds a", true},
	} {
		r := archive.Record{
			TenantID: Contoso, Source: "import", SeenAt: T0.Add(time.Duration(i+1) * time.Minute), Silent: true, Back: step.back,
			Entries: []archive.Entry{{Document: Issue(t, "EX1", step.says, T0)}},
		}
		var asked []archive.Entry
		r.WouldGoBack = func(e archive.Entry) { asked = append(asked, e) }
		if _, err := s.Record(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if (len(asked) == 1) != (i == 3) {
			t.Errorf("step %d: asked about %d entries", i, len(asked))
		}
		expect(t, fmt.Sprint("step ", i), story(t, s), step.want)
	}
	listed(t, s, "graph", T0.Add(time.Hour), Issue(t, "EX1", "b", T0))
	verify(t, s, Contoso, 3)
}
