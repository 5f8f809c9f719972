package native_test

import (
	"fmt"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A program runs an incident of its tenant as people do, is refused what they are
// refused, and knows none of other tenants.
func TestIncidents(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	const path = contoso + "/incidents"
	got := d.must(201, "POST", "contoso", path, `{"title":"Mail waits","issues":["ex900100"],"services":["Exchange"],"zone":"Europe/Paris"}`)
	if got.body["n"] != 1.0 || got.string("openedBy") != "client c1" {
		t.Errorf("%s", got.text)
	}
	d.must(200, "POST", "contoso", path+"/1/steps", `{"step":"detection"}`)
	d.must(200, "POST", "contoso", path+"/1/steps", `{"step":"escalation","notNeeded":"a duplicate"}`)
	d.must(200, "POST", "contoso", path+"/1/steps", `{"step":"updates"}`)
	d.must(200, "POST", "contoso", path+"/1/entries", `{"kind":"decision","text":"MFA stays on."}`)
	d.must(200, "POST", "contoso", path+"/1/states", `{"service":"Exchange","state":"ko","workaround":"Outlook on the desktop"}`)
	one := d.must(200, "GET", "reader", path+"/1", "")
	steps, _ := one.body["steps"].([]any)
	states := map[any]any{}
	for _, s := range steps {
		step, _ := s.(map[string]any)
		states[step["step"]] = step["state"]
	}
	if states["detection"] != "done" || states["escalation"] != "not-needed" || states["announcement"] != "pending" {
		t.Errorf("%v", states)
	}
	if timeline, _ := one.body["timeline"].([]any); len(timeline) != 6 {
		t.Errorf("%d entries: %s", len(timeline), one.text)
	}
	if list := d.must(200, "GET", "reader", path+"?open=true&issue=EX900100", ""); list.count() != 1 {
		t.Errorf("%s", list.text)
	}
	for _, tt := range []struct {
		method, token, path, body string
		status                    int
	}{
		{"GET", "nothing", path, "", 403},
		{"GET", "fabrikam", path, "", 403},
		{"POST", "reader", path + "/1/entries", `{"text":"x"}`, 403},
		{"GET", "contoso", path + "/7", "", 404},
		{"POST", "contoso", path + "/1/steps", `{"step":"detection"}`, 409},
		{"POST", "contoso", path + "/1/steps", `{"step":"tea"}`, 400},
		{"POST", "contoso", path + "/1/states", `{"service":"Exchange","state":"great"}`, 400},
		{"POST", "contoso", path + "/1/entries", `{"text":"x","at":"2099-01-01T00:00:00Z"}`, 400},
		{"POST", "contoso", path, `{"title":" "}`, 400},
		{"POST", "contoso", path + "/1/close", "", 409},
	} {
		d.must(tt.status, tt.method, tt.token, tt.path, tt.body)
	}
	if _, err := d.store.OpenIncident(t.Context(), tocsin.Incident{Title: "Both", TenantIDs: []string{storetest.Contoso, storetest.Fabrikam}, Zone: "UTC"}, storetest.T0); err != nil {
		t.Fatal(err)
	}
	d.must(404, "GET", "contoso", path+"/2", "")
	// Those who follow changes read what each is about, of what is the tenant's alone.
	said := map[any]any{}
	changes, _ := d.must(200, "GET", "reader", contoso+"/changes?limit=1000", "").body["value"].([]any)
	for _, one := range changes {
		c, _ := one.(map[string]any)
		said[fmt.Sprint(c["kind"], " ", c["id"], " ", c["what"])] = fmt.Sprint(c["title"], ": ", c["detail"])
	}
	for change, want := range map[string]string{
		"incident 1 opened": "Mail waits: <nil>", "step 1/detection done": "Mail waits: Detection", "step 1/updates/1 done": "Mail waits: Follow-up 1", "incident 2 opened": "<nil>: <nil>",
	} {
		if said[change] != want {
			t.Errorf("%s: %v, want %s in %v", change, said[change], want, said)
		}
	}
}
