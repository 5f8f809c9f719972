package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// PutConnection stores a connection, or brings the one of its tenant and name
// to it; without a sealed secret the stored one stays.
func (s *Store) PutConnection(ctx context.Context, c tocsin.Connection) error {
	if err := c.Validate(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, c.TenantID)
		if err != nil {
			return err
		}
		if len(c.Sealed) == 0 {
			err := tx.QueryRowContext(ctx, `SELECT sealed FROM connections WHERE tenant = $1 AND name = $2`, tenant, c.Name).Scan(&c.Sealed)
			if errors.Is(err, sql.ErrNoRows) {
				return tocsin.Invalidf("secret", "Enter the secret of the app.")
			}
			if err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO connections (tenant, name, kind, cloud, client, sealed, poll_every, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (tenant, name) DO UPDATE SET kind = excluded.kind, cloud = excluded.cloud, client = excluded.client,
				sealed = excluded.sealed, poll_every = excluded.poll_every, updated_at = excluded.updated_at`,
			tenant, c.Name, c.Kind, c.Cloud, c.ClientID, c.Sealed, c.Every.Microseconds(), tocsin.Micros(c.UpdatedAt))
		if err != nil {
			return err
		}
		return connectionChanged(ctx, tx, tocsin.AuditEntry{
			At: c.UpdatedAt, TenantID: c.TenantID, Action: "source.put", Object: c.Name, Detail: fmt.Sprintf("%s of %s as %s every %v", c.Kind, c.Cloud, c.ClientID, c.Every),
		})
	})
	if err != nil {
		return fmt.Errorf("put connection %s: %w", c.Name, err)
	}
	return nil
}

// connectionChanged tells other processes that connections changed, and the
// audit log who did it.
func connectionChanged(ctx context.Context, tx *store.Tx, e tocsin.AuditEntry) error {
	if _, err := tx.ExecContext(ctx, `UPDATE counters SET value = value + 1 WHERE name = 'connections'`); err != nil {
		return err
	}
	return tx.Audit(ctx, e)
}

// RemoveConnection forgets a connection and stops polling its source. What it
// brought stays.
func (s *Store) RemoveConnection(ctx context.Context, tenantID, name string, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `DELETE FROM connections WHERE tenant = $1 AND name = $2`, tenant, name)
		if err := store.ExpectOne(result, err, "There is no such source."); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE sources SET enabled = $1 WHERE tenant = $2 AND name = $3`, false, tenant, name); err != nil {
			return err
		}
		return connectionChanged(ctx, tx, tocsin.AuditEntry{At: now, TenantID: tenantID, Action: "source.remove", Object: name})
	})
	if err != nil {
		return fmt.Errorf("remove connection %s: %w", name, err)
	}
	return nil
}

// Connections lists the connections of all tenants by tenant and name, and a
// number that grows with every change of them.
func (s *Store) Connections(ctx context.Context) ([]tocsin.Connection, int64, error) {
	var change int64
	if err := s.db.Read().QueryRowContext(ctx, `SELECT value FROM counters WHERE name = 'connections'`).Scan(&change); err != nil {
		return nil, 0, fmt.Errorf("list connections: %w", s.db.Translate(err))
	}
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT t.id, c.name, c.kind, c.cloud, c.client, c.sealed, c.poll_every, c.updated_at
		FROM connections c JOIN tenants t ON t.num = c.tenant ORDER BY t.name, c.name`)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (c tocsin.Connection, err error) {
		var every, updated int64
		err = rows.Scan(&c.TenantID, &c.Name, &c.Kind, &c.Cloud, &c.ClientID, &c.Sealed, &every, &updated)
		c.Every, c.UpdatedAt = time.Duration(every)*time.Microsecond, tocsin.FromMicros(updated)
		return c, err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list connections: %w", s.db.Translate(err))
	}
	return list, change, nil
}
