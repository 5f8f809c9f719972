package translate

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

const (
	// maxMatched bounds the texts that the book looks at, in bytes. Its longest
	// sentence has 300.
	maxMatched = 1000
	maxTokens  = 200
)

// A token is a word of a text, or one sign.
type token struct {
	word     uint16 // number in the vocabulary, 0 for a word that the book does not know, unread before it was looked for
	from, to uint16 // of the text, in bytes
}

// unread is the number of a word that was not looked for yet: of most texts it
// is known after a few words that the book has no such line.
const unread = 1<<16 - 1

// word is the number of the word at a place.
func (m *matcher) word(at int) uint16 {
	t := &m.tokens[at]
	if t.word == unread {
		var buf [48]byte
		t.word = m.number(lower(buf[:0], m.text[t.from:t.to]))
	}
	return t.word
}

// tokenise cuts a text into words and signs, contractions opened. It reports
// false for a text that is longer than any line of the book.
func (m *matcher) tokenise(text string) bool {
	m.text, m.count, m.stop = text, 0, false
	if len(text) > maxMatched {
		return false
	}
	for at := 0; at < len(text); {
		end, kind := scan(text, at)
		switch kind {
		case scanWord:
			m.push(at, end)
		case scanSign:
			m.sign(at, end)
		case scanBlank:
		}
		if m.count >= maxTokens-2 {
			return false
		}
		at = end
	}
	if n := m.count - 1; n >= 0 && m.text[m.tokens[n].from:m.tokens[n].to] == "." {
		m.stop, m.count = true, n
	}
	return m.count > 0
}

type scanKind int

const (
	scanBlank scanKind = iota
	scanWord
	scanSign
)

// scan is where the word, sign or blank at a place of a text ends.
func scan(text string, at int) (end int, kind scanKind) {
	c := text[at]
	if !isWordByte(c) && c < utf8.RuneSelf {
		if c <= ' ' {
			return at + 1, scanBlank
		}
		return at + 1, scanSign
	}
	for end = at; end < len(text); {
		if isWordByte(text[end]) || joinsWord(text, at, end) {
			end++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[end:])
		if r < utf8.RuneSelf {
			break
		}
		if !isWordRune(r) && (end == at || !joinsOdd(text[end:], r, size)) {
			break
		}
		end += size
	}
	if end == at {
		return scanOdd(text, at)
	}
	return end, scanWord
}

// joinsOdd reports whether a sign beyond ASCII is part of the word around it.
func joinsOdd(text string, r rune, size int) bool {
	return (r == '’' || r == '‑' || r == '‐') && size < len(text) && isWordByte(text[size])
}

// scanOdd is where a sign or blank beyond ASCII ends.
func scanOdd(text string, at int) (end int, kind scanKind) {
	r, size := utf8.DecodeRuneInString(text[at:])
	if unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' || r == '\u00ad' {
		return at + size, scanBlank
	}
	return at + size, scanSign
}

func isWordByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_'
}

// joinsWord reports whether the sign at a place is part of the word that
// began at from: an apostrophe, a hyphen, a dot with letters on both sides.
func joinsWord(text string, from, at int) bool {
	c := text[at]
	return at > from && (c == '\'' || c == '-' || c == '.') && at+1 < len(text) && isWordByte(text[at+1])
}

// push adds a word, a contraction as the two words that it stands for.
func (m *matcher) push(from, to int) {
	if !hasApostrophe(m.text[from:to]) {
		m.add(unread, from, to)
		return
	}
	var buf [48]byte
	word := lower(buf[:0], m.text[from:to])
	switch string(word) {
	case "can't":
		m.add(m.number([]byte("cannot")), from, to)
		return
	case "won't":
		m.add(m.number([]byte("will")), from, to)
		m.add(m.number([]byte("not")), to, to)
		return
	}
	if base, more, ok := contraction(word); ok {
		m.add(m.number(word[:base]), from, to)
		m.add(m.number([]byte(more)), to, to)
		return
	}
	m.add(m.number(word), from, to)
}

// hasApostrophe reports whether a word has an apostrophe of either form.
func hasApostrophe(word string) bool {
	for i := range len(word) {
		if word[i] == '\'' || word[i] == 0xe2 {
			return true
		}
	}
	return false
}

func (m *matcher) sign(from, to int) { m.add(unread, from, to) }

// number is the number of a word; one that the book does not know gets one
// only while the book is read.
func (m *matcher) number(word []byte) uint16 {
	if m.grow {
		return m.words.add(string(word))
	}
	return m.words.number(word)
}

func (m *matcher) add(word uint16, from, to int) {
	m.tokens[m.count] = token{word, uint16(from), uint16(to)} //nolint:gosec // a text has up to maxMatched bytes
	m.count++
}

// lower appends a word in lower case with plain apostrophes and hyphens, cut
// where it is longer than any word of the book.
func lower(dst []byte, word string) []byte {
	for _, r := range word {
		switch {
		case len(dst) > 40:
			return dst
		case r < utf8.RuneSelf:
			if r >= 'A' && r <= 'Z' {
				r += 'a' - 'A'
			}
			dst = append(dst, byte(r))
		case !unicode.IsLetter(r):
			dst = utf8.AppendRune(dst, max(alike(r), 0))
		default:
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		}
	}
	return dst
}

// contraction opens a contraction in lower case: base is how many bytes of it
// are the first word, more is the second one. What may be a genitive stays.
func contraction(word []byte) (base int, more string, ok bool) {
	n := bytes.IndexByte(word, '\'')
	if n < 1 || n+1 >= len(word) {
		return 0, "", false
	}
	switch string(word[n+1:]) {
	case "ve":
		return n, "have", true
	case "re":
		return n, "are", true
	case "ll":
		return n, "will", true
	case "m":
		return n, "am", n == 1 && word[0] == 'i'
	case "s":
		switch string(word[:n]) {
		case "it", "that", "there", "here", "what":
			return n, "is", true
		}
	case "t":
		if word[n-1] == 'n' && string(word) != "can't" && string(word) != "won't" && string(word) != "shan't" && n > 1 {
			return n - 1, "not", true
		}
	}
	return 0, "", false
}
