package status

import (
	"html/template"
	"strings"
	"unicode/utf8"

	"example.org/tocsin/internal/plaintext"
)

// passageSide is how much text stands on either side of a hit, in bytes.
const passageSide = 110

// passage is the text around the first place where one of the terms stands in
// it, with every term marked; "" where none does.
func passage(text string, terms []plaintext.Term) template.HTML {
	text = strings.ToValidUTF8(strings.Join(strings.Fields(text), " "), "\ufffd")
	spans := plaintext.Find(text, terms)
	if len(spans) == 0 {
		return ""
	}
	from, to := max(0, spans[0].From-passageSide), min(len(text), spans[0].To+passageSide)
	for from > 0 && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	from, to = wholeWords(text, from, to, spans[0])
	before, after := "", ""
	if from > 0 {
		before = "…"
	}
	if to < len(text) {
		after = "…"
	}
	var within []plaintext.Span
	for _, s := range spans {
		if s.From >= from && s.To <= to {
			within = append(within, plaintext.Span{From: s.From - from, To: s.To - from})
		}
	}
	return template.HTML(before) + mark(text[from:to], within) + template.HTML(after) //nolint:gosec // constant
}

// longestWord is how far a cut may move to a blank, in bytes: not every language
// has blanks.
const longestWord = 24

// wholeWords moves the ends of a cut inwards to where words end, never into what
// was found.
func wholeWords(text string, from, to int, found plaintext.Span) (int, int) {
	if from > 0 {
		if at := strings.IndexByte(text[from:min(found.From, from+longestWord)], ' '); at >= 0 {
			from += at + 1
		}
	}
	if to < len(text) {
		if low := max(found.To, to-longestWord); low < to {
			if at := strings.LastIndexByte(text[low:to], ' '); at >= 0 {
				to = low + at
			}
		}
	}
	return from, to
}

// marked is a whole text with the terms marked.
func marked(text string, terms []plaintext.Term) template.HTML {
	text = strings.ToValidUTF8(text, "\ufffd")
	return mark(text, plaintext.Find(text, terms))
}

func mark(text string, spans []plaintext.Span) template.HTML {
	var b strings.Builder
	end := 0
	for _, s := range spans {
		b.WriteString(template.HTMLEscapeString(text[end:s.From]) + "<mark>" + template.HTMLEscapeString(text[s.From:s.To]) + "</mark>")
		end = s.To
	}
	b.WriteString(template.HTMLEscapeString(text[end:]))
	return template.HTML(b.String()) //nolint:gosec // escaped
}
