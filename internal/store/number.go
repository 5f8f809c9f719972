package store

import (
	"context"
	"database/sql"
	"errors"

	"example.org/tocsin/internal/tocsin"
)

// TenantNum returns the number under which rows refer to the tenant with that
// GUID. Numbers never change and are remembered. It fails with
// [tocsin.ErrNotFound] when there is no such tenant.
func (s *Store) TenantNum(ctx context.Context, q Querier, id string) (int64, error) {
	s.mu.Lock()
	num, ok := s.tenants[id]
	s.mu.Unlock()
	if ok {
		return num, nil
	}
	err := q.QueryRowContext(ctx, `SELECT num FROM tenants WHERE id = $1`, id).Scan(&num)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, tocsin.NotFoundf("There is no tenant %q.", tocsin.Clip(id, 80))
	}
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	s.tenants[id] = num
	s.mu.Unlock()
	return num, nil
}

// MemberItem returns the numbers under which rows refer to a tenant and to an
// item that it has. It fails with [tocsin.ErrNotFound] when the tenant lacks
// the item.
func (s *Store) MemberItem(ctx context.Context, q Querier, tenantID string, ref tocsin.Ref) (tenant, item int64, err error) {
	err = q.QueryRowContext(ctx, `
		SELECT m.tenant, m.item FROM members m JOIN items i ON i.num = m.item JOIN tenants t ON t.num = m.tenant
		WHERE t.id = $1 AND i.kind = $2 AND i.id = $3`, tenantID, string(ref.Kind), ref.ID).Scan(&tenant, &item)
	if errors.Is(err, sql.ErrNoRows) {
		err = tocsin.NotFoundf("The tenant has no %s %s.", ref.Kind, tocsin.Clip(ref.ID, 64))
	}
	return tenant, item, err
}

// PutItem returns the number under which rows refer to an item of any tenant,
// and makes it known.
func PutItem(ctx context.Context, q Querier, kind tocsin.Kind, id string) (num int64, err error) {
	if _, err := q.ExecContext(ctx, `INSERT INTO items (kind, id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, string(kind), id); err != nil {
		return 0, err
	}
	err = q.QueryRowContext(ctx, `SELECT num FROM items WHERE kind = $1 AND id = $2`, string(kind), id).Scan(&num)
	return num, err
}
