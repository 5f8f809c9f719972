package lang

import (
	"strconv"
	"strings"
	"time"
)

// A calendar is how one language writes dates and times. A form has slots: w is
// the weekday and ws its short form; d the day; m the month, ms its short form
// and mn its number; y the year; p the part of a month; H the hour of 24, HH the
// same in two digits, h that of 12 and ap its half of the day; mm the minute; z
// the zone. What stands in brackets is left out when one of its slots is empty,
// and ~ is a space that does not break.
//
// Names and the forms of the program's own instants follow the Unicode CLDR, with
// the day first in English; those of what posts say follow the phrase book, as do
// the brackets of Japanese weekdays.
type calendar struct {
	months, monthsShort [12]string
	days, daysShort     [7]string // from Monday

	hm, short, date, top, long string

	day, month, weekday, year string // of posts: by the smallest unit that is given
	time                      string
	at, atOne                 string    // between a date and its time, and before the hour 1
	parts                     [5]string // early, mid, late, beginning, end, with the room that they need
}

// calendarOf returns the calendar of a language, the English one for others. The
// table is never changed.
func calendarOf(code string) *calendar {
	switch code {
	case "fr":
		return &french
	case "ja":
		return &japanese
	case "es":
		return &spanish
	case "de":
		return &german
	}
	return &english
}

var (
	english = calendar{
		months:      [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		monthsShort: [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
		days:        [7]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
		daysShort:   [7]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"},
		hm:          "{HH}:{mm}", short: "{d}~{ms}", date: "{d}~{ms}~{y}", top: "{ws} {d}~{ms}~{y}", long: "{w} {d}~{m}~{y}",
		day: "[{w}, ]{m}~{d}[, {y}]", month: "[{p}]{m}[~{y}]", weekday: "{w}", year: "{y}", time: "{h}:{mm}~{ap}[~{z}]", at: ", at ",
		parts: [5]string{"early ", "mid-", "late ", "beginning of ", "end of "},
	}
	french = calendar{
		months:      [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
		monthsShort: [12]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
		days:        [7]string{"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"},
		daysShort:   [7]string{"lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."},
		hm:          "{HH}:{mm}", short: "{d}~{ms}", date: "{d}~{ms}~{y}", top: "{ws} {d}~{ms}~{y}", long: "{w} {d}~{m}~{y}",
		day: "[{w} ]{d}~{m}[~{y}]", month: "[{p}]{m}[~{y}]", weekday: "{w}", year: "{y}", time: "{H}~h~{mm}[~{z}]", at: " à ",
		parts: [5]string{"début ", "mi-", "fin ", "début ", "fin "},
	}
	japanese = calendar{
		months:      [12]string{"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"},
		monthsShort: [12]string{"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"},
		days:        [7]string{"月", "火", "水", "木", "金", "土", "日"},
		daysShort:   [7]string{"月", "火", "水", "木", "金", "土", "日"},
		hm:          "{H}:{mm}", short: "{m}{d}日", date: "{y}年{m}{d}日", top: "{y}年{m}{d}日({w})", long: "{y}年{m}{d}日({w})",
		day: "[{y}年]{m}{d}日[({w})]", month: "[{y}年]{m}[{p}]", weekday: "{w}曜日", year: "{y}年", time: "{H}:{mm}[~{z}]", at: "~",
		parts: [5]string{"上旬", "中旬", "下旬", "初め", "末"},
	}
	spanish = calendar{
		months:      [12]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
		monthsShort: [12]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"},
		days:        [7]string{"lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"},
		daysShort:   [7]string{"lun", "mar", "mié", "jue", "vie", "sáb", "dom"},
		hm:          "{H}:{mm}", short: "{d}~{ms}", date: "{d}~{ms}~{y}", top: "{ws} {d}~{ms}~{y}", long: "{w} {d}~de {m} de~{y}",
		day: "[{w} ]{d}~de {m}[ de~{y}]", month: "[{p}]{m}[ de~{y}]", weekday: "{w}", year: "{y}", time: "{H}:{mm}[~{z}]", at: " a las~", atOne: " a la~",
		parts: [5]string{"a principios de ", "a mediados de ", "a finales de ", "a principios de ", "a finales de "},
	}
	german = calendar{
		months:      [12]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
		monthsShort: [12]string{"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."},
		days:        [7]string{"Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"},
		daysShort:   [7]string{"Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."},
		hm:          "{HH}:{mm}", short: "{d}.~{ms}", date: "{d}.~{ms}~{y}", top: "{ws} {d}.~{ms}~{y}", long: "{w}, {d}.~{m}~{y}",
		day: "[{w}, ]{d}.~{m}[~{y}]", month: "[{p}]{m}[~{y}]", weekday: "{w}", year: "{y}", time: "{H}:{mm}~Uhr[~{z}]", at: ", ",
		parts: [5]string{"Anfang ", "Mitte ", "Ende ", "Anfang ", "Ende "},
	}
)

// write fills a form.
func (r Rules) write(form string, w Written) string {
	return string(r.append(make([]byte, 0, 64), form, w))
}

// append fills a form behind what is written.
func (r Rules) append(out []byte, form string, w Written) []byte {
	for form != "" {
		open := strings.IndexByte(form, '[')
		if open < 0 {
			out, _ = r.fill(out, form, w)
			break
		}
		end := open + strings.IndexByte(form[open:], ']')
		out, _ = r.fill(out, form[:open], w)
		if longer, whole := r.fill(out, form[open+1:end], w); whole {
			out = longer
		}
		form = form[end+1:]
	}
	return out
}

// fill appends a form without brackets. It reports whether each slot had a
// value.
func (r Rules) fill(out []byte, form string, w Written) (longer []byte, whole bool) {
	whole = true
	for i := 0; i < len(form); i++ {
		switch form[i] {
		case '~':
			out = append(out, nbsp...)
		case '{':
			end := i + strings.IndexByte(form[i:], '}')
			before := len(out)
			out = r.slot(out, form[i+1:end], w)
			whole = whole && len(out) > before
			i = end
		default:
			out = append(out, form[i])
		}
	}
	return out, whole
}

// slot appends the value of a slot, nothing when there is none.
func (r Rules) slot(out []byte, name string, w Written) []byte {
	c := calendarOf(r.Code)
	switch name {
	case "w":
		return append(out, named(c.days[:], w.Weekday)...)
	case "ws":
		return append(out, named(c.daysShort[:], w.Weekday)...)
	case "m":
		return append(out, named(c.months[:], int(w.Month))...)
	case "ms":
		return append(out, named(c.monthsShort[:], int(w.Month))...)
	case "p":
		return append(out, named(c.parts[:], int(w.Part))...)
	case "z":
		return append(out, w.Zone...)
	case "y":
		if w.Year == 0 {
			return out
		}
		return strconv.AppendInt(out, int64(w.Year), 10)
	case "d":
		if r.Code == "fr" && w.Day == 1 {
			return append(out, "1er"...)
		}
		return strconv.AppendInt(out, int64(w.Day), 10)
	}
	return slotOfTime(out, name, w)
}

// slotOfTime appends the value of a slot of the time of a day.
func slotOfTime(out []byte, name string, w Written) []byte {
	n, digits := w.Minute, 2 // mm
	switch name {
	case "H":
		n, digits = w.Hour, 1
	case "HH":
		n = w.Hour
	case "h":
		n, digits = (w.Hour+11)%12+1, 1
	case "ap":
		if w.Hour < 12 {
			return append(out, "AM"...)
		}
		return append(out, "PM"...)
	}
	if digits == 2 && n < 10 {
		out = append(out, '0')
	}
	return strconv.AppendInt(out, int64(n), 10)
}

// named is the n-th name, from 1; "" for another number.
func named(names []string, n int) string {
	if n < 1 || n > len(names) {
		return ""
	}
	return names[n-1]
}

// Written is a date as a text has it: the parts that are there, in no language.
// The rules print them as they are and compute none of them again: a weekday that
// does not fit its date is printed, since it is the text's.
type Written struct {
	Weekday int        // as ISO 8601 counts, from 1 for Monday to 7; 0 when there is none
	Year    int        // 0 when there is none
	Month   time.Month // 0 when there is none
	Day     int        // 0 when there is none; needs a month
	Part    Part       // of a month without a day
	Timed   bool       // Hour and Minute are given
	Hour    int        // 0 to 23
	Minute  int        // 0 to 59
	Zone    string     // as it is written, such as UTC; may be empty
}

// A Part is a part of a month.
type Part int

// The parts of a month.
const (
	Early Part = iota + 1
	Mid
	Late
	Beginning
	End
)

// ofTime are all parts of an instant in its own zone.
func ofTime(t time.Time) Written {
	w := Written{Weekday: int(t.Weekday()+6)%7 + 1, Timed: true}
	w.Year, w.Month, w.Day = t.Date()
	w.Hour, w.Minute, _ = t.Clock()
	return w
}

// sound reports whether each part is a number that can be written.
func (w Written) sound() bool {
	within := func(n, from, to int) bool { return from <= n && n <= to }
	return within(w.Weekday, 0, 7) && within(w.Year, 0, 9999) && within(int(w.Month), 0, 12) && within(w.Day, 0, 31) && within(int(w.Part), 0, 5) &&
		within(w.Hour, 0, 23) && within(w.Minute, 0, 59) && (w.Day == 0 || w.Month != 0 && w.Part == 0)
}

// Written prints a date, a time, or both, as they stand in a text, in a form that
// fits after the words of the phrase book ("le", "am", "el"): vendredi 19 juillet
// 2024 à 13 h 00 UTC; mi-août 2026; viernes 19 de julio de 2024 a la 1:00. It
// returns "" for what cannot be written: no part at all, a month above 12, a day
// without a month.
func (r Rules) Written(w Written) string {
	if !w.sound() {
		return ""
	}
	c, form := calendarOf(r.Code), ""
	switch {
	case w.Day != 0:
		form = c.day
	case w.Month != 0:
		form = c.month
	case w.Weekday != 0:
		form = c.weekday
	case w.Year != 0:
		form = c.year
	}
	out := r.append(make([]byte, 0, 96), form, w)
	if !w.Timed {
		return string(out)
	}
	switch {
	case len(out) == 0:
	case w.Hour == 1 && c.atOne != "":
		out = r.append(out, c.atOne, w)
	default:
		out = r.append(out, c.at, w)
	}
	return string(r.append(out, c.time, w))
}
