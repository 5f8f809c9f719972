package translate

import (
	"slices"
	"strconv"
	"strings"
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

func (w *when) print(c *calendar, lang int, format string) string {
	weekday := ""
	if w.weekday > 0 {
		weekday = c.weekdays[w.weekday-1]
	}
	day := w.day
	if lang == french && day == "1" {
		day = "1er"
	}
	if lang == spanish && w.hour == 1 {
		format = strings.Replace(format, "a las {H}", "a la {H}", 1)
	}
	return strings.TrimSpace(strings.NewReplacer(
		"{weekday}", weekday, "{d}", day, "{month}", c.months[w.month-1], "{yyyy}", w.year,
		"{H}", strconv.Itoa(max(w.hour, 0)), "{mm}", w.minute, "{z}", w.zone,
	).Replace(format))
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
		text = strings.Replace(frame.month, "{m}", w.monthOf(c, lang, ""), 1)
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
		return part + w.monthOf(c, lang, "")
	}
	return w.monthOf(c, lang, part)
}

func (w *when) monthOf(c *calendar, lang int, part string) string {
	format := c.monthYear
	if w.year == "" {
		format = strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(format, "{yyyy}年"), " {yyyy}"), " de")
	}
	text := strings.NewReplacer("{part}", part, "{month}", c.months[w.month-1], "{yyyy}", w.year).Replace(format)
	return strings.TrimSpace(text)
}

// A calendar is the calendar rules of one language.
type calendar struct {
	weekdays, months                                            []string
	datetime, datetimeNoWeekday, date, dateNoWeekday, monthYear string
	parts                                                       map[string]string
	begin, by                                                   frame
	was                                                         string
}

// A frame is what stands around a month, and around a day.
type frame struct{ month, date string }

func newCalendar(f *calendarFile, lang string) calendar {
	parts := map[string]string{}
	for part, words := range f.Parts {
		parts[part] = words[lang]
	}
	datetime := f.Datetime[lang]
	plain := strings.NewReplacer("{weekday}, ", "", "({weekday})", "", "{weekday} ", "").Replace(datetime)
	return calendar{
		weekdays: f.Weekdays[lang], months: f.Months[lang],
		datetime: datetime, datetimeNoWeekday: plain, date: f.Date[lang], dateNoWeekday: f.DateNoWeekday[lang], monthYear: f.MonthYear[lang],
		parts: parts, begin: frame{f.BeginMonth[lang], f.BeginDate[lang]}, by: frame{f.ByMonth[lang], f.ByDate[lang]}, was: f.Was[lang],
	}
}

// readDate reads a date, with a time when one is written.
func readDate(m *matcher, at int) (*when, int, bool) {
	w := &when{hour: -1, minute: "00"}
	if n, ok := m.nameOf(at, m.book.weekdays, 3); ok {
		w.weekday, at = n+1, m.skip(at+1, ",")
	}
	month, ok := m.nameOf(at, m.book.months, 3)
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

// nameOf is which name stands at a place, in whole or as its first letters.
func (m *matcher) nameOf(at int, names []string, short int) (int, bool) {
	word := m.at(at)
	if len(word) < short {
		return 0, false
	}
	for i, name := range names {
		if strings.EqualFold(word, name) || len(word) <= short+1 && len(word) < len(name) && strings.EqualFold(word, name[:len(word)]) {
			return i, true
		}
	}
	return 0, false
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
