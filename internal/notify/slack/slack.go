// Package slack sends messages to an incoming webhook of Slack.
//
// Texts of others go out as plain_text elements and escaped mrkdwn, so that they
// mention nobody and link nowhere. A message was taken when the answer is 200
// with the body "ok"; the other bodies are words that Slack documents.
package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/wire"
)

// Every is the least time between two messages to one address.
const Every = time.Second

// Bounds of Slack. The documented one of all blocks together is not: about 13,000
// characters are refused as msg_blocks_too_long.
const (
	maxHeader  = 150 // characters of a header
	maxSection = 3000
	maxBlocks  = 50
	maxAll     = 10_000
)

// Channel posts to one webhook.
type Channel struct{ client *wire.Client }

// New makes a channel.
func New(c wire.Config) (*Channel, error) {
	c.Classify = classify
	client, err := wire.New(c)
	if err != nil {
		return nil, err
	}
	return &Channel{client}, nil
}

type (
	payload struct {
		Text   string  `json:"text"` // for notifications and readers of screens
		Blocks []block `json:"blocks"`
		Unfurl bool    `json:"unfurl_links"`
		Media  bool    `json:"unfurl_media"`
	}
	block struct {
		Type     string `json:"type"`
		Text     *text  `json:"text,omitempty"`
		Elements []text `json:"elements,omitempty"`
	}
	text struct {
		Type     string `json:"type"`
		Text     string `json:"text"`
		Emoji    *bool  `json:"emoji,omitempty"`
		Verbatim bool   `json:"verbatim,omitempty"` // no mentions, channels or links are found in it
	}
)

// Send implements [notify.Channel].
func (c *Channel) Send(ctx context.Context, m *notify.Message) (notify.Receipt, error) {
	body, err := json.Marshal(notify.Fit(m.Letter, func(l *notify.Letter, cut bool) payload { return payloadOf(l, m.Repeat, cut) },
		func(p payload) bool { return len(p.Blocks) <= maxBlocks && characters(p) <= maxAll }))
	if err != nil {
		return notify.Receipt{}, &notify.Failure{Reason: notify.ReasonContent, Permanent: true, Detail: "The message could not be written.", Cause: err}
	}
	answer, err := c.client.Post(ctx, http.Header{"Content-Type": {"application/json; charset=utf-8"}}, body)
	if err != nil {
		return notify.Receipt{}, err
	}
	return notify.Receipt{Status: answer.Status}, nil
}

func payloadOf(l *notify.Letter, repeat, cut bool) payload {
	head := l.Heading + ": " + l.Title.Text
	p := payload{}
	if repeat && l.Repeated != "" {
		head = l.Repeated + " " + head
		p.Blocks = append(p.Blocks, note(l.Repeated))
	}
	p.Text = escape(head)
	for _, line := range l.Lead {
		p.Blocks = append(p.Blocks, section(escape(line.Text)))
	}
	if len(l.Entries) != 1 {
		p.Blocks = append(p.Blocks, header(l.Title.Text))
	}
	for _, e := range l.Entries {
		p.Blocks = append(p.Blocks, entryOf(e)...)
	}
	if cut && l.Shortened != "" {
		p.Blocks = append(p.Blocks, note(l.Shortened))
	}
	for _, line := range l.Footer {
		p.Blocks = append(p.Blocks, note(line.Text))
	}
	return p
}

func entryOf(e notify.Entry) []block {
	list := []block{header(e.Heading), section("*" + bold(e.Title.Text) + "*" + origin(e.Title))}
	for _, b := range e.Blocks {
		if len(b.Lines) == 0 {
			continue
		}
		part := ""
		if b.Label != "" {
			part = "*" + bold(b.Label) + "*"
		}
		for _, line := range b.Lines {
			next := "\n" + escape(line.Text) + origin(line)
			if utf8.RuneCountInString(part)+utf8.RuneCountInString(next) > maxSection {
				list = append(list, section(part))
				part = ""
			}
			part += next
		}
		list = append(list, section(strings.TrimPrefix(part, "\n")))
	}
	if e.Link != "" {
		list = append(list, section("<"+strings.NewReplacer("|", "%7C", ">", "%3E", "<", "%3C").Replace(e.Link)+"|"+escape(e.LinkLabel)+">"))
	}
	return list
}

func header(words string) block {
	return block{Type: "header", Text: &text{Type: "plain_text", Text: notify.Clip(words, maxHeader), Emoji: new(bool)}}
}

// section is a part in mrkdwn that was escaped.
func section(mrkdwn string) block {
	return block{Type: "section", Text: &text{Type: "mrkdwn", Text: notify.Clip(mrkdwn, maxSection), Verbatim: true}}
}

func note(words string) block {
	return block{Type: "context", Elements: []text{{Type: "plain_text", Text: notify.Clip(words, maxSection), Emoji: new(bool)}}}
}

func origin(line notify.Line) string {
	if line.Origin == "" {
		return ""
	}
	return "  _" + bold(line.Origin) + "_"
}

// escape writes text so that Slack shows it as it is: the three characters of its
// markup, and marks of emphasis held apart from what they would embrace.
func escape(words string) string {
	words = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(strings.ToValidUTF8(words, "\uFFFD"))
	return emphasis.ReplaceAllString(words, "$1\u200b")
}

// emphasis are the marks of mrkdwn.
var emphasis = regexp.MustCompile("([*_~`])")

// bold is escape for text between marks of emphasis.
func bold(words string) string {
	return strings.TrimSpace(strings.ReplaceAll(escape(words), "\n", " "))
}

func characters(p payload) (n int) {
	for _, b := range p.Blocks {
		if b.Text != nil {
			n += utf8.RuneCountInString(b.Text.Text)
		}
		for _, e := range b.Elements {
			n += utf8.RuneCountInString(e.Text)
		}
	}
	return n
}

// classify reads the words with which Slack answers.
func classify(answer *httpclient.Answer) (*notify.Failure, bool) {
	raw, err := answer.Body()
	if err != nil {
		return nil, false
	}
	word := strings.TrimSpace(string(raw))
	switch {
	case answer.Status == http.StatusOK && word == "ok":
		return nil, true
	case answer.Status == http.StatusTooManyRequests:
		return nil, false
	}
	meanings := []struct {
		reason notify.Reason
		detail string
		words  []string
	}{
		{notify.ReasonAuthentication, "Slack does not take the address any more. Make a new webhook and write it as `address`.", []string{"invalid_token", "no_active_hooks", "no_team", "team_disabled", "token_revoked", "account_inactive"}},
		{notify.ReasonGone, "The webhook or its channel does not exist. Make a new webhook and write it as `address`.", []string{"no_service", "no_service_id", "channel_not_found", "channel_is_archived"}},
		{notify.ReasonRefused, "Administrators of the workspace do not let the webhook post.", []string{"action_prohibited", "posting_to_general_channel_denied", "user_not_found"}},
		{notify.ReasonRate, "It wants fewer messages in a while.", []string{"rate_limited", "ratelimited"}},
		{notify.ReasonContent, "Slack did not take the form of the message.", []string{"invalid_payload", "no_text", "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "too_many_attachments"}},
	}
	for _, m := range meanings {
		for _, one := range m.words {
			if word == one {
				return &notify.Failure{Reason: m.reason, Detail: m.detail + " (" + one + ")"}, true
			}
		}
	}
	if answer.Status >= 200 && answer.Status < 300 {
		return &notify.Failure{Reason: notify.ReasonRefused, Detail: fmt.Sprintf("It answered with status %d and not with \"ok\". Look at `address`.", answer.Status)}, true
	}
	return nil, false
}
