package tocsin

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// A Subscription is what somebody asked to be told of, and where. It is personal
// data: its address is never logged, counted or written to the audit log.
type Subscription struct {
	ID       string // GUID
	TenantID string
	// UserID is whose it is, "" for somebody who gave an address alone: they hear of
	// what the tenant publishes for everybody, and of nothing else.
	UserID  string
	Address string // mail address, "" for a channel
	Channel string // name of a channel of the settings, "" for mail to the address
	// Services are ids; none for all. What names no service is told to everybody.
	Services []string
	Classes  []string // at least one of SubscriptionClasses
	Language string   // of what is sent
	Zone     string   // of times in it, and of the hour of a digest
	Digest   string   // "" for at once; "daily 08:00" or "monday 08:00" for all that has gathered
	// Token opens the page of the subscription to whoever has one of its mails.
	Token       string
	State       SubscriptionState
	Refusals    int    // messages in a row that the address did not take
	Reason      string // why it is paused: that of the last failure
	CreatedAt   time.Time
	ConfirmedAt time.Time // zero while nobody has
	PausedAt    time.Time // zero while it is not
}

// A SubscriptionState says whether a subscription is told anything.
type SubscriptionState string

// The states. Nothing but the question whether it is wanted is sent to one that
// is pending.
const (
	SubscriptionPending SubscriptionState = "pending"
	SubscriptionActive  SubscriptionState = "active"
	SubscriptionPaused  SubscriptionState = "paused"
)

// Bounds of subscriptions.
const (
	MaxSubscriptions = 20                 // of one person, and to one address
	MaxRefusals      = 3                  // messages in a row that an address does not take before it is paused
	SubscriptionWait = 7 * 24 * time.Hour // how long it is waited for a confirmation
	AskedEvery       = 24 * time.Hour     // between two questions to one address
	maxFollowed      = 200                // services
)

// SubscriptionClasses lists what can be subscribed to.
func SubscriptionClasses() []string { return []string{"incident", "advisory", "planned", "message"} }

// Public reports whether the subscription is of nobody whom the desk knows.
func (s *Subscription) Public() bool { return s.UserID == "" && s.Channel == "" }

// Wants reports whether the subscription is told of what has a class and concerns
// services, by their ids. A class that nobody knows counts as an advisory.
func (s *Subscription) Wants(class string, services []string) bool {
	if !slices.Contains(SubscriptionClasses(), class) {
		class = "advisory"
	}
	if !slices.Contains(s.Classes, class) {
		return false
	}
	if len(s.Services) == 0 || len(services) == 0 {
		return true
	}
	return slices.ContainsFunc(services, func(id string) bool {
		return slices.ContainsFunc(s.Services, func(mine string) bool { return strings.EqualFold(mine, id) })
	})
}

// Normalize lowers the case of ids and of the domain of the address, trims texts
// and puts lists in order.
func (s *Subscription) Normalize() {
	s.ID, s.TenantID, s.UserID = strings.ToLower(s.ID), strings.ToLower(s.TenantID), strings.ToLower(s.UserID)
	s.Address, s.Channel, s.Digest = strings.TrimSpace(s.Address), strings.TrimSpace(s.Channel), strings.Join(strings.Fields(s.Digest), " ")
	if at := strings.LastIndexByte(s.Address, '@'); at > 0 {
		s.Address = s.Address[:at] + strings.ToLower(s.Address[at:])
	}
	s.Services = sortedSet(s.Services)
	var classes []string
	for _, c := range SubscriptionClasses() {
		if slices.Contains(s.Classes, c) {
			classes = append(classes, c)
		}
	}
	for _, c := range s.Classes {
		if !slices.Contains(SubscriptionClasses(), c) {
			classes = append(classes, c)
		}
	}
	s.Classes = classes
}

// Validate reports every problem of a normalised subscription at once, but for
// its digest, which package route reads. It does not repeat the address.
func (s *Subscription) Validate() error {
	problems := []error{checkGUID(s.ID), checkGUID(s.TenantID)}
	if (s.Address == "") == (s.Channel == "") {
		problems = append(problems, Invalidf("address", "Give a mail address or a channel."))
	}
	if s.Address != "" && !IsDeliverable(s.Address) {
		problems = append(problems, Invalidf("address", "It is no mail address such as desk@contoso.example."))
	}
	if s.Channel != "" && s.UserID == "" {
		problems = append(problems, Invalidf("channel", "Only somebody who signs in can have it told to a channel."))
	}
	if len(s.Classes) == 0 {
		problems = append(problems, Invalidf("classes", "Choose at least one of %s.", strings.Join(SubscriptionClasses(), ", ")))
	}
	for _, c := range s.Classes {
		if !slices.Contains(SubscriptionClasses(), c) {
			problems = append(problems, Invalidf("classes", "%q is none of %s.", Clip(c, 40), strings.Join(SubscriptionClasses(), ", ")))
		}
	}
	if len(s.Services) > maxFollowed {
		problems = append(problems, Invalidf("services", "Choose %d services at most, or none for all.", maxFollowed))
	}
	for _, id := range s.Services {
		if id == "" || len(id) > 200 || !oneLine(id) {
			problems = append(problems, Invalidf("services", "%q is no id of a service.", Clip(id, 40)))
		}
	}
	if _, ok := ParseZone(s.Zone); !ok {
		problems = append(problems, Invalidf("zone", "%q is no time zone such as Europe/Paris.", Clip(s.Zone, 40)))
	}
	return errors.Join(problems...)
}

// IsDeliverable reports whether s is an address alone, of ASCII before the @,
// that mail can be sent to.
func IsDeliverable(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at <= 64 && isMailAddress(s) && strings.Contains(s[at:], ".") && !strings.ContainsFunc(s[:at], func(r rune) bool { return r > '~' || r <= ' ' })
}
