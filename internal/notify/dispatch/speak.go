package dispatch

import (
	"context"
	"maps"
	"slices"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// speeches is the part of the store that keeps what is said of incidents.
type speeches interface {
	AddMessage(ctx context.Context, n int64, m tocsin.IncidentMessage, step tocsin.IncidentStep, approve bool, now time.Time, send func(context.Context, *store.Tx, tocsin.IncidentMessage) error) (tocsin.IncidentMessage, error)
	ApproveMessage(ctx context.Context, n int64, read tocsin.IncidentMessage, step tocsin.IncidentStep, now time.Time, send func(context.Context, *store.Tx, tocsin.IncidentMessage) error) (tocsin.IncidentMessage, error)
	ReturnMessage(ctx context.Context, n int64, read tocsin.IncidentMessage, reason string, now time.Time) error
	IncidentMessages(ctx context.Context, n int64) ([]tocsin.IncidentMessage, error)
}

// speechLedger is the part of the ledger that speaking writes and reads.
type speechLedger interface {
	Enqueue(ctx context.Context, tx *store.Tx, rows []delivery.Row, now time.Time) error
	Deliveries(ctx context.Context, q delivery.Query) ([]delivery.Entry, error)
}

// SpeakerConfig is what a speaker works with.
type SpeakerConfig struct {
	Rooms  speeches
	Ledger speechLedger
	Setup  func() *Setup
	Second func() bool // whether a second person looks at each message first
	Told   func()      // called when there is something to send; may be nil
}

// A Speaker has what the desk says of incidents sent through channels: a message is a
// change of its incident, and its deliveries stand in the ledger from the
// transaction on in which it is kept as sent.
type Speaker struct{ SpeakerConfig }

// NewSpeaker makes a speaker.
func NewSpeaker(c SpeakerConfig) *Speaker { return &Speaker{c} }

// Channels lists the channels that messages can be sent through, by name: those
// whose other side takes words, and not alerts of issues.
func (s *Speaker) Channels() (list []tocsin.IncidentChannel) {
	setup := s.Setup()
	if setup == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(setup.Exits)) {
		if e := setup.Exits[name]; !e.alerts() {
			list = append(list, tocsin.IncidentChannel{Name: name, Kind: e.Kind, Language: e.Language})
		}
	}
	return list
}

// Say sends a message of an incident, or has it wait for a second person where the
// settings say so. A step without a name ends none. It fails with
// [tocsin.ErrInvalid] for a channel that there is not.
func (s *Speaker) Say(ctx context.Context, n int64, m tocsin.IncidentMessage, step tocsin.IncidentStep, now time.Time) (tocsin.IncidentMessage, error) {
	if err := s.known(m.Channels); err != nil {
		return m, err
	}
	return s.Rooms.AddMessage(ctx, n, m, step, s.Second() && len(m.Channels) > 0, now, s.send(now))
}

// Approve sends a message that waits, by somebody who did not write it.
func (s *Speaker) Approve(ctx context.Context, n int64, read tocsin.IncidentMessage, step tocsin.IncidentStep, now time.Time) (tocsin.IncidentMessage, error) {
	return s.Rooms.ApproveMessage(ctx, n, read, step, now, s.send(now))
}

// Return gives a message that waits back to its writer.
func (s *Speaker) Return(ctx context.Context, n int64, read tocsin.IncidentMessage, reason string, now time.Time) error {
	return s.Rooms.ReturnMessage(ctx, n, read, reason, now)
}

// Said lists what was said of an incident, the newest first, with what became of it.
func (s *Speaker) Said(ctx context.Context, n int64) ([]tocsin.IncidentMessage, error) {
	list, err := s.Rooms.IncidentMessages(ctx, n)
	for i := range list {
		m := &list[i]
		if m.State != tocsin.MessageSent || len(m.Channels) == 0 || err != nil {
			continue
		}
		var entries []delivery.Entry
		entries, err = s.Ledger.Deliveries(ctx, delivery.Query{Change: m.Change, Limit: maxTold})
		for _, e := range entries {
			one := tocsin.IncidentDelivery{Channel: delivery.ChannelName(e.Endpoint), State: string(e.State), Reason: e.Reason, Attempts: e.Attempts, At: e.SettledAt}
			if e.Via != "" {
				one.Via = delivery.ChannelName(e.Via)
			}
			m.Deliveries = append(m.Deliveries, one)
		}
	}
	return list, err
}

// maxTold bounds the deliveries of a message that are shown.
const maxTold = 200

// known checks that messages can be sent through channels.
func (s *Speaker) known(names []string) error {
	var there []string
	for _, c := range s.Channels() {
		there = append(there, c.Name)
	}
	for _, name := range names {
		if !slices.Contains(there, name) {
			name = tocsin.Clip(name, 40)
			return &tocsin.Error{Kind: tocsin.ErrInvalid, Field: "channels", About: name, Message: "There is no channel " + name + " for messages" + tocsin.Meant(name, there)}
		}
	}
	return nil
}

// send writes the deliveries of a message, each a message of its own: none waits for
// what else its channel is to be told.
func (s *Speaker) send(now time.Time) func(context.Context, *store.Tx, tocsin.IncidentMessage) error {
	return func(ctx context.Context, tx *store.Tx, m tocsin.IncidentMessage) error {
		rows := make([]delivery.Row, len(m.Channels))
		for i, name := range m.Channels {
			rows[i] = delivery.Row{Change: m.Change, Endpoint: delivery.ChannelKey(name), Kind: delivery.KindIncident, Route: "chosen in the room → " + name}
		}
		if s.Told != nil {
			tx.AfterCommit(s.Told)
		}
		return s.Ledger.Enqueue(ctx, tx, rows, now)
	}
}
