package translate

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Check compares the answer of an engine with what it was sent, both with
// their placeholders, and returns the first check that fails, [ReasonNone] when
// all pass: digits, length, leftovers of engines and markup, script and
// language, and that it is another text than the source. Placeholders are
// checked by [Protected.Restore].
func Check(source, target, lang string) Reason {
	sourceWords, targetWords := returned.ReplaceAllString(source, " "), returned.ReplaceAllString(target, " ")
	if strings.IndexFunc(sourceWords, unicode.IsLetter) < 0 {
		return ReasonNone // nothing but names
	}
	switch {
	case strings.TrimSpace(target) == "":
		return ReasonLength
	case KeyOf(source) == KeyOf(target):
		return ReasonUnchanged
	case leftover(source, target):
		return ReasonMarkup
	case !sameDigits(sourceWords, targetWords):
		return ReasonDigits
	case !fits(source, target, lang):
		return ReasonLength
	case !inScript(sourceWords, targetWords, lang) || otherLanguage(targetWords, lang):
		return ReasonScript
	}
	return ReasonNone
}

// signs are leftovers of engines and of markup: unknown-word marks, tags,
// entities, code fences, line ends, signs that could not be read, what models say
// before they translate.
var signs = []*regexp.Regexp{ //nolint:gochecknoglobals // made once, never changed
	regexp.MustCompile(`[*#@]\p{L}`),
	regexp.MustCompile(`</?[A-Za-z!][^<>]*>?`),
	regexp.MustCompile(`&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,6});`),
	regexp.MustCompile("```|\\{\\{|\\}\\}|\\$\\{"),
	regexp.MustCompile(`[\r\n]`),
	regexp.MustCompile(`(?i)\b(?:here(?: is|['’]s) (?:the|your) \pL* ?translation|(?:sure|certainly|of course)[,!:]|translat(?:ion|ed text):|as an ai\b)`),
	regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x{fffd}\x{202a}-\x{202e}\x{2066}-\x{2069}]`),
}

// leftover reports whether a target has such a sign more often than its source.
func leftover(source, target string) bool {
	for _, re := range signs {
		if found := len(re.FindAllStringIndex(target, -1)); found > 0 && found > len(re.FindAllStringIndex(source, -1)) {
			return true
		}
	}
	return !utf8.ValidString(target)
}

// sameDigits reports whether two texts have the same numbers: any order, any
// separator of thousands. A number word may have become a number.
func sameDigits(source, target string) bool {
	want, got := numbersIn(source), numbersIn(target)
	more, ok := without(got, want)
	if !ok || len(more) == 0 {
		return ok
	}
	_, ok = without(speltIn(source), more)
	return ok
}

// without takes numbers out of others, each as often as it is there, and reports
// whether all of them were. It changes have.
func without(have, want []string) (rest []string, ok bool) {
	for _, n := range want {
		i := slices.Index(have, n)
		if i < 0 {
			return have, false
		}
		have = slices.Delete(have, i, i+1)
	}
	return have, true
}

var thousands = regexp.MustCompile(`(\d)[,.\x{a0}\x{202f} ](\d{3})\b`)

// numbersIn are the runs of digits of a text, in narrow form.
func numbersIn(text string) []string {
	text = thousands.ReplaceAllString(narrow(text), "$1$2")
	return strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
}

// speltIn are the numbers that a text has in words.
func speltIn(text string) []string {
	words := map[string]string{
		"once": "1", "a": "1", "an": "1", "one": "1", "first": "1", "single": "1", "twice": "2", "two": "2", "second": "2", "both": "2", "three": "3", "third": "3", "four": "4",
		"five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
	}
	var list []string
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if n, ok := words[word]; ok {
			list = append(list, n)
		}
	}
	return list
}

// fits reports whether a target is about as long as its source, in characters:
// half to 2.2 times, Japanese a fifth to 1.4 times, short texts with some room.
func fits(source, target, lang string) bool {
	least, most, room := 0.5, 2.2, 20.0
	if lang == "ja" {
		least, most, room = 0.2, 1.4, 10
	}
	n, m := float64(utf8.RuneCountInString(source)), float64(utf8.RuneCountInString(target))
	if n < 20 {
		least = 0.1
	}
	return m >= least*n && m <= most*n+room*max(0, 1-n/60)
}

// inScript reports whether a target is written in the script of its language:
// Japanese has Japanese letters, the others have hardly any that are not Latin
// and not in the source.
func inScript(source, target, lang string) bool {
	letters, own, kana, foreign := 0, 0, 0, 0
	for _, r := range target {
		if !unicode.IsLetter(r) {
			continue
		}
		letters++
		if unicode.In(r, unicode.Hiragana, unicode.Katakana) {
			kana++
		}
		switch {
		case isJapanese(r):
			own++
		case !unicode.Is(unicode.Latin, r) && !strings.ContainsRune(source, r):
			foreign++
		}
	}
	if lang == "ja" {
		return kana > 0 && own*4 >= letters && foreign == 0
	}
	return letters > 0 && (own == 0 || strings.ContainsFunc(source, isJapanese)) && foreign*10 <= letters
}

// smallWords are words that nearly every longer sentence of a language has, and
// that no other of these languages has.
func smallWords(lang string) []string {
	switch lang {
	case "en":
		return []string{"the", "and", "of", "to", "is", "are", "this", "that", "with", "will", "have", "been", "for", "you", "your", "i", "cannot"}
	case "fr":
		return []string{"le", "les", "des", "du", "et", "est", "pour", "dans", "une", "nous", "vous", "qui", "ce", "cette", "avec", "sont", "au", "aux", "pas", "sur", "votre", "à"}
	case "es":
		return []string{"el", "los", "las", "del", "y", "para", "con", "una", "por", "su", "este", "esta", "al", "más", "está", "están", "ha", "hemos"}
	case "de":
		return []string{"der", "die", "das", "und", "ist", "wir", "sie", "nicht", "den", "dem", "mit", "für", "ein", "eine", "wird", "werden", "zu", "von", "auf", "im", "haben"}
	}
	return nil
}

// otherLanguage reports whether a text of some length has small words of
// another language, and clearly fewer of its own.
func otherLanguage(target, lang string) bool {
	words := strings.FieldsFunc(strings.ToLower(target), func(r rune) bool { return !unicode.IsLetter(r) })
	if lang == "ja" || len(words) < 6 {
		return false
	}
	own := count(words, smallWords(lang))
	for _, other := range append(Languages(), Source) {
		if other != lang && count(words, smallWords(other)) > 2*own+1 {
			return true
		}
	}
	return false
}

func count(words, of []string) int {
	n := 0
	for _, word := range words {
		if slices.Contains(of, word) {
			n++
		}
	}
	return n
}
