package dispatch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
)

// An incident is told at once, what follows gathers, and an advisory waits for
// its hour without holding anything up.
func TestAsShipped(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn, route.Shipped("duty", ""))
		storetest.AddTenants(t, w)
		w.follow()
		w.record(storetest.Contoso, issue(t, "EX1", 1, nil), issue(t, "TM1", 1, advisory))
		w.follow()
		w.dispatch()
		w.expect("duty", "update EX1.1")
		w.pass(time.Minute)
		w.record(storetest.Contoso, issue(t, "EX1", 2, nil))
		w.follow()
		w.dispatch()
		w.pass(time.Minute)
		w.record(storetest.Contoso, issue(t, "EX1", 3, nil))
		w.record(storetest.Contoso, issue(t, "EX2", 1, nil))
		w.follow()
		w.dispatch()
		w.expect("duty", "update EX1.1", "update EX2.1")
		w.pass(3 * time.Minute)
		w.dispatch()
		w.expect("duty", "update EX1.1", "update EX2.1", "update EX1.2 EX1.3")
		w.pass(23 * time.Hour)
		w.dispatch()
		w.expect("duty", "update EX1.1", "update EX2.1", "update EX1.2 EX1.3", "digest TM1.1")
	})
}

// Each message has its id for ever, and those of one issue to one endpoint a
// thread.
func TestIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.File(t), route.Shipped("duty", ""))
	storetest.AddTenants(t, w)
	w.follow()
	w.record(storetest.Contoso, issue(t, "EX1", 1, nil), issue(t, "EX2", 1, nil))
	w.follow()
	var tries []notify.Message
	w.takers["duty"].set(func(m *notify.Message) error {
		if tries = append(tries, *m); len(tries) < 3 {
			return &notify.Failure{Reason: notify.ReasonTimeout}
		}
		return nil
	})
	for range 4 {
		w.dispatch()
		w.pass(20 * time.Second)
	}
	w.expect("duty", "update EX1.1", "update EX2.1")
	if tries[0].ID != tries[1].ID || tries[0].ID != tries[2].ID || tries[2].Attempt != 3 || tries[2].Repeat || tries[3].ID == tries[0].ID || tries[3].Attempt != 1 {
		t.Errorf("%+v", tries)
	}
	if tries[0].Thread == "" || tries[0].Thread == tries[3].Thread || !strings.HasPrefix(tries[0].ID, "msg_") || len(tries[0].ID) != 30 {
		t.Errorf("%q, %q, %q", tries[0].ID, tries[0].Thread, tries[3].Thread)
	}
	w.record(storetest.Contoso, issue(t, "EX1", 2, nil))
	w.follow()
	w.pass(time.Hour)
	w.dispatch()
	if last := tries[len(tries)-1]; last.Thread != tries[0].Thread || last.ID == tries[0].ID {
		t.Errorf("%+v", last)
	}
}

// What the endpoint refuses for a fault of its own is kept for when it is well
// again, in order and once; a fault of one message costs the others nothing.
func TestFailures(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		failure notify.Failure
		steps   []time.Duration
		want    []string // what the channel took in the end
		other   []string // and its fallback
		state   string   // of the first delivery
	}{
		{"time-out", notify.Failure{Reason: notify.ReasonTimeout}, []time.Duration{10 * time.Second}, []string{"update EX1.1", "update EX2.1"}, nil, "sent"},
		{"rate", notify.Failure{Reason: notify.ReasonRate, After: 10 * time.Minute}, []time.Duration{9 * time.Minute}, nil, nil, "retry rate"},
		{"rate, later", notify.Failure{Reason: notify.ReasonRate, After: 10 * time.Minute}, []time.Duration{11 * time.Minute}, []string{"update EX1.1", "update EX2.1"}, nil, "sent"},
		{"content", notify.Failure{Reason: notify.ReasonContent}, []time.Duration{time.Second}, []string{"update EX2.1"}, nil, "retry content"},
		{"in doubt", notify.Failure{Reason: notify.ReasonInDoubt, InDoubt: true}, []time.Duration{time.Hour}, []string{"update EX2.1"}, nil, "in_doubt in_doubt"},
		{"gone for good", notify.Failure{Reason: notify.ReasonGone, Permanent: true}, []time.Duration{time.Second}, []string{"update EX2.1"}, []string{"update EX1.1"}, "dead gone"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, storetest.File(t), route.Shipped("duty", ""))
			storetest.AddTenants(t, w)
			w.follow()
			w.record(storetest.Contoso, issue(t, "EX1", 1, nil), issue(t, "EX2", 1, nil))
			w.follow()
			w.takers["duty"].set(func(m *notify.Message) error {
				if m.Attempt == 1 && strings.Contains(m.Letter.Heading, "EX1") {
					f := test.failure
					return &f
				}
				return nil
			})
			w.dispatch()
			for _, step := range test.steps {
				w.pass(step)
				w.dispatch()
			}
			w.expect("duty", test.want...)
			w.expect("other", test.other...)
			if got := w.states(delivery.Query{Endpoint: "channel:duty"})[0]; strings.TrimSpace(got) != "EX1.1 channel:duty "+test.state {
				t.Errorf("%s", got)
			}
		})
	}
}

// F-81: what the other side never takes is parked after some tries, goes to the
// fallback once, and nothing waits for it. A fallback has none.
func TestPoison(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.File(t), route.Shipped("duty", ""))
	storetest.AddTenants(t, w)
	w.follow()
	w.record(storetest.Contoso, issue(t, "EX1", 1, nil), issue(t, "EX2", 1, nil))
	w.follow()
	refuse := func(m *notify.Message) error {
		if strings.Contains(m.Letter.Heading, "EX1") {
			return &notify.Failure{Reason: notify.ReasonContent, Status: 413}
		}
		return nil
	}
	w.takers["duty"].set(refuse)
	w.takers["other"].set(refuse)
	for range 10 {
		w.dispatch()
		w.pass(10 * time.Minute)
	}
	w.expect("duty", "update EX2.1")
	w.expect("other")
	w.expect("last")
	want := []string{"EX1.1 channel:other dead content", "EX1.1 channel:duty dead content", "EX2.1 channel:duty sent "}
	if got := w.states(delivery.Query{}); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	w.takers["duty"].set(nil)
	if n, err := w.Ledger.Retry(t.Context(), "", "channel:duty", w.Now()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	w.dispatch()
	w.expect("duty", "update EX2.1", "update EX1.1")
}

// F-80: a receiver that is down for a day gets everything when it is back, the
// oldest first, within ten minutes; its fallback hears after an hour.
func TestDownForADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.File(t), route.Settings{Routes: route.Spec{Receiver: "duty", GroupBy: []string{"..."}}})
	storetest.AddTenants(t, w)
	w.follow()
	down := true
	w.takers["duty"].set(func(*notify.Message) error {
		if down {
			return &notify.Failure{Reason: notify.ReasonUnreachable}
		}
		return nil
	})
	var want []string
	for hour := range 24 {
		id := fmt.Sprintf("EX%02d", hour)
		want = append(want, "update "+id+".1")
		w.record(storetest.Contoso, issue(t, id, 1, nil))
		w.follow()
		for range 6 {
			w.dispatch()
			w.pass(10 * time.Minute)
		}
	}
	w.expect("duty")
	if got := strings.Join(w.takers["other"].told(), " "); strings.Count(got, "EX") != 24 || !strings.HasPrefix(got, "update EX00.1 ") {
		t.Errorf("the fallback got %q", got)
	}
	down = false
	for range 10 {
		w.pass(time.Minute)
		w.dispatch()
	}
	w.expect("duty", want...)
	// Five days are too long.
	down = true
	w.record(storetest.Contoso, issue(t, "EX99", 1, nil))
	w.follow()
	for range 6*24 + 2 {
		w.dispatch()
		w.pass(time.Hour)
	}
	if got := w.states(delivery.Query{Endpoint: "channel:duty", State: delivery.StateDead}); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

// A channel that the settings have no longer is told nothing, and nothing waits
// for it.
func TestRemovedChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.File(t), route.Shipped("duty", ""))
	storetest.AddTenants(t, w)
	w.follow()
	w.record(storetest.Contoso, issue(t, "EX1", 1, nil))
	w.follow()
	delete(w.setup.Exits, "duty")
	w.dispatch()
	w.expect("duty")
	if got := w.states(delivery.Query{}); !slices.Equal(got, []string{"EX1.1 channel:duty cancelled removed"}) {
		t.Errorf("%q", got)
	}
}

// Messages that were on their way when a process died are sent again under their
// ids, as repeats.
func TestRepeats(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.File(t), route.Shipped("duty", ""))
	storetest.AddTenants(t, w)
	w.follow()
	w.record(storetest.Contoso, issue(t, "EX1", 1, nil))
	w.follow()
	claims, err := w.Ledger.Claim(t.Context(), delivery.Lane{}, 10, w.Now(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	content, _, err := plainScribe{}.Write(t.Context(), "en", time.UTC, notify.KindUpdate, nil)
	if err != nil {
		t.Fatal(err)
	}
	begun, err := w.Begin(t.Context(), []delivery.Start{{Claim: claims[0], Changes: []int64{1}, Batch: delivery.Batch{ID: "msg_lost", Letter: content.Body()}}}, w.Now(), time.Minute)
	if err != nil || begun[0].Num == 0 {
		t.Fatal(begun, err)
	}
	w.pass(2 * time.Minute)
	w.dispatch()
	if got := w.takers["duty"].got; len(got) != 1 || got[0].ID != "msg_lost" || !got[0].Repeat || got[0].Attempt != 2 {
		t.Errorf("%+v", got)
	}
}

// However many messages wait for an endpoint, all are sent, in their order where
// the other side takes one at a time.
func TestMany(t *testing.T) {
	t.Parallel()
	for _, window := range []int{0, 1, 64} {
		w := newWorld(t, storetest.File(t), route.Settings{Routes: route.Spec{Receiver: "duty", GroupBy: []string{"..."}, GroupWait: "0s"}})
		w.setup.Exits["duty"].Window = window
		storetest.AddTenants(t, w)
		w.follow()
		var want []string
		for i := range 150 {
			id := fmt.Sprintf("EX%03d", i)
			want = append(want, "update "+id+".1")
			w.record(storetest.Contoso, issue(t, id, 1, nil))
		}
		w.follow()
		w.dispatch()
		got := w.takers["duty"].told()
		if window == 64 {
			slices.Sort(got)
		}
		if !slices.Equal(got, want) {
			t.Errorf("window %d: %d of %d, %q", window, len(got), len(want), got[:min(3, len(got))])
		}
	}
}

// While the service that a channel needs has an incident, incidents go to its
// fallback as well, once; advisories do not, and nothing does when it is well.
func TestDependsOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.File(t), route.Shipped("duty", ""))
	w.setup.Exits["duty"].DependsOn = "exchange"
	storetest.AddTenants(t, w)
	w.follow()
	w.record(storetest.Contoso, issue(t, "EX1", 1, nil), issue(t, "EX2", 1, advisory))
	w.follow()
	w.dispatch()
	w.expect("duty", "update EX1.1")
	w.expect("other", "update EX1.1")
	w.setup.Exits["duty"].DependsOn = "SharePoint"
	w.record(storetest.Contoso, issue(t, "EX3", 1, nil))
	w.follow()
	w.dispatch()
	w.expect("duty", "update EX1.1", "update EX3.1")
	w.expect("other", "update EX1.1")
}

// A channel whose other side wants messages one after the other gets them so.
func TestPace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.File(t), route.Shipped("duty", ""))
	w.setup.Exits["duty"].Every, w.setup.Exits["duty"].Window = 40*time.Millisecond, 64
	var at []time.Time
	w.takers["duty"].set(func(*notify.Message) error { at = append(at, time.Now()); return nil })
	storetest.AddTenants(t, w)
	w.follow()
	w.record(storetest.Contoso, issue(t, "EX1", 1, nil), issue(t, "EX2", 1, nil), issue(t, "EX3", 1, nil), issue(t, "EX4", 1, nil))
	w.follow()
	w.dispatch()
	if len(at) != 4 {
		t.Fatalf("%d messages", len(at))
	}
	if spread := at[3].Sub(at[0]); spread < 100*time.Millisecond { // the first one may have waited for its turn
		t.Errorf("four messages within %v", spread)
	}
}
