package letters

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
)

//go:embed locales/*.json
var files embed.FS

// tongue is one language that letters are written in.
type tongue struct {
	lang.Rules
	texts map[string]string
	book  *translate.Book
}

// newTongues reads the texts of all languages of publications.
func newTongues() (map[string]*tongue, error) {
	all := map[string]*tongue{}
	for _, code := range lang.Publications() {
		body, err := files.ReadFile("locales/" + code + ".json")
		if err != nil {
			return nil, err
		}
		t := &tongue{Rules: lang.Rules{Code: code}, book: translate.DefaultBook()}
		if err := json.Unmarshal(body, &t.texts); err != nil {
			return nil, fmt.Errorf("texts of letters in %s: %w", code, err)
		}
		for key, text := range t.texts {
			t.texts[key] = t.Typeset(text)
		}
		all[code] = t
	}
	return all, nil
}

// text returns a text with its slots filled, pairs of name and value.
func (t *tongue) text(key string, pairs ...string) string {
	text, ok := t.texts[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	var b strings.Builder
	for len(pairs) > 0 { // a value is not looked through
		before, rest, ok := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		if b.WriteString(before); !ok {
			return b.String()
		}
		text = after
		if i := slot(pairs, name); closed && i >= 0 {
			b.WriteString(pairs[i+1])
		} else {
			b.WriteByte('{')
			text = rest
		}
	}
	return text
}

// slot is where the name of a slot stands among pairs, -1 for nowhere.
func slot(pairs []string, name string) int {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] == name {
			return i
		}
	}
	return -1
}

// status is the word for a status, as it is written where there is none.
func (t *tongue) status(s tocsin.Status) string {
	if word := t.book.Status(t.Code, string(s)); word != "" {
		return word
	}
	return s.Words()
}

// time writes an instant in a zone, with the name of the zone.
func (t *tongue) time(at time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	return t.text("at", "time", t.LongTime(at.In(zone)), "zone", zone.String())
}
