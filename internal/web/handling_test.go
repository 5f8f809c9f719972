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
