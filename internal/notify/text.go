package notify

import (
	"strings"
	"unicode/utf8"

	"example.org/tocsin/internal/tocsin"
)

// Body is what a letter says below its title, as plain text with a blank line
// between its parts. Each text passes escape; links do not. The titles and links
// of entries are in it when there are several. Cut adds that something is missing.
func (l *Letter) Body(cut bool, escape func(string) string) string {
	var parts []string
	for _, line := range l.Lead {
		parts = append(parts, escape(line.Text))
	}
	for _, e := range l.Entries {
		if len(l.Entries) > 1 {
			parts = append(parts, escape(e.Heading)+" "+e.Title.marked(escape))
		}
		for _, b := range e.Blocks {
			if len(b.Lines) == 0 {
				continue
			}
			var lines []string
			if b.Label != "" {
				lines = append(lines, escape(b.Label))
			}
			for _, line := range b.Lines {
				lines = append(lines, line.marked(escape))
			}
			parts = append(parts, strings.Join(lines, "\n"))
		}
		if len(l.Entries) > 1 && e.Link != "" {
			parts = append(parts, e.Link)
		}
	}
	if cut && l.Shortened != "" {
		parts = append(parts, escape(l.Shortened))
	}
	for _, line := range l.Footer {
		parts = append(parts, line.marked(escape))
	}
	return strings.Join(parts, "\n\n")
}

// Clip cuts a text to so many characters, of which the last then says that
// something is missing.
func Clip(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit-1]) + "…"
}

// ASCII is a text in which what is not printable ASCII is "?".
func ASCII(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
}

// marked is a line with the mark of where its text comes from.
func (l Line) marked(escape func(string) string) string {
	if l.Origin == "" {
		return escape(l.Text)
	}
	return escape(l.Text) + " (" + escape(l.Origin) + ")"
}

// A Tone is how a severity looks where there are few colours. Words say the same.
type Tone int

// The tones.
const (
	ToneNeutral Tone = iota // unknown, planned work
	ToneGood
	ToneWarning
	ToneBad
)

// ToneOf returns the tone of a severity.
func ToneOf(s tocsin.Severity) Tone {
	switch s {
	case tocsin.SeverityInterruption:
		return ToneBad
	case tocsin.SeverityOK:
		return ToneGood
	case tocsin.SeverityDegraded, tocsin.SeverityAdvisory, tocsin.SeverityRecovering:
		return ToneWarning
	case tocsin.SeverityUnknown, tocsin.SeverityPlanned:
	}
	return ToneNeutral
}
