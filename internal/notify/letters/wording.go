package letters

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/tocsin"
)

// A Wording says what an audience is told in words of its own. Its texts have
// named placeholders, such as {impact}, and nothing else; two opening braces
// stand for one. A line of which a placeholder has no value is left out. Check it
// before it is used.
type Wording struct {
	Title  string   // of an item; as the provider wrote it when empty
	Lead   []string // lines above all items
	Text   []string // lines about each item, what matters most first; blocks as usual when there are none
	Footer []string // lines below all items
	Link   string   // name of the link to an item; as usual when empty
}

// Bounds of a wording.
const (
	maxWordingLines = 30
	maxWordingLine  = 600 // bytes
)

// itemPlaceholders are those whose value depends on the item that is told of.
func itemPlaceholders() []string {
	return []string{"at", "changed", "class", "feature", "heading", "id", "impact", "link", "next", "services", "start", "status", "tenants", "title", "was", "workaround"}
}

// messagePlaceholders are those of lines above and below all items.
func messagePlaceholders() []string { return []string{"count", "heading", "title"} }

var inBraces = regexp.MustCompile(`\{\{|\{[^{}]*\}|\{`)

// Check reports all that is wrong with a wording, each as its key, a colon and a
// sentence.
func (w Wording) Check() (problems []error) {
	check := func(key, text string, names []string) {
		if len(text) > maxWordingLine || strings.ContainsAny(text, "\r\n") {
			problems = append(problems, fmt.Errorf("%s: Write one line of at most %d bytes.", key, maxWordingLine))
		}
		for _, found := range inBraces.FindAllString(text, -1) {
			if name := strings.Trim(found, "{}"); found != "{{" && !slices.Contains(names, name) {
				problems = append(problems, fmt.Errorf("%s: %s is no placeholder%s", key, tocsin.Clip(found, 40), tocsin.Meant(name, names)))
			}
		}
	}
	lines := func(key string, list, names []string) {
		if len(list) > maxWordingLines {
			problems = append(problems, fmt.Errorf("%s: Write at most %d lines.", key, maxWordingLines))
			return
		}
		for i, text := range list {
			check(fmt.Sprintf("%s[%d]", key, i), text, names)
		}
	}
	check("title", w.Title, itemPlaceholders())
	lines("lead", w.Lead, messagePlaceholders())
	lines("text", w.Text, itemPlaceholders())
	lines("footer", w.Footer, messagePlaceholders())
	check("link", w.Link, itemPlaceholders())
	return problems
}

// Word puts a content into the words of an audience, with times in a zone. What
// each letter may have to say, such as that it is late, stays. Without a wording
// it returns the content as it is.
func (w *Writer) Word(content *notify.Content, own *Wording, zone *time.Location) (*notify.Content, error) {
	if own == nil {
		return content, nil
	}
	letter := *content.Letter
	t := w.tongue(letter.Language)
	said := func(text string) []notify.Line { return []notify.Line{{Text: text, Language: letter.Language}} }
	whole := values{"heading": said(letter.Heading), "title": {letter.Title}, "count": said(t.Number(len(letter.Entries)))}
	letter.Lead = append(slices.Clone(letter.Lead), whole.fill(own.Lead, letter.Language)...)
	letter.Footer = append(whole.fill(own.Footer, letter.Language), letter.Footer...)
	letter.Entries = slices.Clone(letter.Entries)
	for i := range min(len(letter.Entries), len(content.Facts)) {
		own.entry(&letter.Entries[i], t.values(letter.Entries[i], content.Facts[i], zone), letter.Language)
	}
	if len(letter.Entries) == 1 {
		letter.Title = letter.Entries[0].Title
	}
	return notify.NewContent(content.Kind, &letter, content.Facts)
}

// entry puts what is said of one item into words.
func (w *Wording) entry(e *notify.Entry, v values, language string) {
	if lines := v.fill([]string{w.Title}, language); w.Title != "" && len(lines) > 0 {
		e.Title = lines[0]
	}
	if lines := v.fill([]string{w.Link}, language); w.Link != "" && len(lines) > 0 {
		e.LinkLabel = lines[0].Text
	}
	if len(w.Text) == 0 {
		return
	}
	if lines := v.fill(w.Text, language); len(lines) > 0 {
		e.Blocks = []notify.Block{{Kind: notify.BlockChanged, Lines: lines}}
	}
}

// values are what stands in the place of placeholders; one that has no value is
// not among them.
type values map[string][]notify.Line

// values are those of one item.
func (t *tongue) values(e notify.Entry, fact notify.Fact, zone *time.Location) values {
	v := values{"title": {e.Title}}
	say := func(name, text string) {
		if text != "" {
			v[name] = []notify.Line{{Text: text, Language: t.Code}}
		}
	}
	for _, b := range e.Blocks {
		if len(b.Lines) > 0 {
			v[string(b.Kind)] = b.Lines
		}
	}
	say("id", fact.ID)
	say("heading", e.Heading)
	say("class", fact.Class)
	say("feature", fact.Feature)
	say("link", e.Link)
	if fact.Status != "" {
		say("status", t.status(fact.Status))
	}
	if fact.Was != "" {
		say("was", t.status(fact.Was))
	}
	say("at", t.time(e.At, zone))
	if !fact.StartAt.IsZero() {
		say("start", t.time(fact.StartAt, zone))
	}
	return v
}

// fill writes texts with the values in the place of their names. A text that is a
// placeholder alone keeps the lines of the value. A value is put in as it is: what
// looks like a placeholder in it is none.
func (v values) fill(texts []string, language string) (lines []notify.Line) {
	for _, text := range texts {
		if inBraces.FindString(text) == text && len(text) > 2 {
			lines = append(lines, v[text[1:len(text)-1]]...)
			continue
		}
		line := notify.Line{Language: language}
		whole := true
		line.Text = inBraces.ReplaceAllStringFunc(text, func(found string) string {
			if found == "{{" {
				return "{"
			}
			value, ok := v[strings.Trim(found, "{}")]
			whole = whole && ok
			var parts []string
			for _, one := range value {
				parts = append(parts, one.Text)
				line.Origin = cmp.Or(line.Origin, one.Origin)
			}
			return strings.Join(parts, " ")
		})
		if whole {
			lines = append(lines, line)
		}
	}
	return lines
}
