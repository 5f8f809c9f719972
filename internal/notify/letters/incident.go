package letters

import (
	"context"
	"strconv"
	"strings"

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
		text, link := l.formOf(text)
		if link != "" && e.Link == "" {
			e.Link, e.LinkLabel = link, l.text("reportOpen")
		}
		if text != "" {
			block.Lines = append(block.Lines, line(text))
		}
	}
	if len(block.Lines) > 0 {
		e.Blocks = append(e.Blocks, block)
	}
	return e, fact, nil
}

// formOf finds the address of the desk's form for what is left of an incident in a
// line, "" for none: cards do not make links of what is written in texts. Where the line
// ends with it, the link stands in its place.
func (l *letter) formOf(text string) (shown, link string) {
	base := l.Base()
	if base == "" {
		return text, ""
	}
	for word := range strings.FieldsSeq(text) {
		place, ok := strings.CutPrefix(word, base+"/")
		if path, _, _ := strings.Cut(place, "?"); ok && (path == "report" || strings.HasSuffix(path, "/report")) {
			return strings.TrimSpace(strings.TrimSuffix(text, word)), word
		}
	}
	return text, ""
}

// step tells that a step of the runbook of an incident is late, or that the next update
// that a message promises is due soon or late.
func (l *letter) step(ctx context.Context, e *notify.Entry, fact *notify.Fact, c tocsin.Change) error {
	if l.Rooms == nil {
		return tocsin.NotFoundf("Nothing is said of incidents.")
	}
	n, step, num := tocsin.StepOf(c.ID)
	i, err := l.Rooms.Incident(ctx, n)
	if err != nil {
		return err
	}
	late, err := l.Rooms.LateStepOf(ctx, n, step, num)
	if err != nil {
		return err
	}
	name, title, due := l.text("step."+step), "stepLate", "stepDue"
	switch {
	case step == tocsin.StepReminder:
		title, due = "stepSoon", "stepSoonDue"
	case step == tocsin.StepPromise:
		due = "stepPromised"
	case num > 0:
		name = l.text("step.update", "n", l.Number(num))
	}
	fact.Class, fact.Change, fact.Severity, fact.Title = "room", string(c.What), tocsin.SeverityDegraded, l.text(title, "step", name, "n", l.Number(int(n)))
	e.Heading, e.Title = "[late] "+notify.ASCII(c.ID), l.own(fact.Title)
	e.Blocks = []notify.Block{{Kind: notify.BlockChanged, Label: i.Title, Lines: []notify.Line{l.own(l.text(due, "due", l.time(late.DueAt, l.zone)))}}}
	if base := l.Base(); base != "" {
		fact.Link, e.LinkLabel = base+"/incidents/"+strconv.FormatInt(n, 10), l.text("stepOpen", "n", l.Number(int(n)))
	}
	return nil
}
