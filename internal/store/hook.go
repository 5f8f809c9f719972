package store

import (
	"context"
	"database/sql/driver"

	"github.com/jackc/pgx/v5"
)

// An Option changes how a store is opened.
type Option func(*Store)

// BeforeStatement calls before with the text of each statement that is about to
// be sent over a writing connection, BEGIN and COMMIT included. Tests of crashes
// end the process there; the product does not use it.
func BeforeStatement(before func(query string)) Option {
	return func(s *Store) { s.before = before }
}

// OnlyTo stops at a migration, for the rows of a database that had none after it;
// the job engine has no tables then. Opened without the option the database is
// brought to the newest.
func OnlyTo(schema int64) Option { return func(s *Store) { s.only = schema } }

// tracer calls the hook on PostgreSQL, where the driver offers one.
type tracer struct{ before func(string) }

func (t tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	t.before(data.SQL)
	return ctx
}

func (tracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// sqliteConn is what the driver's connections can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type hookedConn struct {
	sqliteConn
	before func(string)
}

func (c hookedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	c.before("BEGIN")
	tx, err := c.sqliteConn.BeginTx(ctx, o)
	return hookedTx{tx, c.before}, err
}

func (c hookedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.before(query)
	return c.sqliteConn.ExecContext(ctx, query, args)
}

func (c hookedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.before(query)
	return c.sqliteConn.QueryContext(ctx, query, args)
}

func (c hookedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	stmt, err := c.sqliteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return hookedStmt{stmt.(sqliteStmt), query, c.before}, nil
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type hookedStmt struct {
	sqliteStmt
	query  string
	before func(string)
}

func (s hookedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.before(s.query)
	return s.sqliteStmt.ExecContext(ctx, args)
}

func (s hookedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.before(s.query)
	return s.sqliteStmt.QueryContext(ctx, args)
}

type hookedTx struct {
	driver.Tx
	before func(string)
}

func (t hookedTx) Commit() error {
	t.before("COMMIT")
	return t.Tx.Commit()
}
