package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// PageSize is how many rows of a list are on one page.
const PageSize = 50

// A choice is one option of a filter.
type Choice struct {
	Value, Name string
	On          bool
}

// selectView is a filter with its options.
type selectView struct {
	ID, Name string
	Choices  []Choice
}

// A chip is a quick filter with a count.
type Chip struct {
	Name, Href string
	N          int
	On         bool
}

// Pager leads through the pages of a list.
type Pager struct {
	Words          string
	Earlier, Later string // addresses, "" at the ends
}

// Paged cuts the page that a visitor asks for out of a list of n rows.
func (v *Request) Paged(n int) (from, to int, p Pager) {
	number, err := strconv.Atoi(v.R.URL.Query().Get("page"))
	last := max(1, (n+PageSize-1)/PageSize)
	if err != nil || number < 1 {
		number = 1
	}
	number = min(number, last)
	from = (number - 1) * PageSize
	to = min(n, from+PageSize)
	if last == 1 {
		return from, to, p
	}
	return from, to, v.PageLinks(number, number < last, v.Text("pager", "from", from+1, "to", to, "n", n))
}

// PageLinks leads to the pages before and after one.
func (v *Request) PageLinks(number int, more bool, words string) Pager {
	p := Pager{Words: words}
	if number > 1 {
		p.Earlier = v.With("page", strconv.Itoa(number-1))
	}
	if more {
		p.Later = v.With("page", strconv.Itoa(number+1))
	}
	return p
}

// Period returns the time that a value of periodChoices names; both are zero for
// all time.
func (v *Request) Period(value string) (from, to time.Time) {
	if days, ok := strings.CutSuffix(value, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n <= 3660 {
			return v.Now.AddDate(0, 0, -n), v.Now
		}
	}
	if year, err := strconv.Atoi(value); err == nil && year >= 1900 && year <= 2200 {
		return time.Date(year, 1, 1, 0, 0, 0, 0, v.Zone), time.Date(year+1, 1, 1, 0, 0, 0, 0, v.Zone)
	}
	return time.Time{}, time.Time{}
}

// OneOf returns the choice among allowed values that a query names, "" for any
// other.
func OneOf(query url.Values, name string, allowed ...string) string {
	if value := query.Get(name); slices.Contains(allowed, value) {
		return value
	}
	return ""
}

// CompareBool puts false before true.
func CompareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
