package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// publishing: nothing is published of a tenant until somebody chooses it, and
// who chose what is in the audit log.
func publishing(t *testing.T, s *Desk) {
	AddTenants(t, s)
	if p, err := s.Publishing(t.Context(), Contoso); err != nil || p.Readership != tocsin.ForNobody || p.TenantID != Contoso || !p.ChangedAt.IsZero() {
		t.Errorf("at first: %+v, %v", p, err)
	}
	edits := s.TenantEdits()
	_, err := s.ChangePublishing(t.Context(), Contoso, T0, func(p *tocsin.Publishing) error {
		p.Readership, p.Messages, p.TenantID, p.Help = tocsin.ForEverybody, true, Fabrikam, " Desk: 112\r\nby day "
		p.Channels = map[string][]tocsin.OfficialChannel{"fr": {{Label: " État du service ", Address: "https://admin.example/", Path: "Santé > Services"}, {}}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Publishing(t.Context(), Contoso)
	if err != nil || p.Readership != tocsin.ForEverybody || p.Advisories || !p.Messages || !p.ChangedAt.Equal(T0) || p.Help != "Desk: 112\nby day" || len(p.Channels["fr"]) != 1 || p.Channels["fr"][0].Label != "État du service" {
		t.Errorf("chosen: %+v, %v", p, err)
	}
	if list, err := s.Publishings(t.Context()); err != nil || len(list) != 1 || list[0].TenantID != Contoso {
		t.Errorf("Publishings = %+v, %v", list, err)
	}
	if s.TenantEdits() == edits {
		t.Error("who keeps the tenants is not told")
	}
	if entries, err := s.Audit(t.Context(), store.AuditQuery{Limit: 1}); err != nil || entries[0].Action != "publishing.change" || entries[0].TenantID != Contoso || !strings.Contains(entries[0].Detail, "open, incidents, messages, 1 channel") {
		t.Errorf("audit: %+v, %v", entries, err)
	}
	for name, tt := range map[string]struct {
		tenant string
		change func(*tocsin.Publishing) error
		want   error
	}{
		"unknown tenant": {"99999999-9999-4999-8999-999999999999", func(*tocsin.Publishing) error { return nil }, tocsin.ErrNotFound},
		"readership":     {Contoso, func(p *tocsin.Publishing) error { p.Readership = "all"; return nil }, tocsin.ErrInvalid},
		"help":           {Contoso, func(p *tocsin.Publishing) error { p.Help = strings.Repeat("x\n", 21) + "x"; return nil }, tocsin.ErrInvalid},
		"script": {Contoso, func(p *tocsin.Publishing) error {
			p.Channels["en"] = []tocsin.OfficialChannel{{Label: "x", Address: "javascript:alert(1)"}}
			return nil
		}, tocsin.ErrInvalid},
		"refused": {Contoso, func(*tocsin.Publishing) error { return tocsin.ErrForbidden }, tocsin.ErrForbidden},
	} {
		if _, err := s.ChangePublishing(t.Context(), tt.tenant, T0, tt.change); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if again, err := s.Publishing(t.Context(), Contoso); err != nil || again.Readership != p.Readership || len(again.Channels) != 1 {
		t.Errorf("refused changes left %+v, %v", again, err)
	}
}

// updates: versions of issues and messages are updates with permanent numbers,
// newest first by the provider's time, each once over all pages; those of
// messages about data privacy are none, and tenants have their own.
func updates(t *testing.T, s *Desk) {
	AddTenants(t, s)
	hour := func(n int) time.Time { return T0.Add(time.Duration(n) * time.Hour) }
	record(t, s, Contoso, hour(9), Issue(t, "EX1", "one", hour(1)), message(t, "MC1", "Words", "text", hour(2)), privacy(t, "MC2", hour(3)), overview(t, tocsin.StatusDegradation))
	record(t, s, Contoso, hour(10), Issue(t, "EX1", "two", hour(4)), advisory(t, "EX2", hour(5)))
	record(t, s, Fabrikam, hour(9), Issue(t, "EX1", "two", hour(4)), Issue(t, "EX9", "theirs", hour(6)))
	all := archive.UpdatesQuery{Issues: true, Others: true, Messages: true, Limit: 9}
	for name, tt := range map[string]struct {
		change func(*archive.UpdatesQuery)
		want   []string
	}{
		"all":       {func(*archive.UpdatesQuery) {}, []string{"EX2 1/1", "EX1 2/2", "MC1 1/1", "EX1 1/2"}},
		"incidents": {func(q *archive.UpdatesQuery) { q.Others, q.Messages = false, false }, []string{"EX1 2/2", "EX1 1/2"}},
		"messages":  {func(q *archive.UpdatesQuery) { q.Others, q.Issues = false, false }, []string{"MC1 1/1"}},
		"class":     {func(q *archive.UpdatesQuery) { q.Class = "advisory" }, []string{"EX2 1/1"}},
		"service":   {func(q *archive.UpdatesQuery) { q.Service = "Exchange Online" }, []string{"EX2 1/1", "EX1 2/2", "EX1 1/2"}},
		"wildcard":  {func(q *archive.UpdatesQuery) { q.Service = "Exchange_Online" }, nil},
		"part":      {func(q *archive.UpdatesQuery) { q.Service = "Exchange" }, nil},
		"nothing":   {func(q *archive.UpdatesQuery) { q.Issues, q.Others, q.Messages = false, false, false }, nil},
	} {
		q := all
		tt.change(&q)
		expect(t, name, numbersOf(t, s, Contoso, q), tt.want)
		q.Limit = 1
		expect(t, name+" one by one", numbersOf(t, s, Contoso, q), tt.want)
	}
	expect(t, "of the other tenant", numbersOf(t, s, Fabrikam, all), []string{"EX9 1/1", "EX1 1/1"})
	for _, cursor := range []string{"x", "1.2", "1.2.3.4", "1.2.0", "1.2.-3", "01.2.3", "9223372036854775808.1.1"} {
		if _, _, err := s.Updates(t.Context(), Contoso, archive.UpdatesQuery{Issues: true, Limit: 1, After: cursor}); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
	oneUpdate(t, s)
}

// numbersOf are all updates of a query, page by page.
func numbersOf(t *testing.T, s *Desk, tenant string, q archive.UpdatesQuery) (found []string) {
	t.Helper()
	for pages := 0; pages < 20; pages++ {
		list, next, err := s.Updates(t.Context(), tenant, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range list {
			found = append(found, fmt.Sprintf("%s %d/%d", u.ID, u.N, u.Newest))
		}
		if q.After = next; next == "" {
			return found
		}
	}
	t.Error("the pages do not end")
	return found
}

func advisory(t testing.TB, id string, modified time.Time) tocsin.Document {
	t.Helper()
	doc, err := tocsin.NewDocument(tocsin.Issue{ID: id, Title: "Slow", Service: "Exchange Online", ServiceID: "Exchange", Classification: "advisory", Status: tocsin.StatusDegradation, StartAt: T0, ModifiedAt: modified})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// oneUpdate reads updates by their addresses.
func oneUpdate(t *testing.T, s *Desk) {
	t.Helper()
	issue := func(id string) tocsin.Ref { return tocsin.Ref{Kind: tocsin.KindIssue, ID: id} }
	first, err := s.Update(t.Context(), Contoso, issue("EX1"), 1)
	if err != nil || first.Previous != 0 || first.Next != 2 || first.Before != 0 || first.Newest != 2 || first.Title != "one" {
		t.Errorf("first: %+v, %v", first, err)
	}
	second, err := s.Update(t.Context(), Contoso, issue("EX1"), 2)
	if err != nil || second.Previous != 1 || second.Next != 0 || second.Before != first.Document || second.Title != "two" {
		t.Errorf("second: %+v, %v", second, err)
	}
	for name, tt := range map[string]struct {
		tenant string
		ref    tocsin.Ref
		n      int
	}{
		"no such number":    {Contoso, issue("EX1"), 3},
		"zero":              {Contoso, issue("EX1"), 0},
		"about privacy":     {Contoso, tocsin.Ref{Kind: tocsin.KindMessage, ID: "MC2"}, 1},
		"of another tenant": {Contoso, issue("EX9"), 1},
		"no such item":      {Contoso, issue("EX7"), 1},
		"another kind":      {Contoso, tocsin.Ref{Kind: tocsin.KindMessage, ID: "EX1"}, 1},
	} {
		if u, err := s.Update(t.Context(), tt.tenant, tt.ref, tt.n); !errors.Is(err, tocsin.ErrNotFound) {
			t.Errorf("%s: %+v, %v", name, u, err)
		}
	}
	broughtBy(t, s)
	becamePrivate(t, s)
	broughtBy(t, s)
}

// broughtBy: what many changes brought is what each brought by itself.
func broughtBy(t *testing.T, s *Desk) {
	t.Helper()
	changes, err := s.ChangesAfter(t.Context(), 0, 500)
	if err != nil {
		t.Fatal(err)
	}
	var seqs []int64
	for _, c := range changes {
		seqs = append(seqs, c.Seq)
	}
	found, err := s.BroughtBy(t.Context(), append(seqs, 1<<40))
	if err != nil {
		t.Fatal(err)
	}
	there := 0
	for _, c := range changes {
		one, err := s.Update(t.Context(), c.TenantID, tocsin.Ref{Kind: c.Kind, ID: c.ID}, c.N)
		if got, ok := found[c.Seq]; ok != (err == nil) || got != one {
			t.Errorf("change %d of %s: %+v, by itself %+v, %v", c.Seq, c.ID, got, one, err)
		}
		if err == nil {
			there++
		}
	}
	if there < 3 || len(found) != there {
		t.Errorf("%d updates of %d changes, %d by themselves", len(found), len(changes), there)
	}
}

// becamePrivate: a message that turns out to be about data privacy takes what
// was published of it along.
func becamePrivate(t *testing.T, s *Desk) {
	t.Helper()
	record(t, s, Contoso, T0.Add(20*time.Hour), privacy(t, "MC1", T0.Add(20*time.Hour)))
	if u, err := s.Update(t.Context(), Contoso, tocsin.Ref{Kind: tocsin.KindMessage, ID: "MC1"}, 1); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("what a private message was before: %+v, %v", u, err)
	}
	if got := numbersOf(t, s, Contoso, archive.UpdatesQuery{Messages: true, Limit: 9}); slices.ContainsFunc(got, func(one string) bool { return strings.HasPrefix(one, "MC") }) {
		t.Errorf("listed: %v", got)
	}
}
