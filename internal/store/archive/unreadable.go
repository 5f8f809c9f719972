package archive

import (
	"context"
	"database/sql"
	"fmt"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// Unreadable lists what nobody can read of a tenant's sources, without bodies,
// by source, kind, id and position.
func (s *Store) Unreadable(ctx context.Context, tenantID string) ([]tocsin.Unreadable, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT t.id, u.source, u.kind, u.id, u.position, u.service, u.service_id, u.reason, u.member, u.since, u.seen_at
		FROM unreadable u JOIN tenants t ON t.num = u.tenant WHERE t.id = $1 ORDER BY u.source, u.kind, u.id, u.position`, tenantID)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (u tocsin.Unreadable, err error) {
		var since, seen int64
		err = rows.Scan(&u.TenantID, &u.Source, &u.Kind, &u.ID, &u.Position, &u.Service, &u.ServiceID, &u.Reason, &u.Member, &since, &seen)
		u.Since, u.SeenAt = tocsin.FromMicros(since), tocsin.FromMicros(seen)
		return u, err
	})
	if err != nil {
		return nil, fmt.Errorf("list what cannot be read: %w", s.db.Translate(err))
	}
	return list, nil
}

// UnreadableBody is an unreadable element as it came. It fails with
// [tocsin.ErrNotFound] when it can be read meanwhile or has gone.
func (s *Store) UnreadableBody(ctx context.Context, u tocsin.Unreadable) ([]byte, error) {
	var packed []byte
	err := s.db.Read().QueryRowContext(ctx, `
		SELECT u.body FROM unreadable u JOIN tenants t ON t.num = u.tenant
		WHERE t.id = $1 AND u.source = $2 AND u.kind = $3 AND u.id = $4 AND u.position = $5`,
		u.TenantID, u.Source, string(u.Kind), u.ID, u.Position).Scan(&packed)
	if err != nil {
		return nil, fmt.Errorf("read what cannot be read: %w", s.db.Translate(err))
	}
	body, err := s.db.Unpack(packed)
	if err != nil {
		return nil, fmt.Errorf("unpack what cannot be read: %w", err)
	}
	return body, nil
}

// putUnreadable makes list all that cannot be read of a source. What has no
// body in it keeps the one that is stored.
func (s *Store) putUnreadable(ctx context.Context, tx *store.Tx, tenant int64, source string, list []tocsin.Unreadable) error {
	if err := forgetUnreadable(ctx, tx, tenant, source, list); err != nil {
		return err
	}
	for _, u := range list {
		if u.Body == nil && u.Element() {
			continue // as it was
		}
		if u.ID != "" && u.Service == "" && u.ServiceID == "" {
			if err := lastService(ctx, tx, tenant, &u); err != nil {
				return err
			}
		}
		body := u.Body[:min(len(u.Body), tocsin.MaxUnreadable)]
		_, err := tx.ExecContext(ctx, `
			INSERT INTO unreadable (tenant, source, kind, id, position, service, service_id, reason, member, body, since, seen_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
			ON CONFLICT (tenant, source, kind, id, position) DO UPDATE SET service = excluded.service, service_id = excluded.service_id,
				reason = excluded.reason, member = excluded.member, body = excluded.body, since = excluded.since, seen_at = excluded.seen_at`,
			tenant, source, string(u.Kind), store.Clean(u.ID), u.Position, store.Clean(u.Service), store.Clean(u.ServiceID), string(u.Reason), store.Clean(u.Member),
			s.db.Pack(body), tocsin.Micros(u.Since), tocsin.Micros(u.SeenAt))
		if err != nil {
			return fmt.Errorf("keep what cannot be read: %w", err)
		}
	}
	return nil
}

// forgetUnreadable drops what is not in list.
func forgetUnreadable(ctx context.Context, tx *store.Tx, tenant int64, source string, list []tocsin.Unreadable) error {
	type key struct {
		kind, id string
		position int
	}
	keep := make(map[key]bool, len(list))
	for _, u := range list {
		keep[key{string(u.Kind), store.Clean(u.ID), u.Position}] = true
	}
	rows, err := tx.QueryContext(ctx, `SELECT kind, id, position FROM unreadable WHERE tenant = $1 AND source = $2`, tenant, source)
	stored, err := store.Collect(rows, err, func(rows *sql.Rows) (k key, err error) { return k, rows.Scan(&k.kind, &k.id, &k.position) })
	if err != nil {
		return err
	}
	for _, k := range stored {
		if keep[k] {
			continue
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM unreadable WHERE tenant = $1 AND source = $2 AND kind = $3 AND id = $4 AND position = $5`,
			tenant, source, k.kind, k.id, k.position); err != nil {
			return err
		}
	}
	return nil
}

// lastService fills in the service that the last readable version of an item
// was about, if there is one.
func lastService(ctx context.Context, q store.Querier, tenant int64, u *tocsin.Unreadable) error {
	rows, err := q.QueryContext(ctx, `
		SELECT d.service, d.service_id FROM members m JOIN items i ON i.num = m.item JOIN documents d ON d.num = m.document
		WHERE m.tenant = $1 AND i.kind = $2 AND i.id = $3`, tenant, string(u.Kind), u.ID)
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (struct{}, error) { return struct{}{}, rows.Scan(&u.Service, &u.ServiceID) })
	return err
}
