package web_test

import (
	"fmt"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// storm is a desk of 40 services with twelve open incidents.
func storm(tb testing.TB) *desk {
	d := newDesk(tb)
	storetest.AddTenants(tb, d.store)
	for i := range 40 {
		status := tocsin.StatusOperational
		if i < 8 {
			status = tocsin.StatusDegradation
		}
		d.record(d.now.Add(-30*24*time.Hour), tocsin.Overview{ServiceID: fmt.Sprintf("svc%d", i), Service: fmt.Sprintf("Service number %d", i), Status: status})
	}
	for i := range 12 {
		at := d.now.Add(-time.Duration(i) * time.Minute)
		d.record(at, tocsin.Issue{
			ID: fmt.Sprintf("EX%d", i), Title: "Some users may be unable to do what they did yesterday", ServiceID: fmt.Sprintf("svc%d", i%8), Service: fmt.Sprintf("Service number %d", i%8),
			Classification: "incident", Status: tocsin.StatusDegradation, StartAt: at, ModifiedAt: at,
			Posts: []tocsin.Post{{CreatedAt: at, Type: "regular", ContentType: "html", Content: "Current status: We are looking into it.<br><br>Next update by: Saturday, March 14, 2026, at 8:00 AM UTC"}},
		})
	}
	return d
}

// BenchmarkOverview is the first page of a desk of 40 services and twelve
// incidents: after a change, a second later with nothing changed, and again in
// the same second. All are measured in turn, so that whatever else the machine
// does slows all of them; times are with the request and its client.
func BenchmarkOverview(b *testing.B) {
	d := storm(b)
	var changed, later, again time.Duration
	timed := func(sum *time.Duration) {
		start := time.Now()
		if status, _, body := d.get("/"); status != 200 || len(body) == 0 {
			b.Fatal(status)
		}
		*sum += time.Since(start)
	}
	for n := 0; b.Loop(); n++ {
		d.now = d.now.Add(time.Second)
		d.record(d.now, tocsin.Overview{ServiceID: "svc0", Service: "Service number 0", Status: []tocsin.Status{tocsin.StatusInterruption, tocsin.StatusDegradation}[n%2]})
		timed(&changed)
		d.now = d.now.Add(time.Second)
		timed(&later)
		timed(&again)
	}
	b.ReportMetric(0, "ns/op") // the change itself is in it
	b.ReportMetric(float64(changed.Microseconds())/float64(b.N), "µs-changed")
	b.ReportMetric(float64(later.Microseconds())/float64(b.N), "µs-later")
	b.ReportMetric(float64(again.Microseconds())/float64(b.N), "µs-again")
	b.ReportMetric(float64(changed)/float64(later), "changed/later")
	b.ReportMetric(float64(changed)/float64(again), "changed/again")
}

// A storm fits the budget of a page: 60 KB as it goes over the wire.
func TestStormIsLight(t *testing.T) {
	t.Parallel()
	d := storm(t)
	page := d.page("/")
	has(t, "storm", page, "8\u00a0services degraded", `class="tbl__group"`)
	if len(page) > 200<<10 {
		t.Errorf("the page has %d KB before compression", len(page)>>10)
	}
}
