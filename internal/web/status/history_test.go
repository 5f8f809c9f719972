package status_test

import (
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Availability on pages is what the method says: an hour of interruption and
// an hour of degradation in 24 known hours.
func TestAvailabilityFollowsItsMethod(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	day := d.Now.Add(-24 * time.Hour)
	overview := tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational}
	d.Record(day, overview)
	issue := tocsin.Issue{ID: "EX1", Title: "Mail", Service: "Exchange Online", Classification: "incident", Status: tocsin.StatusInterruption, StartAt: day.Add(time.Hour), ModifiedAt: day.Add(time.Hour)}
	d.Record(day.Add(time.Hour), issue)
	issue.Status, issue.ModifiedAt = tocsin.StatusDegradation, day.Add(2*time.Hour)
	d.Record(day.Add(2*time.Hour), issue)
	issue.Status, issue.ModifiedAt, issue.EndAt = tocsin.StatusServiceRestored, day.Add(3*time.Hour), day.Add(3*time.Hour)
	d.Record(day.Add(3*time.Hour), issue)
	if err := d.Store.PutSource(t.Context(), storetest.Contoso, "graph", time.Hour); err != nil {
		t.Fatal(err)
	}
	d.Poll(tocsin.OutcomeUnchanged)
	webtest.Has(t, "service", d.Page("/services/Exchange"), "94.583%", "1\u00a0h down, 1\u00a0h degraded") // 1 − (60 + 0.3 × 60) ÷ 1440
}
