package respond

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/tocsin"
)

// A Template is a message with named slots.
type Template struct {
	ID, Name string
	Lines    []Line
	Blanks   map[string]string // what is read for a slot that is empty

	warning string
}

// A Line is a line of a message, the first of which is its subject.
type Line struct {
	Text   string
	Claims string // what the provider must have said for it: trouble, progress or end; "" for nothing
	Else   string // is said where the provider did not
	Ours   bool   // is beside the words of the guide
}

// Slots lists the names that a message may have in braces: the provider's ids,
// the date, the number of the update, what is filled from facts or by people, and the
// address of a form that has id and time.
func Slots() []string {
	return []string{"id", "date", "n", "symptoms", "next", "workarounds", "services", "regions", "users", "risks", "eta", "states", "since", "report"}
}

// Bounds of a message.
const (
	maxLines = 20
	maxLine  = 1000 // characters
	maxValue = 1000 // characters of what is filled in
)

var slot = regexp.MustCompile(`\{([a-z]+)\}`)

// Validate reports every problem of a template: unknown slots, braces that are no
// slot, what is too long. What is filled in is never read for slots, so that no
// text ends in itself.
func (t Template) Validate() error {
	if len(t.Lines) == 0 || len(t.Lines) > maxLines {
		return tocsin.Invalidf("lines", "A message has 1 to %d lines.", maxLines)
	}
	for _, line := range t.Lines {
		for _, text := range []string{line.Text, line.Else} {
			if err := validLine(text); err != nil {
				return err
			}
		}
		if line.Claims != "" && !slices.Contains(claims(), line.Claims) {
			return tocsin.Invalidf("claims", "%q is none of %s.", tocsin.Clip(line.Claims, 40), strings.Join(claims(), ", "))
		}
		if (line.Claims == "") != (line.Else == "") {
			return tocsin.Invalidf("else", "A line that claims something, and no other, says what holds where it is not so.")
		}
	}
	return nil
}

// Asks reports whether the message has a slot.
func (t Template) Asks(name string) bool {
	return slices.ContainsFunc(t.Lines, func(l Line) bool { return strings.Contains(l.Text+l.Else, "{"+name+"}") })
}

func claims() []string { return []string{"trouble", "progress", "end"} }

func validLine(text string) error {
	if utf8.RuneCountInString(text) > maxLine || strings.ContainsAny(text, "\r\n") {
		return tocsin.Invalidf("lines", "A line has at most %d characters.", maxLine)
	}
	for _, fault := range placeholders(text, Slots()) {
		fault.Line = 1
		return &tocsin.Error{Kind: tocsin.ErrInvalid, Field: "lines", Message: fault.String()}
	}
	return nil
}

// Facts are what a message is filled with.
type Facts struct {
	Values map[string]string // by slot
	Said   []string          // claims that the provider's newest post supports
}

// A Part is a piece of a line: text, or a slot, which is Empty where nothing
// fills it.
type Part struct {
	Text  string
	Slot  string
	Empty bool
}

// A Filled is a message with its slots filled.
type Filled struct {
	Lines   [][]Part
	Missing []string // slots without a value, each once
}

// Fill fills a message. A value is put in as it is, once: slots in it are text.
// One that may ask people to lower the security of their organisation has a warning
// behind the message. It fails with [tocsin.ErrInvalid] for a value that is too long.
func (t Template) Fill(f Facts) (filled Filled, err error) {
	for _, line := range t.Lines {
		text := line.Text
		if line.Claims != "" && !slices.Contains(f.Said, line.Claims) {
			text = line.Else
		}
		var parts []Part
		at := 0
		for _, m := range slot.FindAllStringSubmatchIndex(text, -1) {
			name := text[m[2]:m[3]]
			value := strings.Join(strings.FieldsFunc(f.Values[name], breaks), " ")
			if utf8.RuneCountInString(value) > maxValue {
				return Filled{}, tocsin.Invalidf(name, "Use at most %d characters.", maxValue)
			}
			before, part := text[at:m[0]], Part{Text: value, Slot: name}
			switch {
			case value == "" && name == "report": // a desk without an address has none
				before = strings.TrimRight(before, " ")
			case value == "":
				part.Text, part.Empty = t.blank(name), true
				if !slices.Contains(filled.Missing, name) {
					filled.Missing = append(filled.Missing, name)
				}
			}
			parts = append(parts, Part{Text: before}, part)
			at = m[1]
		}
		filled.Lines = append(filled.Lines, append(parts, Part{Text: text[at:]}))
	}
	var whole []string // a text of the desk's own and what is put into it may lower security together
	for _, line := range filled.Lines {
		whole = append(whole, Text(line))
	}
	if t.warning != "" && knowledge.LowersSecurity(strings.Join(whole, "\n")) {
		filled.Lines = append(filled.Lines, []Part{{Text: t.warning}})
	}
	return filled, nil
}

// breaks reports whether a character may end a line; those that hold words
// together stay.
func breaks(r rune) bool {
	return r == ' ' || r == '\n' || r == '\r' || r == '\t' || r == '\v' || r == '\f'
}

func (t Template) blank(name string) string {
	if text, ok := t.Blanks[name]; ok {
		return "<" + text + ">"
	}
	return "<" + name + ">"
}

// Text returns a line as it is sent.
func Text(line []Part) string {
	var b strings.Builder
	for _, p := range line {
		b.WriteString(p.Text)
	}
	return b.String()
}
