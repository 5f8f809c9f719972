package graph_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// graphIssue is an issue as Graph gives it: with the display name alone.
func graphIssue(t *testing.T, id, service string) tocsin.Document {
	t.Helper()
	doc, err := tocsin.ReadDocument(tocsin.KindIssue, []byte(`{"id":"`+id+`","title":"x","service":"`+service+`","status":"serviceDegradation","classification":"incident","startDateTime":"2026-07-01T08:00:00Z","lastModifiedDateTime":"2026-07-01T09:00:00Z"}`))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// Issues are found below the service that the tenant's own overviews call by
// their display name, also when the program's list does not know it.
func TestServicesAreWhatTheTenantCallsThem(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const old, name = "Contoso Copilot (Preview)", "Contoso Copilot"
	d.record(storetest.Contoso, graphIssue(t, "CP1", old)) // the overviews come later
	d.record(storetest.Contoso, overviewOf("AI", old, tocsin.StatusDegradation), overviewOf("Exchange", "Exchange Online", tocsin.StatusOperational))
	d.record(storetest.Contoso, overviewOf("AI", name, tocsin.StatusDegradation), graphIssue(t, "CP2", name))
	d.record(storetest.Fabrikam, graphIssue(t, "CP1", old), overviewOf("Other", old, tocsin.StatusDegradation))
	const root = "/v1.0/admin/serviceAnnouncement/healthOverviews"
	for _, key := range []string{name, old, "AI", " contoso  copilot"} {
		target := root + "('" + url.PathEscape(key) + "')"
		var one struct {
			ID, Service string
			Issues      []struct{ ID string }
		}
		got := d.get(target + "?$expand=issues")
		if err := json.Unmarshal([]byte(got.body), &one); err != nil {
			t.Fatal(err)
		}
		if got.status != http.StatusOK || one.ID != "AI" || one.Service != name || len(one.Issues) != 2 {
			t.Errorf("%s: %d %s", key, got.status, got.body)
		}
		if got := d.get(target + "/issues"); got.ids() != "CP1 CP2" {
			t.Errorf("issues of %s: %s", key, got.body)
		}
		if got := d.get(target + "/issues/CP1"); got.status != http.StatusOK {
			t.Errorf("CP1 of %s: %d", key, got.status)
		}
	}
	if got := d.get(root + "('Exchange Online')/issues"); got.ids() != "" {
		t.Errorf("issues of Exchange: %s", got.body)
	}
	for _, service := range d.get(root + "?$expand=issues").Value {
		if issues, _ := service["issues"].([]any); len(issues) != map[any]int{"AI": 2}[service["id"]] {
			t.Errorf("%v has %d issues", service["id"], len(issues))
		}
	}
}
