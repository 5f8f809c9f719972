package web

import (
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/readmodel"
)

// stripDays is the length of the strip beside a service.
const stripDays = 30

// strip is the last thirty days of a service: quiet days as one path, the
// others as bars whose height is how bad the day was.
type strip struct {
	Quiet, None string
	Bars        []bar
	Words       string
}

// bar is one day that was not quiet.
type bar struct {
	Level, X, Y, Height int
	Title               string
}

// strip draws the days up to today in a box of 119 × 18.
func (v *visit) strip(s *readmodel.Service, l ledger) strip {
	var quiet, none strings.Builder
	var days [5]int
	out := strip{}
	today := startOfDay(v.now.In(v.zone))
	for i := range stripDays {
		date := today.AddDate(0, 0, i-stripDays+1)
		level := l.level(s, date, date.AddDate(0, 0, 1), v.now)
		days[level]++
		x := i * 4
		switch level {
		case levelQuiet:
			fmt.Fprintf(&quiet, "M%d 14h3v4h-3z", x)
		case levelNone:
			fmt.Fprintf(&none, "M%d 16.5h3v1.5h-3z", x)
		default:
			height := [...]int{4, 8, 12, 18}[level]
			out.Bars = append(out.Bars, bar{level, x, 18 - height, height, v.shortDate(date) + " " + v.text(fmt.Sprintf("level.%d", level))})
		}
	}
	out.Quiet, out.None, out.Words = quiet.String(), none.String(), v.text("strip.words", "days", v.daysInWords(days))
	return out
}

// daysInWords says how many days of each level there were, worst first.
func (v *visit) daysInWords(days [5]int) string {
	var parts []string
	for _, level := range []int{levelDown, levelDegraded, levelAdvisory, levelNone} {
		if days[level] > 0 {
			parts = append(parts, v.text(fmt.Sprintf("strip.%d", level), "n", days[level]))
		}
	}
	if len(parts) == 0 {
		return v.text("strip.0")
	}
	return v.join(parts)
}

func startOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}
