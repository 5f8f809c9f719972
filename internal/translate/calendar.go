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
	weekday     int // 1 is Monday, 0 when none is written
	month       int // 1 to 12
	day, year   string
	hour        int // -1 when no time is written
	minute      string
	zone        string
	part        string // of a month: early, mid, late, begin, end; "" for none
	previously  *when
	isMonthOnly bool
}

// in prints a date by the calendar rules of a language.
func (w *when) in(b *Book, lang int, slot string) string {
	c := &b.calendar[lang]
	if slot == "mon" || slot == "mon2" {
		return w.span(b, lang, slot)
	}
	format := c.date
	switch {
	case w.hour >= 0 && w.weekday > 0:
		format = c.datetime
	case w.hour >= 0:
		format = c.datetimeNoWeekday
	case w.weekday == 0:
		format = c.dateNoWeekday
	}
	return w.print(c, lang, format)
}

// print prints what a format has slots for.
func (w *when) print(c *calendar, lang int, format template) string {
	var buf [128]byte
	b := buf[:0]
	for _, p := range format {
		switch p.slot {
		case "":
			words := p.words
			if lang == spanish && w.hour == 1 && strings.HasSuffix(words, "a las ") {
				words = words[:len(words)-len("s ")] + " "
			}
			b = append(b, words...)
		case "weekday":
			b = append(b, c.weekdays[w.weekday-1]...)
		case "d":
			b = append(b, w.day...)
			if lang == french && w.day == "1" {
				b = append(b, "er"...)
			}
		case "month":
			b = append(b, c.months[w.month-1]...)
		case "yyyy":
			b = append(b, w.year...)
		case "H":
			b = strconv.AppendInt(b, int64(w.hour), 10)
		case "mm":
			b = append(b, w.minute...)
		case "z":
			b = append(b, w.zone...)
		}
	}
	return strings.TrimSpace(string(b))
}

// span prints a month, a part of one, or a day with the word that "begins" or,
// in the second slot, "is over by" want before it.
func (w *when) span(b *Book, lang int, slot string) string {
	c := &b.calendar[lang]
	frame := c.begin
	if slot == "mon2" {
		frame = c.by
	}
	text := ""
	switch {
	case !w.isMonthOnly:
		text = strings.Replace(frame.date, "{m}", w.in(b, lang, "date"), 1)
	case w.part != "":
		text = w.partOf(c, lang)
	default:
		text = strings.Replace(frame.month, "{m}", w.monthOf(c, ""), 1)
	}
	if w.previously != nil {
		text += strings.Replace(c.was, "{m}", w.previously.span(b, lang, "mon"), 1)
	}
	return text
}

// partOf prints a part of a month: "mi-août 2026".
func (w *when) partOf(c *calendar, lang int) string {
	part := c.parts[w.part]
	if lang == french && strings.HasSuffix(part, "-") {
		return part + w.monthOf(c, "")
	}
	return w.monthOf(c, part)
}

// monthOf prints a month with its year, if it has one, and a part.
func (w *when) monthOf(c *calendar, part string) string {
	format := c.monthYear
	if w.year == "" {
		format = c.monthOnly
	}
	var b strings.Builder
	for _, p := range format {
		switch p.slot {
		case "part":
			b.WriteString(part)
		case "month":
			b.WriteString(c.months[w.month-1])
		case "yyyy":
			b.WriteString(w.year)
		default:
			b.WriteString(p.words)
		}
	}
	return strings.TrimSpace(b.String())
}

// A calendar is the calendar rules of one language.
type calendar struct {
	weekdays, months                                 []string
	datetime, datetimeNoWeekday, date, dateNoWeekday template
	withoutYear                                      [4]template // the same four without a year
	clock                                            template
	monthYear, monthOnly                             template
	parts                                            map[string]string
	begin, by                                        frame
	was                                              string
}

// A frame is what stands around a month, and around a day.
type frame struct{ month, date string }

// weekdaysIn are the names of the days of the week in a language, from Monday.
func weekdaysIn(code string) []string {
	names := make([]string, 7)
	for i := range names {
		names[i] = lang.Rules{Code: code}.Weekday(time.Weekday((i+1)%7), false)
	}
	return names
}

// monthsIn are the names of the months in a language.
func monthsIn(code string) []string {
	names := make([]string, 12)
	for i := range names {
		names[i] = lang.Rules{Code: code}.Month(time.Month(i+1), false)
	}
	return names
}

func newCalendar(f *calendarFile, code string) calendar {
	parts := map[string]string{}
	for part, words := range f.Parts {
		parts[part] = words[code]
	}
	datetime := f.Datetime[code]
	plain := strings.NewReplacer("{weekday}, ", "", "({weekday})", "", "{weekday} ", "").Replace(datetime)
	c := calendar{
		weekdays: weekdaysIn(code), months: monthsIn(code), parts: parts,
		datetime: parseTemplate(datetime), datetimeNoWeekday: parseTemplate(plain), date: parseTemplate(f.Date[code]), dateNoWeekday: parseTemplate(f.DateNoWeekday[code]),
		begin: frame{f.BeginMonth[code], f.BeginDate[code]}, by: frame{f.ByMonth[code], f.ByDate[code]}, was: f.Was[code],
	}
	c.monthYear = parseTemplate(f.MonthYear[code])
	c.monthOnly = parseTemplate(strings.NewReplacer("{yyyy}年", "", " de {yyyy}", "", " {yyyy}", "").Replace(f.MonthYear[code]))
	for i, format := range []string{datetime, plain, f.Date[code], f.DateNoWeekday[code]} {
		c.withoutYear[i] = parseTemplate(strings.NewReplacer("{yyyy}年", "", " de {yyyy}", "", " {yyyy}", "").Replace(format))
	}
	if n := strings.Index(datetime, "{H}"); n >= 0 {
		c.clock = parseTemplate(datetime[n:])
	}
	return c
}

// readDate reads a date, with a time when one is written.
func readDate(m *matcher, at int) (*when, int, bool) {
	w := &when{hour: -1, minute: "00"}
	if n, ok := m.nameOf(at, m.book.starts.weekday, true); ok {
		w.weekday, at = n+1, m.skip(at+1, ",")
	}
	month, ok := m.nameOf(at, m.book.starts.month, true)
	if !ok {
		return nil, 0, false
	}
	w.month, at = month+1, m.skip(at+1, ".")
	if w.day, ok = monthDay(m.at(at)); !ok {
		return nil, 0, false
	}
	at = m.skip(at+1, ",")
	if w.year = m.at(at); !digits(w.year, 4, 4) {
		return nil, 0, false
	}
	at++
	if to, ok := m.clock(w, m.skip(m.skip(at, ","), "at")); ok {
		return w, to, true
	}
	return w, at, true
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
	w.hour, w.minute = h, minute
	if zone := m.at(at); len(zone) > 1 && len(zone) < 6 && isZone(zone) && strings.ToUpper(zone) == zone {
		w.zone, at = zone, at+1
	}
	return at, half != "" || w.zone != ""
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
	w := &when{hour: -1, isMonthOnly: true}
	word := m.at(at)
	switch strings.ToLower(word) {
	case "early", "mid", "late":
		w.part, at = strings.ToLower(word), m.skip(at+1, "-")
	case "end", "beginning", "start":
		if !strings.EqualFold(m.at(at+1), "of") {
			return nil, 0, false
		}
		w.part, at = "begin", at+2
		if word[0]|0x20 == 'e' {
			w.part = "end"
		}
	}
	name := m.at(at)
	for _, part := range []string{"early", "mid", "late"} {
		if len(name) > len(part)+1 && strings.EqualFold(name[:len(part)], part) && strings.ContainsRune("-‑–", []rune(name[len(part):])[0]) {
			w.part, name = part, strings.TrimLeft(name[len(part):], "-‑–")
		}
	}
	month := slices.IndexFunc(m.book.months, func(s string) bool { return strings.EqualFold(s, name) })
	if month < 0 {
		return nil, 0, false
	}
	w.month, at = month+1, m.skip(at+1, ",")
	if digits(m.at(at), 4, 4) {
		w.year = m.at(at)
		return w, at + 1, true
	}
	if m.at(at-1) == "," {
		at--
	}
	return w, at, w.part != ""
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
func monthDay(word string) (string, bool) {
	for _, end := range []string{"st", "nd", "rd", "th"} {
		word = strings.TrimSuffix(word, end)
	}
	n, err := strconv.Atoi(word)
	return strconv.Itoa(n), err == nil && digits(word, 1, 2) && n >= 1 && n <= 31
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
