//go:build unix

package faults

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/event"
	"example.org/tocsin/internal/outbox"
	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// childVariable makes the test binary a process that follows the changes of a
// database; it holds the address.
const childVariable = "TOCSIN_FAULTS_FOLLOWER"

func TestMain(m *testing.M) {
	for variable, process := range map[string]func(dsn string) error{
		childVariable: followerProcess, translatorVariable: translatorProcess, notifierVariable: notifierProcess, replicaVariable: replicaProcess, escalatorVariable: escalatorProcess,
	} {
		if dsn := os.Getenv(variable); dsn != "" {
			if err := process(dsn); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			return
		}
	}
	pgtest.Main(m)
}

// followerProcess writes the event log until it has caught up.
func followerProcess(dsn string) error {
	before, arm, last := KillAt(looks)
	s, err := storetest.New(context.Background(), dsn, store.BeforeStatement(before))
	if err != nil {
		return err
	}
	defer s.Close()
	arm()
	if err := follow(context.Background(), s); err != nil {
		return err
	}
	fmt.Println("caught up after", last(), "statements")
	return nil
}

// looks reports whether a query only looks how far the consumer is.
func looks(query string) bool {
	return strings.HasPrefix(query, "SELECT value FROM counters") || strings.Contains(query, "FROM consumers ORDER BY")
}

// consumer is the event log in small batches, so that a few changes make many.
func consumer(s *storetest.Desk) outbox.Consumer {
	return outbox.Consumer{Name: "events", Start: outbox.Beginning, Batch: 3, Handle: event.NewLog(s).Handle}
}

// follow runs the event log until it has handled every change.
func follow(ctx context.Context, s *storetest.Desk) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	// A claim of a process that was killed has run out by then.
	later := func() time.Time { return time.Now().Add(time.Hour) }
	if !underKill() {
		later = time.Now
	}
	r := outbox.New(s, later, slog.New(slog.DiscardHandler), consumer(s))
	var group sync.WaitGroup
	group.Go(func() { _ = r.Run(ctx) })
	defer group.Wait()
	defer cancel()
	for {
		progress, err := s.Consumers(ctx, 0)
		if err != nil {
			return err
		}
		if len(progress) == 1 && progress[0].Behind() == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.New("not caught up")
		case <-time.After(time.Millisecond):
		}
	}
}

func underKill() bool { return os.Getenv(childVariable) == "" }

// changed fills an archive with changes of every kind: new, updated, left and
// silent ones, an issue that two tenants share.
func changed(t *testing.T, s *storetest.Desk) {
	t.Helper()
	storetest.AddTenants(t, s)
	put := func(tenant string, hour int, silent bool, left []tocsin.Ref, docs ...tocsin.Document) {
		r := archive.Record{TenantID: tenant, Source: "test", SeenAt: storetest.T0.Add(time.Duration(hour) * time.Hour), Silent: silent, Left: left}
		for _, d := range docs {
			r.Entries = append(r.Entries, archive.Entry{Document: d})
		}
		if _, err := s.Record(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	at := func(hour int) time.Time { return storetest.T0.Add(time.Duration(hour) * time.Hour) }
	put(storetest.Contoso, 0, true, nil, storetest.Issue(t, "EX1", "old", at(0)))
	for hour := 1; hour <= 2; hour++ {
		for _, tenant := range []string{storetest.Contoso, storetest.Fabrikam} {
			put(tenant, hour, false, nil, storetest.Issue(t, "EX1", fmt.Sprint("text ", hour), at(hour)), storetest.Issue(t, fmt.Sprint("EX2", hour), "new", at(hour)))
		}
	}
	put(storetest.Contoso, 3, false, []tocsin.Ref{{Kind: tocsin.KindIssue, ID: "EX21"}})
}

// told are the events of both tenants, by the number of the change.
func told(t *testing.T, s *storetest.Desk) []string {
	t.Helper()
	var lines []string
	for _, tenant := range []string{storetest.Contoso, storetest.Fabrikam} {
		list, err := s.LatestEvents(t.Context(), tenant, archive.LatestQuery{Private: true, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			if !e.Read {
				continue
			}
			lines = append(lines, fmt.Sprintf("%03d %s %s %s n%d %s<-%s posts %d+%d %v", e.Seq, e.TenantID[:4], e.ID, e.What, e.N, e.Status, e.Was, e.Posts, e.Edited, e.Members))
		}
	}
	slices.Sort(lines)
	return lines
}

// statementsApart is how many statements lie between two places at which the
// plain run kills; where the automation runs it kills at every one.
func statementsApart() int {
	if os.Getenv("TOCSIN_TEST_REQUIRE") != "" {
		return 1
	}
	return 4
}

// TestKilledConsumer kills the event log between every two of its statements, on
// both engines: whatever the moment, another process finds each change handled
// or not handled, goes on from there, and comes to the same log.
func TestKilledConsumer(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts many processes")
	}
	everyStatement(t, killing{
		fill: changed, branches: []string{"before its claim", "inside a batch", "between two batches", "at a commit", "at the last commit"}, killedAt: killedAt,
		undisturbed: func(t *testing.T, dsn string) []string {
			t.Helper()
			want := undisturbed(t, dsn)
			if len(want) != 9 {
				t.Fatalf("an undisturbed log has %d lines, want 9: %q", len(want), want)
			}
			return want
		},
	})
}

// killing is work that is killed between any two of its statements.
type killing struct {
	fill        func(*testing.T, *storetest.Desk)       // makes what it works on
	undisturbed func(t *testing.T, dsn string) []string // what comes of it
	branches    []string                                // the moments that must be met
	killedAt    func(t *testing.T, dsn string, at int, want []string, sometimes *Sometimes) bool
}

// everyStatement kills work before each of its statements in turn, on both
// engines, until it ends by itself.
func everyStatement(t *testing.T, k killing) {
	t.Helper()
	for engine, open := range map[string]func(*testing.T, func(*testing.T, *storetest.Desk)) func(*testing.T) string{"sqlite": sqliteCopies, "postgres": postgresCopies} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			fresh := open(t, k.fill)
			want := k.undisturbed(t, fresh(t))
			sometimes := NewSometimes(t, k.branches...)
			if statementsApart() > 1 { // a sample may miss some
				sometimes.Excuse(k.branches...)
			}
			for at := 1; ; at += statementsApart() {
				if !k.killedAt(t, fresh(t), at, want, sometimes) {
					return
				}
			}
		})
	}
}

// killedAt lets a child be killed before its at-th statement, and has this
// process finish what is left. It reports whether the child came that far.
func killedAt(t *testing.T, dsn string, at int, want []string, sometimes *Sometimes) bool {
	t.Helper()
	lines, killed := Fork(t, childVariable, dsn, at)
	if !killed {
		return false
	}
	s := storetest.Open(t, dsn)
	cursor := tocsin.Cursor{}
	if list, err := s.Consumers(t.Context(), 0); err != nil {
		t.Fatal(err)
	} else if len(list) == 1 {
		cursor = list[0].Cursor
	}
	statement := strings.Join(lines, " ")
	switch {
	case cursor.Epoch == 0:
		sometimes.Reach("before its claim")
	case strings.Contains(statement, `"COMMIT`) || strings.Contains(statement, `"commit`):
		sometimes.Reach("at a commit")
		if cursor.Seq >= 9 {
			sometimes.Reach("at the last commit")
		}
	case strings.Contains(statement, `"BEGIN`) || strings.Contains(statement, `"begin`):
		sometimes.Reach("between two batches")
	default:
		sometimes.Reach("inside a batch")
	}
	// What is there belongs to changes up to the cursor, and nothing of them lacks.
	handled := slices.DeleteFunc(slices.Clone(want), func(line string) bool { return line > fmt.Sprintf("%03d~", cursor.Seq) })
	if got := told(t, s); !slices.Equal(got, handled) {
		t.Fatalf("killed before statement %d (%s) with the cursor at %d: the log has\n%s\nwant\n%s", at, statement, cursor.Seq, strings.Join(got, "\n"), strings.Join(handled, "\n"))
	}
	if err := follow(t.Context(), s); err != nil {
		t.Fatalf("killed before statement %d (%s): %v", at, statement, err)
	}
	if got := told(t, s); !slices.Equal(got, want) {
		t.Fatalf("killed before statement %d (%s): finished, the log has\n%s\nwant\n%s", at, statement, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	return true
}

// undisturbed is the log that nobody was killed for.
func undisturbed(t *testing.T, dsn string) []string {
	t.Helper()
	s := storetest.Open(t, dsn)
	if err := follow(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return told(t, s)
}

// sqliteCopies returns a function that makes copies of one archive.
func sqliteCopies(t *testing.T, fill func(*testing.T, *storetest.Desk)) func(*testing.T) string {
	t.Helper()
	path := storetest.File(t)
	s, err := storetest.New(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s)
	if err := s.Close(); err != nil { // which leaves no log beside the file
		t.Fatal(err)
	}
	return func(t *testing.T) string {
		t.Helper()
		from, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer from.Close()
		to, err := os.CreateTemp(t.TempDir(), "*.db")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(to, from); err != nil {
			t.Fatal(err)
		}
		if err := to.Close(); err != nil {
			t.Fatal(err)
		}
		return filepath.Clean(to.Name())
	}
}

// postgresCopies returns a function that makes copies of one archive.
func postgresCopies(t *testing.T, fill func(*testing.T, *storetest.Desk)) func(*testing.T) string {
	t.Helper()
	dsn := pgtest.URL(t)
	s, err := storetest.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return func(t *testing.T) string { t.Helper(); return pgtest.Copy(t, dsn) }
}

// TestReplicas lets three processes' worth of runners fight for one consumer with
// clocks that jump, so that claims run out at random: the log is the same.
func TestReplicas(t *testing.T) {
	t.Parallel()
	for engine, open := range map[string]func(*testing.T, func(*testing.T, *storetest.Desk)) func(*testing.T) string{"sqlite": sqliteCopies, "postgres": postgresCopies} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			random := Seed(t)
			fresh := open(t, changed)
			want := undisturbed(t, fresh(t))
			sometimes := NewSometimes(t, claimLost)
			for round := 0; round == 0 || round < 20 && sometimes.Lacks(claimLost); round++ {
				jumps := make([]time.Duration, 64)
				for i := range jumps {
					jumps[i] = time.Duration(random.IntN(40)) * time.Second
				}
				replicas(t, fresh(t), want, jumps, sometimes)
			}
		})
	}
}

// claimLost is the branch of a replica whose claim another one took meanwhile.
const claimLost = "a claim was lost"

// replicas lets three of them fight over one archive, and holds the log to what
// it has to be.
func replicas(t *testing.T, dsn string, want []string, jumps []time.Duration, sometimes *Sometimes) {
	t.Helper()
	s := storetest.Open(t, dsn)
	history := &History{}
	t.Cleanup(func() { history.Print(t) })
	if err := s.AddConsumer(t.Context(), "events", true); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for replica := range 3 {
		group.Go(func() { fight(t, s, replica, jumps, history, sometimes) })
	}
	group.Wait()
	if got := told(t, s); !slices.Equal(got, want) {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if handled := history.Seqs("handled"); !slices.IsSorted(handled) && len(handled) != len(slices.Compact(slices.Sorted(slices.Values(handled)))) {
		t.Errorf("handled %v, want each once", handled)
	}
}

// fight follows the changes by hand with a clock that jumps.
func fight(t *testing.T, s *storetest.Desk, replica int, jumps []time.Duration, history *History, sometimes *Sometimes) {
	who := fmt.Sprint("replica ", replica)
	log := event.NewLog(s)
	now := time.Now()
	for i := 0; ; i++ {
		now = now.Add(jumps[(i+replica*17)%len(jumps)])
		cursor, err := s.ClaimConsumer(t.Context(), "events", now, 10*time.Second)
		if errors.Is(err, tocsin.ErrConflict) {
			continue
		}
		if err != nil {
			t.Error(err)
			return
		}
		time.Sleep(time.Duration(i%3) * time.Millisecond) // somebody else may claim it meanwhile
		next, n, err := s.Consume(t.Context(), cursor, 2, now, 10*time.Second, log.Handle)
		switch {
		case errors.Is(err, store.ErrClaimLost):
			sometimes.Reach(claimLost)
			history.Add(who, "lost", cursor.Seq)
		case err != nil:
			t.Error(err)
			return
		case n == 0:
			return
		default:
			history.Add(who, "handled", next.Seq)
		}
	}
}
