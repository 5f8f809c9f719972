package admin_test

import (
	"net/http"
	"net/url"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// What is published is chosen in a form, holds at once and stands in the audit
// log; what cannot be is shown again with what is wrong; an administrator of
// another tenant finds nothing.
func TestChoosingWhatIsPublished(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleAdministrator, TenantID: storetest.Fabrikam})
	b, other := h.Browser(), h.Browser()
	b.Enter("alex")
	other.Enter("kim")
	const path = "/admin/publications/" + storetest.Contoso
	webtest.Has(t, "before", b.Open("/admin/publications"), "Nobody", "contoso", "fabrikam")
	webtest.Lacks(t, "of others", other.Open("/admin/publications"), "contoso")
	form := url.Values{
		"readership": {"open"}, "also": {"messages"}, "help": {"Desk: 112"},
		"channels-en": {"Portal | https://portal.example/ | Health > Services\r\nNews | Start > News\r\n"}, "channels-fr": {""}, "channels-ja": {""},
	}
	if got := other.Status("POST", path, form); got != http.StatusNotFound {
		t.Errorf("an administrator of another tenant: status %d", got)
	}
	if got := h.Browser().Status("GET", "/status/contoso", nil); got != http.StatusNotFound {
		t.Errorf("before: status %d", got)
	}
	if got := b.Status("POST", path, form); got != http.StatusSeeOther {
		t.Fatalf("status %d", got)
	}
	page := h.Browser().Open("/status/contoso/help")
	webtest.Has(t, "published", page, "Desk: 112", `href="https://portal.example/"`, "Health &gt; Services", "Start &gt; News")
	webtest.Has(t, "form", b.Open(path), "Portal | https://portal.example/ | Health &gt; Services", "News |  | Start &gt; News", `value="messages" checked`, "Desk: 112")
	webtest.Has(t, "audit", b.Open("/admin/audit"), "Changed what is published", `data-l="Target">contoso<span class="sub sub--b" lang="en">`)
	form.Set("channels-en", "Evil | javascript:alert(1)")
	response, refused := b.Send("POST", path, form)
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("a script as address: %s", response.Status)
	}
	webtest.Has(t, "refused", refused, "javascript:alert(1)", "Give each line a name", `href="#channels-en"`)
}
