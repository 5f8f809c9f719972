package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"

	"modernc.org/sqlite"
)

// Bounds of the statements that a connection to a database file keeps.
const (
	maxPrepared      = 96
	maxPreparedBytes = 4 << 10 // of the text of one
)

// connector makes connections to a database file that keep their statements:
// to compile one costs more than to run it, and all that the store runs are
// constants or differ in the length of a list. before may be nil; see
// [BeforeStatement].
type connector struct {
	dsn    string
	before func(string)
}

func (c connector) Driver() driver.Driver { return &sqlite.Driver{} }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.Driver().Open(c.dsn)
	if err != nil {
		return nil, err
	}
	inner := conn.(sqliteConn)
	if c.before != nil {
		inner = hookedConn{inner, c.before}
	}
	return &preparedConn{inner, map[string]*preparedStmt{}}, nil
}

// preparedConn runs a statement that it has run before without compiling it
// again. As any connection it is used by one goroutine at a time.
type preparedConn struct {
	sqliteConn
	kept map[string]*preparedStmt
}

// preparedStmt is busy while rows of it are read: it cannot run again then.
type preparedStmt struct {
	sqliteStmt
	busy bool
}

// of is the kept statement of a text, nil when there is to be none.
func (c *preparedConn) of(ctx context.Context, query string) (*preparedStmt, error) {
	if s, ok := c.kept[query]; ok {
		if s.busy {
			return nil, nil //nolint:nilnil // it runs twice at once
		}
		return s, nil
	}
	if len(query) > maxPreparedBytes || !keeps(query) {
		return nil, nil //nolint:nilnil // it is compiled each time
	}
	if len(c.kept) >= maxPrepared {
		if room, err := c.forget(); err != nil || !room {
			return nil, err // it is compiled each time while all are read
		}
	}
	stmt, err := c.sqliteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s := &preparedStmt{sqliteStmt: stmt.(sqliteStmt)}
	c.kept[query] = s
	return s, nil
}

// keeps reports whether a statement reads or writes rows. Others change the
// schema or the connection, and are rare.
func keeps(query string) bool {
	verb := strings.TrimSpace(query)
	verb = strings.ToUpper(verb[:min(len(verb), 6)])
	return verb == "SELECT" || verb == "INSERT" || verb == "UPDATE" || verb == "DELETE"
}

// forget closes one statement, whichever, and reports whether there was one that
// is not read.
func (c *preparedConn) forget() (bool, error) {
	for query, s := range c.kept {
		if !s.busy {
			delete(c.kept, query)
			return true, s.Close()
		}
	}
	return false, nil
}

func (c *preparedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.of(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	return s.ExecContext(ctx, args)
}

func (c *preparedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.of(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &preparedRows{rows, s}, nil
}

// Close closes the statements first.
func (c *preparedConn) Close() error {
	var problems []error
	for query, s := range c.kept {
		delete(c.kept, query)
		problems = append(problems, s.Close())
	}
	return errors.Join(append(problems, c.sqliteConn.Close())...)
}

// preparedRows give their statement back.
type preparedRows struct {
	driver.Rows
	stmt *preparedStmt
}

func (r *preparedRows) Close() error {
	r.stmt.busy = false
	return r.Rows.Close()
}
