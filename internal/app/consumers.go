package app

import (
	"context"
	"log/slog"
	"time"

	"example.org/tocsin/internal/event"
	"example.org/tocsin/internal/jobs"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/opening"
	"example.org/tocsin/internal/outbox"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/watch"
)

// consumers are the parts of the program that react to changes: one line each.
func (r *Rooms) consumers() []outbox.Consumer {
	return []outbox.Consumer{
		{Name: archive.EventLog, Start: outbox.Beginning, Handle: event.NewLog(r.Archive).Handle},
		{Name: translate.ConsumerName, Start: outbox.Beginning, Handle: translate.NewConsumer(r.Archive, r.Translation, r.policy, time.Now, r.wanted).Handle},
		{Name: dispatch.ConsumerName, Start: outbox.Now, Handle: r.deciding().Handle},
		{Name: opening.ConsumerName, Start: outbox.Now, Handle: (&opening.Consumer{Archive: r.Archive, Rooms: r.Responses, Carried: r.carried(), Rules: r.roomRules, Now: time.Now}).Handle},
	}
}

// roomRules are the rules by which rooms are opened, as the settings that hold say.
func (r *Rooms) roomRules() []route.Room {
	if setup := r.announcing.setup.Setup(); setup != nil {
		return setup.Rooms
	}
	return nil
}

// Outbox makes what drives the consumers of the changes.
func (r *Rooms) Outbox(log *slog.Logger) *outbox.Runner {
	if r.announcing.setup.Setup() == nil { // of a command: what it has handled again is sent by the desk that runs
		if err := r.setChannels(context.Background(), r.settings); err != nil {
			log.Warn("channels of the settings cannot be used", "err", err)
		}
	}
	return outbox.New(r.Store, time.Now, log, r.consumers()...)
}

// consuming is what those who run the desk may know and do about consumers.
type consuming struct {
	*store.Store
	*outbox.Runner
}

// periodics are what parts of the program do again and again: one line each.
func (a *App) periodics() []jobs.Periodic {
	return []jobs.Periodic{
		{Name: "channel canaries", Every: dispatch.CanaryEvery, Run: a.announcing.canaries.keeper.Look},
		{Name: "channel ends", Every: 24 * time.Hour, Run: a.warnOfEnds},
		{Name: "channel troubles", Every: dispatch.TroubleEvery, Run: a.warden().Look},
		{Name: "emergency list", Every: emergencyEvery, Run: a.askContacts},
		{Name: "late steps", Every: respond.LateEvery, Run: a.tellLate},
		{Name: "notify again", Every: dispatch.RepeatEvery, Run: a.repeater().Look},
		{Name: "watch", Every: watch.Every, Run: watch.New(a.Archive, a.Model, time.Now).Look},
	}
}

// wakeConsumers has the consumers look as soon as the read model has found
// changes, wherever they came from, until ctx ends.
func (a *App) wakeConsumers(ctx context.Context) error {
	for {
		changed := a.Model.Changed()
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
			a.outbox.Wake()
		}
	}
}

// polled shortens the wait of everybody who follows the changes, after a poll
// that was stored.
func (a *App) polled() {
	a.Model.Wake()
	a.outbox.Wake()
}
