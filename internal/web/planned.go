package web

import (
	"cmp"
	"strings"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/readmodel"
)

// plannedLine is maintenance that has been announced and is not over.
type plannedLine struct {
	ID, Href, Title, Service string
	Left                     string // until it begins
	Date, Window             string
	At                       *moment
	Now                      bool // it is under way
}

// plannedLines is how many windows of maintenance the overview shows.
const plannedLines = 5

// planned lists maintenance, what comes first at first.
func (v *visit) planned(limit int) ([]plannedLine, error) {
	rows := health.PlannedRows(v.snapshot, v.now)
	var lines []plannedLine
	for _, row := range rows[:min(len(rows), limit)] {
		issue, err := v.pages.config.Model.Issue(v.r.Context(), row)
		if err != nil {
			return nil, err
		}
		lines = append(lines, v.plannedLine(row, issue.Title))
	}
	return lines, nil
}

func (v *visit) plannedLine(row *readmodel.Row, title string) plannedLine {
	start, end := row.Starts().Time(), row.EndAt.Time()
	line := plannedLine{
		ID: row.ID, Href: v.issueHref(row.ID), Title: cmp.Or(strings.TrimSpace(title), row.ID), Service: row.Service,
		Date: v.shortDate(start.In(v.zone)), At: v.moment(start), Window: v.window(start, end), Now: !start.After(v.now),
	}
	switch left := start.Sub(v.now); {
	case line.Now:
		line.Left = v.text("planned.now")
	case left < 24*time.Hour:
		line.Left = v.length(left)
	default:
		line.Left = v.text("time.days", "n", int(left.Hours()/24))
	}
	return line
}

// window is from when to when something goes on, with the date of its end only
// if that is another one.
func (v *visit) window(start, end time.Time) string {
	if end.IsZero() {
		return v.hm(start.In(v.zone))
	}
	start, end = start.In(v.zone), end.In(v.zone)
	to := v.hm(end)
	if start.YearDay() != end.YearDay() || start.Year() != end.Year() {
		to = v.shortDate(end) + " " + to
	}
	return v.text("planned.window", "from", v.hm(start), "to", to)
}
