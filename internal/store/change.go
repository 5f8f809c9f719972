package store

import (
	"context"
	"database/sql"
	"fmt"

	"example.org/tocsin/internal/tocsin"
)

// ChangeColumns are the columns and tables of a query for changes, which
// [ScanChange] reads: c for the change, t for its tenant, i for its item.
const ChangeColumns = `c.seq, t.id, i.kind, i.id, c.n, c.what, c.silent, c.at
	FROM changes c JOIN tenants t ON t.num = c.tenant JOIN items i ON i.num = c.item`

const changesAfter = `SELECT ` + ChangeColumns + ` WHERE c.seq > $1 ORDER BY c.seq LIMIT $2`

// ChangesAfter lists up to limit changes with a number above seq, in order.
// Whoever asks again with the number of the last one misses none.
func (s *Store) ChangesAfter(ctx context.Context, seq int64, limit int) ([]tocsin.Change, error) {
	rows, err := s.read.QueryContext(ctx, changesAfter, seq, limit)
	list, err := Collect(rows, err, ScanChange)
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", s.Translate(err))
	}
	return list, nil
}

// ScanChange reads a row of [ChangeColumns].
func ScanChange(rows *sql.Rows) (c tocsin.Change, err error) {
	var at int64
	err = rows.Scan(&c.Seq, &c.TenantID, &c.Kind, &c.ID, &c.N, &c.What, &c.Silent, &at)
	c.At = tocsin.FromMicros(at)
	return c, err
}

// LastSeq is the number of the newest change, 0 before the first.
func (s *Store) LastSeq(ctx context.Context) (seq int64, err error) {
	if err = s.read.QueryRowContext(ctx, `SELECT value FROM counters WHERE name = 'change'`).Scan(&seq); err != nil {
		return 0, fmt.Errorf("read change number: %w", s.Translate(err))
	}
	return seq, nil
}

// LastSeqOf is the number of the newest change of a tenant, 0 before the first.
func (s *Store) LastSeqOf(ctx context.Context, tenantID string) (seq int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT COALESCE(max(c.seq), 0) FROM changes c JOIN tenants t ON t.num = c.tenant WHERE t.id = $1`, tenantID).Scan(&seq)
	if err != nil {
		return 0, fmt.Errorf("read change number of a tenant: %w", s.Translate(err))
	}
	return seq, nil
}

// An ItemChange is a change of the item with a number, of the tenant with one.
type ItemChange struct {
	tocsin.Change
	Item, Tenant int64
}

// Append numbers changes of a tenant from the counter row, which stays locked
// until commit, and appends them: numbers have no gaps and appear in order.
func (tx *Tx) Append(ctx context.Context, tenant int64, changes []ItemChange) error {
	for i := range changes {
		changes[i].Tenant = tenant
	}
	return tx.AppendAll(ctx, changes)
}

// AppendAll is [Tx.Append] for changes of several tenants.
func (tx *Tx) AppendAll(ctx context.Context, changes []ItemChange) error {
	if len(changes) == 0 {
		return nil
	}
	var last int64
	err := tx.QueryRowContext(ctx, `UPDATE counters SET value = value + $1 WHERE name = 'change' RETURNING value`, len(changes)).Scan(&last)
	if err != nil {
		return err
	}
	rows := make([][]any, len(changes))
	for i := range changes {
		c := &changes[i]
		c.Seq = last - int64(len(changes)-1-i)
		rows[i] = []any{c.Seq, c.Tenant, c.Item, c.N, string(c.What), c.Silent, micros(c.At)}
	}
	return tx.Insert(ctx, `INSERT INTO changes (seq, tenant, item, n, what, silent, at) VALUES `, rows, "")
}

// Tell appends a change that makes no version, under the next number. It makes
// the item known that the change is about.
func (tx *Tx) Tell(ctx context.Context, tenant int64, c tocsin.Change) error {
	_, err := tx.Number(ctx, tenant, c)
	return err
}

// Number is [Tx.Tell], and returns the number of the change.
func (tx *Tx) Number(ctx context.Context, tenant int64, c tocsin.Change) (int64, error) {
	if _, err := tx.ExecContext(ctx, `INSERT INTO items (kind, id) VALUES ($1, $2) ON CONFLICT (kind, id) DO NOTHING`, string(c.Kind), c.ID); err != nil {
		return 0, err
	}
	var seq int64
	if err := tx.QueryRowContext(ctx, `UPDATE counters SET value = value + 1 WHERE name = 'change' RETURNING value`).Scan(&seq); err != nil {
		return 0, err
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO changes (seq, tenant, item, n, what, silent, at)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), num, CAST($3 AS INTEGER), $4, $5, CAST($6 AS BIGINT) FROM items WHERE kind = $7 AND id = $8`,
		seq, tenant, c.N, string(c.What), c.Silent, micros(c.At), string(c.Kind), c.ID)
	return seq, err
}
