package dispatch

import (
	"cmp"
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
	Canaries(ctx context.Context, now time.Time) (map[string]delivery.CanaryState, error)
	TellTrouble(ctx context.Context, about, through string, mended bool, content []byte, now time.Time) (bool, error)
}

// troubleWriter words what is told of a channel.
type troubleWriter interface {
	Trouble(language string, zone *time.Location, channel string, t delivery.Trouble) (*notify.Content, error)
	Unconfirmed(language string, zone *time.Location, channel string, since time.Time) (*notify.Content, error)
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
	canaries, err := w.Ledger.Canaries(ctx, now)
	if err != nil {
		return err
	}
	found := w.patients(setup, list, canaries, now)
	ill, unread := map[string]bool{}, map[string]bool{}
	for _, p := range found {
		ill[p.exit.Name] = p.Failures > 0 || !p.Dead.IsZero()
		unread[p.exit.Name] = ill[p.exit.Name] || !p.unconfirmed.IsZero()
	}
	for _, p := range found {
		mended := !p.ToldAt.IsZero()
		if mended && !p.works || !mended && !p.down && p.unconfirmed.IsZero() {
			continue
		}
		through := cmp.Or(setup.around(p.exit, unread), setup.around(p.exit, ill))
		if through == nil {
			w.Log.WarnContext(ctx, "a channel takes no messages, or nobody reads it, and no other one can tell so", "channel", p.exit.Name, "reason", p.Reason)
			continue
		}
		if err := w.tell(ctx, p, through, mended); err != nil {
			return err
		}
	}
	return nil
}

// A patient is a channel with what is known of its health.
type patient struct {
	delivery.Trouble
	exit        *Exit
	down        bool      // it cannot take messages before somebody mends it, or has not for long
	unconfirmed time.Time // when a daily test was sent that nobody has confirmed, zero for none
	works       bool      // it does again what somebody was told that it does not
}

// patients are the channels of the settings of which something was ever sent.
func (w *Warden) patients(setup *Setup, list []delivery.Trouble, canaries map[string]delivery.CanaryState, now time.Time) (found []patient) {
	for _, t := range list {
		p := patient{Trouble: t, exit: setup.exit(t.Key)}
		if p.exit == nil {
			continue
		}
		p.down = !t.Dead.IsZero() || t.Failures > 0 && (forGood(notify.Reason(t.Reason)) || now.Sub(t.FailingSince) >= divertAfter)
		canary := canaries[t.Key]
		if !p.exit.Canary.IsZero() {
			p.unconfirmed = canary.Unanswered.AskedAt
		}
		p.works = p.unconfirmed.IsZero() && (t.Works || t.Failures == 0 && canary.ConfirmedAt.After(t.ToldAt))
		found = append(found, p)
	}
	return found
}

func (w *Warden) tell(ctx context.Context, p patient, through *Exit, mended bool) error {
	content, err := w.words(p, through, mended)
	if err != nil {
		return err
	}
	first, err := w.Ledger.TellTrouble(ctx, p.Key, delivery.ChannelKey(through.Name), mended, content.Body(), w.Now())
	if err == nil && first && w.Told != nil {
		w.Told()
	}
	return err
}

// words are what is told of a channel.
func (w *Warden) words(p patient, through *Exit, mended bool) (*notify.Content, error) {
	switch {
	case mended:
		return w.Writer.Mended(through.Language, p.exit.Name)
	case p.down:
		return w.Writer.Trouble(through.Language, through.Zone, p.exit.Name, p.Trouble)
	}
	return w.Writer.Unconfirmed(through.Language, through.Zone, p.exit.Name, p.unconfirmed)
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
