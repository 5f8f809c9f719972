package dispatch_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
)

// wide is a world whose channel takes many messages at once, with so many issues
// of so many posts each, which are told one by one.
func wide(t *testing.T, dsn string, issues, posts int) *world {
	t.Helper()
	w := newWorld(t, dsn, route.Settings{Routes: route.Spec{Receiver: "duty", GroupBy: []string{"..."}, GroupWait: "0s"}})
	w.setup.Exits["duty"].Window = 64
	storetest.AddTenants(t, w)
	w.follow()
	for n := range posts {
		for i := range issues {
			w.record(storetest.Contoso, issue(t, fmt.Sprintf("EX%03d", i), n+1, nil))
		}
	}
	w.follow()
	return w
}

// order fails the test when a channel heard of an issue's versions in another order
// than theirs, or of one twice.
func (w *world) order(channel string, issues, posts int) {
	w.t.Helper()
	told := w.takers[channel].told()
	if len(told) != issues*posts {
		w.t.Errorf("%d messages of %d", len(told), issues*posts)
	}
	last := map[string]string{}
	for _, one := range told {
		id, version, _ := strings.Cut(strings.TrimPrefix(one, "update "), ".")
		if version <= last[id] {
			w.t.Errorf("%s.%s after %s", id, version, last[id])
		}
		last[id] = version
	}
}

// While messages are on their way the next ones are begun: those of one issue
// stay in their order all the same.
func TestOrderOfAnIssue(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		w := wide(t, dsn, 40, 4)
		w.dispatch()
		w.order("duty", 40, 4)
	})
}

// What was begun and not sent, since the endpoint failed before it, is sent
// afterwards: once, in order, and not as a repeat.
func TestBegunAndNotSent(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		w := wide(t, dsn, 100, 2)
		failed := 0
		w.takers["duty"].set(func(m *notify.Message) error {
			if m.Repeat {
				t.Errorf("%s is a repeat", m.Letter.Heading)
			}
			if n := len(w.takers["duty"].got); failed < 3 && n >= 30*(failed+1) {
				failed++
				return &notify.Failure{Reason: notify.ReasonTimeout}
			}
			return nil
		})
		for range 5 {
			w.dispatch()
			w.pass(time.Minute)
		}
		w.order("duty", 100, 2)
		if failed != 3 {
			t.Errorf("%d failures", failed)
		}
	})
}

// Where messages take long, few are begun at once: so many are told as repeats when
// the process dies.
func TestFewOnTheirWay(t *testing.T) {
	t.Parallel()
	w := wide(t, storetest.File(t), 120, 1)
	w.setup.Exits["duty"].Window = 256
	most := 0
	w.takers["duty"].set(func(*notify.Message) error {
		w.pass(50 * time.Millisecond)
		n := 0
		if err := w.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM delivery_batches WHERE state = 'sending'`).Scan(&n); err != nil {
			t.Error(err)
		}
		most = max(most, n)
		return nil
	})
	w.dispatch()
	w.order("duty", 120, 1)
	if most > 20 {
		t.Errorf("%d were on their way at once", most)
	}
}

// A program that ends while much waits leaves nothing in doubt.
func TestEndsInBetween(t *testing.T) {
	t.Parallel()
	w := wide(t, storetest.File(t), 150, 1)
	ctx, cancel := context.WithCancel(t.Context())
	w.takers["duty"].set(func(m *notify.Message) error {
		if len(w.takers["duty"].got) == 40 {
			cancel()
		}
		if m.Repeat {
			t.Errorf("%s is a repeat", m.Letter.Heading)
		}
		return nil
	})
	if err := dispatch.NewDispatcher(w.config).Run(ctx); err != nil {
		t.Fatal(err)
	}
	for _, state := range []delivery.State{delivery.StateSending, delivery.StateInDoubt} {
		if left := w.states(delivery.Query{State: state}); len(left) != 0 {
			t.Errorf("%s: %q", state, left)
		}
	}
	w.dispatch()
	w.order("duty", 150, 1)
}

// Ids are of one length and do not repeat, and later ones stand behind earlier
// ones of another second.
func TestNewID(t *testing.T) {
	t.Parallel()
	var ids []string
	for i := range 1000 {
		ids = append(ids, dispatch.NewID("msg_", storetest.T0.Add(time.Duration(i/500)*time.Hour)))
	}
	if len(ids[0]) != 30 || ids[0][:8] == ids[999][:8] && ids[0][:12] == ids[999][:12] || ids[0][:10] != ids[1][:10] {
		t.Errorf("%s, %s, %s", ids[0], ids[1], ids[999])
	}
	slices.Sort(ids)
	if len(slices.Compact(ids)) != 1000 {
		t.Error("an id repeats")
	}
}
