package web

import (
	"fmt"
	"strings"
	"time"
)

// A clock writes instants for one reader: in their language and zone.
type clock struct {
	*locale
	zone *time.Location
	now  time.Time
}

// A moment is an instant as pages show it.
type moment struct {
	ISO   string // for machines
	Text  string // in the reader's zone: the time today, else the date
	UTC   string // beside it, "" when Text is in UTC
	Title string // both in full
	Ago   string // relative to now, "" after a week
}

// moment is t for a page. It is nil for the zero time.
func (c clock) moment(t time.Time) *moment {
	if t.IsZero() {
		return nil
	}
	local, utc := t.In(c.zone), t.UTC()
	m := &moment{ISO: utc.Format("2006-01-02T15:04:05Z"), Text: c.stamp(local), Title: c.full(local), Ago: c.ago(t)}
	if c.isUTC(t) {
		m.Title += " UTC"
	} else {
		m.UTC = c.hm(utc) + " UTC"
		if utc.Day() != local.Day() {
			m.UTC = c.shortDate(utc) + " " + m.UTC
		}
		m.Title += " " + c.city() + ", " + c.full(utc) + " UTC"
	}
	return m
}

// stamp is the time of a moment of today, date and time of one of this year,
// and the date of one long ago.
func (c clock) stamp(local time.Time) string {
	now := c.now.In(c.zone)
	switch {
	case sameDay(local, now):
		return c.hm(local)
	case local.Year() == now.Year() || now.Sub(local).Abs() < 30*24*time.Hour:
		return c.shortDate(local) + nbsp + c.hm(local)
	}
	return c.date(local)
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

// isUTC reports whether the reader's time at t is UTC.
func (c clock) isUTC(t time.Time) bool {
	_, offset := t.In(c.zone).Zone()
	return offset == 0 && (c.zone == time.UTC || c.zone.String() == "UTC")
}

// city is the name of the reader's zone, as people call it.
func (c clock) city() string {
	name := c.zone.String()
	if c.code == "ja" && name == "Asia/Tokyo" {
		return "東京"
	}
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return strings.ReplaceAll(name[i+1:], "_", " ")
	}
	if name == "Local" {
		name, _ = c.now.In(c.zone).Zone()
	}
	return name
}

// hm is the time of a day.
func (c clock) hm(t time.Time) string {
	if c.code == "ja" {
		return fmt.Sprintf("%d:%02d", t.Hour(), t.Minute())
	}
	return t.Format("15:04")
}

// shortDate is a day of a year: 19 juil., 19 Jul, 7月19日.
func (c clock) shortDate(t time.Time) string {
	if c.code == "ja" {
		return fmt.Sprintf("%d月%d日", t.Month(), t.Day())
	}
	return c.day(t) + nbsp + c.month(t, true)
}

// date is a day: 19 juil. 2024, 19 Jul 2024, 2024年7月19日.
func (c clock) date(t time.Time) string {
	if c.code == "ja" {
		return fmt.Sprintf("%d年%s", t.Year(), c.shortDate(t))
	}
	return c.shortDate(t) + nbsp + fmt.Sprint(t.Year())
}

// topDate is a day with its short weekday.
func (c clock) topDate(t time.Time) string {
	if c.code == "ja" {
		return c.date(t) + "（" + c.weekday(t, true) + "）"
	}
	return c.weekday(t, true) + " " + c.date(t)
}

// longDate is a day in full: vendredi 19 juillet 2024, 2024年7月19日（金）.
func (c clock) longDate(t time.Time) string {
	if c.code == "ja" {
		return c.topDate(t)
	}
	return fmt.Sprintf("%s %s%s%s %d", c.weekday(t, false), c.day(t), nbsp, c.month(t, false), t.Year())
}

// full is date and time.
func (c clock) full(t time.Time) string {
	if c.code == "ja" {
		return c.topDate(t) + c.hm(t)
	}
	return c.date(t) + ", " + c.hm(t)
}

func (c clock) day(t time.Time) string {
	if c.code == "fr" && t.Day() == 1 {
		return "1er"
	}
	return fmt.Sprint(t.Day())
}

func (c clock) month(t time.Time, short bool) string {
	if c.code == "ja" {
		return fmt.Sprintf("%d月", t.Month())
	}
	if c.code == "fr" {
		long := [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
		brief := [...]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}
		if short {
			return brief[t.Month()-1]
		}
		return long[t.Month()-1]
	}
	if short {
		return t.Month().String()[:3]
	}
	return t.Month().String()
}

func (c clock) weekday(t time.Time, short bool) string {
	switch c.code {
	case "ja":
		return [...]string{"日", "月", "火", "水", "木", "金", "土"}[t.Weekday()]
	case "fr":
		name := [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}[t.Weekday()]
		if short {
			return name[:3] + "."
		}
		return name
	}
	if short {
		return t.Weekday().String()[:3]
	}
	return t.Weekday().String()
}

// ago is how far from now t is, in either direction: il y a 4 h 30, in 18 min.
// It is empty more than a week away, where the date says more.
func (c clock) ago(t time.Time) string {
	d := c.now.Sub(t)
	switch {
	case d.Abs() < time.Minute:
		return c.text("time.now")
	case d.Abs() > 7*24*time.Hour:
		return ""
	case d > 0:
		return c.text("time.ago", "d", c.length(d))
	}
	return c.text("time.in", "d", c.length(-d))
}

// length is a span of time to the minute; hours have minutes beside them up to
// a day, days have hours up to a week.
func (c clock) length(d time.Duration) string {
	d = d.Truncate(time.Minute)
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	switch {
	case days >= 7:
		return c.text("time.days", "n", days)
	case days > 0 && hours > 0:
		return c.text("time.days", "n", days) + c.gap() + c.text("time.hours", "n", hours)
	case days > 0:
		return c.text("time.days", "n", days)
	case hours > 0 && minutes > 0:
		return c.text("time.hm", "h", fmt.Sprint(hours), "m", fmt.Sprintf("%02d", minutes))
	case hours > 0:
		return c.text("time.hours", "n", hours)
	}
	return c.text("time.minutes", "n", minutes)
}

func (c clock) gap() string {
	if c.code == "ja" {
		return ""
	}
	return nbsp
}

func startOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}
