package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// keeper takes what a snapshot reads.
type keeper interface {
	// Table begins a table.
	Table(name string, columns []string) error
	// Row takes a row of it: integers, texts, bytes, truth values and nil. It
	// must not keep the slices.
	Row(values []any) error
}

// Snapshot hands all rows of the database to k as they stood at one instant,
// table by table, what is referred to before what refers to it. Others write
// meanwhile. What is made anew from other rows, and what belongs to the job
// engine, is left out. One row is in memory at a time.
func (s *Store) Snapshot(ctx context.Context, k keeper) (err error) {
	conn, err := s.read.Conn(ctx)
	if err != nil {
		return fmt.Errorf("begin snapshot: %w", s.Translate(err))
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, s.dialect.snapshot()); err != nil {
		return fmt.Errorf("begin snapshot: %w", s.Translate(err))
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`) }() // nothing was written
	tables, err := s.tables(ctx, conn)
	if err != nil {
		return s.Translate(err)
	}
	for _, t := range tables {
		if slices.Contains(derived(), t.Name) {
			continue
		}
		if err := copyTable(ctx, conn, t, k); err != nil {
			return fmt.Errorf("copy table %s: %w", t.Name, s.Translate(err))
		}
	}
	return nil
}

func copyTable(ctx context.Context, q Querier, t Table, k keeper) error {
	if err := k.Table(t.Name, t.Columns); err != nil {
		return err
	}
	rows, err := q.QueryContext(ctx, `SELECT `+quoted(t.Columns)+` FROM `+quoted([]string{t.Name}))
	if err != nil {
		return err
	}
	defer rows.Close()
	values, targets := make([]any, len(t.Columns)), make([]any, len(t.Columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		for i, v := range values {
			if values[i], err = t.kinds[i].of(v); err != nil {
				return fmt.Errorf("column %s: %w", t.Columns[i], err)
			}
		}
		if err := k.Row(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// of returns a value as a column of the kind holds it.
func (k kind) of(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil //nolint:nilnil // NULL
	case int64:
		switch k {
		case kindInteger:
			return v, nil
		case kindBool:
			return v != 0, nil
		}
	case bool:
		switch {
		case k == kindBool:
			return v, nil
		case k == kindInteger && v:
			return int64(1), nil
		case k == kindInteger:
			return int64(0), nil
		}
	case string:
		switch k {
		case kindText:
			return v, nil
		case kindBytes:
			return []byte(v), nil
		}
	case []byte:
		switch k {
		case kindText:
			return string(v), nil
		case kindBytes:
			if v == nil { // no bytes are not NULL
				v = []byte{}
			}
			return v, nil
		}
	}
	return nil, fmt.Errorf("%T is not what it holds", v)
}

// quoted are names of tables or columns as SQL.
func quoted(names []string) string {
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	return strings.Join(parts, ", ")
}

// snapshot begins a transaction that does not ask to write, which those of the
// driver do. In WAL mode all that it reads is of one instant.
func (sqliteDialect) snapshot() string { return `BEGIN DEFERRED` }

func (postgresDialect) snapshot() string { return `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY` }
