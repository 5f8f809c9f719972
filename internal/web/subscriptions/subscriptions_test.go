package subscriptions_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// all are the subscriptions of a house.
func all(t *testing.T, h *webtest.House) []tocsin.Subscription {
	t.Helper()
	list, err := h.Store.Subscriptions(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func issue() tocsin.Issue {
	return tocsin.Issue{ID: "EX1", Title: "Mail is late", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: storetest.T0}
}

// Somebody who signs in subscribes without a script to what they may read, sees
// what they are told, and ends it; nobody else does.
func TestOwnSubscriptions(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Record(storetest.Contoso, issue())
	h.Person("ana", tocsin.Grant{Role: tocsin.RoleMessageReader, TenantID: storetest.Contoso})
	h.Person("ben", tocsin.Grant{Role: tocsin.RoleAdministrator})
	ana, ben := h.Browser(), h.Browser()
	ana.Enter("ana")
	ben.Enter("ben")
	const path = "/account/subscriptions?tenant=contoso"
	page := ana.Open(path)
	webtest.Has(t, "page", page, `value="message"`, `type="email"`)
	webtest.Lacks(t, "page of one who reads messages", page, `value="incident"`, `name="channel"`)
	webtest.Has(t, "page", ben.Open("/ja/account/subscriptions?tenant=contoso"), `value="incident"`, `name="channel"`, "通知の登録")
	form := func(pairs ...string) url.Values {
		v := url.Values{"address": {"ana@contoso.example"}, "classes": {"message"}, "when": {"daily"}, "hour": {"07:00"}, "zone": {"Europe/Paris"}, "language": {"de"}}
		for i := 0; i+1 < len(pairs); i += 2 {
			v[pairs[i]] = []string{pairs[i+1]}
		}
		return v
	}
	for name, f := range map[string]url.Values{
		"no address": form("address", "x"), "incidents": form("classes", "incident"), "a channel": form("channel", "duty"), "an hour": form("hour", "25:00"), "a zone": form("zone", "Paris"),
	} {
		if response, page := ana.Send("POST", path, f); response.StatusCode != http.StatusBadRequest || !strings.Contains(page, `role="alert"`) {
			t.Errorf("%s: %s", name, response.Status)
		}
	}
	if got := ana.Status("POST", path, form(), "Sec-Fetch-Site", "cross-site"); got != http.StatusForbidden {
		t.Errorf("a form of another site: %d", got)
	}
	if len(all(t, h)) != 0 {
		t.Fatal("something was kept")
	}
	if response, _ := ana.Send("POST", path, form()); response.StatusCode != http.StatusSeeOther || !strings.Contains(response.Header.Get("Location"), "done=asked") {
		t.Fatalf("subscribing: %s", response.Status)
	}
	one := all(t, h)[0]
	if one.Digest != "daily 07:00" || one.Zone != "Europe/Paris" || one.Language != "de" || one.State != tocsin.SubscriptionPending || one.TenantID != storetest.Contoso {
		t.Errorf("%+v", one)
	}
	if list, err := h.Store.Audit(t.Context(), store.AuditQuery{Limit: 1}); err != nil || list[0].Action != "subscription.add" || list[0].Actor.Name != "ana" {
		t.Errorf("%+v, %v", list, err)
	}
	webtest.Has(t, "page", ana.Open(path), "ana@contoso", "Each day at 07:00 (Europe/Paris)", "Not confirmed")
	ask := "/account/subscriptions/end?id=" + one.ID
	for _, b := range []*webtest.Browser{ben} {
		if got := b.Status("GET", ask, nil); got != http.StatusNotFound {
			t.Errorf("asking about somebody else's: %d", got)
		}
		if got := b.Status("POST", "/account/subscriptions/end", url.Values{"id": {one.ID}}); got != http.StatusNotFound {
			t.Errorf("ending somebody else's: %d", got)
		}
	}
	webtest.Has(t, "question", ana.Open(ask), "End the subscription to Messages?")
	if got := ana.Status("POST", "/account/subscriptions/end", url.Values{"id": {one.ID}}); got != http.StatusSeeOther || len(all(t, h)) != 0 {
		t.Errorf("ending: %d", got)
	}
	if got := ben.Status("POST", path, form("channel", "duty", "classes", "incident")); got != http.StatusSeeOther || all(t, h)[0].State != tocsin.SubscriptionActive || all(t, h)[0].Address != "" {
		t.Errorf("to a channel: %d", got)
	}
}

// T-65: whoever opens the links of a mail confirms and ends nothing; only a form,
// or a mail program by itself (RFC 8058), does.
func TestOnlyPostActs(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Record(storetest.Contoso, issue())
	one, err := h.Store.Subscribe(t.Context(), tocsin.Subscription{ID: tocsin.NewGUID(), TenantID: storetest.Contoso, UserID: tocsin.NewGUID(), Address: "ana@contoso.example", Classes: []string{"incident"}, Language: "en", Zone: "UTC"}, []byte("?"), h.Clock())
	if err != nil {
		t.Fatal(err)
	}
	b := h.Browser()
	path := "/subscription/" + one.Token
	state := func() tocsin.SubscriptionState {
		t.Helper()
		if list := all(t, h); len(list) > 0 {
			return list[0].State
		}
		return ""
	}
	scan := func(want tocsin.SubscriptionState) {
		t.Helper()
		for _, query := range []string{"", "?do=confirm", "?do=leave", "?List-Unsubscribe=One-Click"} {
			if got := b.Status("GET", path+query, nil); got != http.StatusOK || state() != want {
				t.Errorf("GET %s: %d, then it is %q", query, got, state())
			}
			b.Status("HEAD", path+query, nil)
		}
		if got := b.Status("POST", path+"?do=confirm&List-Unsubscribe=One-Click", url.Values{}); got != http.StatusBadRequest || state() != want {
			t.Errorf("an empty POST: %d, then it is %q", got, state())
		}
	}
	scan(tocsin.SubscriptionPending)
	response, page := b.Send("GET", "/fr"+path, nil)
	webtest.Has(t, "question", page, `value="confirm"`, `value="leave"`, "Souhaitez-vous")
	if response.Header.Get("Referrer-Policy") != "no-referrer" || response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("X-Robots-Tag") != "noindex" {
		t.Errorf("%v", response.Header)
	}
	if got := b.Status("POST", path, url.Values{"do": {"confirm"}}, "Sec-Fetch-Site", "cross-site"); got != http.StatusForbidden || state() != tocsin.SubscriptionPending {
		t.Errorf("a form of another site: %d", got)
	}
	if got := b.Status("POST", path, url.Values{"do": {"confirm"}}); got != http.StatusSeeOther || state() != tocsin.SubscriptionActive {
		t.Errorf("confirming: %d, %q", got, state())
	}
	scan(tocsin.SubscriptionActive)
	for _, wrong := range []string{one.ID, strings.ToUpper(one.Token), one.Token[1:], "x"} {
		if got := b.Status("GET", "/subscription/"+wrong, nil); got != http.StatusNotFound {
			t.Errorf("%s opens something: %d", wrong, got)
		}
		b.Status("POST", "/subscription/"+wrong, url.Values{"do": {"leave"}})
	}
	if state() != tocsin.SubscriptionActive {
		t.Fatal("a wrong address ends it")
	}
	for range 2 { // mail programs repeat it
		if got := b.Status("POST", path, url.Values{"List-Unsubscribe": {"One-Click"}}); got != http.StatusOK || state() != "" {
			t.Errorf("one click: %d, %q", got, state())
		}
	}
}

// T-64: a stranger who gives an address reads the same whether it is known or
// not; what is not published for everybody cannot be subscribed to; whoever asks
// for many has to wait.
func TestStrangers(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Record(storetest.Contoso, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational})
	b := h.Browser()
	form := func(address string) url.Values {
		return url.Values{"address": {address}, "classes": {"incident"}, "services": {"Exchange"}, "when": {"now"}, "zone": {"UTC"}, "language": {"fr"}}
	}
	if got := b.Status("GET", "/subscribe?tenant=contoso", nil); got != http.StatusNotFound {
		t.Errorf("nothing is published: %d", got)
	}
	if got := b.Status("POST", "/subscribe?tenant=contoso", form("ana@contoso.example")); got != http.StatusNotFound || len(all(t, h)) != 0 {
		t.Errorf("nothing is published: %d", got)
	}
	if _, err := h.Store.ChangePublishing(t.Context(), storetest.Contoso, h.Clock(), func(p *tocsin.Publishing) error {
		p.Readership = tocsin.ForEverybody
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	webtest.Has(t, "form", b.Open("/ja/subscribe?tenant=contoso"), `value="Exchange"`, `value="incident"`)
	if got := b.Status("GET", "/subscribe?tenant=fabrikam", nil); got != http.StatusNotFound {
		t.Errorf("another tenant: %d", got)
	}
	answer := func(address string) string {
		t.Helper()
		h.Pass(time.Minute)
		response, page := b.Send("POST", "/subscribe?tenant=contoso", form(address))
		return response.Status + response.Header.Get("Location") + page
	}
	first := answer("ana@contoso.example")
	if _, err := h.Store.ConfirmSubscription(t.Context(), all(t, h)[0].Token, h.Clock()); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"ana@contoso.example", "ben@contoso.example", "ANA@contoso.example"} {
		if got := answer(address); got != first || !strings.HasPrefix(got, "303") {
			t.Errorf("%s: %s, want %s", address, got, first)
		}
	}
	if one := all(t, h)[0]; one.UserID != "" || one.Language != "fr" || !one.Public() {
		t.Errorf("%+v", one)
	}
	h.Pass(time.Hour)
	status := 0
	for i := 0; i < 10 && status != http.StatusTooManyRequests; i++ {
		status = b.Status("POST", "/subscribe?tenant=contoso", form("flood@contoso.example"))
	}
	if status != http.StatusTooManyRequests {
		t.Errorf("many at once: %d", status)
	}
}
