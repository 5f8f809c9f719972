package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/readmodel"
)

// pageSize is how many rows of a list are on one page.
const pageSize = 50

// A choice is one option of a filter.
type choice struct {
	Value, Name string
	On          bool
}

// selectView is a filter with its options.
type selectView struct {
	ID, Name string
	Choices  []choice
}

// A chip is a quick filter with a count.
type chip struct {
	Name, Href string
	N          int
	On         bool
}

// pager leads through the pages of a list.
type pager struct {
	Words          string
	Earlier, Later string // addresses, "" at the ends
}

// paged cuts the page that a visitor asks for out of a list of n rows.
func (v *visit) paged(n int) (from, to int, p pager) {
	number, err := strconv.Atoi(v.r.URL.Query().Get("page"))
	last := max(1, (n+pageSize-1)/pageSize)
	if err != nil || number < 1 {
		number = 1
	}
	number = min(number, last)
	from = (number - 1) * pageSize
	to = min(n, from+pageSize)
	if last == 1 {
		return from, to, p
	}
	return from, to, v.pageLinks(number, number < last, v.text("pager", "from", from+1, "to", to, "n", n))
}

// pageLinks leads to the pages before and after one.
func (v *visit) pageLinks(number int, more bool, words string) pager {
	p := pager{Words: words}
	if number > 1 {
		p.Earlier = v.with("page", strconv.Itoa(number-1))
	}
	if more {
		p.Later = v.with("page", strconv.Itoa(number+1))
	}
	return p
}

// serviceChoices are the services of the tenant as options of a filter.
func (v *visit) serviceChoices(chosen string) []choice {
	list := []choice{{"", v.text("filter.services"), chosen == ""}}
	for i := range v.snapshot.Services {
		s := &v.snapshot.Services[i]
		list = append(list, choice{s.ID, s.Name, s.ID == chosen})
	}
	return list
}

// periodChoices are the last days and the years that rows started in.
func (v *visit) periodChoices(rows []*readmodel.Row, chosen string) []choice {
	years := map[int]bool{}
	for _, row := range rows {
		if row.StartAt != 0 {
			years[row.StartAt.Time().In(v.zone).Year()] = true
		}
	}
	list := []choice{{"", v.text("filter.ever"), chosen == ""}}
	for _, days := range []int{7, 30, 90} {
		value := strconv.Itoa(days) + "d"
		list = append(list, choice{value, v.text("filter.days", "n", days), value == chosen})
	}
	var sorted []int
	for year := range years {
		sorted = append(sorted, year)
	}
	slices.SortFunc(sorted, func(a, b int) int { return cmp.Compare(b, a) })
	for _, year := range sorted {
		value := strconv.Itoa(year)
		list = append(list, choice{value, value, value == chosen})
	}
	return list
}

// period is the time that a value of periodChoices names; both are zero for
// all time.
func (v *visit) period(value string) (from, to time.Time) {
	if days, ok := strings.CutSuffix(value, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n <= 3660 {
			return v.now.AddDate(0, 0, -n), v.now
		}
	}
	if year, err := strconv.Atoi(value); err == nil && year >= 1900 && year <= 2200 {
		return time.Date(year, 1, 1, 0, 0, 0, 0, v.zone), time.Date(year+1, 1, 1, 0, 0, 0, 0, v.zone)
	}
	return time.Time{}, time.Time{}
}

// during reports whether a row overlaps a time. Zero bounds take everything.
func during(row *readmodel.Row, from, to, now time.Time) bool {
	if from.IsZero() {
		return true
	}
	start, end := row.StartAt.Time(), now
	if row.EndAt != 0 {
		end = row.EndAt.Time()
	}
	return start.Before(to) && !end.Before(from)
}

// on is the choice among allowed values that a query names, "" for any other.
func on(query url.Values, name string, allowed ...string) string {
	if value := query.Get(name); slices.Contains(allowed, value) {
		return value
	}
	return ""
}
