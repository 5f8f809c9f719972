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

// A Term is what is looked for in texts: folded, see [Fold].
type Term struct {
	Text string
	// Whole says that it counts only where no Latin letter and no digit stands
	// directly before or behind it: owa is not in towards.
	Whole bool
}

// Literal returns texts as terms that may stand anywhere.
func Literal(texts ...string) []Term {
	terms := make([]Term, len(texts))
	for i, text := range texts {
		terms[i].Text = text
	}
	return terms
}

// At returns where the term stands first in a folded text from a byte on, -1
// where it does not. One that is empty stands nowhere.
func (t Term) At(folded string, from int) int {
	for t.Text != "" {
		n := strings.Index(folded[from:], t.Text)
		if n < 0 {
			break
		}
		at, end := from+n, from+n+len(t.Text)
		if !t.Whole || !(at > 0 && alphanumeric(folded[at-1])) && !(end < len(folded) && alphanumeric(folded[end])) {
			return at
		}
		_, size := utf8.DecodeRuneInString(folded[at:])
		from = at + size
	}
	return -1
}

func alphanumeric(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

// Find is where terms stand in a text, whatever their case, width and blanks:
// spans in order that do not touch.
func Find(text string, terms []Term) []Span {
	folded, origins := trace(text)
	var found []Span
	for _, term := range terms {
		from := 0
		for range maxSpans {
			at := term.At(folded, from)
			if at < 0 {
				break
			}
			from = at + len(term.Text)
			found = append(found, Span{origins[at].From, origins[from-1].To})
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
