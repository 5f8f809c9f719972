package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// traitDemo marks the archive of a demonstration.
const traitDemo = "demo"

// MarkDemo marks the archive as that of a demonstration, for ever.
func (s *Store) MarkDemo(ctx context.Context, now time.Time) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO traits (name, at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, traitDemo, tocsin.Micros(now))
		return err
	})
}

// IsDemo reports whether the archive was marked by [Store.MarkDemo].
func (s *Store) IsDemo(ctx context.Context) (bool, error) {
	demo, err := hasTrait(ctx, s.db.Read(), traitDemo)
	if err != nil {
		return false, s.db.Translate(err)
	}
	return demo, nil
}

func hasTrait(ctx context.Context, q store.Querier, name string) (bool, error) {
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
	db, err := store.Peek(ctx, dsn)
	if errors.Is(err, tocsin.ErrNotFound) {
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("inspect archive: %w", err)
	}
	f, err = inspect(ctx, db)
	if err != nil {
		err = fmt.Errorf("inspect archive: %w", db.Translate(err))
	}
	return f, errors.Join(err, db.Close())
}

func inspect(ctx context.Context, db *store.Store) (f Finding, err error) {
	if f.Archive, err = db.HasTable(ctx, "tenants"); err != nil || !f.Archive {
		return f, err
	}
	rows, err := db.Read().QueryContext(ctx, `SELECT id FROM tenants ORDER BY id`)
	if f.Tenants, err = store.Collect(rows, err, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) }); err != nil {
		return f, err
	}
	// An archive of an older version has no traits.
	known, err := db.HasTable(ctx, "traits")
	if err == nil && known {
		f.Demo, err = hasTrait(ctx, db.Read(), traitDemo)
	}
	return f, err
}
