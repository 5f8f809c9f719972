package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"example.org/tocsin/internal/tocsin"
)

// migrationLock is the key of the advisory lock around migrations: "tocsin" in
// ASCII.
const migrationLock = 0x746f6373696e

// programName is how the connections of this program are called in PostgreSQL.
const programName = "tocsin"

type postgresDialect struct{}

func isPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

func openPostgres(ctx context.Context, s *Store, dsn string) error {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return tocsin.Invalidf("database", "The address is not a PostgreSQL URL.")
	}
	if config.MaxConns < 16 {
		config.MaxConns = 16
	}
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	config.ConnConfig.RuntimeParams["application_name"] = programName
	if s.before != nil {
		config.ConnConfig.Tracer = tracer{s.before}
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "PostgreSQL does not answer.", Cause: err}
	}
	db := stdlib.OpenDBFromPool(pool)
	s.pool, s.write, s.read, s.dialect = pool, db, db, postgresDialect{}
	s.close = func() error {
		err := db.Close()
		pool.Close()
		return err
	}
	return nil
}

func (postgresDialect) name() string { return "postgres" }

func (postgresDialect) translate(err error) error {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		if pgconn.Timeout(err) || pgconn.SafeToRetry(err) {
			return &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "The database does not answer.", Cause: err}
		}
		return translateCommon(err)
	}
	switch {
	case e.Code == "23505":
		return &tocsin.Error{Kind: tocsin.ErrConflict, Message: "It exists already.", Cause: err}
	case e.Code == "40001" || e.Code == "40P01" || e.Code == "55P03":
		return &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "The database is busy.", Cause: err}
	case strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "53"), strings.HasPrefix(e.Code, "57"), e.Code == "25006":
		return &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "The database cannot be used.", Cause: err}
	}
	return err
}

func (postgresDialect) retryable(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

func (postgresDialect) tuples() tuples { return tuples{most: 100, numbered: true} }

func (d postgresDialect) migrate(ctx context.Context, s *Store) error {
	return d.alone(ctx, s, func() error {
		if err := migrate(ctx, s, "postgres"); err != nil {
			return err
		}
		indexTrigrams(ctx, s)
		return nil
	})
}

// alone holds an advisory lock on a connection of its own.
func (postgresDialect) alone(ctx context.Context, s *Store, do func() error) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(migrationLock)); err != nil {
		return fmt.Errorf("wait for another migration: %w", err)
	}
	err = do()
	_, unlockErr := conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(migrationLock))
	return errors.Join(err, unlockErr)
}

// indexTrigrams makes the index that searches use, if the database offers the
// extension and lets us have it. Without the index a search reads all texts of
// the tenant and finds the same.
func indexTrigrams(ctx context.Context, s *Store) {
	var there bool
	const exists = `SELECT EXISTS (SELECT 1 FROM pg_indexes WHERE schemaname = current_schema() AND indexname = 'texts_trigrams')`
	if s.pool.QueryRow(ctx, exists).Scan(&there) != nil || there {
		return
	}
	for _, statement := range []string{
		`CREATE EXTENSION IF NOT EXISTS pg_trgm`,
		`CREATE INDEX IF NOT EXISTS texts_trigrams ON texts USING gin (text gin_trgm_ops)`,
	} {
		_, _ = s.pool.Exec(ctx, statement) // refused, or not installed; an extension that is there already serves as well
	}
}

// Desks returns how many other connections of this program the database has: none
// while no desk runs on it. Of a database file [Take] says more, and it is 0.
func Desks(ctx context.Context, dsn string) (n int, err error) {
	if !isPostgres(dsn) {
		return 0, nil
	}
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return 0, &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "PostgreSQL does not answer.", Cause: err}
	}
	err = conn.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1`, programName).Scan(&n)
	return n, errors.Join(err, conn.Close(ctx))
}
