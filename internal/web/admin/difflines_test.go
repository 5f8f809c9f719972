package admin

import (
	"strings"
	"testing"
)

func TestDiffLines(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ older, newer, want string }{
		{"", "", ""},
		{"a\nb\n", "a\nb", ""},
		{"", "a\nb", "+a +b"},
		{"a\nb", "", "−a −b"},
		{"a\nb\nc\nd", "a\nx\nc\ny\nd", "−b +x +y"},
		{"a\na\nb", "a\nb\na", "−a +a"},
		{strings.Repeat("x\n", 1500) + "a", "b\n" + strings.Repeat("x\n", 1500), "+b −a"},
	} {
		var got []string
		for _, line := range diffLines(test.older, test.newer) {
			got = append(got, line.Sign+line.Text)
		}
		if text := strings.Join(got, " "); text != test.want && len(got) < 2000 {
			t.Errorf("%.20q → %.20q: %s, want %s", test.older, test.newer, text, test.want)
		}
	}
}
