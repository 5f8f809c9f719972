package dispatch

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/store/delivery"
)

// TroubleEvery is how often it is looked how channels do.
const TroubleEvery = time.Minute

// deadLately is how far back messages that were given up say something about a
// channel.
const deadLately = time.Hour

// troubles is the part of the ledger about channels that take no messages.
type troubles interface {
	Troubles(ctx context.Context, since time.Time) ([]delivery.Trouble, error)
	TellTrouble(ctx context.Context, about, through string, mended bool, content []byte, now time.Time) (bool, error)
}

// troubleWriter words what is told of a channel.
type troubleWriter interface {
	Trouble(language string, zone *time.Location, channel string, t delivery.Trouble) (*notify.Content, error)
	Mended(language, channel string) (*notify.Content, error)
}

// WardenConfig is what a warden works with.
type WardenConfig struct {
	Ledger troubles
	Writer troubleWriter
	Setup  func() *Setup
	Told   func() // called when there is something to send; may be nil
	Now    func() time.Time
	Log    *slog.Logger
}

// A Warden has those who look after channels told of one that takes no messages,
// through another one: once for each outage, and once when it works again. What it
// has sent is itself never told about.
type Warden struct{ WardenConfig }

// NewWarden makes a warden.
func NewWarden(c WardenConfig) *Warden { return &Warden{c} }

// Look tells of what is new. Where there is no other way it is logged, and told as
// soon as there is one.
func (w *Warden) Look(ctx context.Context) error {
	setup := w.Setup()
	if setup == nil || len(setup.Exits) < 2 {
		return nil
	}
	now := w.Now()
	list, err := w.Ledger.Troubles(ctx, now.Add(-deadLately))
	if err != nil {
		return err
	}
	ill := map[string]bool{}
	for _, t := range list {
		if t.Failures > 0 || !t.Dead.IsZero() {
			name, _ := delivery.ChannelOf(t.Key)
			ill[name] = true
		}
	}
	for _, t := range list {
		name, _ := delivery.ChannelOf(t.Key)
		exit, mended := setup.Exits[name], !t.ToldAt.IsZero()
		if exit == nil || mended && !t.Works || !mended && !w.down(t, now) {
			continue
		}
		through := setup.around(exit, ill)
		if through == nil {
			w.Log.WarnContext(ctx, "a channel takes no messages, and no other one can tell so", "channel", name, "reason", t.Reason)
			continue
		}
		if err := w.tell(ctx, t, name, through, mended); err != nil {
			return err
		}
	}
	return nil
}

// down reports whether a channel cannot take messages before somebody mends it, or
// has not for long.
func (w *Warden) down(t delivery.Trouble, now time.Time) bool {
	return !t.Dead.IsZero() || t.Failures > 0 && (forGood(notify.Reason(t.Reason)) || now.Sub(t.FailingSince) >= divertAfter)
}

func (w *Warden) tell(ctx context.Context, t delivery.Trouble, name string, through *Exit, mended bool) error {
	content, err := w.Writer.Mended(through.Language, name)
	if !mended {
		content, err = w.Writer.Trouble(through.Language, through.Zone, name, t)
	}
	if err != nil {
		return err
	}
	first, err := w.Ledger.TellTrouble(ctx, t.Key, delivery.ChannelKey(through.Name), mended, content.Body(), w.Now())
	if err == nil && first && w.Told != nil {
		w.Told()
	}
	return err
}

// around returns the channel by which it is told that another one takes no
// messages: its fallback, or else a mail, or else any that works; nil for none.
// What is addressed as an alert of an issue is none.
func (s *Setup) around(exit *Exit, ill map[string]bool) *Exit {
	fit := func(e *Exit) bool {
		return e != nil && e.Name != exit.Name && !ill[e.Name] && !e.alerts()
	}
	if other := s.Exits[exit.Fallback]; fit(other) {
		return other
	}
	var found *Exit
	for _, name := range slices.Sorted(maps.Keys(s.Exits)) {
		if e := s.Exits[name]; fit(e) && (found == nil || e.Kind == "mail" && found.Kind != "mail") {
			found = e
		}
	}
	return found
}
