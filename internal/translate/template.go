package translate

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The languages of the book, as indexes.
const (
	french = iota
	japanese
	spanish
	german
	languageCount
)

// languageIndex is the index of a language, -1 for one that the book lacks.
func languageIndex(lang string) int {
	switch lang {
	case "fr":
		return french
	case "ja":
		return japanese
	case "es":
		return spanish
	case "de":
		return german
	}
	return -1
}

// A template is a text with slots.
type template []part

// A part is words, or a slot.
type part struct{ words, slot string }

func parseTemplate(text string) template {
	var t template
	for text != "" {
		words, rest, found := strings.Cut(text, "{")
		if words != "" {
			t = append(t, part{words: words})
		}
		text = ""
		if found {
			var slot string
			slot, text, _ = strings.Cut(rest, "}")
			t = append(t, part{slot: slot})
		}
	}
	return t
}

// A writer puts a text of one language together: where words meet, it makes
// the contractions and blanks that the language wants.
type writer struct {
	lang int
	b    strings.Builder
}

// write appends a piece. Pieces of templates and values of slots meet here.
func (w *writer) write(piece string) {
	if piece == "" {
		return
	}
	if w.b.Len() == 0 {
		w.b.Grow(160)
	}
	text := w.b.String()
	before, piece := meet(w.lang, text, piece)
	if before != text {
		w.b.Reset()
		w.b.WriteString(before)
	}
	w.b.WriteString(piece)
}

// meet is two pieces of a text as they stand beside each other.
func meet(lang int, before, after string) (string, string) {
	if lang == japanese {
		return meetJapanese(before, after)
	}
	if elided, ok := elide(lang, before, after); ok {
		return elided, after
	}
	for _, c := range contractionsOf(lang) {
		if !strings.HasSuffix(before, c.word+" ") || !strings.HasPrefix(after, c.article+" ") {
			continue
		}
		kept := before[:len(before)-len(c.word)-1]
		if r, _ := utf8.DecodeLastRuneInString(kept); kept != "" && r != ' ' && r != '\u00a0' && r != '\u202f' && r != '’' && r != '(' {
			continue
		}
		return kept + c.both + " ", after[len(c.article)+1:]
	}
	return before, after
}

// elide drops the e of a French "de" or "que" before a vowel.
func elide(lang int, before, after string) (string, bool) {
	if lang != french {
		return before, false
	}
	kept, found := strings.CutSuffix(before, "e ")
	r, _ := utf8.DecodeRuneInString(after)
	if word := lastWord(before); !found || word != "de" && word != "que" || !strings.ContainsRune("aeiouéèêâîôûAEIOUÉ", r) {
		return before, false
	}
	return kept + "’", true
}

// A joined pair is a preposition and an article that are one word together.
type joined struct{ word, article, both string }

// contractionsOf are the pairs of a language. German ones are always the
// place, never the direction.
func contractionsOf(lang int) []joined {
	switch lang {
	case french:
		return []joined{{"à", "le", "au"}, {"à", "les", "aux"}, {"de", "le", "du"}, {"de", "les", "des"}}
	case spanish:
		return []joined{{"a", "el", "al"}, {"de", "el", "del"}}
	case german:
		return []joined{
			{"bei", "das", "beim"},
			{"in", "das", "im"},
			{"von", "das", "vom"},
			{"zu", "das", "zum"},
			{"bei", "dem", "beim"},
			{"in", "dem", "im"},
			{"von", "dem", "vom"},
			{"zu", "dem", "zum"},
			{"mit", "das", "mit dem"},
			{"aus", "das", "aus dem"},
			{"nach", "das", "nach dem"},
			{"seit", "das", "seit dem"},
		}
	}
	return nil
}

// meetJapanese drops the blank between two Japanese words and puts one between
// a Japanese and a Latin one: particles follow a Japanese word at once and a
// Latin one after a blank.
func meetJapanese(before, after string) (string, string) {
	if endsJapaneseLetter(before) && beginsLatin(after) || endsLatin(before) && beginsJapaneseLetter(after) {
		return before + " ", after
	}
	if trimmed := strings.TrimLeft(after, " "); trimmed != after && endsJapanese(before) && beginsJapanese(trimmed) {
		return before, trimmed
	}
	if trimmed := strings.TrimRight(before, " "); trimmed != before && endsJapanese(trimmed) && beginsJapanese(after) {
		return trimmed, after
	}
	return before, after
}

func beginsLatin(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return isLatin(r)
}

func endsLatin(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return isLatin(r)
}

func isLatin(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

func beginsJapaneseLetter(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return isJapanese(r) && unicode.IsLetter(r)
}

func endsJapaneseLetter(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return isJapanese(r) && unicode.IsLetter(r)
}

func endsJapanese(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return isJapanese(r)
}

func beginsJapanese(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return isJapanese(r)
}

// isJapanese reports whether a letter or sign is of the Japanese script.
func isJapanese(r rune) bool {
	return unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Han) || r == 'ー' || r == '、' || r == '。' || r == '」' || r == '「'
}

// text is what was written, with a capital at its beginning if it is to stand
// alone.
func (w *writer) text() string { return w.b.String() }

// capital is a text that begins with a capital.
func capital(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	if !unicode.IsLower(r) {
		return text
	}
	return string(unicode.ToUpper(r)) + text[size:]
}

// lowerFirst is a text that begins with a small letter.
func lowerFirst(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToLower(r)) + text[size:]
}

// endLike ends a translation with a stop if, and only if, its source has one.
// What ends otherwise stays.
func endLike(lang int, source, target string) string {
	stop := "."
	if lang == japanese {
		stop = "。"
	}
	ends := strings.HasSuffix(target, stop) || lang == japanese && strings.HasSuffix(target, ".")
	switch has := strings.HasSuffix(source, ".") && !strings.HasSuffix(source, ".."); {
	case has && !ends && !strings.HasSuffix(target, "!") && !strings.HasSuffix(target, "?"):
		return target + stop
	case !has && ends && !strings.HasSuffix(target, ".."):
		return strings.TrimSuffix(strings.TrimSuffix(target, stop), ".")
	}
	return target
}

// EndLike ends a translation with a stop if its source has one and without if
// it has none: two segments with one key may differ in it.
func EndLike(lang, source, target string) string {
	if n := languageIndex(lang); n >= 0 {
		return endLike(n, source, target)
	}
	return target
}
