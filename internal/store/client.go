package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// AddClient stores a client of a tenant with the hash of its first secret. It
// fails with [tocsin.ErrConflict] when the tenant has a client of that name.
func (s *Store) AddClient(ctx context.Context, c tocsin.Client, secret tocsin.Secret) error {
	if err := c.Validate(); err != nil {
		return err
	}
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		tenant, err := s.tenantNum(ctx, tx, c.TenantID)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO clients (id, tenant, name, scopes, shape, created_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, 0)`,
			c.ID, tenant, c.Name, strings.Join(c.Scopes, " "), string(c.Shape), micros(c.CreatedAt)); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO client_secrets (client, hash, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
			c.ID, secret.Hash[:], micros(secret.CreatedAt), micros(secret.ExpiresAt))
		if err != nil {
			return err
		}
		return audit(ctx, tx, tocsin.AuditEntry{At: c.CreatedAt, TenantID: c.TenantID, Action: "client.add", Object: c.Name, Detail: c.ID + " for " + strings.Join(c.Scopes, " ")})
	})
	if errors.Is(err, tocsin.ErrConflict) {
		return &tocsin.Error{Kind: tocsin.ErrConflict, Message: fmt.Sprintf("The tenant has a client %q already.", c.Name), Cause: err}
	}
	if err != nil {
		return fmt.Errorf("add client %s: %w", c.Name, err)
	}
	return nil
}

const clientColumns = `c.id, t.id, c.name, c.scopes, c.shape, c.created_at, c.revoked_at FROM clients c JOIN tenants t ON t.num = c.tenant`

func scanClient(rows *sql.Rows) (c tocsin.Client, err error) {
	var scopes, shape string
	var created, revoked int64
	err = rows.Scan(&c.ID, &c.TenantID, &c.Name, &scopes, &shape, &created, &revoked)
	c.Scopes, c.Shape = strings.Fields(scopes), tocsin.Shape(shape)
	c.CreatedAt, c.RevokedAt = tocsin.FromMicros(created), tocsin.FromMicros(revoked)
	return c, err
}

// Client finds a client by its GUID, with its secrets. It fails with
// [tocsin.ErrNotFound] when there is none.
func (s *Store) Client(ctx context.Context, id string) (tocsin.Client, []tocsin.Secret, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+clientColumns+` WHERE c.id = $1`, strings.ToLower(id))
	list, err := collectRows(rows, err, scanClient)
	if err != nil {
		return tocsin.Client{}, nil, fmt.Errorf("find client: %w", s.dialect.translate(err))
	}
	if len(list) == 0 {
		return tocsin.Client{}, nil, tocsin.NotFoundf("There is no client %q.", tocsin.Clip(id, 64))
	}
	rows, err = s.read.QueryContext(ctx, `SELECT client, hash, created_at, expires_at FROM client_secrets WHERE client = $1 ORDER BY created_at`, list[0].ID)
	secrets, err := collectRows(rows, err, func(rows *sql.Rows) (secret tocsin.Secret, err error) {
		var hash []byte
		var created, expires int64
		err = rows.Scan(&secret.ClientID, &hash, &created, &expires)
		copy(secret.Hash[:], hash)
		secret.CreatedAt, secret.ExpiresAt = tocsin.FromMicros(created), tocsin.FromMicros(expires)
		return secret, err
	})
	if err != nil {
		return tocsin.Client{}, nil, fmt.Errorf("find client: %w", s.dialect.translate(err))
	}
	return list[0], secrets, nil
}

// Clients lists the clients of a tenant, or of all tenants for an empty id, by
// name.
func (s *Store) Clients(ctx context.Context, tenantID string) ([]tocsin.Client, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+clientColumns+` WHERE CAST($1 AS TEXT) = '' OR t.id = CAST($1 AS TEXT) ORDER BY c.name, c.id`, tenantID)
	list, err := collectRows(rows, err, scanClient)
	if err != nil {
		return nil, fmt.Errorf("list clients: %w", s.dialect.translate(err))
	}
	return list, nil
}

// RevokeClient ends a client: it gets no more tokens and those it has are
// refused.
func (s *Store) RevokeClient(ctx context.Context, id string, now time.Time) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		var name, tenant string
		err := tx.QueryRowContext(ctx, `UPDATE clients SET revoked_at = $1 WHERE id = $2 AND revoked_at = 0
			RETURNING name, (SELECT id FROM tenants WHERE num = clients.tenant)`, micros(now), strings.ToLower(id)).Scan(&name, &tenant)
		if errors.Is(err, sql.ErrNoRows) {
			return tocsin.NotFoundf("There is no active client %q.", tocsin.Clip(id, 64))
		}
		if err != nil {
			return err
		}
		return audit(ctx, tx, tocsin.AuditEntry{At: now, TenantID: tenant, Action: "client.revoke", Object: name, Detail: strings.ToLower(id)})
	})
	if err != nil {
		return fmt.Errorf("revoke client: %w", err)
	}
	return nil
}

// rotated is how many secrets a client keeps: the new one, and the one before
// it until its users have changed over.
const rotated = 2

// AddClientSecret gives an active client one more secret. Of the older ones the
// newest is good until expiresAt, if it was good for longer; the others end.
func (s *Store) AddClientSecret(ctx context.Context, secret tocsin.Secret, expiresAt time.Time) error {
	id := strings.ToLower(secret.ClientID)
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		var name, tenant string
		// Updating the row to what it is locks it.
		err := tx.QueryRowContext(ctx, `UPDATE clients SET revoked_at = 0 WHERE id = $1 AND revoked_at = 0
			RETURNING name, (SELECT id FROM tenants WHERE num = clients.tenant)`, id).Scan(&name, &tenant)
		if errors.Is(err, sql.ErrNoRows) {
			return tocsin.NotFoundf("There is no active client %q.", tocsin.Clip(id, 64))
		}
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE client_secrets SET expires_at = $1 WHERE client = $2 AND (expires_at = 0 OR expires_at > $1)`, micros(expiresAt), id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM client_secrets WHERE client = $1 AND hash NOT IN (
			SELECT hash FROM client_secrets WHERE client = $1 ORDER BY created_at DESC, hash LIMIT $2)`, id, rotated-1); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO client_secrets (client, hash, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
			id, secret.Hash[:], micros(secret.CreatedAt), micros(secret.ExpiresAt)); err != nil {
			return err
		}
		return audit(ctx, tx, tocsin.AuditEntry{At: secret.CreatedAt, TenantID: tenant, Action: "client.rotate", Object: name, Detail: id})
	})
	if err != nil {
		return fmt.Errorf("rotate secret: %w", err)
	}
	return nil
}
