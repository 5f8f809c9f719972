package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Routes are written on their page: checked and previewed first, saved as a version
// that is shown with what it changed, and given back to the settings. Whoever looks
// after one tenant may not.
func TestRoutesAreWritten(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Record(storetest.Contoso, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational})
	h.Person("amy", tocsin.Grant{Role: tocsin.RoleAdministrator})
	h.Person("ben", tocsin.Grant{Role: tocsin.RoleAdministrator, TenantID: storetest.Contoso})
	b := h.Browser()
	b.Enter("amy")
	webtest.Has(t, "page", b.Open("/admin/routes"), "The settings say who hears", "receiver: team", `name="after" value="0"`)
	form := func(do, text, after string) url.Values {
		return url.Values{"do": {do}, "text": {text}, "after": {after}, "event": {`class="incident",service="Exchange"`}}
	}
	versions := func() int64 {
		t.Helper()
		n, err := h.Store.RoutesNow(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	post := func(want int, values url.Values) string {
		t.Helper()
		response, page := b.Send("POST", "/admin/routes", values)
		if response.StatusCode != want {
			t.Errorf("%v: %s", values, response.Status)
		}
		return page
	}
	page := post(http.StatusBadRequest, form("save", "routes:\r\n  receiver: nobody-knows", "0"))
	webtest.Has(t, "fault", page, "routes.<wbr>receiver", "Line 2: There is no receiver &lt;nobody-knows&gt;", "receiver: nobody-knows")
	page = post(http.StatusOK, form("check", "routes:\r\n    receiver: duty\r\n", "0"))
	webtest.Has(t, "preview", page, "nothing is saved yet", "Added:", "Removed:", "receiver: duty", "What these routes would have sent since", "duty", ">12<", ">3<", "ops-hook")
	post(http.StatusBadRequest, form("", "routes: {}", "0"))
	post(http.StatusBadRequest, form("save", " ", "0"))
	post(http.StatusBadRequest, form("save", "routes: {}", "x"))
	if n := versions(); n != 0 {
		t.Errorf("version %d without a save", n)
	}
	post(http.StatusSeeOther, form("save", "routes:\r\n    receiver: duty\r\n", "0"))
	webtest.Has(t, "saved", b.Open("/admin/routes?done=routes"), "of this page holds, by amy", "Routes written", "changed</summary>", "Let the settings say it again", "The routes hold.")
	if got, err := h.Store.Routes(t.Context()); err != nil || got.By != "amy" || got.Text != "routes:\n    receiver: duty\n" {
		t.Errorf("%+v, %v", got, err)
	}
	post(http.StatusConflict, form("save", "routes: {receiver: wall}", "0"))
	post(http.StatusSeeOther, form("file", "", "1"))
	webtest.Has(t, "back", b.Open("/admin/routes"), "The settings say who hears", "Given back to the settings", `name="after" value="2"`)
	if list, err := h.Store.Audit(t.Context(), store.AuditQuery{Limit: 1}); err != nil || list[0].Action != "routes.file" || list[0].Actor.Name != "amy" {
		t.Errorf("%+v, %v", list, err)
	}
	other := h.Browser()
	other.Enter("ben")
	if got := other.Status("POST", "/admin/routes", form("save", "routes: {receiver: wall}", "2")); got != http.StatusForbidden || versions() != 2 {
		t.Errorf("somebody of one tenant: %d", got)
	}
	if got := b.Status("POST", "/admin/routes", form("file", "", "2"), "Sec-Fetch-Site", "cross-site"); got != http.StatusForbidden {
		t.Errorf("a form of another site: %d", got)
	}
	if page := b.Open("/fr/admin/audit"); !strings.Contains(page, "Routes rendues") {
		t.Error("the audit log does not say so")
	}
}
