package app

import (
	"context"
	"errors"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/people"
	"example.org/tocsin/internal/store/programs"
	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
)

// Rooms are an open store with all its rooms.
type Rooms struct {
	Store       *store.Store // the engine
	Archive     *archive.Store
	People      *people.Store
	Programs    *programs.Store
	Translation *translation.Store
	Deliveries  *delivery.Store
	Responses   *respond.Store

	announcing announcing
	settings   config.Config // they were opened with

	policy translate.Policy // who is translated for
	wanted func()           // called when there is something to ask engines for; may be nil
}

// OpenRooms opens the store that the settings name, as [store.Open] does. The
// caller closes the rooms.
func OpenRooms(ctx context.Context, c config.Config) (*Rooms, error) {
	s, err := store.Open(ctx, c.DatabaseDSN())
	return inRooms(ctx, c, s, err)
}

// OpenToRead opens the store that the settings name, as [store.OpenToRead] does.
// The caller closes the rooms.
func OpenToRead(ctx context.Context, c config.Config) (*Rooms, error) {
	s, err := store.OpenToRead(ctx, c.DatabaseDSN())
	return inRooms(ctx, c, s, err)
}

// inRooms opens the rooms of a store that was opened.
func inRooms(ctx context.Context, c config.Config, s *store.Store, err error) (*Rooms, error) {
	if err != nil {
		return nil, err
	}
	a, err := archive.Open(ctx, s)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	p, err := people.Open(ctx, s)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	d := delivery.Open(s)
	p.OnChange(func(ctx context.Context, tx *store.Tx, u tocsin.User, now time.Time) error {
		return d.KeepSubscriptions(ctx, tx, u.ID, func(one tocsin.Subscription, class string) bool { return access.MaySubscribe(u.Grants, one, class) }, now)
	})
	return &Rooms{Store: s, Archive: a, People: p, Programs: programs.Open(s), Translation: translation.Open(s), Deliveries: d, Responses: respond.Open(s), policy: policyOf(c), settings: c}, nil
}

// Close ends all connections to the database.
func (r *Rooms) Close() error { return r.Store.Close() }

// The engine and its rooms under names that can stand beside each other.
type (
	engine  = store.Store
	notices = archive.Store
	persons = people.Store
	clients = programs.Store
)

// Reading is what the read side asks of the store: the archive, and the changes
// that it follows.
type Reading struct {
	*engine
	*notices
}

// Reading returns what the read side asks of the store.
func (r *Rooms) Reading() Reading { return Reading{r.Store, r.Archive} }

// work is what background jobs ask of the store.
type work struct {
	*notices
	people     *people.Store
	deliveries *delivery.Store
	responses  *respond.Store
	keepWords  time.Duration // how long reports, and what people write in calls, are kept
}

// keepDeliveries is how long the ledger of deliveries remembers what has ended.
const keepDeliveries = 90 * 24 * time.Hour

// Sweep puts right what a crash left behind, and forgets what has ended by
// itself, in every room.
func (w work) Sweep(ctx context.Context, now, keep time.Time) (int64, error) {
	freed, err := w.notices.Sweep(ctx, now, keep)
	_, problem := w.deliveries.Sweep(ctx, now.Add(-keepDeliveries))
	_, wordy := w.responses.SweepWords(ctx, now, now.Add(-w.keepWords))
	return freed, errors.Join(err, problem, wordy, w.deliveries.SweepSubscriptions(ctx, now), w.people.Sweep(ctx, now))
}

// administration is what the pages of those who run the desk ask of the store.
type administration struct {
	*engine
	*notices
	*persons
	*clients
}
