package dispatch_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
)

// crowded is a desk with so many subscribers who are to hear of an issue.
func crowded(t *testing.T, subscribers int) *world {
	t.Helper()
	w := newWorld(t, storetest.File(t), route.Settings{Routes: route.Spec{Receiver: "other", GroupWait: "0s"}})
	w.setup.Subscribers = "duty"
	w.config.Recipients = func(_ context.Context, keys []string) (map[string]dispatch.Recipient, error) {
		found := map[string]dispatch.Recipient{}
		for _, key := range keys {
			found[key] = dispatch.Recipient{Address: key, Language: "en", Zone: time.UTC}
		}
		return found, nil
	}
	storetest.AddTenants(t, w)
	w.follow()
	w.record(storetest.Contoso, issue(t, "EX1", 1, nil))
	rows := make([]delivery.Row, subscribers)
	for i := range rows {
		rows[i] = delivery.Row{Change: 1, Endpoint: delivery.SubscriptionKey(fmt.Sprint(i)), Kind: string(notify.KindUpdate), Route: "subscription"}
	}
	if err := w.InTx(t.Context(), func(tx *store.Tx) error { return w.Enqueue(t.Context(), tx, rows, w.Now()) }); err != nil {
		t.Fatal(err)
	}
	return w
}

// A room is a channel that notes how many messages are on their way, each for a
// moment or until the room is opened.
type room struct {
	closed chan struct{}
	hold   time.Duration

	mu              sync.Mutex
	now, most, seen int
}

func (r *room) Send(context.Context, *notify.Message) (notify.Receipt, error) {
	r.mu.Lock()
	r.now++
	r.seen++
	r.most = max(r.most, r.now)
	r.mu.Unlock()
	select {
	case <-r.closed:
	case <-time.After(r.hold):
	}
	r.mu.Lock()
	r.now--
	r.mu.Unlock()
	return notify.Receipt{Status: 200}, nil
}

// However many subscribers wait for a server that says nothing, the channels of the
// settings are told at once.
func TestSubscribersLeaveRoom(t *testing.T) {
	t.Parallel()
	w := crowded(t, 300)
	silent := &room{closed: make(chan struct{}), hold: time.Minute}
	w.setup.Exits["duty"].Channel = silent
	told := make(chan struct{}, 1)
	w.takers["other"].set(func(*notify.Message) error { told <- struct{}{}; return nil })
	ctx, cancel := context.WithCancel(t.Context())
	d := dispatch.NewDispatcher(w.config)
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	for begun := 0; begun < 256; {
		silent.mu.Lock()
		begun = silent.now
		silent.mu.Unlock()
		<-time.After(time.Millisecond)
	}
	w.pass(time.Second)
	w.follow()
	d.Wake()
	select {
	case <-told:
	case <-time.After(20 * time.Second):
		t.Error("the channel waits for the subscribers")
	}
	close(silent.closed)
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// A channel serves no more endpoints at once than it has room for, and all of them.
func TestLines(t *testing.T) {
	t.Parallel()
	w := crowded(t, 60)
	counted := &room{closed: make(chan struct{}), hold: 2 * time.Millisecond}
	w.setup.Exits["duty"].Channel = counted
	w.setup.Exits["duty"].Lines = make(chan struct{}, 3)
	w.dispatch()
	if counted.most > 3 || counted.seen != 60 {
		t.Errorf("%d of 60, %d at once", counted.seen, counted.most)
	}
}
