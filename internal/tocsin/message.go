package tocsin

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"
)

// MessageSeverities lists the severities of messages, the worst last. The first
// is the default.
func MessageSeverities() []string { return []string{"normal", "high", "critical"} }

// A Message is a message-center post. Its JSON form is Graph's
// serviceUpdateMessage as it is on the wire, tolerant on input.
type Message struct {
	ID               string
	Title            string
	Services         []string // display names
	Category         string   // "planForChange", "stayInformed", "preventOrFixIssue"
	Severity         string   // "normal", "high", "critical"
	Tags             []string
	MajorChange      bool
	ActionRequiredBy time.Time
	StartAt          time.Time
	EndAt            time.Time // when the provider takes the post off its list
	ModifiedAt       time.Time
	Details          []Detail
	ContentType      string
	Content          string
	HasAttachments   bool
	Legacy           json.RawMessage // as in [Issue]
	Doubts           Doubts          // as in [Issue]
}

// Facts are what lists of messages are filtered by.
func (m Message) Facts() Facts {
	return Facts{
		Title: m.Title, Service: strings.Join(m.Services, "\n"), Class: m.Category,
		StartAt: m.StartAt, EndAt: m.EndAt, ModifiedAt: m.ModifiedAt, Files: m.HasAttachments, Private: m.Private(),
	}
}

// Private reports whether a message is about data privacy, by its tags or its
// category in whatever spelling. The provider shows those to administrators and
// privacy readers only.
func (m Message) Private() bool {
	private := func(word string) bool { return lettersOf(word) == "dataprivacy" }
	return private(m.Category) || slices.ContainsFunc(m.Tags, private)
}

// lettersOf is a word without capitals, blanks and signs.
func lettersOf(word string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, word)
}

// Detail returns the value of the named detail, or "" without one.
func (m Message) Detail(name string) string {
	for _, d := range m.Details {
		if d.Name == name {
			return d.Value
		}
	}
	return ""
}

type wireMessage struct {
	wireBase
	Category                 string          `json:"category"`
	Severity                 string          `json:"severity"`
	Tags                     []string        `json:"tags"`
	IsMajorChange            *bool           `json:"isMajorChange"`
	ActionRequiredByDateTime WireTime        `json:"actionRequiredByDateTime"`
	Services                 []string        `json:"services"`
	HasAttachments           bool            `json:"hasAttachments"`
	Details                  []Detail        `json:"details"`
	Body                     itemBody        `json:"body"`
	Legacy                   json.RawMessage `json:"@tocsin.legacy,omitempty"`
}

// MarshalJSON writes the message in Graph's wire form.
func (m Message) MarshalJSON() ([]byte, error) {
	return json.Marshal(wireMessage{
		wireBase: wireBase{wireTimeOf(m.StartAt), wireTimeOf(m.EndAt), wireTimeOf(m.ModifiedAt), m.Title, m.ID},
		Category: m.Category, Severity: m.Severity, Tags: emptyNotNil(m.Tags), IsMajorChange: &m.MajorChange,
		ActionRequiredByDateTime: wireTimeOf(m.ActionRequiredBy), Services: emptyNotNil(m.Services),
		HasAttachments: m.HasAttachments, Details: emptyNotNil(m.Details),
		Body: itemBody{m.ContentType, m.Content}, Legacy: m.Legacy,
	})
}

// UnmarshalJSON reads Graph's wire form as [Issue.UnmarshalJSON] does.
func (m *Message) UnmarshalJSON(data []byte) error {
	var wire wireMessage
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*m = Message{
		ID: wire.ID, Title: wire.Title, Services: wire.Services,
		Category: lowerFirst(wire.Category), Severity: lowerFirst(wire.Severity), Tags: wire.Tags,
		ActionRequiredBy: wire.ActionRequiredByDateTime.Time,
		StartAt:          wire.StartDateTime.Time, EndAt: wire.EndDateTime.Time, ModifiedAt: wire.LastModifiedDateTime.Time,
		Details: wire.Details, ContentType: lowerFirst(wire.Body.ContentType), Content: wire.Body.Content,
		HasAttachments: wire.HasAttachments, Legacy: wire.Legacy,
	}
	m.MajorChange = wire.IsMajorChange != nil && *wire.IsMajorChange
	m.Doubts.base(wire.wireBase, wire.Legacy)
	m.Doubts.Time("actionRequiredByDateTime", wire.ActionRequiredByDateTime, false)
	return nil
}
