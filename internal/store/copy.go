package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"

	"example.org/tocsin/internal/tocsin"
)

// A Table is a table of the database that a copy holds.
type Table struct {
	Name    string
	Columns []string

	kinds      []kind          // of the columns, in the same order
	numbered   string          // the column that the engine numbers by a counter beside the table, "" for none
	references map[string]bool // names of tables whose rows must be there first
}

// A kind is what a column holds, whatever an engine calls it.
type kind byte

const (
	kindInteger kind = iota
	kindText
	kindBytes
	kindBool
)

// kindOf returns the kind of a column from its declared type.
func kindOf(declared string) (kind, error) {
	switch strings.ToLower(declared) {
	case "integer", "bigint", "smallint":
		return kindInteger, nil
	case "text":
		return kindText, nil
	case "blob", "bytea":
		return kindBytes, nil
	case "boolean":
		return kindBool, nil
	}
	return 0, fmt.Errorf("a column of type %q is not copied", tocsin.Clip(declared, 40))
}

// derived are tables whose rows are made anew from others: a copy leaves them
// out. The rows of texts come when their counter is 0, those of row_blocks when
// they are missed.
func derived() []string { return []string{"row_blocks", "texts"} }

// foreign reports whether a table is not ours: of the job engine, whose jobs
// name what is due and no more, of the migrations, or of the engine itself.
func foreign(table string) bool {
	for _, prefix := range []string{"river_", "goose_", "sqlite_", "text_index"} {
		if strings.HasPrefix(table, prefix) {
			return true
		}
	}
	return false
}

// tables lists the tables of the database in an order in which rows can be
// inserted: what is referred to comes first.
func (s *Store) tables(ctx context.Context, q Querier) ([]Table, error) {
	all, err := s.dialect.tables(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	ordered := make([]Table, 0, len(all))
	placed := map[string]bool{}
	for len(ordered) < len(all) {
		before := len(ordered)
		for _, t := range all {
			if !placed[t.Name] && !waits(t, placed) {
				placed[t.Name] = true
				ordered = append(ordered, t)
			}
		}
		if len(ordered) == before {
			return nil, fmt.Errorf("%d tables refer to each other in a circle", len(all)-before)
		}
	}
	return ordered, nil
}

// waits reports whether a table refers to one that is not placed yet.
func waits(t Table, placed map[string]bool) bool {
	for name := range t.references {
		if name != t.Name && !placed[name] {
			return true
		}
	}
	return false
}

// collectTables lists the tables that are ours. It reads rows of table, column,
// declared type and whether a counter beside the table numbers it, sorted by table
// and place, and then, with the query references for each of them, what tables it
// refers to.
func collectTables(ctx context.Context, q Querier, columns, references string) ([]Table, error) {
	var all []Table
	rows, err := q.QueryContext(ctx, columns)
	_, err = Collect(rows, err, func(rows *sql.Rows) (none struct{}, err error) {
		var table, column, declared string
		var numbered bool
		if err := rows.Scan(&table, &column, &declared, &numbered); err != nil || foreign(table) {
			return none, err
		}
		if len(all) == 0 || all[len(all)-1].Name != table {
			all = append(all, Table{Name: table, references: map[string]bool{}})
		}
		k, err := kindOf(declared)
		if err != nil {
			return none, fmt.Errorf("%s.%s: %w", table, column, err)
		}
		t := &all[len(all)-1]
		t.Columns, t.kinds = append(t.Columns, column), append(t.kinds, k)
		if numbered {
			t.numbered = column
		}
		return none, nil
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		rows, err := q.QueryContext(ctx, references, all[i].Name)
		names, err := Collect(rows, err, func(rows *sql.Rows) (name string, err error) { return name, rows.Scan(&name) })
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			all[i].references[name] = true
		}
	}
	return all, nil
}

func (sqliteDialect) tables(ctx context.Context, q Querier) ([]Table, error) {
	return collectTables(ctx, q, `
		SELECT m.name, c.name, c.type, FALSE FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'text_index%' ORDER BY m.name, c.cid`,
		`SELECT "table" FROM pragma_foreign_key_list($1)`)
}

func (postgresDialect) tables(ctx context.Context, q Querier) ([]Table, error) {
	return collectTables(ctx, q, `
		SELECT c.table_name, c.column_name, c.data_type, c.is_identity = 'YES'
		FROM information_schema.columns c JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
		WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' ORDER BY c.table_name, c.ordinal_position`, `
		SELECT f.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE k.contype = 'f' AND n.nspname = current_schema() AND c.relname = $1`)
}

// Schema returns the number of the newest migration that the database has had.
func (s *Store) Schema(ctx context.Context) (newest int64, err error) {
	if err = s.read.QueryRowContext(ctx, `SELECT COALESCE(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&newest); err != nil {
		return 0, fmt.Errorf("read version of the database: %w", s.Translate(err))
	}
	return newest, nil
}

// KnownSchema returns the number of the newest migration that this program knows.
func KnownSchema() (newest int64, err error) {
	names, err := fs.Glob(migrationFiles, "migrations/sqlite/*.sql")
	if err != nil || len(names) == 0 {
		return 0, fmt.Errorf("list migrations: %w", err)
	}
	return goose.NumericComponent(path.Base(slices.Max(names)))
}
