package storetest

import (
	"testing"
	"time"

	"example.org/tocsin/internal/plaintext"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// privacy is a message about data privacy.
func privacy(t testing.TB, id string, modified time.Time) tocsin.Document {
	t.Helper()
	doc, err := tocsin.NewDocument(tocsin.Message{
		ID: id, Title: "A request of a regulator", Category: "stayInformed", Tags: []string{"Data privacy"}, StartAt: T0, ModifiedAt: modified,
		ContentType: "text", Content: "Confidential words.",
	})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// private: messages about data privacy are told and found for those only who
// ask for them, and never take the place of others.
func private(t *testing.T, s *Desk) {
	AddTenants(t, s)
	record(t, s, Contoso, T0, message(t, "MC1", "Public words", "confidential", T0), Issue(t, "EX1", "words", T0))
	record(t, s, Contoso, T0.Add(time.Hour), privacy(t, "MC2", T0.Add(time.Hour)), privacy(t, "MC3", T0.Add(time.Hour)))
	for _, tt := range []struct {
		q    archive.LatestQuery
		want []string
	}{
		{archive.LatestQuery{Limit: 2}, []string{"EX1 new 1", "MC1 new 1"}},
		{archive.LatestQuery{Limit: 9, Private: true}, []string{"MC3 new 1", "MC2 new 1", "EX1 new 1", "MC1 new 1"}},
		{archive.LatestQuery{Limit: 1, Kinds: []tocsin.Kind{tocsin.KindMessage}}, []string{"MC1 new 1"}},
		{archive.LatestQuery{Limit: 9, Kinds: []tocsin.Kind{tocsin.KindIssue, tocsin.KindOverview}, Private: true}, []string{"EX1 new 1"}},
	} {
		told, err := s.LatestEvents(t.Context(), Contoso, tt.q)
		if err != nil {
			t.Fatal(err)
		}
		var changes []tocsin.Change
		for _, one := range told {
			changes = append(changes, one.Change)
		}
		expect(t, "latest changes", whats(changes), tt.want)
	}
	for private, want := range map[bool][]string{false: {"MC1 new 1", "EX1 new 1"}, true: {"MC1 new 1", "EX1 new 1", "MC2 new 1", "MC3 new 1"}} {
		changes, err := s.TenantChangesAfter(t.Context(), Contoso, 0, private, 9)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "followed", whats(changes), want)
		items, _, err := s.Items(t.Context(), Contoso, archive.ItemsQuery{Kind: tocsin.KindMessage, Private: private, Limit: 9})
		if err != nil || len(items) != len(want)-1 {
			t.Errorf("listed when private is %t: %+v, %v", private, items, err)
		}
	}
	expect(t, "found by everybody", find(t, s, Contoso, "confidential"), []string{"MC1"})
	list, err := s.Search(t.Context(), Contoso, archive.SearchQuery{Terms: [][]plaintext.Term{plaintext.Literal("confidential")}, Private: true, Limit: 9})
	if err != nil || len(list) != 3 {
		t.Errorf("found by a privacy reader: %+v, %v", list, err)
	}
	rows, err := s.RowsOf(t.Context(), Contoso, []tocsin.Ref{{Kind: tocsin.KindMessage, ID: "MC1"}, {Kind: tocsin.KindMessage, ID: "MC2"}})
	if err != nil || len(rows) != 2 || rows[0].Private || !rows[1].Private {
		t.Errorf("rows = %+v, %v", rows, err)
	}
}

// ForgetPrivacy makes an archive that does not say which messages are about
// data privacy.
func ForgetPrivacy(t *testing.T, s *Desk) {
	t.Helper()
	AddTenants(t, s)
	record(t, s, Contoso, T0, message(t, "MC1", "About data privacy", "in words only", T0), privacy(t, "MC2", T0))
	for _, statement := range []string{`UPDATE documents SET private = FALSE`, `UPDATE counters SET value = 0 WHERE name = 'private'`} {
		if _, err := s.Writer().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, "before", find(t, s, Contoso, "regulator"), []string{"MC2"})
}

// RecallPrivacy checks that opening an archive that [ForgetPrivacy] made marked
// the right messages.
func RecallPrivacy(t *testing.T, s *Desk) {
	t.Helper()
	expect(t, "hidden", find(t, s, Contoso, "regulator"), []string{})
	expect(t, "public", find(t, s, Contoso, "privacy"), []string{"MC1"})
}
