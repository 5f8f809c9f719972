package dispatch

import (
	"slices"
	"sync/atomic"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/delivery"
)

// An Exit is a channel of the settings with what the desk has to know of it.
type Exit struct {
	Name     string
	Kind     string // webhook, mail …
	Channel  notify.Channel
	Host     string         // where it leads, fit to be shown
	Language string         // of what is sent
	Zone     *time.Location // of times in it
	// Word puts a message into the words of an audience; nil leaves it as it is.
	Word     func(*notify.Content) (*notify.Content, error)
	Fallback string // name of another channel, "" for none
	// DependsOn is the id of the service that the channel needs itself, "" for none:
	// while an incident of it is open, incidents go to the fallback as well.
	DependsOn string
	// Every is the least time between two messages, 0 for none.
	Every time.Duration
	// Window is how many messages may be on their way at once, where they are sent
	// so fast that no more than a moment's are. What was on its way
	// when a process dies is sent again, so that it is 1 unless the other side
	// knows a message by its id.
	Window int
	// Lines bounds the endpoints that are served by the channel at once, as many as it
	// has room for. Nil for no bound.
	Lines chan struct{}
	// Tries are the waits after the first failures, where they are not the usual
	// ones.
	Tries []time.Duration
	Owner string    // whom to ask about it, "" where nobody is named
	Ends  time.Time // when it ends by itself, zero for never

	// Canary is when the channel is sent a test each day, of the zero value for never.
	Canary route.Digest

	person *Recipient // who alone is told by it; nil for a channel of the settings
}

// alerts reports whether the other side of the channel takes alerts of issues, which
// it opens and ends itself, and no other words.
func (e *Exit) alerts() bool {
	return slices.Contains([]string{"alertmanager", "pagerduty", "jsm"}, e.Kind)
}

// A Setup is what the settings say about who hears what, and how. It is never
// changed; another one takes its place.
type Setup struct {
	Policy    *route.Policy
	Receivers map[string][]string // names of channels by the name of the receiver
	Exits     map[string]*Exit    // by name
	// Subscribers is the name of the channel by which those are told who subscribed
	// with an address, "" for none.
	Subscribers string
	// Strangers tells that everybody may subscribe to what is published for
	// everybody.
	Strangers bool
	// Second tells that a second person looks at what is said of incidents before it
	// is sent.
	Second bool
	// Rooms are the rules by which rooms of incidents are opened.
	Rooms []route.Room
}

// Mailer returns the channel that sends mail to people; nil where the settings have
// none, also on a nil Setup.
func (s *Setup) Mailer() *Exit {
	if s == nil {
		return nil
	}
	return s.Exits[s.Subscribers]
}

// exit finds where the deliveries of an endpoint go; nil where the settings have
// it no longer.
func (s *Setup) exit(key string) *Exit {
	name, ok := delivery.ChannelOf(key)
	if s == nil || !ok {
		return nil
	}
	return s.Exits[name]
}

// depends reports whether a channel needs a service.
func (s *Setup) depends() bool {
	for _, e := range s.Exits {
		if e.DependsOn != "" {
			return true
		}
	}
	return false
}

// A Live setup can be swapped while it is used. Its zero value holds none: nobody
// hears anything.
type Live struct{ setup atomic.Pointer[Setup] }

// Setup returns what holds now, nil for none.
func (l *Live) Setup() *Setup { return l.setup.Load() }

// Swap puts another setup in the place of the one that holds.
func (l *Live) Swap(s *Setup) { l.setup.Store(s) }
