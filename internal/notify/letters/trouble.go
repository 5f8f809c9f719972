package letters

import (
	"slices"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/translate"
)

// Trouble returns what those are told who look after channels, of one that takes no
// messages: since when, why, and which setting to change.
func (w *Writer) Trouble(language string, zone *time.Location, channel string, t delivery.Trouble) (*notify.Content, error) {
	l := &letter{Writer: w, tongue: w.tongue(language), zone: zone}
	since := t.FailingSince
	if since.IsZero() {
		since = t.Dead
	}
	lead := []notify.Line{l.own(l.text("troubleText", "name", channel, "since", l.time(since, zone)))}
	if slices.Contains(notify.Reasons(), notify.Reason(t.Reason)) {
		lead = append(lead, l.own(l.text("why."+t.Reason)))
	}
	if t.Detail != "" {
		lead = append(lead, notify.Line{Text: t.Detail, Language: translate.Source})
	}
	return l.about(channel, "troubleTitle", append(lead, l.own(l.text("troubleCheck", "name", channel))))
}

// Unconfirmed returns what they are told of a channel whose daily test nobody has
// confirmed: it takes messages, and it may be that nobody reads them.
func (w *Writer) Unconfirmed(language string, zone *time.Location, channel string, since time.Time) (*notify.Content, error) {
	l := &letter{Writer: w, tongue: w.tongue(language), zone: zone}
	return l.about(channel, "unconfirmedTitle", []notify.Line{l.own(l.text("unconfirmedText", "name", channel, "since", l.time(since, zone))), l.own(l.text("unconfirmedCheck"))})
}

// Canary returns the daily test of a channel. The link is that of the page on which
// somebody confirms it, which only the message itself has; a machine is sent none.
func (w *Writer) Canary(language, channel string, machine bool) (*notify.Content, error) {
	l := &letter{Writer: w, tongue: w.tongue(language)}
	heading, title := "[test] "+notify.ASCII(channel), l.own(l.text("canaryTitle"))
	letter := &notify.Letter{Language: l.Code, Heading: heading, Title: title, Repeated: l.text("repeated"), Shortened: l.text("shortened")}
	if machine {
		letter.Lead = []notify.Line{l.own(l.text("canaryMachine", "name", channel))}
		return notify.NewContent(notify.KindCanary, letter, nil)
	}
	letter.Entries = []notify.Entry{{
		Heading: heading, Title: title, LinkLabel: l.text("canaryOpen"),
		Blocks: []notify.Block{{Kind: notify.BlockChanged, Label: channel, Lines: []notify.Line{l.own(l.text("canaryText", "name", channel))}}},
	}}
	letter.Footer = []notify.Line{l.own(l.text("canaryFooter"))}
	return notify.NewContent(notify.KindCanary, letter, nil)
}

// Mended returns what they are told when it takes messages again.
func (w *Writer) Mended(language, channel string) (*notify.Content, error) {
	l := &letter{Writer: w, tongue: w.tongue(language)}
	return l.about(channel, "mendedTitle", []notify.Line{l.own(l.text("mendedText", "name", channel))})
}

// about is a message about a channel.
func (l *letter) about(channel, title string, lead []notify.Line) (*notify.Content, error) {
	return notify.NewContent(notify.KindTrouble, &notify.Letter{
		Language: l.Code, Heading: "[channel] " + notify.ASCII(channel), Title: l.own(l.text(title, "name", channel)), Lead: lead,
		Repeated: l.text("repeated"), Shortened: l.text("shortened"),
	}, nil)
}
