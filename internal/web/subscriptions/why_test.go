package subscriptions_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// The page of a subscription says of an item why it was told or was not: by the ledger,
// and to those who may read the item by what it is. Strangers learn nothing of an item.
func TestWhy(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	advisory, teams := issue(), issue()
	advisory.ID, advisory.Classification = "EX2", "advisory"
	teams.ID, teams.Service, teams.ServiceID = "TM1", "Microsoft Teams", "microsoftteams"
	for _, one := range []tocsin.Issue{issue(), advisory, teams} {
		h.Record(storetest.Contoso, one)
	}
	kim := h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	one, err := h.Store.Subscribe(t.Context(), tocsin.Subscription{
		ID: tocsin.NewGUID(), TenantID: storetest.Contoso, UserID: kim.ID, Address: "kim@contoso.example", Classes: []string{"incident"}, Services: []string{"Exchange"}, Language: "en", Zone: "UTC",
	}, []byte("?"), h.Clock())
	if err == nil {
		_, err = h.Store.ConfirmSubscription(t.Context(), one.Token, h.Clock())
	}
	if err != nil {
		t.Fatal(err)
	}
	changes, err := h.Store.ChangesAfter(t.Context(), 0, 10)
	if err != nil || len(changes) < 3 {
		t.Fatal(changes, err)
	}
	err = h.Store.InTx(t.Context(), func(tx *store.Tx) error {
		for i, r := range []delivery.Row{{Due: func(time.Time) time.Time { return h.Clock().Add(time.Hour) }}, {Cancelled: "silenced"}} {
			r.Change, r.Endpoint, r.Kind = changes[i].Seq, delivery.SubscriptionKey(one.ID), "update"
			if err := h.Store.Enqueue(t.Context(), tx, []delivery.Row{r}, h.Clock()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	path := "/subscription/" + one.Token
	stranger, reader := h.Browser(), h.Browser()
	reader.Enter("kim")
	page := stranger.Open(path)
	webtest.Has(t, "links", page, path+"?q="+changes[0].ID+"#s-why", path+"?q="+changes[1].ID+"#s-why")
	for _, test := range []struct {
		q, stranger, reader string
	}{
		{changes[0].ID, "concerns you and is told on", "concerns you and is told on"},
		{changes[1].ID, "was not sent: it was silenced", "was not sent: it was silenced"},
		{changes[2].ID, "You were told nothing of it.", "You were told nothing of " + changes[2].ID},
		{"EX404", "You were told nothing of it.", "You were told nothing of it."},
		{`"><script>alert(1)</script>`, "You were told nothing of it.", "You were told nothing of it."},
	} {
		query := path + "?q=" + url.QueryEscape(test.q)
		webtest.Has(t, "a stranger asks "+test.q, stranger.Open(query), test.stranger)
		page := reader.Open(query)
		webtest.Has(t, "a reader asks "+test.q, page, test.reader)
		webtest.Lacks(t, test.q, page, "<script>alert")
	}
	webtest.Lacks(t, "a stranger", stranger.Open(path+"?q="+changes[2].ID), "Microsoft Teams", "its kind is none")
	if page := reader.Open(path + "?q=TM1"); changes[2].ID == "TM1" && !strings.Contains(page, "it concerns Microsoft Teams") {
		t.Error("a reader is not told which service it is")
	}
}
