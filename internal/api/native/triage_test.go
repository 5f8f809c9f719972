package native_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/probe"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// calls is how many calls a list answer has.
func (r reply) count() int {
	list, _ := r.body["value"].([]any)
	return len(list)
}

// outage makes an issue that a call can be attached to.
func (d *desk) outage() string {
	d.tb.Helper()
	d.must(201, "POST", "contoso", contoso+"/services", `{"id":"OwnMail","name":"Outlook"}`)
	return d.must(201, "POST", "contoso", contoso+"/issues", `{"service":"OwnMail","title":"Users cannot open mailboxes in Outlook or Microsoft Teams","classification":"incident"}`).string("id")
}

const wholeCall = `{"scope":"many","services":["exchange","teams"],"network":"both","trace":{"http":"503"},"caller":"Accounts, Lyon",` +
	`"checks":[{"check":"other-client","result":"ko"}],"states":[{"service":"exchange","state":"ko"}],"notes":[{"step":"scope","text":"since nine"}]}`

// A program records a call and is told the verdict; it reads calls of its tenant
// and of no other; each one opened is in the audit log under its name.
func TestTriages(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	issue := d.outage()
	const path = contoso + "/triages"
	got := d.must(201, "POST", "contoso", path, wholeCall)
	verdict, _ := got.body["verdict"].(map[string]any)
	if verdict["cause"] != "provider" || verdict["issue"] != issue || verdict["next"] != "give" && verdict["next"] != "request" || got.body["n"] != 1.0 || got.string("openedBy") != "client c1" {
		t.Errorf("%s", got.text)
	}
	d.must(201, "POST", "contoso", path, `{"scope":"one"}`)
	one := d.must(200, "GET", "reader", path+"/1", "")
	answers, _ := one.body["answers"].(map[string]any)
	text, _ := json.Marshal(answers)
	var want map[string]any
	if err := json.Unmarshal([]byte(wholeCall), &want); err != nil {
		t.Fatal(err)
	}
	if same, _ := json.Marshal(want); string(text) != string(same) {
		t.Errorf("answers %s, want %s", text, same)
	}
	for _, tt := range []struct {
		method, token, path, body string
		status                    int
	}{
		{"GET", "reader", path, "", 200},
		{"GET", "nothing", path, "", 403},
		{"GET", "fabrikam", path, "", 403},
		{"GET", "fabrikam", fabrikam + "/triages/1", "", 404},
		{"GET", "contoso", path + "/3", "", 404},
		{"GET", "contoso", path + "/0", "", 400},
		{"GET", "contoso", path + "/x", "", 400},
		{"GET", "contoso", path + "?limit=0", "", 400},
		{"GET", "contoso", path + "?opened=true", "", 400},
		{"POST", "reader", path, `{}`, 403},
		{"POST", "contoso", path, `{"scope":"galaxy"}`, 400},
		{"POST", "contoso", path, `{"siteId":"33333333-3333-4333-8333-333333333333"}`, 400},
		{"POST", "contoso", path, `{"caller":"two\nlines"}`, 400},
		{"POST", "contoso", path, `{"trace":{"http":"5o3"}}`, 400},
		{"POST", "contoso", path, `{"verdict":"provider"}`, 400},
	} {
		d.must(tt.status, tt.method, tt.token, tt.path, tt.body)
	}
	if n, open := d.must(200, "GET", "contoso", path, "").count(), d.must(200, "GET", "contoso", path+"?open=true&limit=1", "").count(); n != 2 || open != 1 {
		t.Errorf("%d calls, %d of one", n, open)
	}
	log, err := d.store.Audit(t.Context(), store.AuditQuery{Action: "triage.open", Limit: 10})
	if err != nil || len(log) != 2 || log[0].Actor.Name != "client c1" || log[0].TenantID != storetest.Contoso {
		t.Errorf("%+v, %v", log, err)
	}
}

// Reports count by machine, as the program names them; the verdict hears of them.
func TestReports(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	site := d.must(201, "POST", "contoso", "/api/tocsin/v1/sites", `{"name":"Paris","seats":40}`).string("id")
	const path = contoso + "/reports"
	for _, body := range []string{
		`{"service":"teams"}`, `{"service":"teams","symptom":"0","code":"503","language":"fr"}`,
		`{"service":"teams","siteId":"` + site + `","machine":"PC-1"}`, `{"service":"teams","siteId":"` + strings.ToUpper(site) + `","machine":"PC-2"}`,
	} {
		d.must(201, "POST", "contoso", path, body)
	}
	got := d.must(200, "GET", "reader", path, "")
	text, _ := json.Marshal(got.body["value"])
	if want := `[{"machines":1,"reports":2,"service":"teams"},{"machines":2,"reports":2,"service":"teams","siteId":"` + site + `"}]`; got.body["reports"] != 4.0 || string(text) != want {
		t.Errorf("%s", got.text)
	}
	for _, tt := range []struct {
		method, token, path, body string
		status                    int
	}{
		{"GET", "nothing", path, "", 403},
		{"GET", "fabrikam", path, "", 403},
		{"POST", "reader", path, `{"service":"teams"}`, 403},
		{"POST", "contoso", path, `{}`, 400},
		{"POST", "contoso", path, `{"service":"telephone"}`, 400},
		{"POST", "contoso", path, `{"service":"teams","siteId":"x"}`, 400},
		{"POST", "contoso", path, `{"service":"teams","code":"a\u0007b"}`, 400},
	} {
		d.must(tt.status, tt.method, tt.token, tt.path, tt.body)
	}
	if n := d.must(200, "GET", "fabrikam", fabrikam+"/reports", "").body["reports"]; n != 0.0 {
		t.Errorf("another tenant counts %v", n)
	}
	if err := d.store.CountBeacon(t.Context(), tocsin.Beacon{TenantID: storetest.Contoso, Service: "teams", Failed: true, At: d.now()}, d.now()); err != nil {
		t.Fatal(err)
	}
	if got := d.must(200, "GET", "reader", path, ""); !strings.Contains(got.text, `"beacons":[{"service":"teams","ok":0,"failed":1}]`) {
		t.Errorf("%s", got.text)
	}
	d.passed.Add(int64(2 * time.Hour))
	if n := d.must(200, "GET", "contoso", path, "").body["reports"]; n != 0.0 {
		t.Errorf("after two hours %v", n)
	}
}

// A program sends what a seat found with a code of its tenant, once, in either
// form that the command prints.
func TestProbes(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	const path = contoso + "/probes"
	r := probe.Result{At: d.now(), Seat: "PC-0417", Network: "office", Checks: []probe.Check{{Kind: probe.DNS, Target: "outlook.office365.com", Outcome: probe.Fail, Code: "dns.nxdomain", Args: map[string]string{"resolver": "192.0.2.1"}}}}
	for _, code := range probe.Codes() {
		if strings.HasPrefix(code, "dns.") {
			r.Checks[0].Code = code
			break
		}
	}
	text, err := r.Text()
	if err != nil {
		t.Fatal(err)
	}
	plain, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	body := func(code, result string) string {
		b, err := json.Marshal(map[string]string{"code": code, "result": result})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	code := func() string { return d.must(201, "POST", "contoso", path+"/codes", "").string("code") }
	first, second := code(), code()
	d.must(404, "POST", "fabrikam", fabrikam+"/probes", body(first, text))
	d.must(400, "POST", "contoso", path, body(first, "nothing"))
	d.must(400, "POST", "contoso", path, body(first, "{}"))
	got := d.must(201, "POST", "contoso", path, body(strings.ToLower(strings.ReplaceAll(first, "-", " ")), text))
	if got.string("seat") != "PC-0417" || got.string("by") != "client c1" || got.string("origin") != "sent" {
		t.Errorf("%s", got.text)
	}
	d.must(404, "POST", "contoso", path, body(first, text))
	d.must(201, "POST", "contoso", path, body(second, string(plain)))
	d.must(404, "POST", "contoso", path, body("AAAAA-AAAAA", text))
	d.must(403, "POST", "reader", path, body("AAAAA-AAAAA", text))
	d.must(403, "POST", "reader", path+"/codes", "")
	d.must(403, "GET", "nothing", path, "")
	d.must(403, "GET", "fabrikam", path, "")
	if n, none := d.must(200, "GET", "reader", path, "").count(), d.must(200, "GET", "fabrikam", fabrikam+"/probes", "").count(); n != 2 || none != 0 {
		t.Errorf("%d results, %d of another tenant", n, none)
	}
	log, err := d.store.Audit(t.Context(), store.AuditQuery{Action: "probe.send", Limit: 10})
	if err != nil || len(log) != 2 {
		t.Errorf("%+v, %v", log, err)
	}
}

// What is known comes in three languages, with what the desk wrote: what lowers
// security once it is approved, and then with the warning.
func TestKnowledge(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	issue := d.outage()
	const path = contoso + "/knowledge"
	ana := tocsin.WithActor(t.Context(), tocsin.Actor{UserID: "u1", Name: "ana"})
	bo := tocsin.WithActor(t.Context(), tocsin.Actor{UserID: "u2", Name: "bo"})
	w, err := d.store.AddWorkaround(ana, tocsin.Workaround{ID: tocsin.NewGUID(), TenantID: storetest.Contoso, Service: "teams", Language: "fr", Text: "Désactivez la MFA.", Lowers: true, CreatedAt: d.now()})
	if err != nil {
		t.Fatal(err)
	}
	if got := d.must(200, "GET", "reader", path+"?language=ja", ""); strings.Contains(got.text, "Désactivez") || got.string("language") != "ja" || len(got.body["services"].([]any)) != 4 {
		t.Errorf("%s", got.text)
	}
	if err := d.store.ApproveWorkaround(bo, storetest.Contoso, w.ID, d.now()); err != nil {
		t.Fatal(err)
	}
	if err := d.store.Vote(ana, storetest.Contoso, issue, w.ID, true, d.now()); err != nil {
		t.Fatal(err)
	}
	got := d.must(200, "GET", "reader", path+"?language=fr&issue="+issue, "")
	for _, want := range []string{`Désactivez la MFA. Ne pas désactiver la MFA`, `"worked":1`, `"lowersSecurity":true`, issue} {
		if !strings.Contains(got.text, want) {
			t.Errorf("without %s: %s", want, got.text)
		}
	}
	d.must(200, "GET", "fabrikam", fabrikam+"/knowledge", "")
	d.must(404, "GET", "fabrikam", fabrikam+"/knowledge?issue="+issue, "")
	d.must(400, "GET", "reader", path+"?language=de", "")
	d.must(403, "GET", "nothing", path, "")
}
