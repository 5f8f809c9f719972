package status

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/history"
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

// calendar is a year of one service as weeks and days. Every day that has begun
// is a link; the last one is the calendar's stop of the keyboard, from which keys
// lead on.
type calendar struct {
	Words    string
	Months   []calendarMonth
	Weekdays []calendarDay
	Days     template.HTML
	TodayX   int // -1 in another year
	TodayY   int
}

type calendarMonth struct {
	X    int
	Name string
}

type calendarDay struct {
	Y    int
	Name string
}

// Sizes of the calendar: the step from day to day, and its margins.
const (
	calendarStep = 18
	calendarLeft = 34
	calendarTop  = 18
)

// dayShapes are how days look: a plain square, an outline with a dot, a triangle,
// a cross, a thin outline.
var dayShapes = [...]string{ //nolint:gochecknoglobals // never changed
	part.DayQuiet:    `<rect class="h0" width="15" height="15"/>`,
	part.DayAdvisory: `<rect class="h1" x=".8" y=".8" width="13.4" height="13.4"/><circle class="h1m" cx="7.5" cy="7.5" r="2"/>`,
	part.DayDegraded: `<rect class="h2" width="15" height="15"/><path class="h2m" d="M7.5 4l4 7h-8z"/>`,
	part.DayDown:     `<rect class="h3" width="15" height="15"/><path class="h3m" d="M4.5 4.5l6 6m0-6l-6 6"/>`,
	part.DayUnknown:  `<rect class="hf" x=".5" y=".5" width="14" height="14"/>`,
}

func (v *view) calendar(s *readmodel.Service, year int) (calendar, error) {
	all, err := v.yearDays(year)
	if err != nil {
		return calendar{}, err
	}
	today := v.Now.UTC().Truncate(24 * time.Hour)
	key := fmt.Sprintf("calendar %s %s %d %s %t", v.Code, s.ID, year, today.Format(time.DateOnly), len(v.Tenants) > 1)
	return part.Remembered(v.View, key, func(*history.Past) (calendar, error) {
		return v.draw(s, year, all[s.ID], today), nil
	})
}

func (v *view) draw(s *readmodel.Service, year int, looks []uint8, today time.Time) calendar {
	first, _ := yearOf(year)
	c := calendar{TodayX: -1, Words: v.Text("calendar.words", "service", s.Name, "year", strconv.Itoa(year))}
	var levels [len(dayShapes)]string
	for look := range levels {
		levels[look] = v.Text(fmt.Sprintf("level.%d", look))
	}
	last := min(len(looks)-1, int(today.Sub(first)/(24*time.Hour)))
	var days strings.Builder
	offset := (int(first.Weekday()) + 6) % 7
	for i, look := range looks {
		date := first.AddDate(0, 0, i)
		x, y := calendarLeft+calendarStep*((i+offset)/7), calendarTop+calendarStep*((i+offset)%7)
		if date.Day() == 1 {
			c.Months = append(c.Months, calendarMonth{x, v.Month(date.Month(), true)})
		}
		if date.Equal(today) {
			c.TodayX, c.TodayY = x-1, y-1
		}
		shape := fmt.Sprintf(`<g transform="translate(%d %d)">%s</g>`, x, y, dayShapes[look])
		if i > last { // still to come
			days.WriteString(shape)
			continue
		}
		stop := ` tabindex="-1"`
		if i == last {
			stop = ""
		}
		name := template.HTMLEscapeString(v.Join([]string{v.ShortDate(date), levels[look]}))
		fmt.Fprintf(&days, `<a href="%s"%s aria-label="%s"><title>%s</title>%s</a>`, template.HTMLEscapeString(v.dayHref(s, date)), stop, name, name, shape)
	}
	for row, day := range []time.Weekday{time.Monday, time.Wednesday, time.Friday, time.Sunday} {
		at := first.AddDate(0, 0, (int(day)-int(first.Weekday())+7)%7)
		c.Weekdays = append(c.Weekdays, calendarDay{calendarTop + 11 + 2*row*calendarStep, v.Weekday(at.Weekday(), true)})
	}
	c.Days = template.HTML(days.String()) //nolint:gosec // escaped
	return c
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
