package native_test

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// What is done about a message is read and replaced as a whole, by those who may,
// unless somebody was faster.
func TestHandlings(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	d.crew()
	team := d.must(201, "POST", "contoso", "/api/tocsin/v1/teams", `{"name":"Mail team"}`).string("id")
	theirs := d.must(201, "POST", "fabrikam", "/api/tocsin/v1/teams", `{"name":"Their team"}`).string("id")
	id := d.must(201, "POST", "contoso", contoso+"/messages", `{"title":"Certificates change","content":"Soon."}`).string("id")
	at := contoso + "/messages/" + id + "/handling"
	first := d.must(200, "GET", "reader", contoso+"/messages/"+strings.ToLower(id)+"/handling", "")
	if first.string("state") != "new" || len(first.body) != 1 {
		t.Errorf("at first: %s", first.text)
	}
	d.must(304, "GET", "reader", at, "", "If-None-Match", first.header.Get("ETag"))
	put := d.must(200, "PUT", "contoso", at, `{"state":"planned","owner":"Mail team","due":"2026-03-10"}`, "If-Match", first.header.Get("ETag"))
	got := d.must(200, "GET", "reader", at, "")
	if got.text != put.text || got.string("owner") != "Mail team" || got.string("ownerId") != "team:"+team || got.string("due") != "2026-03-10" || got.header.Get("ETag") != put.header.Get("ETag") {
		t.Errorf("after: %s, put %s", got.text, put.text)
	}
	for name, tt := range map[string]struct {
		token, method, at, body string
		header                  []string
		status                  int
		location                string
	}{
		"changed meanwhile":  {"contoso", "PUT", at, `{"state":"done"}`, []string{"If-Match", first.header.Get("ETag")}, 412, ""},
		"unknown state":      {"contoso", "PUT", at, `{"state":"later"}`, nil, 400, "body.state"},
		"no state":           {"contoso", "PUT", at, `{"owner":"me"}`, nil, 400, "body"},
		"no day":             {"contoso", "PUT", at, `{"state":"done","due":"tomorrow"}`, nil, 400, "body.due"},
		"far day":            {"contoso", "PUT", at, `{"state":"done","due":"9999-01-01"}`, nil, 400, "body.due"},
		"nobody there":       {"contoso", "PUT", at, `{"state":"done","owner":"a\nb"}`, nil, 400, "body.owner"},
		"another tenant's":   {"contoso", "PUT", at, `{"state":"done","owner":"Their team"}`, nil, 400, "body.owner"},
		"the same by id":     {"contoso", "PUT", at, `{"state":"done","ownerId":"team:` + theirs + `"}`, nil, 400, "body.owner"},
		"somebody of it":     {"contoso", "PUT", at, `{"state":"done","owner":"joe"}`, nil, 400, "body.owner"},
		"no id":              {"contoso", "PUT", at, `{"state":"done","ownerId":"kim"}`, nil, 400, "body.ownerId"},
		"no such message":    {"contoso", "PUT", contoso + "/messages/MC9/handling", `{"state":"done"}`, nil, 404, ""},
		"read of none":       {"contoso", "GET", contoso + "/messages/MC9/handling", "", nil, 404, ""},
		"of a reader":        {"reader", "PUT", at, `{"state":"done"}`, nil, 403, ""},
		"of another tenant":  {"fabrikam", "PUT", at, `{"state":"done"}`, nil, 403, ""},
		"of another, read":   {"fabrikam", "GET", at, "", nil, 403, ""},
		"without permission": {"nothing", "GET", at, "", nil, 403, ""},
		"another method":     {"contoso", "DELETE", at, "", nil, 405, ""},
	} {
		r := d.ask(tt.method, tt.token, tt.at, tt.body, tt.header...)
		if r.status != tt.status || tt.location != "" && !strings.Contains(r.text, `"`+tt.location+`"`) {
			t.Errorf("%s: %d %s, want %d at %q", name, r.status, r.text, tt.status, tt.location)
		}
	}
	all, err := d.store.Handlings(t.Context(), storetest.Contoso)
	if err != nil || all[id].State != tocsin.HandlingPlanned || all[id].OwnerName != "Mail team" {
		t.Errorf("Handlings = %+v, %v", all, err)
	}
	if r := d.ask("DELETE", "contoso", at, ""); r.header.Get("Allow") != "GET, HEAD, PUT" {
		t.Errorf("allowed: %q", r.header.Get("Allow"))
	}
	entries, err := d.store.Audit(t.Context(), store.AuditQuery{Limit: 1})
	if err != nil || entries[0].Action != "message.handle" || entries[0].Detail != "planned, owner Mail team, due 2026-03-10" || entries[0].Actor.Name == "" {
		t.Errorf("Audit = %+v, %v", entries, err)
	}
	if got := d.must(200, "PUT", "contoso", at, `{"state":"new","owner":"KIM"}`); got.string("ownerId") != "user:"+kim || got.string("owner") != "kim" {
		t.Errorf("by the name of a person: %s", got.text)
	}
	if got := d.must(200, "PUT", "contoso", at, `{"state":"new","owner":"kim","ownerId":"team:`+team+`"}`); got.string("owner") != "Mail team" {
		t.Errorf("with both: %s", got.text)
	}
	d.must(200, "PUT", "contoso", at, `{"state":"new"}`)
	if again := d.must(200, "GET", "reader", at, ""); again.header.Get("ETag") != first.header.Get("ETag") {
		t.Errorf("after taking it back: %s", again.text)
	}
}
