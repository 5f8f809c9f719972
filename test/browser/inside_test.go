package browser

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/browsertest"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/fakegraph"
	"example.org/tocsin/internal/tocsin"
)

const password = "correct horse battery"

// enter signs somebody in.
func enter(tab *browsertest.Tab, base, name string) {
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
			const fields = form.elements[name];
			const field = fields.length && !fields.options ? fields[0] : fields;
			if (field.type === "checkbox") field.checked = value !== ""; else field.value = value;
		}
		window.sent = form.noValidate = true;
		form.requestSubmit();
		return true;
	})()`, form, text))
	tab.Wait(`!window.sent && document.readyState === "complete"`)
}

// An interior is a desk with everything that only those who have signed in
// reach, and who looks at it.
type interior struct {
	t        *testing.T
	desk     *app.App
	stranger *browsertest.Tab
	admin    *browsertest.Tab
	n        int      // pages on the way so far
	paths    []string // of them
	turn     func(n int) []string
	sampled  func(n int) bool
	look     func(by *browsertest.Tab, code, what string)
}

// A sent form is what a page is looked at after. Its values may have {lang}.
type sent struct {
	form    string
	values  map[string]string
	refused bool // the answer explains what is wrong, on top
}

// see looks at a page, or at what its form answers, in the languages of its
// turn. Where a sample has to do it only sends what later pages show.
func (in *interior) see(by *browsertest.Tab, path string, forms ...sent) {
	in.t.Helper()
	defer func() { in.n, in.paths = in.n+1, append(in.paths, path) }()
	if !in.sampled(in.n) && (forms == nil || forms[0].refused) {
		return
	}
	for _, code := range in.turn(in.n) {
		what := path
		by.Go(in.desk.Base() + languages[code] + path)
		for _, f := range forms {
			values := map[string]string{}
			for name, value := range f.values {
				values[name] = strings.ReplaceAll(value, "{lang}", code)
			}
			submit(by, f.form, values)
			what += " after " + f.form
			if f.refused {
				by.Wait(`document.activeElement.matches(".errsum") && /^(Problem|Problème|問題)/.test(document.title)`)
			}
		}
		if in.sampled(in.n) {
			in.look(by, code, what)
		}
	}
}

// newInterior runs an empty desk beside an upstream.
func newInterior(t *testing.T) *interior {
	t.Helper()
	world := fakegraph.NewWorld()
	if err := world.AddTenant(fakegraph.Tenant{ID: contoso, ClientID: program, Secret: "secret"}); err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC().Truncate(time.Second)
	put(t, world, tocsin.KindMessage, tocsin.Message{
		ID: "MC0000001", Title: "A change that somebody has to prepare", Services: []string{"Exchange Online"}, Category: "planForChange", Severity: "normal",
		ActionRequiredBy: now.Add(240 * time.Hour), StartAt: now.Add(-time.Hour), EndAt: now.Add(1000 * time.Hour), ModifiedAt: now, ContentType: "html", Content: "<p>Prepare it.</p>",
	})
	if err := world.SetOverview(tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational}, contoso); err != nil {
		t.Fatal(err)
	}
	upstream := fakegraph.New(world, fakegraph.Config{PerHour: -1, PerMinute: -1})
	address, err := upstream.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = upstream.Close() })
	in := &interior{t: t, stranger: browsertest.Open(t), admin: browsertest.Open(t), desk: emptyDesk(
		t, config.Cloud{Name: "lab", Login: address, Graph: address + "/v1.0"}, config.Cloud{Name: "closed", Login: "http://127.0.0.1:1", Graph: "http://127.0.0.1:1/v1.0"},
	)}
	watched(in.stranger)
	watched(in.admin)
	in.turn, in.sampled, in.look = turn, sampled, func(by *browsertest.Tab, code, what string) { sound(t, by, what, code, in.n) }
	return in
}

// program is the application that the upstream knows.
const program = "aaaaaaaa-1111-4111-8111-111111111111"

// setUp makes the first administrator, and looks at the pages on the way.
func (in *interior) setUp() {
	in.t.Helper()
	link, err := in.desk.SetUpLink(in.t.Context())
	if err != nil {
		in.t.Fatal(err)
	}
	path := strings.TrimPrefix(link, in.desk.Base())
	in.see(in.stranger, "/login")
	in.see(in.stranger, "/setup?code=wrong")
	in.see(in.stranger, path)
	in.see(in.stranger, path, sent{".login__form", map[string]string{"name": "not a name", "password": "short"}, true})
	in.admin.Go(link)
	submit(in.admin, ".login__form", map[string]string{"name": "alex", "display": "Alex", "password": password})
	in.see(in.admin, "/") // without a tenant
}

// tenants sets up a tenant and its source, and looks at the pages on the way.
func (in *interior) tenants() {
	in.t.Helper()
	const add, source = `form[action$="/admin/tenants"]`, `form[action$="/sources"]`
	path := "/admin/tenants/" + contoso
	in.see(in.admin, "/admin/tenants")
	in.see(in.admin, "/admin/tenants", sent{add, map[string]string{"id": "none", "label": "no name"}, true})
	in.admin.Go(in.desk.Base() + "/admin/tenants")
	submit(in.admin, add, map[string]string{"id": contoso, "label": "contoso", "displayName": "Contoso", "domain": "contoso.com contoso.example"})
	in.see(in.admin, path+"?done=tenant")
	in.see(in.admin, path, sent{`form[action$="` + contoso + `"]`, map[string]string{"label": "no name"}, true})
	in.see(in.admin, path, sent{source, map[string]string{"source": "No Name", "cloud": "lab", "clientId": "none", "every": "1s"}, true})
	values := map[string]string{"source": "closed", "cloud": "closed", "clientId": program, "secret": "secret", "every": "1m"}
	in.see(in.admin, path, sent{form: source, values: values}) // cannot be reached
	in.see(in.admin, path, sent{form: source, values: map[string]string{"source": "graph", "cloud": "lab", "clientId": program, "secret": "secret", "every": "1m"}})
	if _, err := in.desk.Collector.Poll(in.t.Context(), contoso, "graph", true); err != nil {
		in.t.Log(err) // the desk was faster
	}
	in.see(in.admin, "/admin/tenants")
	in.see(in.admin, path+"/sources/closed/remove")
	in.admin.Go(in.desk.Base() + path + "/sources/closed/remove")
	submit(in.admin, ".question form", map[string]string{})
	in.see(in.admin, path+"?done=source")
	in.see(in.admin, path+"/state")
}

// people adds people and programs, and looks at the pages on the way.
func (in *interior) people() {
	in.t.Helper()
	const add, client = `form[action$="/admin/users"]`, `form[action$="/admin/clients"]`
	in.see(in.admin, "/admin/users")
	in.see(in.admin, "/admin/users", sent{add, map[string]string{"name": "no name", "display": "x"}, true})
	in.see(in.admin, "/admin/users", sent{form: add, values: map[string]string{"name": "sam-{lang}", "role": "reader"}}) // a password, once
	own, _, err := in.desk.People.User(in.t.Context(), "alex")
	if err != nil {
		in.t.Fatal(err)
	}
	in.see(in.admin, "/admin/users/"+own.ID)
	in.see(in.admin, "/admin/users/"+own.ID, sent{`form[action$="/roles"]`, map[string]string{"grant": ""}, true}) // the last administrator
	var ids []string
	for _, name := range []string{"kim", "robin"} {
		user := tocsin.User{ID: signin.NewID(), Name: name, Grants: []tocsin.Grant{{Role: tocsin.RoleReader}}}
		if err := in.desk.Door.AddUser(in.t.Context(), user, password); err != nil {
			in.t.Fatal(err)
		}
		ids = append(ids, user.ID)
	}
	in.see(in.admin, "/admin/users/"+ids[1], sent{form: `form[action$="/password"]`})
	in.see(in.admin, "/admin/users/"+ids[1]+"/state")
	in.admin.Go(in.desk.Base() + "/admin/users/" + ids[1] + "/state")
	submit(in.admin, ".question form", map[string]string{})
	in.see(in.admin, "/admin/users/"+ids[1]+"?done=state")
	in.see(in.admin, "/admin/clients")
	in.see(in.admin, "/admin/clients", sent{client, map[string]string{"client": "without a permission"}, true})
	in.see(in.admin, "/admin/clients", sent{form: client, values: map[string]string{"client": "monitor of {lang}", "scope": "on"}}) // a secret, once
	in.see(in.admin, "/admin/clients", sent{form: `form[action$="/rotate"]`})
	in.see(in.admin, "/admin/audit")
	if err := in.desk.People.AddPasskey(in.t.Context(), tocsin.Passkey{ID: []byte{1}, UserID: own.ID, Name: "phone", Credential: []byte("{}"), CreatedAt: time.Now()}); err != nil {
		in.t.Fatal(err)
	}
	in.see(in.admin, "/account/passkeys/remove?id=01")
	visitAs(in.t, in.desk.Base(), "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/140.0", "alex", password)
	in.see(in.admin, "/account?done=session")
	in.see(in.admin, "/account/feeds", sent{form: `form[action$="/account/feeds"]`, values: map[string]string{"called": "reader of {lang}"}}) // an address, once
	in.admin.Go(in.desk.Base() + "/account/feeds")
	submit(in.admin, `form[action$="/account/feeds"]`, map[string]string{"called": "old reader"})
	in.admin.Go(in.desk.Base() + "/account/feeds")
	in.see(in.admin, browsertest.Eval[string](in.admin, `(a => a.pathname + a.search)(document.querySelector('a[href*="/account/feeds/remove"]'))`))
	in.see(in.admin, "/account", sent{`form[action$="/account/password"]`, map[string]string{"old": "wrong", "password": "short"}, true})
}

// nouns adds a team, a site, a contact and a liaison, and looks at the pages on
// the way.
func (in *interior) nouns() {
	in.t.Helper()
	own, _, err := in.desk.People.User(in.t.Context(), "alex")
	if err != nil {
		in.t.Fatal(err)
	}
	for _, noun := range []struct {
		key, first string // the first of the form's fields
		bad, good  map[string]string
	}{
		{"teams", "called", map[string]string{"called": " "}, map[string]string{"called": "Messaging", "members": own.ID}},
		{"sites", "called", map[string]string{"called": "Paris", "seats": "many", "zone": "Europe/Lutetia"}, map[string]string{"called": "Paris", "region": "EMEA", "seats": "1200", "zone": "Europe/Paris"}},
		{"contacts", "of", map[string]string{"phone": "call me"}, map[string]string{"mail": "alex@home.example", "phone": "+33 1 23 45 67 89"}},
		{"liaisons", "user", map[string]string{"reach": strings.Repeat("W", 101)}, map[string]string{"reach": "by day"}},
	} {
		path, form := "/admin/"+noun.key, "form:has(#"+noun.first+")"
		in.see(in.admin, path)
		in.see(in.admin, path, sent{form, noun.bad, true})
		in.admin.Go(in.desk.Base() + path)
		submit(in.admin, form, noun.good)
		in.see(in.admin, path+"?done=noun")
		in.admin.Go(in.desk.Base() + path)
		one := browsertest.Eval[string](in.admin, `document.querySelector("main th a.t").pathname`)
		in.see(in.admin, one)
		in.see(in.admin, one, sent{"main form", noun.bad, true})
		in.see(in.admin, one+"/remove")
	}
	in.admin.Go(in.desk.Base() + "/admin/sites")
	one := browsertest.Eval[string](in.admin, `document.querySelector("main th a.t").pathname`)
	in.admin.Go(in.desk.Base() + one + "/remove")
	submit(in.admin, ".question form", map[string]string{})
	in.see(in.admin, "/admin/sites?done=removed")
}

// The pages behind sign-in, and those on the way there, follow the rules of
// those that everybody sees, and forms say what they refuse.
func TestPageInside(t *testing.T) {
	t.Parallel()
	in := newInterior(t)
	in.journey()
	t.Logf("%d pages and answers", in.n)
	for _, r := range rows() {
		if r.journey && !slices.ContainsFunc(in.paths, r.serves) {
			t.Errorf("%s is not on the way: see it in journey()", r.route)
		}
	}
}

// subscriptions subscribes somebody who signs in and a stranger, and looks at the
// pages on the way.
func (in *interior) subscriptions() {
	in.t.Helper()
	const own, ask = `form[action*="/account/subscriptions"]`, `form[action*="/subscribe?"]`
	address := map[string]string{"address": "reader-{lang}@contoso.example"}
	in.see(in.admin, "/account/subscriptions")
	in.see(in.admin, "/account/subscriptions", sent{own, map[string]string{"address": "none", "zone": "Nowhere"}, true})
	in.admin.Go(in.desk.Base() + "/account/subscriptions")
	submit(in.admin, own, map[string]string{"address": "alex@contoso.example", "when": "monday"})
	in.see(in.admin, "/account/subscriptions?done=asked")
	in.admin.Go(in.desk.Base() + "/account/subscriptions")
	in.see(in.admin, browsertest.Eval[string](in.admin, `(a => a.pathname + a.search)(document.querySelector('a[href*="/account/subscriptions/end"]'))`))
	list, err := in.desk.Deliveries.Subscriptions(in.t.Context(), "")
	if err != nil || len(list) == 0 {
		in.t.Fatal(list, err)
	}
	page := "/subscription/" + list[0].Token
	in.see(in.stranger, page)
	if _, err := in.desk.Deliveries.ConfirmSubscription(in.t.Context(), list[0].Token, time.Now()); err != nil {
		in.t.Fatal(err)
	}
	in.see(in.stranger, page+"?done=confirmed")
	in.see(in.stranger, "/subscription/none")
	if _, err := in.desk.Archive.ChangePublishing(in.t.Context(), contoso, time.Now(), func(p *tocsin.Publishing) error {
		p.Readership = tocsin.ForEverybody
		return nil
	}); err != nil {
		in.t.Fatal(err)
	}
	in.see(in.stranger, "/subscribe?tenant=contoso")
	in.see(in.stranger, "/subscribe?tenant=contoso", sent{ask, map[string]string{"address": "none"}, true})
	in.see(in.stranger, "/subscribe?tenant=contoso", sent{form: ask, values: address})
}

// journey leads through all of the interior.
func (in *interior) journey() {
	in.t.Helper()
	in.setUp()
	in.tenants()
	in.people()
	in.nouns()
	in.translations()
	in.subscriptions()
	ledger(in.t, in.desk.Store, in.desk.Deliveries)
	in.see(in.admin, "/admin/deliveries")
	in.see(in.admin, "/admin/deliveries/msg_aaaabbbbccccddddeeeeffff22")
	const handling = `form[action$="/handling"]`
	in.see(in.admin, "/messages")
	in.see(in.admin, "/messages/MC0000001")
	in.see(in.admin, "/messages/MC0000001", sent{form: handling, values: map[string]string{"state": string(tocsin.HandlingPlanned)}})
	in.see(in.admin, "/messages/MC0000001", sent{handling, map[string]string{"due": "1999-01-01"}, true})
	in.see(in.admin, "/preferences", sent{`main form`, map[string]string{"zone": "Nowhere/Else"}, true})

	in.see(in.stranger, "/login?next=%2Faccount")
	in.see(in.stranger, "/login", sent{".login__form", map[string]string{"name": "nobody", "password": "wrong"}, true})
	browsertest.Eval[any](in.stranger, `Promise.all([..."0123456789"].map(() => fetch("/login", {method: "POST", body: new URLSearchParams({name: "flood"})}))).then(() => null)`)
	in.see(in.stranger, "/login", sent{".login__form", map[string]string{"name": "flood", "password": "wrong"}, true}) // too many
	enter(in.stranger, in.desk.Base(), "kim")
	in.see(in.stranger, "/admin/audit") // not for readers
	in.see(in.stranger, "/messages/MC0000001")
	in.see(in.stranger, "/account")
	submit(in.stranger, `form[action$="/logout"]`, map[string]string{})
	in.stranger.Wait(`location.pathname.endsWith("/login")`)

	if _, err := in.desk.Store.Writer().ExecContext(in.t.Context(), `ALTER TABLE audit RENAME TO lost`); err != nil {
		in.t.Fatal(err)
	}
	in.see(in.admin, "/admin/audit") // what fails here
}
