package dispatch_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
)

// looks is how many changes are told, one after the other.
const looks = 100

// BenchmarkFirst measures how long it takes from a change that is committed to the
// first message about it, on a desk with 500 routes, of which 50 have expressions,
// and 10,000 subscriptions, of which a hundred or all want the change, and how much
// longer where one endpoint never answers:
//
//	go test ./internal/notify/dispatch -run '^$' -bench First -benchtime 1x
func BenchmarkFirst(b *testing.B) {
	for _, shape := range []struct {
		name    string
		wanting int
		rounds  int
	}{{"a hundred want it", 100, looks}, {"all want it", 10000, 10}} {
		b.Run(shape.name, func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				well := firstOf(b, shape.wanting, shape.rounds, false)
				dead := firstOf(b, shape.wanting, shape.rounds, true)
				b.StartTimer()
				b.ReportMetric(well.middle.Seconds()*1000, "ms-median")
				b.ReportMetric(well.last.Seconds()*1000, "ms-p99")
				b.ReportMetric(dead.last.Seconds()*1000, "ms-p99-dead")
				b.ReportMetric(dead.middle.Seconds()/well.middle.Seconds(), "median-with-dead")
				b.ReportMetric(dead.last.Seconds()/well.last.Seconds(), "p99-with-dead")
			}
		})
	}
}

// waits are how long messages took.
type waits struct{ middle, last time.Duration }

// A stopwatch is a channel that notes when the first message about an issue comes.
type stopwatch struct {
	mu    sync.Mutex
	seen  map[string]bool
	first chan time.Time
}

func (c *stopwatch) Send(_ context.Context, m *notify.Message) (notify.Receipt, error) {
	at := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if id := m.Facts[0].ID; !c.seen[id] {
		c.seen[id] = true
		c.first <- at
	}
	return notify.Receipt{Status: 200}, nil
}

// firstOf tells of changes, one after the other, and returns how long the first
// message about each took.
func firstOf(b *testing.B, wanting, rounds int, dead bool) waits {
	b.Helper()
	watch := &stopwatch{seen: map[string]bool{}, first: make(chan time.Time, 1)}
	silent := &room{closed: make(chan struct{}), hold: dispatch.SendTimeout}
	w := firstWorld(b, watch, wanting)
	if dead {
		w.setup.Exits["silent"] = &dispatch.Exit{Name: "silent", Kind: "taker", Channel: silent, Language: "en", Zone: time.UTC}
		w.setup.Receivers["duty"] = append(w.setup.Receivers["duty"], "silent")
	}
	ctx, cancel := context.WithCancel(b.Context())
	d := dispatch.NewDispatcher(w.config)
	w.consumer.Told = d.Wake
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	var list []time.Duration
	for i := range rounds {
		doc := issue(b, fmt.Sprintf("EX%d", i), 1, nil)
		if _, err := w.Record(b.Context(), archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: w.Now(), Entries: []archive.Entry{{Document: doc}}}); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		w.follow()
		list = append(list, (<-watch.first).Sub(began))
		for left := 1; left > 0; {
			if err := w.Read().QueryRowContext(b.Context(), `SELECT count(*) FROM delivery_endpoints WHERE due_at > 0 AND key <> 'channel:silent'`).Scan(&left); err != nil {
				b.Fatal(err)
			}
			<-time.After(2 * time.Millisecond)
		}
	}
	close(silent.closed)
	cancel()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
	slices.Sort(list)
	return waits{list[len(list)/2], list[len(list)-1-len(list)/100]}
}

// firstWorld has the routes and the subscriptions.
func firstWorld(b *testing.B, watch *stopwatch, wanting int) *world {
	b.Helper()
	spec := route.Spec{Receiver: "nobody"}
	for i := range 450 {
		spec.Routes = append(spec.Routes, route.Spec{Receiver: "other", Matchers: []string{fmt.Sprintf("service=%q", fmt.Sprint("Service", i))}, Continue: true})
	}
	for i := range 49 {
		spec.Routes = append(spec.Routes, route.Spec{Receiver: "other", Matchers: []string{fmt.Sprintf(`service=~"(Share|Power|Team)[a-z]*%d.*"`, i), `severity!~"ok|unknown"`}, Continue: true})
	}
	spec.Routes = append(spec.Routes, route.Spec{Receiver: "duty", Matchers: []string{`service=~"Ex.*"`}, GroupBy: []string{"issue"}, GroupWait: "0s"})
	w := newWorld(b, storetest.File(b), route.Settings{Routes: spec})
	w.setup.Exits["duty"].Channel, w.setup.Exits["last"].Channel = watch, watch
	w.setup.Subscribers = "last"
	w.setup.Exits["last"].Lines = make(chan struct{}, 16)
	w.config.Recipients = func(_ context.Context, keys []string) (map[string]dispatch.Recipient, error) {
		found := map[string]dispatch.Recipient{}
		for _, key := range keys {
			found[key] = dispatch.Recipient{Address: key, Language: "en", Zone: time.UTC}
		}
		return found, nil
	}
	w.consumer = dispatch.NewConsumer(dispatch.ConsumerConfig{
		Archive: w.Archive, Ledger: w.Ledger, Setup: func() *dispatch.Setup { return w.setup }, Now: w.Now, Audience: w.Audience,
	})
	w.config.Now, w.consumer.Now = time.Now, time.Now
	storetest.AddTenants(b, w)
	everybody(b, w, wanting, "incident")
	everybody(b, w, 10000-wanting, "advisory")
	w.follow()
	w.now = time.Now().UTC().Truncate(time.Microsecond)
	return w
}
