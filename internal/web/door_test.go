package web_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/account"
	"example.org/tocsin/internal/web/admin"
	"example.org/tocsin/internal/web/messages"
	"example.org/tocsin/internal/web/part"
	"example.org/tocsin/internal/web/status"
)

var update = flag.Bool("update", false, "write goldens")

// A house is a desk that asks who is there.
type house struct {
	t     *testing.T
	store *storetest.Desk
	dsn   string
	door  *signin.SignIn
	base  string
	pages *web.Pages
	// marker is whose marks a person's are; a name of the test's when nil.
	marker func(iss, subject, object string) string
	mu     sync.Mutex
	now    time.Time
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// sources is a desk whose sources are elsewhere.
type sources struct{ *storetest.Desk }

func (sources) Clouds() []string           { return []string{"global"} }
func (sources) Portal(string) string       { return "https://admin.cloud.microsoft/?#" }
func (sources) InFile(string, string) bool { return false }

func (sources) Of(context.Context, string) ([]tocsin.Connection, error) { return nil, nil }

func (sources) Put(context.Context, tocsin.Connection, string) error {
	return tocsin.Invalidf("secret", "none")
}

func (sources) Remove(context.Context, string, string) error { return tocsin.NotFoundf("none") }

func (sources) Test(context.Context, string, string) ([]tocsin.Check, error) {
	return nil, tocsin.NotFoundf("none")
}

func newHouse(t *testing.T, base string, providers ...signin.Provider) *house {
	t.Helper()
	h := &house{t: t, now: storetest.T0.Add(time.Hour), dsn: storetest.File(t)}
	h.store = storetest.Open(t, h.dsn)
	master, err := access.NewMasterKey(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	if h.door, err = signin.New(signin.Config{
		Base: base, Archive: h.store, Master: master, Address: httpserver.Proxies(nil).Address, Cost: quickly(), Providers: providers, Now: h.clock, Log: log,
	}); err != nil {
		t.Fatal(err)
	}
	model := readmodel.New(h.store, h.clock, log)
	parts := part.New(part.Config{Model: model, Archive: h.store, Handlings: h.store, Portals: sources{h.store}})
	h.pages, err = web.New(web.Config{Model: model, Archive: h.store, Streams: quiet{}, Door: h.door, Base: "https://desk.example", Now: h.clock},
		parts.Family(),
		status.New(status.Config{Parts: parts, Model: model, Archive: h.store}).Family(),
		messages.New(messages.Config{Parts: parts, Model: model, Archive: h.store, Handlings: h.store, Marks: h.store, Person: h.marks}).Family(),
		account.New(account.Config{Parts: parts, Door: h.door, People: h.store}).Family(),
		admin.New(admin.Config{Admin: h.store, Connections: sources{h.store}, Door: h.door}).Family(),
	)
	if err != nil {
		t.Fatal(err)
	}
	server, err := httpserver.New(httpserver.Config{Routes: h.pages.Routes(), Errors: h.pages.WriteError, Gate: h.door, Now: h.clock})
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	h.base = listener.URL
	storetest.AddTenants(t, h.store)
	return h
}

func (h *house) marks(u tocsin.User) string {
	if h.marker == nil || u.Local() {
		return "at:" + u.ID
	}
	return h.marker(u.Issuer, u.Subject, u.ObjectID)
}

const password = "correct horse battery"

// person adds somebody who can sign in.
func (h *house) person(name string, grants ...tocsin.Grant) tocsin.User {
	h.t.Helper()
	u := tocsin.User{ID: signin.NewID(), Name: name, Grants: grants}
	if err := h.door.AddUser(h.t.Context(), u, password); err != nil {
		h.t.Fatal(err)
	}
	return u
}

// A browser keeps cookies and follows nothing.
type browser struct {
	*http.Client
	h *house
}

func (h *house) browser() *browser {
	jar, _ := cookiejar.New(nil) // never fails
	return &browser{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, h}
}

// send sends a request and reads the answer. header are pairs.
func (b *browser) send(method, path string, form url.Values, header ...string) (*http.Response, string) {
	b.h.t.Helper()
	request, err := http.NewRequestWithContext(b.h.t.Context(), method, b.h.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.h.t.Fatal(err)
	}
	request.Header.Set("Accept", "text/html")
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := b.Do(request)
	if err != nil {
		b.h.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	return response, string(text)
}

func (b *browser) status(method, path string, form url.Values, header ...string) int {
	b.h.t.Helper()
	response, _ := b.send(method, path, form, header...)
	return response.StatusCode
}

// enter signs somebody in.
func (b *browser) enter(name string) {
	b.h.t.Helper()
	if got := b.status("POST", "/login", url.Values{"name": {name}, "password": {password}}); got != http.StatusSeeOther {
		b.h.t.Fatalf("sign-in of %s: status %d", name, got)
	}
}

// Who may ask for what, by asking with a session of each role.
func TestMatrixOfRolesAndRoutes(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	visitors := map[string]*browser{"": h.browser()}
	names := []string{""}
	for _, role := range tocsin.Roles() {
		h.person(string(role), tocsin.Grant{Role: role})
		visitors[string(role)] = h.browser()
		visitors[string(role)].enter(string(role))
		names = append(names, string(role))
	}
	slots := strings.NewReplacer("{$}", "", "{id}", signin.NewID(), "{name}", "none", "{a}", "1", "{b}", "2", "{provider}", "none")
	var text strings.Builder
	for _, route := range h.pages.Routes() {
		method, path, _ := strings.Cut(route.Pattern, " ")
		if strings.HasPrefix(path, "/fr") || strings.HasPrefix(path, "/ja") {
			continue // the same in another language
		}
		fmt.Fprintf(&text, "%s\n", route.Pattern)
		for _, name := range names {
			if path == "/logout" {
				break // it would end what the others need
			}
			got := visitors[name].status(method, slots.Replace(path), url.Values{}, "Accept", "application/json")
			denied := got == http.StatusForbidden || got == http.StatusUnauthorized && path != "/login"
			if want := name == "" && route.Needs != access.Public; name == "" && denied != want {
				t.Errorf("%s without a session: status %d", route.Pattern, got)
			}
			if !denied && name != "" {
				fmt.Fprintf(&text, "    %s\n", name)
			}
		}
	}
	golden := filepath.Join("testdata", "matrix.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != text.String() {
		t.Errorf("the matrix is not that of %s (%v): look at the difference, then write it with -update\n%s", golden, err, text.String())
	}
}

// A page of another site changes nothing, whatever it makes a browser send.
func TestForeignFormsAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	h.person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	b := h.browser()
	b.enter("alex")
	before, err := h.store.Audit(t.Context(), store.AuditQuery{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, route := range h.pages.Routes() {
		method, path, _ := strings.Cut(route.Pattern, " ")
		if method == "GET" {
			continue
		}
		n++
		path = strings.NewReplacer("{id}", storetest.Contoso, "{name}", "none").Replace(path)
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
			if got := b.status(method, path, url.Values{"name": {"mallory"}}, header...); got != http.StatusForbidden {
				t.Errorf("%s with %v: status %d", route.Pattern, header, got)
			}
		}
	}
	after, err := h.store.Audit(t.Context(), store.AuditQuery{Limit: 1})
	if err != nil || n < 15 || after[0].N != before[0].N {
		t.Errorf("%d routes, last entry %d, then %d, %v", n, before[0].N, after[0].N, err)
	}
	if b.status("GET", "/account", nil) != http.StatusOK {
		t.Error("the session was ended")
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	h.person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	kim := h.person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	b := h.browser()
	signedIn := func() bool { return b.status("GET", "/account", nil, "Accept", "application/json") == http.StatusOK }
	cookie := func() string {
		address, _ := url.Parse(h.base)
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
		{"sign-out", func() error { b.status("POST", "/logout", url.Values{}); return nil }},
		{"a new password", func() error { return h.door.SetPassword(t.Context(), kim.ID, password+"!") }},
		{"the old password again", func() error { return h.door.SetPassword(t.Context(), kim.ID, password) }},
		{"another role", func() error {
			return h.door.SetGrants(t.Context(), kim.ID, []tocsin.Grant{{Role: tocsin.RoleSupportN1}})
		}},
		{"being kept out", func() error { return h.door.SetDisabled(t.Context(), kim.ID, true) }},
		{"being let in again", func() error { return h.door.SetDisabled(t.Context(), kim.ID, false) }},
		{"no use", func() error { h.pass(13 * time.Hour); return nil }},
		{"a week of use", func() error {
			for range 8 * 4 {
				h.pass(6 * time.Hour)
				signedIn()
			}
			return nil
		}},
	}
	for _, tt := range ends {
		if tt.name != "the old password again" && tt.name != "being let in again" {
			stolen := cookie()
			b.enter("kim")
			if !signedIn() || cookie() == stolen {
				t.Fatalf("before %s: not signed in, or under the token of before", tt.name)
			}
		}
		kept := cookie()
		if err := tt.end(); err != nil {
			t.Fatal(err)
		}
		if b.status("GET", "/account", nil, "Accept", "application/json", "Cookie", "tocsin="+kept) == http.StatusOK {
			t.Errorf("the session is alive after %s", tt.name)
		}
		h.pass(5 * time.Minute) // for the allowance of attempts
	}
	// Whoever plants a token before somebody signs in does not have it after.
	planted := h.browser()
	_, _ = planted.send("POST", "/login", url.Values{"name": {"kim"}, "password": {password}}, "Cookie", "tocsin=planted")
	if planted.status("GET", "/account", nil, "Accept", "application/json", "Cookie", "tocsin=planted") == http.StatusOK {
		t.Error("a planted token signs in")
	}
}

// Guessing is slowed down, the owner is not, and nobody learns who exists.
func TestGuessing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	h.person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	own := h.browser()
	own.enter("kim")
	own.status("POST", "/logout", url.Values{})
	stranger := h.browser()
	bodies := map[string]bool{}
	for _, name := range []string{"kim", "nobody", "kim"} {
		response, body := stranger.send("POST", "/login", url.Values{"name": {name}, "password": {"not the password"}})
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
		if stranger.status("POST", "/login", url.Values{"name": {"kim"}, "password": {"guess"}}) == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused < 980 {
		t.Errorf("%d of 1000 guesses were refused", refused)
	}
	if got := stranger.status("POST", "/login", url.Values{"name": {"kim"}, "password": {password}}, "X-Forwarded-For", "203.0.113.9"); got != http.StatusTooManyRequests {
		t.Errorf("from an address that the sender made up: status %d", got)
	}
	own.enter("kim")
}

func TestCookiesOverHTTPS(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "https://desk.example")
	h.person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	response, _ := h.browser().send("POST", "/login", url.Values{"name": {"kim"}, "password": {password}})
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
		response, _ := h.browser().send("GET", path, nil)
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
	h := newHouse(t, "http://localhost")
	h.person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	response, _ := h.browser().send("POST", "/login", url.Values{"name": {"kim"}, "password": {password}, "next": {"//evil.example"}})
	if got := response.Header.Get("Location"); got != "/" {
		t.Errorf("Location = %q", got)
	}
	if response, _ := h.browser().send("GET", "/issues?v=all", nil); response.Header.Get("Location") != "/login?next=%2Fissues%3Fv%3Dall" {
		t.Errorf("a stranger is sent to %q", response.Header.Get("Location"))
	}
}

// Of two that open the link at once, one becomes administrator; then the page
// is gone.
func TestSetUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	var codes []string
	for range 2 {
		link, err := h.door.SetUpLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, code, _ := strings.Cut(link, "code=")
		codes = append(codes, code)
	}
	if got := h.browser().status("GET", "/setup?code=guess", nil); got != http.StatusNotFound {
		t.Errorf("with a guess: status %d", got)
	}
	_, body := h.browser().send("POST", "/setup", url.Values{"code": {codes[0]}, "name": {"not a name"}, "password": {"short"}})
	has(t, "everything that is wrong", body, `id="name-e"`, `id="password-e"`)
	if got := h.browser().status("POST", "/setup", url.Values{"code": {codes[0]}, "name": {"a"}, "password": {"short"}}); got != http.StatusBadRequest {
		t.Errorf("with a short password: status %d", got)
	}
	var group sync.WaitGroup
	outcomes := make([]int, 6)
	for i := range outcomes {
		group.Go(func() {
			outcomes[i] = h.browser().status("POST", "/setup", url.Values{"code": {codes[i%2]}, "name": {fmt.Sprint("admin", i)}, "password": {password}})
		})
	}
	group.Wait()
	users, err := h.store.Users(t.Context())
	if err != nil || len(users) != 1 {
		t.Errorf("%d users, %v, outcomes %v", len(users), err, outcomes)
	}
	for _, code := range codes {
		if got := h.browser().status("GET", "/setup?code="+code, nil); got != http.StatusNotFound {
			t.Errorf("afterwards: status %d", got)
		}
	}
	if link, err := h.door.SetUpLink(t.Context()); err != nil || link != "" {
		t.Errorf("another link: %q, %v", link, err)
	}
}

// A tenant that one may not see is like one that does not exist.
func TestTenantsOfOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	h.person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	h.person("kim", tocsin.Grant{Role: tocsin.RoleAdministrator, TenantID: storetest.Contoso})
	b := h.browser()
	b.enter("kim")
	if _, body := b.send("GET", "/", nil); strings.Contains(body, "fabrikam") || !strings.Contains(body, "contoso") {
		t.Error("the overview names another tenant, or not one's own")
	}
	for _, path := range []string{"/?tenant=%s", "/admin/tenants/%s", "/issues?tenant=%s"} {
		others, body := b.send("GET", fmt.Sprintf(path, storetest.Fabrikam), nil)
		none, noBody := b.send("GET", fmt.Sprintf(path, "99999999-9999-4999-8999-999999999999"), nil)
		strip := func(response *http.Response, body, id string) string {
			return strings.NewReplacer(response.Header.Get("X-Request-Id"), "", id, "").Replace(body)
		}
		if others.StatusCode != http.StatusNotFound || none.StatusCode != http.StatusNotFound ||
			strip(others, body, storetest.Fabrikam) != strip(none, noBody, "99999999-9999-4999-8999-999999999999") {
			t.Errorf("%s: %s, %s", path, others.Status, none.Status)
		}
	}
	client := tocsin.Client{ID: signin.NewID(), TenantID: storetest.Fabrikam, Name: "theirs", Scopes: []string{tocsin.ScopeServiceHealth}, CreatedAt: h.clock()}
	if err := h.store.AddClient(t.Context(), client, tocsin.Secret{Hash: tocsin.HashOf([]byte("x")), CreatedAt: h.clock()}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/admin/clients/" + client.ID + "/rotate", "/admin/clients/" + client.ID + "/revoke"} {
		if got := b.status("POST", path, url.Values{}); got != http.StatusNotFound {
			t.Errorf("%s: status %d", path, got)
		}
	}
	// One's own tenant may hold a client that reaches further: its secret would
	// be a way out.
	wide := tocsin.Client{ID: signin.NewID(), TenantID: storetest.Contoso, Name: "wide", Scopes: []string{tocsin.ScopeDeskManageAll}, CreatedAt: h.clock()}
	if err := h.store.AddClient(t.Context(), wide, tocsin.Secret{Hash: tocsin.HashOf([]byte("y")), CreatedAt: h.clock()}); err != nil {
		t.Fatal(err)
	}
	if response, body := b.send("POST", "/admin/clients/"+wide.ID+"/rotate", url.Values{}); response.StatusCode != http.StatusForbidden || strings.Contains(body, "tcs_") {
		t.Errorf("a new secret of a client over all tenants: %s", response.Status)
	}
	if got := b.status("POST", "/admin/clients", url.Values{"client": {"mine"}, "tenant": {storetest.Contoso}, "scope": {tocsin.ScopeDeskManageAll}}); got != http.StatusBadRequest {
		t.Errorf("a permission over all tenants: status %d", got)
	}
}

// Nothing that names who is signed in may stay in a cache that others use, and
// what people run is kept nowhere.
func TestPersonalPagesAreNotCached(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	h.person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	b := h.browser()
	b.enter("alex")
	for path, want := range map[string]string{
		"/": "private", "/issues": "private", "/messages": "private", "/nowhere": "private", "/account": "no-store",
		"/admin/users": "no-store", "/admin/clients": "no-store", "/admin/tenants": "no-store", "/admin/audit": "no-store", "/login": "no-store",
	} {
		response, _ := b.send("GET", path, nil)
		got := response.Header.Get("Cache-Control")
		if !strings.Contains(got, want) && !strings.Contains(got, "no-store") || strings.Contains(got, "public") {
			t.Errorf("%s: Cache-Control %q, want %s", path, got, want)
		}
	}
}

// People, clients and tenants are run in the pages, and each change is one
// entry in the audit log.
func TestAdministration(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	h.person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	b := h.browser()
	b.enter("alex")
	audited := func(what string, form url.Values, path string, want int, action string) string {
		t.Helper()
		before, err := h.store.Audit(t.Context(), store.AuditQuery{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		response, body := b.send("POST", path, form)
		after, err := h.store.Audit(t.Context(), store.AuditQuery{Limit: 1})
		if err != nil || response.StatusCode != want || after[0].N != before[0].N+1 || after[0].Action != action || after[0].Actor.Name != "alex" || after[0].Actor.Address != "127.0.0.1" {
			t.Errorf("%s: %s, entry %+v after %d, %v", what, response.Status, after[0], before[0].N, err)
		}
		return body
	}
	secretOf := func(body string) string {
		_, rest, _ := strings.Cut(body, `id="shown" value="`)
		secret, _, _ := strings.Cut(rest, `"`)
		return secret
	}
	made := secretOf(audited("add", url.Values{"name": {"Kim"}, "role": {"support-n1"}, "tenant": {storetest.Contoso}}, "/admin/users", 200, "user.add"))
	kim, _, err := h.store.User(t.Context(), "kim")
	if err != nil || len(made) != 20 || kim.Grants[0].TenantID != storetest.Contoso {
		t.Fatalf("kim = %+v, %v, password %q", kim, err, made)
	}
	own := h.browser()
	if own.status("POST", "/login", url.Values{"name": {"kim"}, "password": {made}}) != http.StatusSeeOther {
		t.Error("the password that was shown does not sign in")
	}
	audited("roles", url.Values{"grant": {"support-n1@" + storetest.Contoso}, "role": {"reader"}, "tenant": {storetest.Fabrikam}}, "/admin/users/"+kim.ID+"/roles", 303, "user.roles")
	if own.status("GET", "/account", nil, "Accept", "*/*") != http.StatusUnauthorized {
		t.Error("the session outlives a change of roles")
	}
	audited("password", url.Values{}, "/admin/users/"+kim.ID+"/password", 200, "user.password")
	audited("keep out", url.Values{"state": {"disabled"}}, "/admin/users/"+kim.ID+"/state", 303, "user.disable")
	secret := secretOf(audited("client", url.Values{"client": {"monitor"}, "tenant": {storetest.Contoso}, "scope": {tocsin.ScopeServiceHealth}}, "/admin/clients", 200, "client.add"))
	clients, err := h.store.Clients(t.Context(), storetest.Contoso)
	if err != nil || len(clients) != 1 || !strings.HasPrefix(secret, "tcs_") {
		t.Fatalf("clients = %+v, %v, secret %q", clients, err, secret)
	}
	if _, body := b.send("GET", "/admin/clients", nil); strings.Contains(body, secret) {
		t.Error("the secret is shown again")
	}
	audited("rotate", url.Values{}, "/admin/clients/"+clients[0].ID+"/rotate", 200, "client.rotate")
	audited("revoke", url.Values{}, "/admin/clients/"+clients[0].ID+"/revoke", 303, "client.revoke")
	const third = "33333333-3333-4333-8333-333333333333"
	audited("tenant", url.Values{"id": {third}, "label": {"Wingtip"}, "domain": {"wingtip.example wingtip.test"}}, "/admin/tenants", 303, "tenant.add")
	audited("change", url.Values{"label": {"wingtip"}, "displayName": {"Wingtip Toys"}, "domain": {"wingtip.example"}}, "/admin/tenants/"+third, 303, "tenant.change")
	audited("disable", url.Values{"state": {"disabled"}}, "/admin/tenants/"+third+"/state", 303, "tenant.change")
	if tenant, err := h.store.Tenant(t.Context(), "wingtip"); err != nil || !tenant.Disabled || tenant.Title() != "Wingtip Toys" || len(tenant.Domains) != 1 {
		t.Errorf("tenant = %+v, %v", tenant, err)
	}
	for _, path := range []string{"/admin/users", "/admin/users/" + kim.ID, "/admin/clients", "/admin/tenants", "/admin/tenants/" + third, "/admin/audit", "/account", "/fr/admin/tenants", "/ja/admin/users"} {
		response, body := b.send("GET", path, nil)
		if response.StatusCode != http.StatusOK || strings.Contains(body, "⟦") || strings.Contains(body, "ZgotmplZ") {
			t.Errorf("%s: %s, or a text is missing", path, response.Status)
		}
	}
	if v, err := h.store.VerifyAudit(t.Context(), 0, tocsin.Hash{}); err != nil || v.Problem != "" {
		t.Errorf("audit log: %+v, %v", v, err)
	}
}

// The last administrator cannot lock everybody out, and is told in their own
// language.
func TestLastAdministrator(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	alex := h.person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	h.person("kim", tocsin.Grant{Role: tocsin.RoleAdministrator, TenantID: storetest.Contoso})
	b := h.browser()
	b.enter("alex")
	for path, form := range map[string]url.Values{"/roles": {"role": {"reader"}}, "/state": {"state": {"disabled"}}} {
		response, body := b.send("POST", "/fr/admin/users/"+alex.ID+path, form)
		if response.StatusCode != http.StatusConflict || !strings.Contains(body, "C’est le dernier administrateur") {
			t.Errorf("%s: %s", path, response.Status)
		}
	}
	if b.status("GET", "/admin/audit", nil) != http.StatusOK {
		t.Error("the administrator was locked out")
	}
}

// A flood at the door does not keep those who are inside from their pages.
func TestFloodOfPasswords(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	h.person("kim", tocsin.Grant{Role: tocsin.RoleReader})
	b := h.browser()
	b.enter("kim")
	var group sync.WaitGroup
	statuses := make([]int, 200)
	for i := range statuses {
		group.Go(func() {
			statuses[i] = h.browser().status("POST", "/login", url.Values{"name": {fmt.Sprint("nobody", i)}, "password": {"guess"}})
		})
	}
	if got := b.status("GET", "/account", nil); got != http.StatusOK {
		t.Errorf("a page meanwhile: status %d", got)
	}
	group.Wait()
	for _, status := range statuses {
		if status != http.StatusUnauthorized && status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
			t.Errorf("status %d", status)
		}
	}
}
