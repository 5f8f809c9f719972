// Package pagetest holds what a desk answers to the rules of its pages: every
// attribute has the form that its readers expect, and texts follow the
// typography of their language. It reads HTML and needs no browser; what shows
// in one only is for test/browser. It is imported by tests only and imports no
// other package of the product. Begin with [Rules.Faults].
package pagetest

import (
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/net/html"
)

// Rules are those of the pages of one desk. Make them with [New].
type Rules struct {
	mux *http.ServeMux
}

// New returns the rules of a desk that serves the patterns, each as in
// [http.ServeMux] with a method.
func New(patterns ...string) *Rules {
	mux := http.NewServeMux()
	for _, pattern := range patterns {
		mux.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
	}
	return &Rules{mux}
}

// Faults lists what is wrong with a page that was answered with a status, in
// the order of the page; empty if nothing is.
func (r *Rules) Faults(status int, page string) ([]string, error) {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil, fmt.Errorf("read page: %w", err)
	}
	s := sheet{mux: r.mux, ids: map[string]bool{}, nowhere: status == http.StatusNotFound}
	faults := s.collect(root)
	for n := range root.Descendants() {
		for _, a := range n.Attr {
			if !s.fits(n, a) {
				faults = append(faults, fmt.Sprintf("<%s %s=%q>", n.Data, a.Key, a.Val))
			}
		}
	}
	return append(faults, typography(root)...), nil
}

// attribute returns the value of an attribute, empty if there is none.
func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
