package plaintext

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold is a text as it is compared in searches: in lower case, in one width
// for Latin and Japanese letters, with plain quotes and dashes, and with single
// blanks for any blanks and line breaks. A text contains another if it does so
// folded.
func Fold(text string) string {
	text = norm.NFKC.String(strings.ToValidUTF8(text, "\uFFFD"))
	out := make([]byte, 0, len(text))
	blank := false
	for i := 0; i < len(text); {
		c := text[i]
		if c > ' ' && c < 0x7f { // as most are, and none of these is odd
			if blank && len(out) > 0 {
				out = append(out, ' ')
			}
			blank = false
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			out = append(out, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		if r = plainRune(r); r == ' ' {
			blank = true
			continue
		}
		if r < 0 {
			continue
		}
		if blank && len(out) > 0 {
			out = append(out, ' ')
		}
		blank = false
		out = utf8.AppendRune(out, unicode.ToLower(r))
	}
	return string(out)
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
