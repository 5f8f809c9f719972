// Package replay feeds recorded history through the fake upstream, poll by
// poll, and checks that exactly what happened is kept.
package replay

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/fakegraph"
	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

const tenant = "11111111-1111-4111-8111-111111111111"

// line is one recorded change.
type line struct {
	SeenAt  time.Time       `json:"seenAt"`
	ID      string          `json:"id"`
	Message json.RawMessage `json:"message"`
}

// recorded reads the real history, or skips the test where it is not at hand.
func recorded(t *testing.T) []line {
	t.Helper()
	file, err := os.Open("../../../shared/data/message-center-updates.jsonl.gz")
	if err != nil {
		t.Skip("no recorded data at hand:", err)
	}
	defer file.Close()
	reader, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var lines []line
	scanner := bufio.NewScanner(reader)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		var l line
		if err := json.Unmarshal(scanner.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	if scanner.Err() != nil || len(lines) == 0 {
		t.Fatal(len(lines), scanner.Err())
	}
	return lines
}

// desk is a collector of one tenant on a clock of its own.
type desk struct {
	store     *store.Store
	collector *collect.Collector
	world     *fakegraph.World
	upstream  *fakegraph.Server
	clock     atomic.Int64 // microseconds since 1970; requests of the killed still read it
}

func (d *desk) set(now time.Time) { d.clock.Store(now.UnixMicro()) }

func (d *desk) now() time.Time { return time.UnixMicro(d.clock.Load()).UTC() }

func newDesk(t *testing.T, dsn string, start time.Time) *desk {
	t.Helper()
	d := &desk{world: fakegraph.NewWorld()}
	d.set(start)
	clock := d.now
	if err := d.world.AddTenant(fakegraph.Tenant{ID: tenant, ClientID: "app", Secret: "secret"}); err != nil {
		t.Fatal(err)
	}
	d.upstream = fakegraph.New(d.world, fakegraph.Config{Now: clock, Noise: true, PerHour: -1, PerMinute: -1})
	address, err := d.upstream.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.upstream.Close() })
	if d.store, err = store.Open(t.Context(), dsn); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.store.Close() })
	if err := d.store.PutTenant(t.Context(), tocsin.Tenant{ID: tenant, Name: "contoso", CreatedAt: start}); err != nil {
		t.Fatal(err)
	}
	d.collector = collect.New(d.store, clock, slog.New(slog.DiscardHandler))
	// The clock goes back for the second replay, which no budget expects: it
	// gets a source of its own.
	for _, name := range []string{"first", "second"} {
		if err := d.store.PutSource(t.Context(), tenant, name, 2*time.Hour); err != nil {
			t.Fatal(err)
		}
		source, err := newSource(address, clock)
		if err != nil {
			t.Fatal(err)
		}
		d.collector.Add(collect.Target{TenantID: tenant, Name: name, Source: source, Full: true})
	}
	return d
}

// groups puts together the lines that were seen by one poll.
func groups(lines []line) [][]line {
	var list [][]line
	for i, l := range lines {
		if i == 0 || !l.SeenAt.Equal(lines[i-1].SeenAt) || l.ID == lines[i-1].ID {
			list = append(list, nil)
		}
		list[len(list)-1] = append(list[len(list)-1], l)
	}
	return list
}

// replay lets the lines happen upstream and polls after each instant at which
// something was seen, and twice more with nothing but noise.
func (d *desk) replay(t *testing.T, source string, lines []line) (polls int) {
	t.Helper()
	for _, step := range groups(lines) {
		d.put(t, step)
		d.set(step[0].SeenAt)
		for _, wait := range []time.Duration{0, time.Minute} {
			d.set(d.now().Add(wait))
			p, err := d.collector.Poll(t.Context(), tenant, source, true)
			if err != nil || !p.Outcome.Complete() {
				t.Fatalf("poll at %v: %+v, %v", d.now(), p, err)
			}
			if wait > 0 && p.New+p.Updated > 0 {
				t.Errorf("noise at %v made %d new and %d updated", d.now(), p.New, p.Updated)
			}
			polls++
		}
	}
	return polls
}

// held is every version of every message as "id n".
func (d *desk) held(t *testing.T, lines []line) map[string]int {
	t.Helper()
	held := map[string]int{}
	for _, l := range lines {
		if _, done := held[l.ID]; done {
			continue
		}
		versions, err := d.store.Versions(t.Context(), tenant, store.Ref{Kind: tocsin.KindMessage, ID: l.ID})
		if err != nil {
			t.Fatal(err)
		}
		held[l.ID] = len(versions)
	}
	return held
}

func TestReplayOnSQLite(t *testing.T) {
	t.Parallel()
	replayTwice(t, filepath.Join(t.TempDir(), "tocsin.db"))
}

func TestReplayOnPostgres(t *testing.T) {
	t.Parallel()
	replayTwice(t, pgtest.URL(t))
}

// replayTwice replays the recorded history on a new database, and again.
func replayTwice(t *testing.T, dsn string) {
	t.Helper()
	lines := recorded(t)
	d := newDesk(t, dsn, lines[0].SeenAt)
	polls := d.replay(t, "first", lines)
	want := map[string]int{}
	for _, l := range lines {
		want[l.ID]++
	}
	d.check(t, lines, want)
	d.replay(t, "second", lines)
	d.check(t, lines, want)
	t.Logf("%d lines of %d messages in %d polls", len(lines), len(want), polls)
}

func (d *desk) check(t *testing.T, lines []line, want map[string]int) {
	t.Helper()
	total := 0
	for id, n := range d.held(t, lines) {
		if total += n; n != want[id] {
			t.Errorf("%s has %d versions, want %d", id, n, want[id])
		}
	}
	v, err := d.store.Verify(t.Context(), tenant)
	if err != nil || v.Problem != "" || v.Versions != len(lines) {
		t.Errorf("Verify = %+v, %v, want %d versions", v, err, len(lines))
	}
}
