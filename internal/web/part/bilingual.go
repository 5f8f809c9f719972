package part

import (
	"net/url"
	"strings"

	"example.org/tocsin/internal/post"
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
	Gap   string // what parts it from the cell of a table before it
	Text  string
	Label bool
	Href  string // where it leads
	Lang  string // of Text, where it is not that of its half
	// Mark says where the words of a translation came from, Why the rest of it;
	// both "" where the next piece of the line has the same mark.
	Mark, Why, Class string

	at int // of the original: where Text begins in it
}

// Bilingual sets a text beside its translation. Sentences of one line that came
// from the same place share one mark, the last of them.
func (v *View) Bilingual(t translate.Translation) Bilingual {
	b := Bilingual{Language: t.Language}
	at := 0
	for i, line := range t.Lines {
		if i == 0 || strings.Contains(line.Lead, "\n") {
			b.Rows = append(b.Rows, BilingualRow{})
		}
		row := &b.Rows[len(b.Rows)-1]
		at += len(line.Lead) + len(line.Text)
		source := sourcePiece(line, at)
		row.Source = append(row.Source, source)
		if t.Language == "" || t.Language == translate.Source {
			continue
		}
		one := v.targetPiece(t.Language, line, source)
		if n := len(row.Target); n > 0 && row.Target[n-1].Mark == one.Mark && row.Target[n-1].Why == one.Why {
			row.Target[n-1].Mark, row.Target[n-1].Why = "", ""
		}
		row.Target = append(row.Target, one)
	}
	return b
}

// sourcePiece is a segment of the original that ends at a place.
func sourcePiece(line translate.Line, end int) Piece {
	p := Piece{Label: line.Kind == translate.SegmentLabel}
	lead := line.Lead[strings.LastIndexByte(line.Lead, '\n')+1:]
	if strings.Contains(lead, "\t") {
		p.Gap, lead = " | ", ""
	}
	p.Text = lead + line.Text
	p.at = end - len(p.Text)
	return p
}

// targetPiece is a segment in the language of a translation.
func (v *View) targetPiece(language string, line translate.Line, source Piece) Piece {
	english := line.Origin == translate.OriginOriginal // a mark stands between it and what follows
	lead := source.Text[:len(source.Text)-len(line.Text)]
	if language == "ja" && !english && strings.TrimSpace(lead) == "" {
		lead = "" // Japanese sentences stand without blanks between them
	}
	p := Piece{Gap: source.Gap, Text: lead + unbroken(line.Target), Label: source.Label, Class: string(line.Origin)}
	if english {
		p.Lang = translate.Source
	}
	if !p.Label || line.Origin != translate.OriginBook { // labels are the book's unless something is said
		p.Mark, p.Why = v.Origin(line)
	}
	return p
}

// Link has the links of the original lead where they led. They are in order and
// none is in another.
func (b Bilingual) Link(links []post.Link) {
	for i := range b.Rows {
		var pieces []Piece
		for _, p := range b.Rows[i].Source {
			var linked []Piece
			linked, links = p.link(links)
			pieces = append(pieces, linked...)
		}
		b.Rows[i].Source = pieces
	}
}

// link parts a piece at its links, and returns those that end behind it.
func (p Piece) link(links []post.Link) (pieces []Piece, left []post.Link) {
	for end := p.at + len(p.Text); p.Text != "" && len(links) > 0 && links[0].From < end; {
		from, to, address := max(links[0].From-p.at, 0), min(links[0].To-p.at, len(p.Text)), links[0].Address
		if links[0].To <= end {
			links = links[1:]
		}
		if to <= from || !leads(address) {
			if to == len(p.Text) {
				break // it goes on in the next piece
			}
			continue
		}
		if from > 0 {
			before := p
			before.Text, p.Gap = p.Text[:from], ""
			pieces = append(pieces, before)
		}
		link := p
		link.Text, link.Href = p.Text[from:to], address
		pieces = append(pieces, link)
		p.Gap, p.Text, p.at = "", p.Text[to:], p.at+to
	}
	if p.Text != "" {
		pieces = append(pieces, p)
	}
	return pieces, links
}

// leads reports whether an address of a provider's text may be followed from a
// page.
func leads(address string) bool {
	u, err := url.Parse(strings.TrimSpace(address))
	return err == nil && (u.Scheme == "https" || u.Scheme == "http" || u.Scheme == "mailto")
}

// Origin says where the words of a line came from, and of one that nobody
// translated why.
func (v *View) Origin(line translate.Line) (mark, why string) {
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
	for _, line := range Lines(text) {
		b.Rows = append(b.Rows, BilingualRow{Source: []Piece{{Text: line}}})
	}
	return b
}
