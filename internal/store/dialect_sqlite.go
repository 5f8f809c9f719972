package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"example.org/tocsin/internal/tocsin"
)

// sqliteReaders is the size of the reading pool.
const sqliteReaders = 6

// minSQLite is the first version without a corruption bug in WAL mode.
const minSQLite = 3_051_003

type sqliteDialect struct{ path string }

// sqliteDSN is the driver's address of the file at path. busy_timeout comes
// first so that the pragmas after it wait for a lock as well. The two time
// parameters are for the job engine, which binds instants as they are.
func sqliteDSN(path string, extra ...string) string {
	pragmas := append([]string{
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-16000)", "temp_store(2)",
	}, extra...)
	values := url.Values{"_time_format": {"sqlite"}, "_timezone": {"UTC"}, "_txlock": {"immediate"}, "_pragma": pragmas}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + values.Encode()
}

func openSQLite(ctx context.Context, s *Store, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := refuseForeignFile(path); err != nil {
		return err
	}
	if s.readOnly {
		return openReadOnly(s, path)
	}
	s.write = sql.OpenDB(connector{sqliteDSN(path), s.before})
	s.write.SetMaxOpenConns(1)
	s.read = sql.OpenDB(connector{sqliteDSN(path, "query_only(1)"), nil})
	s.read.SetMaxOpenConns(sqliteReaders)
	s.close = func() error { return errors.Join(s.read.Close(), s.write.Close()) }
	s.dialect = sqliteDialect{path: path}
	if err := checkSQLite(ctx, s.write); err != nil {
		return errors.Join(err, s.close())
	}
	return nil
}

// refuseForeignFile keeps the desk from writing over a file that is no SQLite
// database, be it damaged or another program's.
func refuseForeignFile(path string) error {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return createPrivate(path)
	}
	if err != nil {
		return err
	}
	defer file.Close()
	head := make([]byte, 16)
	n, _ := file.Read(head) // an empty file is a new database
	if n > 0 && !strings.HasPrefix("SQLite format 3\x00", string(head[:n])) {
		return &tocsin.Error{Kind: tocsin.ErrConflict, Message: fmt.Sprintf(
			"%s is no SQLite database: it is damaged or belongs to another program. Nothing was changed; put a backup in its place.", filepath.Base(path))}
	}
	return nil
}

// createPrivate makes an empty database file that only its owner may read; the
// engine gives the files beside it the same mode.
func createPrivate(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

func checkSQLite(ctx context.Context, db *sql.DB) error {
	var version string
	if err := db.QueryRowContext(ctx, `SELECT sqlite_version()`).Scan(&version); err != nil {
		return sqliteDialect{}.translate(err)
	}
	var major, minor, patch int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch); err != nil {
		return fmt.Errorf("read SQLite version %q: %w", version, err)
	}
	if major*1_000_000+minor*1_000+patch < minSQLite {
		return fmt.Errorf("SQLite %s can corrupt a database in WAL mode: 3.51.3 or newer is needed", version)
	}
	return nil
}

func (sqliteDialect) name() string { return "sqlite" }

func (sqliteDialect) translate(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return translateCommon(err)
	}
	switch {
	case e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return &tocsin.Error{Kind: tocsin.ErrConflict, Message: "It exists already.", Cause: err}
	case e.Code()&0xff == sqlite3.SQLITE_BUSY || e.Code()&0xff == sqlite3.SQLITE_LOCKED:
		return &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "The database is busy.", Cause: err}
	case e.Code()&0xff == sqlite3.SQLITE_FULL || e.Code()&0xff == sqlite3.SQLITE_IOERR || e.Code()&0xff == sqlite3.SQLITE_READONLY:
		return &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "The database cannot be written.", Cause: err}
	case e.Code()&0xff == sqlite3.SQLITE_CORRUPT || e.Code()&0xff == sqlite3.SQLITE_NOTADB:
		return &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "The database file is damaged: put a backup in its place.", Cause: err}
	}
	return err
}

func (sqliteDialect) retryable(error) bool { return false } // one writer; the busy timeout waits

// tuples has no numbers: the engine looks through all names of a statement for
// each value. To run a statement costs as much as some rows of it, and each number
// of rows is a statement that is kept.
func (sqliteDialect) tuples() tuples { return tuples{most: 32, fewer: []int{4, 1}} }

func (d sqliteDialect) migrate(ctx context.Context, s *Store) error {
	return d.alone(ctx, s, func() error { return migrate(ctx, s, "sqlite") })
}

// alone holds an exclusive transaction on a small database beside the real one.
// The lock goes with the process, however it ends.
func (d sqliteDialect) alone(ctx context.Context, _ *Store, do func() error) error {
	lock, err := sql.Open("sqlite", "file:"+(&url.URL{Path: d.path + "-migrate"}).EscapedPath()+"?_pragma=busy_timeout(60000)&_txlock=exclusive")
	if err != nil {
		return err
	}
	defer lock.Close()
	tx, err := lock.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("wait for another migration: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	return do()
}
