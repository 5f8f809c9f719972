package author

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.org/tocsin/internal/tocsin"
)

// Sizes of texts, in characters.
const (
	maxTitle   = 250
	maxName    = 100
	maxImpact  = 2000
	maxContent = 30_000
	maxList    = 50
	maxPosts   = 500
)

// maxWindow is the longest maintenance, and how far ahead a time may lie.
const maxWindow = 5 * 366 * 24 * time.Hour

// checks collects every problem of an input.
type checks struct{ problems []error }

func (c *checks) add(field, format string, args ...any) {
	c.problems = append(c.problems, tocsin.Invalidf(field, format, args...))
}

func (c *checks) err() error { return errors.Join(c.problems...) }

// line checks a text of one line and takes off outer blanks. least is 0 for
// what may be left out.
func (c *checks) line(field string, text *string, least, most int) {
	*text = strings.TrimSpace(*text)
	c.length(field, *text, least, most)
	if strings.ContainsFunc(*text, func(r rune) bool { return unicode.IsControl(r) || directs(r) || r == '\u2028' || r == '\u2029' }) {
		c.add(field, "It holds a control character.")
	}
}

// text checks a text of several lines. Line ends become those of Unix.
func (c *checks) text(field string, text *string, least, most int) {
	*text = strings.TrimSpace(strings.ReplaceAll(*text, "\r\n", "\n"))
	c.length(field, *text, least, most)
	if strings.ContainsFunc(*text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		c.add(field, "It holds a control character.")
	}
}

func (c *checks) length(field, text string, least, most int) {
	if !utf8.ValidString(text) {
		c.add(field, "It is no valid UTF-8.")
	}
	if n := utf8.RuneCountInString(text); n < least || n > most {
		c.add(field, "It has %s: give it %d to %d.", tocsin.Count(n, "character", "characters"), least, most)
	}
}

// directs reports characters that turn the direction of writing, by which a
// title can be made to read as another.
func directs(r rune) bool { return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' }

// oneOf checks an enumerated value and fills in the first when none is given.
func (c *checks) oneOf(field string, value *string, allowed ...string) {
	if *value == "" {
		*value = allowed[0]
	}
	if !slices.Contains(allowed, *value) {
		c.add(field, "%q is none of %s.", tocsin.Clip(*value, 40), strings.Join(allowed, ", "))
	}
}

// near checks that a time lies within what people plan and remember.
func (c *checks) near(field string, t *time.Time, now time.Time) {
	if t.IsZero() {
		return
	}
	*t = t.UTC().Truncate(time.Microsecond)
	if t.Year() < 2000 || t.After(now.Add(maxWindow)) {
		c.add(field, "The time is before 2000 or more than five years ahead.")
	}
}

// past checks a time that cannot lie ahead. A minute is left for clocks that
// differ.
func (c *checks) past(field string, t *time.Time, now time.Time) {
	c.near(field, t, now)
	if t.After(now.Add(time.Minute)) {
		c.add(field, "The time lies ahead.")
	}
}

// order checks that something does not end before it begins.
func (c *checks) order(start, end time.Time) {
	if !end.IsZero() && !start.IsZero() && end.Before(start) {
		c.add("endAt", "It ends before it begins.")
	}
}
