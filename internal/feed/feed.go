// Package feed writes what programs of readers subscribe to: RSS 2.0, Atom
// (RFC 4287) and JSON Feed 1.1 from one model ([Feed]), calendars ([Calendar],
// RFC 5545), and badges ([Badge]).
//
// It knows the forms and nothing of the desk: what an entry says, and to whom,
// is its callers' matter. What it writes is decided by how real readers behave:
// an entry is never rewritten, so each update is an entry of its own; its id is
// an ASCII URI that never changes and is no address; the date of publication
// stands in every entry; a feed is in one language.
//
// It imports nothing of the product. Begin reading at [Feed].
package feed

import (
	"strings"
	"time"
	"unicode/utf8"
)

// A Feed is a list of entries in one language.
type Feed struct {
	ID       string // an ASCII URI that never changes, such as "urn:tocsin:…"
	Title    string
	Subtitle string // "" for none
	Language string // BCP 47, such as "fr"
	Author   string // readers show it as the sender; required by Atom
	Self     string // absolute address of the feed itself; "" for one that is a secret
	Home     string // absolute address of the page that it stands for
	Entries  []Entry
}

// An Entry is one update. Once published it never changes: readers tell nobody
// about an entry whose id they know.
type Entry struct {
	ID         string // an ASCII URI that never changes
	Title      string // plain text
	Link       string // absolute address of its page
	At         time.Time
	Categories []string
	HTML       string // the content: clean markup, made by the caller
}

// Updated returns when the feed changed last: the time of its newest entry, the
// zero time without entries.
func (f *Feed) Updated() time.Time {
	var newest time.Time
	for i := range f.Entries {
		if at := f.Entries[i].At; at.After(newest) {
			newest = at
		}
	}
	return newest
}

// plain returns a text that XML and JSON can hold: valid UTF-8 without controls
// other than line ends and tabs (XML 1.0, section 2.2).
func plain(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r == 0x7f || r == 0xfffe || r == 0xffff:
			return -1
		}
		return r
	}, s)
}

// oneLine returns a plain text on one line, as titles and names are.
func oneLine(s string) string { return strings.Join(strings.Fields(plain(s)), " ") }

// cutAt returns the beginning of s up to n bytes, whole characters.
func cutAt(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
