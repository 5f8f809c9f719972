package route

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A Digest is a local hour, each day or once a week, at which what has gathered
// is sent. The zero value is none.
type Digest struct {
	text    string
	minute  int
	weekday int // -1 for each day
	zone    *time.Location
}

// ParseDigest reads "daily 08:00 Europe/Paris" or "monday 08:00 Europe/Paris";
// without a zone the time is UTC. Errors are of kind [tocsin.ErrInvalid],
// without a field.
func ParseDigest(text string) (Digest, error) {
	words := strings.Fields(text)
	if len(words) < 2 || len(words) > 3 {
		return Digest{}, invalid("%q is no digest such as daily 08:00 Europe/Paris or monday 08:00 Europe/Paris.", tocsin.Clip(text, 60))
	}
	d := Digest{text: strings.Join(words, " "), weekday: -1, zone: time.UTC}
	if words[0] != "daily" {
		day, err := readWeekdays(words[0])
		if err != nil || day.from != day.to {
			return Digest{}, invalid("%q is neither daily nor a weekday such as monday.", tocsin.Clip(words[0], 40))
		}
		d.weekday = day.from
	}
	minute, err := readMinute(words[1])
	if err != nil || minute == 24*60 {
		return Digest{}, invalid("%q is no time of day such as 08:00.", tocsin.Clip(words[1], 40))
	}
	d.minute = minute
	if len(words) == 3 {
		var ok bool
		if d.zone, ok = tocsin.ParseZone(words[2]); !ok {
			return Digest{}, invalid("%q is no time zone such as Europe/Paris.", tocsin.Clip(words[2], 40))
		}
	}
	return d, nil
}

// IsZero reports whether there is no digest.
func (d Digest) IsZero() bool { return d.zone == nil }

// String returns the digest as [ParseDigest] reads it.
func (d Digest) String() string { return d.text }

// MarshalText writes the digest as [ParseDigest] reads it.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.text), nil }

// Next returns the first time of the digest after an instant. On a day whose
// clock skips the hour it is as much later as the clock is put forward; an hour
// that occurs twice is one time.
func (d Digest) Next(after time.Time) time.Time {
	local := after.In(d.zone)
	for day := 0; ; day++ {
		at := time.Date(local.Year(), local.Month(), local.Day()+day, d.minute/60, d.minute%60, 0, 0, d.zone)
		if at.After(after) && (d.weekday < 0 || int(at.Weekday()) == d.weekday) {
			return at.UTC()
		}
	}
}

// Last returns the last time of the digest that is not after an instant.
func (d Digest) Last(at time.Time) time.Time {
	last := d.Next(at.AddDate(0, 0, -9))
	for next := d.Next(last); !next.After(at); next = d.Next(next) {
		last = next
	}
	return last
}

// parseDuration reads a time as Alertmanager does: whole numbers of y, w, d, h,
// m, s and ms, the largest first, each once; 0 may have no unit.
func parseDuration(text string) (time.Duration, error) {
	units := []struct {
		name string
		unit time.Duration
	}{
		{"y", 365 * 24 * time.Hour},
		{"w", 7 * 24 * time.Hour},
		{"d", 24 * time.Hour},
		{"h", time.Hour},
		{"m", time.Minute},
		{"s", time.Second},
		{"ms", time.Millisecond},
	}
	bad := fmt.Errorf("%q is no time such as 30s, 5m or 1h30m", tocsin.Clip(text, 40))
	if text == "0" {
		return 0, nil
	}
	var sum time.Duration
	for rest, next := text, 0; rest != "" || next == 0; {
		n, digits := 0, 0
		for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' && digits < 9 {
			n, digits = n*10+int(rest[digits]-'0'), digits+1
		}
		letters := digits
		for letters < len(rest) && rest[letters] >= 'a' && rest[letters] <= 'z' {
			letters++
		}
		i := next
		for i < len(units) && units[i].name != rest[digits:letters] {
			i++
		}
		if digits == 0 || i == len(units) {
			return 0, bad
		}
		if sum += time.Duration(n) * units[i].unit; time.Duration(n) > longest/units[i].unit || sum > longest {
			return 0, fmt.Errorf("%q is longer than %d days", tocsin.Clip(text, 40), longest/(24*time.Hour))
		}
		rest, next = rest[letters:], i+1
	}
	return sum, nil
}

// longest is the longest time between two messages: a year and a day.
const longest = 366 * 24 * time.Hour

// Due returns when a change of a group is sent that arrives at an instant, when
// the route is active then: the first one after group_wait, later ones with
// those that gather for group_interval since the last message, in a digest at
// its next hour. last is when a message of the group was sent, zero for none.
func (o Options) Due(at, last time.Time) time.Time {
	if !o.Digest.IsZero() {
		return o.Digest.Next(at)
	}
	due := at.Add(o.GroupWait)
	if next := last.Add(o.GroupInterval); !last.IsZero() && next.After(at) {
		due = next
	} else if !last.IsZero() {
		due = at
	}
	return due
}

// horizon is how far ahead an instant is looked for at which a route is active.
const horizon = 400 * 24 * time.Hour

// Muted reports whether a route is muted at an instant, and by which intervals:
// one of mute_time_intervals that is active, or all of active_time_intervals
// that are not.
func (p *Policy) Muted(r *Route, at time.Time) (names []string, muted bool) {
	for _, name := range r.Mute {
		if p.intervals[name].Contains(at) {
			names = append(names, name)
		}
	}
	if len(names) > 0 || len(r.Active) == 0 {
		return names, len(names) > 0
	}
	active := slices.ContainsFunc(r.Active, func(name string) bool { return p.intervals[name].Contains(at) })
	if active {
		return nil, false
	}
	return r.Active, true
}

// Opens returns the first instant, not before at, at which a route is not muted,
// and false when there is none within 400 days.
func (p *Policy) Opens(r *Route, at time.Time) (time.Time, bool) {
	if _, muted := p.Muted(r, at); !muted {
		return at, true
	}
	names := append(slices.Clone(r.Active), r.Mute...)
	// Most intervals open within days: look there first.
	for _, ahead := range []time.Duration{8 * 24 * time.Hour, horizon} {
		var edges []time.Time
		for _, name := range names {
			edges = append(edges, p.intervals[name].edges(at, at.Add(ahead))...)
		}
		slices.SortFunc(edges, time.Time.Compare)
		for _, edge := range edges {
			if _, muted := p.Muted(r, edge); !muted {
				return edge.UTC(), true
			}
		}
	}
	return time.Time{}, false
}
