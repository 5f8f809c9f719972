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

// TestTextsCatchUp opens an archive that was written before there was a search.
func TestTextsCatchUp(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { t.Helper(); return filepath.Join(t.TempDir(), "tocsin.db") },
		"postgres": func(t *testing.T) string { t.Helper(); return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := dsn(t)
			storetest.Forget(t, openStore(t, address))
			storetest.Recall(t, openStore(t, address))
		})
		t.Run(name+" privacy", func(t *testing.T) {
			t.Parallel()
			address := dsn(t)
			storetest.ForgetPrivacy(t, openStore(t, address))
			storetest.RecallPrivacy(t, openStore(t, address))
		})
	}
}

// TestSearchWithoutTrigrams: a PostgreSQL that refuses the extension finds the
// same.
func TestSearchWithoutTrigrams(t *testing.T) {
	t.Parallel()
	s := openStore(t, pgtest.URL(t))
	if _, err := s.Writer().ExecContext(t.Context(), `DROP EXTENSION pg_trgm CASCADE`); err != nil {
		t.Fatalf("the extension was not there, so the suite does not test the index: %v", err)
	}
	storetest.Search(t, s)
}
