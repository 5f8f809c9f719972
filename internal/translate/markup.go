package translate

import (
	"cmp"
	"html"
	"regexp"
	"slices"
	"strings"
)

// Placeholders are ⟦n⟧ in what the parts of this stage hand each other. Engines
// that read markup leave them alone more surely when they are marked in it; their
// adapters write and read that form with the functions below. None of them
// checks: whether each placeholder came back once is for the checks to say.

var (
	placeholder = regexp.MustCompile(`⟦\d{1,4}⟧`)
	marked      = regexp.MustCompile(`(?i)<span\b[^<>]*>\s*(⟦\s*\d{1,4}\s*⟧)\s*</span\s*>`)
	element     = regexp.MustCompile(`(?i)<x\s+id\s*=\s*["'](\d{1,4})["']\s*(?:/>|>\s*</x\s*>)`)
)

// ToHTML writes a text for engines that read HTML: escaped, placeholders in a
// span that says it is not to be translated (HTML, translate; Azure and Google,
// class notranslate).
func ToHTML(text string) string {
	return placeholder.ReplaceAllString(html.EscapeString(text), `<span class="notranslate" translate="no">$0</span>`)
}

// FromHTML reads what an engine answered to [ToHTML]. Other elements stay, for
// the checks to see.
func FromHTML(answer string) string {
	return html.UnescapeString(marked.ReplaceAllString(answer, "$1"))
}

// ToXML writes a text for engines that read XML: escaped, placeholders as empty
// elements x.
func ToXML(text string) string {
	return placeholder.ReplaceAllStringFunc(html.EscapeString(text), func(p string) string {
		return `<x id="` + strings.Trim(p, "⟦⟧") + `"/>`
	})
}

// FromXML reads what an engine answered to [ToXML]. Other elements stay, for the
// checks to see.
func FromXML(answer string) string {
	return html.UnescapeString(element.ReplaceAllString(answer, "⟦$1⟧"))
}

// Terms calls put for each stretch of a text that is a word of a glossary, the
// longest first, as a word of its own and outside of placeholders, and rest for
// all others, in the order of the text. What both return is put together.
func Terms(text string, glossary map[string]string, put func(word, target string) string, rest func(string) string) string {
	var found []span
	for word, target := range glossary {
		if word != "" && target != "" && !strings.ContainsAny(word, "⟦⟧") {
			found = append(found, whole(text, places(text, word))...)
		}
	}
	slices.SortFunc(found, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to)) })
	var b strings.Builder
	at := 0
	for _, s := range found {
		if s.from < at || strings.HasSuffix(text[:s.from], "⟦") {
			continue
		}
		word := text[s.from:s.to]
		b.WriteString(rest(text[at:s.from]) + put(word, glossary[word]))
		at = s.to
	}
	return b.String() + rest(text[at:])
}
