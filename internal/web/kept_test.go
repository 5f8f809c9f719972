package web_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// Pages of one second are made once for everybody who may have the same, and
// for nobody else.
func TestKeptPagesAreApart(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	for name, grants := range map[string][]tocsin.Grant{
		"contoso-reader":  {{Role: tocsin.RoleReader, TenantID: storetest.Contoso}},
		"contoso-other":   {{Role: tocsin.RoleReader, TenantID: storetest.Contoso}},
		"fabrikam-reader": {{Role: tocsin.RoleReader, TenantID: storetest.Fabrikam}},
		"both-readers":    {{Role: tocsin.RoleReader}},
		"both-admins":     {{Role: tocsin.RoleAdministrator}},
	} {
		h.person(name, grants...)
	}
	browsers := map[string]*browser{}
	for _, name := range []string{"contoso-reader", "contoso-other", "fabrikam-reader", "both-readers", "both-admins"} {
		browsers[name] = h.browser()
		browsers[name].enter(name)
		browsers[name].open("/") // sets the reading mark
	}
	type way struct{ who, path, cookie string }
	var ways []way
	for name := range browsers {
		for _, page := range []string{"/", "/issues", "/wall"} {
			for _, how := range []struct{ language, cookie string }{{"", ""}, {"/fr", ""}, {"", "theme=dark"}, {"", "zone=Asia%2FTokyo"}} {
				ways = append(ways, way{name, how.language + page, how.cookie})
			}
		}
	}
	first, owner := map[way]string{}, map[string]way{}
	for round := range 2 {
		for _, w := range ways {
			page := browsers[w.who].with(w.cookie).open(w.path)
			if round > 0 && page != first[w] {
				t.Errorf("%v: another page in the same second", w)
			}
			if other, ok := owner[page]; round == 0 && ok && w.path != "/wall" && w.path != "/fr/wall" { // the wall names nobody
				t.Errorf("%v got the page of %v", w, other)
			}
			first[w], owner[page] = page, w
			for _, tenant := range []string{"contoso", "fabrikam"} {
				if may := strings.HasPrefix(w.who, tenant) || strings.HasPrefix(w.who, "both"); !may && strings.Contains(page, tenant+"<") {
					t.Errorf("%v shows %s", w, tenant)
				}
			}
		}
	}
}

// with is the same browser with one more cookie, which it does not keep.
func (b *browser) with(cookie string) *browser {
	if cookie == "" {
		return b
	}
	base, _ := url.Parse(b.h.base)
	name, value, _ := strings.Cut(cookie, "=")
	jar, _ := cookiejar.New(nil) // never fails
	jar.SetCookies(base, append(b.Jar.Cookies(base), &http.Cookie{Name: name, Value: value}))
	return &browser{&http.Client{Jar: jar, CheckRedirect: b.CheckRedirect}, b.h}
}

func (b *browser) open(path string) string {
	b.h.t.Helper()
	response, page := b.send("GET", path, nil)
	if response.StatusCode != http.StatusOK {
		b.h.t.Fatalf("GET %s: status %d", path, response.StatusCode)
	}
	return page
}

// A session that ends is refused in the second in which its page is kept.
func TestKeptPagesAreBehindTheGate(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	h.person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	b := h.browser()
	b.enter("kim")
	stolen := b.with("theme=dark") // keeps the cookie of the session
	stolen.open("/")
	b.status("POST", "/logout", url.Values{})
	if got := stolen.status("GET", "/", nil); got == http.StatusOK {
		t.Error("a page is shown after the session has ended")
	}
}

// A change is on the page in the same second, and a page of the last second is
// made anew.
func TestKeptPagesAreCurrent(t *testing.T) {
	t.Parallel()
	d := storm(t)
	for _, path := range []string{"/", "/issues", "/wall"} {
		before := d.page(path)
		id := fmt.Sprintf("EX9%d", len(path))
		d.record(d.now, tocsin.Issue{
			ID: id, Title: "Found just now " + id, ServiceID: "svc1", Service: "Service number 1", Classification: "incident",
			Status: tocsin.StatusDegradation, StartAt: d.now, ModifiedAt: d.now,
		})
		after := d.page(path)
		lacks(t, path, before, "Found just now "+id)
		has(t, path, after, "Found just now "+id)
	}
	before := d.page("/")
	if d.page("/") != before {
		t.Error("two pages in one second")
	}
	if _, header, _ := d.get("/"); !strings.HasPrefix(header.Get("Set-Cookie"), "seen-") {
		t.Error("a first visit sets no reading mark when its page is kept")
	}
	d.now = d.now.Add(time.Second)
	if d.page("/") == before {
		t.Error("the page is the one of the last second")
	}
}
