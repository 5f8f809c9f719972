package native_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A program lists what can be said of an incident, says it, and somebody else approves
// it: with the checks of the pages, and nothing of other tenants.
func TestSpeeches(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	d.second = true
	const path = contoso + "/incidents"
	d.must(201, "POST", "contoso", path, `{"title":"Mail waits","services":["Exchange"],"zone":"Europe/Paris"}`)
	d.must(200, "POST", "contoso", path+"/1/states", `{"service":"Exchange","state":"ko","workaround":"Outlook on the desktop"}`)
	offers := d.must(200, "GET", "reader", path+"/1/offers", "")
	if offers.count() != 6 || !strings.Contains(offers.text, `"language":"ja"`) || !strings.Contains(offers.text, "Exchange: Outlook on the desktop") || !strings.Contains(offers.text, `"missing":["symptoms"]`) || !strings.Contains(offers.text, `"channels":[{"name":"staff"`) || strings.Contains(offers.text, "pager") {
		t.Errorf("%s", offers.text)
	}
	const say = `{"template":"announcement","facts":{"symptoms":"mail waits {next}","next":"15:30"},"channels":["staff","staff"]}`
	got := d.must(201, "POST", "contoso", path+"/1/messages", say)
	if got.string("state") != "waiting" || got.body["revision"] != 1.0 || got.string("writtenBy") != "client c1" || !strings.Contains(got.text, "mail waits {next}") || got.string("promisedAt") != "2026-03-02T14:30:00Z" {
		t.Errorf("%s", got.text)
	}
	if rows, err := d.store.Ledger.Deliveries(t.Context(), delivery.Query{Limit: 10}); err != nil || len(rows) != 0 {
		t.Errorf("sent before anybody approved: %+v, %v", rows, err)
	}
	one := path + "/1/messages/1"
	for _, tt := range []struct {
		method, token, path, body string
		status                    int
	}{
		{"POST", "contoso", one + "/approve", `{"revision":1}`, 403}, // its writer
		{"POST", "contoso", one + "/return", `{"revision":1,"reason":"x"}`, 403},
		{"POST", "reader", one + "/approve", `{"revision":1}`, 403},
		{"POST", "fabrikam", one + "/approve", `{"revision":1}`, 403},
		{"POST", "fabrikam", fabrikam + "/incidents/1/messages/1/approve", `{"revision":1}`, 404},
		{"GET", "fabrikam", fabrikam + "/incidents/1/messages", "", 404},
		{"GET", "fabrikam", fabrikam + "/incidents/1/offers", "", 404},
		{"POST", "fabrikam", fabrikam + "/incidents/1/messages", say, 404},
		{"POST", "second", one + "/approve", `{"revision":2}`, 409},
		{"POST", "second", path + "/1/messages/9/approve", `{"revision":1}`, 404},
		{"POST", "second", one + "/return", `{"revision":1,"reason":""}`, 400},
		{"POST", "contoso", path + "/1/messages", `{"template":"announcement","channels":["staff"]}`, 400},
		{"POST", "contoso", path + "/1/messages", `{"template":"poem","outside":true}`, 400},
		{"POST", "contoso", path + "/1/messages", `{"template":"hourly"}`, 400},
		{"POST", "contoso", path + "/1/messages", `{"template":"hourly","outside":true,"channels":["staff"]}`, 400},
		{"POST", "contoso", path + "/1/messages", `{"template":"closure","facts":{"since":"x"},"outside":true}`, 400},
		{"POST", "contoso", path + "/1/messages", `{"template":"short-alert","facts":{"regions":"Europe"},"channels":["pager"]}`, 400},
	} {
		d.must(tt.status, tt.method, tt.token, tt.path, tt.body)
	}
	if got := d.must(200, "POST", "second", one+"/return", `{"revision":1,"reason":"Say since when"}`); got.string("state") != "returned" || got.string("settledBy") != "client c8" || got.string("reason") != "Say since when" {
		t.Errorf("%s", got.text)
	}
	again := strings.Replace(say, `"channels"`, `"number":1,"revision":1,"channels"`, 1)
	if got := d.must(201, "POST", "contoso", path+"/1/messages", again); got.body["number"] != 1.0 || got.body["revision"] != 2.0 {
		t.Errorf("%s", got.text)
	}
	if got := d.must(200, "POST", "second", one+"/approve", `{"revision":2}`); got.string("state") != "sent" || !strings.Contains(got.text, `"channel":"staff"`) {
		t.Errorf("%s", got.text)
	}
	d.must(409, "POST", "second", one+"/approve", `{"revision":2}`)
	room := d.must(200, "GET", "reader", path+"/1", "")
	if !strings.Contains(room.text, `"promise":{"message":1,"dueAt":"2026-03-02T14:30:00Z","lateSeconds":0}`) || !strings.Contains(room.text, `{"step":"announcement","state":"done"`) {
		t.Errorf("%s", room.text)
	}
	d.passed.Add(int64(time.Minute))
	if got := d.must(201, "POST", "contoso", path+"/1/messages", `{"template":"short-alert","facts":{"next":"when there is news"},"outside":true}`); got.string("state") != "sent" || got.body["promisedAt"] != nil {
		t.Errorf("%s", got.text)
	}
	if list := d.must(200, "GET", "reader", path+"/1/messages", ""); list.count() != 2 {
		t.Errorf("%s", list.text)
	}
	entries, err := d.store.Audit(t.Context(), store.AuditQuery{Limit: 100})
	for _, what := range []string{"incident.message-wait", "incident.message-return", "incident.message"} {
		if err != nil || !strings.Contains(fmt.Sprint(entries), what) {
			t.Errorf("audit log without %s: %v", what, err)
		}
	}
	if _, err := d.store.OpenIncident(t.Context(), tocsin.Incident{Title: "Both", TenantIDs: []string{storetest.Contoso, storetest.Fabrikam}, Zone: "UTC"}, d.now()); err != nil {
		t.Fatal(err)
	}
	d.must(404, "GET", "contoso", path+"/2/offers", "")
	d.must(404, "POST", "contoso", path+"/2/messages", say)
}
