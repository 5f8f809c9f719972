package route

import (
	"fmt"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// Bounds of an escalation.
const (
	maxRungs = 5
	maxAfter = 7 * 24 * time.Hour
)

// A Rung is a step of an escalation.
type Rung struct {
	After time.Duration // since the route would tell of the incident first
	To    string        // name of a receiver
}

// ladder reads the steps of an escalation.
func (c *compiler) ladder(at string, list Ladder) (rungs []Rung) {
	if len(list) > maxRungs {
		c.add(at, "There are more than %d steps.", maxRungs)
		return nil
	}
	last := time.Duration(0)
	for n, spec := range list {
		place := fmt.Sprintf("%s[%d]", at, n)
		after, err := parseDuration(spec.After)
		switch {
		case spec.After == "":
			c.add(place+".after", "It is missing: write a time such as 15m.")
		case err != nil:
			c.add(place+".after", "%s", sentence(err))
		case after <= 0 || after > maxAfter:
			c.add(place+".after", "%s is not above 0 and at most 7d.", tocsin.Clip(spec.After, 40))
		case after <= last:
			c.add(place+".after", "It is not later than the step before it.")
		}
		last = max(last, after)
		switch {
		case spec.To == "":
			c.add(place+".to", "It is missing: write the name of a receiver.")
		case c.known.Receivers != nil:
			c.oneOf(place+".to", spec.To, c.known.Receivers, "receiver")
		}
		rungs = append(rungs, Rung{after, spec.To})
	}
	return rungs
}

// A Call is a step of an escalation at its time.
type Call struct {
	Rung
	At time.Time // zero when the route is muted from then on
}

// Calls returns when a route calls of an incident that opens at an instant and
// that nobody acknowledges: so long after the route would tell of it first. What
// mutes the route holds for its calls as well.
func (p *Policy) Calls(r *Route, at time.Time) []Call {
	if len(r.Escalate) == 0 {
		return nil
	}
	first, ok := p.Opens(r, r.Due(at, time.Time{}))
	calls := make([]Call, len(r.Escalate))
	for i, rung := range r.Escalate {
		calls[i].Rung = rung
		if !ok {
			continue
		}
		if opens, ok := p.Opens(r, first.Add(rung.After)); ok {
			calls[i].At = opens
		}
	}
	return calls
}
