// Package template sends messages to services that want JSON of a form of their
// own over HTTP. A form is data: those of some services are in forms.yaml, others
// are written in the settings.
//
// A text of a form has named placeholders and nothing else: no conditions, no
// loops, no functions. Values are put into texts of the decoded JSON, so that
// nothing in them can change its shape.
package template

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/wire"
)

// defaultLimit is how many characters {text} has where the form does not say.
const defaultLimit = 4000

// Config says who is told, and in which form.
type Config struct {
	Wire   wire.Config // Address is that of the form when empty
	Form   Form
	Secret string // a token or key, as the service calls it
	Target string // a chat, room or channel, where the address does not say it
}

// Channel sends requests of one form.
type Channel struct {
	client *wire.Client
	config Config
}

// New makes a channel. It fails when the form, the address, the secret or the
// target is not what is needed.
func New(c Config) (*Channel, error) {
	if c.Wire.Address == "" {
		c.Wire.Address = c.Form.Address
	}
	switch {
	case c.Wire.Address == "":
		return nil, errors.New("address: it is missing")
	case c.Form.Secret && c.Secret == "":
		return nil, errors.New("secret: it is missing")
	case c.Form.Target && c.Target == "":
		return nil, errors.New("target: it is missing")
	}
	if err := c.Form.Check(); err != nil {
		return nil, err
	}
	if c.Form.OK != nil {
		c.Wire.Classify = c.Form.OK.classify
	}
	if c.Form.Limit == 0 {
		c.Form.Limit = defaultLimit
	}
	client, err := wire.New(c.Wire)
	if err != nil {
		return nil, err
	}
	return &Channel{client, c}, nil
}

// Send implements [notify.Channel]. Where there is a request for each item, one
// that fails ends it, and those before are made again with the next attempt: such
// services know an item by its key.
func (c *Channel) Send(ctx context.Context, m *notify.Message) (receipt notify.Receipt, err error) {
	if c.config.Form.Each == "" || len(m.Facts) == 0 {
		return c.request(ctx, m, m.Letter, nil)
	}
	for i := range m.Facts {
		letter := *m.Letter
		if i < len(m.Letter.Entries) {
			e := m.Letter.Entries[i]
			letter.Heading, letter.Title, letter.Entries = e.Heading, e.Title, []notify.Entry{e}
		}
		if receipt, err = c.request(ctx, m, &letter, &m.Facts[i]); err != nil {
			return receipt, err
		}
	}
	return receipt, nil
}

// request makes one request. The fact is nil for one about a whole message.
func (c *Channel) request(ctx context.Context, m *notify.Message, l *notify.Letter, f *notify.Fact) (notify.Receipt, error) {
	form := c.config.Form
	path, tree := form.Path, form.Body
	if f != nil && f.Over() && form.Ended != nil {
		tree = form.Ended.Body
		if form.Ended.Path != "" {
			path = form.Ended.Path
		}
	}
	values := c.values(m, l, f)
	body, err := json.Marshal(fill(tree, values))
	if err != nil {
		return notify.Receipt{}, &notify.Failure{Reason: notify.ReasonContent, Permanent: true, Detail: "The request could not be written.", Cause: err}
	}
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	for name, value := range form.Header {
		header.Set(name, strings.NewReplacer("\r", " ", "\n", " ").Replace(put(value, values)))
	}
	answer, err := c.client.Do(ctx, http.MethodPost, c.address(path, values), header, body)
	if err != nil {
		return notify.Receipt{}, err
	}
	return notify.Receipt{Status: answer.Status}, nil
}

// address is where a path leads, whose values are escaped for a path.
func (c *Channel) address(path string, values map[string]any) string {
	if path == "" {
		return c.config.Wire.Address
	}
	escaped := make(map[string]any, len(values))
	for name, value := range values {
		escaped[name] = url.PathEscape(fmt.Sprint(value))
	}
	base, query, found := strings.Cut(c.config.Wire.Address, "?")
	whole := strings.TrimRight(base, "/") + put(path, escaped)
	if found && !strings.Contains(whole, "?") {
		whole += "?" + query
	}
	return whole
}

// values are what stands for the names, texts of others escaped.
func (c *Channel) values(m *notify.Message, l *notify.Letter, f *notify.Fact) map[string]any {
	form := c.config.Form
	escape := func(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
	if form.Escape == "markdown" {
		escape = func(text string) string { return markdown(strings.ToValidUTF8(text, "\uFFFD")) }
	}
	text := notify.Fit(l, func(l *notify.Letter, cut bool) string { return l.Body(cut, escape) },
		func(text string) bool { return utf8.RuneCountInString(text) <= form.Limit })
	v := map[string]any{
		"heading": escape(l.Heading), "title": escape(l.Title.Text), "text": text, "language": m.Language, "message_id": m.ID,
		"thread": m.Thread, "at": m.MadeAt.UTC().Format(time.RFC3339), "repeated": "", "secret": c.config.Secret, "target": c.config.Target,
		"key": m.ID, "link": "", "link_label": "", "id": "", "change": string(m.Kind), "class": "", "status": "", "services": "", "tenants": "",
	}
	if m.Repeat && l.Repeated != "" {
		v["repeated"] = l.Repeated + " "
	}
	severity := "ok"
	if len(l.Entries) > 0 {
		e := l.Entries[0]
		v["link"], v["link_label"], severity = e.Link, escape(e.LinkLabel), e.Severity.String()
	}
	if f == nil && len(m.Facts) == 1 {
		f = &m.Facts[0]
	}
	if f != nil {
		severity = f.Severity.String()
		v["id"], v["change"], v["class"], v["status"] = f.ID, f.Change, f.Class, string(f.Status)
		v["key"], v["services"], v["tenants"] = "tocsin-"+f.ID, escape(namesOf(f.Services)), escape(namesOf(f.Tenants))
	}
	for name, list := range form.Values {
		v[name] = list[severity]
	}
	for name, limit := range form.Clip {
		if text, ok := v[name].(string); ok {
			v[name] = notify.Clip(text, limit)
		}
	}
	return v
}

// namesOf are the names of services or tenants in one line.
func namesOf[T notify.Service | notify.Tenant](list []T) string {
	var names []string
	for _, one := range list {
		names = append(names, struct{ ID, Name string }(one).Name)
	}
	return strings.Join(names, ", ")
}

// marks are what Markdown and mentions of chats are made of.
var marks = regexp.MustCompile("[\\\\`*_{}\\[\\]()<>#+|~!-]")

// markdown escapes text so that it is shown as it is. An @ is held apart from the
// word that it would mention; an address written out links to itself, which is as
// good as reading it.
func markdown(text string) string {
	return strings.ReplaceAll(marks.ReplaceAllString(text, `\$0`), "@", "@\u200b")
}

// classify tells a success by its words.
func (ok *OK) classify(answer *httpclient.Answer) (*notify.Failure, bool) {
	if answer.Status < 200 || answer.Status > 299 {
		return nil, false
	}
	var object map[string]any
	if raw, err := answer.Body(); err == nil && json.Unmarshal(raw, &object) == nil && fmt.Sprint(object[ok.Member]) == fmt.Sprint(ok.Value) {
		return nil, true
	}
	return &notify.Failure{
		Reason: notify.ReasonRefused, Detail: fmt.Sprintf("It answered with status %d, but not that %s is %v. Look at `address` and `secret`.", answer.Status, ok.Member, ok.Value),
	}, true
}
