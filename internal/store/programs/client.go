package programs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// AddClient stores a client of a tenant with what it proves itself with. It
// fails with [tocsin.ErrConflict] when the tenant has a client of that name.
func (s *Store) AddClient(ctx context.Context, c tocsin.Client, secrets ...tocsin.Secret) error {
	if err := c.Validate(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, c.TenantID)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO clients (id, tenant, name, scopes, shape, per_minute, created_at, expires_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)`,
			c.ID, tenant, c.Name, strings.Join(c.Scopes, " "), string(c.Shape), c.PerMinute, tocsin.Micros(c.CreatedAt), tocsin.Micros(c.ExpiresAt)); err != nil {
			return err
		}
		for _, secret := range secrets {
			secret.ClientID = c.ID
			if err := insertSecret(ctx, tx, secret); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: c.CreatedAt, TenantID: c.TenantID, Action: "client.add", Object: c.Name, Detail: c.ID + " for " + strings.Join(c.Scopes, " ")})
	})
	if errors.Is(err, tocsin.ErrConflict) {
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "name", Message: fmt.Sprintf("This tenant already has a client named %q.", c.Name), Cause: err}
	}
	if err != nil {
		return fmt.Errorf("add client %s: %w", c.Name, err)
	}
	return nil
}

const clientColumns = `c.id, t.id, c.name, c.scopes, c.shape, c.per_minute, c.created_at, c.expires_at, c.revoked_at FROM clients c JOIN tenants t ON t.num = c.tenant`

func scanClient(rows *sql.Rows) (c tocsin.Client, err error) {
	var scopes, shape string
	var created, expires, revoked int64
	err = rows.Scan(&c.ID, &c.TenantID, &c.Name, &scopes, &shape, &c.PerMinute, &created, &expires, &revoked)
	c.Scopes, c.Shape = strings.Fields(scopes), tocsin.Shape(shape)
	c.CreatedAt, c.ExpiresAt, c.RevokedAt = tocsin.FromMicros(created), tocsin.FromMicros(expires), tocsin.FromMicros(revoked)
	return c, err
}

// Client finds a client by its GUID, with all of its secrets, oldest first. It
// fails with [tocsin.ErrNotFound] when there is none.
func (s *Store) Client(ctx context.Context, id string) (tocsin.Client, []tocsin.Secret, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+clientColumns+` WHERE c.id = $1`, strings.ToLower(id))
	list, err := store.Collect(rows, err, scanClient)
	if err != nil {
		return tocsin.Client{}, nil, fmt.Errorf("find client: %w", s.db.Translate(err))
	}
	if len(list) == 0 {
		return tocsin.Client{}, nil, noClient(id)
	}
	secrets, err := clientSecrets(ctx, s.db.Read(), list[0].ID)
	if err != nil {
		return tocsin.Client{}, nil, fmt.Errorf("find client: %w", s.db.Translate(err))
	}
	return list[0], secrets, nil
}

func noClient(id string) error {
	return tocsin.NotFoundf("There is no client %q.", tocsin.Clip(id, 64))
}

// Clients lists the clients of a tenant, or of all tenants for an empty id, by
// name.
func (s *Store) Clients(ctx context.Context, tenantID string) ([]tocsin.Client, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+clientColumns+` WHERE CAST($1 AS TEXT) = '' OR t.id = CAST($1 AS TEXT) ORDER BY c.name, c.id`, tenantID)
	list, err := store.Collect(rows, err, scanClient)
	if err != nil {
		return nil, fmt.Errorf("list clients: %w", s.db.Translate(err))
	}
	return list, nil
}

// RevokeClient ends a client: it gets no more tokens and those it has are
// refused.
func (s *Store) RevokeClient(ctx context.Context, id string, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var name, tenant string
		err := tx.QueryRowContext(ctx, `UPDATE clients SET revoked_at = $1 WHERE id = $2 AND revoked_at = 0
			RETURNING name, (SELECT id FROM tenants WHERE num = clients.tenant)`, tocsin.Micros(now), strings.ToLower(id)).Scan(&name, &tenant)
		if errors.Is(err, sql.ErrNoRows) {
			return tocsin.NotFoundf("There is no active client %q.", tocsin.Clip(id, 64))
		}
		if err != nil {
			return err
		}
		if err := nextAccessRevision(ctx, tx); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: tenant, Action: "client.revoke", Object: name, Detail: strings.ToLower(id)})
	})
	if err != nil {
		return fmt.Errorf("revoke client: %w", err)
	}
	return nil
}

// NoteToken writes down that somebody made a token for a client by hand, past
// the token endpoint. The token itself is kept nowhere.
func (s *Store) NoteToken(ctx context.Context, c tocsin.Client, resource string, now, until time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		return tx.Audit(ctx, tocsin.AuditEntry{
			At: now, TenantID: c.TenantID, Action: "token.create", Object: c.Name, Detail: fmt.Sprintf("%s for %s until %s", c.ID, resource, tocsin.FormatTime(until)),
		})
	})
	if err != nil {
		return fmt.Errorf("note token: %w", err)
	}
	return nil
}

// rotated is how many secrets a client keeps: the new one, and the one before
// it until its users have changed over.
const rotated = tocsin.MaxLive

// noCertificate picks secrets: certificates are not rotated with them.
const noCertificate = `COALESCE(length(certificate), 0) = 0`

// AddClientSecret gives an active client one more secret. Of the older ones the
// newest is good until expiresAt, if it was good for longer; the others end.
func (s *Store) AddClientSecret(ctx context.Context, secret tocsin.Secret, expiresAt time.Time) error {
	id := strings.ToLower(secret.ClientID)
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
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
		if _, err := tx.ExecContext(ctx, `UPDATE client_secrets SET expires_at = $1 WHERE client = $2 AND (expires_at = 0 OR expires_at > $1) AND `+noCertificate, tocsin.Micros(expiresAt), id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM client_secrets WHERE client = $1 AND `+noCertificate+` AND hash NOT IN (
			SELECT hash FROM client_secrets WHERE client = $1 AND revoked_at = 0 AND `+noCertificate+` ORDER BY created_at DESC, hash LIMIT $2)`, id, rotated-1); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO client_secrets (client, hash, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
			id, secret.Hash[:], tocsin.Micros(secret.CreatedAt), tocsin.Micros(secret.ExpiresAt)); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: secret.CreatedAt, TenantID: tenant, Action: "client.rotate", Object: name, Detail: id})
	})
	if err != nil {
		return fmt.Errorf("rotate secret: %w", err)
	}
	return nil
}
