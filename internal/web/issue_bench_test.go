//go:build unix

package web_test

import (
	"fmt"
	"testing"
	"time"

	"example.org/tocsin/internal/cputest"
	"example.org/tocsin/internal/event"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// long records an issue of n versions, of which each adds a post.
func long(d *desk, n int) {
	storetest.AddTenants(d.t, d.store)
	issue := tocsin.Issue{
		ID: "EX40", Title: "Some users may be unable to search", ServiceID: "Exchange", Service: "Exchange Online", Classification: "incident",
		StartAt: d.now.Add(-time.Duration(n) * time.Hour),
	}
	for i := range n {
		at := issue.StartAt.Add(time.Duration(i) * time.Hour)
		issue.Status = []tocsin.Status{tocsin.StatusInterruption, tocsin.StatusDegradation, tocsin.StatusRestoringService}[i%3]
		issue.ModifiedAt = at
		issue.Posts = append(issue.Posts, tocsin.Post{CreatedAt: at, Type: "regular", ContentType: "html", Content: fmt.Sprintf("Current status: We are looking into part %d of it.<br><br>Scope of impact: Some users.", i)})
		d.record(at, issue)
	}
}

// BenchmarkIssue is the page of an issue of forty versions.
func BenchmarkIssue(b *testing.B) {
	d := newDesk(b)
	long(d, 40)
	start, n := cputest.Used(b), 0
	for b.Loop() {
		n++
		d.now = d.now.Add(time.Second)
		if status, _, body := d.get("/issues/EX40"); status != 200 || len(body) == 0 {
			b.Fatal(status)
		}
	}
	b.ReportMetric(float64((cputest.Used(b)-start).Microseconds())/float64(n), "cpu-µs")
}

// BenchmarkAfterChange is the first page of a desk of 40 services and twelve
// incidents after a change that the log of events has come to; the change itself
// is not in it.
func BenchmarkAfterChange(b *testing.B) {
	d := storm(b)
	if err := d.store.AddConsumer(b.Context(), archive.EventLog, true); err != nil {
		b.Fatal(err)
	}
	var spent time.Duration
	n := 0
	for b.Loop() {
		n++
		d.now = d.now.Add(time.Second)
		d.record(d.now, tocsin.Overview{ServiceID: "svc0", Service: "Service number 0", Status: []tocsin.Status{tocsin.StatusInterruption, tocsin.StatusDegradation}[n%2]})
		keepLog(b, d)
		start := cputest.Used(b)
		if status, _, body := d.get("/"); status != 200 || len(body) == 0 {
			b.Fatal(status)
		}
		spent += cputest.Used(b) - start
	}
	b.ReportMetric(float64(spent.Microseconds())/float64(n), "cpu-µs")
}

// keepLog has the log of events handle what is new.
func keepLog(b *testing.B, d *desk) {
	b.Helper()
	cursor, err := d.store.ClaimConsumer(b.Context(), archive.EventLog, d.now, time.Millisecond)
	if err != nil {
		b.Fatal(err)
	}
	if _, _, err := d.store.Consume(b.Context(), cursor, 1000, d.now, time.Millisecond, event.NewLog(d.store).Handle); err != nil {
		b.Fatal(err)
	}
}
