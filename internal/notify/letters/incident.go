package letters

import (
	"context"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/tocsin"
)

// incident tells what the desk said of an incident, in its words: they are those
// that were kept as sent.
func (l *letter) incident(ctx context.Context, fact notify.Fact, c tocsin.Change) (notify.Entry, notify.Fact, error) {
	if l.Rooms == nil {
		return notify.Entry{}, fact, tocsin.NotFoundf("Nothing is said of incidents.")
	}
	m, err := l.Rooms.MessageOf(ctx, c.ID, c.Seq)
	if err != nil {
		return notify.Entry{}, fact, err
	}
	words := m.In(l.Code)
	line := func(text string) notify.Line { return notify.Line{Text: text, Language: words.Language} }
	fact.Class, fact.Change, fact.Title, fact.Severity, fact.NextUpdateBy = "room", notify.ChangeMessage, words.Subject, tocsin.SeverityDegraded, m.Promised
	if m.Closes() {
		fact.Severity = tocsin.SeverityOK
	}
	e := notify.Entry{Heading: "[incident] " + notify.ASCII(c.ID), Title: line(words.Subject), At: c.At, Severity: fact.Severity}
	block := notify.Block{Kind: notify.BlockChanged}
	for _, text := range words.Lines {
		block.Lines = append(block.Lines, line(text))
	}
	if len(block.Lines) > 0 {
		e.Blocks = append(e.Blocks, block)
	}
	return e, fact, nil
}
