// Package replay feeds recorded history through the fake upstream, poll by
// poll, and checks that exactly what happened is kept.
package replay

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/fakegraph"
	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

const tenant = "11111111-1111-4111-8111-111111111111"

// recordedVersions is how many of the recorded lines are versions: 82 of 447
// only lose a detail that stood there twice.
const recordedVersions = 365

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

// versionsOf counts the lines of each message that are versions: a detail that
// stands there twice, word for word, counts once.
func versionsOf(t *testing.T, lines []line) map[string]int {
	t.Helper()
	want, last := map[string]int{}, map[string]string{}
	for _, l := range lines {
		var members map[string]any
		if err := json.Unmarshal(l.Message, &members); err != nil {
			t.Fatal(err)
		}
		once := map[string]bool{}
		for _, d := range members["details"].([]any) {
			text, _ := json.Marshal(d)
			once[string(text)] = true
		}
		members["details"] = slices.Sorted(maps.Keys(once))
		text, _ := json.Marshal(members)
		if last[l.ID] != string(text) {
			want[l.ID], last[l.ID] = want[l.ID]+1, string(text)
		}
	}
	return want
}

// restless makes what the real service does of a message: a made-up
// FeatureStatusJson whose lists are shuffled from poll to poll, which comes and
// goes, and details in changing order.
type restless struct {
	random *rand.Rand
	now    map[string]json.RawMessage // messages as they last happened, by id
	status map[string]string          // the FeatureStatusJson that was sent last, "" for none
}

func (r *restless) next(t *testing.T, id string) json.RawMessage {
	t.Helper()
	var message map[string]any
	if err := json.Unmarshal(r.now[id], &message); err != nil {
		t.Fatal(err)
	}
	details := message["details"].([]any)
	r.status[id] = ""
	if r.random.IntN(4) > 0 {
		rings := []string{`"Ring 1"`, `"Ring 2"`, `"Ring 3"`}
		features := []string{}
		for _, platform := range []string{"Web", "Android", "iOS", "Desktop"} {
			r.random.Shuffle(len(rings), func(a, b int) { rings[a], rings[b] = rings[b], rings[a] })
			features = append(features, fmt.Sprintf(`{"McPostId":%q,"Platform":%q,"Rings":[%s],"LastUpdateTime":"2024-01-01T00:00:00Z"}`, id, platform, strings.Join(rings, ",")))
		}
		r.random.Shuffle(len(features), func(a, b int) { features[a], features[b] = features[b], features[a] })
		r.status[id] = `{"4711":[` + strings.Join(features, ",") + `]}`
		details = append(details, map[string]any{"name": "FeatureStatusJson", "value": r.status[id]})
	}
	r.random.Shuffle(len(details), func(a, b int) { details[a], details[b] = details[b], details[a] })
	message["details"] = details
	body, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestRestless replays the recorded history through a service that shuffles,
// drops and returns at random: there are as many versions as without, and the
// newest text of each message is the one that is shown.
func TestRestless(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			dsn := filepath.Join(t.TempDir(), "tocsin.db")
			if engine == "PostgreSQL" {
				dsn = pgtest.URL(t)
			}
			lines := recorded(t)
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			d := newDesk(t, dsn, lines[0].SeenAt)
			d.restless = &restless{rand.New(rand.NewPCG(seed, 1)), map[string]json.RawMessage{}, map[string]string{}}
			d.replay(t, "first", lines)
			want := versionsOf(t, lines)
			d.check(t, lines, want)
			d.checkShown(t)
			if engine == "PostgreSQL" && os.Getenv("TOCSIN_TEST_REQUIRE") == "" {
				return // the long way is that of the automation
			}
			d.replay(t, "second", lines)
			d.check(t, lines, want)
		})
	}
}

// checkShown compares what is shown of the roll-out of each message with what
// was sent last.
func (d *desk) checkShown(t *testing.T) {
	t.Helper()
	rows, err := d.store.Rows(t.Context(), tenant, tocsin.KindMessage)
	if err != nil || len(rows) != len(d.restless.now) {
		t.Fatalf("%d rows, %v, want %d", len(rows), err, len(d.restless.now))
	}
	for _, row := range rows {
		if row.LeftAt != 0 {
			continue // it was stirred since
		}
		body, err := d.store.Body(t.Context(), row.Document)
		if err != nil {
			t.Fatal(err)
		}
		var message tocsin.Message
		if err := json.Unmarshal(body, &message); err != nil {
			t.Fatal(err)
		}
		if got, want := withoutClock(message.Detail("FeatureStatusJson")), withoutClock(d.restless.status[row.ID]); got != want {
			t.Errorf("%s shows %s, want %s", row.ID, got, want)
			break
		}
	}
}

func withoutClock(text string) string {
	return regexp.MustCompile(`"LastUpdateTime":"[^"]*"`).ReplaceAllString(text, "")
}

// desk is a collector of one tenant on a clock of its own.
type desk struct {
	restless  *restless // nil for a service that sends what was recorded
	store     *storetest.Desk
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
	if d.store, err = storetest.New(t.Context(), dsn); err != nil {
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
			d.stir(t, step)
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

// stir lets a restless service send what happened, and some of the other
// messages, in another way.
func (d *desk) stir(t *testing.T, step []line) {
	t.Helper()
	if d.restless == nil {
		return
	}
	for _, l := range step {
		d.restless.now[l.ID] = l.Message
	}
	for id := range d.restless.now {
		happened := slices.ContainsFunc(step, func(l line) bool { return l.ID == id })
		if !happened && d.restless.random.IntN(20) > 0 {
			continue
		}
		if err := d.world.Put(tocsin.KindMessage, d.restless.next(t, id), tenant); err != nil {
			t.Fatal(err)
		}
	}
}

// held is every version of every message as "id n".
func (d *desk) held(t *testing.T, lines []line) map[string]int {
	t.Helper()
	held := map[string]int{}
	for _, l := range lines {
		if _, done := held[l.ID]; done {
			continue
		}
		versions, err := d.store.Versions(t.Context(), tenant, tocsin.Ref{Kind: tocsin.KindMessage, ID: l.ID})
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
	want := versionsOf(t, lines)
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
	if err != nil || v.Problem != "" || v.Versions != total || total != recordedVersions {
		t.Errorf("Verify = %+v, %v, with %d versions, want %d", v, err, total, recordedVersions)
	}
}
