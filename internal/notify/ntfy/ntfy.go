// Package ntfy sends messages to a topic of a server that speaks the protocol of
// ntfy: its address is that of the topic, such as https://ntfy.example/outages.
package ntfy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/wire"
	"example.org/tocsin/internal/tocsin"
)

// maxText is what a server takes as a message; a longer one becomes a file.
const maxText = 4000 // bytes; the server's own bound is 4096

// Config says which topic is told.
type Config struct {
	Wire  wire.Config // Address is that of the topic
	Token string      // access token, or user:password; none when empty
}

// ErrTopic is why an address is none of a topic.
var ErrTopic = errors.New("write the address of a topic, such as https://ntfy.example/outages")

// Channel publishes to one topic.
type Channel struct {
	client *wire.Client
	header http.Header
	topic  string
}

// New makes a channel. It fails with [ErrTopic] when the address has no topic.
func New(c Config) (*Channel, error) {
	u, err := url.Parse(c.Wire.Address)
	if err != nil {
		return nil, ErrTopic
	}
	path := strings.Trim(u.Path, "/")
	at := strings.LastIndexByte(path, '/')
	topic := path[at+1:]
	if topic == "" {
		return nil, ErrTopic
	}
	u.Path, u.RawPath = "/"+path[:max(0, at)], ""
	c.Wire.Address = u.String()
	client, err := wire.New(c.Wire)
	if err != nil {
		return nil, err
	}
	return &Channel{client, wire.JSON(c.Token), topic}, nil
}

// message is the form in which JSON is published.
type message struct {
	Topic    string   `json:"topic"`
	Title    string   `json:"title"`
	Message  string   `json:"message"`
	Priority int      `json:"priority"`
	Tags     []string `json:"tags,omitempty"`
	Click    string   `json:"click,omitempty"`
	ID       string   `json:"sequence_id,omitempty"` // a repetition takes the place of the message; servers before 2.16 ignore it
}

// Send implements [notify.Channel].
func (c *Channel) Send(ctx context.Context, m *notify.Message) (notify.Receipt, error) {
	text := notify.Fit(m.Letter, textOf, func(text string) bool { return len(text) <= maxText })
	out := message{Topic: c.topic, Title: m.Letter.Heading, Message: text, Priority: 3, ID: m.ID}
	if m.Repeat && m.Letter.Repeated != "" {
		out.Title = m.Letter.Repeated + " " + out.Title
	}
	for _, e := range m.Letter.Entries {
		out.Priority = max(out.Priority, priorityOf(e.Severity))
	}
	if list := m.Letter.Entries; len(list) > 0 {
		out.Click, out.Tags = list[0].Link, []string{list[0].Severity.String()}
	}
	body, err := json.Marshal(out)
	if err != nil {
		return notify.Receipt{}, &notify.Failure{Reason: notify.ReasonContent, Permanent: true, Detail: "The message could not be written.", Cause: err}
	}
	answer, err := c.client.Post(ctx, c.header, body)
	if err != nil {
		return notify.Receipt{}, err
	}
	receipt := notify.Receipt{Status: answer.Status}
	if raw, err := answer.Body(); err == nil {
		receipt.Detail = idOf(raw)
	}
	return receipt, nil
}

// priorityOf is how loud a severity is: 5 rings through, 3 is the usual.
func priorityOf(s tocsin.Severity) int {
	switch {
	case s == tocsin.SeverityInterruption:
		return 5
	case s.Broken():
		return 4
	}
	return 3
}

// textOf is a letter as plain text.
func textOf(l *notify.Letter, cut bool) string {
	plain := func(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
	return strings.TrimSpace(plain(l.Title.Text) + "\n\n" + l.Body(cut, plain))
}

// idOf is the id that the server gave the message.
func idOf(body []byte) string {
	var answer struct{ ID string }
	if json.Unmarshal(body, &answer) != nil || answer.ID == "" || len(answer.ID) > 40 || strings.ContainsFunc(answer.ID, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		return ""
	}
	return fmt.Sprintf("id %s", answer.ID)
}
