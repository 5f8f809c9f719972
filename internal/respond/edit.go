package respond

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// The lists of what a desk can put into other words, beside those of package
// knowledge.
const (
	ListRunbook  = "runbook"
	ListMessages = "messages"
)

// EditedIncident reports whether an edit is one of the runbook or of a message.
func EditedIncident(e tocsin.Edit) bool {
	list, _, _ := strings.Cut(e.Item, "/")
	return list == ListRunbook || list == ListMessages
}

// A part of a message or of a row is a text that can be edited.
type part struct {
	field string
	line  int // of the message, from 1; 1 in a row
	text  *string
	rank  int // of what the text may claim
}

// parts lists the texts of a message that can be edited. What a line claims, how many
// there are and in which order, no edit changes.
func (t *Template) parts() (list []part) {
	for i := range t.Lines {
		l := &t.Lines[i]
		list = append(list, part{fmt.Sprintf("line%d", i+1), i + 1, &l.Text, slices.Index(claims(), l.Claims) + 1})
		if l.Claims != "" {
			list = append(list, part{fmt.Sprintf("else%d", i+1), i + 1, &l.Else, 0})
		}
	}
	return list
}

func (r *Row) parts() []part {
	return []part{{"objective", 1, &r.Objective, 0}, {"deliverable", 1, &r.Deliverable, 0}, {"owner", 1, &r.Owner, 0}, {"due", 1, &r.Due, 0}}
}

// each visits what can be edited, with the slots that it may have.
func (b *Book) each(visit func(item string, parts []part, slots []string)) {
	for i := range b.Runbook {
		visit(ListRunbook+"/"+b.Runbook[i].ID, b.Runbook[i].parts(), []string{"id"})
	}
	for i := range b.Messages {
		visit(ListMessages+"/"+b.Messages[i].ID, b.Messages[i].parts(), Slots())
	}
}

// Passages lists the rows of the runbook and the messages, as the book has them.
func (b *Book) Passages() (list []knowledge.Passage) {
	b.each(func(item string, parts []part, _ []string) {
		p := knowledge.Passage{Item: item}
		for _, one := range parts {
			p.Fields = append(p.Fields, knowledge.Field{Name: one.field, Text: *one.text})
		}
		list = append(list, p)
	})
	return list
}

// Title returns what people call a row of the runbook or a message, "" for what is
// neither.
func (b *Book) Title(item string) string {
	list, id, _ := strings.Cut(item, "/")
	switch list {
	case ListRunbook:
		row, _ := b.Row(id)
		return row.Step
	case ListMessages:
		t, _ := b.Message(id)
		return t.Name
	}
	return ""
}

// With returns the book as a desk edited it in its language. An edit that this
// version would refuse does not count: what is shipped holds in its place.
func (b *Book) With(edits []tocsin.Edit) *Book {
	newest := map[string]tocsin.Edit{}
	for _, e := range edits {
		if e.Holds() && e.Language == b.Language && EditedIncident(e) && e.Version > newest[e.Item].Version && len(b.Faults(e)) == 0 {
			newest[e.Item] = e
		}
	}
	if len(newest) == 0 {
		return b
	}
	edited := *b
	edited.Runbook, edited.Messages = slices.Clone(b.Runbook), slices.Clone(b.Messages)
	for i := range edited.Messages {
		edited.Messages[i].Lines = slices.Clone(edited.Messages[i].Lines)
	}
	edited.each(func(item string, parts []part, _ []string) {
		for _, one := range parts {
			if text, ok := newest[item].Words[one.field]; ok {
				*one.text = lang.Rules{Code: b.Language}.Typeset(text)
			}
		}
	})
	return &edited
}

// Shared returns the edits that all of several tenants have in the same words: what
// is said to all of them is in no words of one.
func Shared(tenants [][]tocsin.Edit) []tocsin.Edit {
	if len(tenants) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(tenants[0]), func(e tocsin.Edit) bool {
		same := func(other tocsin.Edit) bool {
			return other.Holds() && other.Item == e.Item && other.Language == e.Language && knowledge.All(other) == knowledge.All(e)
		}
		return !e.Holds() || slices.ContainsFunc(tenants[1:], func(list []tocsin.Edit) bool { return !slices.ContainsFunc(list, same) })
	})
}

// What is wrong with a text of a template.
const (
	FaultUnknown = "unknown" // a placeholder that there is not
	FaultOpen    = "open"    // one that does not end
	FaultBrace   = "brace"   // a brace that belongs to none
	FaultMissing = "missing" // one that has to be there
	FaultClaim   = "claim"   // something that the provider must have said first
	FaultDue     = "due"     // another time than that of the clock
	FaultEmpty   = "empty"
	FaultLong    = "long" // or of several lines
	FaultField   = "field"
)

// A Fault is why other words for a template are refused, and where.
type Fault struct {
	Field, Code  string
	Name         string // of the placeholder or field, or the words that claim something
	Line, Column int    // from 1, in characters; 0 where it is no place
	Known        []string
}

// Placeholders lists them as they are written.
func (f Fault) Placeholders() string { return "{" + strings.Join(f.Known, "}, {") + "}" }

// String says what is wrong, in English.
func (f Fault) String() string {
	at := fmt.Sprintf("line %d, column %d", f.Line, f.Column)
	switch f.Code {
	case FaultUnknown:
		return fmt.Sprintf("There is no placeholder {%s} (%s): use %s.", f.Name, at, f.Placeholders())
	case FaultOpen:
		return fmt.Sprintf("A placeholder begins at %s and does not end: use %s.", at, f.Placeholders())
	case FaultBrace:
		return fmt.Sprintf("A brace (%s) stands for a placeholder alone: use %s.", at, f.Placeholders())
	case FaultMissing:
		return fmt.Sprintf("{%s} has to stay in it.", f.Name)
	case FaultClaim:
		return fmt.Sprintf("%q (%s) says what holds only once the provider has said it: write it into a line that is left out until then.", f.Name, at)
	case FaultDue:
		return "It has to name the time of the clock, and no other: the clock does not move with it."
	case FaultEmpty:
		return "Write a text: to have what is shipped again, withdraw the edit."
	case FaultLong:
		return fmt.Sprintf("Use at most %d characters on one line.", maxLine)
	}
	return fmt.Sprintf("The template has no field %q.", f.Name)
}

// Check reports every problem of a normalised edit of a template at once.
func (b *Book) Check(e tocsin.Edit) error {
	problems := []error{e.Validate()}
	for _, f := range b.Faults(e) {
		if f.Field == "" {
			return tocsin.NotFoundf("There is no such template.")
		}
		problems = append(problems, &tocsin.Error{Kind: tocsin.ErrInvalid, Field: f.Field, Message: f.String()})
	}
	return errors.Join(problems...)
}

// Faults lists what is wrong with other words for a template; one without a field says
// that there is no such template.
func (b *Book) Faults(e tocsin.Edit) (faults []Fault) {
	found := false
	b.each(func(item string, parts []part, slots []string) {
		if item != e.Item {
			return
		}
		found = true
		for _, one := range parts {
			faults = append(faults, one.faults(e, slots)...)
		}
		faults = append(faults, missing(parts, e.Words)...)
		for field := range e.Words {
			if !slices.ContainsFunc(parts, func(p part) bool { return p.field == field }) {
				faults = append(faults, Fault{Field: "words", Code: FaultField, Name: tocsin.Clip(field, 64)})
			}
		}
	})
	if !found {
		return []Fault{{Code: FaultField, Name: tocsin.Clip(e.Item, 64)}}
	}
	return faults
}

// faults lists what is wrong with the words of one text.
func (p part) faults(e tocsin.Edit, slots []string) (list []Fault) {
	text := e.Words[p.field]
	switch {
	case text == "":
		return []Fault{{Field: p.field, Code: FaultEmpty}}
	case utf8.RuneCountInString(text) > maxLine || strings.ContainsAny(text, "\r\n"):
		return []Fault{{Field: p.field, Code: FaultLong}}
	case text == *p.text:
		return nil
	}
	list = placeholders(text, slots)
	if words, at, rank := claimOf(text); rank > p.rank {
		list = append(list, Fault{Code: FaultClaim, Name: tocsin.Clip(words, 80), Column: at})
	}
	if p.field == "due" && !slices.Equal(times(text), times(*p.text)) {
		list = append(list, Fault{Code: FaultDue})
	}
	for i := range list {
		list[i].Field, list[i].Line = p.field, p.line
	}
	return list
}

// kept are the placeholders without which a message lacks what it is for.
func kept() []string { return []string{"id", "workarounds", "next", "since", "report"} }

// missing lists the placeholders that were left out of other words and have to be in
// them: since when there is nothing new, in each text that says so, the others
// somewhere.
func missing(parts []part, words map[string]string) (list []Fault) {
	var shipped, edited strings.Builder
	last := map[string]string{} // field in which a placeholder is shipped
	for _, one := range parts {
		edited.WriteString(words[one.field])
		shipped.WriteString(*one.text)
		for _, name := range kept() {
			if !strings.Contains(*one.text, "{"+name+"}") {
				continue
			}
			if last[name] = one.field; name == "since" && !strings.Contains(words[one.field], "{since}") {
				list = append(list, Fault{Field: one.field, Code: FaultMissing, Name: name, Line: one.line})
			}
		}
	}
	for _, name := range kept() {
		if field := last[name]; field != "" && name != "since" && !strings.Contains(edited.String(), "{"+name+"}") {
			list = append(list, Fault{Field: field, Code: FaultMissing, Name: name})
		}
	}
	return list
}

// placeholders lists those of a text that cannot be filled, with their places.
func placeholders(text string, known []string) (list []Fault) {
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		switch runes[i] {
		case '}', '｛', '｝':
			list = append(list, Fault{Code: FaultBrace, Column: i + 1, Known: known})
		case '{':
			end := i + 1
			for end < len(runes) && runes[end] != '}' && runes[end] != '{' {
				end++
			}
			name := string(runes[i+1 : end])
			switch {
			case end == len(runes) || runes[end] == '{':
				list = append(list, Fault{Code: FaultOpen, Column: i + 1, Known: known})
				end--
			case !slices.Contains(known, name):
				list = append(list, Fault{Code: FaultUnknown, Name: tocsin.Clip(name, 40), Column: i + 1, Known: known})
			}
			i = end
		}
	}
	return list
}

var number = regexp.MustCompile(`[0-9]+`)

// times are the numbers that a text about a due time has, but for that of T0.
func times(text string) []string {
	return number.FindAllString(strings.ReplaceAll(norm.NFKC.String(text), "T0", ""), -1)
}
