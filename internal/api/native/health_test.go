package native_test

import (
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// An overview that lags behind an open incident calls nothing well.
func TestHealthIsTheOneJudgement(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	if got := d.must(200, "GET", "contoso", contoso+"/health", ""); got.string("severity") != "unknown" {
		t.Errorf("an empty tenant: %s", got.text)
	}
	r := archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: d.now()}
	for _, v := range []any{
		tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational},
		tocsin.Issue{
			ID: "EX1", Title: "Mail fails", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident",
			Status: tocsin.StatusInterruption, StartAt: d.now().Add(-time.Hour), ModifiedAt: d.now(),
		},
	} {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			t.Fatal(err)
		}
		r.Entries = append(r.Entries, archive.Entry{Document: doc})
	}
	if _, err := d.store.Record(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if err := d.model.Refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	since := d.now().Add(-time.Hour).Format(time.RFC3339)
	for _, path := range []string{"/health", "/health/Exchange"} {
		got := d.must(200, "GET", "contoso", contoso+path, "")
		if got.string("severity") != "interruption" || got.string("issue") != "EX1" || got.string("since") != since {
			t.Errorf("%s: %s", path, got.text)
		}
	}
	if got := d.must(200, "GET", "contoso", contoso+"/health/Exchange", ""); got.string("overview") != "serviceOperational" || got.string("status") != "serviceInterruption" {
		t.Errorf("the evidence: %s", got.text)
	}
	d.must(404, "GET", "contoso", contoso+"/health/Nothing", "")
	d.must(403, "GET", "nothing", contoso+"/health", "")
}
