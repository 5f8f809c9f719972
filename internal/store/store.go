package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/klauspost/compress/zstd"

	"example.org/tocsin/internal/tocsin"
)

// A Store is an open archive. Its methods may be used from any goroutine.
type Store struct {
	dialect dialect
	write   *sql.DB       // one connection on SQLite, the pool on PostgreSQL
	read    *sql.DB       // cannot write on SQLite
	pool    *pgxpool.Pool // nil on SQLite
	close   func() error
	encoder *zstd.Encoder
	decoder *zstd.Decoder
	before  func(query string) // nil but in tests of crashes

	readOnly bool  // an SQLite file that this user cannot write
	only     int64 // the migration to stop at, 0 for the newest

	written atomic.Uint64 // see [Store.Written]

	mu      sync.Mutex
	tenants map[string]int64 // GUID → num; numbers never change
}

// A dialect is what differs between the engines.
type dialect interface {
	name() string
	migrate(ctx context.Context, s *Store) error
	// alone runs do while no other process migrates or is alone.
	alone(ctx context.Context, s *Store, do func() error) error
	// translate turns a driver's error into one of the kinds of package tocsin.
	translate(err error) error
	// retryable reports that a transaction failed only because of another one.
	retryable(err error) bool
	hasTable(ctx context.Context, q Querier, name string) (bool, error)
	tuples() tuples
	copier
}

// A copier is what differs between the engines where all rows are copied.
type copier interface {
	tables(ctx context.Context, q Querier) ([]Table, error)
	// snapshot is the statement that begins to read as of one instant.
	snapshot() string
	// empty removes all rows of tables, which stand in the order of their filling.
	empty(ctx context.Context, tx *Tx, tables []Table) error
	// fill adds rows to a table within the transaction of a connection.
	fill(ctx context.Context, conn *sql.Conn, tx *Tx, t Table, from copied) error
}

// Open opens the archive at dsn, creating and migrating it as needed: a
// "postgres://" URL, or the path of an SQLite file. Processes that start
// together wait for each other's migration. The caller closes the store.
func Open(ctx context.Context, dsn string, options ...Option) (*Store, error) {
	s, err := newStore(options...)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if isPostgres(dsn) {
		err = openPostgres(ctx, s, dsn)
	} else {
		err = openSQLite(ctx, s, dsn)
	}
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if err := s.dialect.migrate(ctx, s); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate store: %w", err), s.Close())
	}
	return s, nil
}

// newStore makes a store without a database.
func newStore(options ...Option) (s *Store, err error) {
	s = &Store{tenants: map[string]int64{}}
	for _, option := range options {
		option(s)
	}
	if s.encoder, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault)); err != nil {
		return nil, err
	}
	s.decoder, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxUnpacked))
	return s, err
}

// Engine is "sqlite" or "postgres".
func (s *Store) Engine() string { return s.dialect.name() }

// Writer is the pool that background work shares with the store.
func (s *Store) Writer() *sql.DB { return s.write }

// Pool is the PostgreSQL pool, nil on SQLite.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Close ends all connections.
func (s *Store) Close() error {
	s.decoder.Close()
	return errors.Join(s.encoder.Close(), s.close())
}

// Read is the reading pool. It cannot write on SQLite.
func (s *Store) Read() Querier { return s.read }

// Translate turns what a driver fails with into one of the kinds of package
// tocsin, and leaves other errors as they are.
func (s *Store) Translate(err error) error { return s.dialect.translate(err) }

// ReadOnly reports whether the database is a file that this user cannot write.
func (s *Store) ReadOnly() bool { return s.readOnly }

// Alone runs do while no other process migrates the database or is alone with
// it, for what a room has to bring up to date. The lock goes with the process,
// however that ends.
func (s *Store) Alone(ctx context.Context, do func() error) error {
	return s.Translate(s.dialect.alone(ctx, s, do))
}

// Ping reports whether the engine answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	if err := s.read.QueryRowContext(ctx, `SELECT 1`).Scan(&one); err != nil {
		return &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "The database does not answer.", Cause: err}
	}
	return nil
}

// micros is t as it is stored.
func micros(t time.Time) int64 { return tocsin.Micros(t) }
