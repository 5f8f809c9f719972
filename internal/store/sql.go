package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// A Querier is what statements are sent to: a transaction or the reading pool.
type Querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Collect reads every row with scan and closes rows. It takes the results of
// QueryContext as they are.
func Collect[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// One reads the first row with scan. It fails with none when there is no row.
func One[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error), none error) (one T, _ error) {
	list, err := Collect(rows, err, scan)
	if err == nil && len(list) == 0 {
		err = none
	}
	if err != nil {
		return one, err
	}
	return list[0], nil
}

// ExpectOne fails with [tocsin.ErrNotFound] and the message when a statement
// changed no row.
func ExpectOne(result sql.Result, err error, message string) error {
	switch moved, err := Changed(result, err); {
	case err != nil:
		return err
	case !moved:
		return &tocsin.Error{Kind: tocsin.ErrNotFound, Message: message}
	}
	return nil
}

// Changed reports whether a statement changed any row.
func Changed(result sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// Clean removes what PostgreSQL refuses in a text. Bodies keep it: they are
// bytes.
func Clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

// MaxArgs bounds the values of a list in one statement.
const MaxArgs = 400

// Args are values as arguments of a statement.
func Args[T any](values []T) []any {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	return args
}

// Placeholders is "$first, $first+1, …" for n values.
func Placeholders(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", first+i)
	}
	return b.String()
}

// tuples is how an engine takes rows of values.
type tuples struct {
	most     int   // rows that one statement has
	fewer    []int // that it has else, the most first; nil for any number
	numbered bool  // values are $1, $2 and so on, else ?
}

// of is how many of n rows the next statement has.
func (t tuples) of(n int) int {
	if n >= t.most {
		return t.most
	}
	for _, rows := range t.fewer {
		if rows <= n {
			return rows
		}
	}
	return n
}

// text is "($1, …), ($n+1, …)" for rows of values, of which the first says what
// types the columns have that have one.
func (t tuples) text(rows int, types []string) string {
	var b strings.Builder
	for i := range rows * len(types) {
		column := i % len(types)
		switch {
		case column > 0:
			b.WriteString(", ")
		case i > 0:
			b.WriteString("), (")
		}
		value := "?"
		if t.numbered {
			value = "$" + strconv.Itoa(i+1)
		}
		if i < len(types) && types[column] != "" {
			value = "CAST(" + value + " AS " + types[column] + ")"
		}
		b.WriteString(value)
	}
	return "(" + b.String() + ")"
}
