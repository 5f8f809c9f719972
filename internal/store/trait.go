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

// traitDemo marks the archive of a demonstration.
const traitDemo = "demo"

// MarkDemo marks the archive as that of a demonstration, for ever.
func (s *Store) MarkDemo(ctx context.Context, now time.Time) error {
	return s.InTx(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO traits (name, at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, traitDemo, micros(now))
		return err
	})
}

// IsDemo reports whether the archive was marked by [Store.MarkDemo].
func (s *Store) IsDemo(ctx context.Context) (bool, error) {
	demo, err := hasTrait(ctx, s.read, traitDemo)
	if err != nil {
		return false, s.Translate(err)
	}
	return demo, nil
}

func hasTrait(ctx context.Context, q Querier, name string) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM traits WHERE name = $1`, name).Scan(&n)
	return n > 0, err
}

// A Finding is what a database held before anybody opened it as an archive.
type Finding struct {
	Archive bool     // it holds an archive, however empty
	Demo    bool     // of a demonstration
	Tenants []string // ids of its tenants
}

// Inspect looks at the database at dsn and changes nothing: it neither creates
// nor migrates it. A database that does not exist holds no archive.
func Inspect(ctx context.Context, dsn string) (f Finding, err error) {
	s := &Store{}
	if isPostgres(dsn) {
		err = openPostgres(ctx, s, dsn)
	} else {
		err = openToInspect(s, dsn)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("inspect store: %w", err)
	}
	f, err = s.inspect(ctx)
	if err != nil {
		err = fmt.Errorf("inspect store: %w", s.Translate(err))
	}
	return f, errors.Join(err, s.close())
}

// openToInspect opens a database file that exists, for reading alone.
func openToInspect(s *Store, path string) (err error) {
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

func (s *Store) inspect(ctx context.Context) (f Finding, err error) {
	if f.Archive, err = s.dialect.hasTable(ctx, s, "tenants"); err != nil || !f.Archive {
		return f, err
	}
	rows, err := s.read.QueryContext(ctx, `SELECT id FROM tenants ORDER BY id`)
	if f.Tenants, err = Collect(rows, err, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) }); err != nil {
		return f, err
	}
	// An archive of an older version has no traits.
	known, err := s.dialect.hasTable(ctx, s, "traits")
	if err == nil && known {
		f.Demo, err = hasTrait(ctx, s.read, traitDemo)
	}
	return f, err
}

func (sqliteDialect) hasTable(ctx context.Context, s *Store, name string) (bool, error) {
	var n int
	err := s.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?`, name).Scan(&n)
	return n > 0, err
}

func (postgresDialect) hasTable(ctx context.Context, s *Store, name string) (found bool, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT to_regclass($1) IS NOT NULL`, name).Scan(&found)
	return found, err
}

// A Holder is a process that runs a desk on a database file.
type Holder struct {
	PID     int
	Host    string
	Command string // such as "serve", without its arguments
	Since   time.Time
}

func (h Holder) String() string {
	return fmt.Sprintf("tocsin %s, process %d on %s since %s", h.Command, h.PID, h.Host, tocsin.FormatTime(h.Since))
}
