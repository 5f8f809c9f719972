package messages_test

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

// Those who manage messages say what is done about one; others of the tenant
// read it, and other tenants have their own.
func TestHandlingOfMessages(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Messages()
	person := h.Person("kim", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso}, tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Fabrikam})
	team := h.Team(storetest.Contoso, "<b>Mail team</b>")
	h.Team(storetest.Fabrikam, "Their team")
	h.Person("joe", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Fabrikam})
	h.Person("ana", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	kim, ana := h.Browser(), h.Browser()
	kim.Enter("kim")
	ana.Enter("ana")
	const address = "/messages/mc1/handling?tenant=contoso"
	_, page := kim.Send("GET", "/messages/MC1?tenant=contoso", nil)
	webtest.Has(t, "form", page, `action="/messages/MC1/handling?tenant=contoso"`, "20\u00a0Mar", "To decide", "Take it", `<option value="" selected>Nobody</option>`, ">kim</option>", ">ana</option>", "&lt;b&gt;Mail team&lt;/b&gt; (team)</option>")
	webtest.Lacks(t, "form", page, "Their team", "joe")
	_, page = kim.Send("GET", "/messages/MC1?tenant=fabrikam", nil)
	webtest.Lacks(t, "page of a tenant where kim reads", page, "/handling", "Take it")

	response, _ := kim.Send("POST", address, url.Values{"state": {"planned"}, "owner": {team.String()}, "due": {"2026-03-10"}})
	if got := response.Header.Get("Location"); response.StatusCode != http.StatusSeeOther || got != "/messages/MC1?done=saved&tenant=contoso#handling" {
		t.Fatalf("saving: %s to %q", response.Status, got)
	}
	_, page = kim.Send("GET", "/messages/MC1?tenant=contoso", nil)
	webtest.Has(t, "form", page, `<option value="`+team.String()+`" selected>`, `value="2026-03-10"`, `<option value="planned" selected>`)
	_, page = ana.Send("GET", "/fr/messages/MC1", nil)
	webtest.Has(t, "page of a reader", page, "Planifié", "&lt;b&gt;Mail team", "10\u00a0mars")
	webtest.Lacks(t, "page of a reader", page, `action="/fr/messages/MC1/handling`)
	_, page = kim.Send("GET", "/messages?tenant=fabrikam", nil)
	webtest.Lacks(t, "another tenant", page, "Mail team")

	for path, wants := range map[string][]string{
		"/messages":               {"Mail team", "10\u00a0Mar", "MC2"},
		"/messages?state=planned": {"Mail team"}, "/messages?owner=nobody": {"MC2"}, "/messages?state=new": {"MC2"},
		"/messages?owner=" + team.String():                       {"Mail team", `<option value="` + team.String() + `" selected>`},
		"/messages?owner=" + url.QueryEscape("<B>mail team</B>"): {"Mail team", `<option value="` + team.String() + `" selected>`},
	} {
		_, page := ana.Send("GET", path, nil)
		webtest.Has(t, path, page, wants...)
		if strings.Contains(path, "?") && strings.Contains(page, "Certificates") == strings.Contains(page, "New layout") {
			t.Errorf("%s does not filter", path)
		}
	}
	if got := kim.Status("POST", address, url.Values{"state": {"done"}, "owner": {""}, "due": {""}, "take": {"1"}}); got != http.StatusSeeOther {
		t.Errorf("taking: status %d", got)
	}
	if all, err := h.Store.Handlings(t.Context(), storetest.Contoso); err != nil || all["MC1"] != (tocsin.Handling{State: tocsin.HandlingDone, Owner: tocsin.UserParty(person.ID), OwnerName: "kim"}) {
		t.Errorf("Handlings = %+v, %v", all, err)
	}
	_, page = kim.Send("GET", "/messages?tenant=contoso&owner=me", nil)
	webtest.Has(t, "mine", page, "Certificates", "20\u00a0Mar")
	_, page = ana.Send("GET", "/messages?v=todo", nil)
	webtest.Lacks(t, "to do", page, "Certificates")
	for _, nobodys := range []string{"me", "joe", team.String(), "user:x", "%00", url.QueryEscape(`"><script>`)} {
		_, page = ana.Send("GET", "/messages?v=all&owner="+nobodys, nil)
		webtest.Lacks(t, "owned by "+nobodys, page, "Certificates", "New layout", "<script>")
	}
}

// What is refused is said at its field, and nothing changes.
func TestHandlingRefused(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Messages()
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	h.Person("ana", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	joe := h.Person("joe", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Fabrikam})
	theirs := h.Team(storetest.Fabrikam, "Their team")
	kim, ana := h.Browser(), h.Browser()
	kim.Enter("kim")
	ana.Enter("ana")
	tests := []struct {
		name string
		form url.Values
		want string
	}{
		{"no form", url.Values{}, `id="state-e"`},
		{"unknown state", url.Values{"state": {"later"}}, `id="state-e"`},
		{"an owner in words", url.Values{"state": {"planned"}, "owner": {"kim"}}, `id="owner-e"`},
		{"somebody of another tenant", url.Values{"state": {"planned"}, "owner": {tocsin.UserParty(joe.ID).String()}}, `id="owner-e"`},
		{"another tenant's team", url.Values{"state": {"planned"}, "owner": {theirs.String()}}, `id="owner-e"`},
		{"no day", url.Values{"state": {"planned"}, "due": {"tomorrow"}}, `id="due-e"`},
		{"far day", url.Values{"state": {"planned"}, "due": {"9999-01-01"}}, `id="due-e"`},
	}
	for _, tt := range tests {
		response, body := kim.Send("POST", "/ja/messages/MC1/handling", tt.form)
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", tt.name, response.Status)
		}
		webtest.Has(t, tt.name, body, tt.want, `aria-invalid="true"`, `href="/fr/messages/MC1"`)
		webtest.Lacks(t, tt.name, body, "⟦")
	}
	form := url.Values{"state": {"done"}}
	for path, want := range map[string]int{"/messages/MC9/handling": http.StatusNotFound, "/messages/MC1/handling?tenant=fabrikam": http.StatusNotFound} {
		if got := kim.Status("POST", path, form); got != want {
			t.Errorf("%s: status %d, want %d", path, got, want)
		}
	}
	if got := ana.Status("POST", "/messages/MC1/handling", form); got != http.StatusForbidden {
		t.Errorf("a reader: status %d", got)
	}
	for _, tenant := range []string{storetest.Contoso, storetest.Fabrikam} {
		if all, err := h.Store.Handlings(t.Context(), tenant); err != nil || len(all) != 0 {
			t.Errorf("Handlings = %v, %v, want none", all, err)
		}
	}
}

// Who may manage messages takes one from the list, unless somebody was faster,
// and comes back to the list as it was.
func TestTakingFromTheList(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Messages()
	grant := tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso}
	person := h.Person("kim", grant)
	h.Person("lou", grant)
	h.Person("ana", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	kim, lou, ana := h.Browser(), h.Browser(), h.Browser()
	kim.Enter("kim")
	lou.Enter("lou")
	ana.Enter("ana")
	_, page := kim.Send("GET", "/messages?v=todo", nil)
	webtest.Has(t, "list", page, `action="/messages/MC1/handling"`, `name="take"`, "Nobody yet", `value="v=todo"`, `data-l="Owner"`)
	_, page = ana.Send("GET", "/messages", nil)
	webtest.Lacks(t, "list of a reader", page, `name="take"`)
	due := tocsin.Handling{State: tocsin.HandlingPlanned, Due: time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)}
	if err := h.Store.PutHandling(t.Context(), storetest.Contoso, "MC1", due, h.Clock()); err != nil {
		t.Fatal(err)
	}
	response, _ := kim.Send("POST", "/messages/MC1/handling", url.Values{"take": {"1"}, "back": {"v=todo&x=//evil.example"}})
	if got := response.Header.Get("Location"); got != "/messages?v=todo&x=%2F%2Fevil.example#MC1" {
		t.Errorf("taking: %s to %q", response.Status, got)
	}
	response, page = lou.Send("POST", "/messages/MC1/handling", url.Values{"take": {"1"}, "back": {""}})
	if response.StatusCode != http.StatusConflict {
		t.Errorf("taking again: %s", response.Status)
	}
	webtest.Has(t, "page of the slower one", page, "kim has taken it meanwhile.", `" selected>kim</option>`)
	due.Owner, due.OwnerName = tocsin.UserParty(person.ID), "kim"
	if all, err := h.Store.Handlings(t.Context(), storetest.Contoso); err != nil || all["MC1"] != due {
		t.Errorf("Handlings = %+v, %v", all, err)
	}
	_, page = kim.Send("GET", "/messages?v=mine", nil)
	webtest.Has(t, "mine", page, "Certificates change")
	webtest.Lacks(t, "mine", page, "New layout")
	_, page = lou.Send("GET", "/messages?v=mine", nil)
	webtest.Lacks(t, "mine of somebody else", page, "Certificates change")
}

// What is late leads, what has no date follows, and what is done comes last.
func TestOrderOfMessages(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Messages()
	h.Message(storetest.Contoso, tocsin.Message{ID: "MC3", Title: "Overdue", ActionRequiredBy: storetest.T0.AddDate(0, 0, -3), StartAt: storetest.T0, ModifiedAt: storetest.T0})
	h.Message(storetest.Contoso, tocsin.Message{ID: "MC4", Title: "Overdue and done", ActionRequiredBy: storetest.T0.AddDate(0, 0, -9), StartAt: storetest.T0, ModifiedAt: storetest.T0})
	if err := h.Store.PutHandling(t.Context(), storetest.Contoso, "MC4", tocsin.Handling{State: tocsin.HandlingDone}, h.Clock()); err != nil {
		t.Fatal(err)
	}
	h.Person("ana", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	ana := h.Browser()
	ana.Enter("ana")
	_, page := ana.Send("GET", "/messages", nil)
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
	h := webtest.NewHouse(t, "http://localhost")
	h.Messages()
	ana := h.Person("ana", tocsin.Grant{Role: tocsin.RoleReader})
	b := h.Browser()
	b.Enter("ana")
	unread := func(tenant string) (list string) {
		_, page := b.Send("GET", "/messages?v=unread&tenant="+tenant, nil)
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
	if err := h.Store.SetViewpoints(t.Context(), storetest.Contoso, "at:"+ana.ID, []string{"MC1"}, h.Clock(), read); err != nil {
		t.Fatal(err)
	}
	expect("read with a program", "MC2", "MC1MC2")
	if got := b.Status("HEAD", "/messages/MC2?tenant=contoso", nil); got != http.StatusOK {
		t.Errorf("HEAD: status %d", got)
	}
	expect("looked at without opening", "MC2", "MC1MC2")
	b.Send("GET", "/messages/mc2?tenant=contoso", nil)
	expect("opened", "", "MC1MC2")
	response, _ := b.Send("POST", "/messages/read?tenant=contoso", url.Values{"unread": {"MC1"}})
	if got := response.Header.Get("Location"); got != "/messages?tenant=contoso#MC1" {
		t.Errorf("unread: %s to %q", response.Status, got)
	}
	expect("unread again", "MC1", "MC1MC2")
	response, _ = b.Send("POST", "/messages/read?tenant=fabrikam", url.Values{"back": {"v=unread&tenant=contoso"}})
	if got := response.Header.Get("Location"); got != "/messages?v=unread&tenant=fabrikam" {
		t.Errorf("all read: %s to %q", response.Status, got)
	}
	expect("all read", "MC1", "")
	if views, err := h.Store.Viewpoints(t.Context(), storetest.Contoso, "at:"+ana.ID); err != nil || views["MC1"] != (tocsin.Viewpoint{Favorited: true}) || !views["MC2"].Read {
		t.Errorf("Viewpoints = %+v, %v", views, err)
	}
	if got := b.Status("POST", "/messages/read", url.Values{"unread": {"MC99"}}); got != http.StatusNotFound {
		t.Errorf("a message that is not there: status %d", got)
	}
}
