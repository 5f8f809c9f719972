package web

import (
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/lang"
)

// Languages returns the languages of the pages. The first one has no prefix in
// addresses and fills in nothing for the others: each has all texts.
func Languages() []string { return []string{"en", "fr", "ja"} }

// A locale is one language of the pages: its texts and its habits.
type Locale struct {
	Code  string
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

// NewLocale reads the texts of one language from the families and applies its
// typography, so that nobody types a special space by hand.
func NewLocale(code string, families ...Family) (*Locale, error) {
	causes, err := lang.Texts(code)
	if err != nil {
		return nil, err
	}
	l := &Locale{Code: code, texts: map[string]message{}}
	if err := l.add(causes); err != nil {
		return nil, err
	}
	for _, f := range families {
		if !has(f.Files, "locales") {
			continue
		}
		body, err := fs.ReadFile(f.Files, "locales/"+code+".json")
		if err != nil {
			return nil, err
		}
		if err := l.add(body); err != nil {
			return nil, err
		}
	}
	for key, m := range l.texts {
		l.texts[key] = message{l.typeset(m.one), l.typeset(m.other), m.by}
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

// has reports whether there are files below a folder.
func has(files fs.FS, folder string) bool {
	if files == nil {
		return false
	}
	_, err := fs.Stat(files, folder)
	return err == nil
}

// Spaces that do not break.
const (
	nbsp  = "\u00a0"
	nnbsp = "\u202f"
)

var (
	afterNumber = regexp.MustCompile(`(\{n\}|[0-9]) (\pL)`)
	french      = strings.NewReplacer(
		" :", nbsp+":", "« ", "«"+nbsp, " »", nbsp+"»", " ;", nnbsp+";", " !", nnbsp+"!", " ?", nnbsp+"?", " %", nnbsp+"%", "n° ", "n°"+nbsp, "'", "’")
)

// typeset puts in the spaces that a language wants: numbers never part from
// their noun, and French sets off its double signs.
func (l *Locale) typeset(s string) string {
	s = afterNumber.ReplaceAllString(s, "${1}"+nbsp+"${2}")
	if l.Code == "ja" {
		return s
	}
	if l.Code == "fr" {
		return french.Replace(s)
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
			return n == 1 || n == 0 && l.Code == "fr"
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

// Rich returns the text for a key where slots may hold markup: values of type
// [template.HTML] are put in as they are, all else is escaped.
func (l *Locale) Rich(key string, pairs ...any) template.HTML {
	plain := make([]any, len(pairs))
	copy(plain, pairs)
	marks := map[string]string{}
	for i := 1; i < len(plain); i += 2 {
		if markup, ok := plain[i].(template.HTML); ok {
			mark := "\x00" + strconv.Itoa(i) + "\x00"
			plain[i], marks[mark] = mark, string(markup)
		}
	}
	s := html.EscapeString(l.Text(key, plain...))
	s = strings.ReplaceAll(s, "\ufffd", "\x00") // EscapeString keeps NUL, but be sure
	for mark, markup := range marks {
		s = strings.ReplaceAll(s, mark, markup)
	}
	return template.HTML(s) //nolint:gosec // every part is escaped above or was markup already
}

// Number groups the digits of n by three.
func (l *Locale) Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	separator := ","
	if l.Code == "fr" {
		separator = nnbsp
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + separator + digits[i:]
	}
	return sign + digits
}

// Percent returns a share between 0 and 1 with some decimals, never rounded up
// to 100 %.
func (l *Locale) Percent(share float64, decimals int) string {
	s := strconv.FormatFloat(share*100, 'f', decimals, 64)
	if share < 1 && strings.HasPrefix(s, "100") {
		s = "99." + strings.Repeat("9", decimals)
	}
	if share >= 1 {
		s = "100"
	}
	if l.Code == "fr" {
		return strings.Replace(s, ".", ",", 1) + nnbsp + "%"
	}
	return s + "%"
}

// Between stands between two sentences or words: nothing in Japanese, whose
// marks bring their own room.
func (l *Locale) Between() template.HTML {
	if l.Code == "ja" {
		return ""
	}
	return " "
}

// Join makes one phrase of several: with commas, Japanese ones in Japanese.
func (l *Locale) Join(parts []string) string {
	if l.Code == "ja" {
		return strings.Join(parts, "、")
	}
	return strings.Join(parts, ", ")
}
