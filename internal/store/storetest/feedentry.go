package storetest

import (
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// feedEntries stay as they were told first, in each tenant and language, and are
// forgotten after a time.
func feedEntries(t *testing.T, s *Desk) {
	ctx := t.Context()
	AddTenants(t, s)
	entry := func(n int, title string) tocsin.FeedEntry {
		return tocsin.FeedEntry{Ref: tocsin.Ref{Kind: tocsin.KindIssue, ID: "EX1"}, N: n, Title: title, HTML: "<p>" + title + "</p>"}
	}
	keep := func(tenant, language string, at time.Time, told ...tocsin.FeedEntry) {
		t.Helper()
		if err := s.KeepFeedEntries(ctx, tenant, language, told, at); err != nil {
			t.Fatal(err)
		}
	}
	has := func(tenant, language string, want ...string) {
		t.Helper()
		list, err := s.FeedEntries(ctx, tenant, language, []tocsin.FeedEntry{entry(1, ""), entry(2, "")})
		var got []string
		for _, e := range list {
			if e.HTML != "<p>"+e.Title+"</p>" || e.Kind != tocsin.KindIssue {
				t.Errorf("entry %+v", e)
			}
			got = append(got, e.Title)
		}
		if err != nil {
			t.Fatal(err)
		}
		expect(t, tenant+" "+language, got, want)
	}
	keep(Contoso, "fr", T0, entry(1, "un"))
	keep(Contoso, "fr", T0, entry(1, "une"))
	keep(Contoso, "ja", T0, entry(1, "一"))
	keep(Fabrikam, "fr", T0, entry(1, "autre"))
	has(Contoso, "fr", "un")
	has(Contoso, "ja", "一")
	has(Fabrikam, "fr", "autre")
	has(Contoso, "de")
	keep(Contoso, "fr", T0.AddDate(2, 0, 0), entry(2, "deux"))
	has(Contoso, "fr", "deux")
	has(Fabrikam, "fr", "autre")
}
