package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
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

// F-82: a receiver that takes half a minute keeps nobody else waiting, however much
// there is for all of them.
func TestSlowReceiver(t *testing.T) {
	t.Parallel()
	w := wide(t, storetest.File(t), 0, 0)
	w.setup.Receivers["duty"] = []string{"duty", "other", "last"}
	slow := &room{closed: make(chan struct{}), hold: 29 * time.Second}
	w.setup.Exits["duty"].Channel = slow
	for i := range 100 {
		w.record(storetest.Contoso, issue(t, fmt.Sprint("EX", i), 1, nil))
	}
	w.follow()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- dispatch.NewDispatcher(w.config).Run(ctx) }()
	deadline := time.After(20 * time.Second)
	for len(w.takers["other"].told())+len(w.takers["last"].told()) < 200 {
		select {
		case <-deadline:
			t.Fatalf("%d and %d of 100 came", len(w.takers["other"].told()), len(w.takers["last"].told()))
		case <-time.After(time.Millisecond):
		}
	}
	close(slow.closed)
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// everybody has so many people subscribe to what has a class at Contoso, as if each
// had done so long ago.
func everybody(t testing.TB, w *world, n int, class string) {
	t.Helper()
	rows := make([][]any, n)
	for i := range rows {
		rows[i] = []any{fmt.Sprint(class, i), storetest.Contoso, fmt.Sprintf("person-%d@fabrikam.com", i), class, fmt.Sprint(class, "-token-", i), tocsin.Micros(storetest.T0)}
	}
	err := w.InTx(t.Context(), func(tx *store.Tx) error {
		head := `INSERT INTO subscriptions (id, tenant, address, classes, token, created_at, user_id, channel, services, language, zone, digest, state, refusals, reason, confirmed_at, paused_at) ` +
			`SELECT column1, column2, column3, column4, column5, column6, 'user-' || column1, '', '', 'en', 'UTC', '', 'active', 0, '', column6, 0`
		if _, err := tx.Update(t.Context(), head, []string{"TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "BIGINT"}, rows, ""); err != nil {
			return err
		}
		_, err := tx.ExecContext(t.Context(), `UPDATE counters SET value = value + 1 WHERE name = 'subscriptions'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// F-86: ten thousand subscribers of one change are written down in one transaction
// with the consumer's cursor, and told once each, in words that are written once.
func TestTenThousandSubscribers(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	all := 10000
	if race {
		all = 500 // the detector would take minutes, in which others miss their deadlines
	}
	w := crowded(t, 0)
	w.setup.Exits["duty"].Lines = make(chan struct{}, 16)
	everybody(t, w, all, "incident")
	failing := true
	w.consumer = dispatch.NewConsumer(dispatch.ConsumerConfig{
		Archive: w.Archive, Ledger: w.Ledger, Setup: func() *dispatch.Setup { return w.setup }, Now: w.Now,
		Audience: w.Audience,
	})
	handle := func(ctx context.Context, tx *store.Tx, batch []tocsin.Change) error {
		if err := w.consumer.Handle(ctx, tx, batch); err != nil || failing {
			return errors.Join(err, io.ErrUnexpectedEOF)
		}
		return nil
	}
	count := func() (n int) {
		if err := w.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM deliveries`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	cursor, err := w.ClaimConsumer(t.Context(), dispatch.ConsumerName, w.Now(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Consume(t.Context(), cursor, 200, w.Now(), time.Minute, handle); err == nil || count() != 0 {
		t.Fatalf("%d are written down by what failed, %v", count(), err)
	}
	failing = false
	if _, _, err := w.Consume(t.Context(), cursor, 200, w.Now(), time.Minute, handle); err != nil || count() != all+1 {
		t.Fatalf("%d are written down, %v", count(), err)
	}
	if err := dispatch.NewDispatcher(w.config).Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	told := map[string]int{}
	for _, m := range w.takers["duty"].got {
		told[m.Endpoint.Address]++
	}
	letters := 0
	if err := w.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM delivery_letters`).Scan(&letters); err != nil {
		t.Fatal(err)
	}
	if len(told) != all || len(w.takers["duty"].got) != all || letters != 1 {
		t.Errorf("%d were told by %d messages of %d letters", len(told), len(w.takers["duty"].got), letters)
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
