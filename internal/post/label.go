package post

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.org/tocsin/internal/plaintext"
)

// A label is one that was found in a text, or a heading.
type label struct {
	kind     Kind
	words    string // as written, without brackets and colon
	at       int    // where they begin
	from, to int    // of the label with what belongs to it, such as its colon
}

// maxLabels bounds the sections of a post. Real ones have up to twenty.
const maxLabels = 100

// signs are what may stand around labels and texts without saying anything.
const (
	signsBefore = " \t*_#•-–"
	signsAround = " *_"
)

// A finder looks for labels in a text.
type finder struct {
	text   string
	marks  []plaintext.Mark
	inline []string
	signs  string // those that labels can end or begin with
	wide   bool   // there are wide colons
	list   []label
	buffer [maxLabel + 2]byte
}

// labels are the labels in text that start a section, in order.
func labels(text string, marks []plaintext.Mark) []label {
	f := finder{text: text, marks: marks, inline: within(), signs: ":"}
	if strings.IndexByte(text, '[') >= 0 {
		f.signs = ":["
	}
	if strings.Contains(text, wideColon) {
		f.signs, f.wide = ":["+wideColon, true
	}
	for from := 0; from < len(text) && len(f.list) < maxLabels; {
		to := len(text)
		if n := strings.IndexByte(text[from:], '\n'); n >= 0 {
			to = from + n
		}
		f.line(from, to)
		from = to + 1
	}
	return f.list
}

// line looks for labels in one line: at its beginning in any form, further on
// in front of a colon or in brackets.
func (f *finder) line(from, to int) {
	at := from
	if l, ok := f.leading(from, to); ok {
		f.list = append(f.list, l)
		at = l.to
	}
	for at < to && len(f.list) < maxLabels {
		n := strings.IndexAny(f.text[at:to], f.signs)
		if n < 0 {
			return
		}
		at += n
		if f.text[at] != '[' {
			size := f.colon(at)
			f.before(from, at, size)
			at += size
			continue
		}
		l, ok := f.bracketed(at, at, to)
		if !ok {
			at++
			continue
		}
		f.list = append(f.list, l)
		at = l.to
	}
}

const wideColon = "："

// colon is the length of the colon at a place, 0 if there is none.
func (f *finder) colon(at int) int {
	switch {
	case at < len(f.text) && f.text[at] == ':':
		return 1
	case f.wide && strings.HasPrefix(f.text[at:], wideColon):
		return len(wideColon)
	}
	return 0
}

// leading is the label that a line begins with.
func (f *finder) leading(from, to int) (label, bool) {
	line := f.text[from:to]
	at := to - len(strings.TrimLeft(line, signsBefore))
	if at == to {
		return label{}, false
	}
	if f.text[at] == '[' {
		return f.bracketed(from, at, to)
	}
	end := min(to, at+maxLabel+1)
	if n := strings.IndexByte(f.text[at:end], ':'); n >= 0 {
		end = at + n
	}
	if n := strings.Index(f.text[at:end], wideColon); f.wide && n >= 0 {
		end = at + n
	}
	after := f.colon(end)
	words := strings.TrimRight(f.text[at:end], signsAround)
	kind, ok := f.kind(words)
	if !ok {
		return label{}, false
	}
	l := label{kind: kind, words: words, at: at, from: from, to: end + after}
	switch alone := strings.Trim(f.text[l.to:to], signsAround) == ""; {
	case after == 0:
		return l, f.isHeading(l, to)
	case kind == KindLearnMore:
		return l, alone
	}
	return l, true
}

func (f *finder) kind(text string) (Kind, bool) {
	words := wordsOf(f.buffer[:0], text)
	if len(words) == 0 {
		return "", false
	}
	return kindOf(strings.TrimSuffix(string(words), " utc"))
}

// isHeading reports whether words that make up a line of their own, without a
// colon, head what follows: markup says so, or they are several and no item.
func (f *finder) isHeading(l label, to int) bool {
	i := sort.Search(len(f.marks), func(i int) bool { return f.marks[i].From >= l.from })
	strong := 0
	for ; i < len(f.marks) && f.marks[i].From < to; i++ {
		switch m := f.marks[i]; m.Form {
		case plaintext.Row, plaintext.Cell, plaintext.Header:
			return false
		case plaintext.Heading:
			return true
		case plaintext.Strong:
			strong += min(m.To, to) - m.From
		}
	}
	return strong*10 >= len(l.words)*9 || l.at == l.from && l.kind.Level() == 1 && strings.Contains(l.words, " ")
}

// bracketed is the heading in brackets that begins at a place.
func (f *finder) bracketed(from, at, to int) (label, bool) {
	inner := f.text[at+1 : min(to, at+1+maxLabel)]
	n := strings.IndexByte(inner, ']')
	if n < 0 {
		return label{}, false
	}
	words := strings.Trim(inner[:n], signsAround)
	kind, ok := f.kind(words)
	if !ok {
		return label{}, false
	}
	l := label{kind: kind, words: strings.TrimRight(words, ": "), from: from, to: at + 1 + n + 1}
	l.at = at + 1 + strings.Index(inner, l.words)
	if strings.HasPrefix(strings.TrimLeft(f.text[l.to:to], signsAround), ":") {
		l.to += strings.IndexByte(f.text[l.to:to], ':') + 1
	}
	return l, true
}

// before adds the label that stands within a line in front of a colon, which
// is glued to the word before at times. It has a capital and several words, or
// follows the end of a sentence.
func (f *finder) before(from, colon, size int) {
	if n := len(f.list); n > 0 {
		from = max(from, f.list[n-1].to)
	}
	lead := strings.TrimRight(f.text[max(from, colon-maxLabel):colon], signsAround)
	end := max(from, colon-maxLabel) + len(lead)
	if colon-end > 4 {
		return
	}
	for _, words := range f.inline {
		at := end - len(words)
		if at < from || f.text[at]|0x20 != words[0] || !strings.EqualFold(f.text[at:end], words) {
			continue
		}
		if !unicode.IsUpper(rune(f.text[at])) {
			return
		}
		if before, _ := utf8.DecodeLastRuneInString(f.text[from:at]); strings.ContainsRune(`"“‘'(/_-`, before) {
			return
		}
		if !strings.Contains(words, " ") && !strings.HasSuffix(strings.TrimRight(f.text[from:at], signsAround), ".") {
			return
		}
		kind, _ := f.kind(f.text[at:end])
		f.list = append(f.list, label{kind: kind, words: f.text[at:end], at: at, from: at, to: colon + size})
		return
	}
}
