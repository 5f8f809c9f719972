package post

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.org/tocsin/internal/tocsin"
)

// otherNames are products that are no service of the provider's list and whose
// names have one of a service in them.
func otherNames() []string {
	return []string{"Exchange Online Protection", "Exchange Online Archiving", "Skype for Business Server", "Power BI Report Server", "Dynamics 365 Project Operations"}
}

// Names reports whether a text has a name as words of its own: streaming is
// not Stream, "Microsoft 365 apps and services" are all of them, and the name of
// another service or product that has this one in it is not this one: "Exchange
// Online Protection" is not Exchange Online.
func Names(text, name string) bool {
	for at := 0; name != ""; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return false
		}
		begin, end := at+i, at+i+len(name)
		before, _ := utf8.DecodeLastRuneInString(text[:begin])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if !unicode.IsLetter(before) && !unicode.IsLetter(after) && !strings.HasPrefix(text[end:], " and services") && !partOfLonger(text, begin, end) {
			return true
		}
		at = end
	}
	return false
}

// partOfLonger reports whether what stands between begin and end of a text
// belongs to a longer name.
func partOfLonger(text string, begin, end int) bool {
	name := text[begin:end]
	longer := func(other string) bool {
		at := strings.Index(other, name)
		if at < 0 || len(other) == len(name) || at > begin || !strings.HasPrefix(text[begin-at:], other) {
			return false
		}
		after, _ := utf8.DecodeRuneInString(text[begin-at+len(other):])
		return !unicode.IsLetter(after)
	}
	return slices.ContainsFunc(otherNames(), longer) || slices.ContainsFunc(tocsin.ServiceNames(), longer)
}
