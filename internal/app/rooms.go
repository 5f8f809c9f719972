package app

import (
	"context"
	"errors"
	"time"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/people"
)

// Rooms are an open store with all its rooms.
type Rooms struct {
	Store  *store.Store // the engine
	People *people.Store
}

// OpenRooms opens the store that the settings name, as [store.Open] does. The
// caller closes the rooms.
func OpenRooms(ctx context.Context, c config.Config) (*Rooms, error) {
	return inRooms(store.Open(ctx, c.DatabaseDSN()))
}

// OpenToRead opens the store that the settings name, as [store.OpenToRead] does.
// The caller closes the rooms.
func OpenToRead(ctx context.Context, c config.Config) (*Rooms, error) {
	return inRooms(store.OpenToRead(ctx, c.DatabaseDSN()))
}

// inRooms opens the rooms of a store that was opened.
func inRooms(s *store.Store, err error) (*Rooms, error) {
	if err != nil {
		return nil, err
	}
	return &Rooms{Store: s, People: people.New(s)}, nil
}

// Close ends all connections to the database.
func (r *Rooms) Close() error { return r.Store.Close() }

// The rooms of the store under names that can stand beside each other.
type (
	engine  = store.Store
	persons = people.Store
)

// work is what background jobs ask of the store.
type work struct {
	*engine
	people *people.Store
}

// Sweep puts right what a crash left behind, and forgets what has ended by
// itself, in every room.
func (w work) Sweep(ctx context.Context, now, keep time.Time) (int64, error) {
	freed, err := w.engine.Sweep(ctx, now, keep)
	return freed, errors.Join(err, w.people.Sweep(ctx, now))
}

// administration is what the pages of those who run the desk ask of the store.
type administration struct {
	*engine
	*persons
}
