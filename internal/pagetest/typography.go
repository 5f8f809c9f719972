package pagetest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// A habit is what the typography of a language does not bear.
type habit struct {
	what string
	form *regexp.Regexp
}

// habits returns those of a language. Blanks are one each before they are held
// against these.
func habits(language string) []habit {
	switch language {
	case "fr":
		return french
	case "ja":
		return japanese
	}
	return nil
}

var (
	french = []habit{
		{"no narrow no-break space before", regexp.MustCompile(`[^\x{202f}\s;!?…(][;!?]+([\s»)]|$)|[ \x{a0}][;!?]`)},
		{"no no-break space before", regexp.MustCompile(`[^\x{a0}]:(\s|$)|[ \x{202f}]:`)},
		{"no no-break space inside", regexp.MustCompile(`«[^\x{a0}]|[^\x{a0}]»`)},
		{"a straight apostrophe", regexp.MustCompile(`\pL'\pL`)},
	}
	japanese = []habit{
		{"a blank after", regexp.MustCompile(`[。、][ \x{a0}]`)},
		{"a half-width comma", regexp.MustCompile(`[` + kana + `],|,[ \x{a0}]?[` + kana + `]`)},
		{"a half-width mark after", regexp.MustCompile(`[` + kana + `][ \x{a0}]?[!?:;]`)},
		{"a blank between", regexp.MustCompile(`[` + other + `][ \x{a0}][` + kana + `]|[` + kana + `][ \x{a0}][` + other + `]`)},
	}
)

// What Japanese is written in: all of it, and without the katakana, between
// words of which a blank may stand.
const (
	kana  = `\p{Han}\p{Hiragana}\p{Katakana}ー々。、「」・（）`
	other = `\p{Han}\p{Hiragana}々。、「」・（）`
)

// typography lists what a page writes against the habits of its languages, in
// texts and in the attributes that people hear or see. What is not to be
// translated, and what is written as it is typed, is left alone.
func typography(root *html.Node) (faults []string) {
	var run strings.Builder
	spoken, quoted := "", foreign(root)
	check := func(language, text string) {
		text = quoted.Replace(blanks(text))
		for _, h := range habits(language) {
			if at := h.form.FindStringIndex(text); at != nil {
				faults = append(faults, fmt.Sprintf("%s %q in %q", h.what, text[at[0]:at[1]], text))
			}
		}
	}
	flush := func() {
		check(spoken, run.String())
		run.Reset()
	}
	var walk func(n *html.Node, language string)
	walk = func(n *html.Node, language string) {
		switch n.Type {
		case html.TextNode:
			if language != spoken {
				flush()
				spoken = language
			}
			run.WriteString(n.Data)
			return
		case html.ElementNode:
			language = languageOf(n, language)
		default:
		}
		for _, name := range []string{"aria-label", "title", "placeholder", "alt", "data-l", "data-done", "data-failed", "data-lost", "data-copy-link"} {
			check(language, attribute(n, name))
		}
		joined := slices.Contains(inline, n.Data) && !apart.MatchString(attribute(n, "class"))
		if !joined {
			flush()
		}
		for child := range n.ChildNodes() {
			walk(child, language)
		}
		if !joined {
			flush()
		}
	}
	walk(root, "")
	flush()
	return faults
}

// blanks makes one of each row of blanks that a browser shows as one.
func blanks(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) }), " ")
}

// foreign takes texts out that stand in a heading in another language than the
// page: its title and its print have them without saying so.
func foreign(root *html.Node) *strings.Replacer {
	var pairs []string
	for n := range root.Descendants() {
		if n.Data != "h1" || attribute(n, "lang") == "" {
			continue
		}
		var text strings.Builder
		for child := range n.Descendants() {
			if child.Type == html.TextNode {
				text.WriteString(child.Data)
			}
		}
		if text := blanks(text.String()); text != "" {
			pairs = append(pairs, text, "…")
		}
	}
	return strings.NewReplacer(pairs...)
}

// apart are the classes of what stands in a line of its own, or in a box.
var apart = regexp.MustCompile(`\b(sub|st|kind|new|n|hint|clock|tenant__[a-z]+|cell|end|btn|chip|t|xs|mono)\b`)

// inline are elements whose text goes on with what is around them.
var inline = []string{"a", "abbr", "b", "code", "em", "i", "mark", "q", "small", "span", "strong", "time"}

// languageOf returns the language of what is in an element, empty for what has
// no typography.
func languageOf(n *html.Node, around string) string {
	if attribute(n, "translate") == "no" || slices.Contains([]string{"code", "kbd", "pre", "script", "style", "textarea"}, n.Data) {
		return ""
	}
	for _, a := range n.Attr {
		if a.Key == "lang" {
			return a.Val
		}
	}
	return around
}
