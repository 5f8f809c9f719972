package dispatch_test

import (
	"log/slog"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/notify/letters"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/storetest"
)

// watched is a world whose channels somebody looks after.
func watched(t *testing.T, dsn string) (w *world, look func()) {
	t.Helper()
	w = newWorld(t, dsn, route.Shipped("duty", ""))
	storetest.AddTenants(t, w)
	w.follow()
	writer, err := letters.New(letters.Config{Now: w.Now})
	if err != nil {
		t.Fatal(err)
	}
	warden := dispatch.NewWarden(dispatch.WardenConfig{Ledger: w.Ledger, Writer: writer, Setup: func() *dispatch.Setup { return w.setup }, Now: w.Now, Log: slog.New(slog.DiscardHandler)})
	return w, func() {
		t.Helper()
		for range 2 { // as two replicas
			if err := warden.Look(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		w.dispatch()
	}
}

func refusing(reason notify.Reason, permanent bool) func(*notify.Message) error {
	return func(*notify.Message) error {
		return &notify.Failure{Reason: reason, Permanent: permanent, Detail: "Set notify.channels[0].address."}
	}
}

// A channel that takes no messages is told of through another one: at once when
// nobody but a person can mend it, else after an hour; once, with the setting to
// change; and once when it works again. What tells of it does not go through it.
func TestTrouble(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		w, look := watched(t, dsn)
		w.setup.Exits["duty"].Fallback = ""
		w.takers["duty"].set(refusing(notify.ReasonAuthentication, false))
		w.tell(issue(t, "EX1", 1, nil))
		look()
		w.expect("duty")
		w.expect("other")
		w.expect("last", "[channel] duty")
		m := w.takers["last"].got[0]
		if m.Kind != notify.KindTrouble || len(m.Facts) != 0 || len(m.Letter.Lead) != 4 || m.Letter.Lead[2].Text != "Set notify.channels[0].address." {
			t.Errorf("%+v", m.Letter)
		}
		w.pass(3 * time.Hour)
		look()
		w.takers["duty"].set(nil)
		w.later(24 * time.Hour)
		look()
		look()
		w.expect("last", "[channel] duty", "[channel] duty")
		if got := w.takers["last"].got[1].Letter.Title.Text; got != "The channel duty takes messages again" {
			t.Error(got)
		}
	})
}

// A time-out is trouble when it lasts; where all channels are ill, nobody can be
// told, and it is told as soon as one works.
func TestTroubleOfAll(t *testing.T) {
	t.Parallel()
	w, look := watched(t, storetest.File(t))
	for _, name := range []string{"duty", "other", "last"} {
		w.setup.Exits[name].Fallback = ""
		w.takers[name].set(refusing(notify.ReasonTimeout, false))
	}
	w.setup.Receivers["duty"] = []string{"duty", "other", "last"}
	w.tell(issue(t, "EX1", 1, nil))
	w.later(10 * time.Minute)
	look()
	w.later(2 * time.Hour)
	look()
	w.takers["last"].set(nil)
	w.later(12 * time.Hour)
	look()
	w.expect("last", "update EX1.1", "[channel] duty", "[channel] other")
}
