package web

import (
	"html"
	"html/template"
	"strconv"
	"strings"

	"example.org/tocsin/internal/lang"
)

// A Locale writes for the reader of a page: what [lang.Clock] writes for every
// reader, and what pages alone have, markup and looks.
type Locale struct{ lang.Clock }

// Rich returns the text for a key where slots may hold markup: values of type
// [template.HTML] are put in as they are, all else is escaped.
func (l Locale) Rich(key string, pairs ...any) template.HTML {
	plain := make([]any, len(pairs))
	copy(plain, pairs)
	marks := map[string]string{}
	for i := 1; i < len(plain); i += 2 {
		if markup, ok := plain[i].(template.HTML); ok {
			mark := "\x00" + strconv.Itoa(i) + "\x00"
			plain[i], marks[mark] = mark, string(markup)
		}
	}
	s := html.EscapeString(l.Text(key, plain...))
	s = strings.ReplaceAll(s, "\ufffd", "\x00") // EscapeString keeps NUL, but be sure
	for mark, markup := range marks {
		s = strings.ReplaceAll(s, mark, markup)
	}
	return template.HTML(s) //nolint:gosec // every part is escaped above or was markup already
}

// Between is [lang.Rules.Space] as markup.
func (l Locale) Between() template.HTML {
	return template.HTML(l.Space()) //nolint:gosec // a blank or nothing
}
