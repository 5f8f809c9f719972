package admin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Teams, sites, contacts and liaisons are added, changed and removed in the
// pages; each change is one entry in the audit log, without what is personal.
func TestNouns(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator, TenantID: storetest.Contoso})
	kim := h.Person("kim", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	ana := h.Person("ana", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	b := h.Browser()
	b.Enter("alex")
	for _, tt := range []struct {
		key, one             string
		add, change          url.Values
		added, changed, name string // on the list, and in the audit log
		audit                string
	}{
		{"teams", "team", url.Values{"called": {"Mail"}, "members": {kim.ID}}, url.Values{"called": {"Messaging"}, "members": {kim.ID, ana.ID}}, ">kim</td>", "ana", "Messaging", "members ana, kim"},
		{"sites", "site", url.Values{"called": {"Paris"}, "seats": {" 1200 "}, "zone": {"Europe/Paris"}}, url.Values{"called": {"Paris"}, "region": {"EMEA"}}, ">1,200</td>", "Not known", "Paris", "EMEA, 0 seats, UTC"},
		{"contacts", "contact", url.Values{"of": {"user:" + kim.ID}, "phone": {"112"}}, url.Values{"mail": {"kim@home.example"}, "phone": {""}}, ">112</td>", "kim@home.example", "kim", "mail"},
		{"liaisons", "liaison", url.Values{"user": {kim.ID}, "reach": {"by day"}}, url.Values{"reach": {"by night"}, "standIn": {ana.ID}}, ">by day</td>", ">ana</td>", "kim", "stand-in ana"},
	} {
		path := "/admin/" + tt.key
		audited := func(action, detail string) {
			t.Helper()
			list, err := h.Store.Audit(t.Context(), store.AuditQuery{Limit: 1})
			if err != nil || list[0].Action != tt.one+"."+action || list[0].Detail != detail && detail != "*" || list[0].Actor.Name != "alex" || list[0].TenantID != storetest.Contoso {
				t.Errorf("%s: audit %+v, %v, want %s %q", tt.key, list, err, action, detail)
			}
		}
		send := func(path string, form url.Values, to string) {
			t.Helper()
			response, body := b.Send("POST", path, form)
			if got := response.Header.Get("Location"); response.StatusCode != http.StatusSeeOther || got != "/admin/"+tt.key+"?in="+storetest.Contoso+"&done="+to {
				t.Fatalf("%s %v: %s to %q\n%s", path, form, response.Status, got, body)
			}
		}
		send(path, tt.add, "noun")
		audited("add", "*")
		_, page := b.Send("GET", path, nil)
		webtest.Has(t, path, page, tt.added)
		one := regexp.MustCompile(`href="(` + path + `/[0-9a-f-]{36})"`).FindStringSubmatch(page)
		if one == nil {
			t.Fatalf("%s leads to none", path)
		}
		_, page = b.Send("GET", one[1], nil)
		webtest.Has(t, one[1], page, `action="`+one[1]+`"`, `href="`+one[1]+`/remove"`)
		send(one[1], tt.change, "noun")
		audited("change", tt.audit)
		_, page = b.Send("GET", "/fr"+path+"?in="+storetest.Contoso+"&done=noun", nil)
		webtest.Has(t, path, page, strings.ReplaceAll(tt.changed, "Not known", "Inconnu"), "C’est enregistré.")
		if tt.one == "contact" {
			webtest.Has(t, path, page, "Pas encore")
			h.Pass(time.Hour)
			send(one[1]+"/confirm", url.Values{}, "confirmed")
			audited("change", "mail, confirmed 2026-03-02")
		}
		_, page = b.Send("GET", one[1]+"/remove", nil)
		webtest.Has(t, one[1]+"/remove", page, tt.name, `action="`+one[1]+`/remove"`)
		send(one[1]+"/remove", url.Values{}, "removed")
		audited("remove", "*")
		if got := b.Status("GET", one[1], nil); got != http.StatusNotFound {
			t.Errorf("%s after removing: %d", one[1], got)
		}
	}
}

// What is refused is said at its field in the reader's language, and what was
// typed is kept.
func TestNounsRefused(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	kim := h.Person("kim", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	joe := h.Person("joe", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Fabrikam})
	mail := h.Team(storetest.Contoso, "Mail")
	if err := h.Store.AddContact(t.Context(), tocsin.Contact{ID: tocsin.NewGUID(), TenantID: storetest.Contoso, Of: mail, Phone: "112", CreatedAt: h.Clock()}); err != nil {
		t.Fatal(err)
	}
	b := h.Browser()
	b.Enter("alex")
	for _, tt := range []struct {
		name, key string
		form      url.Values
		status    int
		wants     []string
	}{
		{"no name", "teams", url.Values{"called": {" "}, "members": {kim.ID}}, 400, []string{`id="called-e"`, `value="` + kim.ID + `" checked`}},
		{"a name that is taken", "teams", url.Values{"called": {"MAIL"}}, 409, []string{`id="called-e"`, `value="MAIL"`, "その名前はすでに使われています"}},
		{"somebody of another tenant", "teams", url.Values{"called": {"x"}, "members": {joe.ID}}, 400, []string{`id="members-e"`}},
		{"nothing", "sites", url.Values{}, 400, []string{`id="called-e"`}},
		{"no number and no zone", "sites", url.Values{"called": {"x"}, "seats": {"<many>"}, "zone": {"Lutetia"}}, 400, []string{`id="seats-e"`, `id="zone-e"`, `value="&lt;many&gt;"`, `value="Lutetia"`}},
		{"far too many", "sites", url.Values{"called": {"x"}, "seats": {"99999999999999999999"}}, 400, []string{`id="seats-e"`}},
		{"nobody", "contacts", url.Values{"phone": {"112"}}, 400, []string{`id="of-e"`}},
		{"neither way", "contacts", url.Values{"of": {mail.String()}}, 400, []string{`id="mail-e"`, `value="` + mail.String() + `" selected`}},
		{"a second one", "contacts", url.Values{"of": {mail.String()}, "phone": {"113"}}, 409, []string{`id="of-e"`, `value="113"`}},
		{"somebody of another tenant to reach", "contacts", url.Values{"of": {"user:" + joe.ID}, "phone": {"113"}}, 400, []string{`id="of-e"`}},
		{"nobody to speak", "liaisons", url.Values{}, 400, []string{`id="user-e"`}},
		{"their own stand-in", "liaisons", url.Values{"user": {kim.ID}, "standIn": {kim.ID}}, 400, []string{`id="standIn-e"`}},
		{"a long story", "liaisons", url.Values{"user": {kim.ID}, "reach": {strings.Repeat("x", 101)}}, 400, []string{`id="reach-e"`}},
	} {
		response, body := b.Send("POST", "/ja/admin/"+tt.key+"?in="+storetest.Contoso, tt.form)
		if response.StatusCode != tt.status {
			t.Errorf("%s: %s, want %d", tt.name, response.Status, tt.status)
		}
		webtest.Has(t, tt.name, body, append(tt.wants, `aria-invalid="true"`)...)
		webtest.Lacks(t, tt.name, body, "⟦", "joe")
	}
	for path, want := range map[string]int{
		"/admin/teams?in=desk": 200, "/admin/liaisons?in=desk": 404, "/admin/teams?in=nowhere": 404, "/admin/teams/nowhere": 404, "/admin/teams?in=" + storetest.Fabrikam: 200,
	} {
		if got := b.Status("GET", path, nil); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
}

// Who runs one tenant neither sees nor touches what belongs to another or to the
// whole desk.
func TestNounsAreApart(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator, TenantID: storetest.Contoso}, tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Fabrikam})
	h.Person("rea", tocsin.Grant{Role: tocsin.RoleServiceSupport})
	joe := h.Person("joe", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Fabrikam})
	var ids []string
	for tenant, name := range map[string]string{storetest.Fabrikam: "Their team", "": "Shared team"} {
		team := h.Team(tenant, name, joe.ID)
		contact := tocsin.Contact{ID: tocsin.NewGUID(), TenantID: tenant, Of: team, Mail: "secret@home.example", CreatedAt: h.Clock()}
		if err := h.Store.AddContact(t.Context(), contact); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, "/admin/teams/"+team.ID, "/admin/contacts/"+contact.ID)
	}
	alex, rea := h.Browser(), h.Browser()
	alex.Enter("alex")
	rea.Enter("rea")
	before := h.LastEntry()
	for _, path := range []string{"/admin/teams", "/admin/contacts", "/admin/contacts?in=" + storetest.Contoso} {
		response, page := alex.Send("GET", path, nil)
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, response.Status)
		}
		webtest.Lacks(t, path, page, "Their team", "Shared team</a>", "secret", "joe", "Whole desk")
	}
	for _, path := range append(ids, "/admin/teams?in="+storetest.Fabrikam, "/admin/teams?in=desk") {
		if got := alex.Status("GET", path, nil); got != http.StatusNotFound {
			t.Errorf("GET %s: %d", path, got)
		}
		if got := alex.Status("POST", path, url.Values{"called": {"Mine"}, "phone": {"112"}}); got != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, got)
		}
		if got := rea.Status("GET", path, nil); got != http.StatusForbidden && got != http.StatusNotFound {
			t.Errorf("GET %s by somebody without the permission: %d", path, got)
		}
	}
	for _, path := range ids {
		for _, what := range []string{"/remove", "/confirm"} {
			if got := alex.Status("POST", path+what, url.Values{}); got != http.StatusNotFound && got != http.StatusMethodNotAllowed {
				t.Errorf("POST %s%s: %d", path, what, got)
			}
		}
	}
	if after := h.LastEntry(); after != before {
		t.Errorf("%d entries were written", after-before)
	}
}
