// Package plaintext turns what providers send, mostly HTML, into plain text for
// people ([Text]), into the form in which texts are compared in searches
// ([Fold], [Find]), and into tables for spreadsheets ([WriteTable]). Everything that it is given is hostile; nothing that it returns is
// markup, and whoever shows it must escape it like any other text.
package plaintext

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxText bounds what is read of one text, in bytes. The longest that was seen
// has 20 KB.
const maxText = 1 << 20

// Text is content as plain text: markup is dropped, blocks become lines, list
// items start with "- ", a tab parts the cells of a row and stands nowhere else,
// entities and odd blanks are resolved. A contentType
// of "text" takes content as it is, except for blanks; anything else is HTML.
// HTML without blocks keeps its line breaks, since the posts of issues are
// plain text that is called HTML. Texts beyond a megabyte are cut.
func Text(content, contentType string) string {
	if content = bounded(content); isMarkup(content, contentType) {
		w := walker{}
		w.walk(content)
		return tidy(w.out.String(), nil)
	}
	return tidy(untabbed(content), nil)
}

// untabbed is a text with blanks for its tabs.
func untabbed(text string) string {
	return strings.ReplaceAll(text, "\t", " ")
}

func bounded(content string) string {
	if len(content) > maxText {
		return strings.ToValidUTF8(content[:maxText], "")
	}
	return content
}

func isMarkup(content, contentType string) bool {
	return contentType != "text" && strings.ContainsAny(content, "<&")
}

// breaks are the line breaks around an element: two for a paragraph, one for a
// line, none for what stands within a line.
func breaks(a atom.Atom) string {
	switch a {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Blockquote,
		atom.Pre, atom.Hr, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Figure:
		return "\n\n"
	case atom.Div, atom.Li, atom.Tr, atom.Dt, atom.Dd, atom.Br:
		return "\n"
	}
	return ""
}

// isHidden names the elements whose content is no text for people.
func isHidden(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Iframe, atom.Noscript, atom.Object, atom.Svg, atom.Math, atom.Textarea, atom.Head:
		return true
	}
	return false
}

// walker collects the text of HTML.
type walker struct {
	out    strings.Builder
	flow   bool // line breaks of the source are blanks
	hidden []atom.Atom
	marks  *marker // nil when only the text is wanted
}

func (w *walker) walk(content string) {
	w.flow = hasBlocks(content)
	w.out.Grow(len(content))
	z := html.NewTokenizer(strings.NewReader(content))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return // the end: a tokenizer of a string meets no other error
		case html.TextToken:
			w.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			w.open(atom.Lookup(name), z, more)
		case html.EndTagToken:
			name, _ := z.TagName()
			w.close(atom.Lookup(name))
		}
	}
}

func hasBlocks(content string) bool {
	z := html.NewTokenizer(strings.NewReader(content))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return false
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			if breaks(atom.Lookup(name)) != "" {
				return true
			}
		}
	}
}

func (w *walker) text(text string) {
	if len(w.hidden) > 0 {
		return
	}
	text = untabbed(html.UnescapeString(text))
	if w.flow {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\n", " "), "\r", " ")
	}
	w.out.WriteString(text)
}

func (w *walker) open(a atom.Atom, z *html.Tokenizer, more bool) {
	if isHidden(a) && len(w.hidden) < 64 {
		w.hidden = append(w.hidden, a)
	}
	if len(w.hidden) > 0 {
		return
	}
	lines := breaks(a)
	w.out.WriteString(lines)
	if w.marks != nil {
		w.marks.open(a, w.out.Len(), lines != "", func() attributes { return attributesOf(z, more) })
	}
	switch a {
	case atom.Li:
		w.out.WriteString("- ")
	case atom.Td, atom.Th:
		w.out.WriteByte('\t')
	}
}

func (w *walker) close(a atom.Atom) {
	if n := len(w.hidden); n > 0 {
		if w.hidden[n-1] == a {
			w.hidden = w.hidden[:n-1]
		}
		return
	}
	lines := breaks(a)
	if w.marks != nil {
		w.marks.close(a, w.out.Len(), lines != "")
	}
	w.out.WriteString(lines)
}

// tidy resolves the blanks of a text: one blank between words, a tab between
// cells, no blank at the end of a line, at most one empty line. It tells kept, unless it is nil, where
// each piece came to stand.
func tidy(text string, kept *places) string {
	if strings.Contains(text, "&nbsp;") {
		text = strings.ReplaceAll(text, "&nbsp;", "      ") // as long, so that places stay
	}
	var b strings.Builder
	b.Grow(len(text))
	lines, returned := 0, false
	gap := byte(0) // blank or tab since the word before
	write := func(part string, at, width int) {
		if b.Len() > 0 && lines > 0 {
			b.WriteString("\n\n"[:min(lines, 2)])
		} else if b.Len() > 0 && gap != 0 {
			b.WriteByte(gap)
		}
		lines, gap, returned = 0, 0, false
		if kept != nil {
			kept.add(at, width, b.Len(), len(part))
		}
		b.WriteString(part)
	}
	for at := 0; at < len(text); {
		if n := plainRun(text[at:]); n > 0 {
			write(text[at:at+n], at, n)
			at += n
			continue
		}
		r, size := utf8.DecodeRuneInString(text[at:])
		at += size
		lineFeed := r == '\n' && !returned || r == '\r' || r == '\u2028' || r == '\u2029' || r == '\v' || r == '\f'
		skipped := r == '\n' && returned
		returned = r == '\r'
		switch {
		case skipped:
		case lineFeed:
			lines, gap = lines+1, 0
		case r == '\t':
			gap = '\t'
		case unicode.IsSpace(r):
			if gap == 0 {
				gap = ' '
			}
		case unicode.IsControl(r) || r == '\u200b' || r == '\ufeff' || r == '\u00ad':
		default:
			write(string(r), at-size, size)
		}
	}
	return b.String()
}

// plainRun is how many bytes at the beginning of a text stay as they are:
// visible ASCII, and single blanks between. Most of what people write is that.
func plainRun(text string) int {
	n := 0
	for n < len(text) && (visible(text[n]) || text[n] == ' ' && n > 0 && n+1 < len(text) && visible(text[n+1])) {
		n++
	}
	return n
}

func visible(c byte) bool { return c > ' ' && c < 0x7f }
