package post

import (
	"unicode/utf8"

	"example.org/tocsin/internal/plaintext"
)

// Text is [plaintext.Text], for those who compare texts of messages with [Words].
func Text(content, contentType string) string { return plaintext.Text(content, contentType) }

// Links returns the links in the text that [Text] makes of content, in order, by
// their places in it. Their Cell is 0.
func Links(content, contentType string) []Link {
	text, marks := plaintext.Read(content, contentType)
	var list []Link
	for _, m := range marks {
		if m.Form == plaintext.Link && m.From < m.To && m.To <= len(text) {
			list = append(list, Link{From: m.From, To: m.To, Address: m.Address})
		}
	}
	return list
}

// first is the beginning of text up to n bytes, whole characters.
func first(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
