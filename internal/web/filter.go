package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
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

// on is the choice among allowed values that a query names, "" for any other.
func on(query url.Values, name string, allowed ...string) string {
	if value := query.Get(name); slices.Contains(allowed, value) {
		return value
	}
	return ""
}

// compareBool puts false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
