package subscriptions_test

import (
	"context"
	"net/http"
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

// listed puts somebody on the emergency list who is asked now by a letter with token.
func listed(t *testing.T, h *webtest.House, token string) func() tocsin.Contact {
	t.Helper()
	kim := h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	c := tocsin.Contact{ID: tocsin.NewGUID(), TenantID: storetest.Contoso, Of: tocsin.UserParty(kim.ID), Mail: "kim@home.example", Phone: "+33 1 99 00 12 34", CreatedAt: h.Clock().Add(-tocsin.ContactTerm)}
	if err := h.Store.AddContact(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	n, err := h.Store.AskContacts(t.Context(), h.Clock(), func(tocsin.Contact) string { return token }, func(context.Context, *store.Tx, tocsin.Contact) error { return nil })
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	return func() tocsin.Contact {
		t.Helper()
		list, err := h.Store.Contacts(t.Context())
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		return list[0]
	}
}

// Whoever opens the link of a letter to the emergency list confirms nothing, as link
// scanners do; the button does, once. A token that is none, was used or is too old
// tells and changes nothing.
func TestEmergencyList(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Record(storetest.Contoso, issue())
	const token = "abcdefghijklmnopqrstuvwxyz234567"
	contact := listed(t, h, token)
	b, path, yes := h.Browser(), "/contact/"+token, url.Values{"do": {"confirm"}}
	unchanged := func(what string) {
		t.Helper()
		if c := contact(); c.Asks != 1 || !c.ConfirmedAt.IsZero() {
			t.Errorf("%s: %+v", what, c)
		}
	}
	for _, query := range []string{"", "?do=confirm", "?List-Unsubscribe=One-Click"} {
		if got := b.Status("GET", path+query, nil); got != http.StatusOK {
			t.Errorf("GET %s: %d", query, got)
		}
		b.Status("HEAD", path+query, nil)
		if got := b.Status("POST", path+query, url.Values{"List-Unsubscribe": {"One-Click"}}); got != http.StatusBadRequest {
			t.Errorf("POST of a mail program %s: %d", query, got)
		}
		unchanged(query)
	}
	response, page := b.Send("GET", "/fr"+path, nil)
	webtest.Has(t, "question", page, `value="confirm"`, "kim@<wbr>home.<wbr>example", "Peut-on vous joindre")
	if response.Header.Get("Referrer-Policy") != "no-referrer" || response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("X-Robots-Tag") != "noindex" {
		t.Errorf("%v", response.Header)
	}
	if got := b.Status("POST", path, yes, "Sec-Fetch-Site", "cross-site"); got != http.StatusForbidden {
		t.Errorf("a form of another site: %d", got)
	}
	for _, hostile := range []string{contact().ID, strings.ToUpper(token), token[1:], token + "%00", "%27%20OR%201=1--", strings.Repeat("a", 2000), "%F0%9F%98%80"} {
		for _, method := range []string{"GET", "POST"} {
			response, page := b.Send(method, "/contact/"+hostile, yes)
			if response.StatusCode/100 != 4 {
				t.Errorf("%s %.40s: %s", method, hostile, response.Status)
			}
			webtest.Lacks(t, hostile, page, "kim@home", "99 00")
		}
	}
	unchanged("hostile tokens")
	if response, page := b.Send("POST", path, yes); response.StatusCode != http.StatusOK || !strings.Contains(page, "it is confirmed") || !contact().ConfirmedAt.Equal(h.Clock()) || contact().Asks != 0 {
		t.Errorf("confirming: %s, %+v", response.Status, contact())
	}
	if list, err := h.Store.Audit(t.Context(), store.AuditQuery{Limit: 1}); err != nil || list[0].Action != "contact.confirm" || list[0].Actor.Name != tocsin.Stranger {
		t.Errorf("%+v, %v", list, err)
	}
	was := contact()
	for _, method := range []string{"GET", "POST"} {
		response, page := b.Send(method, path, yes)
		webtest.Has(t, "used", page, "nothing to confirm")
		if response.StatusCode != http.StatusNotFound || contact() != was {
			t.Errorf("%s once more: %s", method, response.Status)
		}
	}
}

// A link is good for its term.
func TestEmergencyLinkExpires(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Record(storetest.Contoso, issue())
	contact := listed(t, h, "abcdefghijklmnopqrstuvwxyz234567")
	b, path := h.Browser(), "/contact/abcdefghijklmnopqrstuvwxyz234567"
	h.Pass(tocsin.ContactLinkTerm - time.Minute)
	if got := b.Status("GET", path, nil); got != http.StatusOK {
		t.Errorf("in time: %d", got)
	}
	h.Pass(time.Minute)
	for _, method := range []string{"GET", "POST"} {
		response, page := b.Send(method, path, url.Values{"do": {"confirm"}})
		webtest.Has(t, "too late", page, "nothing to confirm")
		webtest.Lacks(t, "too late", page, "kim@home")
		if response.StatusCode != http.StatusNotFound || !contact().ConfirmedAt.IsZero() {
			t.Errorf("%s: %s", method, response.Status)
		}
	}
}

// Whoever opens the link of a daily test confirms nothing, as link scanners do; the
// button does, once and within a day. A token that is none, was used or is too old
// tells and changes nothing.
func TestCanary(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Record(storetest.Contoso, issue())
	var tokens []string
	send := func(day string) string {
		t.Helper()
		first, err := h.Store.AskCanary(t.Context(), delivery.Canary{Endpoint: delivery.ChannelKey("duty-mail"), Day: day}, func(batch string) string {
			tokens = append(tokens, strings.ToLower(batch))
			return tokens[len(tokens)-1]
		}, []byte("{}"), h.Clock())
		if err != nil || !first {
			t.Fatal(first, err)
		}
		return "/canary/" + tokens[len(tokens)-1]
	}
	state := func() delivery.CanaryState {
		t.Helper()
		found, err := h.Store.Canaries(t.Context(), h.Clock())
		if err != nil {
			t.Fatal(err)
		}
		return found[delivery.ChannelKey("duty-mail")]
	}
	b, path, yes := h.Browser(), send("2026-10-01"), url.Values{"do": {"confirm"}}
	for _, query := range []string{"", "?do=confirm", "?List-Unsubscribe=One-Click"} {
		b.Status("HEAD", path+query, nil)
		if got, posted := b.Status("GET", path+query, nil), b.Status("POST", path+query, url.Values{"List-Unsubscribe": {"One-Click"}}); got != http.StatusOK || posted != http.StatusBadRequest {
			t.Errorf("%s: GET %d, POST of a mail program %d", query, got, posted)
		}
	}
	if got := b.Status("POST", path, yes, "Sec-Fetch-Site", "cross-site"); got != http.StatusForbidden || !state().ConfirmedAt.IsZero() {
		t.Errorf("a form of another site: %d, %+v", got, state())
	}
	response, page := b.Send("GET", "/fr"+path, nil)
	webtest.Has(t, "question", page, `value="confirm"`, `action="/fr`+path+`"`, "duty-mail", "Avez-vous lu")
	if response.Header.Get("Referrer-Policy") != "no-referrer" || response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("X-Robots-Tag") != "noindex" {
		t.Errorf("%v", response.Header)
	}
	if response, page := b.Send("POST", path, yes); response.StatusCode != http.StatusOK || !strings.Contains(page, "somebody reads this channel") || !state().ConfirmedAt.Equal(h.Clock()) {
		t.Errorf("confirming: %s, %+v", response.Status, state())
	}
	late := send("2026-10-02")
	h.Pass(delivery.CanaryTerm)
	for _, gone := range []string{path, late, "/canary/none", "/canary/" + strings.Repeat("a", 2000), "/canary/%27%20OR%201=1--"} {
		for _, method := range []string{"GET", "POST"} {
			response, page := b.Send(method, gone, yes)
			webtest.Lacks(t, gone, page, "duty-mail")
			if response.StatusCode/100 != 4 {
				t.Errorf("%s %.40s: %s", method, gone, response.Status)
			}
		}
	}
	if got := state(); got.Unanswered.Day != "2026-10-02" {
		t.Errorf("%+v", got)
	}
}
