package store_test

import (
	"path/filepath"
	"testing"

	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) *store.Store {
		t.Helper()
		return openStore(t, filepath.Join(t.TempDir(), "tocsin.db"))
	})
}

func openStore(t *testing.T, dsn string) *store.Store {
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

func TestPostgres(t *testing.T) {
	t.Parallel()
	pgtest.URL(t) // skips here, once, when there is none
	storetest.Run(t, func(t *testing.T) *store.Store {
		t.Helper()
		return openStore(t, pgtest.URL(t))
	})
}

func TestThreeStartTogetherOnPostgres(t *testing.T) {
	t.Parallel()
	startTogether(t, pgtest.URL(t))
}
