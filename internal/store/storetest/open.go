package storetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/people"
	"example.org/tocsin/internal/store/programs"
	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/store/translation"
)

// empty is the file of an archive that holds nothing. Making one takes longer
// than most tests, so that a process makes one and copies it.
var empty = sync.OnceValues(func() ([]byte, error) { //nolint:gochecknoglobals // made once, never changed
	dir, err := os.MkdirTemp("", "tocsin-empty-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "tocsin.db")
	s, err := New(context.Background(), path)
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// File is the DSN of an archive that holds nothing, on SQLite.
func File(t testing.TB) string {
	t.Helper()
	text, err := empty()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "tocsin.db")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The rooms of a desk.
type (
	Archive      = archive.Store
	People       = people.Store
	Programs     = programs.Store
	Translations = translation.Store
	Ledger       = delivery.Store
	Responses    = respond.Store
)

// A Desk is an open store with all its rooms, as tests want it: each method of
// the engine and of every room is one of its own.
type Desk struct {
	*store.Store
	*Archive
	*People
	*Programs
	*Translations
	*Ledger
	*Responses
}

// New opens a store and its rooms, as [store.Open] does. The caller closes the
// desk.
func New(ctx context.Context, dsn string, options ...store.Option) (*Desk, error) {
	s, err := store.Open(ctx, dsn, options...)
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
	return &Desk{Store: s, Archive: a, People: p, Programs: programs.Open(s), Translations: translation.Open(s), Ledger: delivery.Open(s), Responses: respond.Open(s)}, nil
}

// Sweep sweeps all rooms, as a running desk does.
func (d *Desk) Sweep(ctx context.Context, now, keep time.Time) (int64, error) {
	freed, err := d.Archive.Sweep(ctx, now, keep)
	return freed, errors.Join(err, d.People.Sweep(ctx, now))
}

// Open opens an archive until the test ends.
func Open(t testing.TB, dsn string) *Desk {
	t.Helper()
	s, err := New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
