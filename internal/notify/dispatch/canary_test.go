package dispatch_test

import (
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/notify/letters"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
)

// tested is a watched world whose channel duty is sent a test each day at 02:30 in
// Paris, with the links of the tests by the time of the clock at which they came.
type tested struct {
	*world
	look  func() // of two wardens
	ask   func() // of two replicas
	links []string
}

func newTested(t *testing.T, dsn string) *tested {
	t.Helper()
	w := &tested{}
	w.world, w.look = watched(t, dsn)
	duty := w.setup.Exits["duty"]
	var err error
	if duty.Canary, err = route.ParseDigest("daily 02:30 Europe/Paris"); err != nil {
		t.Fatal(err)
	}
	if duty.Zone, err = time.LoadLocation("Europe/Paris"); err != nil {
		t.Fatal(err)
	}
	w.config.Canary = func(language, batch string) string { return "https://desk.example/" + language + "/canary/" + batch }
	writer, err := letters.New(letters.Config{Now: w.Now})
	if err != nil {
		t.Fatal(err)
	}
	w.takers["duty"].set(func(m *notify.Message) error {
		for _, entry := range m.Letter.Entries {
			w.links = append(w.links, entry.Link)
		}
		return nil
	})
	var keepers [2]*dispatch.CanaryKeeper
	for i := range keepers {
		keepers[i] = dispatch.NewCanaryKeeper(dispatch.CanaryConfig{Ledger: w.Ledger, Writer: writer, Setup: w.config.Setup, Token: func(batch string) string { return "token " + batch }, Now: w.Now})
	}
	w.ask = func() {
		t.Helper()
		for _, k := range keepers {
			if err := k.Look(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		w.dispatch()
	}
	return w
}

// set puts the clock of the test to an instant.
func (w *tested) set(at string) {
	w.t.Helper()
	to, err := time.Parse(time.RFC3339, at)
	if err != nil {
		w.t.Fatal(err)
	}
	w.pass(to.Sub(w.Now()))
}

// A channel is sent one test a day by its own clock: also on the day on which the hour
// occurs twice, or not at all, by two replicas, and when the clock is put back.
func TestCanaryOnceADay(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		from string
		want []string // times of the tests
	}{
		"twice": {"2026-10-24T12:30:00Z", []string{"2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z", "2026-10-27T01:30:00Z"}},
		"never": {"2027-03-27T13:30:00Z", []string{"2027-03-28T01:30:00Z", "2027-03-29T00:30:00Z", "2027-03-30T00:30:00Z"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTested(t, storetest.File(t))
			w.set(test.from)
			var got []string
			for range 72 * 2 {
				was := len(w.takers["duty"].told())
				w.ask()
				for range len(w.takers["duty"].told()) - was {
					got = append(got, w.Now().UTC().Format(time.RFC3339))
				}
				w.pass(30 * time.Minute)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%q, want %q", got, test.want)
			}
			for _, back := range []time.Duration{-time.Hour, -48 * time.Hour, 49 * time.Hour} {
				w.pass(back)
				w.ask()
			}
			if n := len(w.takers["duty"].told()); n != len(test.want) {
				t.Errorf("%d tests after the clock jumped", n)
			}
		})
	}
}

// A test has a link of its own, which the ledger does not have; one that nobody
// confirms in a day is told through another channel, once, and once that somebody has.
func TestCanaryUnconfirmed(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		w := newTested(t, dsn)
		w.set("2026-05-01T00:30:00Z")
		w.ask()
		w.expect("duty", "[test] duty")
		m := w.takers["duty"].got[0]
		if want := []string{"https://desk.example/en/canary/" + m.ID}; !slices.Equal(w.links, want) || m.Kind != notify.KindCanary || len(m.Facts) != 0 {
			t.Errorf("%q, %+v", w.links, m)
		}
		if kept, err := w.Message(t.Context(), m.ID); err != nil || slices.Contains(w.links, string(kept.Letter)) {
			t.Errorf("%s, %v", kept.Letter, err)
		}
		w.later(24*time.Hour - time.Minute)
		w.look()
		w.expect("other")
		w.pass(2 * time.Minute)
		w.ask()
		w.look()
		w.look()
		w.expect("other", "[channel] duty")
		if got := w.takers["other"].got[0]; got.Kind != notify.KindTrouble || got.Letter.Title.Text != "Nobody has confirmed the test of the channel duty" {
			t.Errorf("%+v", got.Letter)
		}
		w.expect("duty", "[test] duty", "[test] duty")
		w.pass(time.Hour)
		w.look()
		w.expect("other", "[channel] duty")
		if _, err := w.ConfirmCanary(t.Context(), "token "+w.takers["duty"].got[1].ID, w.Now()); err != nil {
			t.Fatal(err)
		}
		w.look()
		w.look()
		w.expect("other", "[channel] duty", "[channel] duty")
		if got := w.takers["other"].got[1].Letter.Title.Text; got != "The channel duty takes messages again" {
			t.Error(got)
		}
	})
}

// What a machine accepts it has confirmed, and one that refuses is told of as any
// other channel that takes no messages; what waited is not sent with the next test.
func TestCanaryOfMachine(t *testing.T) {
	t.Parallel()
	w := newTested(t, storetest.File(t))
	w.setup.Exits["duty"].Kind = "webhook"
	w.takers["duty"].set(nil)
	w.set("2026-05-01T00:30:00Z")
	w.ask()
	m := w.takers["duty"].got[0]
	if len(m.Letter.Entries) != 0 || m.Letter.Lead[0].Text == "" {
		t.Errorf("%+v", m.Letter)
	}
	w.takers["duty"].set(refusing(notify.ReasonTimeout, false))
	for range 3 {
		w.pass(24 * time.Hour)
		w.ask()
	}
	w.look()
	w.expect("other", "[channel] duty")
	w.takers["duty"].set(nil)
	w.later(time.Hour)
	w.look()
	w.expect("duty", "[test] duty", "[test] duty")
	w.expect("other", "[channel] duty", "[channel] duty")
	list, err := w.Canaries(t.Context(), w.Now())
	if err != nil || list[delivery.ChannelKey("duty")].Unanswered.Day != "" {
		t.Errorf("%+v, %v", list, err)
	}
}

// Where no other channel is read either, it is told through one that takes messages.
func TestCanariesAllUnread(t *testing.T) {
	t.Parallel()
	w := newTested(t, storetest.File(t))
	for _, name := range []string{"other", "last"} {
		w.setup.Exits[name].Canary = w.setup.Exits["duty"].Canary
	}
	w.set("2026-05-01T00:30:00Z")
	w.ask()
	w.later(25 * time.Hour)
	w.look()
	if got := w.takers["other"].told(); !slices.Contains(got, "[channel] duty") {
		t.Errorf("%q", got)
	}
}
