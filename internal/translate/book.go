package translate

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

//go:embed book/phrasebook.json
var embedded embed.FS

// A Book is a phrase book: labels, statuses, calendar rules, sentence patterns
// and the grammar of impact sentences, in four languages. It is read once and
// never changed.
type Book struct {
	words                    *vocabulary
	slots                    map[string]*nonterminal
	labels                   labelSet
	label, status, class, ui map[string][languageCount]string
	separator                [languageCount]string
	calendar                 [languageCount]calendar
	weekdays, months         []string // English
	units                    []bookLine
	numbers                  [languageCount][]string
	acronyms                 map[string]bool
	often, and, or           [languageCount]string
	where                    bookLine
	review                   map[string]string
	starts                   starting
	protect                  protection
	pool                     sync.Pool // of matchers
}

// DefaultBook is the phrase book of the product, read at its first use.
func DefaultBook() *Book { return defaultBook() }

var defaultBook = sync.OnceValue(func() *Book { //nolint:gochecknoglobals // read once, never changed
	body, err := embedded.ReadFile("book/phrasebook.json")
	if err != nil {
		panic(err) // it is part of the program
	}
	b, err := ReadBook(body)
	if err != nil {
		panic(err) // a test reads it
	}
	return b
})

// ReadBook reads a phrase book. It fails on what is no book of format
// phrasebook/1.
func ReadBook(body []byte) (*Book, error) {
	var f bookFile
	if err := json.Unmarshal(body, &f); err != nil {
		return nil, fmt.Errorf("read the phrase book: %w", err)
	}
	if f.Format != "phrasebook/1" {
		return nil, fmt.Errorf("read the phrase book: its format is %q, not phrasebook/1", f.Format)
	}
	b := &Book{
		words: &vocabulary{}, slots: map[string]*nonterminal{}, review: f.Review, units: f.Units,
		label: map[string][languageCount]string{}, acronyms: map[string]bool{},
		status: wordsOf(f.Statuses), class: wordsOf(f.Classes), ui: wordsOf(f.UI),
		weekdays: weekdays(), months: months(),
	}
	b.pool.New = func() any { return &matcher{book: b, words: b.words} }
	for i, lang := range Languages() {
		b.separator[i], b.calendar[i] = f.Separator[lang], newCalendar(&f.Calendar, lang)
		if n := f.Numbers[lang]; n != nil {
			if err := json.Unmarshal(n, &b.numbers[i]); err != nil {
				return nil, fmt.Errorf("read the phrase book: numbers of %s: %w", lang, err)
			}
		}
	}
	b.starts = newStarting(b.words, b.weekdays, b.months)
	for name, read := range readers() {
		b.slot(name).read = read
	}
	for name, first := range firsts(b) {
		b.slot(name).first = first
	}
	b.readGrammar(&f.Grammar)
	b.readNames(&f)
	b.readLabels(&f)
	b.readSentences(&f)
	b.share()
	return b, b.protect.compile(b, &f)
}

// slot is the nonterminal of a slot.
func (b *Book) slot(name string) *nonterminal {
	if b.slots[name] == nil {
		b.slots[name] = &nonterminal{book: b}
	}
	return b.slots[name]
}

func wordsOf(lines []bookLine) map[string][languageCount]string {
	words := make(map[string][languageCount]string, len(lines))
	for i := range lines {
		words[lines[i].Key] = lines[i].all()
	}
	return words
}

func templates(words [languageCount]string) (t [languageCount]template) {
	for i := range words {
		t[i] = parseTemplate(words[i])
	}
	return t
}

// same is one text in every language.
func same(text string) [languageCount]template {
	return templates([languageCount]string{text, text, text, text})
}

// addLines adds lines as alternatives of a slot.
func (b *Book) addLines(slot string, lines []bookLine) {
	for i := range lines {
		words := lines[i].all()
		low := words
		for lang := range low {
			low[lang] = small(lang, low[lang])
		}
		lowered := templates(low)
		e := &entry{key: lines[i].Key, target: templates(words), forms: map[string]*[languageCount]template{"low": &lowered}}
		for _, form := range lines[i].En {
			b.slot(slot).add(b, form, e)
		}
	}
}

// readNames adds what the slot of a service takes: names that the provider
// puts into other languages, and products, which it leaves as they are.
func (b *Book) readNames(f *bookFile) {
	for i := range f.Names {
		words := f.Names[i].all()
		inDative, bare := words, words
		inDative[german] = strings.NewReplacer("das ", "dem ", "der ", "dem ", "die ", "der ").Replace(words[german][:4]) + words[german][4:]
		for lang, article := range []string{"le ", "", "el ", "das "} {
			bare[lang] = capital(strings.TrimPrefix(words[lang], article))
		}
		e := &entry{key: f.Names[i].Key, target: templates(words), forms: map[string]*[languageCount]template{}}
		for form, words := range map[string][languageCount]string{dative: inDative, "bare": bare} {
			t := templates(words)
			e.forms[form] = &t
		}
		for _, form := range f.Names[i].En {
			b.slot("name").add(b, form, e)
		}
	}
	for _, name := range f.DoNotTranslate.Products {
		b.slot("name").add(b, name, &entry{key: name, exact: name, target: same(name)})
	}
	for _, name := range f.DoNotTranslate.Acronyms {
		b.acronyms[name] = true
	}
	for slot, lines := range f.Slots {
		b.addLines(slot, lines)
	}
	b.addLines("region", f.Regions)
	b.addLines("ringName", f.Rings)
	b.addLines("cloud", f.Clouds)
	ring := same("{ringName} ({clouds})")
	b.slot("lead").add(b, "{ringName} ({clouds})", &entry{key: "ring", target: ring})
	b.slot("lead").add(b, "{ringName}", &entry{key: "ring", target: same("{ringName}")})
	b.slot("lead").add(b, "{clouds}", &entry{key: "clouds", target: same("{clouds}")})
}

// readLabels adds labels of posts and headings of messages.
func (b *Book) readLabels(f *bookFile) {
	b.labels = labelSet{known: map[string]string{}, leads: b.slot("lead")}
	add := func(line *bookLine) {
		b.label[line.Key] = line.all()
		for _, form := range plainForms(line.En) {
			words := string(appendWords(nil, form))
			if _, has := b.labels.known[words]; !has && line.Where != "ui" {
				b.labels.known[words] = line.Key
			}
		}
	}
	for i := range f.Labels {
		add(&f.Labels[i])
	}
	for i := range f.MessageCenter {
		if f.MessageCenter[i].Kind == "heading" {
			add(&f.MessageCenter[i])
		}
	}
}

// readSentences adds what a whole segment may be.
func (b *Book) readSentences(f *bookFile) {
	for _, lines := range [][]bookLine{f.Patterns, f.MessageCenter, f.Statuses, f.Classes} {
		for i := range lines {
			if lines[i].Kind != "heading" {
				b.addSentence(&lines[i])
			}
		}
	}
	for _, slot := range []string{"dt", "date", "mon:bare", "services:bare", "id", "lead"} {
		name, _, _ := strings.Cut(slot, ":")
		target := "{" + slot + "}"
		b.slot("sentence").add(b, "{"+name+"}", &entry{key: name, lower: name != "services" && name != "lead", target: same(target)})
	}
}

// addSentence adds a pattern. The stop at its end is the source's, unless its
// English forms have none.
func (b *Book) addSentence(line *bookLine) {
	words := line.all()
	for lang := range words {
		if strings.HasSuffix(line.En[0], ".") || !strings.HasSuffix(line.En[0], ":") {
			words[lang] = strings.TrimSuffix(strings.TrimSuffix(words[lang], "."), "。")
		}
	}
	e := &entry{key: line.Key, target: templates(words)}
	for _, form := range line.En {
		b.slot("sentence").add(b, form, e)
	}
}
