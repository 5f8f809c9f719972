package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// messages puts two messages into both tenants, the first with a date of the
// provider's.
func (h *house) messages() {
	h.t.Helper()
	for _, tenant := range []string{storetest.Contoso, storetest.Fabrikam} {
		r := store.Record{TenantID: tenant, Source: "test", SeenAt: storetest.T0}
		for _, m := range []tocsin.Message{
			{ID: "MC1", Title: "Certificates change", ActionRequiredBy: time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)}, {ID: "MC2", Title: "New layout"},
		} {
			m.Category, m.Severity, m.StartAt, m.ModifiedAt = "planForChange", "normal", storetest.T0, storetest.T0
			doc, err := tocsin.NewDocument(m)
			if err != nil {
				h.t.Fatal(err)
			}
			r.Entries = append(r.Entries, store.Entry{Document: doc})
		}
		if _, err := h.store.Record(h.t.Context(), r); err != nil {
			h.t.Fatal(err)
		}
	}
}

// message puts one message into a tenant.
func (h *house) message(tenant string, m tocsin.Message) {
	h.t.Helper()
	doc, err := tocsin.NewDocument(m)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.store.Record(h.t.Context(), store.Record{TenantID: tenant, Source: "test", SeenAt: storetest.T0, Entries: []store.Entry{{Document: doc}}}); err != nil {
		h.t.Fatal(err)
	}
}

// Those who manage messages say what is done about one; others of the tenant
// read it, and other tenants have their own.
func TestHandlingOfMessages(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	h.messages()
	h.person("kim", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso}, tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Fabrikam})
	h.person("ana", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	kim, ana := h.browser(), h.browser()
	kim.enter("kim")
	ana.enter("ana")
	const address = "/messages/mc1/handling?tenant=contoso"
	_, page := kim.send("GET", "/messages/MC1?tenant=contoso", nil)
	has(t, "form", page, `action="/messages/MC1/handling?tenant=contoso"`, "20\u00a0Mar", "To decide", "Take it")
	_, page = kim.send("GET", "/messages/MC1?tenant=fabrikam", nil)
	lacks(t, "page of a tenant where kim reads", page, "/handling", "Take it")

	response, _ := kim.send("POST", address, url.Values{"state": {"planned"}, "owner": {"<b>Mail team</b>"}, "due": {"2026-03-10"}})
	if got := response.Header.Get("Location"); response.StatusCode != http.StatusSeeOther || got != "/messages/MC1?tenant=contoso#handling" {
		t.Fatalf("saving: %s to %q", response.Status, got)
	}
	_, page = kim.send("GET", "/messages/MC1?tenant=contoso", nil)
	has(t, "form", page, `value="&lt;b&gt;Mail team&lt;/b&gt;"`, `value="2026-03-10"`, `<option value="planned" selected>`)
	_, page = ana.send("GET", "/fr/messages/MC1", nil)
	has(t, "page of a reader", page, "Planifié", "&lt;b&gt;Mail team", "10\u00a0mars")
	lacks(t, "page of a reader", page, `action="/fr/messages/MC1/handling`)
	_, page = kim.send("GET", "/messages?tenant=fabrikam", nil)
	lacks(t, "another tenant", page, "Mail team")

	for path, wants := range map[string][]string{
		"/messages":               {"Mail team", "10\u00a0Mar", "MC2"},
		"/messages?state=planned": {"Mail team"}, "/messages?owner=nobody": {"MC2"}, "/messages?state=new": {"MC2"},
	} {
		_, page := ana.send("GET", path, nil)
		has(t, path, page, wants...)
		if strings.Contains(path, "?") && strings.Contains(page, "Certificates") == strings.Contains(page, "New layout") {
			t.Errorf("%s does not filter", path)
		}
	}
	if got := kim.status("POST", address, url.Values{"state": {"done"}, "owner": {""}, "due": {""}, "take": {"1"}}); got != http.StatusSeeOther {
		t.Errorf("taking: status %d", got)
	}
	if all, err := h.store.Handlings(t.Context(), storetest.Contoso); err != nil || all["MC1"] != (tocsin.Handling{State: tocsin.HandlingDone, Owner: "kim"}) {
		t.Errorf("Handlings = %+v, %v", all, err)
	}
	_, page = kim.send("GET", "/messages?tenant=contoso&owner=me", nil)
	has(t, "mine", page, "Certificates", "20\u00a0Mar")
	_, page = ana.send("GET", "/messages?v=todo", nil)
	lacks(t, "to do", page, "Certificates")
}

// What is refused is said at its field, and nothing changes.
func TestHandlingRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	h.messages()
	h.person("kim", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	h.person("ana", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	kim, ana := h.browser(), h.browser()
	kim.enter("kim")
	ana.enter("ana")
	tests := []struct {
		name string
		form url.Values
		want string
	}{
		{"no form", url.Values{}, `id="state-e"`},
		{"unknown state", url.Values{"state": {"later"}}, `id="state-e"`},
		{"long owner", url.Values{"state": {"planned"}, "owner": {strings.Repeat("x", 101)}}, `id="owner-e"`},
		{"no day", url.Values{"state": {"planned"}, "due": {"tomorrow"}}, `id="due-e"`},
		{"far day", url.Values{"state": {"planned"}, "due": {"9999-01-01"}}, `id="due-e"`},
	}
	for _, tt := range tests {
		response, body := kim.send("POST", "/ja/messages/MC1/handling", tt.form)
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", tt.name, response.Status)
		}
		has(t, tt.name, body, tt.want, `aria-invalid="true"`, `href="/fr/messages/MC1"`)
		lacks(t, tt.name, body, "⟦")
	}
	form := url.Values{"state": {"done"}}
	for path, want := range map[string]int{"/messages/MC9/handling": http.StatusNotFound, "/messages/MC1/handling?tenant=fabrikam": http.StatusNotFound} {
		if got := kim.status("POST", path, form); got != want {
			t.Errorf("%s: status %d, want %d", path, got, want)
		}
	}
	if got := ana.status("POST", "/messages/MC1/handling", form); got != http.StatusForbidden {
		t.Errorf("a reader: status %d", got)
	}
	for _, tenant := range []string{storetest.Contoso, storetest.Fabrikam} {
		if all, err := h.store.Handlings(t.Context(), tenant); err != nil || len(all) != 0 {
			t.Errorf("Handlings = %v, %v, want none", all, err)
		}
	}
}

// What is to be done before a date goes by the date that people set, leaves out
// what is settled, and says who sees to it; strangers see the provider's dates.
func TestOverviewSaysWhatIsDue(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	r := store.Record{TenantID: storetest.Contoso, Source: "test", SeenAt: storetest.T0}
	for id, days := range map[string]int{"MC1": 40, "MC2": 50, "MC3": 60, "MC4": 70, "MC5": -9, "MC6": 80} {
		m := tocsin.Message{ID: id, Title: "Title of " + id, Category: "planForChange", Severity: "normal", StartAt: storetest.T0, ModifiedAt: storetest.T0, ActionRequiredBy: h.clock().AddDate(0, 0, days)}
		doc, err := tocsin.NewDocument(m)
		if err != nil {
			t.Fatal(err)
		}
		r.Entries = append(r.Entries, store.Entry{Document: doc})
	}
	if _, err := h.store.Record(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	day := h.clock().UTC().Truncate(24 * time.Hour)
	for id, handling := range map[string]tocsin.Handling{
		"MC1": {State: tocsin.HandlingDone},
		"MC2": {State: tocsin.HandlingNotApplicable},
		"MC4": {State: tocsin.HandlingPlanned, Owner: "Mail team", Due: day.AddDate(0, 0, 5)},
		"MC6": {State: tocsin.HandlingPlanned, Due: day.AddDate(0, 0, -2)},
	} {
		if err := h.store.PutHandling(t.Context(), storetest.Contoso, id, handling, h.clock()); err != nil {
			t.Fatal(err)
		}
	}
	h.person("ana", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	ana := h.browser()
	ana.enter("ana")
	_, page := ana.send("GET", "/", nil)
	list := page[strings.Index(page, `id="h-due"`):]
	list = list[:strings.Index(list, "</section>")]
	at := -1
	for _, id := range []string{"MC5", "MC6", "MC4", "MC3"} {
		if next := strings.Index(list, ">"+id+"<"); next <= at {
			t.Errorf("%s is not where it belongs:\n%s", id, list)
		} else {
			at = next
		}
	}
	has(t, "list", list, "2\u00a0overdue", "Mail team · ", "Nobody yet · ", `<b class="late">9`, `<b class="late">1`)
	lacks(t, "list", list, ">MC1<", ">MC2<")
}

// Who may manage messages takes one from the list, unless somebody was faster,
// and comes back to the list as it was.
func TestTakingFromTheList(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	h.messages()
	grant := tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso}
	h.person("kim", grant)
	h.person("lou", grant)
	h.person("ana", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	kim, lou, ana := h.browser(), h.browser(), h.browser()
	kim.enter("kim")
	lou.enter("lou")
	ana.enter("ana")
	_, page := kim.send("GET", "/messages?v=todo", nil)
	has(t, "list", page, `action="/messages/MC1/handling"`, `name="take"`, "Nobody yet", `value="v=todo"`, `data-l="Owner"`)
	_, page = ana.send("GET", "/messages", nil)
	lacks(t, "list of a reader", page, `name="take"`)
	due := tocsin.Handling{State: tocsin.HandlingPlanned, Due: time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)}
	if err := h.store.PutHandling(t.Context(), storetest.Contoso, "MC1", due, h.clock()); err != nil {
		t.Fatal(err)
	}
	response, _ := kim.send("POST", "/messages/MC1/handling", url.Values{"take": {"1"}, "back": {"v=todo&x=//evil.example"}})
	if got := response.Header.Get("Location"); got != "/messages?v=todo&x=%2F%2Fevil.example#MC1" {
		t.Errorf("taking: %s to %q", response.Status, got)
	}
	response, page = lou.send("POST", "/messages/MC1/handling", url.Values{"take": {"1"}, "back": {""}})
	if response.StatusCode != http.StatusConflict {
		t.Errorf("taking again: %s", response.Status)
	}
	has(t, "page of the slower one", page, "kim has taken it meanwhile.", `value="kim"`)
	due.Owner = "kim"
	if all, err := h.store.Handlings(t.Context(), storetest.Contoso); err != nil || all["MC1"] != due {
		t.Errorf("Handlings = %+v, %v", all, err)
	}
	_, page = kim.send("GET", "/messages?v=mine", nil)
	has(t, "mine", page, "Certificates change")
	lacks(t, "mine", page, "New layout")
	_, page = lou.send("GET", "/messages?v=mine", nil)
	lacks(t, "mine of somebody else", page, "Certificates change")
}

// What is late leads, what has no date follows, and what is done comes last.
func TestOrderOfMessages(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	h.messages()
	h.message(storetest.Contoso, tocsin.Message{ID: "MC3", Title: "Overdue", ActionRequiredBy: storetest.T0.AddDate(0, 0, -3), StartAt: storetest.T0, ModifiedAt: storetest.T0})
	h.message(storetest.Contoso, tocsin.Message{ID: "MC4", Title: "Overdue and done", ActionRequiredBy: storetest.T0.AddDate(0, 0, -9), StartAt: storetest.T0, ModifiedAt: storetest.T0})
	if err := h.store.PutHandling(t.Context(), storetest.Contoso, "MC4", tocsin.Handling{State: tocsin.HandlingDone}, h.clock()); err != nil {
		t.Fatal(err)
	}
	h.person("ana", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	ana := h.browser()
	ana.enter("ana")
	_, page := ana.send("GET", "/messages", nil)
	at := -1
	for _, id := range []string{"MC3", "MC1", "MC2", "MC4"} {
		next := strings.Index(page, `<tr role="row" id="`+id+`"`)
		if next <= at {
			t.Errorf("%s stands at %d, after %d", id, next, at)
		}
		at = next
	}
}

// Marks are those of the Graph API: read there is read here, and the other way
// round. Opening a message reads it; strangers have none.
func TestReadMarks(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://localhost")
	h.messages()
	ana := h.person("ana", tocsin.Grant{Role: tocsin.RoleReader})
	b := h.browser()
	b.enter("ana")
	unread := func(tenant string) (list string) {
		_, page := b.send("GET", "/messages?v=unread&tenant="+tenant, nil)
		for _, id := range []string{"MC1", "MC2"} {
			if strings.Contains(page, `id="`+id+`"`) {
				list += id
			}
		}
		return list
	}
	expect := func(when, contoso, fabrikam string) {
		t.Helper()
		if a, b := unread("contoso"), unread("fabrikam"); a != contoso || b != fabrikam {
			t.Errorf("%s: unread %q and %q, want %q and %q", when, a, b, contoso, fabrikam)
		}
	}
	expect("at first", "MC1MC2", "MC1MC2")
	read := func(v tocsin.Viewpoint) tocsin.Viewpoint { v.Read, v.Favorited = true, true; return v }
	if err := h.store.SetViewpoints(t.Context(), storetest.Contoso, "at:"+ana.ID, []string{"MC1"}, h.clock(), read); err != nil {
		t.Fatal(err)
	}
	expect("read with a program", "MC2", "MC1MC2")
	if got := b.status("HEAD", "/messages/MC2?tenant=contoso", nil); got != http.StatusOK {
		t.Errorf("HEAD: status %d", got)
	}
	expect("looked at without opening", "MC2", "MC1MC2")
	b.send("GET", "/messages/mc2?tenant=contoso", nil)
	expect("opened", "", "MC1MC2")
	response, _ := b.send("POST", "/messages/read?tenant=contoso", url.Values{"unread": {"MC1"}})
	if got := response.Header.Get("Location"); got != "/messages?tenant=contoso#MC1" {
		t.Errorf("unread: %s to %q", response.Status, got)
	}
	expect("unread again", "MC1", "MC1MC2")
	response, _ = b.send("POST", "/messages/read?tenant=fabrikam", url.Values{"back": {"v=unread&tenant=contoso"}})
	if got := response.Header.Get("Location"); got != "/messages?v=unread&tenant=fabrikam" {
		t.Errorf("all read: %s to %q", response.Status, got)
	}
	expect("all read", "MC1", "")
	if views, err := h.store.Viewpoints(t.Context(), storetest.Contoso, "at:"+ana.ID); err != nil || views["MC1"] != (tocsin.Viewpoint{Favorited: true}) || !views["MC2"].Read {
		t.Errorf("Viewpoints = %+v, %v", views, err)
	}
	if got := b.status("POST", "/messages/read", url.Values{"unread": {"MC99"}}); got != http.StatusNotFound {
		t.Errorf("a message that is not there: status %d", got)
	}
}
