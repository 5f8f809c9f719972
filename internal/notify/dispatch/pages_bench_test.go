package dispatch_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// BenchmarkPages asks for pages while 10,000 mails go out of the same process to a
// server in it, and before. TOCSIN_TEST_SMTP names another server:
//
//	go test ./internal/notify/dispatch -run '^$' -bench Pages -benchtime 1x
func BenchmarkPages(b *testing.B) {
	address, _ := mailServer(b)
	for range b.N {
		b.StopTimer()
		desk := webtest.NewDesk(b)
		storetest.AddTenants(b, desk.Store)
		w := &world{Desk: desk.Store, t: b, now: storetest.T0.Add(time.Hour), takers: map[string]*taker{}}
		w.with(route.Settings{Routes: route.Spec{Receiver: "duty", GroupWait: "0s"}})
		w.mails(b, address)
		for i := range 50 {
			var one tocsin.Issue
			if err := one.UnmarshalJSON(issue(b, fmt.Sprint("EX", i), 3, nil).Body); err != nil {
				b.Fatal(err)
			}
			desk.Record(w.Now(), one)
		}
		var sent atomic.Bool
		sent.Store(true)
		before := asked(b, desk.Base, 300, &sent)
		subscribed(b, w)
		sent.Store(false)
		ended := make(chan error, 1)
		b.StartTimer()
		began := time.Now()
		go func() {
			defer sent.Store(true)
			ended <- dispatch.NewDispatcher(w.config).Drain(b.Context())
		}()
		during := asked(b, desk.Base, 0, &sent)
		if err := <-ended; err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(began).Seconds(), "s-mails")
		b.ReportMetric(before.last.Seconds()*1000, "ms-p99-before")
		b.ReportMetric(during.middle.Seconds()*1000, "ms-median")
		b.ReportMetric(during.last.Seconds()*1000, "ms-p99")
	}
}

// asked asks for pages until enough is asked and the mails are sent.
func asked(b *testing.B, base string, n int, sent *atomic.Bool) waits {
	b.Helper()
	var list []time.Duration
	for i := 0; i < n || !sent.Load(); i++ {
		path := []string{"/services?tenant=contoso", "/issues?tenant=contoso", fmt.Sprintf("/issues/EX%d?tenant=contoso", i%50)}[i%3]
		began := time.Now()
		answer, err := http.Get(base + path) //nolint:noctx // a benchmark
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			b.Fatalf("%s: status %d", path, answer.StatusCode)
		}
		list = append(list, time.Since(began))
		<-time.After(5 * time.Millisecond)
	}
	slices.Sort(list)
	return waits{list[len(list)/2], list[len(list)-1-len(list)/100]}
}
