//go:build unix

package faults

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/backup"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// engines are where a desk may be kept.
func engines() map[string]func(*testing.T) string {
	return map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { t.Helper(); return filepath.Join(t.TempDir(), "tocsin.db") },
		"postgres": func(t *testing.T) string { t.Helper(); return pgtest.URL(t) },
	}
}

// place is where a desk is kept, under the same master key as all others here.
func place(t *testing.T, dsn string) config.Config {
	t.Helper()
	c := config.Default()
	c.Data, c.Database = t.TempDir(), dsn
	if err := os.WriteFile(filepath.Join(c.Data, "master.key"), []byte(strings.Repeat("A", 43)+"=\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := access.FindMasterKey(c.Data, os.Getenv); err != nil {
		t.Fatal(err)
	}
	return c
}

// keys are those of one holder of backups.
func keys(t *testing.T) ([]age.Recipient, []age.Identity) {
	t.Helper()
	secret, public, err := backup.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	recipients, err := backup.Recipients([]string{public}, "")
	if err != nil {
		t.Fatal(err)
	}
	identities, err := backup.Identities(file, "")
	if err != nil {
		t.Fatal(err)
	}
	return recipients, identities
}

// F-97: a backup that is made while others write is of one instant, and put back
// on an empty host, on either engine, it tells nothing old: what waited is
// cancelled, and changes that nobody was told of are passed over.
func TestRestoreInTheMiddle(t *testing.T) {
	t.Parallel()
	recipients, identities := keys(t)
	for from, source := range engines() {
		for to, target := range engines() {
			t.Run(from+" to "+to, func(t *testing.T) {
				t.Parallel()
				c := place(t, source(t))
				s := storetest.Open(t, c.Database)
				toTell(t, s)
				half(t, s)
				file := filepath.Join(t.TempDir(), "desk.backup")
				made, err := whileWriting(t, s, func() (app.BackedUp, error) { return app.Backup(t.Context(), c, file, recipients, nil) })
				if err != nil {
					t.Fatal(err)
				}
				there := place(t, target(t))
				done, err := app.RestoreBackup(t.Context(), there, app.Restore{Path: file, Identities: identities, Now: time.Now})
				if err != nil || done.Rows != made.Rows || done.SHA256 != made.SHA256 || done.Cancelled == 0 {
					t.Fatalf("%+v, %v, want %+v", done, err, made)
				}
				whole(t, there.Database)
			})
		}
	}
}

// half tells of the changes to one of two channels, and leaves the other to wait.
func half(t *testing.T, s *storetest.Desk) {
	t.Helper()
	for _, c := range []int64{1, 2, 3} {
		due := func(time.Time) time.Time { return time.Now() }
		rows := []delivery.Row{{Change: c, Endpoint: delivery.ChannelKey("a"), Kind: "update", Route: "r", Due: due}, {Change: c, Endpoint: delivery.ChannelKey("b"), Kind: "update", Route: "r", Due: due}}
		if err := s.InTx(t.Context(), func(tx *store.Tx) error { return s.Enqueue(t.Context(), tx, rows, time.Now()) }); err != nil {
			t.Fatal(err)
		}
	}
}

// whileWriting has a desk written to while do runs.
func whileWriting(t *testing.T, s *storetest.Desk, do func() (app.BackedUp, error)) (app.BackedUp, error) {
	t.Helper()
	var over atomic.Bool
	ended := make(chan error, 1)
	go func() {
		var err error
		for n := 0; err == nil && !over.Load(); n++ {
			r := archive.Record{TenantID: storetest.Fabrikam, Source: "test", SeenAt: time.Now(), Entries: []archive.Entry{{Document: storetest.Issue(t, fmt.Sprint("FK", n), "x", storetest.T0)}}}
			_, err = s.Record(context.WithoutCancel(t.Context()), r)
		}
		ended <- err
	}()
	made, err := do()
	over.Store(true)
	return made, errors.Join(err, <-ended)
}

// whole holds a desk that was put back to what it promises.
func whole(t *testing.T, dsn string) {
	t.Helper()
	s := storetest.Open(t, dsn)
	ctx := t.Context()
	for _, tenant := range []string{storetest.Contoso, storetest.Fabrikam} {
		if v, err := s.Verify(ctx, tenant); err != nil || v.Problem != "" {
			t.Errorf("%s: %+v, %v", tenant, v, err)
		}
	}
	if v, err := s.VerifyAudit(ctx, 0, tocsin.Hash{}); err != nil || v.Problem != "" {
		t.Errorf("audit log: %+v, %v", v, err)
	}
	if entries, err := s.Audit(ctx, store.AuditQuery{Limit: 1}); err != nil || len(entries) != 1 || entries[0].Action != "desk.restore" {
		t.Errorf("newest audit entry: %+v, %v", entries, err)
	}
	last, err := s.LastSeq(ctx)
	if err != nil {
		t.Fatal(err)
	}
	changes, err := s.ChangesAfter(ctx, 0, 1<<20)
	if err != nil || int64(len(changes)) != last {
		t.Errorf("%d changes, the last one is %d, %v", len(changes), last, err)
	}
	var posted []string
	if err := tellAll(ctx, s, time.Now().Add(30*time.Minute), func(_, text string) { posted = append(posted, text) }); err != nil || len(posted) > 0 {
		t.Errorf("told after the restore: %q, %v", posted, err)
	}
	lines, _ := ledgerOf(t, s)
	if want := []string{"1 a cancelled", "1 b cancelled", "2 a cancelled", "2 b cancelled", "3 a cancelled", "3 b cancelled"}; !slices.Equal(lines, want) {
		t.Errorf("ledger:\n%s", strings.Join(lines, "\n"))
	}
	if _, err := s.Record(ctx, archive.Record{TenantID: storetest.Contoso, Source: "test", SeenAt: time.Now(), Entries: []archive.Entry{{Document: storetest.Issue(t, "EX9", "new", storetest.T0)}}}); err != nil {
		t.Error(err)
	}
	if err := tellAll(ctx, s, time.Now().Add(32*time.Minute), func(_, text string) { posted = append(posted, text) }); err != nil || len(posted) != 2 {
		t.Errorf("told of what is new: %q, %v", posted, err)
	}
}

// F-98: a backup that is cut anywhere, altered in any bit, of another key, another
// desk or a newer program is refused, and what was there stays, byte for byte.
func TestDamagedBackups(t *testing.T) {
	t.Parallel()
	recipients, identities := keys(t)
	c := place(t, filepath.Join(t.TempDir(), "tocsin.db"))
	s := storetest.Open(t, c.Database)
	toTell(t, s)
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	if _, err := app.Backup(t.Context(), c, good, recipients, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(c.Database)
	if err != nil {
		t.Fatal(err)
	}
	restore := func(c config.Config, text []byte, identities []age.Identity) error {
		file := filepath.Join(t.TempDir(), "backup")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := app.RestoreBackup(t.Context(), c, app.Restore{Path: file, Identities: identities, Replace: true, Now: time.Now})
		return err
	}
	var wrong []error
	for n := 0; n < len(text); n += 256 {
		wrong = append(wrong, restore(c, text[:n], identities))
	}
	for n := 0; n < len(text); n += 251 {
		flipped := slices.Clone(text)
		flipped[n] ^= 1 << (n % 8)
		wrong = append(wrong, restore(c, flipped, identities))
	}
	wrong = append(wrong, restore(c, append(slices.Clone(text), 'x'), identities))
	wrong = append(wrong, restore(c, append(slices.Clone(text), text...), identities))
	wrong = append(wrong, restore(c, []byte("SQLite format 3\x00"), identities))
	for i, err := range wrong {
		if !errors.Is(err, tocsin.ErrConflict) && !errors.Is(err, tocsin.ErrForbidden) {
			t.Errorf("case %d: %v", i, err)
		}
	}
	_, others := keys(t)
	for what, tt := range map[string]struct {
		err  error
		want string
	}{
		"another key":     {restore(c, text, others), "another key or passphrase"},
		"a newer program": {restore(c, forged(t, recipients, backup.Header{Schema: 1 << 40, Program: "v9"}), identities), "newer version of the program (v9"},
		"another desk":    {restore(c, forged(t, recipients, backup.Header{Schema: 1, Key: "0102030405060708"}), identities), "is of another desk"},
		"no tables":       {restore(c, forged(t, recipients, backup.Header{Schema: 41}), identities), "has no table"},
	} {
		if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", what, tt.err, tt.want)
		}
	}
	if after, err := os.ReadFile(c.Database); err != nil || !slices.Equal(after, before) {
		t.Errorf("the desk that was there is another: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(c.Database), ".restore-*")); len(left) > 0 {
		t.Errorf("files left: %q", left)
	}
}

// forged is a backup by somebody who has the public key alone.
func forged(t *testing.T, recipients []age.Recipient, h backup.Header) []byte {
	t.Helper()
	var text strings.Builder
	w, err := backup.NewWriter(&text, h, recipients, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return []byte(text.String())
}

// ended waits until the database has ended the connections of a desk that closed them.
func ended(t *testing.T, c config.Config) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		n, err := store.Desks(t.Context(), c.DatabaseDSN())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d connections stay open", n)
		}
	}
}

// A backup is not put in the place of a desk that holds data unless that is meant,
// nor of one that runs.
func TestRestoreOverADesk(t *testing.T) {
	t.Parallel()
	recipients, identities := keys(t)
	for engine, open := range engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			c := place(t, open(t))
			s := storetest.Open(t, c.Database)
			toTell(t, s)
			file := filepath.Join(t.TempDir(), "desk.backup")
			if _, err := app.Backup(t.Context(), c, file, recipients, nil); err != nil {
				t.Fatal(err)
			}
			if _, err := app.Backup(t.Context(), c, file, recipients, nil); !errors.Is(err, tocsin.ErrConflict) {
				t.Errorf("over a file that is there: %v", err)
			}
			toTellMore(t, s)
			restore := app.Restore{Path: file, Identities: identities, Now: time.Now}
			run := func(want string) app.Restored {
				t.Helper()
				done, err := app.RestoreBackup(t.Context(), c, restore)
				if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
					t.Fatalf("%v, want %q", err, want)
				}
				return done
			}
			restore.Replace = true
			if engine == "postgres" {
				run("Desks run on this database")
			} else {
				run("has the database tocsin.db open")
			}
			if err := s.Store.Close(); err != nil {
				t.Fatal(err)
			}
			ended(t, c)
			restore.Replace = false
			run("run it again with --replace")
			restore.Replace = true
			done := run("")
			if kept := done.Kept != ""; kept != (engine == "sqlite") {
				t.Errorf("kept %q", done.Kept)
			}
			after := storetest.Open(t, c.Database)
			if n, err := after.LastSeq(t.Context()); err != nil || n != 3 {
				t.Errorf("%d changes, %v, want the 3 of the backup", n, err)
			}
		})
	}
}

// toTellMore adds a change.
func toTellMore(t *testing.T, s *storetest.Desk) {
	t.Helper()
	r := archive.Record{TenantID: storetest.Contoso, Source: "test", SeenAt: time.Now(), Entries: []archive.Entry{{Document: storetest.Issue(t, "EX7", "since", storetest.T0)}}}
	if _, err := s.Record(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}
