package translate

import (
	"strings"
	"unicode"
)

// nameWords are the words of all names that are protected, letters of ASCII in
// lower case, and what else stands in dates.
func nameWords(b *Book, f *bookFile) map[string]bool {
	words := map[string]bool{}
	add := func(texts ...string) {
		for _, text := range texts {
			for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return r < 'a' || r > 'z' }) {
				words[word] = true
			}
		}
	}
	add(f.DoNotTranslate.Products...)
	add(f.DoNotTranslate.Acronyms...)
	for i := range f.Names {
		add(f.Names[i].En...)
	}
	for _, name := range append(b.weekdays, b.months...) {
		add(name, name[:3])
	}
	add("the early mid late at am pm utc s sept tues thurs")
	return words
}

// Names returns a text that has nothing to translate in a language: names,
// numbers, ids, addresses, dates and quoted texts, and what stands in keep. Dates
// are printed by the rules of the language, names as the provider puts them into
// it; all others stand as they are. It reports false for a text that has other
// words, and for a language that posts are not translated into.
func (b *Book) Names(lang, text string, keep ...string) (target string, ok bool) {
	if languageIndex(lang) < 0 || len(text) > maxMatched {
		return "", false
	}
	if len(keep) == 0 && !b.protect.mayBeNames(text) {
		return "", false
	}
	if strings.IndexFunc(text, unicode.IsLetter) < 0 || address(text) {
		return text, true
	}
	p := b.Protect(text, keep...)
	if !p.wordless() {
		return "", false
	}
	target, reason := p.Restore(p.Text, lang)
	return target, reason == ReasonNone
}

// address reports whether a text is one web address.
func address(text string) bool {
	return (strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://")) && strings.IndexFunc(text, unicode.IsSpace) < 0
}

// mayBeNames reports whether a text may have nothing to translate, by its words:
// most texts are told by their first one.
func (p *protection) mayBeNames(text string) bool {
	var buf [48]byte
	for at := 0; at < len(text); {
		word := buf[:0]
		capitals := 0
		end := at
		for ; end < len(text) && len(word) < cap(word); end++ {
			c := text[end]
			if c >= 'A' && c <= 'Z' {
				c |= 0x20
				capitals++
			} else if c < 'a' || c > 'z' {
				break
			}
			word = append(word, c)
		}
		// A word with a capital within is a name, a part of an id or a zone.
		within := capitals - 1
		if len(word) > 0 && word[0] == text[at] {
			within = capitals
		}
		switch {
		case len(word) == 0 && text[at] == '"' || strings.HasPrefix(text[at:], "“"):
			return true // quoted: it takes all to tell
		case len(word) == 0:
			end++
		case end < len(text) && glue(text[end]) || at > 0 && glue(text[at-1]) || within > 0 || len(word) == 1:
		case !p.words[string(word)]:
			return false
		}
		at = end
	}
	return true
}

// glue reports whether a sign holds the words on both sides of it together, or
// is no word of a sentence: "admin@contoso.com".
func glue(c byte) bool { return strings.IndexByte(`0123456789@\/-.:_`, c) >= 0 }
