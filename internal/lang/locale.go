package lang

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// A Locale is one language of the pages: its texts and its rules.
type Locale struct {
	Rules
	texts map[string]message
}

// A message is one text. Texts that depend on a number have a form for one;
// French uses it for 0 and 1, English for 1, Japanese never. The number is that
// of the slot by, which languages may choose differently: "1 of 3 tenants" goes
// by the three, "1 locataire sur 3" by the one.
type message struct{ one, other, by string }

// UnmarshalJSON takes a string, or an object with the members one and other, and
// by where the number is not in the slot n.
func (m *message) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &m.other)
	}
	forms := struct{ One, Other, By string }{By: "n"}
	err := json.Unmarshal(data, &forms)
	m.one, m.other, m.by = forms.One, forms.Other, forms.By
	return err
}

// NewLocale reads the texts of a language: those of this package, and those of
// some folders of texts, each in locales/CODE.json; a folder without locales has
// none. It applies the language's typography, so that nobody types a special
// space by hand. It fails where a text is there twice.
func NewLocale(code string, folders ...fs.FS) (*Locale, error) {
	l, err := plainLocale(code, folders...)
	if err != nil {
		return nil, err
	}
	for key, m := range l.texts {
		l.texts[key] = message{l.Typeset(m.one), l.Typeset(m.other), m.by}
	}
	return l, nil
}

// plainLocale has the texts as they are typed.
func plainLocale(code string, folders ...fs.FS) (*Locale, error) {
	l := &Locale{Rules: Rules{code}, texts: map[string]message{}}
	for _, folder := range append([]fs.FS{files}, folders...) {
		if folder == nil {
			continue
		}
		if _, err := fs.Stat(folder, "locales"); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		body, err := fs.ReadFile(folder, "locales/"+code+".json")
		if err != nil {
			return nil, err
		}
		if err := l.add(body); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// add adds the texts of one file.
func (l *Locale) add(body []byte) error {
	var texts map[string]message
	if err := json.Unmarshal(body, &texts); err != nil {
		return fmt.Errorf("texts in %s: %w", l.Code, err)
	}
	for key, m := range texts {
		if _, ok := l.texts[key]; ok {
			return fmt.Errorf("texts in %s: %q is there twice", l.Code, key)
		}
		l.texts[key] = m
	}
	return nil
}

var (
	afterNumber = regexp.MustCompile(`(\{n\}|[0-9]) (\pL)`)
	frenchSigns = strings.NewReplacer(
		" :", nbsp+":", "« ", "«"+nbsp, " »", nbsp+"»", " ;", nnbsp+";", " !", nnbsp+"!", " ?", nnbsp+"?", " %", nnbsp+"%", "n° ", "n°"+nbsp, "'", "’")
)

// Typeset puts in the spaces that a language wants: numbers never part from
// their noun, and French sets off its double signs.
func (r Rules) Typeset(s string) string {
	s = afterNumber.ReplaceAllString(s, "${1}"+nbsp+"${2}")
	if r.Code == "ja" {
		return s
	}
	if r.Code == "fr" {
		return frenchSigns.Replace(s)
	}
	return strings.ReplaceAll(s, "'", "’")
}

// Text returns the text for a key with its slots filled: pairs are names and
// values. The slot n, or another that the text names, chooses the form. A key
// that does not exist stands out, and fails the tests.
func (l *Locale) Text(key string, pairs ...any) string {
	m, ok := l.texts[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	s := m.other
	if m.one != "" && l.singular(m.by, pairs) {
		s = m.one
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, fmt.Sprintf("{%v}", pairs[i]), l.value(pairs[i+1]))
	}
	return s
}

// HasText reports whether there is a text for a key.
func (l *Locale) HasText(key string) bool {
	_, ok := l.texts[key]
	return ok
}

// KeysBelow lists what follows a prefix in the keys of texts, in order.
func (l *Locale) KeysBelow(prefix string) []string {
	var list []string
	for key := range l.texts {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			list = append(list, rest)
		}
	}
	slices.Sort(list)
	return list
}

func (l *Locale) singular(by string, pairs []any) bool {
	for i := 0; i+1 < len(pairs); i += 2 {
		if n, ok := pairs[i+1].(int); ok && pairs[i] == by {
			return l.one(n)
		}
	}
	return false
}

func (l *Locale) value(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return l.Number(v)
	}
	return fmt.Sprint(v)
}
