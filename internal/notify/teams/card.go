package teams

import (
	"encoding/json"
	"fmt"
	"strings"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/tocsin"
)

// The parts of an Adaptive Card 1.4 that are used. Texts of others are runs of a
// RichTextBlock, which knows no Markdown and no mentions, never a TextBlock.
type (
	envelope struct {
		Type        string       `json:"type"`
		Attachments []attachment `json:"attachments"`
	}
	attachment struct {
		ContentType string `json:"contentType"`
		Content     card   `json:"content"`
	}
	card struct {
		Type         string    `json:"type"`
		Schema       string    `json:"$schema"`
		Version      string    `json:"version"`
		Lang         string    `json:"lang"`
		FallbackText string    `json:"fallbackText"`
		MSTeams      width     `json:"msteams"`
		Body         []element `json:"body"`
		Actions      []action  `json:"actions,omitempty"`
	}
	width struct {
		Width string `json:"width"`
	} // of Teams
	element struct {
		Type      string    `json:"type"`
		Style     string    `json:"style,omitempty"`
		Spacing   string    `json:"spacing,omitempty"`
		Separator bool      `json:"separator,omitempty"`
		Bleed     bool      `json:"bleed,omitempty"`
		Items     []element `json:"items,omitempty"`
		Inlines   []run     `json:"inlines,omitempty"`
	}
	run struct {
		Type   string `json:"type"`
		Text   string `json:"text"`
		Size   string `json:"size,omitempty"`
		Weight string `json:"weight,omitempty"`
		Subtle bool   `json:"isSubtle,omitempty"`
		Italic bool   `json:"italic,omitempty"`
	}
	action struct {
		Type  string `json:"type"`
		Title string `json:"title"`
		URL   string `json:"url"`
	}
)

// maxActions is how many buttons a card of Teams shows.
const maxActions = 6

// cardOf writes a letter as a card.
func cardOf(l *notify.Letter, repeat, cut bool) card {
	c := card{
		Type: "AdaptiveCard", Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Version: "1.4", Lang: l.Language,
		FallbackText: l.Heading, MSTeams: width{"Full"},
	}
	if repeat && l.Repeated != "" {
		c.Body = append(c.Body, text(run{Text: l.Repeated, Weight: "Bolder"}))
	}
	for _, line := range l.Lead {
		c.Body = append(c.Body, lineOf(line))
	}
	if len(l.Entries) != 1 {
		c.Body = append(c.Body, text(run{Text: l.Title.Text, Size: "Medium", Weight: "Bolder"}))
	}
	for i, e := range l.Entries {
		c.Body = append(c.Body, entryOf(e, i > 0)...)
		if e.Link != "" && len(c.Actions) < maxActions {
			c.Actions = append(c.Actions, action{"Action.OpenUrl", e.LinkLabel, e.Link})
		}
	}
	if cut && l.Shortened != "" {
		c.Body = append(c.Body, text(run{Text: l.Shortened, Italic: true}))
	}
	for _, line := range l.Footer {
		c.Body = append(c.Body, text(run{Text: line.Text, Subtle: true, Size: "Small"}))
	}
	return c
}

// entryOf is a coloured head with the title, and the blocks below it.
func entryOf(e notify.Entry, apart bool) []element {
	list := []element{{
		Type: "Container", Style: styleOf(e.Severity), Bleed: true, Separator: apart,
		Items: []element{text(run{Text: e.Heading, Subtle: true}), text(run{Text: e.Title.Text, Size: "Medium", Weight: "Bolder"}, originOf(e.Title)...)},
	}}
	for _, b := range e.Blocks {
		if len(b.Lines) == 0 {
			continue
		}
		spacing := "Medium"
		if b.Label != "" {
			label := text(run{Text: b.Label, Weight: "Bolder"})
			label.Spacing, spacing = spacing, "Small"
			list = append(list, label)
		}
		for _, line := range b.Lines {
			element := lineOf(line)
			element.Spacing, spacing = spacing, "Small"
			list = append(list, element)
		}
	}
	return list
}

func lineOf(line notify.Line) element { return text(run{Text: line.Text}, originOf(line)...) }

func originOf(line notify.Line) []run {
	if line.Origin == "" {
		return nil
	}
	return []run{{Text: "  " + line.Origin, Subtle: true, Italic: true, Size: "Small"}}
}

func text(first run, more ...run) element {
	runs := append([]run{first}, more...)
	for i := range runs {
		runs[i].Type = "TextRun"
		runs[i].Text = strings.ToValidUTF8(runs[i].Text, "\uFFFD")
	}
	return element{Type: "RichTextBlock", Inlines: runs}
}

// styleOf is the style of a container for a severity: its colour says what the
// heading says.
func styleOf(s tocsin.Severity) string {
	return map[notify.Tone]string{notify.ToneBad: "attention", notify.ToneGood: "good", notify.ToneWarning: "warning", notify.ToneNeutral: "emphasis"}[notify.ToneOf(s)]
}

// encode writes a card, in an envelope unless it is to go out bare.
func encode(c card, bare bool) ([]byte, error) {
	var whole any = c
	if !bare {
		whole = envelope{"message", []attachment{{"application/vnd.microsoft.card.adaptive", c}}}
	}
	body, err := json.Marshal(whole)
	if err != nil {
		return nil, fmt.Errorf("encode card: %w", err)
	}
	return body, nil
}
