package tocsin

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
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

// oneLine reports whether s is UTF-8 of at most 100 characters, none of them a
// control character.
func oneLine(s string) bool {
	return utf8.RuneCountInString(s) <= 100 && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// lines reports whether s is UTF-8 of at most some characters, none of them a
// control character but for tabs and ends of lines.
func lines(s string, most int) bool {
	return utf8.RuneCountInString(s) <= most && utf8.ValidString(s) && !strings.ContainsFunc(s, odd)
}

// odd reports whether a character has no place in a text of several lines.
func odd(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

// Count is a number of things in English words: "1 tenant", "3 tenants".
func Count[N ~int | ~int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.FormatInt(int64(n), 10) + " " + many
}

// sortedSet returns what is in a list, sorted and each once. The list stays as it
// is: it may be the caller's.
func sortedSet(list []string) []string {
	set := slices.Clone(list)
	slices.Sort(set)
	return slices.Compact(set)
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

// ParseTime reads an instant as providers and their tools write it: RFC 3339
// with 0 to 9 fraction digits, a missing zone taken as UTC, or .NET's
// "/Date(ms)/". A leap second ":60" is read as the last millisecond before it.
// It reports false for anything else, such as dates in the order of some
// country, and for years outside 1900 to 2200, which no provider can mean.
func ParseTime(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "/Date(") {
		return parseNetDate(s)
	}
	if leap := strings.Index(s, ":60"); leap == 16 {
		rest := strings.TrimLeft(s[19:], ".0123456789")
		s = s[:16] + ":59.999" + rest
	}
	for _, layout := range timeLayouts {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		return plausible(t)
	}
	return time.Time{}, false
}

// parseNetDate reads "/Date(ms)/": milliseconds since 1970 UTC. An offset after
// them, as in "/Date(ms+0200)/", says where the writer was and changes nothing.
func parseNetDate(s string) (time.Time, bool) {
	digits, ok := strings.CutSuffix(strings.TrimPrefix(s, "/Date("), ")/")
	if n := len(digits) - 5; ok && n > 0 && (digits[n] == '+' || digits[n] == '-') {
		if _, err := time.Parse("-0700", digits[n:]); err != nil {
			return time.Time{}, false
		}
		digits = digits[:n]
	}
	ms, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil || digits[0] == '+' {
		return time.Time{}, false
	}
	return plausible(time.UnixMilli(ms))
}

func plausible(t time.Time) (time.Time, bool) {
	if t.Year() < 1900 || t.Year() > 2200 {
		return time.Time{}, false
	}
	return t.UTC(), true
}

// FormatTime writes an instant as both APIs do: UTC with a Z, fraction digits
// only as far as needed.
func FormatTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
