package tocsin

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Publishing says what is published of a tenant, and to whom. The zero value,
// with a tenant's id, is that of a tenant that publishes nothing.
type Publishing struct {
	TenantID   string
	Readership Readership
	Advisories bool // also advisories and planned work; incidents always
	Messages   bool // also messages, never those about data privacy
	Indexed    bool // search engines may list the pages
	// Channels are where the provider speaks itself, by the language of the
	// interface ("en", "fr", "ja"). A language without any has those that the
	// product knows.
	Channels map[string][]OfficialChannel
	// Help is who helps at the organisation itself, on up to 20 lines, such as the
	// telephone number of its own desk; "" for none. It is shown to every reader.
	Help      string
	ChangedAt time.Time // zero while nobody has chosen anything
}

// A Readership is who may read what is published of a tenant.
type Readership string

// The readerships. Readers are those who may read the tenant's health at the desk.
const (
	ForNobody    Readership = "off"
	ForReaders   Readership = "readers"
	ForEverybody Readership = "open"
)

// Readerships lists them, the smallest first.
func Readerships() []Readership { return []Readership{ForNobody, ForReaders, ForEverybody} }

// An OfficialChannel is a place where the provider speaks itself: what people
// are sent to who want to hear it there.
type OfficialChannel struct {
	Label   string `json:"label"`             // such as "Service health in the admin center"
	Address string `json:"address,omitempty"` // of a web page; "" for none
	Path    string `json:"path,omitempty"`    // through the menus, such as "Health > Service health"; "" for none
}

// Bounds of official channels: how many in one language, characters of a text,
// and bytes of an address.
const (
	MaxChannels       = 12
	maxChannelText    = 200
	maxChannelAddress = 1000
	maxHelp           = 2000
	maxHelpLines      = 20
)

// classIncident is the classification of an issue that cuts users off.
const classIncident = "incident"

// Publishes reports whether an item of a class is published: a classification
// of an issue, or a message.
func (p Publishing) Publishes(kind Kind, class string) bool {
	switch {
	case kind == KindMessage:
		return p.Messages
	case kind != KindIssue:
		return false
	}
	return class == classIncident || p.Advisories
}

// Normalize trims texts and fills in that nobody may read.
func (p *Publishing) Normalize() {
	p.TenantID = strings.ToLower(strings.TrimSpace(p.TenantID))
	if p.Readership == "" {
		p.Readership = ForNobody
	}
	p.Help = strings.TrimSpace(strings.ReplaceAll(p.Help, "\r\n", "\n"))
	channels := map[string][]OfficialChannel{}
	for code, list := range p.Channels {
		for _, c := range list {
			c = OfficialChannel{strings.TrimSpace(c.Label), strings.TrimSpace(c.Address), strings.TrimSpace(c.Path)}
			if c != (OfficialChannel{}) {
				channels[code] = append(channels[code], c)
			}
		}
	}
	p.Channels = channels
}

// Validate reports every problem of normalised settings at once. Problems with
// channels name the field "channels-" and their language.
func (p Publishing) Validate() error {
	problems := []error{checkGUID(p.TenantID)}
	if !slices.Contains(Readerships(), p.Readership) {
		problems = append(problems, Invalidf("readership", "%q is none of off, readers, open.", Clip(string(p.Readership), 40)))
	}
	if utf8.RuneCountInString(p.Help) > maxHelp || strings.Count(p.Help, "\n") >= maxHelpLines || !utf8.ValidString(p.Help) ||
		strings.ContainsFunc(strings.ReplaceAll(p.Help, "\n", ""), unicode.IsControl) {
		problems = append(problems, Invalidf("help", "Use at most %d lines of together %d characters.", maxHelpLines, maxHelp))
	}
	for code, list := range p.Channels {
		field := "channels-" + code
		if code != "en" && code != "fr" && code != "ja" {
			problems = append(problems, Invalidf(field, "%q is none of en, fr, ja.", Clip(code, 20)))
		}
		if len(list) > MaxChannels {
			problems = append(problems, Invalidf(field, "Name at most %d.", MaxChannels))
		}
		for _, c := range list {
			problems = append(problems, c.validate(field))
		}
	}
	return errors.Join(problems...)
}

func (c OfficialChannel) validate(field string) error {
	for _, text := range []string{c.Label, c.Path} {
		if utf8.RuneCountInString(text) > maxChannelText || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			return Invalidf(field, "Use at most %d characters on one line.", maxChannelText)
		}
	}
	if c.Label == "" {
		return Invalidf(field, "Give each of them a name.")
	}
	if c.Address == "" {
		return nil
	}
	u, err := url.Parse(c.Address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(c.Address) > maxChannelAddress {
		return Invalidf(field, "%q is no address of a web page such as https://status.cloud.microsoft.", Clip(c.Address, 80))
	}
	return nil
}
