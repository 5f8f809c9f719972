package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// No page can be framed or read as something else, whatever its status: those
// of every route, for an administrator and for a stranger.
func TestHeadersOfEveryPage(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	alex := h.Browser()
	alex.Enter("alex")
	slots := strings.NewReplacer("{$}", "", "{id}", storetest.Contoso, "{name}", "none", "{a}", "1", "{b}", "2", "{provider}", "none")
	before := h.LastEntry()
	pages := 0
	for _, route := range h.Pages.Routes() {
		method, path, _ := strings.Cut(route.Pattern, " ")
		if method != "GET" || strings.Contains(path, "live") {
			continue
		}
		for _, b := range []*webtest.Browser{alex, h.Browser()} {
			response, _ := b.Send("GET", slots.Replace(path), nil)
			header := response.Header
			if !strings.HasPrefix(header.Get("Content-Type"), "text/html") {
				continue
			}
			pages++
			if csp := header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") ||
				header.Get("X-Content-Type-Options") != "nosniff" || strings.Contains(header.Get("Cache-Control"), "public") {
				t.Errorf("%s: %s with %v", route.Pattern, response.Status, header)
			}
		}
	}
	if after := h.LastEntry(); pages < 40 || after != before {
		t.Errorf("%d pages; entry %d, then %d: reading changed something", pages, before, after)
	}
}

// One address that tries many names is held back as well as one name that many
// try, and nobody who is there already.
func TestSprayingIsSlowedDown(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	own := h.Browser()
	own.Enter("kim")
	own.Status("POST", "/logout", url.Values{})
	stranger, refused := h.Browser(), 0
	for i := range 70 {
		switch got := stranger.Status("POST", "/login", url.Values{"name": {fmt.Sprint("nobody", i)}, "password": {"guess"}}); got {
		case http.StatusTooManyRequests:
			refused++
		case http.StatusUnauthorized:
		default:
			t.Errorf("status %d", got)
		}
	}
	if refused != 11 { // the first sign-in was one of sixty
		t.Errorf("%d of 70 names were refused", refused)
	}
	own.Enter("kim")
}

// Only who runs all people gives somebody another password, which ends their
// sessions: an administrator of a tenant cannot take over the desk with it.
func TestPasswordOfTheLastAdministrator(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	alex := h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleAdministrator, TenantID: storetest.Contoso})
	path := "/admin/users/" + alex.ID + "/password"
	own, kim := h.Browser(), h.Browser()
	own.Enter("alex")
	kim.Enter("kim")
	for name, b := range map[string]*webtest.Browser{"an administrator of a tenant": kim, "a stranger": h.Browser()} {
		if got := b.Status("POST", path, url.Values{}, "Accept", "*/*"); got != http.StatusForbidden && got != http.StatusUnauthorized {
			t.Errorf("%s: status %d", name, got)
		}
	}
	if own.Status("GET", "/account", nil) != http.StatusOK {
		t.Error("the session of the administrator was ended")
	}
	response, body := own.Send("POST", path, url.Values{})
	_, rest, _ := strings.Cut(body, `id="shown" value="`)
	shown, _, _ := strings.Cut(rest, `"`)
	if response.StatusCode != http.StatusOK || !strings.Contains(response.Header.Get("Cache-Control"), "no-store") {
		t.Errorf("one's own: %s, %q", response.Status, response.Header.Get("Cache-Control"))
	}
	if own.Status("GET", "/account", nil, "Accept", "*/*") != http.StatusUnauthorized {
		t.Error("a session outlives the password")
	}
	if got := own.Status("POST", "/login", url.Values{"name": {"alex"}, "password": {shown}}); got != http.StatusSeeOther {
		t.Errorf("with the password that was shown: status %d", got)
	}
}
