package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

func rename(name string) func(*tocsin.Tenant) error {
	return func(t *tocsin.Tenant) error { t.Name = name; return nil }
}

func disable(t *tocsin.Tenant) error { t.Disabled = true; return nil }

// What this process changes about a tenant holds for the next request, what
// another one changes within a second.
func TestChangedTenantsAreSeen(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	b := h.Browser()
	b.Enter("kim")
	there := func(tenant string) bool { return b.Status("GET", "/?tenant="+tenant, nil) == http.StatusOK }
	for name, way := range map[string]struct {
		store *storetest.Desk
		wait  time.Duration
	}{"here": {h.Store, 0}, "elsewhere": {h.Elsewhere(), time.Second}} {
		change := func(id string, change func(*tocsin.Tenant) error) {
			t.Helper()
			if _, err := way.store.ChangeTenant(t.Context(), id, change); err != nil {
				t.Fatal(err)
			}
			h.Pass(way.wait)
		}
		if !there("contoso") || !there("fabrikam") {
			t.Fatalf("%s: the tenants are not there to begin with", name)
		}
		change(storetest.Contoso, rename("renamed"))
		if !there("renamed") || there("contoso") {
			t.Errorf("%s: the old name is shown", name)
		}
		change(storetest.Fabrikam, disable)
		if there("fabrikam") {
			t.Errorf("%s: a disabled tenant is shown", name)
		}
		added := tocsin.Tenant{ID: map[string]string{"here": "33333333-3333-4333-8333-333333333333", "elsewhere": "44444444-4444-4444-8444-444444444444"}[name], Name: "new-" + name, CreatedAt: h.Clock()}
		if err := way.store.AddTenant(t.Context(), added); err != nil {
			t.Fatal(err)
		}
		h.Pass(way.wait)
		if !there("new-" + name) {
			t.Errorf("%s: a new tenant is not shown", name)
		}
		for _, old := range []tocsin.Tenant{{ID: storetest.Contoso, Name: "contoso"}, {ID: storetest.Fabrikam, Name: "fabrikam"}} {
			if err := way.store.PutTenant(t.Context(), old); err != nil {
				t.Fatal(err)
			}
		}
		h.Pass(way.wait)
	}
}

// Who has another role, or no session any more, is refused within a second,
// whichever process took it away.
func TestChangedPeopleAreSeen(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	other := h.Elsewhere()
	kim := h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader}, tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	b := h.Browser()
	for _, tt := range []struct {
		name string
		take func() error
	}{
		{"another role", func() error {
			return other.SetGrants(t.Context(), kim.ID, []tocsin.Grant{{Role: tocsin.RoleReader, TenantID: storetest.Contoso}}, false, h.Clock())
		}},
		{"an ended session", func() error {
			sessions, err := other.Sessions(t.Context(), kim.ID)
			if err != nil {
				return err
			}
			return other.EndSession(t.Context(), kim.ID, sessions[0].ID, h.Clock())
		}},
		{"being kept out", func() error { return other.SetDisabled(t.Context(), kim.ID, true, h.Clock()) }},
	} {
		b.Enter("kim")
		b.Open("/?tenant=contoso")
		if err := tt.take(); err != nil {
			t.Fatal(err)
		}
		h.Pass(time.Second)
		if got := b.Status("GET", "/?tenant=contoso", nil); got == http.StatusOK {
			t.Errorf("after %s: status %d", tt.name, got)
		}
		h.Pass(5 * time.Minute) // for the allowance of attempts
	}
}

// Those who sign in anew with fewer grants see less, though the same page of
// the same person is kept.
func TestWithdrawnGrantsAreGone(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	kim := h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	b := h.Browser()
	b.Enter("kim")
	b.Open("/") // sets the reading mark
	if page := b.Open("/"); !strings.Contains(page, "fabrikam") {
		t.Fatal("fabrikam is not offered to begin with")
	}
	if err := h.Door.SetGrants(t.Context(), kim.ID, []tocsin.Grant{{Role: tocsin.RoleReader, TenantID: storetest.Contoso}}); err != nil {
		t.Fatal(err)
	}
	b.Enter("kim")
	if page := b.Open("/"); strings.Contains(page, "fabrikam") {
		t.Error("fabrikam is offered in the same second")
	}
	if got := b.Status("GET", "/?tenant=fabrikam", nil); got != http.StatusNotFound {
		t.Errorf("fabrikam: status %d", got)
	}
}

// A browser that has the page is told so, as long as it says the same to the
// same reader.
func TestPagesHaveTags(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	h.Person("lee", tocsin.Grant{Role: tocsin.RoleReader})
	b, other := h.Browser(), h.Browser()
	b.Enter("kim")
	other.Enter("lee")
	b.Open("/") // sets the reading mark
	other.Open("/")
	for _, path := range []string{"/", "/issues", "/wall"} {
		first, _ := b.Send("GET", path, nil)
		tag := first.Header.Get("Etag")
		if len(tag) < 20 || first.Header.Get("Cache-Control") != "private, no-cache" {
			t.Fatalf("%s: header = %v", path, first.Header)
		}
		again, body := b.Send("GET", path, nil, "If-None-Match", tag)
		if again.StatusCode != http.StatusNotModified || body != "" || again.Header.Get("Etag") != tag || again.Header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("%s again: %s, header %v", path, again.Status, again.Header)
		}
		if response, _ := other.Send("GET", path, nil, "If-None-Match", tag); path != "/wall" && response.StatusCode != http.StatusOK { // the wall names nobody
			t.Errorf("%s for somebody else: %s", path, response.Status)
		}
		if response, _ := b.Send("GET", "/fr"+path, nil, "If-None-Match", tag); response.StatusCode != http.StatusOK {
			t.Errorf("%s in French: %s", path, response.Status)
		}
	}
	first, _ := b.Send("GET", "/", nil)
	b.Status("POST", "/logout", url.Values{})
	if response, _ := b.Send("GET", "/", nil, "If-None-Match", first.Header.Get("Etag")); response.StatusCode != http.StatusSeeOther {
		t.Errorf("after signing out: %s", response.Status)
	}
}
