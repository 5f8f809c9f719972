package account_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Somebody makes a private address, whose secret is shown once, reads their
// calendar with it as nobody else, and revokes it.
func TestPrivateFeedAddress(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Messages()
	ana := h.Person("ana", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	h.Person("ben", tocsin.Grant{Role: tocsin.RoleReader})
	b, other, program := h.Browser(), h.Browser(), h.Browser()
	b.Enter("ana")
	other.Enter("ben")
	webtest.Has(t, "account", b.Open("/account"), `href="/account/feeds"`)
	webtest.Has(t, "page", b.Open("/fr/account/feeds"), "Aucune adresse")
	for of, label := range map[string]string{storetest.Fabrikam: "phone", storetest.Contoso: ""} {
		if response, page := b.Send("POST", "/account/feeds", url.Values{"called": {label}, "of": {of}}); response.StatusCode != http.StatusBadRequest || !strings.Contains(page, `aria-invalid="true"`) {
			t.Errorf("address %q of %s: %s", label, of, response.Status)
		}
	}
	response, page := b.Send("POST", "/ja/account/feeds", url.Values{"called": {`<b>phone`}, "of": {storetest.Contoso}})
	found := regexp.MustCompile(`value="https://desk\.example(/feeds/tcf_[\w-]{43})/calendar\.ics\?lang=ja"`).FindStringSubmatch(page)
	if response.StatusCode != http.StatusOK || found == nil || response.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("making one: %s, %v\n%s", response.Status, response.Header, page)
	}
	webtest.Has(t, "page", page, "&lt;b&gt;phone", "/feed.xml?lang=ja", "/atom.xml?lang=ja", "/feed.json?lang=ja")
	webtest.Lacks(t, "page afterwards", b.Open("/account/feeds"), "tcf_")
	response, calendar := program.Send("GET", found[1]+"/calendar.ics", nil, "Accept", "*/*")
	if response.StatusCode != http.StatusOK || response.Header.Get("X-Robots-Tag") != "noindex, nofollow" || response.Header.Get("Referrer-Policy") != "no-referrer" || response.Header.Get("Cache-Control") != "private, max-age=300" || response.Header.Get("Set-Cookie") != "" {
		t.Errorf("calendar: %s, %v", response.Status, response.Header)
	}
	webtest.Has(t, "calendar", calendar, "SUMMARY:[contoso] MC1")
	webtest.Lacks(t, "calendar", calendar, "tcf_", "fabrikam")
	if got := other.Status("GET", found[1][:len(found[1])-1]+"/calendar.ics", nil); got != http.StatusNotFound {
		t.Errorf("a wrong secret of somebody who is signed in: status %d", got)
	}
	ask := regexp.MustCompile(`/account/feeds/remove\?id=([\w-]+)`).FindStringSubmatch(b.Open("/account/feeds"))
	if ask == nil {
		t.Fatal("no link that revokes")
	}
	if got := other.Status("GET", ask[0], nil); got != http.StatusNotFound {
		t.Errorf("asking about somebody else's: status %d", got)
	}
	if got := other.Status("POST", "/account/feeds/remove", url.Values{"id": {ask[1]}}); got != http.StatusNotFound {
		t.Errorf("revoking somebody else's: status %d", got)
	}
	webtest.Has(t, "question", b.Open(ask[0]), "&lt;b&gt;phone", "Revoke")
	if err := h.Door.SetGrants(t.Context(), ana.ID, []tocsin.Grant{{Role: tocsin.RoleReader, TenantID: storetest.Fabrikam}}); err != nil {
		t.Fatal(err)
	}
	response, text := program.Send("GET", found[1]+"/calendar.ics", nil)
	if response.StatusCode != http.StatusNotFound || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/plain") || strings.Contains(text, "tcf_") {
		t.Errorf("after the grant has gone: %s: %s", response.Status, text)
	}
	b.Enter("ana") // the change of roles has ended the session
	if got := b.Status("POST", "/account/feeds/remove", url.Values{"id": {ask[1]}}); got != http.StatusSeeOther {
		t.Errorf("revoking: status %d", got)
	}
	if _, _, err := h.Store.FeedAddress(t.Context(), tocsin.HashOf([]byte(found[1][len("/feeds/"):]))); err == nil {
		t.Error("the address is still there")
	}
}
