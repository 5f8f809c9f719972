package status

import (
	"cmp"
	"strings"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web/part"
)

// callers is what to tell those who call about an issue, in the language of the
// page: a title, a line for each thing that they ask, and where all of it is.
type callers struct {
	Title []part.Piece
	ID    string
	Lines []callersLine
	Foot  []string
	Link  string // "" where nobody knows the address of the desk
	Text  string // all of it without markup
}

type callersLine struct {
	Label string
	Rows  [][]part.Piece
}

// callersServices is how many services are named to callers.
const callersServices = 8

// callers says an issue to callers; times are in full, since nobody knows when
// it is read.
func (page *issuePage) callers(v *view, t told, row *readmodel.Row) (callers, error) {
	if v.Translates(v.Code) {
		var err error
		if t, err = t.in(v, v.Code); err != nil {
			return callers{}, err
		}
	}
	c := callers{ID: row.ID, Title: t.words(t.title, false)[0]}
	say := func(label string, rows ...[]part.Piece) {
		c.Lines = append(c.Lines, callersLine{label, rows})
	}
	here := func(words ...string) [][]part.Piece {
		return [][]part.Piece{{{Text: v.Join(words)}}}
	}
	open := health.Open(row, v.Now)
	say(v.Text("col.state"), here(page.Words)...)
	if h := page.Answer.Heading; h != nil && open {
		say(v.Text("trend"), here(h.Words)...)
	}
	switch since := health.Since(row, v.Now); {
	case !open && row.StartAt != 0:
		say(v.Text("def.start"), here(v.inFull(row.StartAt.Time()))...)
	case open && !since.IsZero():
		say(v.Text("answer.since"), here(v.inFull(since))...)
	}
	say(v.Text("overview.affected"), here(page.affected(v)...)...)
	if t.impact != t.title {
		say(v.Text("section.userImpact"), t.words(t.impact, true)...)
	}
	if len(t.workaround) > 0 {
		say(v.Text("section.workaround"), t.words(strings.Join(t.workaround, "\n"), true)...)
	}
	switch a := page.Answer; {
	case row.Course().Over(v.Now):
		if end := row.EndAt.Time(); !end.IsZero() {
			say(v.Text("def.end"), here(v.inFull(end))...)
		}
	case a.Next != nil:
		say(v.Text("col.next"), here(v.inFull(a.Next.Due))...)
	case a.NoNext:
		say(v.Text("col.next"), here(v.Text("answer.next.none"))...)
	}
	c.Foot = append(c.Foot, v.Text("callers.asof", "time", v.inFull(v.Now)))
	if t.language != "" && t.language == v.Code && t.byMachine() {
		c.Foot = append(c.Foot, v.Text("callers.translated"))
	}
	if address := v.Address(); address != "" {
		c.Link = address + v.IssueHref(row.ID)
	}
	c.Text = c.plain(v)
	return c, nil
}

// affected are the services to name: those of the posts, or the one of the issue.
func (page *issuePage) affected(v *view) []string {
	var names []string
	for _, one := range page.Answer.Hit {
		names = append(names, one.Name)
	}
	if len(names) == 0 {
		return []string{cmp.Or(page.Service, v.Text("none"))}
	}
	if more := len(names) - callersServices; more > 0 {
		names = append(names[:callersServices], v.Text("verdict.more", "n", more))
	}
	return names
}

// words is a text as it is told to callers: translated sentence by sentence as
// far as somebody knows it, and otherwise as the provider wrote it.
func (t *told) words(text string, lines bool) [][]part.Piece {
	written := ""
	if !t.own {
		written = translate.Source
	}
	made, ok := t.made[text]
	if !ok || !made.Translated() {
		var rows [][]part.Piece
		for _, line := range part.Lines(text) {
			rows = append(rows, []part.Piece{{Text: line, Lang: written}})
		}
		if !lines || len(rows) == 0 {
			return [][]part.Piece{{{Text: text, Lang: written}}}
		}
		return rows
	}
	var rows [][]part.Piece
	for i, line := range made.Lines {
		if i == 0 || lines && strings.Contains(line.Lead, "\n") {
			rows = append(rows, nil)
		}
		lead := strings.TrimLeft(line.Lead[strings.LastIndexByte(line.Lead, '\n')+1:], "\r\t")
		piece := part.Piece{Text: lead + line.Target}
		if line.Origin == translate.OriginOriginal {
			piece.Lang = translate.Source
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], piece)
	}
	return rows
}

// byMachine reports whether something of the translation is no person's.
func (t *told) byMachine() bool {
	for _, made := range t.made {
		for _, line := range made.Lines {
			switch line.Origin {
			case translate.OriginBook, translate.OriginMemory, translate.OriginEngine:
				return true
			case translate.OriginNames, translate.OriginHuman, translate.OriginOriginal:
			}
		}
	}
	return false
}

// plain is all of it as text.
func (c *callers) plain(v *view) string {
	var b strings.Builder
	b.WriteString(c.ID + v.Text("callers.colon"))
	write := func(pieces []part.Piece) {
		for _, piece := range pieces {
			b.WriteString(piece.Text)
		}
	}
	write(c.Title)
	for _, line := range c.Lines {
		b.WriteString("\n" + line.Label + v.Text("callers.colon"))
		for i, row := range line.Rows {
			if i > 0 {
				b.WriteString("\n  ")
			}
			write(row)
		}
	}
	b.WriteString("\n" + strings.Join(c.Foot, v.Space()))
	if c.Link != "" {
		b.WriteString("\n" + c.Link)
	}
	return b.String()
}
