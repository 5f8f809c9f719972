package part

import (
	"strings"

	"example.org/tocsin/internal/translate"
)

// A Bilingual is a text beside its translation, line by line.
type Bilingual struct {
	Language string // of the translation; "" for a text without one
	Rows     []BilingualRow
}

// A BilingualRow is a line of a text: a paragraph, or a point of a list.
type BilingualRow struct {
	Source []Piece
	Target []Piece // empty where there is no translation
}

// A Piece is a label or a sentence of a line.
type Piece struct {
	Text  string
	Label bool
	Lang  string // of Text, where it is not that of its half
	// Mark says where the words of a translation came from, Why the rest of it;
	// both "" where the next piece of the line has the same mark.
	Mark, Why, Class string
}

// Bilingual sets a text beside its translation. Sentences of one line that came
// from the same place share one mark, the last of them.
func (v *View) Bilingual(t translate.Translation) Bilingual {
	b := Bilingual{Language: t.Language}
	for i, line := range t.Lines {
		if i == 0 || strings.Contains(line.Lead, "\n") {
			b.Rows = append(b.Rows, BilingualRow{})
		}
		row := &b.Rows[len(b.Rows)-1]
		lead := strings.TrimLeft(line.Lead[strings.LastIndexByte(line.Lead, '\n')+1:], "\r\t")
		label := line.Kind == translate.SegmentLabel
		row.Source = append(row.Source, Piece{Text: lead + line.Text, Label: label})
		if t.Language == "" || t.Language == translate.Source {
			continue
		}
		english := line.Origin == translate.OriginOriginal // a mark stands between it and what follows
		if t.Language == "ja" && !english && strings.TrimSpace(lead) == "" {
			lead = "" // Japanese sentences stand without blanks between them
		}
		one := Piece{Text: lead + unbroken(line.Target), Label: label, Class: string(line.Origin)}
		if line.Origin == translate.OriginOriginal {
			one.Lang = translate.Source
		}
		if !label || line.Origin != translate.OriginBook { // labels are the book's unless something is said
			one.Mark, one.Why = v.originOf(line)
		}
		if n := len(row.Target); n > 0 && row.Target[n-1].Mark == one.Mark && row.Target[n-1].Why == one.Why {
			row.Target[n-1].Mark, row.Target[n-1].Why = "", ""
		}
		row.Target = append(row.Target, one)
	}
	return b
}

// originOf says where the words of a line came from, and of one that nobody
// translated why.
func (v *View) originOf(line translate.Line) (mark, why string) {
	mark = v.Text("bi.origin." + string(line.Origin))
	switch {
	case line.By != "":
		mark = v.Text("bi.by", "origin", mark, "name", line.By)
	case line.Origin == translate.OriginOriginal && line.Reason != translate.ReasonNone:
		why = v.Text("bi.reason." + string(line.Reason))
	}
	return mark, why
}

// Plain is a text in the provider's language alone, line by line.
func Plain(text string) Bilingual {
	var b Bilingual
	for _, line := range linesOf(text) {
		b.Rows = append(b.Rows, BilingualRow{Source: []Piece{{Text: line}}})
	}
	return b
}
