package part

import (
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/web"
)

// Strip is the last thirty days of a service: quiet days as one path, the
// others as bars whose height is how bad the day was. It is one stop of the
// keyboard, a link to the calendar in which every day is one; with script, keys
// lead along its days.
type Strip struct {
	Quiet, None string
	Bars        []Bar
	Words       string
	First, Href string // the first day, and the address of the calendar; "" where the strip is a picture
}

// Bar is one day that was not quiet.
type Bar struct {
	Level, X, Y, Height int
	Title, Href         string // Href opens the day; "" where none is
}

// DayHref returns where a day of a service, in UTC, is opened.
func (v *View) DayHref(service string, day time.Time) string {
	return v.Href("/services/" + web.EscapeID(service) + "?day=" + day.Format(time.DateOnly) + "#day")
}

// strip draws days of a service in a box of 119 × 18.
func (v *View) strip(service string, looks []uint8, first time.Time) Strip {
	var quiet, none strings.Builder
	var days [5]int
	out := Strip{First: first.Format(time.DateOnly), Href: v.Href("/services/" + web.EscapeID(service) + "#cal")}
	for i, look := range looks {
		days[look]++
		x := i * 4
		switch look {
		case DayQuiet:
			fmt.Fprintf(&quiet, "M%d 14h3v4h-3z", x)
		case DayUnknown:
			fmt.Fprintf(&none, "M%d 16.5h3v1.5h-3z", x)
		default:
			height := [...]int{4, 8, 12, 18}[look]
			title := v.Join([]string{v.ShortDate(first.AddDate(0, 0, i)), v.Text(fmt.Sprintf("level.%d", look))})
			out.Bars = append(out.Bars, Bar{int(look), x, 18 - height, height, title, v.DayHref(service, first.AddDate(0, 0, i))})
		}
	}
	out.Quiet, out.None, out.Words = quiet.String(), none.String(), v.Text("strip.words", "days", v.DaysInWords(days))
	return out
}

// DaysInWords says how many days of each look there were, worst first.
func (v *View) DaysInWords(days [5]int) string {
	var parts []string
	for _, look := range []int{DayDown, DayDegraded, DayAdvisory, DayUnknown} {
		if days[look] > 0 {
			parts = append(parts, v.Text(fmt.Sprintf("strip.%d", look), "n", days[look]))
		}
	}
	if len(parts) == 0 {
		return v.Text("strip.0")
	}
	return v.Join(parts)
}
