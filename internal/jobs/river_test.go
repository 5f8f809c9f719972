package jobs_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"example.org/tocsin/internal/jobs"
	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
)

// A ledger is the queue of an engine, looked at from outside over a connection
// of its own.
type ledger struct {
	t        *testing.T
	postgres bool
	store    *storetest.Desk
	polls    *claimer
	db       *sql.DB
	before   atomic.Pointer[func(query string)] // called before each statement of the engine
}

// onBothEngines runs a test on a ledger of each engine of the store.
func onBothEngines(t *testing.T, test func(l *ledger)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			l := &ledger{t: t, postgres: engine == "postgres"}
			var dsn string
			var err error
			if l.postgres {
				dsn = pgtest.URL(t)
				l.db, err = sql.Open("pgx", dsn)
			} else {
				dsn = storetest.File(t)
				l.db, err = sql.Open("sqlite", dsn+"?_pragma=busy_timeout(5000)")
			}
			if err == nil {
				l.store, err = storetest.New(t.Context(), dsn, store.BeforeStatement(func(query string) {
					if before := l.before.Load(); before != nil {
						(*before)(query)
					}
				}))
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _, _ = l.db.Close(), l.store.Close() })
			storetest.AddTenants(t, l.store)
			l.polls = &claimer{store: l.store, polls: map[string]int{}, polled: make(chan string, 100)}
			test(l)
		})
	}
}

// run runs an engine until the test ends.
func (l *ledger) run(periodics ...jobs.Periodic) {
	l.t.Helper()
	config := jobs.Default()
	config.DueEvery = time.Second
	engine, err := jobs.New(config, l.store.Store, l.store, l.polls, time.Now, slog.New(slog.DiscardHandler), nil, periodics...)
	if err != nil {
		l.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(l.t.Context()))
	var group sync.WaitGroup
	group.Go(func() {
		if err := engine.Run(ctx); err != nil {
			l.t.Error(err)
		}
	})
	l.t.Cleanup(func() {
		cancel()
		group.Wait()
	})
}

// exec changes the queue. Expressions for both engines are given as
// "{sqlite|postgres}".
func (l *ledger) exec(query string, args ...any) {
	l.t.Helper()
	if _, err := l.db.ExecContext(context.Background(), l.dialect(query), args...); err != nil {
		l.t.Errorf("%s: %v", query, err)
	}
}

func (l *ledger) dialect(query string) string {
	for {
		before, rest, ok := strings.Cut(query, "{{")
		if !ok {
			return query
		}
		choice, after, _ := strings.Cut(rest, "}}")
		sqlite, postgres, _ := strings.Cut(choice, "|")
		if l.postgres {
			sqlite = postgres
		}
		query = before + sqlite + after
	}
}

// state waits until a job is in one of some states, and returns which.
func (l *ledger) state(tag string, wanted ...string) (state string) {
	l.t.Helper()
	query := l.dialect(`SELECT state FROM river_job WHERE kind = $1 OR {{json_extract(metadata, '$.tag')|metadata->>'tag'}} = $1`)
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if err := l.db.QueryRowContext(l.t.Context(), query, tag).Scan(&state); err != nil && !errors.Is(err, sql.ErrNoRows) {
			l.t.Fatal(err)
		}
		for _, want := range wanted {
			if state == want {
				return state
			}
		}
		select {
		case <-l.t.Context().Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
	l.t.Errorf("job %s is %q, want one of %v", tag, state, wanted)
	return state
}

// source makes a source that is due.
func (l *ledger) source() {
	l.t.Helper()
	if err := l.store.PutSource(l.t.Context(), storetest.Contoso, "graph", time.Hour); err != nil {
		l.t.Fatal(err)
	}
}

const insertJob = `INSERT INTO river_job (args, attempt, attempted_at, attempted_by, errors, kind, max_attempts, metadata, queue, state, scheduled_at) VALUES `

// Jobs whose rows cannot be read cost their own attempt and no other job its.
func TestUnreadableJobBlocksNothing(t *testing.T) {
	onBothEngines(t, func(l *ledger) {
		broken := []string{`{{jsonb('[{"at":5,"attempt":"x"}]')|ARRAY['{"at":5,"attempt":"x"}'::jsonb]}}`}
		if !l.postgres {
			broken = append(broken, `'no JSON'`, `jsonb('"a text"')`)
		}
		for i, problem := range broken {
			l.exec(insertJob + fmt.Sprintf(`({{jsonb('[1]')|'[1]'}}, 0, NULL, NULL, %s, 'poll', 1, {{jsonb('{"tag":"broken%d"}')|'{"tag":"broken%d"}'}}, 'polls', 'available', {{datetime('now', '-1 day')|now() - interval '1 day'}})`, problem, i, i))
		}
		l.source()
		l.run()
		l.polls.wait(l.t, "a source behind jobs that cannot be read", func() {})
		for i := range broken {
			l.state(fmt.Sprintf("broken%d", i), "discarded")
		}
	})
}

// A job that has failed for years is tried again later, never at once: the
// waits grow until they would no longer fit a duration.
func TestRetryOfOldJobWaits(t *testing.T) {
	onBothEngines(t, func(l *ledger) {
		one := `{"at":"2026-01-01T00:00:00Z","attempt":1,"error":"no","trace":""}`
		failures := `{{jsonb('[` + one + strings.Repeat(","+one, 399) + `]')|array_fill('` + one + `'::jsonb, ARRAY[400])}}`
		l.exec(insertJob + `({{jsonb('{"name":"fails"}')|'{"name":"fails"}'}}, 400, NULL, NULL, ` + failures + `, 'periodic', 1000, {{jsonb('{"tag":"old"}')|'{"tag":"old"}'}}, 'default', 'available', {{datetime('now')|now()}})`)
		var runs atomic.Int32
		l.run(jobs.Periodic{Name: "fails", Every: 24 * time.Hour, Attempts: 1000, Run: func(context.Context) error {
			runs.Add(1)
			return errors.New("no")
		}})
		l.state("old", "retryable")
		var far bool
		query := l.dialect(`SELECT scheduled_at > {{datetime('now', '+1 hour')|now() + interval '1 hour'}} FROM river_job WHERE {{json_extract(metadata, '$.tag')|metadata->>'tag'}} = 'old'`)
		if err := l.db.QueryRowContext(l.t.Context(), query).Scan(&far); err != nil || !far {
			l.t.Errorf("the retry waits for more than an hour: %v, %v", far, err)
		}
		if n := runs.Load(); n > 3 {
			l.t.Errorf("it ran %d times already", n)
		}
	})
}

// Jobs of a process that died are given up; one that finished between the look
// for such jobs and the giving up stays finished.
func TestFinishedJobIsNotRescued(t *testing.T) {
	onBothEngines(t, func(l *ledger) {
		for _, tag := range []string{"finishing", "abandoned"} {
			l.exec(insertJob + `({{jsonb('{}')|'{}'}}, 1, {{datetime('now', '-1 day')|now() - interval '1 day'}}, {{jsonb('["gone"]')|'{gone}'}}, NULL, 'poll', 1, {{jsonb('{"tag":"` + tag + `"}')|'{"tag":"` + tag + `"}'}}, 'polls', 'running', {{datetime('now', '-1 day')|now() - interval '1 day'}})`)
		}
		var looked, finished atomic.Bool
		finish := func(query string) {
			switch {
			case strings.Contains(query, "JobGetStuck"):
				looked.Store(true)
			case l.postgres && !strings.Contains(query, "JobRescueMany"), !looked.Load():
			case finished.CompareAndSwap(false, true):
				l.exec(`UPDATE river_job SET state = 'completed', finalized_at = {{datetime('now')|now()}} WHERE {{json_extract(metadata, '$.tag')|metadata->>'tag'}} = 'finishing'`) //nolint:misspell // a column of River
			}
		}
		l.before.Store(&finish)
		l.run()
		l.state("abandoned", "discarded")
		if got := l.state("finishing", "completed", "discarded", "retryable"); got != "completed" || !finished.Load() {
			l.t.Errorf("the job that finished meanwhile is %s (finished by the test: %v)", got, finished.Load())
		}
	})
}

// A periodic run that could not be put into the queue comes with the next
// interval.
func TestPeriodicRunAfterFailedInsert(t *testing.T) {
	onBothEngines(t, func(l *ledger) {
		if l.postgres {
			l.exec(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'`)
			l.exec(`CREATE TRIGGER refuse BEFORE INSERT ON river_job FOR EACH ROW WHEN (NEW.kind = 'periodic') EXECUTE FUNCTION refuse()`)
		} else {
			l.exec(`CREATE TRIGGER refuse BEFORE INSERT ON river_job WHEN NEW.kind = 'periodic' BEGIN SELECT RAISE(ABORT, 'no'); END`)
		}
		tried, ran := make(chan struct{}, 100), make(chan struct{}, 100)
		attempt := func(query string) {
			if strings.Contains(query, "INSERT INTO") && strings.Contains(query, "river_job") {
				select {
				case tried <- struct{}{}:
				default:
				}
			}
		}
		l.before.Store(&attempt)
		l.run(jobs.Periodic{Name: "often", Every: time.Second, Run: func(context.Context) error {
			select {
			case ran <- struct{}{}:
			default:
			}
			return nil
		}})
		for range 3 {
			<-tried
		}
		select {
		case <-ran:
			l.t.Fatal("it ran though nothing could be inserted")
		default:
		}
		l.exec(`DROP TRIGGER refuse {{|ON river_job}}`)
		select {
		case <-ran:
		case <-time.After(20 * time.Second):
			l.t.Error("it does not run after its insert failed")
		}
	})
}
