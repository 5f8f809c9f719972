package translate

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// verbatim is a value that is printed unchanged, such as an issue id.
type verbatim string

func (v verbatim) in(*Book, int, string) string { return string(v) }

// A length is a length of time as it is written: "two business days".
type length struct {
	count string // digits, or a number word
	n     int
	unit  *bookLine
}

func (l length) in(b *Book, lang int, _ string) string {
	if lang == japanese {
		return strconv.Itoa(l.n) + l.unit.in(lang, 0)
	}
	count := l.count
	if !digits(count, 1, 3) {
		count = b.numbers[lang][l.n]
	}
	form := 1
	if l.n == 1 {
		form = 0
	}
	return count + " " + l.unit.in(lang, form)
}

// A list is several entries with "and" or "or" before the last one.
type list struct {
	items []option
	or    bool
	plain bool // commas only
}

func (l list) in(b *Book, lang int, form string) string { return l.join(b, lang, form, "") }

// join prints a list with a preposition before each entry but the first.
func (l list) join(b *Book, lang int, form, preposition string) string {
	joint := b.and[lang]
	if l.or {
		joint = b.or[lang]
	}
	comma := ", "
	if lang == japanese {
		comma = "、"
	}
	w := writer{lang: lang}
	for i, item := range l.items {
		switch {
		case i == 0:
		case i == len(l.items)-1 && !l.plain:
			w.write(joint)
		default:
			w.write(comma)
		}
		if i > 0 {
			w.write(preposition)
		}
		text := b.value(lang, form, item)
		if text == "" {
			return ""
		}
		w.write(text)
	}
	return w.text()
}

// maxList bounds a list within a sentence.
const maxList = 12

// readList reads entries of a slot with commas, "and" and "or" between.
func readList(slot string, plain bool) func(m *matcher, at int) (option, bool) {
	return func(m *matcher, at int) (option, bool) {
		l := list{plain: plain}
		for len(l.items) < maxList {
			options := m.options(m.book.slots[slot], at)
			if len(options) == 0 {
				break
			}
			l.items = append(l.items, options[0])
			at = options[0].to
			next := m.skip(at, ",")
			joint := m.at(next)
			if strings.EqualFold(joint, "and") || strings.EqualFold(joint, "or") || joint == "&" {
				l.or = strings.EqualFold(joint, "or")
				next++
			}
			if next == at {
				return option{to: at, value: l}, true
			}
			at = next
		}
		if len(l.items) == 0 {
			return option{}, false
		}
		return option{to: l.items[len(l.items)-1].to, value: l}, true
	}
}

var issueID = regexp.MustCompile(`^[A-Z]{2}\d{5,7}$`)

// readers are the slots that a function reads.
func readers() map[string]func(m *matcher, at int) (option, bool) {
	return map[string]func(m *matcher, at int) (option, bool){
		"dt":       readWhen(func(w *when) bool { return w.Timed }),
		"date":     readWhen(func(w *when) bool { return !w.Timed }),
		"dateNW":   readWhen(func(w *when) bool { return !w.Timed }),
		"mon":      readMonth,
		"mon2":     readMonth,
		"dur":      readLength,
		"dur2":     readLength,
		"services": readList("service", false),
		"clouds":   readList("cloud", true),
		"n":        readNumber,
		"service":  readService,
		"id": func(m *matcher, at int) (option, bool) {
			return option{to: at + 1, value: verbatim(m.at(at))}, issueID.MatchString(m.at(at))
		},
		"roadmap": readRoadmap,
		"quoted":  readQuoted,
	}
}

func readWhen(fits func(*when) bool) func(m *matcher, at int) (option, bool) {
	return func(m *matcher, at int) (option, bool) {
		w, to, ok := readDate(m, at)
		if !ok || !fits(w) {
			return option{}, false
		}
		return option{to: to, value: w}, true
	}
}

func readMonth(m *matcher, at int) (option, bool) {
	w, to, ok := readSpan(m, at)
	if !ok {
		return option{}, false
	}
	return option{to: to, value: w}, true
}

func readNumber(m *matcher, at int) (option, bool) {
	return option{to: at + 1, value: verbatim(m.at(at))}, digits(m.at(at), 1, 6)
}

// readRoadmap reads ids of the roadmap: digits, several with commas.
func readRoadmap(m *matcher, at int) (option, bool) {
	var ids []string
	for digits(m.at(at), 5, 7) && len(ids) < maxList {
		ids = append(ids, m.at(at))
		at++
		next := m.skip(m.skip(at, ","), "and")
		if !digits(m.at(next), 5, 7) {
			break
		}
		at = next
	}
	return option{to: at, value: verbatim(strings.Join(ids, ", "))}, len(ids) > 0
}

// readLength reads a number and a unit.
func readLength(m *matcher, at int) (option, bool) {
	count := m.at(at)
	n := slices.Index(numberWords(), strings.ToLower(count))
	if digits(count, 1, 3) {
		n, _ = strconv.Atoi(count)
	}
	if n < 1 {
		return option{}, false
	}
	for i := range m.book.units {
		for _, form := range m.book.units[i].En {
			first, second, two := strings.Cut(form, " ")
			if strings.EqualFold(m.at(at+1), first) && (!two || strings.EqualFold(m.at(at+2), second)) {
				to := at + 2
				if two {
					to++
				}
				return option{to: to, value: length{count, n, &m.book.units[i]}}, true
			}
		}
	}
	return option{}, false
}

func numberWords() []string {
	return []string{"", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
}

// A named value is a name with the short form that stands behind it.
type named struct {
	option
	acronym string
}

func (n named) in(b *Book, lang int, form string) string {
	name := b.value(lang, form, n.option)
	if n.acronym != "" && name != "" {
		name += " (" + n.acronym + ")"
	}
	return name
}

// readService reads a name of the book or of a product: "the SharePoint admin
// center", "the Exchange Online service", "Service Health Dashboard (SHD)".
func readService(m *matcher, at int) (option, bool) {
	from := m.skip(at, "the")
	options := m.options(m.book.slots["name"], from)
	if len(options) == 0 {
		return option{}, false
	}
	n := named{option: options[0]}
	to := n.to
	if from > at {
		to = m.skip(to, "service")
	}
	if m.at(to) == "(" && m.at(to+2) == ")" && m.book.acronyms[m.at(to+1)] {
		n.acronym, to = m.at(to+1), to+3
	}
	return option{to: to, value: n}, true
}

// readQuoted reads a quoted text, which is shown as in the source: the reader
// may search for it.
func readQuoted(m *matcher, at int) (option, bool) {
	ends := map[string]string{`"`: `"`, "“": "”", "'": "'", "‘": "’"}
	end, ok := ends[m.at(at)]
	for to := at + 1; ok && to < m.count; to++ {
		if m.at(to) == end && to > at+1 {
			return option{to: to + 1, value: verbatim(m.text[m.tokens[at].from:m.tokens[to].to])}, true
		}
	}
	return option{}, false
}

// firsts say of the slots that a function reads whether one may begin with a
// word, which spares most readings.
func firsts(b *Book) map[string]func(m *matcher, at int) bool {
	digit := func(m *matcher, at int) bool { c := m.text[m.tokens[at].from]; return c >= '0' && c <= '9' }
	date := func(m *matcher, at int) bool { return m.beginsDate(at) }
	named := func(m *matcher, at int) bool {
		from := m.skip(at, "the")
		return from < m.count && b.slots["name"].begins(m, from)
	}
	length := func(m *matcher, at int) bool { return digit(m, at) || get(b.starts.number, m.word(at)) }
	return map[string]func(m *matcher, at int) bool{
		"dt": date, "date": date, "dateNW": date, "mon": date, "mon2": date, "dur": length, "dur2": length, "n": digit, "roadmap": digit,
		"services": named, "service": named,
		"id":     func(m *matcher, at int) bool { c := m.text[m.tokens[at].from]; return c >= 'A' && c <= 'Z' },
		"quoted": func(m *matcher, at int) bool { return m.tokens[at].to-m.tokens[at].from <= 3 },
	}
}

// starting are the words that dates and lengths begin with, by their numbers.
type starting struct {
	weekday, month []int8 // from 1; negative for one that is cut short; 0 for another word
	part, number   []bool
}

func newStarting(words *vocabulary, weekdays, months []string) starting {
	var s starting
	name := func(list *[]int8, names []string) {
		for i, name := range names {
			name = strings.ToLower(name)
			for n := 3; n <= min(4, len(name)-1); n++ {
				set(list, words.add(name[:n]), int8(-i-1)) //nolint:gosec // twelve
			}
			set(list, words.add(name), int8(i+1)) //nolint:gosec // twelve
		}
	}
	name(&s.weekday, weekdays)
	name(&s.month, months)
	for _, word := range []string{"early", "mid", "late", "end", "beginning", "start"} {
		set(&s.part, words.add(word), true)
	}
	for _, word := range numberWords()[1:] {
		set(&s.number, words.add(word), true)
	}
	return s
}

// set puts a value into a list that is as long as it must be.
func set[T any](list *[]T, at uint16, value T) {
	for len(*list) <= int(at) {
		var none T
		*list = append(*list, none)
	}
	(*list)[at] = value
}

// get is a value of a list, the zero value beyond its end.
func get[T any](list []T, at uint16) (value T) {
	if int(at) < len(list) {
		value = list[at]
	}
	return value
}

// beginsDate reports whether a date or a part of a month may begin at a place.
func (m *matcher) beginsDate(at int) bool {
	if word := m.word(at); word != 0 {
		s := &m.book.starts
		return get(s.weekday, word) != 0 || get(s.month, word) != 0 || get(s.part, word)
	}
	word := m.at(at)
	for _, part := range []string{"mid", "late", "early"} {
		if len(word) > len(part) && strings.EqualFold(word[:len(part)], part) {
			return true
		}
	}
	return false
}
