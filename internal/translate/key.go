package translate

import (
	"crypto/sha256"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A Key is what two segments that mean the same share: a SHA-256 of the words
// with quotes, blanks, hyphens, contractions, letter case and the final stop
// made alike.
type Key [32]byte

// maxKey bounds what a key looks at, in bytes. Two texts that agree that far
// and in their length have one key.
const maxKey = 1 << 16

// KeyOf returns the key of a segment's text.
func KeyOf(text string) Key {
	var small [512]byte
	folded := small[:0]
	if len(text) > maxKey {
		cut := maxKey
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		whole := sha256.Sum256([]byte(text[cut:]))
		folded = append(fold(folded, text[:cut]), whole[:]...)
		return sha256.Sum256(folded)
	}
	return sha256.Sum256(fold(folded, text))
}

// fold appends a text with what a key makes alike made alike.
func fold(dst []byte, text string) []byte {
	if !norm.NFC.IsNormalString(text) {
		text = norm.NFC.String(text)
	}
	gap, word, start := false, len(dst), len(dst)
	end := func() { dst = open(dst, word) }
	for at := 0; at < len(text); {
		c := text[at]
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[at:])
		}
		at += size
		switch r = alike(r); {
		case r < 0:
			continue
		case r == ' ':
			gap = true
			continue
		case gap:
			end()
			if len(dst) > start {
				dst = append(dst, ' ')
			}
			gap, word = false, len(dst)
		}
		if !isWordRune(r) {
			end()
			dst = utf8.AppendRune(dst, r)
			word = len(dst)
			continue
		}
		dst = utf8.AppendRune(dst, unicode.ToLower(r))
	}
	end()
	if n := len(dst); n > start+1 && dst[n-1] == '.' && dst[n-2] != '.' {
		dst = dst[:n-1]
	}
	return dst
}

// open opens the contraction that stands at the end of a folded text from from
// on, if it is one.
func open(dst []byte, from int) []byte {
	word := dst[from:]
	switch string(word) {
	case "can't":
		return append(dst[:from], "cannot"...)
	case "won't":
		return append(dst[:from], "will not"...)
	}
	base, more, ok := contraction(word)
	if !ok {
		return dst
	}
	dst = append(dst[:from+base], ' ')
	return append(dst, more...)
}

func isWordRune(r rune) bool {
	return r == '\'' || r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// alike is the plain sign for signs that mean the same: blanks, quotes and
// hyphens; -1 for what cannot be seen.
func alike(r rune) rune {
	if r > ' ' && r < 0x7f {
		return r
	}
	switch r {
	case '‘', '’', '‛', '′':
		return '\''
	case '“', '”', '„', '″':
		return '"'
	case '‐', '‑':
		return '-'
	case '\u200b', '\ufeff', '\u00ad', '\u2060':
		return -1
	}
	if unicode.IsSpace(r) {
		return ' '
	}
	if unicode.IsControl(r) {
		return -1
	}
	return r
}
