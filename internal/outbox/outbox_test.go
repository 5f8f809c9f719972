package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/outbox"
	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// add stores n new issues of Contoso, one change each.
func add(t *testing.T, s *storetest.Desk, from, n int) {
	t.Helper()
	r := archive.Record{TenantID: storetest.Contoso, Source: "test", SeenAt: storetest.T0}
	for i := range n {
		r.Entries = append(r.Entries, archive.Entry{Document: storetest.Issue(t, fmt.Sprintf("EX%d", from+i), "x", storetest.T0)})
	}
	if _, err := s.Record(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

// tally counts what a consumer handled, by the number of the change, and closes
// done when it has handled the last one.
type tally struct {
	mu    sync.Mutex
	seqs  []int64
	fails func(tocsin.Change) bool
	last  int64
	done  chan struct{}
}

func newTally(last int64) *tally { return &tally{last: last, done: make(chan struct{})} }

var errBroken = errors.New("it is broken")

func (l *tally) handle(_ context.Context, _ *store.Tx, batch []tocsin.Change) error {
	for _, c := range batch {
		if l.fails != nil && l.fails(c) {
			return errBroken
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range batch {
		l.seqs = append(l.seqs, c.Seq)
		if c.Seq == l.last {
			close(l.done)
		}
	}
	return nil
}

// run drives runners until done is closed and what was handled is committed, and
// waits for them.
func run(t *testing.T, s *storetest.Desk, done <-chan struct{}, runners ...*outbox.Runner) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for _, r := range runners {
		group.Go(func() {
			if err := r.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Error("the changes were not handled within 30 s")
	}
	for end := time.Now().Add(30 * time.Second); ; { // done is closed before the commit
		progress, err := s.Consumers(t.Context(), 0)
		if err != nil || time.Now().After(end) {
			t.Errorf("Consumers = %+v, %v", progress, err)
			break
		}
		if progress[0].Behind() == 0 {
			break
		}
		runtime.Gosched()
	}
	cancel()
	group.Wait()
}

func upTo(n int64) []int64 {
	var list []int64
	for i := range n {
		list = append(list, i+1)
	}
	return list
}

// Two processes on one database handle each change once, in order, also those
// that come while they run.
func TestEachChangeOnce(t *testing.T) {
	t.Parallel()
	for engine, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { t.Helper(); return storetest.File(t) },
		"postgres": func(t *testing.T) string { t.Helper(); return pgtest.URL(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			s := storetest.Open(t, dsn(t))
			storetest.AddTenants(t, s)
			add(t, s, 0, 50)
			l := newTally(60)
			var runners []*outbox.Runner
			for range 2 {
				runners = append(runners, outbox.New(s, time.Now, slog.New(slog.DiscardHandler), outbox.Consumer{Name: "c", Start: outbox.Beginning, Batch: 7, Handle: l.handle}))
			}
			late := make(chan struct{})
			go func() { // owned by the select below
				defer close(late)
				add(t, s, 50, 10)
				for _, r := range runners {
					r.Wake()
				}
			}()
			run(t, s, l.done, runners...)
			<-late
			if !slices.Equal(l.seqs, upTo(60)) {
				t.Errorf("handled %v", l.seqs)
			}
			progress, err := s.Consumers(t.Context(), 0)
			if err != nil || len(progress) != 1 || progress[0].Behind() != 0 || progress[0].Seq != 60 {
				t.Errorf("Consumers = %+v, %v", progress, err)
			}
		})
	}
}

// A change that cannot be handled holds up its consumer for a while, not for
// ever, and costs its neighbours nothing.
func TestOneBadChange(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, storetest.File(t))
	storetest.AddTenants(t, s)
	add(t, s, 0, 20)
	l := newTally(20)
	var mu sync.Mutex
	tries, broken := 0, true
	l.fails = func(c tocsin.Change) bool {
		mu.Lock()
		defer mu.Unlock()
		if c.Seq != 11 || !broken {
			return false
		}
		tries++
		return true
	}
	r := outbox.New(s, time.Now, slog.New(slog.DiscardHandler), outbox.Consumer{Name: "c", Start: outbox.Beginning, Batch: 8, Handle: l.handle})
	hurry, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() { // the waits between the tries are not what is tested
		ticker := time.NewTicker(5 * time.Millisecond)
		defer ticker.Stop()
		for hurry.Err() == nil {
			<-ticker.C
			r.Wake()
		}
	})
	run(t, s, l.done, r)
	stop()
	group.Wait()
	want := slices.DeleteFunc(upTo(20), func(n int64) bool { return n == 11 })
	if !slices.Equal(l.seqs, want) || tries != 6 {
		t.Errorf("handled %v after %d tries, want all but 11 after one in its batch and five alone", l.seqs, tries)
	}
	list, err := s.Consumers(t.Context(), 9)
	if err != nil || len(list) != 1 || len(list[0].Skipped) != 1 {
		t.Fatalf("Consumers = %+v, %v", list, err)
	}
	if skipped := list[0].Skipped; skipped[0].Seq != 11 || skipped[0].Problem.Code != tocsin.ProblemChange || !strings.HasSuffix(skipped[0].Problem.Args["detail"], errBroken.Error()) {
		t.Fatalf("skipped %+v", skipped)
	}
	if err := r.Retry(t.Context(), "c", 11); !errors.Is(err, errBroken) {
		t.Errorf("a retry that fails: %v", err)
	}
	broken = false
	if err := r.Retry(t.Context(), "c", 11); err != nil || l.seqs[len(l.seqs)-1] != 11 {
		t.Errorf("a retry that does not: %v", err)
	}
	if err := r.Retry(t.Context(), "nobody", 11); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("of an unknown consumer: %v", err)
	}
}

// A consumer that begins now is told of no change from before.
func TestStartNow(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, storetest.File(t))
	storetest.AddTenants(t, s)
	add(t, s, 0, 5)
	if err := s.AddConsumer(t.Context(), "c", false); err != nil {
		t.Fatal(err)
	}
	add(t, s, 5, 1)
	l := newTally(6)
	run(t, s, l.done, outbox.New(s, time.Now, slog.New(slog.DiscardHandler), outbox.Consumer{Name: "c", Handle: l.handle}))
	if !slices.Equal(l.seqs, []int64{6}) {
		t.Errorf("handled %v", l.seqs)
	}
}
