package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Messages about data privacy are there for those who may read them, in the
// tenants in which they may, and for nobody else on any page.
func TestPrivacyPosts(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Messages()
	h.Secret(storetest.Contoso)
	h.Secret(storetest.Fabrikam)
	reader := tocsin.Grant{Role: tocsin.RoleReader}
	h.Person("admin", tocsin.Grant{Role: tocsin.RoleAdministrator})
	h.Person("privacy", reader, tocsin.Grant{Role: tocsin.RolePrivacyReader, TenantID: storetest.Contoso})
	h.Person("support", tocsin.Grant{Role: tocsin.RoleServiceSupport})
	h.Person("reader", reader)
	for _, tt := range []struct {
		who, tenant string
		sees        bool
	}{
		{"admin", "contoso", true},
		{"admin", "fabrikam", true},
		{"privacy", "contoso", true},
		{"privacy", "fabrikam", false},
		{"support", "contoso", false},
		{"reader", "contoso", false},
	} {
		b := h.Browser()
		b.Enter(tt.who)
		for _, path := range []string{"/messages?", "/messages?v=all&due=30d&", "/search?q=confidential&", "/search?q=MC9+inquiry&", "/?", "/fr/messages?", "/ja/?"} {
			_, page := b.Send("GET", path+"tenant="+tt.tenant, nil)
			if got := strings.Contains(page, `/messages/MC9`); got != tt.sees || !tt.sees && strings.Contains(page, "Confidential") {
				t.Errorf("%s at %s of %s: shown %t, want %t", tt.who, path, tt.tenant, got, tt.sees)
			}
		}
		if _, calendar := b.Send("GET", "/calendar.ics?tenant="+tt.tenant, nil); !strings.Contains(calendar, "BEGIN:VCALENDAR") || strings.Contains(calendar, "MC9") || strings.Contains(calendar, "Confidential") {
			t.Errorf("the calendar of %s for %s: %s", tt.tenant, tt.who, calendar)
		}
		want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[tt.sees]
		for _, path := range []string{"/messages/mc9?", "/messages/MC9/compare/1/1?"} {
			if got := b.Status("GET", path+"tenant="+tt.tenant, nil); got != want {
				t.Errorf("%s at %s of %s: status %d, want %d", tt.who, path, tt.tenant, got, want)
			}
		}
	}
	b := h.Browser()
	b.Enter("support")
	if got := b.Status("POST", "/messages/MC9/handling?tenant=contoso", map[string][]string{"state": {"done"}}); got != http.StatusNotFound {
		t.Errorf("handling of what one may not read: status %d", got)
	}
}

// A page of another site changes nothing, whatever it makes a browser send.
func TestForeignFormsAreRefused(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	b := h.Browser()
	b.Enter("alex")
	before, err := h.Store.Audit(t.Context(), store.AuditQuery{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, route := range h.Pages.Routes() {
		method, path, _ := strings.Cut(route.Pattern, " ")
		if method == "GET" {
			continue
		}
		n++
		path = strings.NewReplacer("{id}", storetest.Contoso, "{name}", "none").Replace(path)
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
			if got := b.Status(method, path, url.Values{"name": {"mallory"}}, header...); got != http.StatusForbidden {
				t.Errorf("%s with %v: status %d", route.Pattern, header, got)
			}
		}
	}
	after, err := h.Store.Audit(t.Context(), store.AuditQuery{Limit: 1})
	if err != nil || n < 15 || after[0].N != before[0].N {
		t.Errorf("%d routes, last entry %d, then %d, %v", n, before[0].N, after[0].N, err)
	}
	if b.Status("GET", "/account", nil) != http.StatusOK {
		t.Error("the session was ended")
	}
}

// A tenant that one may not see is like one that does not exist.
func TestTenantsOfOthers(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleAdministrator, TenantID: storetest.Contoso})
	b := h.Browser()
	b.Enter("kim")
	if _, body := b.Send("GET", "/", nil); strings.Contains(body, "fabrikam") || !strings.Contains(body, "contoso") {
		t.Error("the overview names another tenant, or not one's own")
	}
	for _, path := range []string{"/?tenant=%s", "/admin/tenants/%s", "/issues?tenant=%s"} {
		others, body := b.Send("GET", fmt.Sprintf(path, storetest.Fabrikam), nil)
		none, noBody := b.Send("GET", fmt.Sprintf(path, "99999999-9999-4999-8999-999999999999"), nil)
		strip := func(response *http.Response, body, id string) string {
			return strings.NewReplacer(response.Header.Get("X-Request-Id"), "", id, "").Replace(body)
		}
		if others.StatusCode != http.StatusNotFound || none.StatusCode != http.StatusNotFound ||
			strip(others, body, storetest.Fabrikam) != strip(none, noBody, "99999999-9999-4999-8999-999999999999") {
			t.Errorf("%s: %s, %s", path, others.Status, none.Status)
		}
	}
	client := tocsin.Client{ID: signin.NewID(), TenantID: storetest.Fabrikam, Name: "theirs", Scopes: []string{tocsin.ScopeServiceHealth}, CreatedAt: h.Clock()}
	if err := h.Store.AddClient(t.Context(), client, tocsin.Secret{Hash: tocsin.HashOf([]byte("x")), CreatedAt: h.Clock()}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/admin/clients/" + client.ID + "/rotate", "/admin/clients/" + client.ID + "/revoke"} {
		if got := b.Status("POST", path, url.Values{}); got != http.StatusNotFound {
			t.Errorf("%s: status %d", path, got)
		}
	}
	// One's own tenant may hold a client that reaches further: its secret would
	// be a way out.
	wide := tocsin.Client{ID: signin.NewID(), TenantID: storetest.Contoso, Name: "wide", Scopes: []string{tocsin.ScopeDeskManageAll}, CreatedAt: h.Clock()}
	if err := h.Store.AddClient(t.Context(), wide, tocsin.Secret{Hash: tocsin.HashOf([]byte("y")), CreatedAt: h.Clock()}); err != nil {
		t.Fatal(err)
	}
	if response, body := b.Send("POST", "/admin/clients/"+wide.ID+"/rotate", url.Values{}); response.StatusCode != http.StatusForbidden || strings.Contains(body, "tcs_") {
		t.Errorf("a new secret of a client over all tenants: %s", response.Status)
	}
	if got := b.Status("POST", "/admin/clients", url.Values{"client": {"mine"}, "tenant": {storetest.Contoso}, "scope": {tocsin.ScopeDeskManageAll}}); got != http.StatusBadRequest {
		t.Errorf("a permission over all tenants: status %d", got)
	}
}

// Nothing that names who is signed in may stay in a cache that others use, and
// what people run is kept nowhere.
func TestPersonalPagesAreNotCached(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	b := h.Browser()
	b.Enter("alex")
	for path, want := range map[string]string{
		"/": "private", "/issues": "private", "/messages": "private", "/nowhere": "private", "/account": "no-store",
		"/admin/users": "no-store", "/admin/clients": "no-store", "/admin/tenants": "no-store", "/admin/audit": "no-store", "/login": "no-store",
	} {
		response, _ := b.Send("GET", path, nil)
		got := response.Header.Get("Cache-Control")
		if !strings.Contains(got, want) && !strings.Contains(got, "no-store") || strings.Contains(got, "public") {
			t.Errorf("%s: Cache-Control %q, want %s", path, got, want)
		}
	}
}
