package translate

import (
	"encoding/json"
	"fmt"
)

// A bookFile is a phrase book as it is written, see book/phrasebook.json.
type bookFile struct {
	Format         string
	Review         map[string]string
	Separator      map[string]string
	Labels         []bookLine
	Statuses       []bookLine
	Classes        []bookLine
	UI             []bookLine
	Grammar        grammarFile
	Subjects       []bookLine
	Regions        []bookLine
	Rings, Clouds  []bookLine
	Slots          map[string][]bookLine // lists that patterns name
	Calendar       calendarFile
	Units          []bookLine
	Numbers        map[string]json.RawMessage
	Patterns       []bookLine
	MessageCenter  []bookLine
	Names          []bookLine
	DoNotTranslate struct {
		Products, Acronyms []string
		Patterns           []struct{ Key, Re string }
	}
}

// A bookLine is an entry of the book: its English forms and its words in each
// language. Units have two of them: one, and more.
type bookLine struct {
	Key            string
	En             texts
	Fr, Ja, Es, De texts
	Kind           string // of message-center lines: heading or sentence
	Where          string // "ui": a label of our own pages, in no post
	Obj, Dat       bool   // of predicates: takes an object, in the dative
	FrA            string `json:"fr_a"`
	FrD            string `json:"fr_d"`
	EsA            string `json:"es_a"`
	EsD            string `json:"es_d"`
	DeDat          string `json:"de_dat"`
}

type grammarFile struct {
	Who            []bookLine
	Where          bookLine
	Intermittently bookLine
	Modals         []bookLine
	Predicates     []bookLine
	Objects        []bookLine
	Via            []bookLine
	And            bookLine `json:"and_"`
	Or             bookLine `json:"or_"`
}

type calendarFile struct {
	BeginMonth, BeginDate, ByMonth, ByDate, Was map[string]string
}

// texts are one text or several.
type texts []string

// UnmarshalJSON reads a string or a list of strings.
func (t *texts) UnmarshalJSON(body []byte) error {
	var one string
	if err := json.Unmarshal(body, &one); err == nil {
		*t = texts{one}
		return nil
	}
	var list []string
	if err := json.Unmarshal(body, &list); err != nil {
		return fmt.Errorf("neither a text nor a list of texts: %w", err)
	}
	*t = list
	return nil
}

// in is the n-th word of a line in a language, "" when it has none.
func (l *bookLine) in(lang, n int) string {
	of := [...]texts{l.Fr, l.Ja, l.Es, l.De}[lang]
	if n >= len(of) {
		n = len(of) - 1
	}
	if n < 0 {
		return ""
	}
	return of[n]
}

// all are the first words of a line in each language.
func (l *bookLine) all() (words [languageCount]string) {
	for i := range words {
		words[i] = l.in(i, 0)
	}
	return words
}
