package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
)

// reviewChecks are what the room of translations promises to those who review
// them.
func reviewChecks() checks {
	return checks{
		"Review":          review,
		"ReviewForeign":   reviewForeign,
		"Places":          placesOfLines,
		"ReportsBounded":  reportsBounded,
		"ReportsClosed":   reportsClosed,
		"ReportsOfAText":  reportsOfText,
		"SourcesOfTenant": sourcesOfTenant,
		"ToldOfReplaced":  toldOfReplaced,
	}
}

// segmentOf is the number of a segment that is kept.
func segmentOf(t testing.TB, s *Desk, text string) int64 {
	t.Helper()
	found, err := s.Lines(t.Context(), Contoso, "fr", []translation.Key{keyOf(text)})
	if err != nil || found[keyOf(text)].Segment == 0 {
		t.Fatalf("no segment %q: %v", text, err)
	}
	return found[keyOf(text)].Segment
}

// write keeps a translation of a person.
func write(t testing.TB, s *Desk, o translation.Override, hours int) {
	t.Helper()
	if err := s.Override(t.Context(), o, T0.Add(time.Duration(hours)*time.Hour)); err != nil {
		t.Fatal(err)
	}
}

// reviewed are the sources of a review, with what holds.
func reviewed(t testing.TB, s *Desk, tenant string, c translation.Concern, words string) []string {
	t.Helper()
	q := translation.ReviewQuery{TenantID: tenant, Language: "fr", Concern: c, Words: words, Limit: 9}
	list, err := s.Review(t.Context(), q)
	n, cerr := s.ReviewCount(t.Context(), q)
	if err != nil || cerr != nil || n != len(list) {
		t.Fatalf("Review(%s) = %d lines and %d, %v, %v", c, len(list), n, err, cerr)
	}
	texts := []string{}
	for _, k := range list {
		texts = append(texts, k.Source+"="+k.Holds().Text)
	}
	return texts
}

// review has a line of each concern in it.
func review(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "EX1", 1, "gone", "engine", "reported", "refused", "own", "100% all"), 1, Contoso)
	cut(t, s, issueDocument(2, "EX1", 2, "engine", "reported", "refused", "own", "100% all"), 2, Contoso)
	for i, w := range claimWants(t, s, T0, 100) {
		one := answer(w, "fr "+w.Text)
		if w.Text == "refused" {
			one = translation.Settlement{Want: w, Reason: "digits", Engine: "An engine", Answer: "2 refusé"}
		}
		if err := s.Settle(t.Context(), "fr", []translation.Settlement{one}, 0, T0.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	write(t, s, translation.Override{TenantID: Contoso, Segment: segmentOf(t, s, "gone"), Language: "fr", Text: "parti", Reviewer: "a reviewer"}, 1)
	write(t, s, translation.Override{TenantID: Contoso, Segment: segmentOf(t, s, "own"), Language: "fr", Text: "le nôtre", Reviewer: "a reviewer"}, 2)
	write(t, s, translation.Override{TenantID: Contoso, All: true, Segment: segmentOf(t, s, "100% all"), Language: "fr", Text: "tous"}, 3)
	report := translation.Report{TenantID: Contoso, Segment: segmentOf(t, s, "reported"), Language: "fr", Line: "fr reported", Proposal: "signalé", At: T0}
	if err := s.ReportLine(t.Context(), report); err != nil {
		t.Fatal(err)
	}
	expect(t, "reported", reviewed(t, s, Contoso, translation.Reported, ""), []string{"reported=fr reported"})
	expect(t, "failed", reviewed(t, s, Contoso, translation.Failed, ""), []string{"refused="})
	expect(t, "outdated", reviewed(t, s, Contoso, translation.Outdated, ""), []string{"gone=parti"})
	expect(t, "written", reviewed(t, s, Contoso, translation.Written, ""), []string{"100% all=tous", "own=le nôtre", "gone=parti"})
	expect(t, "by words", reviewed(t, s, Contoso, translation.Written, "0% A"), []string{"100% all=tous"})
	unreviewed := strings.Join(reviewed(t, s, Contoso, translation.Unreviewed, ""), " ")
	if !strings.Contains(unreviewed, "engine=fr engine") || strings.Contains(unreviewed, "own") || strings.Contains(unreviewed, "all") {
		t.Errorf("unreviewed: %s", unreviewed)
	}
	for _, c := range translation.Concerns() {
		expect(t, string(c)+" of another", reviewed(t, s, Fabrikam, c, ""), []string{})
	}
	known, err := s.KnownLines(t.Context(), Contoso, "fr", []int64{segmentOf(t, s, "own"), segmentOf(t, s, "refused")})
	if err != nil || len(known) != 2 || known[0].Own.By != "a reviewer" || known[0].Engine.By != "An engine" || known[0].Outdated || known[1].Reason != "digits" || known[1].Refused.Text != "2 refusé" {
		t.Errorf("KnownLines = %+v, %v", known, err)
	}
}

// Of what another tenant alone has seen, or wrote for itself, nothing is said.
func reviewForeign(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "EX1", 1, "shared"), 1, Contoso, Fabrikam)
	cut(t, s, issueDocument(2, "EX2", 1, "canary of Contoso"), 1, Contoso)
	translateAll(t, s)
	shared, canary := segmentOf(t, s, "shared"), segmentOf(t, s, "canary of Contoso")
	for _, segment := range []int64{shared, canary} {
		write(t, s, translation.Override{TenantID: Contoso, Segment: segment, Language: "fr", Text: "canari", Reviewer: "canary"}, 1)
	}
	ctx := t.Context()
	known, err := s.KnownLines(ctx, Fabrikam, "fr", []int64{canary, shared})
	beside, berr := s.Beside(ctx, Fabrikam, shared)
	sources, serr := s.SaidSources(ctx, Fabrikam, "fr", 9)
	places, perr := s.Places(ctx, Fabrikam, canary)
	if all := fmt.Sprint(known, beside, sources, places); strings.Contains(all, "canar") || err != nil || berr != nil || serr != nil || perr != nil {
		t.Errorf("another tenant reads %s, %v, %v, %v, %v", all, err, berr, serr, perr)
	}
	if len(known) != 1 || len(sources) != 1 || len(places) != 0 {
		t.Errorf("known %v, sources %v, places %v", known, sources, places)
	}
}

func placesOfLines(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "EX1", 1, "old words", "stays"), 1, Contoso)
	cut(t, s, issueDocument(2, "EX1", 2, "new words", "stays"), 2, Contoso)
	cut(t, s, issueDocument(3, "EX2", 3, "stays"), 4, Contoso)
	translateAll(t, s)
	ctx := t.Context()
	places, err := s.Places(ctx, Contoso, segmentOf(t, s, "stays"))
	expect(t, fmt.Sprint("places ", err), fmt.Sprint(places), "[{{issue EX2} 4 1} {{issue EX1} 2 2}]")
	beside, err := s.Beside(ctx, Contoso, segmentOf(t, s, "old words"))
	texts := []string{}
	for _, one := range beside {
		texts = append(texts, one.Text)
	}
	expect(t, fmt.Sprint("beside ", err), texts, []string{"new words", "stays"})
}

func sourcesOfTenant(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "EX1", 1, "one", "two"), 1, Contoso)
	settle(t, s, answer(claimWants(t, s, T0, 1)[0], "x"))
	list, err := s.SaidSources(t.Context(), Contoso, "fr", 9)
	if err != nil || len(list) != 1 {
		t.Errorf("SaidSources = %v, %v", list, err)
	}
}

// Readers fill neither a line nor a tenant.
func reportsBounded(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "EX1", 1, "one"), 1, Contoso)
	translateAll(t, s)
	r := translation.Report{TenantID: Contoso, Segment: segmentOf(t, s, "one"), Language: "fr", At: T0, Note: strings.Repeat("n", 5000), Proposal: "un\x00"}
	refused := 0
	for i := range 25 {
		r.Reporter = fmt.Sprintf("%s%d", translation.Stranger, i)
		switch err := s.ReportLine(t.Context(), r); {
		case errors.Is(err, tocsin.ErrConflict):
			refused++
		case err != nil:
			t.Fatal(err)
		}
	}
	r.Reporter = translation.Stranger + "0"
	if err := s.ReportLine(t.Context(), r); refused != 5 || err != nil {
		t.Errorf("refused %d of 25, again: %v", refused, err)
	}
	list, err := s.ReportsOf(t.Context(), Contoso, r.Segment, "fr")
	if err != nil || len(list) != 20 || len(list[0].Note) > 1003 || strings.Contains(list[0].Proposal, "\x00") {
		t.Errorf("ReportsOf = %d, %v", len(list), err)
	}
}

// A report is of a text that the tenant has, in a version, and of a line that the
// phrase book answers as well.
func reportsOfText(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "EX1", 1, "one"), 1, Contoso)
	ctx, ref := t.Context(), tocsin.Ref{Kind: tocsin.KindIssue, ID: "EX1"}
	r := translation.Report{TenantID: Contoso, Key: translation.Text{Key: keyOf("in the book"), Text: "in the book", InBook: true}, Ref: ref, N: 1, Whole: true, Language: "fr", At: T0}
	if err := s.ReportLine(ctx, r); err != nil {
		t.Fatal(err)
	}
	list, err := s.Reports(ctx, Contoso, 9)
	if err != nil || len(list) != 1 || list[0].Source != "in the book" || !list[0].Whole || list[0].Ref != ref || list[0].N != 1 {
		t.Errorf("Reports = %+v, %v", list, err)
	}
	r.TenantID = Fabrikam
	if err := s.ReportLine(ctx, r); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("of a text that the tenant has not: %v", err)
	}
	private := issueDocument(2, "MC1", 1, "confidential")
	private.Private = true
	cut(t, s, private, 1, Contoso)
	r = translation.Report{TenantID: Contoso, Key: translation.Text{Key: keyOf("confidential"), Text: "confidential"}, Ref: private.Ref, Language: "fr", At: T0}
	if err := s.ReportLine(ctx, r); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("of a message about data privacy: %v", err)
	}
}

// What was done about a report stands in the audit log; a better line closes the
// reports of those who read it.
func reportsClosed(t *testing.T, s *Desk) {
	AddTenants(t, s)
	cut(t, s, issueDocument(1, "EX1", 1, "one"), 1, Contoso, Fabrikam)
	translateAll(t, s)
	ctx, segment := t.Context(), segmentOf(t, s, "one")
	tell := func(tenants ...string) {
		for _, tenant := range tenants {
			if err := s.ReportLine(ctx, translation.Report{TenantID: tenant, Segment: segment, Language: "fr", At: T0}); err != nil {
				t.Fatal(err)
			}
		}
	}
	open := func() (n int) {
		for _, tenant := range []string{Contoso, Fabrikam} {
			list, err := s.Reports(ctx, tenant, 9)
			if err != nil {
				t.Fatal(err)
			}
			n += len(list)
		}
		return n
	}
	tell(Contoso, Fabrikam)
	write(t, s, translation.Override{TenantID: Contoso, Segment: segment, Language: "fr", Text: "un"}, 1)
	expect(t, "after a line for one", open(), 1)
	tell(Contoso, Fabrikam)
	write(t, s, translation.Override{TenantID: Fabrikam, All: true, Segment: segment, Language: "fr", Text: "un"}, 2)
	expect(t, "after a line for all, which one tenant does not read", open(), 1)
	if err := s.CloseReport(ctx, Contoso, segment, "fr", translation.AtSource, T0); err != nil {
		t.Fatal(err)
	}
	entries, err := s.Audit(ctx, store.AuditQuery{Limit: 9, Action: "translation.dismiss"})
	got := []string{}
	for _, e := range entries {
		got = append(got, e.TenantID[:1]+" "+e.Detail)
	}
	expect(t, fmt.Sprint("audit ", err), got, []string{Contoso[:1] + ` source: "one"`, Fabrikam[:1] + ` corrected: "one"`, Contoso[:1] + ` corrected: "one"`})
}

// Of lines that take the place of others readers hear once, by one change for each
// tenant.
func toldOfReplaced(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	for i := range 5 {
		cut(t, s, issueDocument(int64(i+1), fmt.Sprintf("EX%d", i), i, fmt.Sprintf("barge %d", i)), 1, Contoso, Fabrikam)
	}
	translateAll(t, s)
	before, err := s.Revision(ctx, "fr")
	seq, serr := s.LastSeq(ctx)
	if err != nil || serr != nil {
		t.Fatal(err, serr)
	}
	if err := s.PutTerm(ctx, translation.Term{Language: "fr", Source: "barge", Target: "péniche"}, T0); err != nil {
		t.Fatal(err)
	}
	wants := claimWants(t, s, T0, 9)
	for _, w := range wants {
		settle(t, s, answer(w, "péniche"))
	}
	if after, err := s.Revision(ctx, "fr"); err != nil || len(wants) != 5 || after != before || len(toldAfter(t, s, seq)) != 0 {
		t.Errorf("%d lines were replaced, readers heard of it at once: revision %d, then %d, %v", len(wants), before, after, err)
	}
	for _, want := range []int{5, 0} {
		if n, err := s.TellReplaced(ctx, "fr", T0); err != nil || n != want {
			t.Errorf("TellReplaced = %d, %v, want %d", n, err, want)
		}
	}
	expect(t, "told", toldAfter(t, s, seq), []string{"issue EX4 translated 1", "issue EX4 translated 1"})
	expect(t, "lines", lines(t, s, Fabrikam, "fr", "barge 3"), []string{"péniche"})
}
