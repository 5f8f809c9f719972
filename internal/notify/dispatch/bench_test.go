package dispatch_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/cputest"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/notify/webhook"
	"example.org/tocsin/internal/notify/wire"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
)

// deliveries is how many are made in each round.
const deliveries = 10000

// BenchmarkDeliveries makes 10,000 deliveries from the changes that are there to
// the last outcome that is recorded, of as many changes to one webhook, or of one
// change to as many, beside a plain Go client that posts the same bodies with as
// many connections and records nothing:
//
//	go test ./internal/notify/dispatch -run '^$' -bench Deliveries -benchtime 1x
func BenchmarkDeliveries(b *testing.B) {
	var got atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		got.Add(1)
	}))
	defer server.Close()
	for _, shape := range []struct {
		name              string
		changes, channels int
	}{{"changes to one", deliveries, 1}, {"one to many", 1, deliveries}} {
		b.Run(shape.name, func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				w := benchWorld(b, server.URL, shape.changes, shape.channels)
				got.Store(0)
				spent := cputest.Used(b)
				bare := post(b, server.URL)
				plain := cputest.Used(b) - spent
				got.Store(0)
				b.StartTimer()
				began := time.Now()
				spent = cputest.Used(b)
				w.follow()
				decided := time.Since(began)
				if err := dispatch.NewDispatcher(w.config).Drain(b.Context()); err != nil {
					b.Fatal(err)
				}
				took := time.Since(began)
				ours := cputest.Used(b) - spent
				b.StopTimer()
				list, err := w.Deliveries(b.Context(), delivery.Query{State: delivery.StateSent, Limit: 2 * deliveries})
				if err != nil || len(list) != deliveries || got.Load() != deliveries {
					b.Fatalf("%d recorded, %d received, %v", len(list), got.Load(), err)
				}
				b.ReportMetric(took.Seconds(), "s")
				b.ReportMetric(decided.Seconds(), "s-deciding")
				b.ReportMetric(bare.Seconds(), "s-bare")
				b.ReportMetric(bare.Seconds()/took.Seconds(), "of-bare")
				b.ReportMetric(ours.Seconds(), "cpu-s")
				b.ReportMetric(plain.Seconds(), "cpu-s-bare")
				b.StartTimer()
			}
		})
	}
}

// benchWorld has so many changes to tell so many webhooks.
func benchWorld(b *testing.B, address string, changes, channels int) *world {
	b.Helper()
	w := newWorld(b, storetest.File(b), route.Settings{Routes: route.Spec{Receiver: "duty", GroupBy: []string{"..."}, GroupWait: "0s"}})
	storetest.AddTenants(b, w)
	w.setup.Receivers["duty"] = nil
	for i := range channels {
		name := fmt.Sprintf("hook-%d", i)
		hook, err := webhook.New(webhook.Config{Secret: webhook.NewSecret(), Wire: wire.Config{Address: address, Inside: true, Now: time.Now}})
		if err != nil {
			b.Fatal(err)
		}
		if channels > 1 && i > 0 {
			hook = w.setup.Exits["hook-0"].Channel.(*webhook.Channel) // as one client would: connections are shared
		}
		w.setup.Receivers["duty"] = append(w.setup.Receivers["duty"], name)
		w.setup.Exits[name] = &dispatch.Exit{Name: name, Kind: "webhook", Channel: hook, Language: "en", Zone: time.UTC, Window: 256}
	}
	w.follow()
	r := archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: w.Now()}
	for i := range changes {
		r.Entries = append(r.Entries, archive.Entry{Document: issue(b, fmt.Sprintf("EX%d", i), 1, nil)})
	}
	if _, err := w.Record(b.Context(), r); err != nil {
		b.Fatal(err)
	}
	return w
}

// post is the plain client.
func post(b *testing.B, address string) time.Duration {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	body := bytes.Repeat([]byte("a"), 300)
	jobs := make(chan int)
	var group sync.WaitGroup
	began := time.Now()
	for range 8 {
		group.Go(func() {
			for range jobs {
				request, err := http.NewRequestWithContext(context.WithoutCancel(b.Context()), http.MethodPost, address, bytes.NewReader(body))
				if err != nil {
					continue
				}
				response, err := client.Do(request)
				if err != nil {
					continue
				}
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
			}
		})
	}
	for i := range deliveries {
		jobs <- i
	}
	close(jobs)
	group.Wait()
	return time.Since(began)
}
