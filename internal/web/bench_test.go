package web_test

import (
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// BenchmarkOverview is the first page of a desk of 40 services and twelve
// incidents: after a change, a second later with nothing changed, and again in
// the same second. All are measured in turn, so that whatever else the machine
// does slows all of them; times are with the request and its client.
func BenchmarkOverview(b *testing.B) {
	d := webtest.Storm(b)
	var changed, later, again time.Duration
	timed := func(sum *time.Duration) {
		start := time.Now()
		if status, _, body := d.Get("/"); status != 200 || len(body) == 0 {
			b.Fatal(status)
		}
		*sum += time.Since(start)
	}
	for n := 0; b.Loop(); n++ {
		d.Now = d.Now.Add(time.Second)
		d.Record(d.Now, tocsin.Overview{ServiceID: "svc0", Service: "Service number 0", Status: []tocsin.Status{tocsin.StatusInterruption, tocsin.StatusDegradation}[n%2]})
		timed(&changed)
		d.Now = d.Now.Add(time.Second)
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
	d := webtest.Storm(t)
	page := d.Page("/")
	webtest.Has(t, "storm", page, "Service number 0, Service number 1 and 6\u00a0others are degraded", `href="/?g=age"`)
	if len(page) > 200<<10 {
		t.Errorf("the page has %d KB before compression", len(page)>>10)
	}
}
