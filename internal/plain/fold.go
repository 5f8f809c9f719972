package plain

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold is a text as it is compared in searches: in lower case, in one width
// for Latin and Japanese letters, with plain quotes and dashes, and with single
// blanks for any blanks and line breaks. A text contains another if it does so
// folded.
func Fold(text string) string {
	text = norm.NFKC.String(strings.ToValidUTF8(text, "\uFFFD"))
	var b strings.Builder
	b.Grow(len(text))
	blank := false
	for _, r := range text {
		if r > ' ' && r < 0x7f { // as most are, and none of these is odd
			if blank && b.Len() > 0 {
				b.WriteByte(' ')
			}
			blank = false
			if r >= 'A' && r <= 'Z' {
				r += 'a' - 'A'
			}
			b.WriteByte(byte(r))
			continue
		}
		if r = plainRune(r); r == ' ' {
			blank = true
			continue
		}
		if r < 0 {
			continue
		}
		if blank && b.Len() > 0 {
			b.WriteByte(' ')
		}
		blank = false
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// plainRune is a blank for every kind of blank, the typewriter's sign for
// quotes and dashes, and -1 for what cannot be seen.
func plainRune(r rune) rune {
	switch r {
	case '‘', '’', '‛', '′':
		return '\''
	case '“', '”', '„', '″':
		return '"'
	case '‐', '‑', '‒', '–', '—', '−':
		return '-'
	case '\u200b', '\ufeff', '\u00ad':
		return -1
	}
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsControl(r):
		return -1
	}
	return r
}
