package jobs_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/jobs"
	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// claimer polls as the collector does, without an upstream, and counts.
type claimer struct {
	store  *storetest.Desk
	mu     sync.Mutex
	polls  map[string]int
	polled chan string
}

func (c *claimer) Poll(ctx context.Context, tenantID, name string, force bool) (tocsin.Poll, error) {
	state, err := c.store.ClaimSource(ctx, tenantID, name, time.Now(), time.Minute, force)
	if err != nil {
		return tocsin.Poll{}, err
	}
	p := tocsin.Poll{TenantID: tenantID, Source: name, Epoch: state.Epoch, FinishedAt: time.Now(), Outcome: tocsin.OutcomeUnchanged}
	if _, err := c.store.FinishPoll(ctx, archive.PollEnd{Poll: p, DueAt: time.Now().Add(state.Interval)}, nil); err != nil {
		return p, err
	}
	c.mu.Lock()
	c.polls[tenantID]++
	c.mu.Unlock()
	c.polled <- tenantID
	return p, nil
}

// wait waits for a poll, doing something again and again meanwhile.
func (c *claimer) wait(t *testing.T, what string, meanwhile func()) {
	t.Helper()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for end := time.After(20 * time.Second); ; {
		select {
		case <-c.polled:
			return
		case <-end:
			t.Errorf("%s was not polled within 20 s", what)
			return
		case <-again.C:
			meanwhile()
		}
	}
}

func TestDueSourcesArePolled(t *testing.T) {
	t.Parallel()
	for engine, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { t.Helper(); return storetest.File(t) },
		"postgres": func(t *testing.T) string { t.Helper(); return pgtest.URL(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			pollDueSources(t, dsn(t))
		})
	}
}

// pollDueSources runs two engines on one database: each source is polled when
// it is due and by one of them, and both stop when asked to.
func pollDueSources(t *testing.T, dsn string) {
	t.Helper()
	s := storetest.Open(t, dsn)
	storetest.AddTenants(t, s)
	for _, tenant := range []string{storetest.Contoso, storetest.Fabrikam} {
		if err := s.PutSource(t.Context(), tenant, "graph", time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	c := &claimer{store: s, polls: map[string]int{}, polled: make(chan string, 100)}
	config := jobs.Default()
	config.DueEvery = time.Second
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range 2 {
		engine, err := jobs.New(config, s.Store, s, c, time.Now, slog.New(slog.DiscardHandler), nil)
		if err != nil {
			t.Fatal(err)
		}
		group.Go(func() {
			if err := engine.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	for range 2 {
		c.wait(t, "a due source", func() {})
	}
	cancel()
	group.Wait()
	if c.polls[storetest.Contoso] != 1 || c.polls[storetest.Fabrikam] != 1 {
		t.Errorf("polls = %v, want one of each: the next is due in an hour", c.polls)
	}
}

// rarely runs an engine that looks once an hour, until the test ends, and returns
// when a source that is polled every so often was polled at the start.
func rarely(t *testing.T, every time.Duration) (*storetest.Desk, *claimer, *jobs.Engine) {
	t.Helper()
	s := storetest.Open(t, storetest.File(t))
	storetest.AddTenants(t, s)
	if err := s.PutSource(t.Context(), storetest.Contoso, "graph", every); err != nil {
		t.Fatal(err)
	}
	c := &claimer{store: s, polls: map[string]int{}, polled: make(chan string, 100)}
	config := jobs.Default()
	config.DueEvery = time.Hour
	engine, err := jobs.New(config, s.Store, s, c, time.Now, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var group sync.WaitGroup
	group.Go(func() {
		if err := engine.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		group.Wait()
	})
	c.wait(t, "a source that is due at the start", func() {})
	return s, c, engine
}

// Who makes a source due need not wait for the next look.
func TestLookPollsAtOnce(t *testing.T) {
	t.Parallel()
	s, c, engine := rarely(t, time.Hour)
	if err := s.HurrySource(t.Context(), storetest.Contoso, "graph"); err != nil {
		t.Fatal(err)
	}
	c.wait(t, "a source that was hurried", engine.Look) // the job of the poll before may not have ended yet
}

// A source that is due between two looks is polled when it is due.
func TestDueBetweenLooks(t *testing.T) {
	t.Parallel()
	_, c, engine := rarely(t, 3*time.Second)
	engine.Look() // it is not due yet
	c.wait(t, "a source that is due between two looks", func() {})
}
