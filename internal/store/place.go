package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// PutInPlace makes the database file at from, which nobody has open, the one at
// to, in one step: whatever happens, one of them is there, whole. What was there
// is kept beside it under a name with the instant, which is returned, "" for
// nothing. It fails with [tocsin.ErrConflict] while a process has the file open
// that was there. The caller holds the right to run a desk on it, see [Take].
func PutInPlace(ctx context.Context, from, to string, now time.Time) (kept string, err error) {
	if real, err := filepath.EvalSymlinks(to); err == nil {
		to = real
	}
	if err := settleFile(ctx, from); err != nil {
		return "", err
	}
	if _, err := os.Stat(to); errors.Is(err, fs.ErrNotExist) {
		for _, beside := range []string{"-wal", "-shm"} { // of a file that somebody took away
			if err := os.Remove(to + beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "", fmt.Errorf("put database in place: %w", err)
			}
		}
		return "", moveFile(from, to)
	}
	if err := settleFile(ctx, to); err != nil {
		return "", err
	}
	kept = to + ".before-" + now.UTC().Format("20060102T150405Z")
	if err := os.Link(to, kept); err != nil {
		if err := os.Rename(to, kept); err != nil { // a file system without links
			return "", fmt.Errorf("keep database: %w", err)
		}
	}
	return kept, moveFile(from, to)
}

// settleFile has a database file hold all that was written, without a log beside
// it, which another file must not find there.
func settleFile(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=rw&_pragma=busy_timeout(2000)")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	var mode string
	err = db.QueryRowContext(ctx, `PRAGMA journal_mode = DELETE`).Scan(&mode)
	closeErr := db.Close()
	if isBusy(err) || err == nil && mode != "delete" {
		return errors.Join(closeErr, tocsin.Conflictf("Another process has the database %s open: end it first.", filepath.Base(path)))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("close database %s: %w", filepath.Base(path), sqliteDialect{}.translate(err)), closeErr)
	}
	return closeErr
}

// moveFile renames a file and has the disk know it.
func moveFile(from, to string) error {
	file, err := os.OpenFile(from, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("put database in place: %w", err)
	}
	if err := errors.Join(file.Sync(), file.Close(), os.Rename(from, to)); err != nil {
		return fmt.Errorf("put database in place: %w", err)
	}
	dir, err := os.Open(filepath.Dir(to))
	if err != nil {
		return fmt.Errorf("put database in place: %w", err)
	}
	_ = dir.Sync() // some systems have nothing to sync
	return dir.Close()
}

// HoldsData reports whether the database has tenants, or anything that somebody
// did is in its audit log. One without tables holds none.
func (s *Store) HoldsData(ctx context.Context) (holds bool, err error) {
	there, err := s.HasTable(ctx, "audit")
	if err != nil || !there {
		return false, err
	}
	if err := s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM tenants) OR EXISTS (SELECT 1 FROM audit)`).Scan(&holds); err != nil {
		return false, fmt.Errorf("look for data: %w", s.Translate(err))
	}
	return holds, nil
}
