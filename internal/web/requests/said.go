package requests

import (
	"slices"
	"strings"
	"unicode"

	"example.org/tocsin/internal/translate"
)

// said tells in which language somebody wrote, where it is not the reader's, and puts
// beside it what the phrase book and the memory make of it. What people write into
// requests is kept in no memory and sent to no engine.
func (v *view) said(one *turn) error {
	language := languageOf(one.Text)
	if language == "" || language == v.Code {
		return nil
	}
	one.Lang, one.Tongue = language, v.Text("request.tongue."+language)
	if language != translate.Source || !v.Translates(v.Code) {
		return nil
	}
	list, err := v.Translate(v.Code, one.Text)
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(list[0].Lines, func(l translate.Line) bool {
		return l.Origin != translate.OriginOriginal && l.Origin != translate.OriginNames
	})
	if known {
		one.Made = v.Bilingual(list[0])
	}
	return nil
}

// languageOf is the language of a text as far as its most frequent words tell, "" when
// they do not.
func languageOf(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) }) {
		return "ja"
	}
	english, french := 0, 0
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		switch word {
		case "the", "is", "are", "and", "to", "of", "we", "you", "for", "have", "has", "not", "with", "this", "that", "it", "our", "your", "from", "was", "been", "in", "at", "be":
			english++
		case "le", "la", "les", "des", "du", "est", "sont", "et", "nous", "vous", "pour", "avec", "pas", "une", "un", "dans", "sur", "que", "qui", "au", "aux", "ce", "cette", "de", "l", "d":
			french++
		}
	}
	switch {
	case english > french:
		return "en"
	case french > english:
		return "fr"
	}
	return ""
}
