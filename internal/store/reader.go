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

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"example.org/tocsin/internal/tocsin"
)

// OpenToRead opens the archive at dsn for a caller that only reads. It creates
// no database file: where there is none it fails with [tocsin.ErrNotFound]. A
// file that this user cannot write, or the directory of which cannot be
// written, is opened read-only, and writing methods of the store fail then. It
// fails with [tocsin.ErrConflict] when such a file is of another version of the
// program, since only one who may write it can migrate it. On PostgreSQL it is
// [Open].
func OpenToRead(ctx context.Context, dsn string) (*Store, error) {
	if isPostgres(dsn) {
		return Open(ctx, dsn)
	}
	switch info, err := os.Stat(dsn); {
	case errors.Is(err, fs.ErrNotExist), err == nil && info.Size() == 0:
		return nil, tocsin.NotFoundf("There is no desk in %s: it has no database %s.", filepath.Dir(dsn), filepath.Base(dsn))
	case errors.Is(err, fs.ErrPermission):
		return nil, unreadableFile(dsn, err)
	case err != nil:
		return nil, fmt.Errorf("open store: %w", err)
	}
	s, err := Open(ctx, dsn)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, unreadableFile(dsn, err)
	case isReadOnly(err):
		return Open(ctx, dsn, func(s *Store) { s.readOnly = true })
	}
	return s, err
}

func unreadableFile(dsn string, err error) error {
	return &tocsin.Error{Kind: tocsin.ErrForbidden, Message: fmt.Sprintf("This user may not read the database %s.", dsn), Cause: err}
}

// isReadOnly reports that an error comes from a file that cannot be written, or
// a file beside it that cannot be made.
func isReadOnly(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code()&0xff == sqlite3.SQLITE_READONLY || e.Code()&0xff == sqlite3.SQLITE_CANTOPEN || e.Code()&0xff == sqlite3.SQLITE_PERM)
}

// openReadOnly opens the database file at path without making a file beside it.
// While a desk runs, the engine reads the files of its write-ahead log. Without
// them nobody writes, and the file is read as one that does not change: the
// engine would need to make them otherwise.
func openReadOnly(s *Store, path string) (err error) {
	values := url.Values{"mode": {"ro"}, "_time_format": {"sqlite"}, "_timezone": {"UTC"}, "_pragma": {"busy_timeout(10000)", "query_only(1)", "temp_store(2)"}}
	if _, err := os.Stat(path + "-wal"); errors.Is(err, fs.ErrNotExist) {
		values.Set("immutable", "1")
	}
	if s.read, err = sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+values.Encode()); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(sqliteReaders)
	s.write, s.close, s.dialect = s.read, s.read.Close, readOnlyDialect{sqliteDialect{path: path}}
	return nil
}

// readOnlyDialect is that of a file which is not written.
type readOnlyDialect struct{ sqliteDialect }

// migrate changes nothing: it refuses what this program cannot read.
func (readOnlyDialect) migrate(ctx context.Context, s *Store) error {
	provider, err := newProvider(s, goose.DialectSQLite3, "sqlite")
	if err != nil {
		return err
	}
	if err := refuseNewer(ctx, provider); err != nil {
		return err
	}
	current, target, err := provider.GetVersions(ctx)
	if err == nil && current < target {
		err = tocsin.Conflictf("The database is of an older version of the program (schema %d, this one needs %d), and this user may not bring it up to date: start the desk, or run tocsin migrate as its user.", current, target)
	}
	return err
}
