package tocsin

import (
	"slices"
	"strings"
	"time"
)

// Hours are when a team works: on which days of the week, from when to when by
// the clocks of a zone, but for holidays. Without spans it works always.
type Hours struct {
	Zone     *time.Location
	Spans    []HourSpan
	Holidays []string // days of the calendar of the zone, such as 2026-12-25
}

// An HourSpan is a part of one day of the week. Minutes count from midnight; 1440
// is the end of the day.
type HourSpan struct {
	Day      time.Weekday
	From, To int
}

// Always reports whether the team works at all times but holidays.
func (h Hours) Always() bool { return len(h.Spans) == 0 }

const (
	dayMinutes = 24 * 60
	// maxHourDays bounds how many days ahead working time is looked for.
	maxHourDays = 2 * 366
)

// ParseHours reads spans such as "Mon-Fri 08:00-18:00" or "Sat 09:00-12:30".
func ParseHours(texts []string) (spans []HourSpan, err error) {
	for _, text := range texts {
		days, times, _ := strings.Cut(strings.TrimSpace(text), " ")
		first, last, ranged := strings.Cut(days, "-")
		if !ranged {
			last = first
		}
		from, to, _ := strings.Cut(strings.TrimSpace(times), "-")
		a, b := weekday(first), weekday(last)
		begin, end := minutes(from), minutes(to)
		if a < 0 || b < 0 || begin < 0 || end <= begin {
			return nil, Invalidf("hours", "%q is not like Mon-Fri 08:00-18:00.", Clip(text, 60))
		}
		for day := a; ; day = (day + 1) % 7 {
			spans = append(spans, HourSpan{time.Weekday(day), begin, end})
			if day == b {
				break
			}
		}
	}
	slices.SortFunc(spans, func(a, b HourSpan) int { return (int(a.Day)-int(b.Day))*dayMinutes + a.From - b.From })
	for i := 1; i < len(spans); i++ {
		if spans[i].Day == spans[i-1].Day && spans[i].From < spans[i-1].To {
			return nil, Invalidf("hours", "Two spans of %s overlap.", spans[i].Day)
		}
	}
	return spans, nil
}

func weekday(name string) int {
	return slices.Index([]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, strings.ToLower(strings.TrimSpace(name)))
}

// minutes reads a time of the day such as 08:00, up to 24:00; -1 is none.
func minutes(text string) int {
	if text == "24:00" {
		return dayMinutes
	}
	at, err := time.Parse("15:04", text)
	if err != nil {
		return -1
	}
	return at.Hour()*60 + at.Minute()
}

// CheckHoliday reports whether a text is a day of the calendar such as 2026-12-25.
func CheckHoliday(text string) error {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return Invalidf("holidays", "%q is no day such as 2026-12-25.", Clip(text, 40))
	}
	return nil
}

// After returns the instant at which so much working time has passed since an
// instant: real time, also on days on which clocks are changed. It is the zero
// time where there is not so much in two years.
func (h Hours) After(since time.Time, d time.Duration) time.Time {
	var due time.Time
	h.each(since, func(from, to time.Time) bool {
		if length := to.Sub(from); length < d {
			d -= length
			return true
		}
		due = from.Add(d).UTC()
		return false
	})
	return due
}

// Between returns how much working time lies between two instants, at most that
// of two years.
func (h Hours) Between(since, until time.Time) (d time.Duration) {
	h.each(since, func(from, to time.Time) bool {
		if !from.Before(until) {
			return false
		}
		if until.Before(to) {
			to = until
		}
		d += to.Sub(from)
		return true
	})
	return d
}

// each tells of working time since an instant, span by span, until told to stop.
func (h Hours) each(since time.Time, tell func(from, to time.Time) bool) {
	zone := h.Zone
	if zone == nil {
		zone = time.UTC
	}
	first := since.In(zone)
	for n := range maxHourDays {
		day := time.Date(first.Year(), first.Month(), first.Day()+n, 12, 0, 0, 0, zone)
		if slices.Contains(h.Holidays, day.Format(time.DateOnly)) {
			continue
		}
		for _, s := range h.of(day.Weekday()) {
			from, to := at(day, s.From), at(day, s.To)
			if from.Before(since) {
				from = since
			}
			if from.Before(to) && !tell(from, to) {
				return
			}
		}
	}
}

func (h Hours) of(day time.Weekday) (spans []HourSpan) {
	if h.Always() {
		return []HourSpan{{day, 0, dayMinutes}}
	}
	for _, s := range h.Spans {
		if s.Day == day {
			spans = append(spans, s)
		}
	}
	return spans
}

// at is a minute of a day by the clocks on walls.
func at(day time.Time, minute int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), minute/60, minute%60, 0, 0, day.Location())
}
