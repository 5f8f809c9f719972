package post

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Names of regions are found as one expression with all of them finds them,
// wherever they stand in each other and in words.
func TestFindRegions(t *testing.T) {
	t.Parallel()
	var names []string
	for _, entry := range regions() {
		name, _, _ := strings.Cut(entry, ">")
		names = append(names, name)
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = regexp.QuoteMeta(name)
	}
	pattern := regexp.MustCompile(`\bU\.S\.|\b(?:` + strings.Join(quoted, "|") + `)\b`)
	pieces := append(names, "U.S.", "users in ", " ", " ", ", ", " and ", "-", "_", "s", "n", "A", "é", ".", "(", "1", "\n", "Eur", "South", "United")
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test
	for range 20000 {
		var b strings.Builder
		for range 1 + random.IntN(8) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		text := b.String()
		var want [][2]int
		for _, at := range pattern.FindAllStringIndex(text, maxRegions) {
			want = append(want, [2]int{at[0], at[1]})
		}
		if got := findRegions(text); !slices.Equal(got, want) {
			t.Fatalf("%q: %v, want %v", text, got, want)
		}
	}
}
