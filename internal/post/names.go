package post

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Names reports whether a text has a name as words of its own: streaming is
// not Stream, and "Microsoft 365 apps and services" are all of them.
func Names(text, name string) bool {
	for at := 0; name != ""; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return false
		}
		begin, end := at+i, at+i+len(name)
		before, _ := utf8.DecodeLastRuneInString(text[:begin])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if !unicode.IsLetter(before) && !unicode.IsLetter(after) && !strings.HasPrefix(text[end:], " and services") {
			return true
		}
		at = end
	}
	return false
}
