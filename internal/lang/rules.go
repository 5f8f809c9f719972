package lang

import (
	"strconv"
	"strings"
	"time"
)

// Rules write numbers, lists, dates and times as one language of publications
// does. The rules of an unknown language are those of English.
type Rules struct{ Code string }

// Spaces that do not break.
const (
	nbsp  = "\u00a0"
	nnbsp = "\u202f"
)

// Number groups the digits of n by three. Spanish begins with five digits.
func (r Rules) Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	separator := ","
	switch r.Code {
	case "fr":
		separator = nnbsp
	case "es", "de":
		separator = "."
	}
	if r.Code == "es" && len(digits) < 5 {
		return sign + digits
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + separator + digits[i:]
	}
	return sign + digits
}

// Percent returns a share between 0 and 1 with some decimals, never rounded up
// to 100 %.
func (r Rules) Percent(share float64, decimals int) string {
	s := strconv.FormatFloat(share*100, 'f', decimals, 64)
	if share < 1 && strings.HasPrefix(s, "100") {
		s = "99." + strings.Repeat("9", decimals)
	}
	if share >= 1 {
		s = "100"
	}
	switch r.Code {
	case "fr":
		return strings.Replace(s, ".", ",", 1) + nnbsp + "%"
	case "es", "de":
		return strings.Replace(s, ".", ",", 1) + nbsp + "%"
	}
	return s + "%"
}

// Join makes one phrase of several: with commas, Japanese ones in Japanese.
func (r Rules) Join(parts []string) string {
	if r.Code == "ja" {
		return strings.Join(parts, "、")
	}
	return strings.Join(parts, ", ")
}

// Space stands between two sentences or words: nothing in Japanese, whose marks
// bring their own room.
func (r Rules) Space() string {
	if r.Code == "ja" {
		return ""
	}
	return " "
}

// one reports whether a number takes the form for one: French uses it for 0 and
// 1, Japanese has none.
func (r Rules) one(n int) bool { return n == 1 || n == 0 && r.Code == "fr" }

// HM returns the time of a day.
func (r Rules) HM(t time.Time) string { return r.write(calendarOf(r.Code).hm, ofTime(t)) }

// ShortDate returns a day of a year: 19 juil., 19 Jul, 7月19日, 19. Juli.
func (r Rules) ShortDate(t time.Time) string { return r.write(calendarOf(r.Code).short, ofTime(t)) }

// Date returns a day: 19 juil. 2024, 19 Jul 2024, 2024年7月19日.
func (r Rules) Date(t time.Time) string { return r.write(calendarOf(r.Code).date, ofTime(t)) }

// TopDate returns a day with its short weekday: ven. 19 juil. 2024.
func (r Rules) TopDate(t time.Time) string { return r.write(calendarOf(r.Code).top, ofTime(t)) }

// LongDate returns a day in full: vendredi 19 juillet 2024, 2024年7月19日(金).
func (r Rules) LongDate(t time.Time) string { return r.write(calendarOf(r.Code).long, ofTime(t)) }

// LongTime returns a day in full and the time.
func (r Rules) LongTime(t time.Time) string {
	if r.Code == "ja" {
		return r.LongDate(t) + nbsp + r.HM(t)
	}
	return r.LongDate(t) + ", " + r.HM(t)
}

// Full returns date and time: 19 juil. 2024, 11:42.
func (r Rules) Full(t time.Time) string {
	if r.Code == "ja" {
		return r.LongTime(t)
	}
	return r.Date(t) + ", " + r.HM(t)
}

// Month returns the name of a month, or its short form; "" for a number that no
// month has.
func (r Rules) Month(m time.Month, short bool) string {
	c := calendarOf(r.Code)
	if short {
		return named(c.monthsShort[:], int(m))
	}
	return named(c.months[:], int(m))
}

// Weekday returns the name of a day of the week, or its short form; "" for a
// number that no day has. Japanese has one sign for both, to which 曜日 may be
// added.
func (r Rules) Weekday(d time.Weekday, short bool) string {
	if d < time.Sunday || d > time.Saturday {
		return ""
	}
	c, n := calendarOf(r.Code), int(d+6)%7+1
	if short {
		return named(c.daysShort[:], n)
	}
	return named(c.days[:], n)
}

// SameDay reports whether two local times are on one day.
func SameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

// StartOfDay returns midnight of the day of a local time.
func StartOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}
