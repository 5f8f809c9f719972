package messages

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/lang"
)

// rail is the deadlines of the next 90 days on a line.
type rail struct {
	N        int
	Weekends string // as one path
	Today    int
	// Word says where the word "today" stands beside its mark, as SVG's text-anchor: the
	// date of a deadline next to it goes first. "" is no word.
	Word    string
	Months  []railMonth
	Pins    []railPin
	Overdue *railPin // those that are late by more than the line shows; nil for none
}

type railMonth struct {
	X    int
	Name string
}

// railPin is one deadline: late, soon or later.
type railPin struct {
	X                 int
	Tone, Href, Words string
	Label             string // "" where there is no room
	Square, Warn, Dot string // the path of its mark
}

// The rail's time runs from a few days ago to 90 days ahead.
const (
	railBefore = 10
	railAfter  = 90
	railWidth  = 1000
	railRoom   = 46 // between two labels
)

func (v *view) rail(rows []messageRow) rail {
	from := lang.StartOfDay(v.Now.In(v.Zone)).AddDate(0, 0, -railBefore)
	to := from.AddDate(0, 0, railBefore+railAfter)
	x := func(t time.Time) int {
		return 20 + int(float64(railWidth)*float64(t.Sub(from))/float64(to.Sub(from)))
	}
	r := rail{Today: x(v.Now)}
	var weekends strings.Builder
	for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			fmt.Fprintf(&weekends, "M%d 20h%dv38h-%dz", x(day), x(day.AddDate(0, 0, 1))-x(day), x(day.AddDate(0, 0, 1))-x(day))
		}
		if day.Day() == 1 || day.Equal(from) {
			r.Months = append(r.Months, railMonth{x(day), v.Month(day.Month(), false)})
		}
	}
	if len(r.Months) > 1 && r.Months[1].X-r.Months[0].X < 80 {
		r.Months = r.Months[1:]
	}
	r.Weekends = weekends.String()
	sorted := make([]messageRow, 0, len(rows))
	for _, m := range rows {
		if m.Due != nil && !m.Due.When.Before(from) && m.Due.When.Before(to) && !v.gone(m.row) {
			sorted = append(sorted, m)
		}
	}
	slices.SortStableFunc(sorted, byDue)
	late := 0
	for _, m := range rows {
		if m.Late && m.Due.When.Before(from) && !v.gone(m.row) {
			late++
		}
	}
	last := -railRoom
	if late > 0 {
		label := v.Text("rail.late.label", "n", late)
		r.Overdue = &railPin{Href: v.Href("/messages?due=overdue"), Words: v.Text("rail.late", "label", label), Label: label}
		last = 20 + railRoom
	}
	for _, m := range sorted {
		pin := railPin{X: x(m.Due.When), Tone: m.Due.Tone, Href: m.Href, Words: v.Text("rail.pin", "date", m.Due.Date, "id", m.ID, "days", m.Due.Left)}
		if pin.X-last >= railRoom {
			pin.Label, last = m.Due.Date, pin.X
		}
		switch pin.Tone {
		case "late":
			pin.Square = fmt.Sprintf("M%d 32h12v12h-12z", pin.X-6)
		case "soon":
			pin.Warn = fmt.Sprintf("M%d 30l7.5 13h-15z", pin.X)
		default:
			pin.Dot = fmt.Sprintf("M%d 38a5 5 0 1 0 10 0a5 5 0 1 0 -10 0", pin.X-5)
		}
		r.Pins = append(r.Pins, pin)
	}
	r.N = len(r.Pins) + late
	r.Word = r.word(v.Text("rail.today"))
	return r
}

// word is where the word of today has room between the labels of the pins.
func (r *rail) word(today string) string {
	wide := widthOf(today)
	for _, one := range []struct {
		anchor   string
		from, to int
	}{{"middle", -wide / 2, wide / 2}, {"end", -wide - 4, -4}, {"start", 4, wide + 4}} {
		free := r.Overdue == nil || r.Today+one.from > 20+widthOf(r.Overdue.Label)
		for _, pin := range r.Pins {
			half := widthOf(pin.Label) / 2
			free = free && (pin.Label == "" || pin.X-half > r.Today+one.to || pin.X+half < r.Today+one.from)
		}
		if free {
			return one.anchor
		}
	}
	return ""
}

// widthOf is how wide a label is on the rail, about.
func widthOf(label string) (width int) {
	for _, sign := range label {
		if sign < 0x2e80 {
			width += 6
		} else {
			width += 11 // Chinese and Japanese signs fill a square
		}
	}
	return width
}
