package store

import (
	"context"
	"database/sql"
	"fmt"

	"example.org/tocsin/internal/tocsin"
)

// A Row is the present state of one item of a tenant without its text.
type Row struct {
	Kind       tocsin.Kind
	ID         string
	N          int
	Document   int64
	At         int64 // microseconds, as the fields below
	SeenAt     int64
	LeftAt     int64
	StartAt    int64
	EndAt      int64
	Modified   int64
	Title      string
	Service    string
	Workload   string
	Feature    string
	FeatureSet string
	Status     tocsin.Status
	Class      string
}

const rowColumns = `SELECT i.kind, i.id, m.n, m.document, v.at, v.seen_at, m.left_at, d.start_at, d.end_at, d.modified_at,
	d.title, d.service, d.service_id, d.feature, d.feature_set, d.status, d.class
	FROM members m JOIN items i ON i.num = m.item JOIN documents d ON d.num = m.document
	JOIN versions v ON v.tenant = m.tenant AND v.item = m.item AND v.n = m.n
	JOIN tenants t ON t.num = m.tenant WHERE t.id = $1`

func scanRow(rows *sql.Rows) (r Row, err error) {
	return r, rows.Scan(&r.Kind, &r.ID, &r.N, &r.Document, &r.At, &r.SeenAt, &r.LeftAt, &r.StartAt, &r.EndAt, &r.Modified,
		&r.Title, &r.Service, &r.Workload, &r.Feature, &r.FeatureSet, &r.Status, &r.Class)
}

// Rows lists the present state of every item of a tenant, or of those of some
// kinds, in no given order.
func (s *Store) Rows(ctx context.Context, tenantID string, kinds ...tocsin.Kind) ([]Row, error) {
	query, args := rowColumns, []any{tenantID}
	if len(kinds) > 0 {
		query += ` AND i.kind IN (` + placeholders(2, len(kinds)) + `)`
		for _, kind := range kinds {
			args = append(args, string(kind))
		}
	}
	rows, err := s.read.QueryContext(ctx, query, args...)
	list, err := collectRows(rows, err, scanRow)
	if err != nil {
		return nil, fmt.Errorf("list items: %w", s.dialect.translate(err))
	}
	return list, nil
}

// RowsOf lists the present state of some items of a tenant.
func (s *Store) RowsOf(ctx context.Context, tenantID string, refs []Ref) ([]Row, error) {
	var list []Row
	for _, ref := range refs {
		rows, err := s.read.QueryContext(ctx, rowColumns+` AND i.kind = $2 AND i.id = $3`, tenantID, string(ref.Kind), ref.ID)
		found, err := collectRows(rows, err, scanRow)
		if err != nil {
			return nil, fmt.Errorf("read %s %s: %w", ref.Kind, ref.ID, s.dialect.translate(err))
		}
		list = append(list, found...)
	}
	return list, nil
}
