package config

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/tocsin"
)

// Notify says who is told of what, when, and by which way. Without channels
// nobody is told and nothing is connected. Routes, time intervals and inhibition
// have the grammar and the key names of Alertmanager (docs/routes.md).
type Notify struct {
	Channels  []Channel  `yaml:"channels"`
	Wordings  []Wording  `yaml:"wordings" live:"yes"`  // words of their own for channels whose readers want other ones
	Receivers []Receiver `yaml:"receivers" live:"yes"` // names for several channels; one of all channels when empty
	// Routes is the first route, which takes whatever no route below does. Without it incidents are
	// told at once, advisories, messages and planned work each morning.
	Routes        route.Spec           `yaml:"routes,omitempty" live:"yes"`
	TimeIntervals []route.IntervalSpec `yaml:"time_intervals" live:"yes"`
	InhibitRules  []route.InhibitSpec  `yaml:"inhibit_rules" live:"yes"` // an incident hides the advisories of its service when there are neither routes nor rules
	Subscriptions Subscriptions        `yaml:"subscriptions" live:"yes"` // of people, by mail
	Zone          string               `yaml:"zone" live:"yes"`          // time zone of the morning that routes which are not written wait for, such as Europe/Paris; UTC when empty
}

// Subscriptions says how people are told who asked to be.
type Subscriptions struct {
	Channel string `yaml:"channel"` // channel of kind mail by which they are told; the first one when empty
	Public  bool   `yaml:"public"`  // whether everybody can subscribe to what a tenant publishes for everybody, with an address that they confirm
}

// Receiver is a named list of channels; a route names one.
type Receiver struct {
	Name     string   `yaml:"name"`               // unique
	Channels []string `yaml:"channels,omitempty"` // names of channels; nobody hears when the key is left out
}

// Wording is what readers of some channels are told in words of their own. Texts
// have placeholders, such as {impact}; a line of which one has no value is left
// out (docs/channels.md).
type Wording struct {
	Name   string   `yaml:"name"`             // unique: 1 to 32 lower-case letters, digits and dashes
	Title  string   `yaml:"title,omitempty"`  // of an item; as the provider wrote it when left out
	Lead   []string `yaml:"lead,omitempty"`   // lines above all items
	Text   []string `yaml:"text,omitempty"`   // lines about each item, what matters most first; as usual when left out
	Footer []string `yaml:"footer,omitempty"` // lines below all items
	Link   string   `yaml:"link,omitempty"`   // name of the link to an item; as usual when left out
}

// everyone is the receiver of all channels, where the settings name none.
const everyone = "all"

// All returns the receivers, in order: those of the settings, or else one of all
// channels.
func (n Notify) All() []Receiver {
	if len(n.Receivers) > 0 {
		return n.Receivers
	}
	all := Receiver{Name: everyone}
	for _, c := range n.Channels {
		all.Channels = append(all.Channels, c.Name)
	}
	return []Receiver{all}
}

// ChannelsOf returns the names of a receiver's channels, none for a receiver that
// there is not.
func (n Notify) ChannelsOf(receiver string) []string {
	for _, r := range n.All() {
		if r.Name == receiver {
			return r.Channels
		}
	}
	return nil
}

// Subscribers returns the name of the channel by which people are told who asked
// to be, "" for none.
func (n Notify) Subscribers() string {
	if n.Subscriptions.Channel != "" {
		return n.Subscriptions.Channel
	}
	for _, c := range n.Channels {
		if c.Kind == "mail" {
			return c.Name
		}
	}
	return ""
}

func (n Notify) validateSubscriptions() (problems []error) {
	mails := []string{}
	for _, c := range n.Channels {
		if c.Kind == "mail" {
			mails = append(mails, c.Name)
		}
	}
	switch s := n.Subscriptions; {
	case s.Channel != "" && !slices.Contains(mails, s.Channel):
		problems = append(problems, tocsin.Invalidf("notify.subscriptions.channel", "There is no channel %s of kind mail%s", tocsin.Clip(s.Channel, 40), tocsin.Meant(s.Channel, mails)))
	case s.Public && len(mails) == 0:
		problems = append(problems, tocsin.Invalidf("notify.subscriptions.public", "There is no channel of kind mail to ask people by."))
	}
	return problems
}

// routed reports whether the settings have routes of their own.
func (n Notify) routed() bool { return !n.Routes.IsZero() }

// Policy returns who hears of what, compiled: by the routes of the settings, or
// else as shipped. Errors are of kind [tocsin.ErrInvalid], each with its whole
// key.
func (c Config) Policy() (*route.Policy, error) {
	n := c.Notify
	var receivers []string
	for _, r := range n.All() {
		receivers = append(receivers, r.Name)
	}
	p, err := route.Compile(n.routing(), route.Known{Receivers: receivers, Labels: route.EventLabels(), Values: route.EventValues()})
	return p, errors.Join(placed("notify", err, nil)...)
}

// routing is who hears of what: as the settings say, or else as shipped.
func (n Notify) routing() route.Settings {
	settings := route.Settings{Routes: n.Routes, Intervals: n.TimeIntervals, Inhibit: n.InhibitRules}
	if !n.routed() {
		shipped := route.Shipped(n.All()[0].Name, n.Zone)
		settings.Routes = shipped.Routes
		if len(n.InhibitRules) == 0 {
			settings.Inhibit = shipped.Inhibit
		}
	}
	return settings
}

var receiverName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._ -]{0,62}$`)

// validateNotify reports what is wrong with who is told.
func (c Config) validateNotify() error {
	var problems []error
	add := func(key, format string, args ...any) {
		problems = append(problems, tocsin.Invalidf(key, format, args...))
	}
	n := c.Notify
	var names []string
	for i, channel := range n.Channels {
		key := fmt.Sprintf("notify.channels[%d]", i)
		if slices.Contains(names, channel.Name) {
			add(key+".name", "There are two channels with the name %q: set another.", tocsin.Clip(channel.Name, 40))
		}
		names = append(names, channel.Name)
		problems = append(problems, channel.validate(key)...)
		if _, err := c.Cloud(key+".mail.graph.cloud", cmp.Or(channel.Mail.Graph.Cloud, "global")); err != nil {
			problems = append(problems, err)
		}
	}
	problems = append(problems, n.validateFallbacks(names)...)
	problems = append(problems, n.validateWordings()...)
	problems = append(problems, n.validateSubscriptions()...)
	taken := map[string]bool{}
	for i, r := range n.Receivers {
		key := fmt.Sprintf("notify.receivers[%d]", i)
		if !receiverName.MatchString(r.Name) {
			add(key+".name", "%q is not 1 to 63 letters, digits, spaces, dots, dashes and underscores.", tocsin.Clip(r.Name, 40))
		}
		if taken[r.Name] {
			add(key+".name", "There are two receivers with the name %q: set another.", tocsin.Clip(r.Name, 40))
		}
		taken[r.Name] = true
		problems = append(problems, r.validateChannels(key, names)...)
	}
	if len(n.Receivers) > 1 && !n.routed() {
		add("notify.routes", "There are several receivers, and no route says which one hears: write routes with at least a receiver.")
	}
	if n.Zone != "" && n.routed() {
		add("notify.zone", "It is for routes that are not written: name the zone in digest and in location.")
	} else if _, err := route.ParseDigest("daily 08:00 " + n.Zone); err != nil {
		add("notify.zone", "%q is no time zone such as Europe/Paris.", tocsin.Clip(n.Zone, 40))
		return errors.Join(problems...)
	}
	if _, err := c.Rooms(); err != nil {
		problems = append(problems, err)
	}
	policy, err := c.Policy()
	if err == nil {
		problems = append(problems, n.validateEscalations(policy)...)
	}
	return errors.Join(errors.Join(problems...), err)
}

// validateEscalations reports steps that tell nobody new: the channels of their
// receiver are told at once.
func (n Notify) validateEscalations(p *route.Policy) (problems []error) {
	above := []*route.Route{} // the route and those above it
	p.Root.Walk(func(r *route.Route, depth int) {
		above = append(above[:depth], r)
		if depth > 0 && slices.Equal(r.Escalate, above[depth-1].Escalate) {
			return // of the route above: who is told by this one is told once
		}
		for i, step := range r.Escalate {
			at := fmt.Sprintf("notify.%s.escalate[%d].to", r.At, i)
			told := n.ChannelsOf(r.Receiver)
			switch names := n.ChannelsOf(step.To); {
			case len(names) == 0:
				problems = append(problems, tocsin.Invalidf(at, "The receiver %s has no channel: nobody would be told.", tocsin.Clip(step.To, 40)))
			case !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(told, name) }):
				problems = append(problems, tocsin.Invalidf(at, "All channels of %s are told at once already, by the receiver %s.", tocsin.Clip(step.To, 40), tocsin.Clip(r.Receiver, 40)))
			}
		}
	})
	return problems
}

func (r Receiver) validateChannels(key string, names []string) (problems []error) {
	if r.Channels != nil && len(r.Channels) == 0 {
		problems = append(problems, tocsin.Invalidf(key+".channels", "The list is empty: leave the key out for a receiver by which nobody hears."))
	}
	for i, name := range r.Channels {
		at := fmt.Sprintf("%s.channels[%d]", key, i)
		switch {
		case slices.Contains(r.Channels[:i], name):
			problems = append(problems, tocsin.Invalidf(at, "%s is in the list twice.", tocsin.Clip(name, 40)))
		case slices.Contains(names, name):
		case len(names) == 0:
			problems = append(problems, tocsin.Invalidf(at, "There is no channel %s; there is none at all.", tocsin.Clip(name, 40)))
		default:
			problems = append(problems, tocsin.Invalidf(at, "There is no channel %s%s", tocsin.Clip(name, 40), tocsin.Meant(name, names)))
		}
	}
	return problems
}

// validateWordings reports wordings that cannot be told apart, and channels that
// ask for one that there is not.
func (n Notify) validateWordings() (problems []error) {
	var names []string
	for i, w := range n.Wordings {
		key := fmt.Sprintf("notify.wordings[%d].name", i)
		if !providerName.MatchString(w.Name) {
			problems = append(problems, tocsin.Invalidf(key, "%q is not 1 to 32 lower-case letters, digits and dashes.", tocsin.Clip(w.Name, 40)))
		}
		if slices.Contains(names, w.Name) {
			problems = append(problems, tocsin.Invalidf(key, "There are two wordings with the name %q: set another.", tocsin.Clip(w.Name, 40)))
		}
		names = append(names, w.Name)
	}
	for i, c := range n.Channels {
		if c.Wording != "" && !slices.Contains(names, c.Wording) {
			problems = append(problems, tocsin.Invalidf(fmt.Sprintf("notify.channels[%d].wording", i), "There is no wording %s%s", tocsin.Clip(c.Wording, 40), tocsin.Meant(c.Wording, names)))
		}
	}
	return problems
}
