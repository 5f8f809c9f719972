package native_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// subscribing takes subscriptions of a desk that sends nothing.
type subscribing struct{ *storetest.Ledger }

func (s subscribing) Subscribe(ctx context.Context, one tocsin.Subscription, tenant tocsin.Tenant, now time.Time) (tocsin.Subscription, error) {
	one.TenantID = tenant.ID
	return s.Ledger.Subscribe(ctx, one, []byte("?"), now)
}

// T-64: an address is told nothing before whoever reads it has confirmed; nothing
// that is answered opens its page; another tenant neither sees nor ends it.
func TestSubscriptions(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	const all, theirs = contoso + "/subscriptions", fabrikam + "/subscriptions"
	made := d.must(201, "POST", "contoso", all, `{"mail":"ana@contoso.example","services":["Exchange"],"digest":"daily 08:00","zone":"Europe/Paris"}`)
	id, _ := made.body["id"].(string)
	if made.body["state"] != "pending" || made.body["personal"] != false || id == "" {
		t.Errorf("made: %v", made.body)
	}
	one, err := d.store.Ledger.Subscription(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{made.text, d.must(200, "GET", "contoso", all, "").text} {
		if strings.Contains(text, one.Token) || !strings.Contains(text, "ana@contoso.example") {
			t.Errorf("answered: %s", text)
		}
	}
	for name, body := range map[string]string{
		"no address": `{"mail":"ana"}`, "a class": `{"mail":"ana@contoso.example","classes":["all"]}`, "a zone": `{"mail":"ana@contoso.example","zone":"Mars"}`,
		"a digest": `{"mail":"ana@contoso.example","digest":"hourly"}`, "another member": `{"mail":"ana@contoso.example","state":"active"}`,
	} {
		if got := d.ask("POST", "contoso", all, body); got.status != 400 && got.status != 422 {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	d.must(403, "GET", "reader", all, "")
	d.must(404, "DELETE", "fabrikam", theirs+"/"+id, "")
	if got := d.must(200, "GET", "fabrikam", theirs, ""); strings.Contains(got.text, "ana@") {
		t.Errorf("another tenant sees %s", got.text)
	}
	if got := d.ask("DELETE", "contoso", all+"/"+one.Token, ""); got.status < 400 {
		t.Errorf("ended by its token: %d", got.status)
	}
	changed := d.must(200, "PATCH", "contoso", all+"/"+id, `{"classes":["incident","advisory"],"services":[],"digest":"","language":"fr"}`)
	if changed.body["language"] != "fr" || changed.body["digest"] != nil || changed.body["services"] != nil || changed.body["zone"] != "Europe/Paris" || changed.body["state"] != "pending" {
		t.Errorf("changed: %s", changed.text)
	}
	if entries, err := d.store.Audit(t.Context(), store.AuditQuery{Limit: 1}); err != nil || entries[0].Action != "subscription.change" || entries[0].Object != id {
		t.Errorf("%+v, %v", entries, err)
	}
	for _, body := range []string{`{"mail":"eve@contoso.example"}`, `{"state":"active"}`, `{"classes":[]}`, `{"classes":["all"]}`, `{"zone":"Mars"}`, `{"digest":"hourly"}`, `{"language":"xx"}`} {
		if got := d.ask("PATCH", "contoso", all+"/"+id, body); got.status != 400 && got.status != 422 {
			t.Errorf("%s: %d %s", body, got.status, got.text)
		}
	}
	d.must(404, "PATCH", "fabrikam", theirs+"/"+id, `{"zone":"UTC"}`)
	d.must(403, "PATCH", "reader", all+"/"+id, `{"zone":"UTC"}`)
	d.must(204, "DELETE", "contoso", all+"/"+id, "")
	d.must(404, "DELETE", "contoso", all+"/"+id, "")
}
