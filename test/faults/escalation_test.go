//go:build unix

package faults

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
)

// escalatorVariable makes the test binary a process that tells of what is in a
// database, calls somebody a quarter of an hour later, and sends a daily test; it holds
// the address.
const escalatorVariable = "TOCSIN_FAULTS_ESCALATOR"

func escalatorProcess(dsn string) error { return killedTelling(dsn, "called after", callAll) }

// plainCanary words a daily test.
type plainCanary struct{}

func (plainCanary) Canary(string, string, bool) (*notify.Content, error) {
	return notify.NewContent(notify.KindCanary, &notify.Letter{Language: "en", Heading: "canary"}, nil)
}

// callAll sends the daily test of channel a, tells it of every change, and tells channel
// b a quarter of an hour later of what nobody has acknowledged.
func callAll(ctx context.Context, s *storetest.Desk, now time.Time, posted receiver) error {
	setup, err := twoReceivers(posted)
	if err != nil {
		return err
	}
	setup.Receivers = map[string][]string{"all": {"a"}, "duty": {"b"}}
	setup.Policy, err = route.Compile(route.Settings{Routes: route.Spec{Receiver: "all", GroupBy: []string{"issue"}, GroupWait: "0s", Escalate: route.Ladder{{After: "15m", To: "duty"}}}}, route.Known{})
	if err != nil {
		return err
	}
	setup.Exits["a"].Zone = time.UTC
	if setup.Exits["a"].Canary, err = route.ParseDigest("daily 00:00"); err != nil {
		return err
	}
	for _, later := range []time.Duration{0, 16 * time.Minute} {
		clock := func() time.Time { return now.Add(later) }
		keeper := dispatch.NewCanaryKeeper(dispatch.CanaryConfig{
			Ledger: s.Ledger, Writer: plainCanary{}, Setup: func() *dispatch.Setup { return setup }, Token: func(batch string) string { return "token " + batch },
			Now: func() time.Time { return storetest.T0.Truncate(24 * time.Hour).Add(time.Hour) }, // one day, wherever the clock of the test stands
		})
		if err := keeper.Look(ctx); err != nil {
			return err
		}
		if err := decide(ctx, s, setup, clock); err != nil {
			return err
		}
		d := dispatch.NewDispatcher(dispatch.DispatcherConfig{Ledger: s.Ledger, Scribe: numbers{}, Setup: func() *dispatch.Setup { return setup }, Now: clock, Log: slog.New(slog.DiscardHandler)})
		if err := d.Drain(ctx); err != nil {
			return err
		}
	}
	return nil
}

// TestKilledEscalation kills whoever tells of incidents, calls about them and sends the
// daily test between every two of their statements, on both engines: no step and no test
// is lost, and none is told twice but what the ledger lists as a repeat.
func TestKilledEscalation(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts many processes")
	}
	everyStatement(t, killing{
		fill: toTell, branches: []string{"before anything was decided", "before anything was called", "while somebody was called"}, killedAt: escalatorKilledAt,
		undisturbed: func(t *testing.T, dsn string) []string {
			t.Helper()
			s := storetest.Open(t, dsn)
			if err := callAll(t.Context(), s, time.Now(), func(string, string) {}); err != nil {
				t.Fatal(err)
			}
			want, _ := ledgerOf(t, s)
			if len(want) != 6 || want[1] != "1 b sent" {
				t.Fatalf("undisturbed: %q", want)
			}
			return want
		},
	})
}

// escalatorKilledAt lets a child be killed before its at-th statement, and has this
// process finish what is left. It reports whether the child came that far.
func escalatorKilledAt(t *testing.T, dsn string, at int, want []string, sometimes *Sometimes) bool {
	t.Helper()
	lines, killed := Fork(t, escalatorVariable, dsn, at)
	if !killed {
		return false
	}
	posts, called := map[string][]string{}, false
	for _, line := range lines {
		if id, text, ok := strings.Cut(strings.TrimPrefix(line, "posted "), " "); ok && strings.HasPrefix(line, "posted ") {
			posts[id] = append(posts[id], text)
			called = called || strings.HasPrefix(text, "b ")
		}
	}
	s := storetest.Open(t, dsn)
	kept, _ := ledgerOf(t, s)
	switch {
	case len(kept) == 0:
		sometimes.Reach("before anything was decided")
	case !called:
		sometimes.Reach("before anything was called")
	default:
		sometimes.Reach("while somebody was called")
	}
	now := time.Now().Add(30 * time.Minute) // behind all leases
	if err := callAll(t.Context(), s, now, func(id, text string) { posts[id] = append(posts[id], text) }); err != nil {
		t.Fatalf("killed before statement %d: %v", at, err)
	}
	got, repeats := ledgerOf(t, s)
	if !slices.Equal(got, want) {
		t.Fatalf("killed before statement %d, finished:\n%s\nwant\n%s", at, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	err := oneCanary(t, s, posts)
	if err == nil {
		err = oncePerID(posts, repeats, 6)
	}
	if err != nil {
		t.Fatalf("killed before statement %d: %v", at, err)
	}
	return true
}

// oneCanary holds the daily tests that came against the ledger, and takes them out of
// what came.
func oneCanary(t *testing.T, s *storetest.Desk, posts map[string][]string) error {
	t.Helper()
	found := 0
	for id, texts := range posts {
		if texts[0] != "a canary" {
			continue
		}
		m, err := s.Message(t.Context(), id)
		if err != nil {
			return err
		}
		if found++; m.State != delivery.StateSent || len(texts) > 1+m.Repeats {
			return fmt.Errorf("the daily test %s is %s and came %d times, the ledger lists %d repeats", id, m.State, len(texts), m.Repeats)
		}
		delete(posts, id)
	}
	if found != 1 {
		return fmt.Errorf("%d daily tests came", found)
	}
	return nil
}

// F-30: the clocks of three replicas jump, forth and back, while they tell, call and
// send the daily test: each step comes once, or again as a repeat that is listed.
func TestEscalatingWithJumpingClocks(t *testing.T) {
	t.Parallel()
	random := Seed(t)
	for engine, open := range map[string]func(*testing.T, func(*testing.T, *storetest.Desk)) func(*testing.T) string{"sqlite": sqliteCopies, "postgres": postgresCopies} {
		t.Run(engine, func(t *testing.T) {
			s := storetest.Open(t, open(t, toTell)(t))
			var one sync.Mutex
			posts := map[string][]string{}
			posted := func(id, text string) {
				one.Lock()
				defer one.Unlock()
				posts[id] = append(posts[id], text)
			}
			around := time.Now().Add(-time.Hour) // at no hour of the test is what was seen now told late, which nobody is called for
			jumps := make([]time.Time, 3*8)
			for i := range jumps {
				jumps[i] = around.Add(time.Duration(random.IntN(90)-45) * time.Minute)
			}
			var replicas sync.WaitGroup
			for i := range 3 {
				replicas.Go(func() {
					for _, at := range jumps[8*i : 8*i+8] {
						if err := callAll(t.Context(), s, at, posted); err != nil {
							t.Error(err)
						}
					}
				})
			}
			replicas.Wait()
			if err := callAll(t.Context(), s, around.Add(2*time.Hour), posted); err != nil {
				t.Fatal(err)
			}
			got, repeats := ledgerOf(t, s)
			if sent := slices.DeleteFunc(got, func(line string) bool { return !strings.HasSuffix(line, " sent") }); len(sent) != 6 {
				t.Errorf("%q", got)
			}
			if err := errors.Join(oneCanary(t, s, posts), oncePerID(posts, repeats, 6)); err != nil {
				t.Error(err)
			}
		})
	}
}
