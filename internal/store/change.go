package store

import (
	"context"
	"database/sql"
	"fmt"

	"example.org/tocsin/internal/tocsin"
)

const changeColumns = `c.seq, t.id, i.kind, i.id, c.n, c.what, c.silent, c.at
	FROM changes c JOIN tenants t ON t.num = c.tenant JOIN items i ON i.num = c.item`

const changesAfter = `SELECT ` + changeColumns + ` WHERE c.seq > $1 ORDER BY c.seq LIMIT $2`

// ChangesAfter lists up to limit changes with a number above seq, in order.
// Whoever asks again with the number of the last one misses none.
func (s *Store) ChangesAfter(ctx context.Context, seq int64, limit int) ([]tocsin.Change, error) {
	rows, err := s.read.QueryContext(ctx, changesAfter, seq, limit)
	list, err := Collect(rows, err, scanChange)
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", s.Translate(err))
	}
	return list, nil
}

// TenantChangesAfter lists up to limit changes of one tenant with a number
// above seq, in order; those of messages about data privacy when private is set.
func (s *Store) TenantChangesAfter(ctx context.Context, tenantID string, seq int64, private bool, limit int) ([]tocsin.Change, error) {
	condition := told
	if !private {
		condition += notPrivate
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+changeColumns+`
		WHERE t.id = $1 AND c.seq > $2`+condition+` ORDER BY c.seq LIMIT $3`, tenantID, seq, limit)
	list, err := Collect(rows, err, scanChange)
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", s.Translate(err))
	}
	return list, nil
}

// told leaves out what nobody is told: that the text of an item is written in
// another way, and what became of versions that count for nothing.
const told = ` AND c.what <> 'reworded' AND NOT EXISTS (SELECT 1 FROM versions v
	WHERE v.tenant = c.tenant AND v.item = c.item AND v.n = c.n AND v.void <> '')`

// notPrivate leaves out changes of messages that are about data privacy now.
const notPrivate = ` AND NOT EXISTS (SELECT 1 FROM members m JOIN documents d ON d.num = m.document
	WHERE m.tenant = c.tenant AND m.item = c.item AND d.private)`

// A LatestQuery says which changes are told.
type LatestQuery struct {
	Kinds   []tocsin.Kind // of items; all when empty
	Private bool          // also of messages about data privacy
	Limit   int
}

func scanChange(rows *sql.Rows) (c tocsin.Change, err error) {
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
