package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/browsertest"
	"example.org/tocsin/internal/tocsin"
)

// enter signs somebody in.
func enter(tab *browsertest.Tab, base, name, password string) {
	tab.Go(base + "/login")
	submit(tab, ".login__form", map[string]string{"name": name, "password": password})
	tab.Wait(`location.pathname === "/"`)
}

// submit fills a form, sends it as it is, whatever the browser thinks of it,
// and waits for the answer.
func submit(tab *browsertest.Tab, form string, values map[string]string) {
	text, _ := json.Marshal(values) // never fails for strings
	browsertest.Eval[bool](tab, fmt.Sprintf(`(() => {
		const form = document.querySelector(%q);
		if (!form) throw new Error(location.href + " " + document.body.innerText.slice(0, 300));
		for (const [name, value] of Object.entries(%s)) {
			const field = form.elements[name];
			if (field.type === "checkbox") field.checked = true; else field.value = value;
		}
		window.sent = form.noValidate = true;
		form.requestSubmit();
		return true;
	})()`, form, text))
	tab.Wait(`!window.sent && document.readyState === "complete"`)
}

// reading reads pages with the session of a tab that is on the desk.
func reading(tab *browsertest.Tab) func(path string) string {
	return func(path string) string {
		text, _ := json.Marshal(path)
		return browsertest.Eval[string](tab, `fetch(`+string(text)+`).then((r) => r.status < 500 && (r.headers.get("Content-Type") ?? "").startsWith("text/html") ? r.text() : "")`)
	}
}

// view is a page, or what a form of it answers.
type view struct {
	base, path string
	form       string
	values     map[string]string
	stranger   bool // seen by who has not signed in
}

func (v view) show(tab *browsertest.Tab, code string) {
	tab.Go(v.base + languages[code] + v.path)
	if v.form != "" {
		submit(tab, v.form, v.values)
	}
}

// inside lists the pages that only those who have signed in reach, and what
// forms answer to what they refuse.
func inside(t *testing.T, tab *browsertest.Tab) []view {
	t.Helper()
	base := base(t)
	known := map[string]bool{}
	for _, path := range pages(t) {
		known[kindOf(path)] = true
	}
	var list []view
	for _, path := range crawl(reading(tab), kindOf) {
		if !known[kindOf(path)] {
			list = append(list, view{base: base, path: path})
		}
	}
	for _, path := range []string{"/account", "/admin/users", "/admin/users/one", "/admin/clients", "/admin/tenants", "/admin/tenants/one", "/admin/audit"} {
		if !slices.ContainsFunc(list, func(v view) bool { return kindOf(v.path) == kindOf(path) }) {
			t.Errorf("no link leads to %s", path)
		}
	}
	setUp, err := emptyDesk(t).SetUpLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	link, err := url.Parse(setUp)
	if err != nil {
		t.Fatal(err)
	}
	fresh := link.Scheme + "://" + link.Host
	return append(
		list,
		view{base: base, path: "/login", stranger: true},
		view{base: base, path: "/login", form: ".login__form", values: map[string]string{"name": "nobody", "password": "wrong"}, stranger: true},
		view{base: fresh, path: "/login", stranger: true},
		view{base: fresh, path: link.RequestURI(), stranger: true},
		view{base: fresh, path: link.RequestURI(), form: ".login__form", values: map[string]string{"name": "kim", "password": "short"}, stranger: true},
		view{base: fresh, path: "/setup?code=wrong", stranger: true},
		view{base: base, path: "/account", form: "main form.narrow", values: map[string]string{"old": "wrong", "password": "short"}},
		view{base: base, path: "/admin/users", form: "main form.narrow", values: map[string]string{"name": "no name", "display": "x"}},
		view{base: base, path: "/admin/clients", form: "main form.narrow", values: map[string]string{"client": "no scope"}},
		view{base: base, path: "/admin/tenants", form: "main form.narrow", values: map[string]string{"id": "none", "label": "no name"}},
	)
}

// The pages behind sign-in follow the rules of those before it.
func TestPageInside(t *testing.T) {
	t.Parallel()
	tab, stranger := browsertest.Open(t), browsertest.Open(t)
	base := base(t)
	at := slices.IndexFunc(running.info.People, func(p app.DemoPerson) bool { return p.Name == string(tocsin.RoleAdministrator) })
	admin := running.info.People[at]
	enter(tab, base, admin.Name, admin.Password)
	views := inside(t, tab)
	for i, v := range views {
		by := tab
		if v.stranger {
			by = stranger
		}
		for _, code := range turn(i) {
			v.show(by, code)
			what := strings.TrimSpace(v.path+" "+v.form) + " in " + code
			accessible(t, by, what, i/3)
			fits(t, by, what)
		}
	}
	t.Logf("%d pages and answers", len(views))
}

// hostilePeople fills a desk with names that are payloads, wherever a name may
// be one, and returns the pages of some of the people.
func hostilePeople(t *testing.T, desk *app.App, admin tocsin.User) (pages []string) {
	t.Helper()
	now := time.Now()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	tenant := tocsin.Tenant{ID: contoso, Name: "contoso", Domains: []string{"contoso.com"}, CreatedAt: now}
	for i, payload := range payloads {
		if i%3 == 0 {
			tenant.Groups = append(tenant.Groups, payload)
		}
	}
	check(desk.Store.AddTenant(t.Context(), tenant))
	for i, payload := range payloads {
		client := tocsin.Client{ID: signin.NewID(), TenantID: contoso, Name: payload, Scopes: tocsin.TenantScopes(), CreatedAt: now}
		if len(payload) <= 100 && i%2 == 0 {
			_, err := app.AddClient(t.Context(), desk.Store, client)
			check(err)
		}
		if utf8.RuneCountInString(payload) > 100 || i%3 != 1 {
			payload = strings.Repeat("W", 100)
		}
		user := tocsin.User{ID: signin.NewID(), Name: fmt.Sprint(payload, i), Display: payload, Issuer: payload, Subject: fmt.Sprint(i), CreatedAt: now}
		check(desk.Store.AddUser(t.Context(), user, ""))
		if i < 12 {
			pages = append(pages, "/admin/users/"+user.ID)
			check(desk.Store.AddPasskey(t.Context(), tocsin.Passkey{ID: []byte{byte(i)}, UserID: admin.ID, Name: payloads[i], Credential: []byte("{}"), CreatedAt: now}))
		}
	}
	return pages
}

// visitAs signs somebody in with a browser that calls itself something.
func visitAs(t *testing.T, base, agent, name, password string) {
	t.Helper()
	form := url.Values{"name": {name}, "password": {password}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("User-Agent", agent)
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		t.Errorf("signing in as %q: %s", agent, response.Status)
	}
}

// What people, clients, groups, passkeys and browsers are called is text on
// every page of the administration.
func TestPageHostileNames(t *testing.T) {
	t.Parallel()
	tab := browsertest.Open(t)
	desk := emptyDesk(t)
	const password = "correct horse battery"
	admin := tocsin.User{ID: signin.NewID(), Name: "kim", Display: payloads[0], Grants: []tocsin.Grant{{Role: tocsin.RoleAdministrator}}}
	if err := desk.Door.AddUser(t.Context(), admin, password); err != nil {
		t.Fatal(err)
	}
	people := hostilePeople(t, desk, admin)
	visitAs(t, desk.Base(), payloads[11], admin.Name, password)
	visitAs(t, desk.Base(), strings.Repeat("W", 400), admin.Name, password)
	watched(tab)
	enter(tab, desk.Base(), admin.Name, password)
	paths := slices.DeleteFunc(crawl(reading(tab), kindOf), func(path string) bool { return path == "/nowhere" })
	paths = append(append(paths, people...), "/login?"+url.Values{"name": {payloads[1]}, "next": {payloads[57]}}.Encode())
	for i, path := range paths {
		tab.Size([]int{1440, 390}[i%2], 900)
		tab.Go(desk.Base() + path)
		for _, found := range browsertest.Eval[[]string](tab, findings) {
			t.Errorf("%s: %s", path, found)
		}
	}
	if len(paths) < 25 {
		t.Errorf("only %d pages: %v", len(paths), paths)
	}
}
