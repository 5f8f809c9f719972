package status

import (
	"fmt"
	"time"

	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// gapRow is an issue whose posts state other dates than the provider declares:
// the thick bar is what the posts state, the thin one what is declared.
type gapRow struct {
	ID, Href, Title  string
	TitleLang        string // where it is not that of the page
	Declared, Stated string
	Gap, Words       string
	Thick, Thin      string // paths, "" where there is no span
}

// gaps are the issues of a service that lasted into a year and whose dates
// disagree, newest first.
func (v *view) gaps(s *readmodel.Service, year int) ([]gapRow, error) {
	var list []gapRow
	from, to := yearOf(year)
	touches, err := v.touching(s, from, to)
	if err != nil {
		return nil, err
	}
	for _, one := range touches {
		row := one.Row
		if one.Why != history.WhyFiled {
			continue
		}
		issue, err := v.pages.config.Model.Issue(v.R.Context(), row)
		if err != nil {
			return nil, err
		}
		if one, ok := v.gap(row, issue); ok {
			list = append(list, one)
		}
	}
	return list, nil
}

// gap compares the dates of one issue. The gap is by how much longer the posts
// make it, or by how much a single date is another.
func (v *view) gap(row *readmodel.Row, issue tocsin.Issue) (gapRow, bool) {
	d := history.DatesOf(issue)
	start, end := apart(d.StatedStart, d.DeclaredStart), apart(d.DeclaredEnd, d.StatedEnd)
	if start.Abs() < datesApart && end.Abs() < datesApart {
		return gapRow{}, false
	}
	title, language := v.TitleOf(row, issue.Title)
	one := gapRow{
		ID: row.ID, Href: v.IssueHref(row.ID), Title: title, TitleLang: language,
		Declared: v.span(d.DeclaredStart, d.DeclaredEnd), Stated: v.span(d.StatedStart, d.StatedEnd),
	}
	longer := start + end
	one.Gap = "+" + v.Length(longer.Abs())
	if longer < 0 {
		one.Gap = "−" + v.Length(longer.Abs())
	}
	one.Words = v.Text("gaps.words", "id", row.ID, "declared", one.Declared, "stated", one.Stated)
	first, last := earliest(d.DeclaredStart, d.StatedStart), latest(d.DeclaredEnd, d.StatedEnd)
	bar := func(from, to time.Time, y int) string {
		if from.IsZero() || !to.After(from) || !last.After(first) {
			return ""
		}
		x := func(t time.Time) int { return 2 + int(196*float64(t.Sub(first))/float64(last.Sub(first))) }
		return fmt.Sprintf("M%d %dH%d", x(from), y, max(x(to), x(from)+1))
	}
	one.Thick, one.Thin = bar(d.Start(), d.End(), 6), bar(d.DeclaredStart, d.DeclaredEnd, 14)
	return one, true
}

// apart is how much later b is than a, nothing where one is not known.
func apart(a, b time.Time) time.Duration {
	if a.IsZero() || b.IsZero() {
		return 0
	}
	return b.Sub(a)
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// span is from when to when in words.
func (v *view) span(from, to time.Time) string {
	part := func(t time.Time) string {
		if t.IsZero() {
			return "…"
		}
		return v.Full(t.In(v.Zone))
	}
	if from.IsZero() && to.IsZero() {
		return v.Text("gaps.none")
	}
	return v.Text("gaps.span", "from", part(from), "to", part(to))
}
