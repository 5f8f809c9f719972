package native_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
)

// ledger writes deliveries of a change of Contoso, one of Fabrikam and a message of
// both, all given up but the first.
func (d *desk) ledger() {
	d.tb.Helper()
	d.must(201, "POST", "contoso", contoso+"/services", vpn)
	d.must(201, "POST", "contoso", contoso+"/issues", `{"service":"Vpn","title":"Slow"}`)
	d.must(201, "POST", "fabrikam", fabrikam+"/services", vpn)
	ctx, l := d.tb.Context(), d.store.Ledger
	last := map[string]int64{}
	changes, err := d.store.ChangesAfter(ctx, 0, 100)
	if err != nil {
		d.tb.Fatal(err)
	}
	for _, c := range changes {
		last[c.TenantID] = c.Seq
	}
	ours, theirs := last[storetest.Contoso], last[storetest.Fabrikam]
	var rows []delivery.Row
	for _, key := range []string{"channel:a", "channel:b", "channel:c"} {
		rows = append(rows, delivery.Row{Change: ours, Endpoint: key, Kind: "update", Route: "r"})
	}
	rows = append(rows, delivery.Row{Change: theirs, Endpoint: "channel:b", Kind: "update", Route: "r"}, delivery.Row{Change: theirs, Endpoint: "channel:c", Kind: "update", Route: "r"})
	if err := d.store.InTx(ctx, func(tx *store.Tx) error { return l.Enqueue(ctx, tx, rows, d.now()) }); err != nil {
		d.tb.Fatal(err)
	}
	claims, err := l.Claim(ctx, delivery.Lane{}, 10, d.now(), time.Minute)
	if err != nil || len(claims) != 3 {
		d.tb.Fatal(claims, err)
	}
	claim := map[string]delivery.Claim{}
	for _, c := range claims {
		claim[c.Key] = c
	}
	start := func(id, key string, seqs ...int64) delivery.Start {
		return delivery.Start{Claim: claim[key], Changes: seqs, Batch: delivery.Batch{ID: id, Kind: "update", Letter: []byte("{}")}}
	}
	begun, err := l.Begin(ctx, []delivery.Start{start("msg_sent", "channel:a", ours), start("msg_both", "channel:b", ours, theirs), start("msg_dead", "channel:c", ours), start("msg_theirs", "channel:c", theirs)}, d.now(), time.Minute)
	if err != nil {
		d.tb.Fatal(err)
	}
	var outcomes []delivery.Outcome
	for i, b := range begun {
		o := delivery.Outcome{Batch: b, State: delivery.StateSent, Status: 200}
		if i > 0 {
			o.State, o.Reason, o.Status, o.Detail = delivery.StateDead, "gone", 410, "It wants no more."
		}
		outcomes = append(outcomes, o)
	}
	if err := l.Finish(ctx, outcomes, nil, d.now()); err != nil {
		d.tb.Fatal(err)
	}
}

// A program that manages its tenant reads what was told of it and has it sent
// again; of other tenants it learns nothing.
func TestDeliveries(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	d.ledger()
	const all = contoso + "/deliveries"
	for _, test := range []struct {
		token, path string
		status      int
		want        string // messages
	}{
		{"contoso", all, 200, "msg_sent msg_both msg_dead"},
		{"fabrikam", fabrikam + "/deliveries", 200, "msg_both msg_theirs"},
		{"contoso", all + "?state=dead&reason=gone", 200, "msg_both msg_dead"},
		{"contoso", all + "?endpoint=channel:a", 200, "msg_sent"},
		{"contoso", all + "?item=NOTHING", 200, ""},
		{"all", fabrikam + "/deliveries", 200, "msg_both msg_theirs"},
		{"contoso", fabrikam + "/deliveries", 403, ""},
		{"reader", all, 403, ""},
		{"nothing", all, 403, ""},
		{"contoso", all + "?state=lost", 400, ""},
		{"contoso", all + "?limit=0", 400, ""},
		{"contoso", all + "?before=x", 400, ""},
		{"contoso", all + "?before=99999999999999999999.a", 400, ""},
		{"contoso", all + "?befor=1.a", 400, ""},
	} {
		r := d.must(test.status, "GET", test.token, test.path, "")
		var body struct {
			Value []struct{ Message string } `json:"value"`
		}
		_ = json.Unmarshal([]byte(r.text), &body)
		var got []string
		for _, one := range body.Value {
			got = append(got, one.Message)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %q", test.path, got)
		}
	}
	// Pages follow one another within a change.
	var got []string
	for next, n := "", 0; n < 5; n++ {
		r := d.must(200, "GET", "contoso", all+"?limit=1"+next, "")
		for _, one := range r.body["value"].([]any) {
			got = append(got, one.(map[string]any)["message"].(string))
		}
		if r.string("next") == "" {
			break
		}
		next = "&before=" + r.string("next")
	}
	if strings.Join(got, " ") != "msg_sent msg_both msg_dead" {
		t.Errorf("%q", got)
	}
	for _, test := range []struct {
		token, message string
		status, retry  int
	}{
		{"contoso", "msg_sent", 200, 409},
		{"contoso", "msg_both", 404, 404},
		{"contoso", "msg_theirs", 404, 404},
		{"contoso", "none", 404, 404},
		{"reader", "msg_dead", 403, 403},
		{"contoso", "msg_dead", 200, 200},
		{"all", "msg_both", 200, 200},
	} {
		d.must(test.status, "GET", test.token, all+"/"+test.message, "")
		d.must(test.retry, "POST", test.token, all+"/"+test.message+"/retry", "")
	}
	r := d.must(200, "GET", "contoso", all+"/msg_dead", "")
	if failures := r.body["failures"].([]any); r.string("state") != "retry" || len(failures) != 1 || failures[0].(map[string]any)["status"] != 410.0 {
		t.Errorf("%s", r.text)
	}
	log, err := d.store.Audit(t.Context(), store.AuditQuery{Action: "delivery.retry", Limit: 10})
	if err != nil || len(log) != 2 || log[1].Object != "msg_dead" || log[1].Actor.Name == "" {
		t.Errorf("%+v, %v", log, err)
	}
}
