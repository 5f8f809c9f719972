package app_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/notify/template"
)

func channelSettings(t *testing.T, text string) config.Config {
	t.Helper()
	c := config.Default()
	c.Server.Base = "https://status.contoso.com"
	if err := yaml.Unmarshal([]byte(text), &c.Notify); err != nil {
		t.Fatal(err)
	}
	return c
}

// A channel of each kind is made of its settings.
func TestEveryKindOfChannel(t *testing.T) {
	t.Parallel()
	texts := map[string]string{
		"webhook":      "{address: 'https://a.example/x', secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz}",
		"mail":         "{mail: {from: 'Desk <desk@contoso.com>', to: b@contoso.com, relay: {host: mail.contoso.com, user: u, tenantId: t, clientId: c, clientSecret: s}, graph: {mailbox: desk@contoso.com, tenantId: t, clientId: c, clientSecret: s}}}",
		"teams":        "{address: 'https://x.environment.api.powerplatform.com/a?sig=b', owner: desk, ends: 2027-03-01}",
		"slack":        "{address: 'https://hooks.slack.com/services/a'}",
		"ntfy":         "{address: 'http://ntfy:8080/outages', inside: true, secret: 'u:p'}",
		"alertmanager": "{address: 'https://alerts.contoso.com'}",
		"mattermost":   "{address: 'https://chat.contoso.com/hooks/a'}",
		"rocketchat":   "{address: 'https://chat.contoso.com/hooks/a'}",
		"discord":      "{address: 'https://discord.com/api/webhooks/a'}",
		"telegram":     "{address: 'https://api.telegram.org/bot1', target: '@outages'}",
		"gotify":       "{address: 'https://push.contoso.com', secret: s}",
		"pagerduty":    "{secret: s}",
		"jsm":          "{secret: s}",
		"template":     "{address: 'https://a.example/x', secret: s, form: {header: {X-Token: '{secret}'}, body: {text: '{heading} {title}', n: 1, deep: [{a: '{text}'}]}}}",
	}
	for _, kind := range config.ChannelKinds() {
		text, ok := texts[kind]
		if !ok {
			t.Errorf("no settings for %s", kind)
			continue
		}
		c := channelSettings(t, "channels: [{name: a, kind: "+kind+", language: fr, zone: Europe/Paris, "+strings.TrimPrefix(text, "{")+"]")
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		s, err := app.NewSetup(c, time.Now)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if e := s.Exits["a"]; e.Kind != kind || e.Channel == nil || e.Language != "fr" || e.Zone.String() != "Europe/Paris" || strings.ContainsAny(e.Host, "/?") {
			t.Errorf("%s: %+v", kind, e)
		}
	}
}

// What only the adapter of a channel knows is told with its key as well.
func TestProblemsOfChannels(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{name: a, kind: teams, address: 'https://hooks.contoso.com/hunter2'}":                                                    "notify.channels[0].address: ",
		"{name: a, kind: ntfy, address: 'https://ntfy.contoso.com'}":                                                              "notify.channels[0].address: write the address of a topic",
		"{name: a, kind: slack, address: 'https://127.0.0.1/hunter2'}":                                                            "notify.channels[0].address: ",
		"{name: a, kind: template, address: 'https://a.example/', form: {body: {text: '{titel}'}}}":                               "notify.channels[0].form: body: {titel} is no placeholder",
		"{name: a, kind: template, address: 'https://a.example/', form: {bodi: x}}":                                               "notify.channels[0].form: ",
		"{name: a, kind: mail, mail: {from: 'a,b', to: b@contoso.com, relay: {host: x}}}":                                         "notify.channels[0].mail.from: ",
		"{name: a, kind: mail, mail: {from: a@contoso.com, to: '\"x\"@y', relay: {host: x}}}":                                     "notify.channels[0].mail.to: ",
		"{name: a, kind: mail, mail: {from: a@b.example, relay: {host: x}, dkim: [{domain: d, selector: s, keyFile: /nowhere}]}}": "notify.channels[0].mail.dkim[0]: ",
	} {
		c := channelSettings(t, "channels: ["+text+"]")
		_, err := app.NewSetup(c, time.Now)
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A wording is checked with the channels, and found by its name.
func TestWordings(t *testing.T) {
	t.Parallel()
	const hook = "channels: [{name: a, kind: slack, address: 'https://hooks.slack.com/services/a', wording: %s}]\nwordings: [{name: managers, text: ['%s']}]"
	for text, want := range map[string]string{
		fmt.Sprintf(hook, "managers", "{impact}"): "",
		fmt.Sprintf(hook, "manager", "{impact}"):  "notify.channels[0].wording: There is no wording manager; did you mean managers?",
		fmt.Sprintf(hook, "managers", "{impcat}"): "notify.wordings[0].text[0]: {impcat} is no placeholder; did you mean impact?",
	} {
		c := channelSettings(t, text)
		setup, problem := app.NewSetup(c, time.Now)
		err := errors.Join(c.Validate(), problem)
		if want == "" && (err != nil || setup.Exits["a"].Word == nil) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// The channels that docs/channels.md shows are ones that the program takes, and its
// list of placeholders is whole.
func TestChannelsManual(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/channels.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```yaml\n")[1:]
	expand := func(name string) string {
		if name == "TEAMS_FLOW" {
			return "https://x.environment.api.powerplatform.com/a?sig=b"
		}
		return "x"
	}
	shown := os.Expand(strings.Split(blocks[0], "```")[0], expand)
	var c config.Config
	if err := yaml.Unmarshal([]byte(shown), &c); err != nil {
		t.Fatal(err)
	}
	pager := channelSettings(t, "channels:\n"+os.Expand(strings.Split(blocks[1], "```")[0], expand))
	for _, notify := range []config.Notify{c.Notify, pager.Notify} {
		settings := channelSettings(t, "{}")
		settings.Notify = notify
		if err := errors.Join(settings.Validate(), app.CheckChannels(settings)); err != nil {
			t.Error(err)
		}
	}
	for _, name := range append(template.Names(), config.ChannelKinds()...) {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("docs/channels.md does not name %s", name)
		}
	}
}
