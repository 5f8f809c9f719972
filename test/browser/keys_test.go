package browser

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/browsertest"
	"example.org/tocsin/internal/tocsin"
)

// personOf is somebody of the demo.
func personOf(t *testing.T, role tocsin.Role) app.DemoPerson {
	t.Helper()
	base(t)
	for _, one := range running.info.People {
		if one.Name == string(role) {
			return one
		}
	}
	t.Fatalf("the demo has no %s", role)
	return app.DemoPerson{}
}

// Somebody who supports users does their day's work by keyboard alone.
func TestWorkByKeyboard(t *testing.T) {
	t.Parallel()
	h := hand{t, browsertest.Open(t)}
	who := personOf(t, tocsin.RoleSupportN2)
	h.tab.Go(base(t) + "/login")
	h.signIn(who.Name, who.Password)
	h.arrives(`location.pathname === "/"`)
	h.reads()
	h.filters()
	h.searches()
	h.switches()
	h.opensMenu()
	h.handles()
	h.press(`form[action*="/logout"] button`)
	h.arrives(`location.pathname === "/login"`)
}

// reads goes from the overview to an issue and back.
func (h hand) reads() {
	h.t.Helper()
	h.skip()
	h.press("#r-issues a.t")
	h.arrives(`location.pathname.startsWith("/issues/")`)
	h.skip()
	h.to("main *")
	h.back(`.crumbs a[href^="/issues"]`)
	h.tab.Press(kb.Enter)
	h.arrives(`location.pathname === "/issues"`)
	h.tab.Press("jjk")
	h.tab.Wait(`document.activeElement === document.querySelector(".tbl a.t")`)
	h.look("a")
	h.tab.Press("go")
	h.arrives(`location.pathname === "/"`)
	h.tab.Press("?")
	h.tab.Wait(`document.activeElement.matches("#keys[open] button")`)
	h.tab.Press(kb.Escape)
	h.tab.Wait(`!document.querySelector("#keys").open`)
}

// filters narrows the list of issues.
func (h hand) filters() {
	h.t.Helper()
	h.tab.Press("gi")
	h.arrives(`location.pathname === "/issues"`)
	h.skip()
	h.press("#f-s", kb.ArrowDown)
	h.press(`.filters button`)
	h.arrives(`new URLSearchParams(location.search).get("service")`)
	h.skip()
	h.press(".chip")
	h.arrives(`new URLSearchParams(location.search).has("v")`)
}

// searches finds an issue by its id, and by what is said about it.
func (h hand) searches() {
	h.t.Helper()
	h.tab.Press("go")
	h.arrives(`location.pathname === "/"`)
	id := browsertest.Eval[string](h.tab, `document.querySelector("#r-issues .id").textContent.trim()`)
	h.tab.Press("/")
	h.tab.Wait(`document.activeElement.id === "q"`)
	h.look("input")
	h.tab.Press(strings.ToLower(id) + kb.Enter)
	h.arrives(`location.pathname === "/issues/` + id + `"`)
	h.tab.Press("/mail" + kb.Enter)
	h.arrives(`location.pathname === "/search"`)
	h.tab.Press("/mail server" + kb.Enter) // in place of the words before
	h.arrives(`new URLSearchParams(location.search).get("q") === "mail server"`)
}

// switches chooses a language, a theme and a tenant.
func (h hand) switches() {
	h.t.Helper()
	h.press(`.langs a[lang="fr"]`)
	h.arrives(`document.documentElement.lang === "fr"`)
	h.press(`.langs a[lang="en"]`)
	h.arrives(`document.documentElement.lang === "en"`)
	h.press("[data-theme-toggle]", " ")
	h.tab.Wait(`document.documentElement.dataset.theme === "dark" && document.activeElement.ariaPressed === "true"`)
	h.press(`.side__foot a[href*="/preferences"]`)
	h.arrives(`location.pathname === "/preferences" && document.documentElement.dataset.theme === "dark"`)
	h.skip()
	h.press("[name=theme]", kb.ArrowUp, kb.Enter)
	h.arrives(`document.documentElement.dataset.theme === "light"`)
	h.press("[name=shortcuts]", kb.ArrowDown, kb.Enter)
	h.arrives(`document.querySelector("[name=shortcuts][value=off]").defaultChecked`)
	h.tab.Press("?")
	if browsertest.Eval[bool](h.tab, `document.querySelector("#keys").open`) {
		h.t.Error("a key opens the help although shortcuts are off")
	}
	h.press("[name=shortcuts]", kb.ArrowUp, kb.Enter)
	h.arrives(`document.querySelector("[name=shortcuts][value=on]").defaultChecked`)
	h.tab.Press("?")
	h.tab.Wait(`document.querySelector("#keys").open`)
	h.tab.Press(kb.Escape)
	name := running.info.Tenants[1].Name
	h.press(".switch summary")
	h.press(`.switch a[href*="tenant=` + name + `"]`)
	h.arrives(`new URLSearchParams(location.search).get("tenant") === "` + name + `"`)
}

// opensMenu opens and closes the navigation of a small screen, and comes back
// to where it was.
func (h hand) opensMenu() {
	h.t.Helper()
	h.tab.Size(390, 844)
	defer h.tab.Size(1440, 900)
	const open, closed = `document.activeElement.closest("#side.is-open")`, `document.activeElement.matches(".menu-btn[aria-expanded=false]") && !document.querySelector("#side.is-open")`
	h.press(".menu-btn", " ")
	h.tab.Wait(open)
	h.look("a")
	h.tab.Press(kb.Escape)
	h.tab.Wait(closed)
	h.tab.Press(kb.Enter)
	h.tab.Wait(open)
	h.back(".side__close")
	h.tab.Press(kb.Enter)
	h.tab.Wait(closed)
	h.tab.Press(kb.Enter)
	h.to(".body *") // out of it at its end
	h.tab.Wait(`!document.querySelector("#side.is-open")`)
}

// handles takes a message, says until when, and marks messages.
func (h hand) handles() {
	h.t.Helper()
	h.tab.Press("gm")
	h.arrives(`location.pathname === "/messages"`)
	h.skip()
	h.to(".take button")
	id := browsertest.Eval[string](h.tab, `document.activeElement.closest("tr").id`)
	h.tab.Press(kb.Enter)
	h.arrives(`!document.querySelector("#` + id + ` .take")`)
	h.press(`#` + id + ` a.t`)
	h.arrives(`location.pathname === "/messages/` + id + `"`)
	h.skip()
	h.press("#state", kb.ArrowDown)
	h.press("#due", "12312030")
	h.press(`#handling button`)
	h.arrives(`document.querySelector("#due").value === "2030-12-31" && document.querySelector("#owner").selectedOptions[0].text === "` + string(tocsin.RoleSupportN2) + `"`)
	h.press(`[name=unread]`)
	h.arrives(`document.querySelector("#` + id + `.unread")`)
	h.press(`form[action*="/messages/read"] button`)
	h.arrives(`!document.querySelector("tr.unread")`)
}

// sessionOf is the button that ends the session of a browser, on the page of
// the account.
func sessionOf(tab *browsertest.Tab, browser string) string {
	return fmt.Sprintf(`form:has([value=%q]) button`, browsertest.Eval[string](tab, fmt.Sprintf(`[...document.querySelectorAll("tr:has(form)")].find((r) => r.innerText.startsWith(%q)).querySelector("[name=id]").value`, browser)))
}

// Somebody who runs the desk does that by keyboard alone.
func TestAdministerByKeyboard(t *testing.T) {
	t.Parallel()
	h := hand{t, browsertest.Open(t)}
	who := personOf(t, tocsin.RoleAdministrator)
	visitAs(t, base(t), "curl/8", who.Name, who.Password)
	h.tab.Go(base(t) + "/login?next=/account")
	h.signIn(who.Name, who.Password)
	h.arrives(`location.pathname === "/account"`)
	h.press(sessionOf(h.tab, "curl"))
	h.arrives(`location.search.includes("done=session")`)
	h.press(`#side a[href*="/admin"]`)
	h.arrives(`location.pathname.startsWith("/admin")`)
	h.press(`.sub-nav a[href*="/admin/users"]`)
	h.arrives(`location.pathname === "/admin/users"`)
	h.skip()
	h.fill("#name", "newcomer")
	h.press("#role", "c") // for communications
	h.press(`main form button`)
	h.arrives(`document.activeElement.id === "shown"`)
	if row := browsertest.Eval[string](h.tab, `[...document.querySelectorAll("main tr")].find((r) => r.innerText.includes("newcomer"))?.innerText ?? ""`); !strings.Contains(row, "Communications") {
		t.Errorf("who was added is %q", row)
	}
	h.back(`.sub-nav a[href*="/admin/clients"]`)
	h.tab.Press(kb.Enter)
	h.arrives(`location.pathname === "/admin/clients"`)
	h.skip()
	h.fill("#client", "monitor by keyboard")
	h.press("[name=scope]", " ")
	h.press("form:has(#client) button")
	h.arrives(`document.activeElement.id === "shown"`)
	h.copies("[data-copy-field]", browsertest.Eval[string](h.tab, `document.activeElement.value`))
	h.back(`.nav a[data-key="i"]`)
	h.tab.Press(kb.Enter)
	h.arrives(`location.pathname === "/issues"`)
	h.tab.Press("j" + kb.Enter)
	h.arrives(`document.querySelector("[data-copy]")`)
	id := browsertest.Eval[string](h.tab, `document.querySelector(".inc-head .id").textContent`)
	browsertest.Eval[any](h.tab, `Object.defineProperty(Navigator.prototype, "clipboard", {value: undefined}) && null`) // as without https
	h.copies("[data-copy]", id)
	h.press(`form[action*="/logout"] button`)
	h.arrives(`location.pathname === "/login"`)
}

// copies presses a button that copies, and pastes into the search. The
// clipboard is one for all tabs, so only one test copies.
func (h hand) copies(button, want string) {
	h.t.Helper()
	h.press(button)
	h.tab.Wait(`document.querySelector(".toast")`)
	if !h.look(button) {
		h.t.Errorf("the focus has left %s", button)
	}
	h.fill("#q", "")
	h.tab.Press("v", chromedp.ModifierCtrl)
	if got := browsertest.Eval[string](h.tab, `document.activeElement.value`); got != want || want == "" {
		h.t.Errorf("pasted %q, wanted %q", got, want)
	}
	browsertest.Eval[any](h.tab, `document.querySelector(".toast").remove() ?? null`)
}

// barred is the pages with the most bars that could hide what has the focus.
var barred = regexp.MustCompile(`^/(issues|messages)/[^/]+$`)

// The focus is seen wherever it goes, on narrow pages too, and with bars on top.
func TestFocusIsSeen(t *testing.T) {
	t.Parallel()
	h := hand{t, browsertest.Open(t)}
	who := personOf(t, tocsin.RoleAdministrator)
	h.tab.Go(base(t) + "/login")
	submit(h.tab, ".login__form", map[string]string{"name": who.Name, "password": who.Password})
	for _, path := range append(pages(t), "/account", "/admin/users", "/admin/clients", "/admin/tenants", "/admin/audit") {
		for width, theme := range map[int]string{1440: "light", 390: "dark"} {
			if !thorough() && (!barred.MatchString(path) || (width == 390) != strings.HasPrefix(path, "/messages")) {
				continue
			}
			h.tab.Size(width, 700)
			h.tab.Go(base(t) + path)
			browsertest.Eval[string](h.tab, `document.documentElement.dataset.theme = "`+theme+`"`)
			h.all()
		}
	}
}
