package route

import (
	"slices"
	"time"
)

// Period is a stretch of time, its end not included.
type Period struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// edges are instants of [from, to) at which the interval may begin or end,
// sorted; from is the first. Between two of them it does neither.
func (i Interval) edges(from, to time.Time) []time.Time {
	list := []time.Time{from}
	keep := func(at time.Time) {
		if at.After(from) && at.Before(to) {
			list = append(list, at)
		}
	}
	for _, s := range i.spans {
		minutes := []int{0}
		for _, b := range s.times {
			minutes = append(minutes, b.from, b.to)
		}
		// A local time occurs at the offset before a change of the clock, at the
		// one behind it, at both or at none: each is a candidate.
		for at := from.In(s.zone); at.Before(to.AddDate(0, 0, 1)); {
			year, month, date := at.Date()
			next := time.Date(year, month, date+1, 12, 0, 0, 0, s.zone)
			_, before := time.Date(year, month, date-1, 12, 0, 0, 0, s.zone).Zone()
			_, behind := next.Zone()
			_, change := at.ZoneBounds()
			keep(change)
			for _, minute := range minutes {
				local := time.Date(year, month, date, 0, minute, 0, 0, time.UTC)
				keep(local.Add(-time.Duration(before) * time.Second))
				if behind != before {
					keep(local.Add(-time.Duration(behind) * time.Second))
				}
			}
			at = next
		}
	}
	slices.SortFunc(list, time.Time.Compare)
	return slices.CompactFunc(list, time.Time.Equal)
}

// Periods returns when the interval is active within [from, to), as instants,
// in order. Times that a change of the clock skips are in none, those that it
// repeats are in it twice.
func (i Interval) Periods(from, to time.Time) (list []Period) {
	active := false
	for _, at := range i.edges(from, to) {
		now := i.Contains(at)
		switch {
		case now && !active:
			list = append(list, Period{From: at, To: to})
		case !now && active:
			list[len(list)-1].To = at
		}
		active = now
	}
	return list
}

// ClockChange returns when the clock changes next in the zone of a part of the
// interval, and false when it does not within a year.
func (i Interval) ClockChange(after time.Time) (first time.Time, ok bool) {
	for _, s := range i.spans {
		if _, end := after.In(s.zone).ZoneBounds(); !end.IsZero() && end.Before(after.AddDate(1, 0, 0)) && (!ok || end.Before(first)) {
			first, ok = end, true
		}
	}
	return first, ok
}

// AroundClockChange returns when the interval is active on the day before and on
// the day of the next change of the clock, up to the end of the day behind it,
// in the zone that changes; nothing when no clock changes within a year.
func (i Interval) AroundClockChange(after time.Time) []Period {
	change, ok := i.ClockChange(after)
	if !ok {
		return nil
	}
	year, month, date := change.Date()
	return i.Periods(time.Date(year, month, date-1, 0, 0, 0, 0, change.Location()), time.Date(year, month, date+2, 0, 0, 0, 0, change.Location()))
}
