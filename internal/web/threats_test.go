package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// No page can be framed or read as something else, whatever its status: those
// of every route, for an administrator and for a stranger.
func TestHeadersOfEveryPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	h.person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	alex := h.browser()
	alex.enter("alex")
	slots := strings.NewReplacer("{$}", "", "{id}", storetest.Contoso, "{name}", "none", "{a}", "1", "{b}", "2", "{provider}", "none")
	before := h.lastEntry()
	pages := 0
	for _, route := range h.pages.Routes() {
		method, path, _ := strings.Cut(route.Pattern, " ")
		if method != "GET" || strings.Contains(path, "live") {
			continue
		}
		for _, b := range []*browser{alex, h.browser()} {
			response, _ := b.send("GET", slots.Replace(path), nil)
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
	if after := h.lastEntry(); pages < 40 || after != before {
		t.Errorf("%d pages; entry %d, then %d: reading changed something", pages, before, after)
	}
}

func (h *house) lastEntry() int64 {
	h.t.Helper()
	list, err := h.store.Audit(h.t.Context(), store.AuditQuery{Limit: 1})
	if err != nil || len(list) == 0 {
		h.t.Fatal(list, err)
	}
	return list[0].N
}

// One address that tries many names is held back as well as one name that many
// try, and nobody who is there already.
func TestSprayingIsSlowedDown(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	h.person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	own := h.browser()
	own.enter("kim")
	own.status("POST", "/logout", url.Values{})
	stranger, refused := h.browser(), 0
	for i := range 70 {
		switch got := stranger.status("POST", "/login", url.Values{"name": {fmt.Sprint("nobody", i)}, "password": {"guess"}}); got {
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
	own.enter("kim")
}

// Only who runs all people gives somebody another password, which ends their
// sessions: an administrator of a tenant cannot take over the desk with it.
func TestPasswordOfTheLastAdministrator(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	alex := h.person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	h.person("kim", tocsin.Grant{Role: tocsin.RoleAdministrator, TenantID: storetest.Contoso})
	path := "/admin/users/" + alex.ID + "/password"
	own, kim := h.browser(), h.browser()
	own.enter("alex")
	kim.enter("kim")
	for name, b := range map[string]*browser{"an administrator of a tenant": kim, "a stranger": h.browser()} {
		if got := b.status("POST", path, url.Values{}, "Accept", "*/*"); got != http.StatusForbidden && got != http.StatusUnauthorized {
			t.Errorf("%s: status %d", name, got)
		}
	}
	if own.status("GET", "/account", nil) != http.StatusOK {
		t.Error("the session of the administrator was ended")
	}
	response, body := own.send("POST", path, url.Values{})
	_, rest, _ := strings.Cut(body, `id="shown" value="`)
	shown, _, _ := strings.Cut(rest, `"`)
	if response.StatusCode != http.StatusOK || !strings.Contains(response.Header.Get("Cache-Control"), "no-store") {
		t.Errorf("one's own: %s, %q", response.Status, response.Header.Get("Cache-Control"))
	}
	if own.status("GET", "/account", nil, "Accept", "*/*") != http.StatusUnauthorized {
		t.Error("a session outlives the password")
	}
	if got := own.status("POST", "/login", url.Values{"name": {"alex"}, "password": {shown}}); got != http.StatusSeeOther {
		t.Errorf("with the password that was shown: status %d", got)
	}
}
