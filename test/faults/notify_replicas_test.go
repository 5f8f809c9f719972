//go:build unix

package faults

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// replicaVariable makes the test binary one of several processes that tell of
// what is in a database; it holds the address.
const replicaVariable = "TOCSIN_FAULTS_REPLICA"

// skewVariable says how far the clock of a replica is off, as a duration.
const skewVariable = "TOCSIN_FAULTS_SKEW"

// Changes of a run of replicas, and the deliveries that follow from them.
const (
	toldChanges    = 24
	toldDeliveries = 2 * toldChanges
)

func replicaProcess(dsn string) error {
	skew, err := time.ParseDuration(os.Getenv(skewVariable))
	if err != nil {
		return err
	}
	before, arm, _ := KillAt(looks)
	s, err := storetest.New(context.Background(), dsn, store.BeforeStatement(before))
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Println("ready")
	arm()
	return tellBeside(context.Background(), s, func() time.Time { return time.Now().Add(skew) }, func(id, text string) { fmt.Println("posted " + id + " " + text) })
}

// tellBeside tells what is to be told while others do so as well, in some rounds.
func tellBeside(ctx context.Context, s *storetest.Desk, clock func() time.Time, posted receiver) error {
	for range 12 {
		if err := tell(ctx, s, clock, posted); err != nil && !errors.Is(err, tocsin.ErrConflict) {
			return err
		}
	}
	return nil
}

// much is what replicas fight for.
func much(t *testing.T, s *storetest.Desk) {
	t.Helper()
	storetest.AddTenants(t, s)
	if err := s.AddConsumer(t.Context(), dispatch.ConsumerName, false); err != nil {
		t.Fatal(err)
	}
	for n := range toldChanges {
		r := archive.Record{TenantID: storetest.Contoso, Source: "test", SeenAt: time.Now(), Entries: []archive.Entry{{Document: storetest.Issue(t, fmt.Sprint("EX", n), "x", storetest.T0)}}}
		if _, err := s.Record(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
}

// Rare branches of a run of replicas.
const (
	bothSent   = "both replicas sent"
	killedAway = "a replica was killed while it sent"
	sentAgain  = "a message was sent again as a repeat"
)

// F-72, F-73: two processes tell of the same changes on PostgreSQL, one of them by
// a clock that is an hour behind, so that its claims seem to have run out, and it is
// killed somewhere. Nothing is lost, and nothing is told twice but what the ledger
// lists as a repeat.
func TestNotifyingReplicas(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts many processes")
	}
	random := Seed(t)
	dsn := pgtest.URL(t)
	s, err := storetest.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	much(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	sometimes := NewSometimes(t, bothSent, killedAway, sentAgain)
	missing := func() bool {
		return sometimes.Lacks(bothSent) || sometimes.Lacks(killedAway) || sometimes.Lacks(sentAgain)
	}
	for round := 0; round < 6 || round < 60 && missing(); round++ {
		besideKilled(t, pgtest.Copy(t, dsn), 4+random.IntN(160), random, sometimes)
		if t.Failed() {
			return
		}
	}
}

// besideKilled tells beside a replica that is killed before its at-th statement,
// then what is left, and holds what came to the ledger.
func besideKilled(t *testing.T, dsn string, at int, random *rand.Rand, sometimes *Sometimes) {
	t.Helper()
	s := storetest.Open(t, dsn)
	var one sync.Mutex
	posts := map[string][]string{}
	mine := 0
	child, begun, heard, busy := make(chan struct{}), make(chan struct{}, 1), make(chan struct{}), make(chan struct{}, 1)
	waits := false
	posted := func(id, text string) {
		one.Lock()
		posts[id] = append(posts[id], text)
		mine++
		one.Unlock()
		if waits {
			select {
			case busy <- struct{}{}:
			default:
			}
			select {
			case <-heard:
			case <-child:
			}
		}
	}
	skew := []time.Duration{-time.Hour, -time.Hour, 0, time.Hour / 2}[random.IntN(4)]
	t.Logf("killed before statement %d, clock off by %v", at, skew)
	var theirs []string
	var killed bool
	var once sync.Once
	first := "ready" // what the other one has said before this one begins
	if mode := random.IntN(3); mode > 0 {
		if mode > 1 {
			first = "posted "
		} else { // this one is slow, so that its claims have run out for the other one, which sends as well
			waits, skew = true, time.Hour/2
		}
		setup, err := twoReceivers(posted)
		if err = errors.Join(err, decide(t.Context(), s, setup, time.Now)); err != nil {
			t.Fatal(err)
		}
	}
	fork := func() {
		defer close(child)
		defer close(begun)
		theirs, killed = ForkWatched(t, func(line string) {
			if strings.HasPrefix(line, "posted ") {
				once.Do(func() { close(heard) })
			}
			if strings.HasPrefix(line, first) {
				select {
				case begun <- struct{}{}:
				default:
				}
			}
		}, at, replicaVariable+"="+dsn, skewVariable+"="+skew.String())
	}
	told := make(chan error, 1)
	tells := func() { told <- tellBeside(t.Context(), s, time.Now, posted) }
	if waits {
		go tells()
		<-busy
		go fork()
	} else {
		go fork()
		<-begun
		tells()
	}
	if err := <-told; err != nil {
		t.Error(err)
	}
	<-child
	sent := 0
	for _, line := range theirs {
		if rest, ok := strings.CutPrefix(line, "posted "); ok {
			id, text, _ := strings.Cut(rest, " ")
			posts[id] = append(posts[id], text)
			sent++
		}
	}
	if mine > 0 && sent > 0 {
		sometimes.Reach(bothSent)
	}
	if killed && sent > 0 {
		sometimes.Reach(killedAway)
	}
	late := time.Now().Add(50 * time.Minute) // behind all leases
	if err := tell(t.Context(), s, func() time.Time { return late }, posted); err != nil {
		t.Error(err)
	}
	holdsAll(t, s, posts, sometimes)
}

// holdsAll holds what came against the ledger, of which nothing may be left.
func holdsAll(t *testing.T, s *storetest.Desk, posts map[string][]string, sometimes *Sometimes) {
	t.Helper()
	lines, repeats := ledgerOf(t, s)
	if i := slices.IndexFunc(lines, func(line string) bool { return !strings.HasSuffix(line, " sent") }); i >= 0 || len(lines) != toldDeliveries {
		t.Errorf("%d deliveries:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	if err := oncePerID(posts, repeats, toldDeliveries); err != nil {
		t.Error(err)
	}
	for n := range maps.Values(repeats) {
		if n > 0 {
			sometimes.Reach(sentAgain)
			return
		}
	}
}

// F-30: the clocks of three replicas jump, forth and back, while they tell: each
// change comes once to each receiver, or again as a repeat that is listed.
func TestNotifyingWithJumpingClocks(t *testing.T) {
	t.Parallel()
	random := Seed(t)
	for engine, open := range map[string]func(*testing.T, func(*testing.T, *storetest.Desk)) func(*testing.T) string{"sqlite": sqliteCopies, "postgres": postgresCopies} {
		t.Run(engine, func(t *testing.T) {
			s := storetest.Open(t, open(t, much)(t))
			jumps := make([]time.Duration, 400)
			for i := range jumps {
				jumps[i] = time.Duration(random.IntN(90)-45) * time.Minute
			}
			var one sync.Mutex
			posts := map[string][]string{}
			asked := 0
			clock := func() time.Time {
				one.Lock()
				defer one.Unlock()
				asked++
				return time.Now().Add(jumps[asked%len(jumps)])
			}
			posted := func(id, text string) {
				one.Lock()
				defer one.Unlock()
				posts[id] = append(posts[id], text)
			}
			var replicas sync.WaitGroup
			for range 3 {
				replicas.Go(func() {
					if err := tellBeside(t.Context(), s, clock, posted); err != nil {
						t.Error(err)
					}
				})
			}
			replicas.Wait()
			late := time.Now().Add(55 * time.Minute)
			if err := tell(t.Context(), s, func() time.Time { return late }, posted); err != nil {
				t.Error(err)
			}
			holdsAll(t, s, posts, &Sometimes{reached: map[string]int{sentAgain: 0}})
		})
	}
}
