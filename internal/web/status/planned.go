package status

import (
	"cmp"
	"strings"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// plannedLine is maintenance that has been announced and is not over.
type plannedLine struct {
	ID, Href, Title, Service string
	TitleLang                string // where it is not that of the page
	Left                     string // until it begins
	Date, Window             string
	At                       *lang.Moment
	Now                      bool // it is under way
	Unknown                  bool // its window has passed, and nobody said that it is done
}

// plannedLines is how many windows of maintenance the overview shows.
const plannedLines = 5

// planned lists maintenance, what comes first at first.
func (v *view) planned(limit int) ([]plannedLine, error) {
	rows := health.PlannedRows(v.Snapshot, v.Now)
	var lines []plannedLine
	for _, row := range rows[:min(len(rows), limit)] {
		issue, err := v.pages.config.Model.Issue(v.R.Context(), row)
		if err != nil {
			return nil, err
		}
		lines = append(lines, v.plannedLine(row, issue.Title))
	}
	return lines, nil
}

func (v *view) plannedLine(row *readmodel.Row, title string) plannedLine {
	start, end := row.Starts().Time(), row.EndAt.Time()
	title, language := v.TitleOf(row, cmp.Or(strings.TrimSpace(title), row.ID))
	line := plannedLine{
		ID: row.ID, Href: v.IssueHref(row.ID), Title: title, TitleLang: language, Service: row.Service,
		Date: v.ShortDate(start.In(v.Zone)), At: v.Moment(start), Window: v.window(start, end), Now: !start.After(v.Now), Unknown: row.Course().Overrun(v.Now),
	}
	switch left := start.Sub(v.Now); {
	case line.Unknown:
		line.Left, line.Now = v.StageWord(tocsin.StageUnknown), false
	case line.Now:
		line.Left = v.Text("planned.now")
	case left < 24*time.Hour:
		line.Left = v.Length(left)
	default:
		line.Left = v.Text("time.days", "n", int(left.Hours()/24))
	}
	return line
}

// window is from when to when something goes on, with the date of its end only
// if that is another one.
func (v *view) window(start, end time.Time) string {
	if end.IsZero() {
		return v.HM(start.In(v.Zone))
	}
	start, end = start.In(v.Zone), end.In(v.Zone)
	to := v.HM(end)
	if start.YearDay() != end.YearDay() || start.Year() != end.Year() {
		to = v.ShortDate(end) + " " + to
	}
	return v.Text("planned.window", "from", v.HM(start), "to", to)
}
