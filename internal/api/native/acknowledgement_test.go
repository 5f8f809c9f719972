package native_test

import "testing"

// An incident is taken in hand once, by programs that may write; one that is over or
// is none is refused, and nothing of another tenant is seen.
func TestAcknowledgement(t *testing.T) {
	t.Parallel()
	d := newDesk(t, t.TempDir()+"/tocsin.db")
	d.must(201, "POST", "contoso", contoso+"/services", vpn)
	d.must(201, "POST", "contoso", contoso+"/issues", `{"service":"Vpn","title":"Slow"}`)
	d.must(201, "POST", "contoso", contoso+"/issues", `{"service":"Vpn","title":"Odd","classification":"advisory"}`)
	const one, other = contoso + "/issues/TC1001/acknowledgement", contoso + "/issues/TC1002/acknowledgement"
	if got := d.must(200, "GET", "contoso", one, ""); got.body["by"] != nil || got.body["steps"] == nil {
		t.Errorf("before: %v", got.body)
	}
	d.must(403, "POST", "fabrikam", one, "")
	d.must(404, "POST", "contoso", contoso+"/issues/TC9999/acknowledgement", "")
	d.must(409, "POST", "contoso", other, "")
	if got := d.must(200, "POST", "contoso", one, ""); got.body["by"] == nil {
		t.Errorf("acknowledged: %v", got.body)
	}
	d.must(409, "POST", "contoso", one, "")
	if got := d.must(200, "GET", "contoso", one, ""); got.body["by"] == nil {
		t.Errorf("after: %v", got.body)
	}
}
