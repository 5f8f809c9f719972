package respond

import (
	"testing"
	"time"
	_ "time/tzdata" // the machine may know no zones

	"example.org/tocsin/internal/tocsin"
)

func zoneOf(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

var cities = []string{"Europe/Paris", "Asia/Tokyo", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe"}

func courseFrom(t0 time.Time, zone *time.Location) Course {
	return Course{Zone: zone, Starts: []tocsin.IncidentStart{{T0: t0, Since: t0}}, Ends: map[Key]End{}}
}

// starts calls do with instants over two years: every 97 minutes, which meets each
// minute of the hours that clocks skip or repeat.
func starts(do func(t0 time.Time)) {
	for t0 := at("2025-01-01T00:00:00Z"); t0.Before(at("2027-01-01T00:00:00Z")); t0 = t0.Add(97 * time.Minute) {
		do(t0)
	}
}

func TestReviewIsAtTheSameHourOnTheSeventhDay(t *testing.T) {
	t.Parallel()
	for _, city := range cities {
		zone := zoneOf(t, city)
		moved := 0
		starts(func(t0 time.Time) {
			due := Due(Key{Step: tocsin.StepReview}, t0, zone)
			from, to := t0.In(zone), due.In(zone)
			want := time.Date(from.Year(), from.Month(), from.Day()+7, 0, 0, 0, 0, time.UTC)
			if y, m, d := to.Date(); time.Date(y, m, d, 0, 0, 0, 0, time.UTC) != want {
				t.Fatalf("%s: the review of %s is on %s", city, from, to)
			}
			shift := time.Duration(to.Hour()-from.Hour())*time.Hour + time.Duration(to.Minute()-from.Minute())*time.Minute
			if shift != 0 {
				moved++
				_, before := due.Add(-24 * time.Hour).In(zone).Zone()
				_, after := due.In(zone).Zone()
				if gap := time.Duration(after-before) * time.Second; shift != gap || gap <= 0 {
					t.Fatalf("%s: the review of %s is at %s, moved by %s in a gap of %s", city, from, to, shift, gap)
				}
			}
			if earlier := due.Add(-time.Hour).In(zone); shift == 0 && earlier.Hour() == to.Hour() && earlier.Minute() == to.Minute() {
				t.Fatalf("%s: the review of %s is at the second of two times %s", city, from, to)
			}
			if earlier := due.Add(-30 * time.Minute).In(zone); shift == 0 && earlier.Hour() == to.Hour() && earlier.Minute() == to.Minute() {
				t.Fatalf("%s: the review of %s is at the second of two times %s", city, from, to)
			}
		})
		if fixed := city == "Asia/Tokyo" || city == "America/Sao_Paulo"; fixed != (moved == 0) {
			t.Errorf("%s: %d reviews were moved by a gap", city, moved)
		}
	}
}

func TestReviewsInHoursThatAreSkippedOrRepeated(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ city, t0, want string }{
		{"Europe/Paris", "2026-03-22T01:30:00Z", "2026-03-29T01:30:00Z"},        // 02:30 is skipped: 03:30
		{"Europe/Paris", "2026-10-18T00:30:00Z", "2026-10-25T00:30:00Z"},        // 02:30 comes twice: the first
		{"Europe/Paris", "2026-10-25T01:30:00Z", "2026-11-01T01:30:00Z"},        // begun at the second 02:30
		{"America/New_York", "2026-03-01T07:30:00Z", "2026-03-08T07:30:00Z"},    // 02:30 is skipped: 03:30
		{"America/New_York", "2026-10-25T05:30:00Z", "2026-11-01T05:30:00Z"},    // 01:30 comes twice
		{"Australia/Lord_Howe", "2026-09-26T15:45:00Z", "2026-10-03T15:45:00Z"}, // 02:15 is skipped: 02:45
		{"Australia/Lord_Howe", "2026-03-28T14:45:00Z", "2026-04-04T14:45:00Z"}, // 01:45 comes twice
		{"Asia/Tokyo", "2026-03-22T01:30:00Z", "2026-03-29T01:30:00Z"},
		{"America/Sao_Paulo", "2026-02-14T02:30:00Z", "2026-02-21T02:30:00Z"},
	} {
		if got := Due(Key{Step: tocsin.StepReview}, at(tt.t0), zoneOf(t, tt.city)); !got.Equal(at(tt.want)) {
			t.Errorf("%s: from %s due at %s, want %s", tt.city, tt.t0, got, tt.want)
		}
	}
}

// Whoever looks every few minutes, with a restart at any time, finds each due time
// once: a plan depends on nothing but its course and the instant.
func TestNoStepIsMissedOrDoubled(t *testing.T) {
	t.Parallel()
	for _, city := range cities {
		zone := zoneOf(t, city)
		for t0 := at("2025-01-01T00:07:00Z"); t0.Before(at("2027-01-01T00:00:00Z")); t0 = t0.Add(173 * time.Hour) {
			fired, last, lookedAt := map[Key]int{}, time.Time{}, t0
			for now := t0; now.Before(t0.Add(26 * time.Hour)); now = now.Add(7 * time.Minute) {
				plan := courseFrom(t0, zone).Plan(now) // anew each time, as after a restart
				for _, c := range plan {
					if c.Due.IsZero() || c.Due.After(now) || !c.Due.After(lookedAt) {
						continue
					}
					fired[c.Key]++
					if c.Step == tocsin.StepUpdates {
						if !last.IsZero() && c.Due.Sub(last) != time.Hour {
							t.Fatalf("%s, T0 %s: update %d comes %s after the one before", city, t0, c.N, c.Due.Sub(last))
						}
						last = c.Due
					}
				}
				lookedAt = now
			}
			for n := 1; n <= 25; n++ {
				if fired[Key{tocsin.StepUpdates, n}] != 1 {
					t.Fatalf("%s, T0 %s: update %d fell due %d times", city, t0, n, fired[Key{tocsin.StepUpdates, n}])
				}
			}
			for _, step := range []string{tocsin.StepDetection, tocsin.StepAnnouncement, tocsin.StepEscalation} {
				if fired[Key{Step: step}] != 1 {
					t.Fatalf("%s, T0 %s: %s fell due %d times", city, t0, step, fired[Key{Step: step}])
				}
			}
		}
	}
}

// states are a plan in short: the step, its number, its state, how late.
func states(plan []Clock) map[Key]string {
	out := map[Key]string{}
	for _, c := range plan {
		out[c.Key] = string(c.State) + " " + c.Late.String() + " " + c.WasLate.String()
	}
	return out
}

func TestPlanOfTheGuide(t *testing.T) {
	t.Parallel()
	t0 := at("2024-07-19T07:05:00Z")
	c := courseFrom(t0, zoneOf(t, "Europe/Paris"))
	for k, minutes := range map[Key]int{{Step: tocsin.StepDetection}: 9, {Step: tocsin.StepAnnouncement}: 26, {Step: tocsin.StepEscalation}: 53, {tocsin.StepUpdates, 1}: 57, {tocsin.StepUpdates, 2}: 124} {
		c.Ends[k] = End{At: t0.Add(time.Duration(minutes) * time.Minute), Needed: true}
	}
	now := at("2024-07-19T09:42:00Z")
	got := states(c.Plan(now))
	for k, want := range map[Key]string{
		{Step: tocsin.StepDetection}: "done 0s 0s", {Step: tocsin.StepAnnouncement}: "done 0s 0s", {Step: tocsin.StepEscalation}: "done 8m0s 0s", {tocsin.StepUpdates, 1}: "done 0s 0s",
		{tocsin.StepUpdates, 2}: "done 4m0s 0s", {tocsin.StepUpdates, 3}: "pending 0s 0s", {Step: tocsin.StepClosure}: "pending 0s 0s", {Step: tocsin.StepReview}: "pending 0s 0s",
	} {
		if got[k] != want {
			t.Errorf("%+v: %q, want %q", k, got[k], want)
		}
	}
	if len(got) != 8 {
		t.Errorf("%d clocks, want 8: %v", len(got), got)
	}
	next, ok := Next(c.Plan(now))
	if !ok || next.Key != (Key{tocsin.StepUpdates, 3}) || !next.Due.Equal(at("2024-07-19T10:05:00Z")) {
		t.Errorf("next = %+v, %v", next, ok)
	}
	if review := Due(Key{Step: tocsin.StepReview}, t0, c.Zone); !review.Equal(at("2024-07-26T07:05:00Z")) {
		t.Errorf("review at %s", review)
	}
}

// An update whose hour went by without it is missed, and the one of this hour is
// the one to send.
func TestUpdatesThatNobodySent(t *testing.T) {
	t.Parallel()
	t0 := at("2026-03-10T08:00:00Z")
	c := courseFrom(t0, time.UTC)
	c.Ends[Key{tocsin.StepUpdates, 1}] = End{At: t0.Add(time.Hour), Needed: true}
	got := states(c.Plan(t0.Add(4*time.Hour + 10*time.Minute)))
	for n, want := range map[int]string{1: "done 0s 0s", 2: "missed 0s 0s", 3: "missed 0s 0s", 4: "late 10m0s 0s", 5: ""} {
		if got[Key{tocsin.StepUpdates, n}] != want {
			t.Errorf("update %d: %q, want %q", n, got[Key{tocsin.StepUpdates, n}], want)
		}
	}
	c.Ends[Key{tocsin.StepUpdates, 4}] = End{At: t0.Add(4*time.Hour + 12*time.Minute), Needed: true}
	if current, ok := c.Current(tocsin.StepUpdates, t0.Add(4*time.Hour+15*time.Minute)); !ok || current.N != 5 || current.State != Pending {
		t.Errorf("after the fourth: %+v, %v", current, ok)
	}
	c.Ends[Key{Step: tocsin.StepClosure}] = End{At: t0.Add(270 * time.Minute), Needed: true}
	if current, ok := c.Current(tocsin.StepUpdates, t0.Add(9*time.Hour)); ok {
		t.Errorf("an update after the closure: %+v", current)
	}
	if got := states(c.Plan(t0.Add(9 * time.Hour)))[Key{tocsin.StepUpdates, 5}]; got != "" {
		t.Errorf("update 5 after the closure: %q", got)
	}
}

// T0 may be corrected: all due times move, and what was late stays visible.
func TestCorrectedStart(t *testing.T) {
	t.Parallel()
	first := at("2026-03-10T08:00:00Z")
	c := courseFrom(first, time.UTC)
	c.Starts = append(c.Starts, tocsin.IncidentStart{T0: first.Add(30 * time.Minute), Since: first.Add(40 * time.Minute)})
	c.Ends[Key{Step: tocsin.StepDetection}] = End{At: first.Add(20 * time.Minute), Needed: true}
	got := states(c.Plan(first.Add(50 * time.Minute)))
	for k, want := range map[Key]string{
		{Step: tocsin.StepDetection}:    "done 0s 5m0s",     // due +15, done +20, before the correction
		{Step: tocsin.StepAnnouncement}: "pending 0s 10m0s", // due +30, late until the correction at +40, due +60 now
		{Step: tocsin.StepEscalation}:   "pending 0s 0s",    // was due +45, after the correction
	} {
		if got[k] != want {
			t.Errorf("%+v: %q, want %q", k, got[k], want)
		}
	}
	for _, clock := range c.Plan(first.Add(50 * time.Minute)) {
		if !clock.Due.IsZero() && clock.Step != tocsin.StepReview && clock.Due.Sub(Due(clock.Key, first, time.UTC)) != 30*time.Minute {
			t.Errorf("%+v did not move by 30 minutes", clock)
		}
	}
	back := courseFrom(first, time.UTC)
	back.Starts = append(back.Starts, tocsin.IncidentStart{T0: first.Add(-time.Hour), Since: first.Add(5 * time.Minute)})
	if got := states(back.Plan(first.Add(5 * time.Minute)))[Key{Step: tocsin.StepDetection}]; got != "late 50m0s 0s" {
		t.Errorf("an earlier start: %q", got)
	}
}

func TestStepsThatAreNotNeeded(t *testing.T) {
	t.Parallel()
	c := courseFrom(at("2026-03-10T08:00:00Z"), time.UTC)
	c.Ends[Key{Step: tocsin.StepEscalation}] = End{At: at("2026-03-10T09:00:00Z")}
	if got := states(c.Plan(at("2026-03-10T09:30:00Z")))[Key{Step: tocsin.StepEscalation}]; got != "not-needed 0s 0s" {
		t.Errorf("%q", got)
	}
	if _, ok := c.Current(tocsin.StepEscalation, at("2026-03-10T09:30:00Z")); ok {
		t.Error("what is not needed is still to be done")
	}
}

// The updates are one step of the runbook, and it is over when none is due any more.
func TestProgress(t *testing.T) {
	t.Parallel()
	plan := []Clock{
		{Key: Key{Step: tocsin.StepDetection}, State: Done},
		{Key: Key{Step: tocsin.StepEscalation}, State: NotNeeded},
		{Key: Key{Step: tocsin.StepUpdates, N: 1}, State: Done},
		{Key: Key{Step: tocsin.StepUpdates, N: 2}, State: Late},
	}
	if ended, steps := Progress(plan); ended != 2 || steps != 3 {
		t.Errorf("%d of %d, want 2 of 3", ended, steps)
	}
	plan[3].State = Missed
	if ended, steps := Progress(plan); ended != 3 || steps != 3 {
		t.Errorf("%d of %d, want 3 of 3", ended, steps)
	}
}
