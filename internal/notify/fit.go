package notify

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// Fit returns the form of a letter that fits: of the whole letter, or without
// what matters least. Headings of all entries stand before their first blocks,
// those before the second ones; the last line is cut at the end of a sentence.
// Form is told whether something is missing. What fits grows with the letter;
// when nothing does, the heading of the first entry is left.
func Fit[T any](l *Letter, form func(l *Letter, cut bool) T, fits func(T) bool) T {
	whole := form(l, false)
	if fits(whole) {
		return whole
	}
	parts := partsOf(l)
	n := sort.Search(len(parts), func(n int) bool { return !fits(form(shortened(l, parts[:n+1]), true)) })
	return form(shortened(l, parts[:max(1, n)]), true)
}

// A part is the least that a letter is cut into: the heading of an entry, or one
// sentence of a line.
type part struct {
	entry, block, line int // block is -1 for the heading
	end                int // bytes of the line up to the end of the sentence
}

// partsOf lists the parts of a letter, what matters most first.
func partsOf(l *Letter) (parts []part) {
	deepest := 0
	for i := range l.Entries {
		parts = append(parts, part{entry: i, block: -1})
		deepest = max(deepest, len(l.Entries[i].Blocks))
	}
	for b := range deepest {
		for i := range l.Entries {
			if b < len(l.Entries[i].Blocks) {
				parts = append(parts, sentencesOf(i, b, l.Entries[i].Blocks[b].Lines)...)
			}
		}
	}
	return parts
}

func sentencesOf(entry, block int, lines []Line) (parts []part) {
	for k, line := range lines {
		for at := 0; at < len(line.Text); {
			at += sentenceEnd(line.Text[at:])
			parts = append(parts, part{entry, block, k, at})
		}
	}
	return parts
}

// maxSentence bounds what cannot be cut, in bytes: text without an end.
const maxSentence = 600

// sentenceEnd returns how many bytes the first sentence of a text has, with the
// blanks after it.
func sentenceEnd(text string) int {
	for i, r := range text {
		n := i + utf8.RuneLen(r)
		if r == utf8.RuneError {
			n = i + 1
		}
		switch {
		case strings.ContainsRune("。！？", r):
			return n
		case strings.ContainsRune(".!?", r) && n < len(text) && text[n] == ' ':
			return n + len(text[n:]) - len(strings.TrimLeft(text[n:], " "))
		case i >= maxSentence:
			return n
		}
	}
	return len(text)
}

// shortened is a letter with some parts only.
func shortened(l *Letter, parts []part) *Letter {
	short := *l
	short.Entries, short.Footer = nil, nil
	at := map[int]int{}    // place of an entry in the short letter
	last := map[int]part{} // of an entry, the part that was added last
	for _, p := range parts {
		if p.block < 0 {
			at[p.entry], last[p.entry] = len(short.Entries), p
			e := l.Entries[p.entry]
			e.Blocks = nil
			short.Entries = append(short.Entries, e)
			continue
		}
		from, before := l.Entries[p.entry].Blocks[p.block], last[p.entry]
		e := &short.Entries[at[p.entry]]
		if before.block != p.block {
			e.Blocks = append(e.Blocks, Block{Kind: from.Kind, Label: from.Label})
		}
		b := &e.Blocks[len(e.Blocks)-1]
		if before.block != p.block || before.line != p.line {
			b.Lines = append(b.Lines, from.Lines[p.line])
		}
		b.Lines[len(b.Lines)-1].Text = strings.TrimRight(from.Lines[p.line].Text[:p.end], " ")
		last[p.entry] = p
	}
	return &short
}
