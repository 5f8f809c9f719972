package servicecomms_test

import (
	"fmt"
	"testing"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// Ids of workloads are those of the tenant's own overviews, also for a document
// that two tenants have and file under different services.
func TestWorkloadsAreTheTenantsOwn(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	const name = "Contoso Copilot (Preview)"
	doc, err := tocsin.ReadDocument(tocsin.KindIssue, []byte(`{"id":"CP1","title":"x","service":"`+name+`","status":"serviceDegradation","classification":"incident","startDateTime":"`+
		tocsin.FormatTime(now)+`","lastModifiedDateTime":"`+tocsin.FormatTime(now)+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	message := tocsin.Message{ID: "MC1", Title: "x", Services: []string{name, "Exchange Online"}, StartAt: now, ModifiedAt: now}
	for tenant, id := range map[string]string{storetest.Contoso: "AI", storetest.Fabrikam: "Copilot9"} {
		if _, err := s.Record(t.Context(), archive.Record{TenantID: tenant, Source: "graph", SeenAt: now, Entries: []archive.Entry{{Document: doc}}}); err != nil {
			t.Fatal(err)
		}
		put(t, s, tenant, now, tocsin.Overview{ServiceID: id, Service: name, Status: tocsin.StatusDegradation}, message)
	}
	api := serve(t, s)
	for tenant, id := range map[string]string{"contoso": "AI", "fabrikam": "Copilot9"} {
		token := tenant + ":ServiceHealth.Read"
		path := "/api/v1.0/" + tenant + ".com/ServiceComms/"
		for range 2 { // what is remembered of one tenant is not told to another
			found := map[string]map[string]any{}
			for _, one := range values(t, ask(t, api, "GET", path+"Messages", token)) {
				found[one["Id"].(string)] = one
			}
			if got := found["CP1"]; got["Workload"] != id || got["WorkloadDisplayName"] != name {
				t.Errorf("%s: issue %v", tenant, got)
			}
			if got := fmt.Sprint(found["MC1"]["AffectedWorkloadNames"]); got != "["+id+" Exchange]" {
				t.Errorf("%s: message about %s", tenant, got)
			}
		}
		status := values(t, ask(t, api, "GET", path+"CurrentStatus", token))
		if len(status) != 1 || status[0]["Workload"] != id || fmt.Sprint(status[0]["IncidentIds"]) != "[CP1]" {
			t.Errorf("%s: status %v", tenant, status)
		}
		if got := ids(values(t, ask(t, api, "GET", path+"Messages?$filter="+q("Workload eq '"+id+"'"), token))); len(got) != 1 || got[0] != "CP1" {
			t.Errorf("%s: filtered %v", tenant, got)
		}
	}
}
