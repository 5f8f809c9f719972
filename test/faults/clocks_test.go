package faults

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// Two years in which clocks were changed in each of the zones of TestRunbookClocks but
// Tokyo: by an hour, at dates of their own, and in Lord Howe by half of one.
var (
	clocksFrom  = time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)
	clocksUntil = time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Spans of the incidents of TestRunbookClocks.
const (
	looksEvery = 5 * time.Minute
	runsFor    = 200 * time.Minute
)

// A shift is an incident that runs while clocks are changed, or whose review is due
// then.
type shift struct {
	zone *time.Location
	t0   time.Time
	n    int64
}

// TestRunbookClocks runs incidents over two years in five zones, beside every change
// of clocks and a week before each, and one in each quarter. Two replicas look at the
// clocks at once, one of them is closed and opened anew in the middle of each incident:
// every step that is late is told of once, at the due time that is worked out here
// without the product.
func TestRunbookClocks(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs two years")
	}
	for engine, where := range engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			if engine == "postgres" {
				pgtest.URL(t) // skips where there is none
			}
			r := &replicasOfClocks{t: t, dsn: where(t), alone: engine == "sqlite"}
			r.open(0)
			defer r.close(0)
			if !r.alone {
				r.open(1)
				defer r.close(1)
			}
			storetest.AddTenants(t, r.desks[0])
			shifts := shiftsOf(t)
			for i := range shifts {
				r.run(&shifts[i], i)
			}
			for i := range shifts {
				r.holds(&shifts[i], i)
			}
		})
	}
}

// shiftsOf lists the incidents, the earliest first.
func shiftsOf(t *testing.T) (list []shift) {
	t.Helper()
	for _, name := range []string{"Europe/Paris", "Asia/Tokyo", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		changes := 0
		for at := clocksFrom; at.Before(clocksUntil); at = at.Add(30 * time.Minute) {
			_, before := at.Add(-time.Minute).In(zone).Zone()
			_, after := at.In(zone).Zone()
			if before == after {
				continue
			}
			changes++
			week := 7 * 24 * time.Hour
			// While it runs, clocks change; a week later they show the hour that is skipped
			// or repeated, whose instant without the change is that of the change.
			list = append(list, shift{zone: zone, t0: at.Add(-90 * time.Minute)}, shift{zone: zone, t0: at.Add(-week + 10*time.Minute)}, shift{zone: zone, t0: at.Add(-week - 20*time.Minute)})
		}
		if want := map[string]int{"Asia/Tokyo": 0}; name == "Asia/Tokyo" && changes != want[name] || name != "Asia/Tokyo" && changes < 4 {
			t.Fatalf("%s changed its clocks %d times", name, changes)
		}
		for month := time.January; month <= time.December; month += 3 {
			list = append(list, shift{zone: zone, t0: time.Date(2018, month, 9, 22, 47, 0, 0, zone).UTC()})
		}
	}
	slices.SortStableFunc(list, func(a, b shift) int { return a.t0.Compare(b.t0) })
	return list
}

// replicasOfClocks are two processes' worth of desks over one database, which on
// SQLite share what one process opened.
type replicasOfClocks struct {
	t     *testing.T
	dsn   string
	alone bool
	desks [2]*storetest.Desk
}

func (r *replicasOfClocks) open(i int) {
	r.t.Helper()
	s, err := storetest.New(r.t.Context(), r.dsn)
	if err != nil {
		r.t.Fatal(err)
	}
	r.desks[i] = s
	if r.alone {
		r.desks[1] = s
	}
}

func (r *replicasOfClocks) close(i int) {
	if err := r.desks[i].Close(); err != nil {
		r.t.Error(err)
	}
}

// run runs an incident: it is opened, in every second one both replicas say at once
// that the first step is done, it is closed, and a week later its review is due.
func (r *replicasOfClocks) run(s *shift, i int) {
	r.t.Helper()
	ctx := tocsin.WithActor(r.t.Context(), tocsin.Actor{Name: "kim"})
	opened, err := r.desks[0].OpenIncident(ctx, tocsin.Incident{Title: "Mail waits", TenantIDs: []string{storetest.Contoso}, Zone: s.zone.String(), Starts: []tocsin.IncidentStart{{T0: s.t0}}}, s.t0)
	if err != nil {
		r.t.Fatal(err)
	}
	s.n = opened.N
	ended := i%2 == 0
	for at := s.t0.Add(time.Minute); at.Before(s.t0.Add(runsFor)); at = at.Add(looksEvery) {
		if ended && at.Sub(s.t0) > 10*time.Minute {
			r.end(ctx, s.n, at)
			ended = false
		}
		if at.Sub(s.t0) == 101*time.Minute {
			r.close(0)
			r.open(0)
		}
		r.look(ctx, at)
	}
	if err := r.desks[1].CloseIncident(ctx, s.n, nil, s.t0.Add(runsFor)); err != nil {
		r.t.Fatal(err)
	}
	due := weekLater(s.t0, s.zone)
	r.look(ctx, due)
	if told := r.told(s.n); slices.ContainsFunc(told, func(line string) bool { return line[:6] == "review" }) {
		r.t.Errorf("%s, T0 %s: the review is late before %s", s.zone, s.t0, due)
	}
	r.look(ctx, due.Add(time.Minute))
	r.look(ctx, due.Add(2*time.Hour))
}

// end has both replicas say that a step is done: one of them is told that it was.
func (r *replicasOfClocks) end(ctx context.Context, n int64, at time.Time) {
	r.t.Helper()
	results := r.both(func(s *storetest.Desk) error {
		return s.EndStep(ctx, n, tocsin.IncidentStep{Step: tocsin.StepDetection, Needed: true}, at)
	})
	if errors.Is(results[0], tocsin.ErrConflict) == errors.Is(results[1], tocsin.ErrConflict) {
		r.t.Errorf("of two who end a step, these were told: %v", results)
	}
}

// look has both replicas look at the clocks at once.
func (r *replicasOfClocks) look(ctx context.Context, at time.Time) {
	r.t.Helper()
	for _, err := range r.both(func(s *storetest.Desk) error { _, err := respond.TellLate(ctx, s, at); return err }) {
		if err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r *replicasOfClocks) both(do func(*storetest.Desk) error) (results [2]error) {
	var group sync.WaitGroup
	for i, s := range r.desks {
		group.Go(func() { results[i] = do(s) })
	}
	group.Wait()
	return results
}

// told are the steps of an incident that were told to be late, with their due times.
func (r *replicasOfClocks) told(n int64) (lines []string) {
	r.t.Helper()
	entries, err := r.desks[0].IncidentEntries(r.t.Context(), n, 1000)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range entries {
		if e.Kind == "late" {
			lines = append(lines, e.Subject+" "+e.State)
		}
	}
	slices.Sort(lines)
	return lines
}

// holds holds what was told of an incident to what it has to be.
func (r *replicasOfClocks) holds(s *shift, i int) {
	r.t.Helper()
	want := []string{}
	add := func(step string, due time.Time) {
		want = append(want, step+" "+due.UTC().Format(time.RFC3339))
	}
	if i%2 == 1 {
		add(tocsin.StepDetection, s.t0.Add(15*time.Minute))
	}
	add(tocsin.StepAnnouncement, s.t0.Add(30*time.Minute))
	add(tocsin.StepEscalation, s.t0.Add(45*time.Minute))
	for n := 1; n <= 3; n++ {
		add(fmt.Sprintf("%s/%d", tocsin.StepUpdates, n), s.t0.Add(time.Duration(n)*time.Hour))
	}
	add(tocsin.StepReview, weekLater(s.t0, s.zone))
	slices.Sort(want)
	if got := r.told(s.n); !slices.Equal(got, want) {
		r.t.Errorf("%s, T0 %s:\n got %q\nwant %q", s.zone, s.t0.In(s.zone), got, want)
	}
}

// weekLater finds, by looking at every minute, when clocks show the same hour seven
// days later: the first time where they show it twice. Where they skip it, it is as
// much after the skip as it was skipped by.
func weekLater(t0 time.Time, zone *time.Location) time.Time {
	local := t0.In(zone)
	day := time.Date(local.Year(), local.Month(), local.Day()+7, 0, 0, 0, 0, time.UTC)
	wanted := day.Format(time.DateOnly) + local.Format(" 15:04")
	begin := t0.Add(5 * 24 * time.Hour)
	for at := begin; at.Before(begin.Add(4 * 24 * time.Hour)); at = at.Add(time.Minute) {
		if at.In(zone).Format("2006-01-02 15:04") == wanted {
			return at
		}
	}
	for at := begin; ; at = at.Add(time.Minute) { // the first minute after the skip
		if next := at.In(zone).Format("2006-01-02 15:04"); next > wanted {
			_, before := at.Add(-time.Minute).In(zone).Zone()
			wall, _ := time.Parse("2006-01-02 15:04", wanted) // written above
			return wall.Add(-time.Duration(before) * time.Second)
		}
	}
}
