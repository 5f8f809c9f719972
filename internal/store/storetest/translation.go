package storetest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
)

// translationChecks are what the room of translations promises.
func translationChecks() checks {
	return checks{
		"Segments":        segmentsOfDocuments,
		"SegmentsPrivate": segmentsOfPrivate,
		"Wants":           wantsInOrder,
		"WantsClaimed":    wantsClaimed,
		"WantsOff":        wantsOfTenantsThatAreOff,
		"Settled":         settled,
		"Overrides":       overrides,
		"LinesPerTenant":  linesPerTenant,
		"Glossary":        glossaryOfDesk,
		"Ledger":          ledgerOfDays,
		"Reports":         reportsOfReaders,
		"TranslatedAtAll": translatedAtAll,
		"PairsStale":      pairsStale,
		"PairsImported":   pairsImported,
	}.with(reviewChecks())
}

// keyOf is the key of a text of the suite.
func keyOf(text string) translation.Key { return sha256.Sum256([]byte(text)) }

// sentences are segments.
func sentences(texts ...string) (list []translation.Text) {
	for _, text := range texts {
		list = append(list, translation.Text{Key: keyOf(text), Text: text})
	}
	return list
}

// issueDocument is a document of an issue that was written some hours after T0.
func issueDocument(num int64, id string, hours int, texts ...string) translation.Document {
	at := T0.Add(time.Duration(hours) * time.Hour)
	return translation.Document{Num: num, Ref: tocsin.Ref{Kind: tocsin.KindIssue, ID: id}, At: at, Segments: sentences(texts...)}
}

// cut puts a document that tenants have as version n, and wants it in French.
func cut(t testing.TB, s *Desk, d translation.Document, n int, tenants ...string) {
	t.Helper()
	err := s.InTx(t.Context(), func(tx *store.Tx) error {
		uncut, err := s.Uncut(t.Context(), tx, []int64{d.Num, d.Num})
		if err != nil {
			return err
		}
		if len(uncut) == 1 {
			_, err = s.PutDocuments(t.Context(), tx, []translation.Document{d}, T0)
		}
		var readers []translation.Reader
		for _, id := range tenants {
			readers = append(readers, translation.Reader{TenantID: id, Document: d.Num, N: n, At: T0})
		}
		return errors.Join(err, s.PutReaders(t.Context(), tx, readers), s.Want(t.Context(), tx, "fr", []int64{d.Num}, T0))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// lines are the translations of texts that hold for a tenant, "?" for those that
// are wanted, "!" and the reason for those that were refused.
func lines(t testing.TB, s *Desk, tenant, language string, texts ...string) []string {
	t.Helper()
	var keys []translation.Key
	for _, text := range texts {
		keys = append(keys, keyOf(text))
	}
	found, err := s.Lines(t.Context(), tenant, language, keys)
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, key := range keys {
		l, ok := found[key]
		switch {
		case !ok:
			list = append(list, "-")
		case l.Text != "":
			list = append(list, l.Text)
		case l.Wanted:
			list = append(list, "?"+l.Reason)
		default:
			list = append(list, "!"+l.Reason)
		}
	}
	return list
}

func claimWants(t testing.TB, s *Desk, at time.Time, limit int, without ...string) []translation.Want {
	t.Helper()
	wants, err := s.ClaimWants(t.Context(), "fr", without, limit, at, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return wants
}

func textsOf(wants []translation.Want) []string {
	list := []string{}
	for _, w := range wants {
		list = append(list, w.Text)
	}
	return list
}

// answer answers a want.
func answer(w translation.Want, text string) translation.Settlement {
	return translation.Settlement{Want: w, Text: text, Engine: "An engine", Model: "1"}
}

func settle(t testing.TB, s *Desk, settled ...translation.Settlement) {
	t.Helper()
	if err := s.Settle(t.Context(), "fr", settled, 0, T0.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
}

// translate answers all wants: "fr " and the text.
func translateAll(t testing.TB, s *Desk) {
	t.Helper()
	var list []translation.Settlement
	for _, w := range claimWants(t, s, T0, 100) {
		list = append(list, answer(w, "fr "+w.Text))
	}
	settle(t, s, list...)
}

func segmentsOfDocuments(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "EX1", 1, "one", "two", "one"), 1, Contoso, Fabrikam, Contoso)
	cut(t, s, issueDocument(2, "EX1", 2, "two", "three"), 2, Contoso)
	cut(t, s, issueDocument(1, "EX1", 1), 3, Contoso) // again, and not put again
	expect(t, "lines", lines(t, s, Contoso, "fr", "one", "two", "three", "four"), []string{"?", "?", "?", "-"})
	expect(t, "of another language", lines(t, s, Contoso, "ja", "one"), []string{"!"})
	if _, err := s.Lines(t.Context(), "nobody", "fr", nil); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("of no tenant: %v, want ErrNotFound", err)
	}
	if _, err := s.Revision(t.Context(), "xx"); err == nil {
		t.Error("there is a revision of a language that is none")
	}
}

func segmentsOfPrivate(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "MC1", 1, "one", "shared"), 1, Contoso)
	cut(t, s, issueDocument(2, "MC2", 1, "shared"), 1, Contoso)
	translateAll(t, s)
	private := issueDocument(3, "MC1", 2, "confidential", "one")
	private.Private = true
	cut(t, s, private, 2, Contoso, Fabrikam)
	expect(t, "lines", lines(t, s, Contoso, "fr", "one", "shared", "confidential"), []string{"-", "fr shared", "-"})
	expect(t, "wants", textsOf(claimWants(t, s, T0, 9)), []string{})
}

func wantsInOrder(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "EX1", 5, "newest"), 1, Contoso)
	cut(t, s, issueDocument(2, "EX2", 1, "oldest", "once more"), 1, Contoso)
	cut(t, s, issueDocument(3, "EX3", 3, "between"), 1, Fabrikam)
	cut(t, s, issueDocument(4, "EX2", 4, "once more"), 2, Contoso)
	expect(t, "wants", textsOf(claimWants(t, s, T0, 3)), []string{"newest", "once more", "between"})
	expect(t, "the rest", textsOf(claimWants(t, s, T0, 3)), []string{"oldest"})
	counts, err := s.OpenWants(t.Context())
	if err != nil || counts["fr"] != 4 || len(counts) != 1 {
		t.Errorf("OpenWants = %v, %v", counts, err)
	}
}

func wantsClaimed(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "EX1", 1, "one"), 1, Contoso)
	dead := claimWants(t, s, T0, 9)
	expect(t, "under a lease", len(claimWants(t, s, T0.Add(59*time.Second), 9)), 0)
	mine := claimWants(t, s, T0.Add(time.Minute), 9)
	expect(t, "after the lease", textsOf(mine), []string{"one"})
	settle(t, s, answer(dead[0], "too late"))
	expect(t, "of a claim that was lost", lines(t, s, Contoso, "fr", "one"), []string{"?"})
	mine[0].Tries = 0
	settle(t, s, translation.Settlement{Want: mine[0], Reason: "failed", Retry: T0.Add(5 * time.Minute)})
	expect(t, "failed", lines(t, s, Contoso, "fr", "one"), []string{"?failed"})
	expect(t, "before it is due", len(claimWants(t, s, T0.Add(4*time.Minute), 9)), 0)
	again := claimWants(t, s, T0.Add(5*time.Minute), 9)
	if len(again) != 1 || again[0].Tries != 1 || !again[0].Since.Equal(T0) {
		t.Fatalf("again: %+v", again)
	}
	settle(t, s, answer(again[0], "un"))
	expect(t, "answered", lines(t, s, Contoso, "fr", "one"), []string{"un"})
	cut(t, s, issueDocument(2, "EX1", 2, "one"), 2, Contoso)
	expect(t, "asked once", len(claimWants(t, s, T0.Add(time.Hour), 9)), 0)
}

func wantsOfTenantsThatAreOff(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "EX1", 1, "of both"), 1, Contoso, Fabrikam)
	cut(t, s, issueDocument(2, "EX2", 1, "of Contoso"), 1, Contoso)
	expect(t, "wants", textsOf(claimWants(t, s, T0, 9, Contoso, "nobody")), []string{"of both"})
	if err := s.WantAll(t.Context(), "ja", []string{Contoso}, T0); err != nil {
		t.Fatal(err)
	}
	expect(t, "all of those", lines(t, s, Fabrikam, "ja", "of both", "of Contoso"), []string{"?", "!"})
	counts, err := s.OpenWants(t.Context())
	if err != nil || counts["ja"] != 1 {
		t.Errorf("OpenWants = %v, %v", counts, err)
	}
}

func settled(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "EX1", 1, "one", "two"), 1, Contoso, Fabrikam)
	cut(t, s, issueDocument(2, "EX2", 1, "three"), 1, Fabrikam)
	waits := func(tenant, id string, want translation.Pending) {
		t.Helper()
		got, err := s.Pending(t.Context(), tenant, tocsin.Ref{Kind: tocsin.KindIssue, ID: id}, 1, "fr")
		if err != nil || got != want {
			t.Errorf("Pending(%s) = %+v, %v, want %+v", id, got, err, want)
		}
	}
	waits(Contoso, "EX1", translation.Pending{Known: true, Lines: 2, Since: T0})
	waits(Contoso, "EX2", translation.Pending{}) // not of that tenant
	before, err := s.Revision(t.Context(), "fr")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range claimWants(t, s, T0, 9) {
		switch w.Text {
		case "one":
			settle(t, s, answer(w, "un"))
		case "two":
			settle(t, s, translation.Settlement{Want: w, Reason: "digits", Engine: "An engine", Answer: "2 deux"})
		}
	}
	expect(t, "lines", lines(t, s, Fabrikam, "fr", "one", "two", "three"), []string{"un", "!digits", "?"})
	waits(Contoso, "EX1", translation.Pending{Known: true})
	expect(t, "told", toldAfter(t, s, 0), []string{"issue EX1 translated 1", "issue EX1 translated 1", "issue EX1 translated 1", "issue EX1 translated 1"})
	if after, err := s.Revision(t.Context(), "fr"); err != nil || after != before+2 {
		t.Errorf("Revision = %d, %v, want %d", after, err, before+2)
	}
	if changes, err := s.TenantChangesAfter(t.Context(), Contoso, 0, true, 9); err != nil || len(changes) != 0 {
		t.Errorf("people are told %v, %v", changes, err)
	}
}

func overrides(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "EX1", 1, "one"), 1, Contoso, Fabrikam)
	cut(t, s, issueDocument(2, "EX2", 1, "of Fabrikam"), 1, Fabrikam)
	translateAll(t, s)
	ctx := t.Context()
	found, err := s.Lines(ctx, Fabrikam, "fr", []translation.Key{keyOf("one"), keyOf("of Fabrikam")})
	if err != nil {
		t.Fatal(err)
	}
	mine := translation.Override{TenantID: Contoso, Segment: found[keyOf("one")].Segment, Language: "fr", Text: "le nôtre", Reviewer: "a reviewer"}
	foreign := mine
	foreign.Segment = found[keyOf("of Fabrikam")].Segment
	if err := s.Override(ctx, foreign, T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("of a line that the tenant has not seen: %v, want ErrNotFound", err)
	}
	for _, o := range []translation.Override{mine, mine} {
		if err := s.Override(ctx, o, T0); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, "for one", lines(t, s, Contoso, "fr", "one"), []string{"le nôtre"})
	expect(t, "for another", lines(t, s, Fabrikam, "fr", "one"), []string{"fr one"})
	all := mine
	all.TenantID, all.All, all.Text = Fabrikam, true, "pour tous"
	if err := s.Override(ctx, all, T0); err != nil {
		t.Fatal(err)
	}
	expect(t, "one's own before all", lines(t, s, Contoso, "fr", "one"), []string{"le nôtre"})
	expect(t, "all before an engine", lines(t, s, Fabrikam, "fr", "one"), []string{"pour tous"})
	for _, want := range []error{nil, tocsin.ErrNotFound} {
		if err := s.Withdraw(ctx, mine, T0); !errors.Is(err, want) {
			t.Errorf("Withdraw = %v, want %v", err, want)
		}
	}
	expect(t, "withdrawn", lines(t, s, Contoso, "fr", "one"), []string{"pour tous"})
	entries, err := s.Audit(ctx, store.AuditQuery{Limit: 9, Action: "translation.override"})
	if err != nil || len(entries) != 3 || entries[0].TenantID != "" || entries[1].TenantID != Contoso || entries[1].Detail != `"one" → "le nôtre"` {
		t.Errorf("Audit = %+v, %v", entries, err)
	}
}

// Nothing that one tenant alone has seen, or wrote for itself, is listed for
// another.
func linesPerTenant(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "EX1", 1, "shared"), 1, Contoso, Fabrikam)
	cut(t, s, issueDocument(2, "EX2", 1, "canary of Contoso"), 1, Contoso)
	translateAll(t, s)
	ctx := t.Context()
	found, err := s.Lines(ctx, Contoso, "fr", []translation.Key{keyOf("shared")})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Override(ctx, translation.Override{TenantID: Contoso, Segment: found[keyOf("shared")].Segment, Language: "fr", Text: "canari"}, T0); err != nil {
		t.Fatal(err)
	}
	pairs := func(tenant string, human bool) []string {
		t.Helper()
		list, err := s.Pairs(ctx, translation.PairQuery{TenantID: tenant, Language: "fr", Human: human, Limit: 9})
		if err != nil {
			t.Fatal(err)
		}
		texts := []string{}
		for _, p := range list {
			texts = append(texts, fmt.Sprintf("%s=%s human %v all %v", p.Source, p.Target, p.Human, p.All))
		}
		return texts
	}
	expect(t, "of Fabrikam", pairs(Fabrikam, false), []string{"shared=fr shared human false all true"})
	expect(t, "of Contoso", pairs(Contoso, false), []string{
		"shared=canari human true all false", "shared=fr shared human false all true", "canary of Contoso=fr canary of Contoso human false all true",
	})
	expect(t, "what people wrote", pairs(Contoso, true), []string{"shared=canari human true all false"})
}

func glossaryOfDesk(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	cut(t, s, issueDocument(1, "EX1", 1, "The 100%_Tenant is slow", "Another"), 1, Contoso)
	translateAll(t, s)
	for _, bad := range []translation.Term{{Language: "fr", Source: "tenant"}, {Source: " "}, {Source: "x", Target: "y"}} {
		if err := s.PutTerm(ctx, bad, T0); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("PutTerm(%+v) = %v, want ErrInvalid", bad, err)
		}
	}
	for _, term := range []translation.Term{{Language: "fr", Source: "100%_tenant", Target: "locataire"}, {Language: "ja", Source: "another", Target: "別"}, {Source: "Contoso"}} {
		if err := s.PutTerm(ctx, term, T0); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, "wanted again", textsOf(claimWants(t, s, T0, 9)), []string{"The 100%_Tenant is slow"})
	expect(t, "until then", lines(t, s, Contoso, "fr", "The 100%_Tenant is slow"), []string{"fr The 100%_Tenant is slow"})
	for _, want := range []error{nil, tocsin.ErrNotFound} {
		if err := s.RemoveTerm(ctx, translation.Term{Source: "contoso"}, T0); !errors.Is(err, want) {
			t.Errorf("RemoveTerm = %v, want %v", err, want)
		}
	}
	terms, err := s.Terms(ctx)
	expect(t, "terms", terms, []translation.Term{{Language: "fr", Source: "100%_tenant", Target: "locataire"}, {Language: "ja", Source: "another", Target: "別"}})
	version, verr := s.GlossaryVersion(ctx)
	if err != nil || verr != nil || version != 4 {
		t.Errorf("GlossaryVersion = %d, %v, %v", version, err, verr)
	}
}

func ledgerOfDays(t *testing.T, s *Desk) {
	ctx := t.Context()
	for _, d := range []translation.Day{
		{Day: "2026-03-01", Engine: "E", Language: "fr", Sent: 10, Billed: 12, Calls: 1},
		{Day: "2026-03-02", Engine: "E", Language: "fr", Sent: 5, Failures: 1, Calls: 1, Refused: 2},
		{Day: "2026-03-02", Engine: "E", Language: "fr", Sent: 6, Billed: 6, Calls: 1},
		{Day: "2026-03-02", Engine: "E", Language: "ja", Sent: 7, Calls: 1},
		{Day: "2026-03-02", Language: "ja", Book: 8, Memory: 9},
	} {
		if err := s.Count(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	days, err := s.Days(ctx, "2026-03-02", "2026-03-31")
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "days", days, []translation.Day{
		{Day: "2026-03-02", Language: "ja", Book: 8, Memory: 9},
		{Day: "2026-03-02", Engine: "E", Language: "fr", Sent: 11, Billed: 6, Calls: 2, Failures: 1, Refused: 2},
		{Day: "2026-03-02", Engine: "E", Language: "ja", Sent: 7, Calls: 1},
	})
	if sent, billed, err := s.Spent(ctx, "E", "2026-03-02"); err != nil || sent != 18 || billed != 6 {
		t.Errorf("Spent = %d, %d, %v", sent, billed, err)
	}
}

func reportsOfReaders(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	cut(t, s, issueDocument(1, "EX1", 1, "one"), 1, Contoso, Fabrikam)
	translateAll(t, s)
	found, err := s.Lines(ctx, Contoso, "fr", []translation.Key{keyOf("one")})
	if err != nil {
		t.Fatal(err)
	}
	segment := found[keyOf("one")].Segment
	bad := translation.Report{TenantID: Contoso, Segment: segment, Language: "fr", Reporter: "a reader", Line: "fr one", Note: "wrong", At: T0}
	for _, r := range []translation.Report{bad, bad} {
		if err := s.ReportLine(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	bad.Segment += 9
	if err := s.ReportLine(ctx, bad); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("of a line that is none: %v", err)
	}
	for tenant, want := range map[string]int{Contoso: 1, Fabrikam: 0} {
		if list, err := s.Reports(ctx, tenant, 9); err != nil || len(list) != want || want > 0 && list[0].Source != "one" {
			t.Errorf("Reports(%s) = %+v, %v", tenant, list, err)
		}
	}
	for _, want := range []error{nil, tocsin.ErrNotFound} {
		if err := s.CloseReport(ctx, Contoso, segment, "fr", translation.Right, T0); !errors.Is(err, want) {
			t.Errorf("CloseReport = %v, want %v", err, want)
		}
	}
}

// Of what was written long ago, each tenant is told of one item.
func translatedAtAll(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "EX1", -24*20, "old"), 1, Contoso, Fabrikam)
	cut(t, s, issueDocument(2, "EX2", -24*30, "older"), 1, Contoso)
	cut(t, s, issueDocument(3, "EX3", -1, "new"), 1, Contoso)
	cut(t, s, issueDocument(4, "EX4", -2, "newer"), 7, Contoso)
	translateAll(t, s)
	expect(t, "told", toldAfter(t, s, 0), []string{"issue EX3 translated 1", "issue EX4 translated 7", "issue EX1 translated 1"})
}

func pairsStale(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "EX1", 1, "gone", "stays"), 1, Contoso)
	cut(t, s, issueDocument(2, "EX1", 2, "stays"), 2, Contoso)
	translateAll(t, s)
	list, err := s.Pairs(t.Context(), translation.PairQuery{TenantID: Contoso, Language: "fr", Limit: 9})
	if err != nil || len(list) != 2 || list[0].Source != "gone" || !list[0].Stale || list[1].Stale {
		t.Errorf("Pairs = %+v, %v", list, err)
	}
}

func pairsImported(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "EX1", 1, "one", "two", "three"), 1, Contoso)
	cut(t, s, issueDocument(2, "EX2", 1, "canary"), 1, Fabrikam)
	translateAll(t, s)
	o := translation.Override{TenantID: Contoso, Language: "fr", Reviewer: "a reviewer"}
	list := []translation.Imported{{Key: keyOf("one"), Text: "un"}, {Key: keyOf("one"), Text: "une"}, {Key: keyOf("two"), Text: "fr two"}, {Key: keyOf("canary"), Text: "canari"}, {Key: keyOf("none"), Text: "x"}}
	for _, want := range []int{1, 0} {
		list = slices.DeleteFunc(list, func(i translation.Imported) bool { return want == 0 && i.Text == "une" })
		if kept, unseen, err := s.Import(t.Context(), o, list, T0); err != nil || kept != want || unseen != 2 {
			t.Errorf("Import = %d, %d, %v, want %d and 2", kept, unseen, err, want)
		}
	}
	expect(t, "lines", lines(t, s, Contoso, "fr", "one", "two"), []string{"un", "fr two"})
	expect(t, "of another", lines(t, s, Fabrikam, "fr", "canary"), []string{"fr canary"})
}
