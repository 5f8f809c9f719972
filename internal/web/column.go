package web

import (
	"slices"
	"strings"
)

// A Column is the head of a column by which a list is sorted at one press.
type Column struct {
	Name, Href string
	Sort       string // ascending, descending, or "" for a column that the list is not sorted by
}

// SortBy returns the column of a list that is sorted by the query's "sort", one
// of some names or with "-" in front the other way round; the first where it
// names none.
func (v *Request) SortBy(names ...string) (column string, descending bool) {
	name, down := strings.CutPrefix(v.R.URL.Query().Get("sort"), "-")
	if slices.Contains(names, name) {
		return name, down
	}
	return names[0], false
}

// Column returns the head of a column of a list that is sorted by sorted. A press
// sorts by it, or turns the order round.
func (v *Request) Column(name, words, sorted string, descending bool) Column {
	c := Column{Name: words, Href: v.With("sort", name)}
	switch {
	case name != sorted:
	case descending:
		c.Sort = "descending"
	default:
		c.Sort, c.Href = "ascending", v.With("sort", "-"+name)
	}
	return c
}
