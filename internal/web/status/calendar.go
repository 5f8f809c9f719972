package status

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// Years are those of UTC, as the days of the history are.

// yearAsked is the year that a query names, the present one by default.
func (v *view) yearAsked() int {
	year, err := strconv.Atoi(v.R.URL.Query().Get("year"))
	if this := v.Now.UTC().Year(); err != nil || year < 1990 || year > this {
		return this
	}
	return year
}

// yearOf is when a year begins and ends.
func yearOf(year int) (from, to time.Time) {
	return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(year+1, 1, 1, 0, 0, 0, 0, time.UTC)
}

// yearChoices are the years of which the archive knows something, as links.
func (v *view) yearChoices(chosen int) []web.Choice {
	first := v.Now.UTC().Year()
	for i := range v.Snapshot.Services {
		if s := &v.Snapshot.Services[i]; len(s.Transitions) > 0 {
			first = min(first, s.Transitions[0].At.UTC().Year())
		}
	}
	for _, row := range v.Snapshot.Issues {
		if row.StartAt != 0 {
			first = min(first, row.StartAt.Time().UTC().Year())
		}
	}
	var list []web.Choice
	for year := max(first, 1990); year <= v.Now.UTC().Year(); year++ {
		value := strconv.Itoa(year)
		list = append(list, web.Choice{Value: v.With("year", value), Name: value, On: year == chosen})
	}
	return list[max(0, len(list)-shownYears):]
}

// shownYears is how many years are offered as links.
const shownYears = 6

// yearDays are the looks of each day of a year, for each service.
func (v *view) yearDays(year int) (map[string][]uint8, error) {
	from, to := yearOf(year)
	return v.Days("year "+strconv.Itoa(year), from, to.AddDate(0, 0, -1))
}

// calendar is a year of one service as weeks and days.
type calendar struct {
	Words       string
	Months      []calendarMonth
	Weekdays    []calendarDay
	Quiet, None string // as one path each
	Marks       []calendarMark
	TodayX      int // -1 in another year
	TodayY      int
}

type calendarMonth struct {
	X    int
	Name string
}

type calendarDay struct {
	Y    int
	Name string
}

// calendarMark is a day that was not quiet: an outline with a dot, a triangle,
// a cross.
type calendarMark struct {
	Level, X, Y int
	Title, Href string
	Stop        bool // of the keyboard: one in a calendar, from which arrows lead on
}

// Sizes of the calendar: the step from day to day, and its margins.
const (
	calendarStep = 18
	calendarLeft = 34
	calendarTop  = 18
)

func (v *view) calendar(s *readmodel.Service, year int) (calendar, error) {
	all, err := v.yearDays(year)
	if err != nil {
		return calendar{}, err
	}
	first, _ := yearOf(year)
	today := v.Now.UTC().Truncate(24 * time.Hour)
	c := calendar{TodayX: -1, Words: v.Text("calendar.words", "service", s.Name, "year", strconv.Itoa(year))}
	var quiet, none strings.Builder
	offset := (int(first.Weekday()) + 6) % 7
	for i, look := range all[s.ID] {
		date := first.AddDate(0, 0, i)
		x, y := calendarLeft+calendarStep*((i+offset)/7), calendarTop+calendarStep*((i+offset)%7)
		if date.Day() == 1 {
			c.Months = append(c.Months, calendarMonth{x, v.Month(date.Month(), true)})
		}
		if date.Equal(today) {
			c.TodayX, c.TodayY = x-1, y-1
		}
		switch look {
		case part.DayQuiet:
			fmt.Fprintf(&quiet, "M%d %dh15v15h-15z", x, y)
		case part.DayUnknown:
			fmt.Fprintf(&none, "M%d.5 %d.5h14v14h-14z", x, y)
		default:
			c.Marks = append(c.Marks, calendarMark{Level: int(look), X: x, Y: y, Title: v.Join([]string{v.ShortDate(date), v.Text(fmt.Sprintf("level.%d", look))}), Href: v.dayHref(s, date)})
		}
	}
	if n := len(c.Marks); n > 0 {
		c.Marks[n-1].Stop = true
	}
	for row, day := range []time.Weekday{time.Monday, time.Wednesday, time.Friday, time.Sunday} {
		at := first.AddDate(0, 0, (int(day)-int(first.Weekday())+7)%7)
		c.Weekdays = append(c.Weekdays, calendarDay{calendarTop + 11 + 2*row*calendarStep, v.Weekday(at.Weekday(), true)})
	}
	c.Quiet, c.None = quiet.String(), none.String()
	return c, nil
}

// barcode is a year of a service as 366 bars, quiet runs as one path.
type barcode struct {
	Paths []barPath
	Words string
}

type barPath struct {
	Class string
	D     string
}

// barcode draws a year in a box of 1098 × 20.
func (v *view) barcode(name string, year int, looks []uint8) barcode {
	tops := [...]int{17, 12, 6, 0, 19}
	classes := [...]string{"k0", "k1", "k2", "k3", "kn"}
	var paths [5]strings.Builder
	var days [5]int
	for i := 0; i < len(looks); {
		end := i
		for end < len(looks) && looks[end] == looks[i] {
			end++
		}
		look := looks[i]
		days[look] += end - i
		width := 3 * (end - i)
		if look != part.DayQuiet && look != part.DayUnknown {
			width--
		}
		fmt.Fprintf(&paths[look], "M%d %dh%dv%dh-%dz", 3*i, tops[look], width, 20-tops[look], width)
		i = end
	}
	b := barcode{Words: v.Text("barcode.words", "service", name, "year", strconv.Itoa(year), "days", v.DaysInWords(days))}
	for look := range paths {
		if d := paths[look].String(); d != "" {
			b.Paths = append(b.Paths, barPath{classes[look], d})
		}
	}
	slices.SortStableFunc(b.Paths, func(a, c barPath) int { return strings.Compare(a.Class, c.Class) })
	return b
}
