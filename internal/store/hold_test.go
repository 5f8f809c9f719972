package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

func holder(command string) store.Holder {
	return store.Holder{PID: 4711, Host: "desk1", Command: command, Since: storetest.T0}
}

// One process runs a desk on a database file, whichever way it is named; the
// next one is told who. What others write beside it is not hindered.
func TestOneDeskOnOneFile(t *testing.T) {
	t.Parallel()
	dsn := storetest.File(t)
	hold, err := store.Take(t.Context(), dsn, holder("serve"))
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(dsn, link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{dsn, link, filepath.Dir(dsn) + "/./" + filepath.Base(dsn)} {
		_, err := store.Take(t.Context(), name, holder("demo"))
		if !errors.Is(err, tocsin.ErrConflict) || !strings.Contains(err.Error(), "tocsin serve, process 4711 on desk1 since 2026-03-02T09:00:00Z") {
			t.Errorf("second at %s: %v", name, err)
		}
	}
	storetest.AddTenants(t, storetest.Open(t, dsn))
	if err := hold.Release(); err != nil {
		t.Fatal(err)
	}
	next, err := store.Take(t.Context(), dsn, holder("demo"))
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Release(); err != nil {
		t.Error(err)
	}
}

// A file with a second name is refused, by either of them.
func TestNoDeskOnAFileWithTwoNames(t *testing.T) {
	t.Parallel()
	dsn := storetest.File(t)
	storetest.AddTenants(t, storetest.Open(t, dsn))
	second := filepath.Join(t.TempDir(), "second.db")
	if err := os.Link(dsn, second); err != nil {
		t.Skipf("no hard links here: %v", err)
	}
	for _, name := range []string{dsn, second} {
		if hold, err := store.Take(t.Context(), name, holder("serve")); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v", name, errors.Join(err, hold.Release()))
		}
	}
}

// Of many that start at once, one runs.
func TestTakenOnce(t *testing.T) {
	t.Parallel()
	dsn := filepath.Join(t.TempDir(), "new", "tocsin.db")
	if err := os.Mkdir(filepath.Dir(dsn), 0o700); err != nil {
		t.Fatal(err)
	}
	type taken struct {
		hold *store.Hold
		err  error
	}
	all := make(chan taken)
	for range 5 {
		go func() {
			hold, err := store.Take(t.Context(), dsn, holder("serve"))
			all <- taken{hold, err}
		}()
	}
	won := 0
	for range 5 {
		one := <-all
		if one.err != nil {
			if !errors.Is(one.err, tocsin.ErrConflict) {
				t.Error(one.err)
			}
			continue
		}
		won++
		defer one.hold.Release()
	}
	if won != 1 {
		t.Errorf("%d run, want 1", won)
	}
}

// Looking at a database makes nothing of it.
func TestInspect(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	missing := filepath.Join(dir, "none.db")
	if f, err := archive.Inspect(t.Context(), missing); err != nil || f.Archive {
		t.Errorf("no file: %+v, %v", f, err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("left behind: %v, %v", files, err)
	}
	damaged := filepath.Join(dir, "damaged.db")
	if err := os.WriteFile(damaged, []byte("no database at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := archive.Inspect(t.Context(), damaged); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("damaged file: %v", err)
	}
	dsn := storetest.File(t)
	if f, err := archive.Inspect(t.Context(), dsn); err != nil || !f.Archive || f.Demo || len(f.Tenants) > 0 {
		t.Errorf("empty desk: %+v, %v", f, err)
	}
	storetest.Traits(t, dsn)
}
