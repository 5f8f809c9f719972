package respond

import (
	"time"

	"example.org/tocsin/internal/tocsin"
)

const (
	updateEvery = time.Hour // of real time, whatever clocks on walls do
	reviewDays  = 7         // of the calendar, at the same hour
	// maxUpdates bounds the updates of one incident: two years.
	maxUpdates = 2 * 366 * 24
)

// A Key is a step, with a number where it comes again and again, else 0.
type Key struct {
	Step string
	N    int
}

// An End is how a step ended: done, or not needed.
type End struct {
	At     time.Time // when it happened
	Needed bool      // false: not needed
}

// A Course is what the clocks of an incident are worked out from.
type Course struct {
	Zone     *time.Location
	Starts   []tocsin.IncidentStart // oldest first; the last one holds. There is one at least.
	Ends     map[Key]End
	ClosedAt time.Time // zero while it goes on
}

// State is how a step stands.
type State string

// The states of a step.
const (
	Pending   State = "pending"    // to be done, in time
	Late      State = "late"       // to be done, after its due time
	Done      State = "done"       // also when it was done late
	NotNeeded State = "not-needed" // for a reason that people gave
	Missed    State = "missed"     // an update whose hour is over without it
)

// A Clock is one step with its due time.
type Clock struct {
	Key
	State State
	Due   time.Time     // by the start that holds; zero for what waits for something else than time
	At    time.Time     // when it was done
	Late  time.Duration // after Due: when it was done, or how long it is by now
	// WasLate is the longest time by which it was late while another start held.
	WasLate time.Duration
}

// Open reports whether somebody has to do it still.
func (c Clock) Open() bool { return c.State == Pending || c.State == Late }

// CourseOf returns the course of an incident whose steps ended as steps say. A
// zone that this machine does not know counts as UTC.
func CourseOf(i tocsin.Incident, steps []tocsin.IncidentStep) Course {
	zone, ok := tocsin.ParseZone(i.Zone)
	if !ok {
		zone = time.UTC
	}
	c := Course{Zone: zone, Starts: i.Starts, Ends: map[Key]End{}, ClosedAt: i.ClosedAt}
	for _, e := range steps {
		c.Ends[Key{e.Step, e.N}] = End{At: e.At, Needed: e.Needed}
	}
	return c
}

// T0 returns the start that holds.
func (c Course) T0() time.Time { return c.Starts[len(c.Starts)-1].T0 }

// Due returns the due time of a step counted from a start, in UTC: the first three
// 15, 30 and 45 minutes after it, update n after n hours of real time, the review
// seven days of the calendar later at the same hour in the zone. It is zero for
// the closure, which waits for the provider.
func Due(k Key, t0 time.Time, zone *time.Location) time.Time {
	switch k.Step {
	case tocsin.StepDetection:
		return t0.Add(15 * time.Minute).UTC()
	case tocsin.StepAnnouncement:
		return t0.Add(30 * time.Minute).UTC()
	case tocsin.StepEscalation:
		return t0.Add(45 * time.Minute).UTC()
	case tocsin.StepUpdates:
		return t0.Add(time.Duration(k.N) * updateEvery).UTC()
	case tocsin.StepReview:
		return daysLater(t0, reviewDays, zone)
	}
	return time.Time{}
}

// daysLater returns the instant at which clocks in a zone show the same hour some
// days later: the first of two where the hour is repeated; where it is skipped,
// as much later as clocks are put forward, as RFC 5545, section 3.3.5, has it.
func daysLater(t time.Time, days int, zone *time.Location) time.Time {
	local := t.In(zone)
	wall := time.Date(local.Year(), local.Month(), local.Day()+days, local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), time.UTC)
	offset := func(at time.Time) time.Duration {
		_, seconds := at.In(zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	// The offsets that hold a day earlier and a day later bracket a change of clocks.
	before, after := offset(wall.Add(-24*time.Hour)), offset(wall.Add(24*time.Hour))
	first, second := wall.Add(-before), wall.Add(-after)
	if second.Before(first) {
		first, second = second, first
	}
	for _, at := range []time.Time{first, second} {
		if offset(at) == wall.Sub(at) {
			return at
		}
	}
	return wall.Add(-before) // skipped: read with the offset from before the change
}

// Plan returns every step with its due time as it stands at an instant, in the
// order of the runbook: of the updates those whose hour has come, and the one
// that is next while the incident goes on. The same course gives the same plan
// everywhere.
func (c Course) Plan(now time.Time) []Clock {
	var plan []Clock
	for _, step := range tocsin.IncidentSteps() {
		if step != tocsin.StepUpdates {
			plan = append(plan, c.clock(Key{Step: step}, now))
			continue
		}
		last, current := c.updates(now)
		for n := 1; n <= last; n++ {
			clock := c.clock(Key{tocsin.StepUpdates, n}, now)
			if n < current && clock.Open() {
				clock.State = Missed
				clock.Late = 0
			}
			plan = append(plan, clock)
		}
	}
	return plan
}

// updates returns the number of the last update of the plan, and the number of
// the one that is to be sent: that of the newest hour, or the one after the last
// that was sent. Earlier ones that nobody sent were missed. Once the incident has
// ended none is to be sent.
func (c Course) updates(now time.Time) (last, current int) {
	until, over := now, !c.ClosedAt.IsZero()
	if over {
		until = earlier(now, c.ClosedAt)
	}
	if end, ok := c.Ends[Key{Step: tocsin.StepClosure}]; ok && (!over || end.At.Before(c.ClosedAt)) {
		until, over = end.At, true
	}
	sent := 0
	for k := range c.Ends {
		if k.Step == tocsin.StepUpdates {
			sent = max(sent, k.N)
		}
	}
	come := 0
	if passed := until.Sub(c.T0()); passed > 0 {
		come = int(min(passed/updateEvery, maxUpdates))
	}
	last = max(sent, come)
	if over {
		return last, last + 1
	}
	current = max(sent+1, come, 1)
	return max(last, current), current
}

// Current returns the step that is to be done: the key of the update of this hour
// for the updates, and ok false once there is none.
func (c Course) Current(step string, now time.Time) (current Clock, ok bool) {
	for _, clock := range c.Plan(now) {
		if clock.Step == step && clock.Open() {
			return clock, true
		}
	}
	return Clock{}, false
}

// MessageStep returns the step that ends when a message is sent that was filled from a
// template, none where it has ended or the message belongs to none.
func (c Course) MessageStep(template string, now time.Time) tocsin.IncidentStep {
	current, open := c.Current(tocsin.MessageStep(template), now)
	if !open {
		return tocsin.IncidentStep{}
	}
	return tocsin.IncidentStep{Step: current.Step, N: current.N, Needed: true}
}

// Progress is how many steps of the runbook are behind an incident, of how many. The
// updates are one step, which goes on until none is due any more.
func Progress(plan []Clock) (ended, steps int) {
	open := map[string]bool{}
	for _, c := range plan {
		open[c.Step] = open[c.Step] || c.Open()
	}
	for _, o := range open {
		if !o {
			ended++
		}
	}
	return ended, len(open)
}

// Update returns the number of the update that is to be sent. It fails with
// [tocsin.ErrConflict] once there is none.
func (c Course) Update(now time.Time) (int, error) {
	current, ok := c.Current(tocsin.StepUpdates, now)
	if !ok {
		return 0, &tocsin.Error{Kind: tocsin.ErrConflict, Field: "step", Message: "No more updates are due."}
	}
	return current.N, nil
}

// NextAt returns the first instant after another one at which clocks in a zone show a
// time of the day, or pass it where that is skipped.
func NextAt(after time.Time, hour, minute int, zone *time.Location) time.Time {
	wanted := hour*60 + minute
	at := after.In(zone).Truncate(time.Minute)
	shown := at.Hour()*60 + at.Minute()
	for range 50 * 60 {
		at = at.Add(time.Minute)
		now := at.Hour()*60 + at.Minute()
		if now == wanted || shown < wanted && wanted < now && now-shown > 1 {
			return at.UTC()
		}
		shown = now
	}
	return time.Time{} // no such time of the day
}

func (c Course) clock(k Key, now time.Time) Clock {
	clock := Clock{Key: k, State: Pending, Due: Due(k, c.T0(), c.Zone)}
	until := now
	if end, ok := c.Ends[k]; ok {
		clock.At, until, clock.State = end.At, end.At, Done
		if !end.Needed {
			clock.State = NotNeeded
		}
	}
	if !clock.Due.IsZero() && until.After(clock.Due) {
		clock.Late = until.Sub(clock.Due)
		if clock.State == Pending {
			clock.State = Late
		}
	}
	if clock.State == NotNeeded {
		clock.Late = 0
	}
	for i, start := range c.Starts[:len(c.Starts)-1] {
		clock.WasLate = max(clock.WasLate, lateBetween(Due(k, start.T0, c.Zone), start.Since, earlier(until, c.Starts[i+1].Since)))
	}
	return clock
}

// lateBetween returns how late something was at the end of a span in which it was
// due at an instant; 0 where it was not late in it.
func lateBetween(due, from, until time.Time) time.Duration {
	if due.IsZero() || !until.After(from) || !until.After(due) {
		return 0
	}
	return until.Sub(due)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// Next returns the step of a plan that is due first of those that are open; ok is
// false where none has a due time. What is late comes before what is not.
func Next(plan []Clock) (next Clock, ok bool) {
	for _, c := range plan {
		if c.Open() && !c.Due.IsZero() && (!ok || c.Due.Before(next.Due)) {
			next, ok = c, true
		}
	}
	return next, ok
}
