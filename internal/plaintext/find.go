package plaintext

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A Span is a part of a text, in bytes, without the byte at To.
type Span struct{ From, To int }

// maxSpans bounds how many places of one term are looked for.
const maxSpans = 100

// Find is where terms stand in a text, whatever their case, width and blanks:
// spans in order that do not touch. The terms are folded, see [Fold]; those
// that are empty stand nowhere.
func Find(text string, terms []string) []Span {
	folded, origins := trace(text)
	var found []Span
	for _, term := range terms {
		from := 0
		for range maxSpans {
			n := strings.Index(folded[from:], term)
			if n < 0 || term == "" {
				break
			}
			from += n + len(term)
			found = append(found, Span{origins[from-len(term)].From, origins[from-1].To})
		}
	}
	slices.SortFunc(found, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	var spans []Span
	for _, s := range found {
		if last := len(spans) - 1; last >= 0 && s.From <= spans[last].To {
			spans[last].To = max(spans[last].To, s.To)
			continue
		}
		spans = append(spans, s)
	}
	return spans
}

// trace folds a text as Fold does, and says of each byte of the result which
// part of the text it came from.
func trace(text string) (string, []Span) {
	text = strings.ToValidUTF8(text, "\ufffd")
	var b strings.Builder
	var origins []Span
	add := func(r rune, from Span) {
		was := b.Len()
		b.WriteRune(r)
		for range b.Len() - was {
			origins = append(origins, from)
		}
	}
	var segments norm.Iter
	segments.InitString(norm.NFKC, text)
	blank, blanks := false, Span{}
	for !segments.Done() {
		from := segments.Pos()
		segment := string(segments.Next())
		// A letter that stands for several is handed out piece by piece.
		_, width := utf8.DecodeRuneInString(text[from:])
		here := Span{from, max(segments.Pos(), from+width)}
		for _, r := range segment {
			switch r = plainRune(r); {
			case r == ' ':
				if !blank {
					blanks = here
				}
				blank, blanks.To = true, here.To
			case r >= 0:
				if blank && b.Len() > 0 {
					add(' ', blanks)
				}
				blank = false
				add(unicode.ToLower(r), here)
			}
		}
	}
	return b.String(), origins
}
