package archive

import (
	"context"
	"database/sql"
	"fmt"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

const rowSelection = `SELECT i.kind, i.id, m.n, CASE WHEN m.shown > 0 THEN -m.shown ELSE m.document END, v.at, v.seen_at, m.left_at, d.start_at, d.end_at, d.modified_at,
	d.title, d.service, d.service_id, d.feature, d.feature_set, d.status, d.class, d.private, m.source`

const rowColumns = rowSelection + `
	FROM members m JOIN items i ON i.num = m.item JOIN documents d ON d.num = m.document
	JOIN versions v ON v.tenant = m.tenant AND v.item = m.item AND v.n = m.n
	JOIN tenants t ON t.num = m.tenant WHERE t.id = $1`

func scanRow(rows *sql.Rows) (r tocsin.Row, err error) {
	return r, rows.Scan(&r.Kind, &r.ID, &r.N, &r.Document, &r.At, &r.SeenAt, &r.LeftAt, &r.StartAt, &r.EndAt, &r.Modified,
		&r.Title, &r.Service, &r.Workload, &r.Feature, &r.FeatureSet, &r.Status, &r.Class, &r.Private, &r.Source)
}

// Rows lists the present state of every item of a tenant, or of those of some
// kinds, in no given order. With kinds it starts from the items, which suits
// kinds of which there are few.
func (s *Store) Rows(ctx context.Context, tenantID string, kinds ...tocsin.Kind) ([]tocsin.Row, error) {
	var list []tocsin.Row
	if len(kinds) == 0 {
		err := s.EachRow(ctx, tenantID, func(r *tocsin.Row) { list = append(list, *r) })
		return list, err
	}
	for _, kind := range kinds {
		rows, err := s.db.Read().QueryContext(ctx, rowsOfKind, tenantID, string(kind))
		found, err := store.Collect(rows, err, scanRow)
		if err != nil {
			return nil, fmt.Errorf("list items: %w", s.db.Translate(err))
		}
		list = append(list, found...)
	}
	return list, nil
}

// rowsOfKind reads items before members: CROSS JOIN keeps SQLite to that.
const rowsOfKind = rowSelection + ` FROM items i CROSS JOIN tenants t
	CROSS JOIN members m CROSS JOIN documents d CROSS JOIN versions v
	WHERE t.id = $1 AND i.kind = $2 AND m.tenant = t.num AND m.item = i.num AND d.num = m.document
	AND v.tenant = m.tenant AND v.item = m.item AND v.n = m.n`

// EachRow hands the present state of every item of a tenant to each, in no
// given order.
func (s *Store) EachRow(ctx context.Context, tenantID string, each func(*tocsin.Row)) error {
	rows, err := s.db.Read().QueryContext(ctx, rowColumns, tenantID)
	if err != nil {
		return fmt.Errorf("list items: %w", s.db.Translate(err))
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRow(rows)
		if err != nil {
			return fmt.Errorf("list items: %w", s.db.Translate(err))
		}
		each(&r)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("list items: %w", s.db.Translate(err))
	}
	return nil
}

// RowsOf lists the present state of some items of a tenant.
func (s *Store) RowsOf(ctx context.Context, tenantID string, refs []tocsin.Ref) ([]tocsin.Row, error) {
	var list []tocsin.Row
	for _, ref := range refs {
		rows, err := s.db.Read().QueryContext(ctx, rowColumns+` AND i.kind = $2 AND i.id = $3`, tenantID, string(ref.Kind), ref.ID)
		found, err := store.Collect(rows, err, scanRow)
		if err != nil {
			return nil, fmt.Errorf("read %s %s: %w", ref.Kind, ref.ID, s.db.Translate(err))
		}
		list = append(list, found...)
	}
	return list, nil
}
