package browser

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.org/tocsin/internal/browsertest"
	"example.org/tocsin/internal/pagetest"
)

//go:embed gate.js
var gate string

// Widths and themes in which pages are looked at; the widest comes last, for the
// next page.
var (
	widths = []int{320, 820, 1440, 1920}
	themes = []string{"light", "dark"}
)

// A fault is what gate.js finds.
type fault struct {
	Check string `json:"check"`
	Text  string `json:"text"`
	Where string `json:"where"`
}

// laidOut holds the layout of the page of a tab to gate.js, without loading the
// page again: its theme is an attribute, its width that of the window. Colours
// move nothing: one theme does for all languages but the first. Where a sample
// has to do, the nth page is looked at in one theme and two widths.
func laidOut(t *testing.T, tab *browsertest.Tab, page, code string, n int) {
	t.Helper()
	var all finds
	for k, theme := range themes {
		if (!thorough() || code != "en") && k != n%2 {
			continue
		}
		paint(tab, theme)
		for i, width := range widths {
			if !thorough() && i != n%3 && i != 3 {
				continue
			}
			tab.Size(width, 900)
			leave(t, tab, fmt.Sprintf("%s-%s-%d-%s", page, code, width, theme))
			for _, f := range browsertest.Eval[[]fault](tab, gate) {
				all.add(f, fmt.Sprintf("%s %d px", theme, width))
			}
		}
	}
	for _, one := range all {
		t.Errorf("%s in %s, %s: %s at %s: %q%s", page, code, strings.Join(one.in, ", "), one.Check, one.Where, one.Text, one.more())
	}
}

// leave leaves a picture of what is in a tab in the directory that
// TOCSIN_SCREENS names, if it names one.
func leave(t *testing.T, tab *browsertest.Tab, name string) {
	t.Helper()
	dir := os.Getenv("TOCSIN_SCREENS")
	if dir == "" {
		return
	}
	name = strings.Trim(unsafe.ReplaceAllString(passing.ReplaceAllString(name, ""), "-"), "-")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), tab.Picture(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A find is a fault with its like in the same kind of place.
type find struct {
	fault
	in    []string // themes and widths
	texts map[string]bool
}

// more says how many other texts have the fault.
func (f find) more() string {
	if len(f.texts) == 1 {
		return ""
	}
	return fmt.Sprintf(" and %d more", len(f.texts)-1)
}

type finds []*find

func (list *finds) add(f fault, in string) {
	for _, one := range *list {
		if one.Check == f.Check && one.Where == f.Where {
			one.texts[f.Text] = true
			if !slices.Contains(one.in, in) {
				one.in = append(one.in, in)
			}
			return
		}
	}
	*list = append(*list, &find{f, []string{in}, map[string]bool{f.Text: true}})
}

// wellFormed holds the HTML of the page of a tab to the rules of package
// pagetest.
func wellFormed(t *testing.T, tab *browsertest.Tab, page, code string) {
	t.Helper()
	base(t) // the table of routes
	patterns := make([]string, 0, len(running.info.Routes))
	for _, route := range running.info.Routes {
		if route.Handle != nil {
			patterns = append(patterns, route.Pattern)
		}
	}
	status := browsertest.Eval[int](tab, `performance.getEntriesByType("navigation")[0].responseStatus`)
	faults, err := pagetest.New(patterns...).Faults(status, browsertest.Eval[string](tab, `document.documentElement.outerHTML`))
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range faults {
		t.Errorf("%s in %s: %s", page, code, found)
	}
}
