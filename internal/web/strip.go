package web

import (
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/readmodel"
)

// stripDays is the length of the strip beside a service.
const stripDays = 30

// strip is the last thirty days of a service as five paths, one for each look,
// and in words.
type strip struct {
	Quiet, Watch, Degraded, Down, None string
	Words                              string
}

// newStrip draws a strip in a box of 119 × 18: a bar of 3 × 4 for a quiet day,
// higher ones for worse days, a line for a day of which nothing is known.
func newStrip(s *readmodel.Service, now time.Time) strip {
	var paths [5]strings.Builder
	var days [5]int
	today := now.Truncate(24 * time.Hour)
	for i := range stripDays {
		date := today.AddDate(0, 0, i-stripDays+1)
		look := 4
		if worst, ok := s.Worst(date, date.AddDate(0, 0, 1)); ok {
			look = map[string]int{"ok": 0, "watch": 1, "recovering": 1, "degraded": 2, "down": 3, "neutral": 4}[family(worst.Status)]
		}
		days[look]++
		height := [5]float64{4, 8, 12, 17, 1.5}[look]
		fmt.Fprintf(&paths[look], "M%d %gh3v%gh-3z", i*4, 18-height, height)
	}
	return strip{paths[0].String(), paths[1].String(), paths[2].String(), paths[3].String(), paths[4].String(), stripWords(days)}
}

func stripWords(days [5]int) string {
	var parts []string
	for i, words := range []string{"", "to watch", "degraded", "down", "not known"} {
		if days[i] > 0 && words != "" {
			parts = append(parts, fmt.Sprintf("%s %s", count(days[i], "day"), words))
		}
	}
	if len(parts) == 0 {
		return "Last 30 days: nothing"
	}
	return "Last 30 days: " + strings.Join(parts, ", ")
}
