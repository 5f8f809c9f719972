package translate

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line returns what the book says for a segment in a language. It answers a
// whole segment or not at all: an answer is never half English.
func (b *Book) Line(lang string, s Segment) (target string, ok bool) {
	target, origin := b.answer(lang, s)
	return target, origin != OriginOriginal
}

// answer is [Book.Line] with the origin of what it says: the book, or nobody
// where there is nothing to translate.
func (b *Book) answer(lang string, s Segment) (target string, origin Origin) {
	n := languageIndex(lang)
	if n < 0 {
		return "", OriginOriginal
	}
	if s.Kind == SegmentLabel {
		if target, ok := b.labelLine(n, s.Text); ok {
			return target, OriginBook
		}
		return "", OriginOriginal
	}
	if target, ok := b.sentence(n, s); ok {
		return target, OriginBook
	}
	if target, ok := b.Names(lang, s.Text); ok {
		return target, OriginNames
	}
	return "", OriginOriginal
}

// sentence is what the patterns of the book say for a sentence.
func (b *Book) sentence(n int, s Segment) (target string, ok bool) {
	m := b.matcher()
	defer b.pool.Put(m)
	if !m.tokenise(s.Text) {
		return "", false
	}
	e, captures := m.match(b.slots["sentence"])
	if e == nil {
		return "", false
	}
	if target, ok = b.render(n, e, captures); !ok {
		return "", false
	}
	if m.stop {
		target = endLike(n, ".", target)
	}
	return target, true
}

// Has reports whether the book knows a segment in some language.
func (b *Book) Has(s Segment) bool {
	for _, lang := range Languages() {
		if _, ok := b.Line(lang, s); ok {
			return true
		}
	}
	return false
}

func (b *Book) matcher() *matcher {
	m, _ := b.pool.Get().(*matcher)
	return m
}

// labelLine is a label with the brackets and the colon of its source.
func (b *Book) labelLine(lang int, text string) (string, bool) {
	label := strings.Trim(text, "[]:： *_")
	target, ok := b.labelWords(lang, label)
	if !ok {
		return "", false
	}
	colon := strings.TrimRight(b.separator[lang], " ")
	switch end := strings.TrimRight(text, "*_ "); {
	case strings.HasPrefix(text, "[") && (strings.HasSuffix(end, ":]") || strings.HasSuffix(end, "]:")):
		return "[" + target + "]" + colon, true
	case strings.HasPrefix(text, "["):
		return "[" + target + "]", true
	case strings.HasSuffix(end, ":") || strings.HasSuffix(end, "："):
		return target + colon, true
	}
	return target, true
}

func (b *Book) labelWords(lang int, label string) (string, bool) {
	if key := b.labels.key(label); key != "" {
		return b.label[key][lang], true
	}
	m := b.matcher()
	defer b.pool.Put(m)
	if !m.tokenise(label) {
		return "", false
	}
	e, captures := m.match(b.slots["lead"])
	if e == nil {
		return "", false
	}
	return b.render(lang, e, captures)
}

// render prints an entry with what its slots took. A sentence that begins with
// the words of a slot begins with a capital.
func (b *Book) render(lang int, e *entry, captures []capture) (string, bool) {
	if e.render != nil {
		return e.render(b, lang, captures)
	}
	t := e.target[lang]
	text := b.fill(lang, t, captures, "")
	if len(t) > 0 && t[0].slot != "" && !e.lower && !startsExact(captures) {
		text = capital(text)
	}
	return text, text != ""
}

// startsExact reports whether the first slot took what is printed unchanged.
func startsExact(captures []capture) bool {
	return len(captures) > 0 && captures[0].entry != nil && captures[0].entry.exact != ""
}

// value prints what a slot took, in a form such as "dat"; "" when it lacks the
// form.
func (b *Book) value(lang int, form string, o option) string {
	if o.value != nil {
		return o.value.in(b, lang, form)
	}
	if forms := o.entry.forms; forms != nil && form != "" && forms[form] != nil {
		return b.fill(lang, forms[form][lang], o.captures, form)
	}
	return b.fill(lang, o.entry.target[lang], o.captures, form)
}

// fill prints a template, "" when a slot is empty.
func (b *Book) fill(lang int, t template, captures []capture, form string) string {
	if len(t) == 1 && t[0].slot == "" {
		return t[0].words
	}
	w := writer{lang: lang}
	for _, p := range t {
		if p.slot == "" {
			w.write(p.words)
			continue
		}
		before := w.text()
		if form == dative && before == "" {
			before = "mit " // the word that wants it stands outside
		}
		text := b.slotText(lang, p.slot, before, captures)
		if text == "" {
			return ""
		}
		w.write(text)
	}
	return w.text()
}

// slotText prints what stands in a slot of a template.
func (b *Book) slotText(lang int, slot, before string, captures []capture) string {
	name, form, _ := strings.Cut(slot, ":")
	for i := range captures {
		if captures[i].name != name {
			continue
		}
		if form == "" {
			form = formOf(lang, name, before)
		}
		if l, ok := captures[i].value.(list); ok {
			return l.join(b, lang, form, preposition(lang, before))
		}
		return b.value(lang, form, captures[i].option)
	}
	return ""
}

// dative is the form of a German name or object behind a preposition that
// wants it.
const dative = "dat"

// formOf is the form that a slot wants behind the words before it.
func formOf(lang int, slot, before string) string {
	switch {
	case slot == "mon" || slot == "mon2":
		return slot
	case lang == german && isDative(lastWord(before)):
		return dative
	}
	return ""
}

// isDative reports whether a German preposition is followed by the dative.
func isDative(word string) bool {
	switch word {
	case "mit", "bei", "von", "zu", "aus", "nach", "seit", "in":
		return true
	}
	return false
}

// preposition is the word before a list that stands before each of its entries
// in French and Spanish.
func preposition(lang int, before string) string {
	word := lastWord(before)
	if lang == french && (word == "à" || word == "de") || lang == spanish && (word == "a" || word == "de") {
		return word + " "
	}
	return ""
}

// lastWord is the word that a text ends with, without the blank behind it.
func lastWord(text string) string {
	text, found := strings.CutSuffix(text, " ")
	if !found {
		return ""
	}
	n := strings.LastIndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '(' })
	if n < 0 {
		return text
	}
	_, size := utf8.DecodeRuneInString(text[n:])
	return text[n+size:]
}

// Status is a word for a status, "" for one that the book does not know.
func (b *Book) Status(lang, status string) string { return word(b.status, lang, status) }

// Class is a word for a classification, category or severity, "" for one that
// the book does not know.
func (b *Book) Class(lang, class string) string { return word(b.class, lang, class) }

// UI is a text about translations, such as the notice line, by its key.
func (b *Book) UI(lang, key string) string { return word(b.ui, lang, key) }

// Label is a label without a colon by its key, such as "last_updated".
func (b *Book) Label(lang, key string) string { return word(b.label, lang, key) }

// Separator is what stands between a label and its text: ": ".
func (b *Book) Separator(lang string) string {
	if n := languageIndex(lang); n >= 0 {
		return b.separator[n]
	}
	return ": "
}

// Review says who has read the lines of a language: "pending" for nobody yet.
func (b *Book) Review(lang string) string { return b.review[lang] }

func word(words map[string][languageCount]string, lang, key string) string {
	if n := languageIndex(lang); n >= 0 {
		return words[key][n]
	}
	return ""
}
