package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/tocsin"
)

type channelCmd struct {
	Preview channelPreviewCmd `cmd:"" help:"Print what a channel of the settings would say of an update in the archive, and send nothing. Example: tocsin channel preview duty-mail MO821132 --tenant contoso --version 3"`
	Test    channelTestCmd    `cmd:"" help:"Send a test through a channel of the settings and say what the other side answered. Example: tocsin channel test ops-hook"`
	Secret  channelSecretCmd  `cmd:"" help:"Print a new secret for a webhook. Example: tocsin channel secret"`
}

type channelTestCmd struct {
	Name string `arg:"" help:"Name of the channel."`
}

// testedJSON is what came of a test.
type testedJSON struct {
	Channel  string `json:"channel"`
	Kind     string `json:"kind"`
	Host     string `json:"host"`
	Accepted bool   `json:"accepted"`
	Status   int    `json:"status,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Detail   string `json:"detail,omitempty"`
	Took     string `json:"took"`
}

func (c *channelTestCmd) Run(ctx context.Context, s *session) error {
	settings, err := s.validSettings()
	if err != nil {
		return err
	}
	result, err := app.TestChannel(ctx, settings, c.Name)
	if err != nil {
		return err
	}
	tested := testedJSON{c.Name, result.Kind, result.Host, result.Failure == nil, result.Receipt.Status, "", result.Receipt.Detail, result.Took.Round(time.Millisecond).String()}
	if f := result.Failure; f != nil {
		tested.Status, tested.Reason, tested.Detail = f.Status, string(f.Reason), f.Detail
	}
	if err := s.print(tested, func(w io.Writer) { tested.write(w) }); err != nil || tested.Accepted {
		return err
	}
	return &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "The channel " + c.Name + " did not take the test: " + cmp.Or(tested.Detail, tested.Reason)}
}

func (t testedJSON) write(w io.Writer) {
	if t.Accepted {
		status := ""
		if t.Status != 0 {
			status = fmt.Sprintf(" with status %d", t.Status)
		}
		fmt.Fprintf(w, "%s (%s) accepted the test%s after %s. %s\n", cmp.Or(t.Host, t.Channel), t.Kind, status, t.Took, oneLine(t.Detail))
	}
}

type channelSecretCmd struct{}

func (c *channelSecretCmd) Run(s *session) error {
	secret := app.NewWebhookSecret()
	return s.print(map[string]string{"secret": secret}, func(w io.Writer) { fmt.Fprintln(w, secret) })
}

type channelPreviewCmd struct {
	Name string `arg:"" help:"Name of the channel."`
	ID   string `arg:"" help:"Id of an issue or a message."`
	ofTenant
	Version int `help:"The version that is told; the newest when left out." placeholder:"N"`
}

// previewJSON is what a channel would say.
type previewJSON struct {
	Channel  string `json:"channel"`
	Kind     string `json:"kind"`
	Language string `json:"language"`
	Version  int    `json:"version"`
	Heading  string `json:"heading"`
	Title    string `json:"title"`
	Text     string `json:"text"` // blocks, a blank line between them
	Link     string `json:"link,omitempty"`
}

func (c *channelPreviewCmd) Run(ctx context.Context, s *session) error {
	settings, err := s.validSettings()
	if err != nil {
		return err
	}
	desk, tenant, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	p, err := desk.Preview(ctx, settings, c.Name, tenant.ID, c.ID, c.Version)
	if err != nil {
		return err
	}
	l := p.Content.Letter
	shown := previewJSON{
		c.Name, p.Kind, l.Language, p.Version, l.Heading, l.Title.Text,
		l.Body(false, func(text string) string { return text }), p.Content.Facts[0].Link,
	}
	return s.print(shown, func(w io.Writer) {
		fmt.Fprintf(w, "%s\n%s\n\n%s\n", shown.Heading, oneLine(shown.Title), harmless(shown.Text))
		if shown.Link != "" {
			fmt.Fprintf(w, "\n%s\n%s\n", oneLine(l.Entries[0].LinkLabel), shown.Link)
		}
	})
}
