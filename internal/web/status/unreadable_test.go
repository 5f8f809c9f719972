package status_test

import (
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// What cannot be read is named on the page of its source, and its last readable
// version says that it is the last; the service is not said to be well.
func TestUnreadableIsShown(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	ctx := t.Context()
	if err := h.Store.PutSource(ctx, storetest.Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	at := h.Clock()
	c, err := h.Store.ClaimSource(ctx, storetest.Contoso, "graph", at, time.Minute, true)
	if err != nil {
		t.Fatal(err)
	}
	r := archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: at}
	for _, v := range []any{
		tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational},
		tocsin.Overview{ServiceID: "SharePoint", Service: "SharePoint Online", Status: tocsin.StatusOperational},
		tocsin.Issue{ID: "EX1", Title: "Mail", Service: "Exchange Online", ServiceID: "Exchange", Status: tocsin.StatusServiceRestored, StartAt: at, EndAt: at, ModifiedAt: at},
		tocsin.Message{ID: "MC1", Title: "News", ModifiedAt: at},
	} {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			t.Fatal(err)
		}
		r.Entries = append(r.Entries, archive.Entry{Document: doc})
	}
	odd := []tocsin.Unreadable{
		{Kind: tocsin.KindIssue, ID: "EX1", Service: "Exchange Online", Reason: tocsin.UnreadableMember, Member: "details.value", Body: []byte("{}")},
		{Kind: tocsin.KindMessage, ID: "MC1", Reason: tocsin.UnreadableText, Body: []byte("{}")},
		{Kind: tocsin.KindMessage, Position: 7, Reason: tocsin.UnreadableForm, Body: []byte("null")},
		{Kind: tocsin.KindService, Reason: tocsin.UnreadableList},
	}
	for i := range odd {
		odd[i].TenantID, odd[i].Source, odd[i].Since, odd[i].SeenAt = storetest.Contoso, "graph", at, at
	}
	end := archive.PollEnd{
		Poll:       tocsin.Poll{TenantID: storetest.Contoso, Source: "graph", Epoch: c.Epoch, Full: true, FinishedAt: at, Outcome: tocsin.OutcomeUnchanged, Problem: tocsin.NewProblem(tocsin.ProblemItem, "kind", "issue", "n", "1", "names", "EX1 (details.value)")},
		Unreadable: odd,
	}
	if _, err := h.Store.FinishPoll(ctx, end, &r); err != nil {
		t.Fatal(err)
	}
	b := h.Browser()
	b.Enter("alex")
	for path, want := range map[string][]string{
		"/admin/tenants/" + storetest.Contoso: {
			"Read in part", "Among the issues, 1\u00a0cannot be read: EX1 (details.value).", `<code translate="no">EX1 (details.value)</code>`, "a member has another type than it should",
			`<code translate="no">#7</code>`, "it is no object", "it is not UTF-8", "the whole list did not arrive",
		},
		"/fr/admin/tenants": {"Lue en partie", "éléments illisibles", "un champ n’est pas du type attendu"},
		"/ja/admin/tenants": {"一部のみ取得", "件を読み取れません（EX1", "項目の型が違います、"},
		"/issues/EX1":       {"Unreadable since", "This is the last version that could be."},
		"/fr/messages/MC1":  {"Illisible depuis"},
		"/services":         {"Exchange Online", "Unknown"},
	} {
		_, body := b.Send("GET", path, nil)
		webtest.Has(t, path, body, want...)
	}
}
