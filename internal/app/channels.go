package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/alertmanager"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/notify/letters"
	"example.org/tocsin/internal/notify/mail"
	"example.org/tocsin/internal/notify/ntfy"
	"example.org/tocsin/internal/notify/slack"
	"example.org/tocsin/internal/notify/teams"
	"example.org/tocsin/internal/notify/template"
	"example.org/tocsin/internal/notify/webhook"
	"example.org/tocsin/internal/notify/wire"
	"example.org/tocsin/internal/tocsin"
)

// NewSetup makes what the settings say about who hears what, and how. Nothing is
// connected. Problems of channels are of kind [tocsin.ErrInvalid], each with its
// whole key.
func NewSetup(c config.Config, now func() time.Time) (*dispatch.Setup, error) {
	policy, err := c.Policy()
	if err != nil {
		return nil, err
	}
	s := &dispatch.Setup{Policy: policy, Receivers: map[string][]string{}, Subscribers: c.Notify.Subscribers(), Strangers: c.Notify.Subscriptions.Public, Second: c.Incidents.Approve}
	if s.Rooms, err = c.Rooms(); err != nil {
		return nil, err
	}
	for _, r := range c.Notify.All() {
		s.Receivers[r.Name] = r.Channels
	}
	exits, problems := exitsOf(c, now)
	s.Exits = exits
	return s, errors.Join(problems...)
}

// exitsOf makes the channels of settings, by name, and says what is wrong with
// those that it cannot make.
func exitsOf(c config.Config, now func() time.Time) (map[string]*dispatch.Exit, []error) {
	exits := map[string]*dispatch.Exit{}
	wordings, problems := newWordings(c.Notify.Wordings)
	writer, err := letters.New(letters.Config{Now: now})
	if err != nil {
		return nil, []error{err}
	}
	for i, one := range c.Notify.Channels {
		exit, err := channels{c, now}.exit(one)
		if err != nil {
			problems = append(problems, channelProblem(fmt.Sprintf("notify.channels[%d]", i), one, err))
			continue
		}
		if own := wordings[one.Wording]; own != nil {
			exit.Word = func(content *notify.Content) (*notify.Content, error) { return writer.Word(content, own, exit.Zone) }
		}
		exits[one.Name] = exit
	}
	return exits, problems
}

// newWordings makes the wordings of the settings, by name.
func newWordings(list []config.Wording) (map[string]*letters.Wording, []error) {
	wordings := map[string]*letters.Wording{}
	var problems []error
	for i, one := range list {
		w := &letters.Wording{Title: one.Title, Lead: one.Lead, Text: one.Text, Footer: one.Footer, Link: one.Link}
		for _, problem := range w.Check() {
			name, words, _ := strings.Cut(problem.Error(), ": ")
			problems = append(problems, tocsin.Invalidf(fmt.Sprintf("notify.wordings[%d].%s", i, name), "%s", words))
		}
		wordings[one.Name] = w
	}
	return wordings, problems
}

// CheckChannels reports what only the adapters of channels can find wrong with
// settings. Nothing is connected.
func CheckChannels(c config.Config) error {
	_, problems := exitsOf(c, time.Now)
	return errors.Join(problems...)
}

// channelProblem gives what an adapter finds wrong its key: that of the words
// before the first colon where they are one.
func channelProblem(key string, c config.Channel, err error) error {
	name, words, ok := strings.Cut(err.Error(), ": ")
	if !ok || strings.ContainsAny(name, " \n") {
		name, words = "address", err.Error()
		if c.Kind == "mail" {
			name = "mail"
		}
	} else if c.Kind == "mail" {
		name = "mail." + name
	} else if c.Kind == "template" && !slices.Contains([]string{"address", "secret", "target"}, name) {
		name, words = "form", err.Error()
	}
	return tocsin.Invalidf(key+"."+name, "%s.", strings.TrimSuffix(words, "."))
}

// channels makes channels of settings.
type channels struct {
	config.Config
	now func() time.Time
}

// webhookWindow is how many webhooks may be on their way at once: receivers know
// what they have by its id.
const webhookWindow = 256

// Waits after the first failures of mails: servers that greylist want five
// minutes, and begin anew after long silence.
func mailTries() []time.Duration {
	return []time.Duration{6 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour}
}

// mailLines is how many mails of a channel are on their way at once. Graph takes four
// requests of one application for a mailbox at a time.
func mailLines(c config.Mail) int {
	if c.Relay.Host == "" {
		return 4
	}
	return cmp.Or(c.Relay.Connections, 16)
}

// paces are the least times between two messages where the other side asks for it.
func paces() map[string]time.Duration {
	return map[string]time.Duration{"teams": teams.Every, "slack": slack.Every, "telegram": time.Second, "discord": time.Second}
}

func (m channels) exit(c config.Channel) (*dispatch.Exit, error) {
	zone, ok := tocsin.ParseZone(c.Zone)
	if !ok {
		return nil, errors.New("zone: it is no time zone")
	}
	e := &dispatch.Exit{
		Name: c.Name, Kind: c.Kind, Host: wire.Host(c.Address.Reveal()), Language: cmp.Or(c.Language, "en"), Zone: zone,
		Fallback: c.Fallback, DependsOn: c.DependsOn, Owner: c.Owner, Every: paces()[c.Kind], Window: 1,
	}
	if c.Kind == "webhook" {
		e.Window = webhookWindow
	}
	if c.Kind == "mail" {
		e.Host, e.Tries, e.Lines = c.Mail.Relay.Host, mailTries(), make(chan struct{}, mailLines(c.Mail))
	}
	var err error
	if c.Ends != "" {
		if e.Ends, err = time.Parse(time.DateOnly, c.Ends); err != nil {
			return nil, errors.New("ends: it is no day")
		}
	}
	if e.Canary, err = c.CanaryTime(); err != nil {
		return nil, errors.New("canary: it is no time of day")
	}
	e.Channel, err = m.channel(c)
	return e, err
}

// channel makes the channel that a setting describes. A new kind is one line
// here.
func (m channels) channel(c config.Channel) (notify.Channel, error) {
	w := wire.Config{Address: c.Address.Reveal(), Inside: c.Inside, Now: m.now}
	switch secret := c.Secret.Reveal(); c.Kind {
	case "mail":
		return m.mail(c.Mail)
	case "webhook":
		return webhook.New(webhook.Config{Wire: w, Secret: secret, Previous: c.Previous.Reveal(), Own: m.own()})
	case "teams":
		return teams.New(teams.Config{Wire: w, Hosts: c.Hosts, Bare: c.Bare})
	case "slack":
		return slack.New(w)
	case "ntfy":
		return ntfy.New(ntfy.Config{Wire: w, Token: secret})
	case "alertmanager":
		return alertmanager.New(alertmanager.Config{Wire: w, Token: secret})
	case "template":
		form, err := formOf(c.Form)
		if err != nil {
			return nil, err
		}
		return template.New(template.Config{Wire: w, Form: form, Secret: secret, Target: c.Target})
	}
	form, ok := template.Of(c.Kind)
	if !ok {
		return nil, fmt.Errorf("kind: %q is no kind of channel", tocsin.Clip(c.Kind, 40))
	}
	return template.New(template.Config{Wire: w, Form: form, Secret: c.Secret.Reveal(), Target: c.Target})
}

// own are the addresses of the desk itself.
func (m channels) own() []string {
	if m.Server.Base == "" {
		return nil
	}
	return []string{m.Server.Base}
}

// formOf reads a form of the settings, without keys that nobody knows.
func formOf(written any) (form template.Form, err error) {
	text, err := yaml.Marshal(written)
	if err != nil {
		return form, errors.New("form: it cannot be read")
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&form); err != nil {
		return form, fmt.Errorf("form: %s", strings.Join(strings.Fields(strings.ReplaceAll(err.Error(), " in type template.Form", "")), " "))
	}
	return form, nil
}

func (m channels) mail(c config.Mail) (notify.Channel, error) {
	mc := mail.Config{From: c.From, To: c.To, ReturnPath: c.ReturnPath, Base: m.Server.Base}
	for _, r := range []config.Relay{c.Relay, c.Second} {
		if r.Host == "" {
			continue
		}
		relay, err := m.relay(r)
		if err != nil {
			return nil, err
		}
		mc.Via = append(mc.Via, relay)
	}
	if c.Graph.Mailbox != "" {
		graph, err := m.graph(c.Graph)
		if err != nil {
			return nil, err
		}
		mc.Via = append(mc.Via, graph)
	}
	for i, k := range c.DKIM {
		text, err := os.ReadFile(k.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("dkim[%d]: the key cannot be read: %w", i, errors.Unwrap(err))
		}
		mc.DKIM = append(mc.DKIM, mail.Key{Domain: k.Domain, Selector: k.Selector, PEM: text})
	}
	return mail.New(mc)
}

func (m channels) relay(r config.Relay) (*mail.Relay, error) {
	relay := &mail.Relay{Host: r.Host, Port: r.Port, TLS: mail.TLS(r.TLS), User: r.User, Password: r.Password.Reveal(), Now: m.now}
	if r.TenantID == "" {
		return relay, nil
	}
	tokens, err := m.tokens("global", r.TenantID, r.ClientID, r.ClientSecret.Reveal(), "https://outlook.office365.com/.default")
	if err != nil {
		return nil, err
	}
	relay.Token = tokens.Token
	return relay, nil
}

func (m channels) graph(g config.Graph) (*mail.Graph, error) {
	name := cmp.Or(g.Cloud, "global")
	cloud, err := m.Cloud("graph.cloud", name)
	if err != nil {
		return nil, err
	}
	root := strings.TrimSuffix(cloud.Graph, "/v1.0")
	tokens, err := m.tokens(name, g.TenantID, g.ClientID, g.ClientSecret.Reveal(), root+"/.default")
	if err != nil {
		return nil, err
	}
	return mail.NewGraph(mail.GraphConfig{Wire: wire.Config{Address: root, Inside: true, Now: m.now}, Mailbox: g.Mailbox, Token: tokens.Token})
}

func (m channels) tokens(cloud, tenant, client, secret, scope string) (*wire.Tokens, error) {
	c, err := m.Cloud("graph.cloud", cloud)
	if err != nil {
		return nil, err
	}
	return wire.NewTokens(wire.TokenConfig{
		Wire:     wire.Config{Address: strings.TrimRight(c.Login, "/") + "/" + tenant + "/oauth2/v2.0/token", Inside: true, Now: m.now},
		ClientID: client, Secret: secret, Scope: scope,
	})
}

// warnOfEnds tells of channels that end within two weeks by what the settings say:
// flows of Teams do.
func (a *App) warnOfEnds(ctx context.Context) error {
	setup := a.announcing.setup.Setup()
	if setup == nil {
		return nil
	}
	for _, exit := range setup.Exits {
		if left := time.Until(exit.Ends); !exit.Ends.IsZero() && left < 14*24*time.Hour {
			a.log.WarnContext(ctx, "a channel ends soon", "channel", exit.Name, "ends", exit.Ends.Format(time.DateOnly), "owner", exit.Owner)
		}
	}
	return nil
}
