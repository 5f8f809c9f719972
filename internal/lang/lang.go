// Package lang writes in the languages of readers: texts with plural forms and
// typography, numbers, lists, dates, times and spans, the words for statuses and
// classes, and for the problems that the program knows as codes, so that a page,
// a mail, a feed, a log and a command say the same.
//
// It knows no pages: what is markup belongs to internal/web. It imports the
// vocabulary alone.
//
// A language is met in three forms, each of which has the one before it: [Rules]
// write what needs no text, in every language of publications; a [Locale] has
// the texts of a language of the pages; a [Clock] has a reader's zone and hour.
// Problems begin at [Sentence], dates that stand in posts at [Written].
package lang

import (
	"embed"
	"slices"
)

//go:embed locales
var files embed.FS

// Languages returns the languages of the pages. The first one has no prefix in
// addresses and fills in nothing for the others: each has all texts.
func Languages() []string { return []string{"en", "fr", "ja"} }

// Publications returns the languages in which posts are published: English, in
// which they are written, then those into which they are translated.
func Publications() []string { return []string{"en", "fr", "ja", "es", "de"} }

// Prefix is what addresses in one of some languages begin with: "" for the first of
// them, and where the pages do not have the language.
func Prefix(code string, languages []string) string {
	if slices.Index(languages, code) > 0 {
		return "/" + code
	}
	return ""
}

// Published reports whether posts are published in a language.
func Published(code string) bool { return slices.Contains(Publications(), code) }
