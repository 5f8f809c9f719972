package translate

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/lang"
)

// A when is a date as a post writes it. It is printed as written: weekday and
// year are never computed, even when they do not fit.
type when struct {
	lang.Written
	previously *when
}

// in prints a date by the calendar rules of a language, behind the word that a
// slot wants.
func (w *when) in(b *Book, language int, slot string) string {
	switch slot {
	case "mon":
		return w.behind(b, language, b.calendar[language].begin)
	case "mon2":
		return w.behind(b, language, b.calendar[language].by)
	}
	return w.print(language) + w.before(b, language)
}

// print prints what is written, and nothing else.
func (w *when) print(language int) string { return rulesOf(language).Written(w.Written) }

// behind prints a month, a part of one, or a day with the word that "begins" or,
// in the second slot, "is over by" want before it.
func (w *when) behind(b *Book, language int, f frame) string {
	text := w.print(language)
	switch {
	case w.Day != 0:
		text = strings.Replace(f.date, "{m}", text, 1)
	case w.Part == 0:
		text = strings.Replace(f.month, "{m}", text, 1)
	}
	return text + w.before(b, language)
}

// before prints the date that stood there before, in brackets.
func (w *when) before(b *Book, language int) string {
	if w.previously == nil {
		return ""
	}
	return strings.Replace(b.calendar[language].was, "{m}", w.previously.in(b, language, "mon"), 1)
}

// rulesOf are the rules of a language of the book.
func rulesOf(language int) lang.Rules { return lang.Rules{Code: Languages()[language]} }

// A calendar is the words around dates in one language.
type calendar struct {
	begin, by frame
	was       string
}

// A frame is what stands around a month, and around a day.
type frame struct{ month, date string }

// weekdays are the names of the days of the week in English, from Monday.
func weekdays() []string {
	names := make([]string, 7)
	for i := range names {
		names[i] = lang.Rules{Code: Source}.Weekday(time.Weekday((i+1)%7), false)
	}
	return names
}

// months are the names of the months in English.
func months() []string {
	names := make([]string, 12)
	for i := range names {
		names[i] = lang.Rules{Code: Source}.Month(time.Month(i+1), false)
	}
	return names
}

func newCalendar(f *calendarFile, code string) calendar {
	return calendar{begin: frame{f.BeginMonth[code], f.BeginDate[code]}, by: frame{f.ByMonth[code], f.ByDate[code]}, was: f.Was[code]}
}

// readDate reads a date, with a time when one is written.
func readDate(m *matcher, at int) (*when, int, bool) {
	w, at, ok := readDay(m, at)
	if !ok {
		return nil, 0, false
	}
	at = m.skip(at, ",")
	if w.Year, ok = year(m.at(at)); !ok {
		return nil, 0, false
	}
	at++
	if to, ok := m.clock(w, m.skip(m.skip(at, ","), "at")); ok {
		return w, to, true
	}
	return w, at, true
}

// readDay reads a day of a year: "Monday, March 6".
func readDay(m *matcher, at int) (*when, int, bool) {
	w := &when{}
	if n, ok := m.nameOf(at, m.book.starts.weekday, true); ok {
		w.Weekday, at = n+1, m.skip(at+1, ",")
	}
	month, ok := m.nameOf(at, m.book.starts.month, true)
	if !ok {
		return nil, 0, false
	}
	w.Month, at = time.Month(month+1), m.skip(at+1, ".")
	w.Day, ok = monthDay(m.at(at))
	return w, at + 1, ok
}

// year is the number of a year, of four digits.
func year(word string) (int, bool) {
	n, err := strconv.Atoi(word)
	return n, err == nil && digits(word, 4, 4) && n >= 1000
}

// clock reads a time of day with its zone.
func (m *matcher) clock(w *when, at int) (to int, ok bool) {
	hour := m.at(at)
	if !digits(hour, 1, 2) {
		return 0, false
	}
	h, _ := strconv.Atoi(hour)
	at++
	minute, half := "00", ""
	if m.at(at) == ":" {
		minute = m.at(at + 1)
		if n := len(minute); n == 4 {
			minute, half = minute[:2], minute[2:]
		}
		at += 2
	}
	if half == "" {
		switch strings.ToLower(strings.ReplaceAll(m.at(at), ".", "")) {
		case "am", "pm":
			half, at = m.at(at)[:1]+"m", m.skip(at+1, ".")
		}
	}
	if !digits(minute, 2, 2) || minute > "59" || h > 23 {
		return 0, false
	}
	switch strings.ToLower(half) {
	case "":
	case "am", "pm":
		if h < 1 || h > 12 {
			return 0, false
		}
		h %= 12
		if half[0]|0x20 == 'p' {
			h += 12
		}
	default:
		return 0, false
	}
	w.Timed, w.Hour = true, h
	w.Minute, _ = strconv.Atoi(minute)
	if zone := m.at(at); len(zone) > 1 && len(zone) < 6 && isZone(zone) && strings.ToUpper(zone) == zone {
		w.Zone, at = zone, at+1
	}
	return at, half != "" || w.Zone != ""
}

// readSpan reads a month, a part of one, or a day: "late July 2026".
func readSpan(m *matcher, at int) (*when, int, bool) {
	w, to, ok := readDate(m, at)
	if !ok {
		w, to, ok = m.month(at)
	}
	if !ok || m.at(to) != "(" || !strings.EqualFold(m.at(to+1), "previously") {
		return w, to, ok
	}
	was, end, found := m.month(to + 2)
	if date, n, isDate := readDate(m, to+2); isDate {
		was, end, found = date, n, true
	}
	if !found || m.at(end) != ")" {
		return w, to, true
	}
	w.previously = was
	return w, end + 1, true
}

// month reads a month with its part and its year, either of which may lack.
func (m *matcher) month(at int) (*when, int, bool) {
	w := &when{}
	word := m.at(at)
	switch strings.ToLower(word) {
	case "early", "mid", "late":
		w.Part, at = partOf(word), m.skip(at+1, "-")
	case "end", "beginning", "start":
		if !strings.EqualFold(m.at(at+1), "of") {
			return nil, 0, false
		}
		w.Part, at = lang.Beginning, at+2
		if word[0]|0x20 == 'e' {
			w.Part = lang.End
		}
	}
	name := m.at(at)
	for _, part := range []string{"early", "mid", "late"} {
		if len(name) > len(part)+1 && strings.EqualFold(name[:len(part)], part) && strings.ContainsRune("-‑–", []rune(name[len(part):])[0]) {
			w.Part, name = partOf(part), strings.TrimLeft(name[len(part):], "-‑–")
		}
	}
	month := slices.IndexFunc(m.book.months, func(s string) bool { return strings.EqualFold(s, name) })
	if month < 0 {
		return nil, 0, false
	}
	w.Month, at = time.Month(month+1), m.skip(at+1, ",")
	if n, ok := year(m.at(at)); ok {
		w.Year = n
		return w, at + 1, true
	}
	if m.at(at-1) == "," {
		at--
	}
	return w, at, w.Part != 0
}

// partOf is the part of a month that a word names.
func partOf(word string) lang.Part {
	switch word[0] | 0x20 {
	case 'e':
		return lang.Early
	case 'm':
		return lang.Mid
	}
	return lang.Late
}

// at is a token as it is written, "" beyond the end.
func (m *matcher) at(n int) string {
	if n < 0 || n >= m.count {
		return ""
	}
	return m.text[m.tokens[n].from:m.tokens[n].to]
}

// skip is the place behind a word if it stands at a place.
func (m *matcher) skip(at int, word string) int {
	if strings.EqualFold(m.at(at), word) {
		return at + 1
	}
	return at
}

// nameOf is which name of a list stands at a place, in whole or, where short
// ones count, as its first letters.
func (m *matcher) nameOf(at int, names []int8, short bool) (int, bool) {
	if at >= m.count {
		return 0, false
	}
	n := get(names, m.word(at))
	if n < 0 && short {
		n = -n
	}
	return int(n) - 1, n > 0
}

// monthDay is the digits of a day of the month.
func monthDay(word string) (int, bool) {
	for _, end := range []string{"st", "nd", "rd", "th"} {
		word = strings.TrimSuffix(word, end)
	}
	n, err := strconv.Atoi(word)
	return n, err == nil && digits(word, 1, 2) && n >= 1 && n <= 31
}

// digits reports whether a word is nothing but so many digits.
func digits(word string, least, most int) bool {
	for i := range len(word) {
		if word[i] < '0' || word[i] > '9' {
			return false
		}
	}
	return len(word) >= least && len(word) <= most
}
