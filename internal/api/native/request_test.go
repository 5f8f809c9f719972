package native_test

import (
	"fmt"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A program begins and follows requests of its tenant, is refused what people are
// refused, and knows none of other tenants.
func TestRequests(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	const path = contoso + "/requests"
	got := d.must(201, "POST", "contoso", path, `{"to":"provider","title":"Mail waits","severity":"A","issue":"ex900100","services":["Exchange Online"]}`)
	if got.body["n"] != 1.0 || got.string("openedBy") != "client c1" || got.string("state") != "open" || got.string("waitsFor") != "us" {
		t.Errorf("%s", got.text)
	}
	if missing, _ := got.body["missing"].([]any); len(missing) != 8 {
		t.Errorf("missing: %v", missing)
	}
	user := tocsin.User{ID: tocsin.NewGUID(), Name: "kim", Grants: []tocsin.Grant{{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso}}}
	if err := d.store.AddUser(t.Context(), user, "x"); err != nil {
		t.Fatal(err)
	}
	const filed = `{"by":"Kim","channel":"phone","case":"2407190050001234"}`
	d.must(400, "POST", "contoso", path+"/1/filed", filed)
	if err := d.store.AddLiaison(t.Context(), tocsin.Liaison{ID: tocsin.NewGUID(), TenantID: storetest.Contoso, UserID: user.ID, CreatedAt: storetest.T0}); err != nil {
		t.Fatal(err)
	}
	if got := d.must(200, "POST", "contoso", path+"/1/filed", filed); got.string("filedBy") != "kim" || got.string("state") != "filed" {
		t.Errorf("%s", got.text)
	}
	if got := d.must(200, "POST", "contoso", path+"/1/turns", `{"kind":"theirs","role":"engineer","text":"Send logs.","waits":true}`); got.string("waitsFor") != "us" {
		t.Errorf("%s", got.text)
	}
	if list := d.must(200, "GET", "reader", path+"?open=true&issue=EX900100", ""); list.count() != 1 {
		t.Errorf("%s", list.text)
	}
	if got := d.must(200, "POST", "contoso", path+"/1/close", `{"text":"Rolled back."}`); got.string("state") != "ended" {
		t.Errorf("%s", got.text)
	}
	said := map[any]any{}
	changes, _ := d.must(200, "GET", "reader", contoso+"/changes?limit=1000", "").body["value"].([]any)
	for _, one := range changes {
		if c, _ := one.(map[string]any); c["kind"] == "request" {
			said[c["what"]] = fmt.Sprint(c["title"], ": ", c["detail"])
		}
	}
	if said["opened"] != "Mail waits: <nil>" || said["filed"] != "Mail waits: 2407190050001234" || said["closed"] != "Mail waits: <nil>" {
		t.Errorf("changes: %v", said)
	}
	for _, tt := range []struct {
		method, token, path, body string
		status                    int
	}{
		{"GET", "nothing", path, "", 403},
		{"GET", "fabrikam", path, "", 403},
		{"POST", "reader", path + "/1/turns", `{"text":"x"}`, 403},
		{"GET", "contoso", path + "/7", "", 404},
		{"POST", "contoso", path + "/1/close", `{}`, 409},
		{"POST", "contoso", path + "/1/filed", filed, 409},
		{"POST", "contoso", path, `{"title":"x","severity":"Z"}`, 400},
		{"POST", "contoso", path, `{"title":"x","tenantId":"other"}`, 400},
		{"POST", "contoso", path, `{"title":"x","incident":9}`, 400},
	} {
		d.must(tt.status, tt.method, tt.token, tt.path, tt.body)
	}
}
