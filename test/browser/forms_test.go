package browser

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"example.org/tocsin/internal/browsertest"
	"example.org/tocsin/internal/tocsin"
)

// idle is the buttons of a page that do nothing without a script.
const idle = `[...document.querySelectorAll("button:not([type=submit]), [role=button]")].filter((e) => e.checkVisibility()).map((e) => location.pathname + " has an idle button: " + e.innerText)`

// use presses what must be there to be seen, after filling the form that it is
// the button of, and waits for the answer.
func use(t *testing.T, tab *browsertest.Tab, selector string, values map[string]string) {
	t.Helper()
	text, _ := json.Marshal(values) // never fails for strings
	browsertest.Eval[bool](tab, fmt.Sprintf(`(() => {
		const pressed = document.querySelector(%q), there = (e) => e?.checkVisibility() && e.getBoundingClientRect().width > 1;
		if (!there(pressed)) throw new Error("not on " + location.href + ": " + document.body.innerText.slice(0, 300));
		for (const [name, value] of Object.entries(%s ?? {})) {
			const ticks = (e) => e.type === "radio" || e.type === "checkbox";
			const field = [...pressed.form.querySelectorAll("[name=" + name + "]")].find((e) => !ticks(e) || e.value === value);
			if (!there(field)) throw new Error("no field for " + name + " on " + location.href);
			if (ticks(field)) field.checked = true; else field.value = value;
		}
		window.used = true;
		pressed.click();
		return true;
	})()`, selector, text))
	tab.Wait(`!window.used && document.readyState === "complete"`)
	for _, found := range browsertest.Eval[[]string](tab, idle) {
		t.Error(found)
	}
}

// reached fails where an expression is not true.
func reached(t *testing.T, tab *browsertest.Tab, expression string) {
	t.Helper()
	if !browsertest.Eval[bool](tab, `Boolean(`+expression+`)`) {
		t.Errorf("%s: not %s", browsertest.Eval[string](tab, `location.href`), expression)
	}
}

// plain is a tab without JavaScript in which somebody of the demo has signed in.
func plain(t *testing.T, role tocsin.Role) *browsertest.Tab {
	t.Helper()
	tab := browsertest.Open(t)
	tab.NoScript()
	who := personOf(t, role)
	tab.Go(base(t) + "/account")
	reached(t, tab, `location.pathname === "/login"`)
	use(t, tab, ".login__form [type=submit]", map[string]string{"name": who.Name, "password": who.Password})
	reached(t, tab, `location.pathname === "/account"`)
	return tab
}

// The day's work is done without JavaScript.
func TestWorkWithoutScript(t *testing.T) {
	t.Parallel()
	tab := plain(t, tocsin.RoleServiceSupport)
	use(t, tab, `.nav a[data-key=o]`, nil)
	id := browsertest.Eval[string](tab, `document.querySelector("#r-issues .id").textContent.trim()`)
	use(t, tab, "#r-issues a.t", nil)
	reached(t, tab, `location.pathname.startsWith("/issues/") && ![...document.querySelectorAll(".actions button[type=button]")].some(b => b.checkVisibility())`)
	use(t, tab, `.nav a[href^="/issues"]`, nil)
	service := browsertest.Eval[string](tab, `document.querySelector("#f-s").options[1].value`)
	use(t, tab, ".filters button", map[string]string{"service": service})
	reached(t, tab, `document.querySelector("#f-s").selectedIndex === 1`)
	// The search has no button: Enter sends it.
	browsertest.Eval[bool](tab, `document.querySelector("#q").focus() ?? true`)
	tab.Press(strings.ToLower(id) + kb.Enter)
	tab.Wait(`location.pathname === "/issues/` + id + `" && document.readyState === "complete"`)
	use(t, tab, `.langs a[lang="fr"]`, nil)
	reached(t, tab, `document.documentElement.lang === "fr"`)
	use(t, tab, "[data-theme-toggle]", nil)
	reached(t, tab, `document.documentElement.dataset.theme === "dark" && document.documentElement.lang === "fr"`)
	name := running.info.Tenants[2].Name
	browsertest.Eval[bool](tab, `document.querySelector(".switch summary").click() ?? true`)
	use(t, tab, `.switch a[href*="tenant=`+name+`"]`, nil)
	reached(t, tab, `new URLSearchParams(location.search).get("tenant") === "`+name+`"`)
	tab.Size(390, 844)
	browsertest.Eval[bool](tab, `document.querySelector(".menu-btn").click() ?? true`)
	tab.Wait(`document.querySelector("#side").checkVisibility()`)
	browsertest.Eval[bool](tab, `document.querySelector(".side__close").click() ?? true`)
	tab.Wait(`!document.querySelector("#side").checkVisibility()`)
	use(t, tab, `.tabs-bottom a[href*="/messages"]`, nil)
	tab.Size(1440, 900)
	handlesWithoutScript(t, tab)
	use(t, tab, `form[action*="/logout"] button`, nil)
	reached(t, tab, `location.pathname === "/fr/login"`)
}

// handlesWithoutScript takes a message, says until when, and marks messages.
func handlesWithoutScript(t *testing.T, tab *browsertest.Tab) {
	t.Helper()
	row := "#" + browsertest.Eval[string](tab, `document.querySelector(".take").closest("tr").id`)
	use(t, tab, row+" .take button", nil)
	reached(t, tab, `!document.querySelector("`+row+` .take")`)
	use(t, tab, row+" a.t", nil)
	use(t, tab, "#handling button", map[string]string{"state": string(tocsin.HandlingStates()[1]), "due": "2030-12-31"})
	reached(t, tab, `document.querySelector("#due").value === "2030-12-31"`)
	use(t, tab, "[name=unread]", nil)
	reached(t, tab, `document.querySelector("`+row+`.unread")`)
	use(t, tab, `form[action*="/messages/read"] button`, nil)
	reached(t, tab, `!document.querySelector("tr.unread")`)
}

// The desk is run without JavaScript.
func TestAdministerWithoutScript(t *testing.T) {
	t.Parallel()
	tab := plain(t, tocsin.RoleAdministrator)
	use(t, tab, `#side a[href*="/admin"]`, nil)
	use(t, tab, `.sub-nav a[href*="/admin/users"]`, nil)
	use(t, tab, "form:has(#display) [type=submit]", map[string]string{"name": "without.script", "role": string(tocsin.RoleCommunications)})
	tab.Wait(`document.activeElement.id === "shown" && document.activeElement.value`)
	use(t, tab, `.sub-nav a[href*="/admin/clients"]`, nil)
	use(t, tab, "form:has(#client) [type=submit]", map[string]string{"client": "monitor without script", "scope": tocsin.ScopeServiceHealth})
	tab.Wait(`document.activeElement.id === "shown" && document.activeElement.value`)
	use(t, tab, `.side__foot a[href*="/account"]`, nil)
	who := personOf(t, tocsin.RoleAdministrator)
	visitAs(t, base(t), "Firefox/1", who.Name, who.Password)
	use(t, tab, `.side__foot a[href*="/account"]`, nil)
	use(t, tab, sessionOf(tab, "Firefox"), nil)
	reached(t, tab, `location.search.includes("done=session")`)
	use(t, tab, `form[action*="/logout"] button`, nil)
	reached(t, tab, `location.pathname === "/login"`)
}

// refused tells what is wrong with a page that refuses what was sent: the
// summary has the focus, leads to each field that is wrong, and what was typed
// is kept, but for secrets.
const refused = `(values) => {
	const wrong = [], summary = document.activeElement, fields = [...document.querySelectorAll("[aria-invalid=true]")], links = [...summary.querySelectorAll("li a")];
	if (!summary.matches(".errsum")) return ["the focus is on " + summary.outerHTML.slice(0, 100)];
	if (!document.title.startsWith("Problem")) wrong.push("the title is " + document.title);
	if (links.length !== summary.querySelectorAll("li").length || !links.length) wrong.push("the summary is not links: " + summary.innerText);
	for (const link of links) {
		const field = document.getElementById(link.hash.slice(1));
		if (!fields.includes(field)) { wrong.push("nothing wrong where the summary leads: " + link.outerHTML); continue; }
		const said = (field.getAttribute("aria-describedby") ?? "").split(" ").map((id) => document.getElementById(id)?.innerText.trim());
		if (!said.some((text) => text && link.innerText.endsWith(text))) wrong.push(field.id + " does not say: " + link.innerText);
	}
	if (fields.length !== links.length) wrong.push(fields.length + " fields are wrong, " + links.length + " are named");
	for (const [name, value] of Object.entries(values)) {
		const kept = [...document.querySelectorAll("main [name=" + name + "]")].map((e) => e.type === "radio" || e.type === "checkbox" ? (e.checked ? e.value : "") : e.value);
		if (document.querySelector("main [name=" + name + "]").type === "password" ? kept.join("") : !kept.includes(value)) wrong.push(name + " is now " + kept);
	}
	return wrong;
}`

// A form that is sent with what is wrong comes back with all that was typed,
// and leads from what it says to each field.
func TestFormRefused(t *testing.T) {
	t.Parallel()
	h := hand{t, plain(t, tocsin.RoleAdministrator)}
	tenant := running.info.Tenants[1].ID
	message := browsertest.Eval[string](h.tab, `fetch("/messages").then((r) => r.text()).then((text) => text.match(/id="(MC\d+)"/)[1])`)
	for _, f := range []struct {
		path, form string
		values     map[string]string
	}{
		{"/admin/users", "form:has(#display)", map[string]string{"name": "no name", "display": "Somebody", "role": string(tocsin.RoleCommunications), "tenant": tenant}},
		{"/admin/clients", "form:has(#client)", map[string]string{"client": strings.Repeat("W", 101), "tenant": tenant}},
		{"/admin/clients", "form:has(#client)", map[string]string{"client": strings.Repeat("W", 101), "scope": tocsin.ScopeServiceHealth}},
		{"/admin/tenants", "form:has(#id)", map[string]string{"id": "none", "label": "no name", "domain": "a.b"}},
		{"/admin/tenants/" + tenant, "form:has(#source)", map[string]string{"source": "No Name", "clientId": "none", "secret": "hush", "every": "1s"}},
		{"/account", "form:has(#old)", map[string]string{"old": "hush", "password": "short"}},
		{"/preferences", "main form", map[string]string{"zone": "Nowhere/Else", "theme": "dark"}},
		{"/messages/" + message, "#handling form", map[string]string{"state": string(tocsin.HandlingStates()[1]), "due": "1999-01-01"}},
	} {
		h.tab.Go(base(t) + f.path)
		browsertest.Eval[bool](h.tab, fmt.Sprintf(`document.querySelector(%q).noValidate = true`, f.form))
		use(t, h.tab, f.form+" [type=submit]", f.values)
		h.tab.Wait(`document.activeElement !== document.body`)
		text, _ := json.Marshal(f.values) // never fails for strings
		found := browsertest.Eval[[]string](h.tab, fmt.Sprintf(`(%s)(%s)`, refused, text))
		for _, wrong := range found {
			t.Errorf("%s: %s", f.path, wrong)
		}
		if len(found) == 0 {
			id := browsertest.Eval[string](h.tab, `document.activeElement.querySelector("a").hash.slice(1)`)
			h.press("li a")
			h.tab.Wait(`document.activeElement.id === "` + id + `"`)
			h.look("input")
		}
	}
}
