package cli

import (
	"strings"
	"unicode"

	"example.org/tocsin/internal/tocsin"
)

// harmless is text without what a terminal would obey.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
}

func oneLine(text string) string {
	return strings.Join(strings.Fields(harmless(text)), " ")
}

// count is a number of things in words.
func count(n int, one, many string) string {
	return tocsin.Count(n, one, many)
}
