package store_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
)

// openVariable makes the test binary open the store at its value and end.
const openVariable = "TOCSIN_STORE_OPEN"

// openOnly is what a process does that was started by [startTogether].
func openOnly(dsn string) int {
	s, err := storetest.New(context.Background(), dsn)
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// startTogether lets three processes open, and so migrate, one new database at
// the same time.
func startTogether(t *testing.T, dsn string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			command := exec.CommandContext(t.Context(), self)
			command.Env = append(os.Environ(), openVariable+"="+dsn)
			if out, err := command.CombinedOutput(); err != nil {
				t.Errorf("a process that started with others: %v\n%s", err, out)
			}
		})
	}
	group.Wait()
	storetest.Open(t, dsn)
}

func TestThreeStartTogetherOnSQLite(t *testing.T) {
	t.Parallel()
	startTogether(t, filepath.Join(t.TempDir(), "tocsin.db"))
}

// A file that is no database is neither opened nor overwritten.
func TestForeignFileIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.db")
	text := []byte("the only copy of somebody's notes")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := store.Open(t.Context(), path); err == nil {
		_ = s.Close()
		t.Error("opened a file that is no database")
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != string(text) {
		t.Errorf("the file now holds %q, %v", got, err)
	}
}

// A newer schema is refused by an older program.
func TestNewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.db")
	s := storetest.Open(t, path)
	if _, err := s.Writer().ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`); err != nil {
		t.Fatal(err)
	}
	if again, err := store.Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "newer version") {
		_ = again.Close()
		t.Errorf("Open = %v, want a refusal", err)
	}
}

// Both engines have the same migrations.
func TestMigrationsAgree(t *testing.T) {
	t.Parallel()
	names := func(engine string) string {
		list, err := fs.Glob(os.DirFS("migrations/"+engine), "*.sql")
		if err != nil || len(list) == 0 {
			t.Fatal(engine, list, err)
		}
		return strings.Join(list, " ")
	}
	if lite, postgres := names("sqlite"), names("postgres"); lite != postgres {
		t.Errorf("sqlite has %s, postgres has %s", lite, postgres)
	}
}
