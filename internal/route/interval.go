package route

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// IntervalSpec is a named set of times as the settings write it.
type IntervalSpec struct {
	Name      string     `yaml:"name"           json:"name"`                     // unique
	Intervals []SpanSpec `yaml:"time_intervals,omitempty" json:"time_intervals"` // the times are within one of them
}

// SpanSpec is one of them: instants for which everything that is written holds.
// Numbers and names stand alone or as a range, as in monday:friday, both ends
// included.
type SpanSpec struct {
	Times       []TimesSpec `yaml:"times,omitempty"         json:"times,omitzero"`         // of the day
	Weekdays    []string    `yaml:"weekdays,omitempty"      json:"weekdays,omitzero"`      // monday, or saturday:sunday
	DaysOfMonth []string    `yaml:"days_of_month,omitempty" json:"days_of_month,omitzero"` // 1:5; -1 is the last day of a month
	Months      []string    `yaml:"months,omitempty"        json:"months,omitzero"`        // may, 5, or june:august
	Years       []string    `yaml:"years,omitempty"         json:"years,omitzero"`         // 2026, or 2026:2027
	Location    string      `yaml:"location,omitempty"      json:"location,omitempty"`     // time zone such as Europe/Paris; UTC when empty
}

// TimesSpec is a part of each day. One that ends before it starts goes over
// midnight, and belongs to the day on which it starts.
type TimesSpec struct {
	Start string `yaml:"start_time" json:"start_time"` // such as 22:00
	End   string `yaml:"end_time"   json:"end_time"`   // such as 06:00, or 24:00; not included
}

// An Interval is a named set of instants.
type Interval struct {
	Name  string
	spans []span
}

// A span is one part of an interval; what is nil holds always.
type span struct {
	times                         []between // minutes of the day, the end not included
	weekdays, days, months, years []between
	zone                          *time.Location
}

type between struct{ from, to int }

func (b between) has(n int) bool { return n >= b.from && n <= b.to }

// Contains reports whether an instant is in the interval.
func (i Interval) Contains(at time.Time) bool {
	for _, s := range i.spans {
		if s.contains(at) {
			return true
		}
	}
	return false
}

func (s span) contains(at time.Time) bool {
	at = at.In(s.zone)
	if s.times == nil {
		return s.day(at)
	}
	minute := at.Hour()*60 + at.Minute()
	for _, b := range s.times {
		switch {
		case b.from < b.to:
			if minute >= b.from && minute < b.to && s.day(at) {
				return true
			}
		case minute >= b.from && s.day(at), minute < b.to && s.day(dayBefore(at)):
			return true
		}
	}
	return false
}

// dayBefore is noon of the day before, by the calendar.
func dayBefore(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day()-1, 12, 0, 0, 0, at.Location())
}

// day reports whether the day of an instant is in the span.
func (s span) day(at time.Time) bool {
	return anyHas(s.weekdays, int(at.Weekday()), func(b between, n int) bool {
		if b.from <= b.to {
			return b.has(n)
		}
		return n >= b.from || n <= b.to
	}) && anyHas(s.months, int(at.Month()), between.has) && anyHas(s.years, at.Year(), between.has) &&
		anyHas(s.days, at.Day(), func(b between, n int) bool { return b.inMonth(lastDay(at)).has(n) })
}

func anyHas(list []between, n int, has func(between, int) bool) bool {
	for _, b := range list {
		if has(b, n) {
			return true
		}
	}
	return list == nil
}

func lastDay(at time.Time) int {
	return time.Date(at.Year(), at.Month()+1, 0, 12, 0, 0, 0, time.UTC).Day()
}

// inMonth counts days from the end of a month with so many days.
func (b between) inMonth(last int) between {
	if b.from < 0 {
		b.from += last + 1
	}
	if b.to < 0 {
		b.to += last + 1
	}
	return b
}

// interval reads one interval; add takes each problem with its key.
func (s IntervalSpec) interval(at string, add func(key, format string, args ...any)) Interval {
	if s.Name == "" {
		add(at+".name", "It is missing.")
	}
	if len(s.Intervals) == 0 {
		add(at+".time_intervals", "The list is empty: an interval without times is never active.")
	}
	i := Interval{Name: s.Name}
	for n, one := range s.Intervals {
		i.spans = append(i.spans, one.span(fmt.Sprintf("%s.time_intervals[%d]", at, n), add))
	}
	return i
}

func (s SpanSpec) span(at string, add func(key, format string, args ...any)) span {
	result := span{zone: time.UTC}
	if s.Location != "" {
		zone, ok := tocsin.ParseZone(s.Location)
		if ok {
			result.zone = zone
		} else {
			add(at+".location", "%q is no time zone such as Europe/Paris.", tocsin.Clip(s.Location, 40))
		}
	}
	if s.Times == nil && s.Weekdays == nil && s.DaysOfMonth == nil && s.Months == nil && s.Years == nil {
		add(at, "It names no times, weekdays, days_of_month, months or years, and would be active always.")
	}
	if s.Times != nil && len(s.Times) == 0 {
		add(at+".times", "The list is empty: leave the key out for the whole day.")
	}
	for n, t := range s.Times {
		from, to, err := t.minutes()
		if err != nil {
			add(fmt.Sprintf("%s.times[%d]", at, n), "%s", sentence(err))
		}
		result.times = append(result.times, between{from, to})
	}
	ranges := func(key string, list []string, read func(string) (between, error)) (all []between) {
		if list != nil && len(list) == 0 {
			add(at+"."+key, "The list is empty: leave the key out for all of them.")
		}
		for n, text := range list {
			b, err := read(text)
			if err != nil {
				add(fmt.Sprintf("%s.%s[%d]", at, key, n), "%s", sentence(err))
			}
			all = append(all, b)
		}
		return all
	}
	result.weekdays = ranges("weekdays", s.Weekdays, readWeekdays)
	result.days = ranges("days_of_month", s.DaysOfMonth, readDays)
	result.months = ranges("months", s.Months, readMonths)
	result.years = ranges("years", s.Years, readYears)
	return result
}

// sentence is an error with the dot of a sentence.
func sentence(err error) string {
	if text := err.Error(); strings.HasSuffix(text, "?") {
		return text
	}
	return strings.TrimSuffix(err.Error(), ".") + "."
}

func (t TimesSpec) minutes() (from, to int, err error) {
	if from, err = readMinute(t.Start); err == nil {
		to, err = readMinute(t.End)
	}
	if err != nil {
		return 0, 0, err
	}
	if from == to || from == 24*60 {
		return 0, 0, fmt.Errorf("%s to %s is no time: write 00:00 to 24:00 for a whole day", t.Start, t.End)
	}
	return from, to, nil
}

// readMinute reads HH:MM, from 00:00 to 24:00, as a minute of the day.
func readMinute(text string) (int, error) {
	hour, minute, ok := strings.Cut(text, ":")
	h, err1 := strconv.ParseUint(hour, 10, 8)
	m, err2 := strconv.ParseUint(minute, 10, 8)
	if !ok || err1 != nil || err2 != nil || len(hour) != 2 || len(minute) != 2 || m > 59 || h*60+m > 24*60 {
		return 0, fmt.Errorf("%q is no time of day such as 08:30 or 24:00, with two digits each", tocsin.Clip(text, 40))
	}
	return int(h*60 + m), nil
}

// readRange reads "a" or "a:b".
func readRange(text string, read func(string) (int, error)) (b between, err error) {
	from, to, two := strings.Cut(strings.ToLower(text), ":")
	if b.from, err = read(from); err != nil {
		return b, err
	}
	if b.to = b.from; two {
		b.to, err = read(to)
	}
	return b, err
}

// named reads a name of a list, as a number counted from base, or where numbers
// stands a number of it.
func named(names []string, base int, numbers bool, what string) func(string) (int, error) {
	return func(text string) (int, error) {
		for i, name := range names {
			if text == name || numbers && text == strconv.Itoa(i+base) {
				return i + base, nil
			}
		}
		return 0, fmt.Errorf("%q is no %s%s", tocsin.Clip(text, 40), what, tocsin.Meant(text, names))
	}
}

func readWeekdays(text string) (between, error) {
	names := make([]string, 7)
	for i := range names {
		names[i] = strings.ToLower(time.Weekday(i).String())
	}
	return readRange(text, named(names, 0, false, "weekday"))
}

func readMonths(text string) (between, error) {
	names := make([]string, 12)
	for i := range names {
		names[i] = strings.ToLower(time.Month(i + 1).String())
	}
	b, err := readRange(text, named(names, 1, true, "month"))
	if err == nil && b.from > b.to {
		err = fmt.Errorf("%q ends before it starts: write two ranges, up to december and from january", tocsin.Clip(text, 40))
	}
	return b, err
}

func readYears(text string) (between, error) {
	b, err := readRange(text, func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1970 || n > 9999 {
			return 0, fmt.Errorf("%q is no year", tocsin.Clip(s, 40))
		}
		return n, nil
	})
	if err == nil && b.from > b.to {
		err = fmt.Errorf("%q ends before it starts", tocsin.Clip(text, 40))
	}
	return b, err
}

func readDays(text string) (between, error) {
	b, err := readRange(text, func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n == 0 || n < -31 || n > 31 {
			return 0, fmt.Errorf("%q is no day of a month: 1 to 31, or -1 for the last", tocsin.Clip(s, 40))
		}
		return n, nil
	})
	if err != nil {
		return b, err
	}
	// A range must hold a day in the shortest month, or it could turn round.
	if short := b.inMonth(28); b.from < 0 && b.to > 0 || short.from > short.to {
		err = fmt.Errorf("%q ends before it starts, at least in a short month", tocsin.Clip(text, 40))
	}
	return b, err
}
