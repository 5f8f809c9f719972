package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"example.org/tocsin/internal/tocsin"
)

// copied hands out what a snapshot has kept.
type copied interface {
	// NextTable begins the next table. It fails with [io.EOF] after the last.
	NextTable() (name string, columns []string, err error)
	// NextRow returns a row of it, good until the next call. It fails with
	// [io.EOF] after the last.
	NextRow() ([]any, error)
}

// Replace puts the rows of a snapshot in the place of all that the database
// holds, and calls then with the transaction that does so. Any error leaves the
// database as it was. Tables and columns must be those of the database; one that
// the snapshot does not have fails with [tocsin.ErrConflict]. A database file
// must be new, since its index of texts is not emptied. Nobody else may use the
// database meanwhile.
func (s *Store) Replace(ctx context.Context, from copied, then func(tx *Tx) error) error {
	return s.Alone(ctx, func() (err error) {
		conn, err := s.write.Conn(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, conn.Close()) }()
		inner, err := conn.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		tx := &Tx{tx: inner, store: s}
		if err := s.replace(ctx, conn, tx, from); err != nil {
			return errors.Join(err, inner.Rollback())
		}
		if err := then(tx); err != nil {
			return errors.Join(err, inner.Rollback())
		}
		return inner.Commit()
	})
}

func (s *Store) replace(ctx context.Context, conn *sql.Conn, tx *Tx, from copied) error {
	tables, err := s.tables(ctx, tx)
	if err != nil {
		return err
	}
	if err := s.dialect.empty(ctx, tx, tables); err != nil {
		return fmt.Errorf("empty database: %w", err)
	}
	missing := slices.DeleteFunc(slices.Clone(tables), func(t Table) bool { return slices.Contains(derived(), t.Name) })
	for {
		name, columns, err := from.NextTable()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		i := slices.IndexFunc(missing, func(t Table) bool { return t.Name == name })
		if i < 0 {
			return tocsin.Conflictf("The copy has a table %s, which the database does not have.", tocsin.Clip(name, 64))
		}
		t, err := missing[i].with(columns)
		if err != nil {
			return err
		}
		if err := s.dialect.fill(ctx, conn, tx, t, from); err != nil {
			return fmt.Errorf("fill table %s: %w", name, err)
		}
		missing = slices.Delete(missing, i, i+1)
	}
	if len(missing) > 0 {
		return tocsin.Conflictf("The copy has no table %s.", missing[0].Name)
	}
	_, err = tx.ExecContext(ctx, `UPDATE counters SET value = 0 WHERE name = 'texts'`)
	return err
}

// with returns the table with its columns in the order of a copy.
func (t Table) with(columns []string) (Table, error) {
	sorted := t
	sorted.Columns, sorted.kinds = columns, make([]kind, len(columns))
	for i, column := range columns {
		at := slices.Index(t.Columns, column)
		if at < 0 || slices.Index(columns, column) != i {
			return t, tocsin.Conflictf("The copy has a column %s.%s, which the database does not have.", t.Name, tocsin.Clip(column, 64))
		}
		sorted.kinds[i] = t.kinds[at]
	}
	if len(columns) != len(t.Columns) {
		return t, tocsin.Conflictf("The copy has %s of %s, and the database %d.", tocsin.Count(len(columns), "column", "columns"), t.Name, len(t.Columns))
	}
	return sorted, nil
}

// next reads a row as the columns hold it.
func (t Table) next(from copied) ([]any, error) {
	row, err := from.NextRow()
	if err != nil {
		return nil, err
	}
	if len(row) != len(t.kinds) {
		return nil, tocsin.Conflictf("A row of %s has %s.", t.Name, tocsin.Count(len(row), "value", "values"))
	}
	for i, v := range row {
		if row[i], err = t.kinds[i].of(v); err != nil {
			return nil, tocsin.Conflictf("A row of %s does not fit: column %s: %v.", t.Name, t.Columns[i], err)
		}
	}
	return row, nil
}

func (sqliteDialect) empty(ctx context.Context, tx *Tx, tables []Table) error {
	for _, t := range slices.Backward(tables) {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+quoted([]string{t.Name})); err != nil {
			return err
		}
	}
	return nil
}

func (sqliteDialect) fill(ctx context.Context, _ *sql.Conn, tx *Tx, t Table, from copied) error {
	statement := `INSERT INTO ` + quoted([]string{t.Name}) + ` (` + quoted(t.Columns) + `) VALUES (` + Placeholders(1, len(t.Columns)) + `)`
	for {
		row, err := t.next(from)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, statement, row...); err != nil {
			return err
		}
	}
}

func (postgresDialect) empty(ctx context.Context, tx *Tx, tables []Table) error {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = t.Name
	}
	_, err := tx.ExecContext(ctx, `TRUNCATE `+quoted(names))
	return err
}

// fill streams rows with COPY over the connection of the transaction.
func (postgresDialect) fill(ctx context.Context, conn *sql.Conn, tx *Tx, t Table, from copied) error {
	err := conn.Raw(func(driverConn any) error {
		_, err := driverConn.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{t.Name}, t.Columns, pgx.CopyFromFunc(func() ([]any, error) {
			row, err := t.next(from)
			if errors.Is(err, io.EOF) {
				return nil, nil
			}
			return row, err
		}))
		return err
	})
	if err != nil || t.numbered == "" {
		return err
	}
	name, column := quoted([]string{t.Name}), quoted([]string{t.numbered})
	_, err = tx.ExecContext(ctx, `SELECT setval(pg_get_serial_sequence($1, $2), COALESCE(max(`+column+`), 0) + 1, FALSE) FROM `+name, name, t.numbered)
	return err
}
