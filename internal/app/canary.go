package app

import (
	"context"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/store/delivery"
)

// canaryPath is where the daily test of a channel is confirmed, before the token.
const canaryPath = "/canary/"

// canaries sends channels their daily tests.
type canaries struct {
	keeper *dispatch.CanaryKeeper
	token  func(batch string) string
}

// newCanaries makes what sends channels their daily tests. What a link has is made of
// the id of its message and of the master key.
func (a *App) newCanaries() (canaries, error) {
	key, err := a.master.Derive("canary")
	if err != nil {
		return canaries{}, err
	}
	token := func(batch string) string { return linkToken(key, batch) }
	return canaries{dispatch.NewCanaryKeeper(dispatch.CanaryConfig{
		Ledger: a.Deliveries, Writer: a.announcing.writer, Setup: a.announcing.setup.Setup, Token: token, Now: time.Now,
		Told: func() { a.announcing.dispatcher.Wake() },
	}), token}, nil
}

// canaryPage is where the daily test with the id of a message is confirmed.
func (a *App) canaryPage(language, batch string) string {
	return a.Base() + lang.Prefix(language, lang.Languages()) + canaryPath + a.announcing.canaries.token(batch)
}

// canariesSet are the daily tests of the channels that are sent any now.
type canariesSet struct{ *App }

// Canaries is [delivery.Store.Canaries] of these channels, also of those that were
// sent none yet.
func (s canariesSet) Canaries(ctx context.Context, now time.Time) (map[string]delivery.CanaryState, error) {
	found, err := s.Deliveries.Canaries(ctx, now)
	if err != nil {
		return nil, err
	}
	set := map[string]delivery.CanaryState{}
	for name, exit := range s.announcing.setup.Setup().Exits {
		if key := delivery.ChannelKey(name); !exit.Canary.IsZero() {
			set[key] = found[key]
		}
	}
	return set, nil
}
