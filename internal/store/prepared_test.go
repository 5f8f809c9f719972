package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"testing"
)

// countingConn counts the statements of a connection that are open.
type countingConn struct {
	sqliteConn
	open, made int
}

func (c *countingConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	stmt, err := c.sqliteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	c.open++
	c.made++
	return &countingStmt{stmt.(sqliteStmt), c}, nil
}

type countingStmt struct {
	sqliteStmt
	conn *countingConn
}

func (s *countingStmt) Close() error {
	s.conn.open--
	return s.sqliteStmt.Close()
}

// bench is a connection to a real database file that keeps its statements, and
// the one below it.
func bench(t *testing.T) (*preparedConn, *countingConn) {
	t.Helper()
	conn, err := connector{}.Driver().Open(sqliteDSN(filepath.Join(t.TempDir(), "prepared.db")))
	if err != nil {
		t.Fatal(err)
	}
	below := &countingConn{sqliteConn: conn.(sqliteConn)}
	return &preparedConn{below, map[string]*preparedStmt{}}, below
}

// rowsOf begins to read what a query finds.
func rowsOf(t *testing.T, c *preparedConn, query string, args ...any) driver.Rows {
	t.Helper()
	rows, err := c.QueryContext(t.Context(), query, named(args))
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return rows
}

func named(args []any) []driver.NamedValue {
	values := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		values[i] = driver.NamedValue{Ordinal: i + 1, Value: arg}
	}
	return values
}

// next is the first column of the next row.
func next(t *testing.T, rows driver.Rows) int64 {
	t.Helper()
	values := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(values); err != nil {
		t.Fatal(err)
	}
	return values[0].(int64)
}

// one is what a query finds.
func one(t *testing.T, c *preparedConn, query string, args ...any) int64 {
	t.Helper()
	rows := rowsOf(t, c, query, args...)
	defer rows.Close()
	return next(t, rows)
}

func run(t *testing.T, c *preparedConn, query string, args ...any) {
	t.Helper()
	if _, err := c.ExecContext(t.Context(), query, named(args)); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// A connection keeps so many statements, whatever it runs, and each gives what
// it gave before, kept or not.
func TestStatementsAreBounded(t *testing.T) {
	t.Parallel()
	c, below := bench(t)
	for range 2 {
		for n := range int64(3 * maxPrepared) {
			if got := one(t, c, fmt.Sprintf("SELECT %d + ?", n), int64(1)); got != n+1 {
				t.Fatalf("SELECT %d + 1 = %d", n, got)
			}
			if len(c.kept) > maxPrepared || below.open != len(c.kept) {
				t.Fatalf("after %d statements %d are kept, %d open", n, len(c.kept), below.open)
			}
		}
	}
	made := below.made
	for range 10 {
		one(t, c, "SELECT 7 + ?", int64(1))
	}
	if below.made > made+1 {
		t.Errorf("a statement was compiled %d times", below.made-made)
	}
	if err := c.Close(); err != nil || below.open != 0 {
		t.Errorf("closed with %d statements open: %v", below.open, err)
	}
}

// What rows are read of is not closed under them, and none is kept beyond the
// bound where all are read.
func TestStatementsInUseStay(t *testing.T) {
	t.Parallel()
	c, below := bench(t)
	query := func(n int) string { return fmt.Sprintf("SELECT %d UNION ALL SELECT -1", n) }
	reading := make([]driver.Rows, maxPrepared)
	for n := range reading {
		reading[n] = rowsOf(t, c, query(n))
	}
	for n := range 5 {
		if got := one(t, c, fmt.Sprintf("SELECT %d", 1000+n)); got != int64(1000+n) {
			t.Errorf("beside %d that are read: %d", maxPrepared, got)
		}
		if len(c.kept) > maxPrepared {
			t.Fatalf("%d are kept", len(c.kept))
		}
	}
	for n, rows := range reading {
		if first, second := next(t, rows), next(t, rows); first != int64(n) || second != -1 {
			t.Errorf("rows of statement %d: %d, %d", n, first, second)
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}
	if got := one(t, c, "SELECT 2000"); got != 2000 || c.kept["SELECT 2000"] == nil {
		t.Errorf("after all were read: %d, kept %v", got, c.kept["SELECT 2000"] != nil)
	}
	if err := c.Close(); err != nil || below.open != 0 {
		t.Errorf("closed with %d statements open: %v", below.open, err)
	}
}

// A statement that is read runs a second time beside itself.
func TestStatementBesideItself(t *testing.T) {
	t.Parallel()
	c, _ := bench(t)
	const query = "SELECT ? UNION ALL SELECT 9"
	first := rowsOf(t, c, query, int64(1))
	second := rowsOf(t, c, query, int64(2))
	if a, b := next(t, second), next(t, first); a != 2 || b != 1 {
		t.Errorf("two at once: %d, %d", a, b)
	}
	if a, b := next(t, first), next(t, second); a != 9 || b != 9 {
		t.Errorf("two at once: %d, %d", a, b)
	}
	for _, rows := range []driver.Rows{first, second} {
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}
	if got := one(t, c, query, int64(3)); got != 3 {
		t.Errorf("afterwards: %d", got)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// A statement that failed, or that was kept before the schema changed, works
// the next time; what is no statement about rows is not kept.
func TestStatementAfterTrouble(t *testing.T) {
	t.Parallel()
	c, _ := bench(t)
	run(t, c, "CREATE TABLE t (a INTEGER PRIMARY KEY)")
	const insert = "INSERT INTO t (a) VALUES (?)"
	run(t, c, insert, int64(1))
	if _, err := c.ExecContext(t.Context(), insert, named([]any{int64(1)})); err == nil {
		t.Error("a key was stored twice")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, _ = c.ExecContext(ended, insert, named([]any{int64(2)}))
	run(t, c, insert, int64(3))
	const sum = "SELECT sum(a) FROM t WHERE a <> 2"
	if got := one(t, c, sum); got != 4 {
		t.Errorf("sum = %d", got)
	}
	run(t, c, "ALTER TABLE t ADD COLUMN b INTEGER DEFAULT 5")
	run(t, c, insert, int64(6))
	if got := one(t, c, sum); got != 10 {
		t.Errorf("sum after the schema changed = %d", got)
	}
	for query := range c.kept {
		if !keeps(query) {
			t.Errorf("%q is kept", query)
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// The statements of a pool end with it, also where rows were left open.
func TestPoolClosesStatements(t *testing.T) {
	t.Parallel()
	db := sql.OpenDB(connector{sqliteDSN(filepath.Join(t.TempDir(), "pool.db")), nil})
	rows, err := db.QueryContext(t.Context(), "SELECT 1 UNION ALL SELECT 2")
	if err != nil || !rows.Next() {
		t.Fatal(err)
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var kept *preparedConn
	if err := conn.Raw(func(inner any) error { kept = inner.(*preparedConn); return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "UPDATE sqlite_sequence SET seq = 0"); err == nil {
		t.Error("a table that is not there was changed")
	}
	var three int
	if err := conn.QueryRowContext(t.Context(), "SELECT 3").Scan(&three); err != nil || len(kept.kept) != 1 {
		t.Errorf("%d kept, %v", len(kept.kept), err)
	}
	for _, end := range []func() error{rows.Close, conn.Close, db.Close} {
		if err := end(); err != nil {
			t.Error(err)
		}
	}
	if len(kept.kept) != 0 {
		t.Errorf("%d are kept after the end", len(kept.kept))
	}
}
