package config

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/tocsin"
)

// Channel is one way out.
type Channel struct {
	Name      string   `yaml:"name"`           // unique: 1 to 32 lower-case letters, digits and dashes
	Kind      string   `yaml:"kind"`           // webhook, mail, teams, slack, ntfy, alertmanager, mattermost, rocketchat, discord, telegram, gotify, pagerduty, jsm, or template for a form of one's own
	Address   Hook     `yaml:"address"`        // where it is sent, a secret but for its host; of ntfy with the topic; not of mail
	Secret    Secret   `yaml:"secret"`         // of webhook: whsec_ and 32 or 64 signs, by which receivers know us; of others the token or key, user:password for ntfy and alertmanager
	Previous  Secret   `yaml:"previousSecret"` // of webhook: the secret before, until all receivers have the new one
	Target    string   `yaml:"target"`         // of telegram: the chat
	Language  string   `yaml:"language"`       // of what is sent: en, fr, ja, es or de; en when empty
	Zone      string   `yaml:"zone"`           // time zone of times in it, such as Europe/Paris; UTC when empty
	Wording   string   `yaml:"wording"`        // name of a wording, for an audience that is told in words of its own
	Fallback  string   `yaml:"fallback"`       // another channel, for what cannot be sent here
	DependsOn string   `yaml:"dependsOn"`      // service that it needs itself, such as Exchange or microsoftteams: while that is not well, incidents go to the fallback too
	Inside    bool     `yaml:"inside"`         // whether its address may be inside the network
	Hosts     []string `yaml:"hosts"`          // of teams: hosts beside those of Power Automate that may be addressed
	Bare      bool     `yaml:"bare"`           // of teams: for a flow that wants the card without the envelope of a message
	Owner     string   `yaml:"owner"`          // of teams: whose flow it is, so that somebody knows whom to ask
	Ends      string   `yaml:"ends"`           // of teams: day on which the flow ends, such as 2027-03-01; a warning is logged from two weeks before
	Canary    string   `yaml:"canary"`         // time of day in its zone, such as 09:00, at which it is sent a test each day that somebody confirms by its link; not of pagerduty and jsm, which would call somebody. None when empty
	Form      any      `yaml:"form"`           // of template: path, header, body, escape, limit, clip, each, ended, ok, values; see docs/channels.md
	Mail      Mail     `yaml:"mail"`           // of mail
}

// Hook is an address whose path and query are a secret, as those of webhooks are.
type Hook string

// Reveal returns the whole address.
func (h Hook) Reveal() string { return string(h) }

// String returns scheme and host alone.
func (h Hook) String() string {
	u, err := url.Parse(string(h))
	if err != nil || u.Host == "" {
		return redacted
	}
	shown := u.Scheme + "://" + u.Host
	if len(u.Path) > 1 || u.RawQuery != "" {
		return shown + "/" + redacted
	}
	return shown + u.Path
}

// GoString is String.
func (h Hook) GoString() string { return h.String() }

// MarshalText is String.
func (h Hook) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// MarshalYAML tells the host, so that it can be read which channel this is.
func (h Hook) MarshalYAML() (any, error) {
	if h == "" {
		return "", nil
	}
	return h.String(), nil
}

// Mail says how mails are sent.
type Mail struct {
	From       string `yaml:"from"`       // address, with or without a name
	To         string `yaml:"to"`         // address of what goes to this channel; may be a list's
	ReturnPath string `yaml:"returnPath"` // where bounces go; the address of from when empty
	Relay      Relay  `yaml:"relay"`      // server that takes the mails over SMTP
	Second     Relay  `yaml:"second"`     // another one, asked when the first cannot be reached
	Graph      Graph  `yaml:"graph"`      // Microsoft Graph in the place of a relay, or after it
	DKIM       []DKIM `yaml:"dkim"`       // keys that sign; none when the relay does
}

// Relay is a server that takes mails.
type Relay struct {
	Host         string `yaml:"host"`         // its name, which its certificate has to have
	Port         int    `yaml:"port"`         // 587 for starttls, 465 for implicit, 25 for none when 0
	TLS          string `yaml:"tls"`          // starttls, implicit, or none for a server on this machine; starttls when empty
	User         string `yaml:"user"`         // none when empty: no sign-in
	Password     Secret `yaml:"password"`     // such as ${SMTP_PASSWORD}
	TenantID     string `yaml:"tenantId"`     // of Exchange Online: signs in with a token (XOAUTH2) in the place of a password
	ClientID     string `yaml:"clientId"`     // application with SMTP.SendAsApp
	ClientSecret Secret `yaml:"clientSecret"` // of that application
	Connections  int    `yaml:"connections"`  // at once, 1 to 256; 16 when 0
}

// Graph sends mails through Microsoft Graph.
type Graph struct {
	Mailbox      string `yaml:"mailbox"`      // that sends: an address
	TenantID     string `yaml:"tenantId"`     // of that mailbox
	ClientID     string `yaml:"clientId"`     // application with Mail.Send
	ClientSecret Secret `yaml:"clientSecret"` // of that application
	Cloud        string `yaml:"cloud"`        // as for sources; global when empty
}

// DKIM is a key that signs mails.
type DKIM struct {
	Domain   string `yaml:"domain"`   // that vouches, such as contoso.com
	Selector string `yaml:"selector"` // name of the key below it, such as tocsin2026
	KeyFile  string `yaml:"keyFile"`  // private key in PEM: RSA of at least 2048 bits, or Ed25519
}

// channelKeys are the keys that each kind of channel uses beside those that all
// have, those that it cannot do without first, up to "".
func channelKeys() map[string][]string {
	kinds := map[string][]string{
		"webhook":      {"address", "secret", "", "previousSecret", "canary", "inside"},
		"mail":         {"mail", "", "canary"},
		"teams":        {"address", "", "hosts", "bare", "owner", "ends", "canary", "inside"},
		"slack":        {"address", "", "canary", "inside"},
		"ntfy":         {"address", "", "secret", "canary", "inside"},
		"alertmanager": {"address", "", "secret", "canary", "inside"},
		"mattermost":   {"address", "", "canary", "inside"},
		"rocketchat":   {"address", "", "canary", "inside"},
		"discord":      {"address", "", "canary", "inside"},
		"telegram":     {"address", "target", "", "canary", "inside"},
		"gotify":       {"address", "secret", "", "canary", "inside"},
		"pagerduty":    {"secret", "", "address", "inside"},
		"jsm":          {"secret", "", "address", "inside"},
		"template":     {"address", "form", "", "secret", "target", "canary", "inside"},
	}
	return kinds
}

// ChannelKinds lists the kinds of channels.
func ChannelKinds() []string { return slices.Sorted(maps.Keys(channelKeys())) }

// commonKeys are keys of every channel.
func commonKeys() []string {
	return []string{"name", "kind", "language", "zone", "wording", "fallback", "dependsOn"}
}

// validate reports what is wrong with a channel, but for what its adapter alone
// can know.
func (c Channel) validate(key string) (problems []error) {
	add := func(name, format string, args ...any) {
		problems = append(problems, tocsin.Invalidf(key+"."+name, format, args...))
	}
	if !providerName.MatchString(c.Name) {
		add("name", "%q is not 1 to 32 lower-case letters, digits and dashes.", tocsin.Clip(c.Name, 40))
	}
	uses, known := channelKeys()[c.Kind]
	if !known {
		add("kind", "%q is none of %s.", tocsin.Clip(c.Kind, 40), strings.Join(ChannelKinds(), ", "))
		return problems
	}
	set := keysSet(c)
	for _, name := range uses[:slices.Index(uses, "")] {
		if !slices.Contains(set, name) {
			add(name, "It is missing.")
		}
	}
	for _, name := range set {
		if !slices.Contains(uses, name) && !slices.Contains(commonKeys(), name) {
			add(name, "A channel of kind %s has no use for it.", c.Kind)
		}
	}
	if c.Language != "" && c.Language != "en" && !slices.Contains(TranslatedLanguages(), c.Language) {
		add("language", "%q is none of en, %s.", tocsin.Clip(c.Language, 40), strings.Join(TranslatedLanguages(), ", "))
	}
	if _, ok := tocsin.ParseZone(c.Zone); !ok {
		add("zone", "%q is no time zone such as Europe/Paris.", tocsin.Clip(c.Zone, 40))
	}
	if _, err := time.Parse(time.DateOnly, c.Ends); c.Ends != "" && err != nil {
		add("ends", "%q is no day such as 2027-03-01.", tocsin.Clip(c.Ends, 40))
	}
	if _, err := c.CanaryTime(); err != nil {
		add("canary", "%q is no time of day such as 09:00.", tocsin.Clip(c.Canary, 40))
	}
	if c.DependsOn != "" && c.Fallback == "" {
		add("dependsOn", "It says when the fallback is told too, and there is no fallback.")
	}
	if c.Address != "" {
		if problem := c.addressProblem(); problem != "" {
			add("address", "%s", problem)
		}
	}
	if c.Kind == "mail" {
		problems = append(problems, c.Mail.validate(key+".mail")...)
	}
	return problems
}

// CanaryTime returns when the channel is sent a test each day, of the zero value for
// never.
func (c Channel) CanaryTime() (route.Digest, error) {
	if c.Canary == "" {
		return route.Digest{}, nil
	}
	return route.ParseDigest("daily " + strings.Join(strings.Fields(c.Canary), "_") + " " + c.Zone)
}

// addressProblem says what is wrong with an address, without repeating it.
func (c Channel) addressProblem() string {
	u, err := url.Parse(c.Address.Reveal())
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return "It is no address such as https://hooks.example/x."
	case u.User != nil:
		return "It has a user in it: write that as secret, where the kind has one."
	case u.Fragment != "":
		return "It has a part behind # that is sent to nobody."
	case u.Scheme == "https" || u.Scheme == "http" && c.Inside:
		return ""
	case u.Scheme == "http":
		return "It has to begin with https://; http:// is for addresses inside the network, with inside: true."
	}
	return "It has to begin with https://."
}

// validate reports what is wrong with how mails are sent.
func (m Mail) validate(key string) (problems []error) {
	add := func(name, format string, args ...any) {
		problems = append(problems, tocsin.Invalidf(key+"."+name, format, args...))
	}
	if m.From == "" {
		add("from", "It is missing.")
	}
	if m.Relay.Host == "" && m.Graph.Mailbox == "" {
		add("relay.host", "It is missing, and there is no graph.mailbox: one of both sends.")
	}
	if m.Second.Host != "" && m.Relay.Host == "" {
		add("second", "It is asked after relay, and there is none.")
	}
	if m.Second.Connections != 0 {
		add("second.connections", "It is that of relay.")
	}
	for name, r := range map[string]Relay{"relay": m.Relay, "second": m.Second} {
		problems = append(problems, r.validate(key+"."+name)...)
	}
	if g := m.Graph; g != (Graph{}) && (g.Mailbox == "" || g.TenantID == "" || g.ClientID == "" || g.ClientSecret == "") {
		add("graph", "It needs mailbox, tenantId, clientId and clientSecret.")
	}
	for i, k := range m.DKIM {
		if k.Domain == "" || k.Selector == "" || k.KeyFile == "" {
			add(fmt.Sprintf("dkim[%d]", i), "It needs domain, selector and keyFile.")
		}
	}
	return problems
}

func (r Relay) validate(key string) (problems []error) {
	add := func(name, format string, args ...any) {
		problems = append(problems, tocsin.Invalidf(key+"."+name, format, args...))
	}
	if r == (Relay{}) {
		return nil
	}
	switch {
	case r.Host == "":
		add("host", "It is missing.")
	case r.Port < 0 || r.Port > 65535:
		add("port", "%d is no port.", r.Port)
	case r.Connections < 0 || r.Connections > 256:
		add("connections", "%d is not between 1 and 256.", r.Connections)
	case !slices.Contains([]string{"", "starttls", "implicit", "none"}, r.TLS):
		add("tls", "%q is none of starttls, implicit, none.", tocsin.Clip(r.TLS, 40))
	case r.TLS == "none" && r.User != "" && r.Host != "localhost" && r.Host != "127.0.0.1" && r.Host != "::1":
		add("tls", "A password would leave this machine unencrypted: write starttls or implicit.")
	}
	token := r.TenantID != "" || r.ClientID != "" || r.ClientSecret != ""
	switch {
	case token && (r.TenantID == "" || r.ClientID == "" || r.ClientSecret == "" || r.User == ""):
		add("tenantId", "A sign-in with a token needs user, tenantId, clientId and clientSecret.")
	case token && r.Password != "":
		add("password", "There is a clientSecret beside it: remove one.")
	case !token && (r.User == "") != (r.Password == ""):
		add("user", "User and password go together.")
	}
	return problems
}

// validateFallbacks reports fallbacks that lead nowhere or in a circle. News of a
// dead channel goes one step and no further, so a chain has no use either.
func (n Notify) validateFallbacks(names []string) (problems []error) {
	for i, c := range n.Channels {
		key := fmt.Sprintf("notify.channels[%d].fallback", i)
		switch {
		case c.Fallback == "":
		case c.Fallback == c.Name:
			problems = append(problems, tocsin.Invalidf(key, "It is the channel itself."))
		case !slices.Contains(names, c.Fallback):
			problems = append(problems, tocsin.Invalidf(key, "There is no channel %q in notify.channels.", tocsin.Clip(c.Fallback, 40)))
		}
	}
	return problems
}
