package tocsin

import (
	"errors"
	"slices"
	"time"
)

// An IncidentMessage is what is said about an incident to many people: written
// once, in several languages, and sent through channels as it was written.
type IncidentMessage struct {
	N        int64             // 1, 2, 3 … in the incident
	Template string            // id of the template that it was filled from; "" for none
	Name     string            // as the timeline calls it
	Words    []IncidentWords   // the same in each language, that of its writer first
	Facts    map[string]string // what its writer filled in, by slot
	Channels []string          // names of channels; none where it was sent by other means
	Promised time.Time         // by when it promises the next one, zero for never
	State    string            // of [MessageStates]
	Revision int               // grows each time that it is written anew

	WrittenAt time.Time
	WrittenBy string
	WriterID  string // of the account, "" for none
	SettledAt time.Time
	SettledBy string // who sent it, approved or returned it
	Reason    string // why it was returned

	// Change is the number of the change that its deliveries tell, 0 before.
	Change     int64
	Deliveries []IncidentDelivery // what became of it, by channel
}

// IncidentWords are a message in a language.
type IncidentWords struct {
	Language string   `json:"language"`
	Subject  string   `json:"subject"`
	Lines    []string `json:"lines"`
}

// An IncidentDelivery is what became of a message in a channel.
type IncidentDelivery struct {
	Channel  string
	State    string // as the ledger of deliveries has it
	Reason   string // why it was not accepted, or is not sent
	Attempts int
	At       time.Time // of the last attempt, zero before the first
	Via      string    // the channel that it was to go to first, "" for this one
}

// An IncidentChannel is a channel that messages of incidents can be sent through.
type IncidentChannel struct{ Name, Kind, Language string }

// States of a message.
const (
	MessageWaiting  = "waiting" // for a second person
	MessageReturned = "returned"
	MessageSent     = "sent"
)

// MessageStates lists the states of a message.
func MessageStates() []string { return []string{MessageWaiting, MessageReturned, MessageSent} }

// Bounds of a message.
const (
	maxMessageLines    = 20
	maxMessageLine     = 4000 // characters
	maxMessageChannels = 50
)

// Text returns the words of a message as one text, subject first.
func (w IncidentWords) Text() string {
	text := w.Subject
	for _, line := range w.Lines {
		text += "\n" + line
	}
	return text
}

// Closes reports whether the message says that the incident is over.
func (m IncidentMessage) Closes() bool { return MessageStep(m.Template) == StepClosure }

// MessageStep returns the step of the runbook that is done when a message is sent
// that was filled from a template, "" for none.
func MessageStep(template string) string {
	switch template {
	case "announcement", "short-alert":
		return StepAnnouncement
	case "managers", "hourly":
		return StepUpdates
	case "closure", "short-closure":
		return StepClosure
	}
	return ""
}

// In returns the message in a language, in English where it has no such words, and
// in that of its writer where it has neither.
func (m IncidentMessage) In(language string) IncidentWords {
	for _, code := range []string{language, "en"} {
		if i := slices.IndexFunc(m.Words, func(w IncidentWords) bool { return w.Language == code }); i >= 0 {
			return m.Words[i]
		}
	}
	return m.Words[0]
}

// Validate reports every problem of a message that is written now.
func (m IncidentMessage) Validate(now time.Time) error {
	problems := []error{IncidentLine("name", m.Name, true)}
	if len(m.Words) == 0 {
		problems = append(problems, Invalidf("words", "Write something here."))
	}
	for _, w := range m.Words {
		problems = append(problems, w.validate())
	}
	if len(m.Channels) > maxMessageChannels {
		problems = append(problems, Invalidf("channels", "Name at most %d.", maxMessageChannels))
	}
	if !m.Promised.IsZero() && m.Promised.Before(now) {
		problems = append(problems, Invalidf("next", "The next update is promised for a time that has passed."))
	}
	return errors.Join(problems...)
}

func (w IncidentWords) validate() error {
	if w.Language == "" || len(w.Language) > 20 || len(w.Lines) > maxMessageLines {
		return Invalidf("words", "A message has a language and at most %d lines.", maxMessageLines)
	}
	for _, line := range append([]string{w.Subject}, w.Lines...) {
		if !lines(line, maxMessageLine) {
			return Invalidf("words", "A line has at most %d characters.", maxMessageLine)
		}
	}
	return IncidentText("text", w.Text())
}
