package support

import (
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A Point is one of the things that are prepared for the provider, by its id in
// what is known, and the fields of the request that are missing for it.
type Point struct {
	ID      string
	Missing []string
}

// Ready reports whether nothing is missing.
func (p Point) Ready() bool { return len(p.Missing) == 0 }

// Check says of each thing to prepare what is missing: time, area and services,
// captures, steps, and the public incident where there is one. Of no captures,
// codes are enough.
func Check(c tocsin.RequestContent, files int) []Point {
	missing := func(fields map[string]bool, order ...string) (list []string) {
		for _, field := range order {
			if fields[field] {
				list = append(list, field)
			}
		}
		return list
	}
	return []Point{
		{"when", missing(map[string]bool{"when": c.FirstSign.IsZero(), "region": c.Region == "", "services": len(c.Services) == 0}, "when", "region", "services")},
		{"captures", missing(map[string]bool{"codes": c.Codes == "" && files == 0}, "codes")},
		{"steps", missing(map[string]bool{"repro": c.Repro == ""}, "repro")},
		{"issue", nil},
	}
}

// Missing lists the fields without which a request is not checked, in the order
// of the form, and the duties that nobody answered, each as duty-ID.
func Missing(r tocsin.Request, files int) (fields []string) {
	for _, p := range Check(r.Content, files) {
		fields = append(fields, p.Missing...)
	}
	for _, id := range tocsin.RequestDuties() {
		if _, ok := r.Duty(id); !ok {
			fields = append(fields, "duty-"+id)
		}
	}
	return fields
}

// Complete refuses content that is to be sent and lacks what a request needs, a
// problem for each field; a request to the desk itself needs its title alone.
func Complete(c tocsin.RequestContent) (missing []string) {
	if c.To != "provider" {
		return nil
	}
	for _, p := range Check(c, 1) { // captures come later
		missing = append(missing, p.Missing...)
	}
	return missing
}

// A Clock is what the team has to do next of a request.
type Clock struct {
	What string        // answer, or ask again
	Due  time.Time     // zero where there is no working time to come
	Late time.Duration // of working time after it
}

// What a clock is for.
const (
	Answer = "answer"
	Ask    = "ask"
)

// usual are the times that a team asks of itself where it says nothing else, of
// working time by severity.
func usual(what, severity string) time.Duration {
	return map[string]map[string]time.Duration{
		Answer: {"A": time.Hour, "B": 4 * time.Hour, "C": 10 * time.Hour},
		Ask:    {"A": 2 * time.Hour, "B": 10 * time.Hour, "C": 30 * time.Hour},
	}[what][severity]
}

// Within returns in how much working time the team answers or asks again.
func Within(t tocsin.SupportTerms, what, severity string) time.Duration {
	own := t.Answer
	if what == Ask {
		own = t.AskAfter
	}
	if d := own[severity]; d > 0 {
		return d
	}
	return usual(what, severity)
}

// ClockOf returns what the team has to do next of a request and by when; ok is
// false for a draft and for one that ended. It is worked out from since when
// somebody waits, the severity and the hours that hold now: a holiday that is
// added moves what is due after it, and nothing else. What is critical is worked
// on around the clock.
func ClockOf(r tocsin.Request, t tocsin.SupportTerms, now time.Time) (c Clock, ok bool) {
	if r.State != tocsin.RequestOpen && r.State != tocsin.RequestFiled {
		return c, false
	}
	c.What = Answer
	if r.Waits == tocsin.WaitsForThem {
		c.What = Ask
	}
	hours := t.Hours
	if r.Holds() == "A" {
		hours = tocsin.Hours{Zone: hours.Zone}
	}
	c.Due = hours.After(r.WaitsSince, Within(t, c.What, r.Holds()))
	if !c.Due.IsZero() && c.Due.Before(now) {
		c.Late = hours.Between(c.Due, now)
	}
	return c, true
}
