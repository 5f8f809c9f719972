package translate

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// protection is what the book says of texts that no engine may touch.
type protection struct {
	first  []*regexp.Regexp // addresses and quoted texts, in their order of right
	others []*regexp.Regexp // ids, paths, products: the longest one has it
	names  *regexp.Regexp   // that the provider puts into other languages
	byName map[string]*entry
	dates  *regexp.Regexp  // where one may begin
	words  map[string]bool // of names and dates, see [Book.Names]
}

// maxSpans bounds the spans of one text; real sentences have up to eight.
const maxSpans = 1000

// A Protected is a text made ready for an engine.
type Protected struct {
	Text   string // with ⟦1⟧, ⟦2⟧ … in the place of spans
	source string
	spans  []span
	book   *Book
}

// A span is a piece of a text that no engine may touch.
type span struct {
	from, to int
	value    value  // printed in the language of the answer; nil: as it is
	name     *entry // with an article in the language of the answer; nil: none
	text     string
}

func (p *protection) compile(b *Book, f *bookFile) error {
	p.byName = map[string]*entry{}
	var names, products []string
	for i := range f.Names {
		names = append(names, f.Names[i].En...)
		for _, name := range f.Names[i].En {
			p.byName[strings.ToLower(name)] = b.nameEntry(name)
		}
	}
	products = append(append(products, f.DoNotTranslate.Products...), f.DoNotTranslate.Acronyms...)
	p.words = nameWords(b, f)
	p.names = regexp.MustCompile(`(?i)(?:\bthe )?(?:` + anyOf(names) + `)`)
	p.others = append(p.others, regexp.MustCompile(anyOf(products)+`(?:['’]s\b)?`))
	for _, one := range f.DoNotTranslate.Patterns {
		re, err := regexp.Compile(one.Re)
		if err != nil {
			return fmt.Errorf("read the phrase book: pattern %s: %w", one.Key, err)
		}
		switch one.Key {
		case "url", "email", "quoted":
			p.first = append(p.first, re)
		default:
			p.others = append(p.others, re)
		}
	}
	p.dates = regexp.MustCompile(`(?i)\b(?:` + strings.Join(append(slices.Clone(b.weekdays), b.months...), "|") +
		`|(?:mon|tue|tues|wed|thu|thurs|fri|sat|sun|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b|(?:early|mid|late|end of|beginning of|start of)[\s\-‑]|\d{1,2}:\d{2}|\d{1,2}\s?[ap]\.?m\b)`)
	return nil
}

// nameEntry is the entry of a name.
func (b *Book) nameEntry(name string) *entry {
	m := b.matcher()
	defer b.pool.Put(m)
	if !m.tokenise(name) {
		return nil
	}
	e, _ := m.match(b.slots["name"])
	return e
}

// anyOf is a pattern for any of some words, the longest first.
func anyOf(words []string) string {
	words = slices.Clone(words)
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for i := range words {
		words[i] = regexp.QuoteMeta(words[i])
	}
	return "(?:" + strings.Join(words, "|") + ")"
}

// Protect puts ⟦n⟧ in the place of all that an engine must not touch: dates,
// addresses, quoted texts, ids, paths, names, and what stands in keep. It takes
// linear time.
func (b *Book) Protect(text string, keep ...string) Protected {
	p := Protected{source: text, book: b}
	var found []span
	found = append(found, brackets(text)...)
	found = append(found, b.dateSpans(text)...)
	for _, re := range b.protect.first {
		found = append(found, matches(re, text)...)
	}
	var others []span
	for _, re := range b.protect.others {
		others = append(others, whole(text, matches(re, text))...)
	}
	for _, s := range whole(text, matches(b.protect.names, text)) {
		name := text[s.from:s.to]
		if len(name) > 4 && strings.EqualFold(name[:4], "the ") {
			name = name[4:]
		}
		s.name = b.protect.byName[strings.ToLower(name)]
		others = append(others, s)
	}
	for _, word := range keep {
		if word != "" {
			others = append(others, whole(text, places(text, word))...)
		}
	}
	slices.SortStableFunc(others, func(a, b span) int { return cmp.Compare(b.to-b.from, a.to-a.from) })
	p.take(append(found, others...))
	return p
}

// take keeps the spans that touch none before them, in the order of the text,
// and writes the text with their numbers.
func (p *Protected) take(found []span) {
	taken := make([]bool, len(p.source))
	for _, s := range found {
		if len(p.spans) < maxSpans && s.from < s.to && !slices.Contains(taken[s.from:s.to], true) {
			for i := s.from; i < s.to; i++ {
				taken[i] = true
			}
			p.spans = append(p.spans, s)
		}
	}
	slices.SortFunc(p.spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var w strings.Builder
	at := 0
	for i := range p.spans {
		s := &p.spans[i]
		s.text = p.source[s.from:s.to]
		w.WriteString(p.source[at:s.from] + "⟦" + strconv.Itoa(i+1) + "⟧")
		at = s.to
	}
	w.WriteString(p.source[at:])
	p.Text = w.String()
}

// Spans returns the pieces that are protected, in the order of their numbers.
func (p Protected) Spans() []string {
	list := make([]string, len(p.spans))
	for i := range p.spans {
		list[i] = p.spans[i].text
	}
	return list
}

// wordless reports whether nothing is left to translate.
func (p Protected) wordless() bool {
	return strings.IndexFunc(placeholder.ReplaceAllString(p.Text, ""), unicode.IsLetter) < 0
}

// brackets are the signs of placeholders that a text has of its own.
func brackets(text string) []span {
	var list []span
	for at := 0; at < len(text); {
		n := strings.IndexAny(text[at:], "⟦⟧〚〛")
		if n < 0 {
			break
		}
		at += n
		_, size := utf8.DecodeRuneInString(text[at:])
		list = append(list, span{from: at, to: at + size})
		at += size
	}
	return list
}

func matches(re *regexp.Regexp, text string) []span {
	var list []span
	for _, at := range re.FindAllStringIndex(text, maxSpans) {
		list = append(list, span{from: at[0], to: at[1]})
	}
	return list
}

// places are where a word stands in a text.
func places(text, word string) []span {
	var list []span
	for at := 0; len(list) < maxSpans; {
		n := strings.Index(text[at:], word)
		if n < 0 {
			break
		}
		list = append(list, span{from: at + n, to: at + n + len(word)})
		at += n + len(word)
	}
	return list
}

// whole are the spans that are no part of a longer word.
func whole(text string, spans []span) []span {
	return slices.DeleteFunc(spans, func(s span) bool {
		before, _ := utf8.DecodeLastRuneInString(text[:s.from])
		after, _ := utf8.DecodeRuneInString(text[s.to:])
		return isWordEnd(before) || isWordEnd(after)
	})
}

func isWordEnd(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// dateSpans are the dates, times and months of a text.
func (b *Book) dateSpans(text string) []span {
	m := b.matcher()
	defer b.pool.Put(m)
	var list []span
	end := 0
	for _, at := range b.protect.dates.FindAllStringIndex(text, maxSpans) {
		if at[0] < end {
			continue
		}
		if to, w := m.dateAt(text[at[0]:min(len(text), at[0]+120)]); w != nil {
			end = at[0] + to
			list = append(list, span{from: at[0], to: end, value: w})
		}
	}
	return list
}

// dateAt reads what of a date stands at the beginning of a text, the most
// first, and how many bytes it has.
func (m *matcher) dateAt(text string) (int, value) {
	for len(text) > 0 && !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	if !m.tokenise(text) {
		return 0, nil
	}
	m.count += m.stopCount()
	if w, to, ok := readDate(m, 0); ok {
		return int(m.tokens[to-1].to), w
	}
	if w, to, ok := readDay(m, 0); ok {
		if end, timed := m.clock(w, m.skip(m.skip(to, ","), "at")); timed {
			to = end
		}
		return int(m.tokens[to-1].to), w
	}
	if w, to, ok := m.month(0); ok {
		return int(m.tokens[to-1].to), w
	}
	w := &when{}
	if to, ok := m.clock(w, 0); ok {
		return int(m.tokens[to-1].to), w
	}
	if n, ok := m.nameOf(0, m.book.starts.weekday, false); ok {
		w.Weekday = n + 1
		return int(m.tokens[0].to), w
	}
	return 0, nil
}

// stopCount is the stop at the end that tokenise took away.
func (m *matcher) stopCount() int {
	if m.stop {
		return 1
	}
	return 0
}
