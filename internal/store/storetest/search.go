package storetest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/plaintext"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// find is the ids of the items that contain terms.
func find(t testing.TB, s *Desk, tenant string, terms ...string) []string {
	t.Helper()
	list, err := s.Search(t.Context(), tenant, archive.SearchQuery{Terms: each(terms), Limit: 50})
	if err != nil {
		t.Fatalf("Search(%q): %v", terms, err)
	}
	ids := []string{}
	for _, item := range list {
		ids = append(ids, item.ID)
	}
	return ids
}

// each is words that must all be contained; between slashes those of which one
// is enough, after an equals sign those that stand as words of their own.
func each(words []string) (terms [][]plaintext.Term) {
	for _, word := range words {
		var term []plaintext.Term
		for alike := range strings.SplitSeq(word, "/") {
			text, whole := strings.CutPrefix(alike, "=")
			term = append(term, plaintext.Term{Text: text, Whole: whole})
		}
		terms = append(terms, term)
	}
	return terms
}

// texts counts the rows of the index.
func texts(t testing.TB, s *Desk) (count int) {
	t.Helper()
	if err := s.Writer().QueryRowContext(t.Context(), `SELECT count(*) FROM texts`).Scan(&count); err != nil {
		t.Fatal(err)
	}
	return count
}

func message(t testing.TB, id, title, html string, modified time.Time) tocsin.Document {
	t.Helper()
	doc, err := tocsin.NewDocument(tocsin.Message{
		ID: id, Title: title, Services: []string{"Microsoft Teams"}, Category: "stayInformed", StartAt: T0, ModifiedAt: modified,
		ContentType: "html", Content: html, Tags: []string{"Admin impact"}, Details: []tocsin.Detail{{Name: "RoadmapIds", Value: "388752"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// Search checks that terms are found as they are, and nothing else is.
func Search(t *testing.T, s *Desk) {
	t.Helper()
	AddTenants(t, s)
	record(t, s, Contoso, T0, Issue(t, "EX1", "Users’ Mail is delayed by 100% _today_", T0), overview(t, tocsin.StatusOperational))
	record(t, s, Contoso, T0, message(t, "MC7", "Room panels", "<p>New <b>colours</b>\nfor rooms &amp; halls</p><script>secret()</script>", T0.Add(time.Hour)))
	record(t, s, Contoso, T0, Issue(t, "EX2", "メールの送信が遅延しています。ＡＢＣ ｱｲｳ", T0.Add(2*time.Hour)))
	record(t, s, Fabrikam, T0, Issue(t, "EX3", "Mail of fabrikam", T0), Issue(t, "EX2", "メールの送信が遅延しています。ＡＢＣ ｱｲｳ", T0.Add(2*time.Hour)))
	for _, test := range []struct {
		terms, want string
	}{
		{"mail", "EX1"},
		{"MAIL", "EX1"},
		{"users' mail", "EX1"},
		{"users’  MAIL", "EX1"},
		{"ex1", "EX1"},
		{"EX", "EX2 EX1"},
		{"x1", "EX1"},
		{"colours for rooms & halls", "MC7"},
		{"colours|halls", "MC7"},
		{"colours|mail", ""},
		{"388752", "MC7"},
		{"teams", "MC7"},
		{"admin impact", "MC7"},
		{"secret", ""},
		{"script", ""},
		{"<b>", ""},
		{"fabrikam", ""},
		{"送信", "EX2"},
		{"信", "EX2"},
		{"送信が遅延", "EX2"},
		{"受信", ""},
		{"abc アイウ", "EX2"},
		{"ｱｲ", "EX2"},
		{"送信|ABC", "EX2"},
		// One of several words is enough.
		{"nothing/mail", "EX1"},
		{"mail/rooms", "MC7 EX1"},
		{"mail/rooms|today/halls", "MC7 EX1"},
		{"mail/rooms|halls", "MC7"},
		{"送信/colours", "EX2 MC7"},
		{"nothing/nowhere", ""},
		// A word of its own is no part of another one.
		{"mai", "EX1"},
		{"=mai", ""},
		{"=mail", "EX1"},
		{"=ail", ""},
		{"=users", "EX1"},
		{"=today", "EX1"},
		{"=abc", "EX2"},
		{"=ab", ""},
		{"=room panels", "MC7"},
		{"=oom panels", ""},
		{"=mail/=ooms", "EX1"},
		// Nothing means anything but itself.
		{"%", "EX1"},
		{"_", "EX1"},
		{"100%", "EX1"},
		{"1_0", ""},
		{"10%d", ""},
		{"_today_", "EX1"},
		{"today*", ""},
		{`\`, ""},
		{`\%`, ""},
		{`"`, ""},
		{`"mail"`, ""},
		{"mail OR rooms", ""},
		{"mail NOT rooms", ""},
		{"text:mail", ""},
		{"NEAR(mail)", ""},
		{"(mail", ""},
		{"^users", ""},
		{"mail'--", ""},
		{"a\x00b", "EX2"},
		{"\xff", ""},
		{"' OR 1=1", ""},
	} {
		if got := strings.Join(find(t, s, Contoso, strings.Split(test.terms, "|")...), " "); got != test.want {
			t.Errorf("%q finds %q, want %q", test.terms, got, test.want)
		}
	}
	for _, terms := range [][]string{nil, {""}, {" ", "\x00"}, {strings.Repeat("a", 201)}, strings.Fields("a b c d e f g h i")} {
		if _, err := s.Search(t.Context(), Contoso, archive.SearchQuery{Terms: each(terms), Limit: 5}); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("Search(%.20q) = %v, want ErrInvalid", terms, err)
		}
	}
	page, err := s.Search(t.Context(), Contoso, archive.SearchQuery{Terms: each([]string{"e"}), Kinds: []tocsin.Kind{tocsin.KindIssue}, Limit: 1, Offset: 1})
	if err != nil || len(page) != 1 || page[0].ID != "EX1" || page[0].Status != tocsin.StatusDegradation || page[0].Kind != tocsin.KindIssue {
		t.Errorf("second page of issues: %+v, %v", page, err)
	}
}

// searchFollows: what is found is what holds, tenants share one text, and a
// text that nobody holds any more is gone.
func searchFollows(t *testing.T, s *Desk) {
	AddTenants(t, s)
	first, second := Issue(t, "EX1", "first words", T0), Issue(t, "EX1", "second thoughts", T0.Add(time.Hour))
	record(t, s, Contoso, T0, first)
	record(t, s, Fabrikam, T0, first)
	if n := texts(t, s); n != 1 {
		t.Errorf("%d texts for one document of two tenants, want 1", n)
	}
	record(t, s, Contoso, T0.Add(time.Hour), second)
	expect(t, "contoso, old", find(t, s, Contoso, "first words"), []string{})
	expect(t, "contoso, new", find(t, s, Contoso, "second"), []string{"EX1"})
	expect(t, "fabrikam, old", find(t, s, Fabrikam, "first words"), []string{"EX1"})
	expect(t, "fabrikam, not yet", find(t, s, Fabrikam, "second"), []string{})
	record(t, s, Fabrikam, T0.Add(time.Hour), second)
	if n := texts(t, s); n != 1 {
		t.Errorf("%d texts after both moved on, want 1", n)
	}
	expect(t, "fabrikam, old", find(t, s, Fabrikam, "first words"), []string{})
	// An older state that comes late is a version, but does not hold.
	record(t, s, Contoso, T0.Add(2*time.Hour), Issue(t, "EX1", "late news", T0.Add(time.Minute)))
	expect(t, "late", find(t, s, Contoso, "late news"), []string{})
	record(t, s, Contoso, T0.Add(3*time.Hour), Issue(t, "EX1", "third", T0.Add(3*time.Hour)))
	expect(t, "third", find(t, s, Contoso, "third"), []string{"EX1"})
}

// Forget makes an archive like one that was written before texts were indexed.
func Forget(t *testing.T, s *Desk) {
	t.Helper()
	AddTenants(t, s)
	docs := make([]tocsin.Document, 450)
	for i := range docs {
		docs[i] = Issue(t, "EX"+string(rune('a'+i%26))+string(rune('a'+i/26)), "words", T0)
	}
	record(t, s, Contoso, T0, docs...)
	for _, statement := range []string{`DELETE FROM texts`, `UPDATE counters SET value = 0 WHERE name = 'texts'`} {
		if _, err := s.Writer().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if s.Engine() == "sqlite" {
		if _, err := s.Writer().ExecContext(t.Context(), `INSERT INTO text_index (text_index) VALUES ('delete-all')`); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, "without an index", find(t, s, Contoso, "words"), []string{})
}

// Recall checks that an archive that [Forget] made was indexed by opening it.
func Recall(t *testing.T, s *Desk) {
	t.Helper()
	if n := texts(t, s); n != 450 {
		t.Errorf("%d texts after opening, want 450", n)
	}
	expect(t, "found again", find(t, s, Contoso, "words", "EXaa"), []string{"EXaa"})
}

// gaps: a poll that comes after more than two intervals leaves a gap, one that
// failed does not end it.
func gaps(t *testing.T, s *Desk) {
	AddTenants(t, s)
	if err := s.PutSource(t.Context(), Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	for _, poll := range []struct {
		minute  int
		outcome tocsin.Outcome
	}{
		{0, tocsin.OutcomeChanged}, {2, tocsin.OutcomeUnchanged}, {4, tocsin.OutcomeFailed}, {5, tocsin.OutcomeShort}, {6, tocsin.OutcomeUnchanged}, {7, tocsin.OutcomeUnchanged}, {60, tocsin.OutcomeChanged},
	} {
		at := T0.Add(time.Duration(poll.minute) * time.Minute)
		claim, err := s.ClaimSource(t.Context(), Contoso, "graph", at, time.Minute, true)
		if err != nil {
			t.Fatal(err)
		}
		end := archive.PollEnd{DueAt: at, Poll: tocsin.Poll{TenantID: Contoso, Source: "graph", Epoch: claim.Epoch, StartedAt: at, FinishedAt: at, Outcome: poll.outcome}}
		if _, err := s.FinishPoll(t.Context(), end, nil); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Gaps(t.Context(), Contoso, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "gaps", got, []archive.Gap{{Source: "graph", From: T0.Add(2 * time.Minute), To: T0.Add(6 * time.Minute)}, {Source: "graph", From: T0.Add(7 * time.Minute), To: T0.Add(time.Hour)}})
	if got, err = s.Gaps(t.Context(), Contoso, T0.Add(7*time.Minute)); err != nil || len(got) != 1 {
		t.Errorf("later gaps: %+v, %v", got, err)
	}
	if got, err = s.Gaps(t.Context(), Fabrikam, time.Time{}); err != nil || len(got) != 0 {
		t.Errorf("another tenant's gaps: %+v, %v", got, err)
	}
}
