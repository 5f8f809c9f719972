package post

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A Date is a date as a post writes it. Real posts carry wrong weekdays and
// years: nothing may be alarmed on, or computed from, a date that is not
// [Date.Sound].
type Date struct {
	Written     string    // the words of the date in the text
	At          time.Time // the instant in UTC, as the words say; midnight when no time is written
	Approximate bool      // it says "approximately" or the like
	WholeDay    bool      // no time of day is written
	Doubt       Doubt     // why it cannot be relied on, "" when it can
}

// A Doubt says why a date cannot be relied on.
type Doubt string

// The doubts about dates.
const (
	DoubtWeekday Doubt = "weekday" // the date fell on another day of the week
	DoubtFar     Doubt = "far"     // implausibly far from the time of the post: mostly a wrong year or month
	DoubtPast    Doubt = "past"    // a next update before the post that announces it
	DoubtZone    Doubt = "zone"    // no time zone, or one that is not UTC
)

// Sound reports whether the date can be relied on.
func (d *Date) Sound() bool { return d != nil && d.Doubt == "" && !d.At.IsZero() }

const (
	weekdayWords = `(?:(mon|tues?|wednes|wed|thurs?|fri|satur|sat|sun)(?:day)?\.?,?\s+)?`
	monthWords   = `(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?`
	dayAndYear   = `\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})`
	aboutWords   = `(approximately|around|about|roughly|~)?\s*`
	clockWords   = `(\d{1,2})(?::(\d{2}))?(?::\d{2})?\s*([ap]\.?m\b\.?)?`
	zoneWords    = `(?:\s*\(?\b(utc|gmt|[a-z]{2,4}t|bst)\b\)?)?`
)

// datePatterns are the forms of dates: the day first, the time first, ISO.
var (
	dayFirst  = regexp.MustCompile(`(?i)` + aboutWords + `\b` + weekdayWords + monthWords + dayAndYear + `(?:,?\s+(?:(?:at|by)\s+)?` + aboutWords + clockWords + zoneWords + `)?`)
	timeFirst = regexp.MustCompile(`(?i)` + aboutWords + `\b` + clockWords + zoneWords + `,?\s+(?:on|of)\s+` + weekdayWords + monthWords + dayAndYear)
	isoDate   = regexp.MustCompile(`(?i)\b(\d{4})-(\d{2})-(\d{2})(?:[t ](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?\s*(z|utc|gmt)?)?`)
)

// parts are the words of a date.
type parts struct {
	weekday, month, day, year, hour, minute, half, zone string
	about                                               bool
}

// maxDateText bounds how far into a section a date is looked for, in bytes.
const maxDateText = 2000

// readDate finds the first date in the text of a section, nil without one.
// created is when the post was made, zero when that is not known.
func readDate(text string, kind Kind, created time.Time) *Date {
	text = first(text, maxDateText)
	p, written := findParts(text)
	if written == "" {
		return nil
	}
	d := &Date{Written: written, Approximate: p.about, WholeDay: p.hour == ""}
	at, ok := p.instant()
	if !ok {
		return nil
	}
	d.At = at
	zone := strings.ToLower(p.zone)
	switch {
	case p.weekday != "" && !strings.HasPrefix(strings.ToLower(at.Weekday().String()), strings.ToLower(p.weekday)):
		d.Doubt = DoubtWeekday
	case !plausible(kind, at, created):
		d.Doubt = DoubtFar
	case !d.WholeDay && zone != "utc" && zone != "gmt" && zone != "z":
		d.Doubt = DoubtZone
	case kind == KindNextUpdate && !created.IsZero() && d.end().Before(created):
		d.Doubt = DoubtPast
	}
	return d
}

// end is the last instant that the words can mean.
func (d *Date) end() time.Time {
	if d.WholeDay {
		return d.At.AddDate(0, 0, 1)
	}
	return d.At
}

// plausible reports whether a date can be meant by a post of some time. Next
// updates are announced for weeks at most; issues last a year at most.
func plausible(kind Kind, at, created time.Time) bool {
	if created.IsZero() {
		return true
	}
	const day = 24 * time.Hour
	switch after := at.Sub(created); kind {
	case KindNextUpdate, KindEstimatedTime:
		return after > -2*day && after < 100*day
	default:
		return after > -400*day && after < 2*day
	}
}

// usual is how nearly all dates are written.
const usual = "Monday, January 2, 2006, at 3:04 PM MST"

// findUsual reads a text that is nothing but a date in the usual form, which
// spares the search.
func findUsual(text string) (p parts, ok bool) {
	at, err := time.Parse(usual, text)
	if err != nil || !strings.HasSuffix(text, " UTC") {
		return p, false
	}
	weekday, _, _ := strings.Cut(text, ",")
	return parts{
		weekday: strings.TrimSuffix(weekday, "day"), month: strconv.Itoa(int(at.Month())), day: strconv.Itoa(at.Day()), year: strconv.Itoa(at.Year()),
		hour: strconv.Itoa(at.Hour()), minute: strconv.Itoa(at.Minute()), zone: "UTC",
	}, true
}

func findParts(text string) (p parts, written string) {
	if p, ok := findUsual(text); ok {
		return p, text
	}
	group := func(at []int, n int) string {
		if at[2*n] < 0 {
			return ""
		}
		return text[at[2*n]:at[2*n+1]]
	}
	at := len(text) + 1
	if m := dayFirst.FindStringSubmatchIndex(text); m != nil {
		at = m[0]
		p = parts{group(m, 2), group(m, 3), group(m, 4), group(m, 5), group(m, 7), group(m, 8), group(m, 9), group(m, 10), group(m, 1)+group(m, 6) != ""}
		written = text[m[0]:m[1]]
	}
	if m := timeFirst.FindStringSubmatchIndex(text); m != nil && m[0] < at {
		at = m[0]
		p = parts{group(m, 6), group(m, 7), group(m, 8), group(m, 9), group(m, 2), group(m, 3), group(m, 4), group(m, 5), group(m, 1) != ""}
		written = text[m[0]:m[1]]
	}
	if m := isoDate.FindStringSubmatchIndex(text); m != nil && m[0] < at {
		p = parts{month: group(m, 2), day: group(m, 3), year: group(m, 1), hour: group(m, 4), minute: group(m, 5), zone: group(m, 6)}
		written = text[m[0]:m[1]]
	}
	return p, strings.TrimSpace(written)
}

// instant is the time that the words say. It reports false for a day or an
// hour that does not exist.
func (p parts) instant() (time.Time, bool) {
	year, _ := strconv.Atoi(p.year)
	day, _ := strconv.Atoi(p.day)
	hour, _ := strconv.Atoi(p.hour)
	minute, _ := strconv.Atoi(p.minute)
	month, err := strconv.Atoi(p.month)
	if err != nil {
		month = monthOf(p.month)
	}
	half := strings.ToLower(strings.ReplaceAll(p.half, ".", ""))
	if half != "" && (hour < 1 || hour > 12) {
		half = "" // "15:07 PM": the provider meant the 24-hour clock
	}
	switch {
	case half == "pm" && hour < 12:
		hour += 12
	case half == "am" && hour == 12:
		hour = 0
	}
	at := time.Date(year, time.Month(month), day, hour, minute, 0, 0, time.UTC)
	exists := year >= 1990 && year <= 2200 && at.Day() == day && int(at.Month()) == month && hour < 24 && minute < 60
	return at, exists
}

func monthOf(word string) int {
	const names = "janfebmaraprmayjunjulaugsepoctnovdec"
	if len(word) < 3 {
		return 0
	}
	return strings.Index(names, strings.ToLower(word[:3]))/3 + 1
}
