package probe

import (
	"cmp"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// Findings returns what a result says to whoever asks "ours or theirs?": the worst
// outcome for each kind of check and each endpoint, with its sentence. What no
// probe can tell, UDP, is none. The names of checks are those that package triage
// weighs: dns, proxy, connect, tls, http and clock, with what they looked at
// behind a slash. A portal or a proxy that answers over HTTP in the place of the
// service speaks of the way, not of the service.
func (r *Result) Findings(l *lang.Locale, origin string, at time.Time) []tocsin.TriageFinding {
	var list []tocsin.TriageFinding
	places := map[string]int{}
	for i := range r.Checks {
		c := &r.Checks[i]
		if c.Kind == UDP || c.Outcome == Unknown && c.Kind == Proxy && c.Target == "" {
			continue
		}
		kind := c.Kind
		if c.Kind == HTTP && c.Outcome == Fail && failure(c) != "service" {
			kind = Proxy
		}
		name := string(kind)
		if c.Kind != Clock {
			name += "/" + cmp.Or(c.Target, "-")
		}
		one := tocsin.TriageFinding{Check: name, Outcome: string(c.Outcome), Detail: c.Sentence(l), At: at, Origin: origin}
		if place, known := places[name]; !known {
			places[name] = len(list)
			list = append(list, one)
		} else if c.Outcome.Severity() > Outcome(list[place].Outcome).Severity() {
			list[place] = one
		}
	}
	return list
}
