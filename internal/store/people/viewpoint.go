package people

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// Viewpoints are the marks of one person of a tenant, by message id. Messages
// that nobody marked are absent.
func (s *Store) Viewpoints(ctx context.Context, tenantID, person string) (map[string]tocsin.Viewpoint, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT i.id, v.archived, v.reason, v.favorited, v.read FROM viewpoints v JOIN items i ON i.num = v.item JOIN tenants t ON t.num = v.tenant
		WHERE t.id = $1 AND v.person = $2 AND i.kind = $3`, tenantID, person, string(tocsin.KindMessage))
	views := map[string]tocsin.Viewpoint{}
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (v tocsin.Viewpoint, err error) {
		var id string
		err = rows.Scan(&id, &v.Archived, &v.Reason, &v.Favorited, &v.Read)
		views[id] = v
		return v, err
	})
	if err != nil {
		return nil, fmt.Errorf("read viewpoints: %w", s.db.Translate(err))
	}
	return views, nil
}

// SetViewpoints changes the marks that one person of a tenant put on some
// messages, all or none of them. It fails with [tocsin.ErrNotFound] when the
// tenant lacks one of the messages.
func (s *Store) SetViewpoints(ctx context.Context, tenantID, person string, ids []string, now time.Time, change func(tocsin.Viewpoint) tocsin.Viewpoint) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		for _, id := range ids {
			tenant, item, err := s.db.MemberItem(ctx, tx, tenantID, tocsin.Ref{Kind: tocsin.KindMessage, ID: id})
			if err != nil {
				return err
			}
			if err := setViewpoint(ctx, tx, tenant, item, person, now, change); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set viewpoints: %w", err)
	}
	return nil
}

// maxReason bounds why a person put a message away, in bytes.
const maxReason = 400

func setViewpoint(ctx context.Context, q store.Querier, tenant, item int64, person string, now time.Time, change func(tocsin.Viewpoint) tocsin.Viewpoint) error {
	// The row is made and locked first, so that two changes at once add up.
	if _, err := q.ExecContext(ctx, `
		INSERT INTO viewpoints (tenant, person, item, archived, favorited, read, changed_at) VALUES ($1, $2, $3, FALSE, FALSE, FALSE, 0)
		ON CONFLICT DO NOTHING`, tenant, person, item); err != nil {
		return err
	}
	var v tocsin.Viewpoint
	err := q.QueryRowContext(ctx, `
		UPDATE viewpoints SET changed_at = $1 WHERE tenant = $2 AND person = $3 AND item = $4 RETURNING archived, reason, favorited, read`,
		tocsin.Micros(now), tenant, person, item).Scan(&v.Archived, &v.Reason, &v.Favorited, &v.Read)
	if err != nil {
		return err
	}
	if v = change(v); !v.Archived {
		v.Reason = ""
	}
	_, err = q.ExecContext(ctx, `UPDATE viewpoints SET archived = $1, reason = $2, favorited = $3, read = $4 WHERE tenant = $5 AND person = $6 AND item = $7`,
		v.Archived, store.Clean(tocsin.Clip(v.Reason, maxReason)), v.Favorited, v.Read, tenant, person, item)
	return err
}
