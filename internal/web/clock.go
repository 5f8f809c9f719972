package web

import (
	"fmt"
	"strings"
	"time"
)

// A clock writes instants for one reader: in their language and zone.
type Clock struct {
	*Locale
	Zone *time.Location
	Now  time.Time
}

// A moment is an instant as pages show it.
type Moment struct {
	ISO   string // for machines
	Text  string // in the reader's zone: the time today, else the date
	UTC   string // beside it, "" when Text is in UTC
	Title string // both in full
	Ago   string // relative to now, "" after a week
}

// Moment returns t for a page. It is nil for the zero time.
func (c Clock) Moment(t time.Time) *Moment {
	if t.IsZero() {
		return nil
	}
	local, utc := t.In(c.Zone), t.UTC()
	m := &Moment{ISO: utc.Format("2006-01-02T15:04:05Z"), Text: c.Stamp(local), Title: c.Full(local), Ago: c.Ago(t)}
	if c.IsUTC(t) {
		m.Title += " UTC"
	} else {
		m.UTC = c.HM(utc) + " UTC"
		if utc.Day() != local.Day() {
			m.UTC = c.ShortDate(utc) + " " + m.UTC
		}
		m.Title += " " + c.City() + ", " + c.Full(utc) + " UTC"
	}
	return m
}

// Stamp returns the time of a moment of today, date and time of one of this
// year, and the date of one long ago.
func (c Clock) Stamp(local time.Time) string {
	now := c.Now.In(c.Zone)
	switch {
	case SameDay(local, now):
		return c.HM(local)
	case local.Year() == now.Year() || now.Sub(local).Abs() < 30*24*time.Hour:
		return c.ShortDate(local) + nbsp + c.HM(local)
	}
	return c.date(local)
}

// SameDay reports whether two local times are on one day.
func SameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

// IsUTC reports whether the reader's time at t is UTC.
func (c Clock) IsUTC(t time.Time) bool {
	_, offset := t.In(c.Zone).Zone()
	return offset == 0 && (c.Zone == time.UTC || c.Zone.String() == "UTC")
}

// City returns the name of the reader's zone, as people call it.
func (c Clock) City() string {
	name := c.Zone.String()
	if c.Code == "ja" && name == "Asia/Tokyo" {
		return "東京"
	}
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return strings.ReplaceAll(name[i+1:], "_", " ")
	}
	if name == "Local" {
		name, _ = c.Now.In(c.Zone).Zone()
	}
	return name
}

// HM returns the time of a day.
func (c Clock) HM(t time.Time) string {
	if c.Code == "ja" {
		return fmt.Sprintf("%d:%02d", t.Hour(), t.Minute())
	}
	return t.Format("15:04")
}

// ShortDate returns a day of a year: 19 juil., 19 Jul, 7月19日.
func (c Clock) ShortDate(t time.Time) string {
	if c.Code == "ja" {
		return fmt.Sprintf("%d月%d日", t.Month(), t.Day())
	}
	return c.day(t) + nbsp + c.Month(t, true)
}

// date is a day: 19 juil. 2024, 19 Jul 2024, 2024年7月19日.
func (c Clock) date(t time.Time) string {
	if c.Code == "ja" {
		return fmt.Sprintf("%d年%s", t.Year(), c.ShortDate(t))
	}
	return c.ShortDate(t) + nbsp + fmt.Sprint(t.Year())
}

// topDate is a day with its short weekday.
func (c Clock) topDate(t time.Time) string {
	if c.Code == "ja" {
		return c.date(t) + "（" + c.Weekday(t, true) + "）"
	}
	return c.Weekday(t, true) + " " + c.date(t)
}

// LongDate returns a day in full: vendredi 19 juillet 2024, 2024年7月19日（金）.
func (c Clock) LongDate(t time.Time) string {
	if c.Code == "ja" {
		return c.topDate(t)
	}
	return fmt.Sprintf("%s %s%s%s%s%d", c.Weekday(t, false), c.day(t), nbsp, c.Month(t, false), nbsp, t.Year())
}

// Full returns date and time.
func (c Clock) Full(t time.Time) string {
	if c.Code == "ja" {
		return c.topDate(t) + c.HM(t)
	}
	return c.date(t) + ", " + c.HM(t)
}

func (c Clock) day(t time.Time) string {
	if c.Code == "fr" && t.Day() == 1 {
		return "1er"
	}
	return fmt.Sprint(t.Day())
}

// Month returns the name of a month, or its short form.
func (c Clock) Month(t time.Time, short bool) string {
	if c.Code == "ja" {
		return fmt.Sprintf("%d月", t.Month())
	}
	if c.Code == "fr" {
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

// Weekday returns the name of a day of the week, or its short form.
func (c Clock) Weekday(t time.Time, short bool) string {
	switch c.Code {
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

// Ago returns how far from now t is, in either direction: il y a 4 h 30, in 18
// min. It is empty more than a week away, where the date says more.
func (c Clock) Ago(t time.Time) string {
	d := c.Now.Sub(t)
	switch {
	case d.Abs() < time.Minute:
		return c.Text("time.now")
	case d.Abs() > 7*24*time.Hour:
		return ""
	case d > 0:
		return c.Text("time.ago", "d", c.Length(d))
	}
	return c.Text("time.in", "d", c.Length(-d))
}

// Length returns a span of time to the minute; hours have minutes beside them
// up to a day, days have hours up to a week.
func (c Clock) Length(d time.Duration) string {
	d = d.Truncate(time.Minute)
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	switch {
	case days >= 7:
		return c.Text("time.days", "n", days)
	case days > 0 && hours > 0:
		return c.Text("time.days", "n", days) + c.gap() + c.Text("time.hours", "n", hours)
	case days > 0:
		return c.Text("time.days", "n", days)
	case hours > 0 && minutes > 0:
		return c.Text("time.hm", "h", fmt.Sprint(hours), "m", fmt.Sprintf("%02d", minutes))
	case hours > 0:
		return c.Text("time.hours", "n", hours)
	}
	return c.Text("time.minutes", "n", minutes)
}

func (c Clock) gap() string {
	if c.Code == "ja" {
		return ""
	}
	return nbsp
}

// StartOfDay returns midnight of the day of a local time.
func StartOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}
