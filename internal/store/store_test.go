package store_test

import (
	"path/filepath"
	"testing"

	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) *storetest.Desk {
		t.Helper()
		return storetest.Open(t, storetest.File(t))
	})
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	empty := pgtest.URL(t)
	if err := storetest.Open(t, empty).Close(); err != nil { // nobody may be on it while it is copied
		t.Fatal(err)
	}
	storetest.Run(t, func(t *testing.T) *storetest.Desk {
		t.Helper()
		return storetest.Open(t, pgtest.Copy(t, empty))
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
			storetest.Forget(t, storetest.Open(t, address))
			storetest.Recall(t, storetest.Open(t, address))
		})
		t.Run(name+" privacy", func(t *testing.T) {
			t.Parallel()
			address := dsn(t)
			storetest.ForgetPrivacy(t, storetest.Open(t, address))
			storetest.RecallPrivacy(t, storetest.Open(t, address))
		})
		t.Run(name+" log", func(t *testing.T) {
			t.Parallel()
			address := dsn(t)
			storetest.ForgetLog(t, storetest.Open(t, address))
			storetest.RecallLog(t, storetest.Open(t, address))
		})
		t.Run(name+" owners", func(t *testing.T) {
			t.Parallel()
			address := dsn(t)
			storetest.ForgetOwners(t, storetest.Open(t, address))
			for range 2 {
				storetest.RecallOwners(t, storetest.Open(t, address))
			}
		})
	}
}

// TestSearchWithoutTrigrams: a PostgreSQL that refuses the extension finds the
// same.
func TestSearchWithoutTrigrams(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, pgtest.URL(t))
	if _, err := s.Writer().ExecContext(t.Context(), `DROP EXTENSION pg_trgm CASCADE`); err != nil {
		t.Fatalf("the extension was not there, so the suite does not test the index: %v", err)
	}
	storetest.Search(t, s)
}

func TestInspectPostgres(t *testing.T) {
	t.Parallel()
	dsn := pgtest.URL(t)
	if f, err := archive.Inspect(t.Context(), dsn); err != nil || f.Archive {
		t.Errorf("empty database: %+v, %v", f, err)
	}
	storetest.Traits(t, dsn)
	for range 2 { // any number of desks run on it
		if _, err := store.Take(t.Context(), dsn, holder("serve")); err != nil {
			t.Error(err)
		}
	}
}
