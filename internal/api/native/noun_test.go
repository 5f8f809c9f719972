package native_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// Ids of people: kim has a role in contoso, joe in fabrikam, bo in none.
const (
	kim = "bbbbbbbb-0000-4000-8000-000000000001"
	joe = "bbbbbbbb-0000-4000-8000-000000000002"
	bo  = "bbbbbbbb-0000-4000-8000-000000000003"
)

// at is where the nouns are.
const at = "/api/tocsin/v1"

// crew adds them.
func (d *desk) crew() {
	d.tb.Helper()
	add := func(id, name string, grants ...tocsin.Grant) error {
		return d.store.AddUser(d.tb.Context(), tocsin.User{ID: id, Name: name, CreatedAt: storetest.T0, Grants: grants}, "")
	}
	if err := errors.Join(add(kim, "kim", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso}), add(joe, "joe", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Fabrikam}), add(bo, "bo")); err != nil {
		d.tb.Fatal(err)
	}
}

// names are those of a list.
func names(r reply) []string {
	list, _ := r.body["value"].([]any)
	var found []string
	for _, one := range list {
		name, _ := one.(map[string]any)["name"].(string)
		found = append(found, name)
	}
	return found
}

// A noun is added, read, changed unless somebody was faster, and removed; each
// change is in the audit log of its tenant, without what is personal.
func TestNouns(t *testing.T) {
	t.Parallel()
	for noun, tt := range map[string]struct{ draft, added, patch, changed, audit string }{
		"team": {
			`{"name":"Mail","memberIds":["` + kim + `"]}`, `"name":"Mail","tenantId":"` + storetest.Contoso + `","members":[{"id":"` + kim + `","name":"kim"}]`,
			`{"memberIds":[]}`, `"members":[]`, "no members",
		},
		"site": {
			`{"name":"Paris","region":"EMEA","seats":1200,"timeZone":"Europe/Paris"}`, `"region":"EMEA","seats":1200,"timeZone":"Europe/Paris"`,
			`{"seats":0,"timeZone":""}`, `"region":"EMEA","seats":0,"timeZone":"UTC"`, "EMEA, 0 seats, UTC",
		},
		"contact": {
			`{"of":"user:` + kim + `","mail":"kim@home.example"}`, `"of":"user:` + kim + `","name":"kim","mail":"kim@home.example"`,
			`{"phone":"112","confirmed":true}`, `"phone":"112","confirmedAt":"2026-03-02T09:00:00Z"`, "mail and telephone, confirmed 2026-03-02",
		},
	} {
		t.Run(noun, func(t *testing.T) {
			t.Parallel()
			d := sqlite(t)
			d.crew()
			path := at + "/" + noun + "s"
			added := d.must(201, "POST", "contoso", path, tt.draft)
			here := path + "/" + added.string("id")
			if !strings.Contains(added.text, tt.added) || added.header.Get("Location") != here {
				t.Fatalf("added: %v %s", added.header, added.text)
			}
			d.must(409, "POST", "contoso", path, tt.draft)
			got := d.must(200, "GET", "contoso", path+"/"+strings.ToUpper(added.string("id")), "")
			tag := got.header.Get("ETag")
			if got.text != added.text || tag != added.header.Get("ETag") {
				t.Errorf("read: %s, added: %s", got.text, added.text)
			}
			d.must(304, "GET", "contoso", here, "", "If-None-Match", tag)
			changed := d.must(200, "PATCH", "contoso", here, tt.patch, "If-Match", tag)
			if !strings.Contains(changed.text, tt.changed) || changed.header.Get("ETag") == tag {
				t.Errorf("changed: %s", changed.text)
			}
			d.must(412, "PATCH", "contoso", here, tt.patch, "If-Match", tag)
			entries, err := d.store.Audit(t.Context(), store.AuditQuery{Limit: 1})
			if err != nil || entries[0].Action != noun+".change" || entries[0].Detail != tt.audit || entries[0].TenantID != storetest.Contoso || entries[0].Actor.Name != "client c1" {
				t.Errorf("Audit = %+v, %v", entries, err)
			}
			for token, status := range map[string]int{"fabrikam": 404, "reader": 403, "nothing": 403} {
				if r := d.ask("DELETE", token, here, ""); r.status != status {
					t.Errorf("%s removes: %d %s, want %d", token, r.status, r.text, status)
				}
				if r := d.ask("PATCH", token, here, tt.patch); r.status != status {
					t.Errorf("%s changes: %d %s, want %d", token, r.status, r.text, status)
				}
			}
			if gone := d.must(204, "DELETE", "contoso", here, ""); gone.text != "" {
				t.Errorf("removed: %s", gone.text)
			}
			d.must(404, "GET", "contoso", here, "")
			d.must(404, "DELETE", "contoso", here, "")
			if r := d.must(405, "PUT", "contoso", here, "{}"); r.header.Get("Allow") != "GET, HEAD, PATCH, DELETE" {
				t.Errorf("allowed: %q", r.header.Get("Allow"))
			}
		})
	}
}

// What belongs to a tenant is nothing to another; what belongs to the whole desk
// serves all and is changed by those who manage all.
func TestNounsAreApart(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	d.crew()
	d.must(201, "POST", "contoso", at+"/teams", `{"name":"Ours"}`)
	theirs := d.must(201, "POST", "fabrikam", at+"/teams", `{"name":"Theirs"}`).string("id")
	shared := d.must(201, "POST", "all", at+"/teams", `{"name":"Shared","wholeDesk":true,"memberIds":["`+kim+`","`+joe+`"]}`)
	d.must(201, "POST", "all", at+"/teams", `{"name":"By all","tenantId":"`+storetest.Fabrikam+`"}`)
	for token, want := range map[string]string{"contoso": "Ours Shared", "reader": "Ours Shared", "fabrikam": "By all Shared Theirs", "all": "By all Ours Shared Theirs"} {
		got := names(d.must(200, "GET", token, at+"/teams", ""))
		if slices.Sort(got); strings.Join(got, " ") != want {
			t.Errorf("%s reads %v, want %s", token, got, want)
		}
	}
	if !strings.Contains(shared.text, `"joe"`) || strings.Contains(shared.text, "tenantId") {
		t.Errorf("to those who manage all: %s", shared.text)
	}
	if got := d.must(200, "GET", "contoso", at+"/teams/"+shared.string("id"), ""); strings.Contains(got.text, "joe") || strings.Contains(got.text, joe) || !strings.Contains(got.text, `"kim"`) {
		t.Errorf("a team of the whole desk tells about people of another tenant: %s", got.text)
	}
	none := d.must(404, "GET", "contoso", at+"/teams/"+bo, "")
	if got := d.must(404, "GET", "contoso", at+"/teams/"+theirs, ""); strings.ReplaceAll(got.string("detail"), theirs, bo) != none.string("detail") {
		t.Errorf("another tenant's: %s, none: %s", got.text, none.text)
	}
	d.must(403, "PATCH", "contoso", at+"/teams/"+shared.string("id"), `{"name":"Mine"}`)
	d.must(403, "DELETE", "contoso", at+"/teams/"+shared.string("id"), "")
	d.must(200, "PATCH", "all", at+"/teams/"+shared.string("id"), `{"name":"Everybody"}`)
	private := d.must(201, "POST", "all", at+"/contacts", `{"of":"user:`+joe+`","phone":"112","wholeDesk":true}`).string("id")
	if got := d.must(200, "GET", "contoso", at+"/contacts", ""); got.text != "{\"value\":[]}\n" {
		t.Errorf("contacts of the whole desk: %s", got.text)
	}
	d.must(404, "GET", "contoso", at+"/contacts/"+private, "")
	d.must(403, "GET", "reader", at+"/contacts", "")
	d.must(204, "DELETE", "all", at+"/contacts/"+private, "")
}

// What is refused is named, and nothing that is personal is repeated.
func TestNounsRefused(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	d.crew()
	for name, tt := range map[string]struct {
		path, body string
		status     int
		location   string
	}{
		"no name":           {"/teams", `{}`, 400, "body"},
		"two lines":         {"/teams", `{"name":"a\nb"}`, 400, "body.name"},
		"of another tenant": {"/teams", `{"name":"a","memberIds":["` + joe + `"]}`, 400, "body.memberIds"},
		"without a role":    {"/teams", `{"name":"a","memberIds":["` + bo + `"]}`, 400, "body.memberIds"},
		"no id":             {"/teams", `{"name":"a","memberIds":["kim"]}`, 400, "body.memberIds"},
		"foreign tenant":    {"/teams", `{"name":"a","tenantId":"` + storetest.Fabrikam + `"}`, 403, ""},
		"unknown tenant":    {"/teams", `{"name":"a","tenantId":"` + bo + `"}`, 403, ""},
		"the whole desk":    {"/teams", `{"name":"a","wholeDesk":true}`, 403, ""},
		"both":              {"/teams", `{"name":"a","wholeDesk":true,"tenantId":"` + storetest.Contoso + `"}`, 400, "body.wholeDesk"},
		"seats":             {"/sites", `{"name":"a","seats":-1}`, 400, "body.seats"},
		"zone":              {"/sites", `{"name":"a","timeZone":"Europe/Lutetia"}`, 400, "body.timeZone"},
		"nobody":            {"/contacts", `{"of":"secret","phone":"112"}`, 400, "body.of"},
		"neither":           {"/contacts", `{"of":"user:` + kim + `"}`, 400, "body.mail"},
		"a name":            {"/contacts", `{"of":"user:` + kim + `","mail":"secret <secret@home.example>"}`, 400, "body.mail"},
		"letters":           {"/contacts", `{"of":"user:` + kim + `","phone":"secret"}`, 400, "body.phone"},
	} {
		got := d.ask("POST", "contoso", at+tt.path, tt.body)
		if got.status != tt.status || tt.location != "" && !strings.Contains(got.text, `"`+tt.location+`"`) || strings.Contains(got.text, "secret") {
			t.Errorf("%s: %d %s, want %d at %q", name, got.status, got.text, tt.status, tt.location)
		}
	}
	for _, path := range []string{"/teams", "/sites", "/contacts"} {
		if got := d.must(200, "GET", "all", at+path, ""); len(names(got)) != 0 {
			t.Errorf("%s: %s", path, got.text)
		}
	}
	d.must(400, "GET", "contoso", at+"/teams?limit=1", "")
}
