package post

import (
	"unicode/utf8"

	"example.org/tocsin/internal/plaintext"
)

// Text is [plaintext.Text], for those who compare texts of messages with [Words].
func Text(content, contentType string) string { return plaintext.Text(content, contentType) }

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
