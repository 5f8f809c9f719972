package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Reachability says who would be told, who cannot be reached at all, first, and
// what of the emergency list is to be confirmed; addresses stay out of it.
func TestReachability(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Record(storetest.Contoso, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational})
	reader := tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso}
	h.Person("amy", tocsin.Grant{Role: tocsin.RoleAdministrator})
	told, waits, listed := h.Person("ben", reader), h.Person("cem", reader), h.Person("dan", reader)
	h.Person("eve", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Fabrikam})
	for _, u := range []tocsin.User{told, waits, {}} {
		one, err := h.Store.Subscribe(t.Context(), tocsin.Subscription{
			ID: tocsin.NewGUID(), TenantID: storetest.Contoso, UserID: u.ID, Address: "x" + u.Name + "@secret.example", Classes: []string{"incident"}, Language: "en", Zone: "UTC",
		}, []byte("?"), h.Clock())
		if err == nil && u.ID == told.ID {
			_, err = h.Store.ConfirmSubscription(t.Context(), one.Token, h.Clock())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	long := h.Clock().AddDate(0, -4, 0)
	for _, c := range []tocsin.Contact{
		{Of: tocsin.UserParty(listed.ID), Phone: "112", Mail: "dan@secret.example", ConfirmedAt: long},
		{Of: tocsin.UserParty(h.Person("fay", reader).ID), Phone: "113", ConfirmedAt: long},
		{Of: tocsin.UserParty(told.ID), Mail: "ben@secret.example", ConfirmedAt: long, Asks: tocsin.MaxContactAsks, AskedAt: h.Clock().Add(-tocsin.ContactAskedEvery)},
	} {
		c.ID, c.TenantID, c.CreatedAt = tocsin.NewGUID(), storetest.Contoso, long
		if err := h.Store.AddContact(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	b := h.Browser()
	b.Enter("amy")
	page := b.Open("/admin/reachability?tenant=contoso")
	webtest.Has(t, "page", page, "people cannot be reached at all.", "Is told", "Not confirmed yet", "To be confirmed: last on", "To be confirmed by a call", "No answer by mail: asked last on", "0 told, 1 not confirmed, 0 paused")
	webtest.Lacks(t, "page", page, "secret.example", ">eve", "112", "113")
	if amy, ben := strings.LastIndex(page, ">cem"), strings.LastIndex(page, ">ben"); amy < 0 || ben < amy {
		t.Errorf("who cannot be reached is not first: %d, %d", amy, ben)
	}
	webtest.Has(t, "contacts", b.Open("/admin/contacts?in="+storetest.Contoso), "To be confirmed by a call", "No answer by mail: asked last on")
	other := h.Browser()
	other.Enter("ben")
	if got := other.Status("GET", "/admin/reachability", nil); got != http.StatusForbidden && got != http.StatusNotFound {
		t.Errorf("a reader: %d", got)
	}
}

// Reachability and the ledger name the channels whose daily test nobody confirms, those
// first.
func TestReachabilityOfChannels(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Record(storetest.Contoso, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational})
	h.Person("amy", tocsin.Grant{Role: tocsin.RoleAdministrator})
	for _, name := range []string{"answered", "unread"} {
		_, err := h.Store.AskCanary(t.Context(), delivery.Canary{Endpoint: delivery.ChannelKey(name), Day: "2026-10-01"}, func(string) string { return "token of " + name }, []byte("{}"), h.Clock())
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.Store.ConfirmCanary(t.Context(), "token of answered", h.Clock()); err != nil {
		t.Fatal(err)
	}
	b := h.Browser()
	b.Enter("amy")
	webtest.Lacks(t, "in its term", b.Open("/admin/deliveries"), "Nobody has confirmed the daily test")
	h.Pass(delivery.CanaryTerm)
	b.Enter("amy")
	page := b.Open("/admin/reachability?tenant=contoso")
	webtest.Has(t, "reachability", page, "Daily tests of channels", "Not lately", "Nobody has confirmed that of")
	if unread := strings.Index(page, ">unread<"); unread < 0 || unread > strings.Index(page, ">answered<") {
		t.Error("the channel that nobody answers for is not first")
	}
	webtest.Has(t, "ledger", b.Open("/admin/deliveries"), "Nobody has confirmed the daily test of unread")
}
