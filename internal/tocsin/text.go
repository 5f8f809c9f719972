package tocsin

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Clip shortens s to at most n bytes without cutting a character in half, so
// that input can be named in an error without being echoed at any length.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	cut := n
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// sortedSet sorts list and drops repetitions.
func sortedSet(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// timeLayouts are the spellings of instants that providers and clients use.
// An instant without a zone is UTC.
var timeLayouts = []string{
	time.RFC3339Nano,
	"2006-01-02T15:04:05.999999999",
	"2006-01-02T15:04Z07:00",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05",
	"2006-01-02",
}

// ParseTime reads an instant as providers write it: RFC 3339 with 0 to 9
// fraction digits, a missing zone taken as UTC. A leap second ":60" is read as
// the last millisecond before it. It reports false for anything else and for
// years outside 1900 to 2200, which no provider can mean.
func ParseTime(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if leap := strings.Index(s, ":60"); leap == 16 {
		rest := strings.TrimLeft(s[19:], ".0123456789")
		s = s[:16] + ":59.999" + rest
	}
	for _, layout := range timeLayouts {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if t.Year() < 1900 || t.Year() > 2200 {
			return time.Time{}, false
		}
		return t.UTC(), true
	}
	return time.Time{}, false
}

// FormatTime writes an instant as both APIs do: UTC with a Z, fraction digits
// only as far as needed.
func FormatTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
