package browser

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"example.org/tocsin/internal/browsertest"
)

// press fills a form and sends it by one of its buttons, as a person does: the
// browser checks what was typed first.
func press(tab *browsertest.Tab, form, button string, values map[string]string) {
	text, _ := json.Marshal(values) // never fails for strings
	browsertest.Eval[bool](tab, fmt.Sprintf(`(() => {
		const form = document.querySelector(%q);
		if (!form) throw new Error(location.href + " " + document.body.innerText.slice(0, 300));
		for (const [name, value] of Object.entries(%s)) {
			const fields = form.elements[name];
			const field = fields.length && !fields.options ? fields[0] : fields;
			if (field.type === "checkbox") field.checked = value !== ""; else field.value = value;
		}
		if (!form.checkValidity()) throw new Error("not valid: " + [...form.elements].filter(e => !e.checkValidity()).map(e => e.name));
		window.sent = true;
		form.requestSubmit(form.querySelector(%q));
		return true;
	})()`, form, text, button))
	tab.Wait(`!window.sent && document.readyState === "complete"`)
}

const publishing = `button[value="publish"]`

// own writes a service, an issue and planned work, and looks at the pages on the
// way: what is refused, what is only looked at, and what somebody else changed.
func (in *interior) own() {
	in.t.Helper()
	const form = "main form"
	wrong := map[string]string{"headline": " ", "harm": "They wait."}
	in.see(in.admin, "/own")
	in.see(in.admin, "/own/services/new", sent{form, map[string]string{"called": "1", "parts": "A\nA"}, true})
	in.admin.Go(in.desk.Base() + "/own/services/new")
	press(in.admin, form, publishing, map[string]string{"called": "Remote access", "parts": "Gateways\nPortal"})
	in.see(in.admin, "/own/issues/new", sent{form, wrong, true})
	in.see(in.admin, "/own/issues/new", sent{form: form, values: map[string]string{"headline": "Nobody gets in", "harm": "They wait.", "words": "Current status: We look.\n\nWorkaround: The other door.\n\nMore info: None."}})
	in.see(in.admin, "/own/work/new", sent{form, wrong, true})
	in.admin.Go(in.desk.Base() + "/own/issues/new")
	press(in.admin, form, publishing, map[string]string{"headline": "Nobody gets in", "words": "We look."})
	in.see(in.admin, "/own/issues/TC1001", sent{form, map[string]string{"ended": "2001-01-01T00:00", "now": "serviceRestored"}, true})
	in.see(in.admin, "/own/issues/TC1001", sent{form: form, values: map[string]string{"words": "It is well.", "now": "serviceRestored"}})
	in.see(in.admin, "/own/issues/TC1001/edit", sent{form, map[string]string{"headline": "Some get in", "version": "1-0000000000000000"}, true}) // somebody else was first
	in.see(in.admin, "/issues/TC1001")
	in.see(in.admin, "/services/RemoteAccess")
}

// The pages on which a team writes follow the rules of those that everybody sees.
func TestPageOwn(t *testing.T) {
	t.Parallel()
	in := newInterior(t)
	every := in.sampled
	in.sampled = func(int) bool { return false }
	in.setUp()
	in.admin.Go(in.desk.Base() + "/admin/tenants")
	submit(in.admin, `form[action$="/admin/tenants"]`, map[string]string{"id": contoso, "label": "contoso"})
	in.sampled = every
	in.own()
}

// A task is something that an administrator does on one page: what is typed, and
// what the answer shows.
type task struct {
	name, path, form, button string
	typed                    map[string]string
	shows                    string // is true of the page that answers
}

// A person, a program, a tenant, a source, an own service and an issue with it
// are added on one page each, with what the page asks for alone.
func TestTasksOfAnAdministrator(t *testing.T) {
	t.Parallel()
	in := newInterior(t)
	in.sampled = func(int) bool { return false }
	in.setUp()
	in.admin.Wait(`document.readyState === "complete"`)
	says := func(text string) string {
		return fmt.Sprintf(`document.querySelector("main").innerText.includes(%q)`, text)
	}
	soon := time.Now().Add(time.Hour).UTC()
	for _, one := range []task{
		{"a tenant", "/admin/tenants", `form[action$="/admin/tenants"]`, "button", map[string]string{"id": contoso, "label": "contoso"}, says("contoso")},
		{"a source", "/admin/tenants/" + contoso, `form[action$="/sources"]`, "button", map[string]string{"cloud": "lab", "clientId": program, "secret": "secret"}, says("graph")},
		{"a person", "/admin/users", `form[action$="/admin/users"]`, "button", map[string]string{"name": "kim", "role": "reader"}, `document.querySelector("#shown").value.length > 8`},
		{"a program", "/admin/clients", `form[action$="/admin/clients"]`, "button", map[string]string{"client": "monitoring", "scope": "on"}, `document.querySelector("#shown").value.length > 8`},
		{"a service", "/own/services/new", "main form", publishing, map[string]string{"called": "Remote access"}, says("Remote access")},
		{"an issue", "/own/issues/new", "main form", publishing, map[string]string{"headline": "Nobody gets in"}, says("TC1001")},
		{"planned work", "/own/work/new", "main form", publishing, map[string]string{"headline": "New gateways", "begins": soon.Format("2006-01-02T15:04"), "ends": soon.Add(time.Hour).Format("2006-01-02T15:04")}, says("Scheduled")},
		{"an update", "/own/issues/TC1001", "main form", publishing, map[string]string{"now": "serviceRestored", "words": "It is well."}, says("It is well.")},
	} {
		in.admin.Go(in.desk.Base() + one.path) // the one page
		press(in.admin, one.form, one.button, one.typed)
		if !browsertest.Eval[bool](in.admin, "Boolean("+one.shows+")") {
			t.Errorf("%s: after %s with %d fields the answer is\n%s", one.name, one.path, len(one.typed), browsertest.Eval[string](in.admin, `location.href + " " + document.querySelector("main").innerText.slice(0, 400)`))
		}
	}
}
