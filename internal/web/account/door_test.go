package account_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	kim := h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	b := h.Browser()
	signedIn := func() bool { return b.Status("GET", "/account", nil, "Accept", "application/json") == http.StatusOK }
	cookie := func() string {
		address, _ := url.Parse(h.Base)
		for _, c := range b.Jar.Cookies(address) {
			if c.Name == "tocsin" {
				return c.Value
			}
		}
		return ""
	}
	ends := []struct {
		name string
		end  func() error
	}{
		{"sign-out", func() error { b.Status("POST", "/logout", url.Values{}); return nil }},
		{"a new password", func() error { return h.Door.SetPassword(t.Context(), kim.ID, webtest.Password+"!") }},
		{"the old password again", func() error { return h.Door.SetPassword(t.Context(), kim.ID, webtest.Password) }},
		{"another role", func() error {
			return h.Door.SetGrants(t.Context(), kim.ID, []tocsin.Grant{{Role: tocsin.RoleSupportN1}})
		}},
		{"being kept out", func() error { return h.Door.SetDisabled(t.Context(), kim.ID, true) }},
		{"being let in again", func() error { return h.Door.SetDisabled(t.Context(), kim.ID, false) }},
		{"no use", func() error { h.Pass(13 * time.Hour); return nil }},
		{"a week of use", func() error {
			for range 8 * 4 {
				h.Pass(6 * time.Hour)
				signedIn()
			}
			return nil
		}},
	}
	for _, tt := range ends {
		if tt.name != "the old password again" && tt.name != "being let in again" {
			stolen := cookie()
			b.Enter("kim")
			if !signedIn() || cookie() == stolen {
				t.Fatalf("before %s: not signed in, or under the token of before", tt.name)
			}
		}
		kept := cookie()
		if err := tt.end(); err != nil {
			t.Fatal(err)
		}
		if b.Status("GET", "/account", nil, "Accept", "application/json", "Cookie", "tocsin="+kept) == http.StatusOK {
			t.Errorf("the session is alive after %s", tt.name)
		}
		h.Pass(5 * time.Minute) // for the allowance of attempts
	}
	// Whoever plants a token before somebody signs in does not have it after.
	planted := h.Browser()
	_, _ = planted.Send("POST", "/login", url.Values{"name": {"kim"}, "password": {webtest.Password}}, "Cookie", "tocsin=planted")
	if planted.Status("GET", "/account", nil, "Accept", "application/json", "Cookie", "tocsin=planted") == http.StatusOK {
		t.Error("a planted token signs in")
	}
}

// Guessing is slowed down, the owner is not, and nobody learns who exists.
func TestGuessing(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	own := h.Browser()
	own.Enter("kim")
	own.Status("POST", "/logout", url.Values{})
	stranger := h.Browser()
	bodies := map[string]bool{}
	for _, name := range []string{"kim", "nobody", "kim"} {
		response, body := stranger.Send("POST", "/login", url.Values{"name": {name}, "password": {"not the password"}})
		bodies[strings.ReplaceAll(body, name, "NAME")] = true
		if response.StatusCode != http.StatusUnauthorized {
			t.Errorf("wrong password of %s: %s", name, response.Status)
		}
	}
	if len(bodies) != 1 {
		t.Error("somebody who exists gets another answer than somebody who does not")
	}
	refused := 0
	for range 1000 {
		if stranger.Status("POST", "/login", url.Values{"name": {"kim"}, "password": {"guess"}}) == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused < 980 {
		t.Errorf("%d of 1000 guesses were refused", refused)
	}
	if got := stranger.Status("POST", "/login", url.Values{"name": {"kim"}, "password": {webtest.Password}}, "X-Forwarded-For", "203.0.113.9"); got != http.StatusTooManyRequests {
		t.Errorf("from an address that the sender made up: status %d", got)
	}
	own.Enter("kim")
}

func TestCookiesOverHTTPS(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "https://desk.example")
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	response, _ := h.Browser().Send("POST", "/login", url.Values{"name": {"kim"}, "password": {webtest.Password}})
	cookies := response.Cookies()
	if len(cookies) != 2 {
		t.Fatalf("cookies = %v", cookies)
	}
	for _, c := range cookies {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("cookie = %+v", c)
		}
	}
	for _, path := range []string{"/login", "/account", "/nowhere"} {
		response, _ := h.Browser().Send("GET", path, nil)
		header := response.Header
		if csp := header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") ||
			header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Referrer-Policy") == "" || header.Get("Cross-Origin-Opener-Policy") != "same-origin" {
			t.Errorf("%s: header = %v", path, header)
		}
	}
}

func TestNextIsOurs(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"/issues/EX1?tenant=a#p4": "/issues/EX1?tenant=a#p4", "//evil": "/", `/\evil`: "/", "https:evil": "/", "https://evil": "/", "javascript:alert(1)": "/", "": "/",
		"/%2fevil": "/", "/%5cevil": "/", "%2f%2fevil": "/", "/a\r\nb": "/", "/login": "/", "/logout": "/", "/fr/": "/fr/", "\t//evil": "/", "/\t/evil": "/",
	} {
		if got := signin.LocalPath(next); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", next, got, want)
		}
	}
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	response, _ := h.Browser().Send("POST", "/login", url.Values{"name": {"kim"}, "password": {webtest.Password}, "next": {"//evil.example"}})
	if got := response.Header.Get("Location"); got != "/" {
		t.Errorf("Location = %q", got)
	}
	if response, _ := h.Browser().Send("GET", "/issues?v=all", nil); response.Header.Get("Location") != "/login?next=%2Fissues%3Fv%3Dall" {
		t.Errorf("a stranger is sent to %q", response.Header.Get("Location"))
	}
}

// Of two that open the link at once, one becomes administrator; then the page
// is gone.
func TestSetUp(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	var codes []string
	for range 2 {
		link, err := h.Door.SetUpLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, code, _ := strings.Cut(link, "code=")
		codes = append(codes, code)
	}
	if got := h.Browser().Status("GET", "/setup?code=guess", nil); got != http.StatusNotFound {
		t.Errorf("with a guess: status %d", got)
	}
	_, body := h.Browser().Send("POST", "/setup", url.Values{"code": {codes[0]}, "name": {"not a name"}, "password": {"short"}})
	webtest.Has(t, "everything that is wrong", body, `id="name-e"`, `id="password-e"`)
	if got := h.Browser().Status("POST", "/setup", url.Values{"code": {codes[0]}, "name": {"a"}, "password": {"short"}}); got != http.StatusBadRequest {
		t.Errorf("with a short password: status %d", got)
	}
	var group sync.WaitGroup
	outcomes := make([]int, 6)
	for i := range outcomes {
		group.Go(func() {
			outcomes[i] = h.Browser().Status("POST", "/setup", url.Values{"code": {codes[i%2]}, "name": {fmt.Sprint("admin", i)}, "password": {webtest.Password}})
		})
	}
	group.Wait()
	users, err := h.Store.Users(t.Context())
	if err != nil || len(users) != 1 {
		t.Errorf("%d users, %v, outcomes %v", len(users), err, outcomes)
	}
	for _, code := range codes {
		if got := h.Browser().Status("GET", "/setup?code="+code, nil); got != http.StatusNotFound {
			t.Errorf("afterwards: status %d", got)
		}
	}
	if link, err := h.Door.SetUpLink(t.Context()); err != nil || link != "" {
		t.Errorf("another link: %q, %v", link, err)
	}
}

// A flood at the door does not keep those who are inside from their pages.
func TestFloodOfPasswords(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	b := h.Browser()
	b.Enter("kim")
	var group sync.WaitGroup
	statuses := make([]int, 200)
	for i := range statuses {
		group.Go(func() {
			statuses[i] = h.Browser().Status("POST", "/login", url.Values{"name": {fmt.Sprint("nobody", i)}, "password": {"guess"}})
		})
	}
	if got := b.Status("GET", "/account", nil); got != http.StatusOK {
		t.Errorf("a page meanwhile: status %d", got)
	}
	group.Wait()
	for _, status := range statuses {
		if status != http.StatusUnauthorized && status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
			t.Errorf("status %d", status)
		}
	}
}
