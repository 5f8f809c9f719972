package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Pages of one second are made once for everybody who may have the same, and
// for nobody else.
func TestCachedPagesAreApart(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	for name, grants := range map[string][]tocsin.Grant{
		"contoso-reader":  {{Role: tocsin.RoleReader, TenantID: storetest.Contoso}},
		"contoso-other":   {{Role: tocsin.RoleReader, TenantID: storetest.Contoso}},
		"fabrikam-reader": {{Role: tocsin.RoleReader, TenantID: storetest.Fabrikam}},
		"both-readers":    {{Role: tocsin.RoleReader}},
		"both-admins":     {{Role: tocsin.RoleAdministrator}},
	} {
		h.Person(name, grants...)
	}
	browsers := map[string]*webtest.Browser{}
	for _, name := range []string{"contoso-reader", "contoso-other", "fabrikam-reader", "both-readers", "both-admins"} {
		browsers[name] = h.Browser()
		browsers[name].Enter(name)
		browsers[name].Open("/") // sets the reading mark
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
			page := browsers[w.who].With(w.cookie).Open(w.path)
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

// A session that ends is refused in the second in which its page is kept.
func TestCachedPagesAreBehindTheGate(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	b := h.Browser()
	b.Enter("kim")
	stolen := b.With("theme=dark") // keeps the cookie of the session
	stolen.Open("/")
	b.Status("POST", "/logout", url.Values{})
	if got := stolen.Status("GET", "/", nil); got == http.StatusOK {
		t.Error("a page is shown after the session has ended")
	}
}

// A change is on the page in the same second, and a page of the last second is
// made anew.
func TestCachedPagesAreCurrent(t *testing.T) {
	t.Parallel()
	d := webtest.Storm(t)
	for _, path := range []string{"/", "/issues", "/wall"} {
		before := d.Page(path)
		id := fmt.Sprintf("EX9%d", len(path))
		d.Record(d.Now, tocsin.Issue{
			ID: id, Title: "Found just now " + id, ServiceID: "svc1", Service: "Service number 1", Classification: "incident",
			Status: tocsin.StatusDegradation, StartAt: d.Now, ModifiedAt: d.Now,
		})
		after := d.Page(path)
		webtest.Lacks(t, path, before, "Found just now "+id)
		webtest.Has(t, path, after, "Found just now "+id)
	}
	before := d.Page("/")
	if d.Page("/") != before {
		t.Error("two pages in one second")
	}
	if _, header, _ := d.Get("/"); !strings.HasPrefix(header.Get("Set-Cookie"), "seen-") {
		t.Error("a first visit sets no reading mark when its page is kept")
	}
	d.Now = d.Now.Add(time.Second)
	if d.Page("/") == before {
		t.Error("the page is the one of the last second")
	}
}
