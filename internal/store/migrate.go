package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"example.org/tocsin/internal/tocsin"
)

//go:embed migrations
var migrationFiles embed.FS

// migrate brings our tables and those of the job engine to the newest version.
// The caller holds the lock of its dialect: neither runner takes one that
// covers both.
func migrate(ctx context.Context, s *Store, engine string) error {
	dialect := goose.DialectSQLite3
	if engine == "postgres" {
		dialect = goose.DialectPostgres
	}
	provider, err := newProvider(s, dialect, engine)
	if err != nil {
		return err
	}
	if err := refuseNewer(ctx, provider); err != nil {
		return err
	}
	if s.only > 0 {
		_, err := provider.UpTo(ctx, s.only)
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	if s.pool != nil {
		return migrateJobsPostgres(ctx, s)
	}
	return migrateJobsSQLite(ctx, s.write)
}

// newProvider returns the runner of the migrations of an engine.
func newProvider(s *Store, dialect goose.Dialect, engine string) (*goose.Provider, error) {
	files, err := fs.Sub(migrationFiles, "migrations/"+engine)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, s.write, files, goose.WithDisableGlobalRegistry(true))
}

// refuseNewer keeps an older program from writing to a newer database.
func refuseNewer(ctx context.Context, provider *goose.Provider) error {
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	if current > target {
		return &tocsin.Error{Kind: tocsin.ErrConflict, Message: fmt.Sprintf(
			"The database was written by a newer version of the program (schema %d, this one knows %d).", current, target)}
	}
	return nil
}

func migrateJobsPostgres(ctx context.Context, s *Store) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(s.pool), nil)
	if err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

func migrateJobsSQLite(ctx context.Context, db *sql.DB) error {
	migrator, err := rivermigrate.New(riversqlite.New(db), nil)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	//nolint:staticcheck // the one transaction is the lock here; what cannot be batched is PostgreSQL's
	if _, err := migrator.MigrateTx(ctx, tx, rivermigrate.DirectionUp, nil); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func translateCommon(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return &tocsin.Error{Kind: tocsin.ErrNotFound, Message: "It does not exist.", Cause: err}
	}
	return err
}
