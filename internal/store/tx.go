package store

import (
	"context"
	"database/sql"
	"time"
)

// A Tx is an open transaction. What is written through it is committed
// together, or not at all; several rooms may write in one. It is good until the
// function that got it returns, and for one goroutine.
type Tx struct {
	tx        *sql.Tx
	store     *Store
	committed []func()
}

// ExecContext runs a statement that returns no rows.
func (tx *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return tx.tx.ExecContext(ctx, query, args...)
}

// QueryContext runs a statement that returns rows.
func (tx *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.tx.QueryContext(ctx, query, args...)
}

// QueryRowContext runs a statement that returns one row at most.
func (tx *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return tx.tx.QueryRowContext(ctx, query, args...)
}

// Next moves a counter of a name of the caller's own, which is made where it is
// missing, and returns its value: 1, 2, 3 …, each once, whoever asks at once.
func (tx *Tx) Next(ctx context.Context, name string) (n int64, err error) {
	err = tx.QueryRowContext(ctx, `INSERT INTO counters (name, value) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value`, name).Scan(&n)
	return n, err
}

// AfterCommit has do called when the transaction was committed, and never when
// it was not: what caches learn from rows that nobody else sees yet.
func (tx *Tx) AfterCommit(do func()) { tx.committed = append(tx.committed, do) }

// Insert runs head, tuples of values and tail for all rows, as many in one
// statement as suits the engine: a round trip is dear on PostgreSQL, compiling
// a long statement is dear on SQLite. Both keep what they have compiled.
func (tx *Tx) Insert(ctx context.Context, head string, rows [][]any, tail string) error {
	return tx.tuples(rows, func(form tuples, n int) string { return head + form.text(n, make([]string, len(rows[0]))) + tail }, func(statement string, args []any) error {
		_, err := tx.ExecContext(ctx, statement, args...)
		return err
	})
}

// tuples runs a statement over all rows, as many at once as suits the engine. Its
// text is made once for each number of rows.
func (tx *Tx) tuples(rows [][]any, text func(form tuples, n int) string, run func(statement string, args []any) error) error {
	form := tx.store.dialect.tuples()
	var args []any
	for len(rows) > 0 {
		n := form.of(len(rows))
		statement := text(form, n)
		for len(rows) >= n {
			args = args[:0]
			for _, row := range rows[:n] {
				args = append(args, row...)
			}
			if err := run(statement, args); err != nil {
				return err
			}
			rows = rows[n:]
		}
	}
	return nil
}

// maxTries is how often a transaction is tried that loses against another.
const maxTries = 5

// InTx runs do in a transaction, up to five times when it only lost a race
// against another one, and translates what went wrong as [Store.Translate]
// does. An error of do rolls everything back.
func (s *Store) InTx(ctx context.Context, do func(tx *Tx) error) error {
	for try := 1; ; try++ {
		err := s.tryTx(ctx, do)
		if err == nil {
			return nil
		}
		if try == maxTries || !s.dialect.retryable(err) {
			return s.Translate(err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(try) * 10 * time.Millisecond):
		}
	}
}

// Written is how many transactions of this process have been committed, by those
// who have been told of it: who finds the number that it was finds all rows as
// they were, but for what other processes wrote.
func (s *Store) Written() uint64 { return s.written.Load() }

func (s *Store) tryTx(ctx context.Context, do func(tx *Tx) error) error {
	inner, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	tx := &Tx{tx: inner, store: s}
	if err := do(tx); err != nil {
		_ = inner.Rollback() // the first error says more
		return err
	}
	if err := inner.Commit(); err != nil {
		return err
	}
	s.written.Add(1)
	for _, do := range tx.committed {
		do()
	}
	return nil
}

// Update runs head, tuples of values as the table v and tail for all rows, as
// [Tx.Insert] does: one statement changes many rows, each in its own way. The
// columns of v are column1, column2 and so on, of the SQL types given. It returns
// how many rows were changed.
func (tx *Tx) Update(ctx context.Context, head string, types []string, rows [][]any, tail string) (changed int64, err error) {
	err = tx.tuples(rows, func(form tuples, n int) string {
		return head + " FROM (VALUES " + form.text(n, types) + ") AS v " + tail
	}, func(statement string, args []any) error {
		result, err := tx.ExecContext(ctx, statement, args...)
		if err != nil {
			return err
		}
		moved, err := result.RowsAffected()
		changed += moved
		return err
	})
	return changed, err
}
