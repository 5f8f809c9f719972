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

	"example.org/tocsin/internal/tocsin"
)

// Peek opens the database at dsn to look at it: it is neither made nor
// migrated, and nothing may be written. It fails with [tocsin.ErrNotFound] when
// there is no such file. The caller closes the store.
func Peek(ctx context.Context, dsn string) (*Store, error) {
	s, err := newStore()
	if err != nil {
		return nil, fmt.Errorf("look at database: %w", err)
	}
	if isPostgres(dsn) {
		err = openPostgres(ctx, s, dsn)
	} else {
		err = openToPeek(s, dsn)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, tocsin.NotFoundf("There is no database %s.", filepath.Base(dsn))
	case err != nil:
		return nil, fmt.Errorf("look at database: %w", err)
	}
	return s, nil
}

// openToPeek opens a database file that exists, for reading alone.
func openToPeek(s *Store, path string) (err error) {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	if path, err = filepath.Abs(path); err != nil {
		return err
	}
	if err := refuseForeignFile(path); err != nil {
		return err
	}
	s.dialect = sqliteDialect{path: path}
	s.read, err = sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=rw&_pragma=busy_timeout(10000)&_pragma=query_only(1)")
	s.close = func() error { return s.read.Close() }
	return err
}

// HasTable reports whether the database has a table.
func (s *Store) HasTable(ctx context.Context, name string) (bool, error) {
	found, err := s.dialect.hasTable(ctx, s.read, name)
	if err != nil {
		return false, fmt.Errorf("look for table %s: %w", name, s.Translate(err))
	}
	return found, nil
}

func (sqliteDialect) hasTable(ctx context.Context, q Querier, name string) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?`, name).Scan(&n)
	return n > 0, err
}

func (postgresDialect) hasTable(ctx context.Context, q Querier, name string) (found bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT to_regclass($1) IS NOT NULL`, name).Scan(&found)
	return found, err
}
