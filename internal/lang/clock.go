package lang

import (
	"fmt"
	"strings"
	"time"
)

// A Clock writes instants for one reader: in their language and zone.
type Clock struct {
	*Locale
	Zone *time.Location
	Now  time.Time // what is today, and how long ago
	// Absolute is for what is read later than it is written, and by readers of
	// unknown zones: every instant has its date, its year and its zone, and none
	// is told relative to now.
	Absolute bool
}

// A Moment is an instant as readers see it.
type Moment struct {
	ISO   string // for machines
	Text  string // in the reader's zone: the time today, else the date, see [Clock.Stamp]
	UTC   string // beside it, "" when Text is in UTC
	Title string // both in full
	Ago   string // relative to now, "" after a week
}

// Moment returns t for a reader. It is nil for the zero time.
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
	case c.Absolute:
		return c.Full(local) + nbsp + c.City()
	case SameDay(local, now):
		return c.HM(local)
	case local.Year() == now.Year() || now.Sub(local).Abs() < 30*24*time.Hour:
		return c.ShortDate(local) + nbsp + c.HM(local)
	}
	return c.Date(local)
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

// Ago returns how far from now t is, in either direction: il y a 4 h 30, in 18
// min. It is empty more than a week away, where the date says more.
func (c Clock) Ago(t time.Time) string {
	d := c.Now.Sub(t)
	switch {
	case c.Absolute:
		return ""
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
	gap := strings.ReplaceAll(c.Space(), " ", nbsp)
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	switch {
	case days >= 7:
		return c.Text("time.days", "n", days)
	case days > 0 && hours > 0:
		return c.Text("time.days", "n", days) + gap + c.Text("time.hours", "n", hours)
	case days > 0:
		return c.Text("time.days", "n", days)
	case hours > 0 && minutes > 0:
		return c.Text("time.hm", "h", fmt.Sprint(hours), "m", c.twoDigits(minutes))
	case hours > 0:
		return c.Text("time.hours", "n", hours)
	}
	return c.Text("time.minutes", "n", minutes)
}

// twoDigits returns minutes behind hours: Japanese counts them and writes no zero
// in front.
func (c Clock) twoDigits(minutes int) string {
	if c.Code == "ja" {
		return fmt.Sprint(minutes)
	}
	return fmt.Sprintf("%02d", minutes)
}
