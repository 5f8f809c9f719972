package web

import (
	"fmt"
	"strings"
	"time"
)

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

// strip draws days in a box of 119 × 18.
func (v *visit) strip(looks []uint8, first time.Time) strip {
	var quiet, none strings.Builder
	var days [5]int
	out := strip{}
	for i, look := range looks {
		days[look]++
		x := i * 4
		switch look {
		case dayQuiet:
			fmt.Fprintf(&quiet, "M%d 14h3v4h-3z", x)
		case dayUnknown:
			fmt.Fprintf(&none, "M%d 16.5h3v1.5h-3z", x)
		default:
			height := [...]int{4, 8, 12, 18}[look]
			title := v.shortDate(first.AddDate(0, 0, i)) + " " + v.text(fmt.Sprintf("level.%d", look))
			out.Bars = append(out.Bars, bar{int(look), x, 18 - height, height, title})
		}
	}
	out.Quiet, out.None, out.Words = quiet.String(), none.String(), v.text("strip.words", "days", v.daysInWords(days))
	return out
}

// daysInWords says how many days of each look there were, worst first.
func (v *visit) daysInWords(days [5]int) string {
	var parts []string
	for _, look := range []int{dayDown, dayDegraded, dayAdvisory, dayUnknown} {
		if days[look] > 0 {
			parts = append(parts, v.text(fmt.Sprintf("strip.%d", look), "n", days[look]))
		}
	}
	if len(parts) == 0 {
		return v.text("strip.0")
	}
	return v.join(parts)
}
