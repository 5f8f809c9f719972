package admin

import (
	"slices"
	"strings"
)

// A diffLine is a line that one text has and another does not.
type diffLine struct {
	Sign string // "+" of the newer one, "−" of the older one
	Text string
}

// maxCompared bounds the lines of which the longest common part is looked for: beyond,
// all that lies between the first and the last difference differs.
const maxCompared = 1000

// diffLines returns the lines in which two texts differ, in order.
func diffLines(older, newer string) (list []diffLine) {
	a, b := linesOf(older), linesOf(newer)
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	kept := common(a, b)
	for len(a)+len(b) > 0 {
		switch {
		case len(kept) > 0 && len(a) > 0 && len(b) > 0 && a[0] == kept[0] && b[0] == kept[0]:
			a, b, kept = a[1:], b[1:], kept[1:]
		case len(a) > 0 && (len(kept) == 0 || a[0] != kept[0]):
			list = append(list, diffLine{"−", a[0]})
			a = a[1:]
		default:
			list = append(list, diffLine{"+", b[0]})
			b = b[1:]
		}
	}
	return list
}

func linesOf(text string) []string {
	if text = strings.TrimRight(text, "\n"); text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// common is the longest list of lines that both have in this order.
func common(a, b []string) (kept []string) {
	if len(a) > maxCompared || len(b) > maxCompared {
		return nil
	}
	longest := make([][]int, len(a)+1)
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i := range slices.Backward(a) {
		for j := range slices.Backward(b) {
			if longest[i][j] = max(longest[i+1][j], longest[i][j+1]); a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			}
		}
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			kept = append(kept, a[i])
			i, j = i+1, j+1
		case longest[i+1][j] >= longest[i][j+1]:
			i++
		default:
			j++
		}
	}
	return kept
}
