package storetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"example.org/tocsin/internal/store"
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
	s, err := store.Open(context.Background(), path)
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

// Open opens an archive until the test ends.
func Open(t testing.TB, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dsn)
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
