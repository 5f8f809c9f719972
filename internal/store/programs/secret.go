package programs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// AddClientCredential stores one more secret or certificate of a client. It fails
// with [tocsin.ErrConflict] when the client has [tocsin.MaxLive] of the kind
// that are live at the time that it is made, or has that certificate already.
func (s *Store) AddClientCredential(ctx context.Context, secret tocsin.Secret) error {
	secret.ClientID = strings.ToLower(secret.ClientID)
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		entry, err := lockClient(ctx, tx, secret.ClientID)
		if err != nil {
			return err
		}
		kept, err := clientSecrets(ctx, tx, secret.ClientID)
		if err != nil {
			return err
		}
		live := 0
		for _, k := range kept {
			if (len(k.Certificate) > 0) == (len(secret.Certificate) > 0) && k.Live(secret.CreatedAt) {
				live++
			}
		}
		if live >= tocsin.MaxLive {
			return tocsin.Conflictf("The client has %d live ones already: revoke one of them first.", live)
		}
		if err := insertSecret(ctx, tx, secret); err != nil {
			return err
		}
		entry.At, entry.Action, entry.Detail = secret.CreatedAt, "client.secret.add", secret.ID()
		return tx.Audit(ctx, entry)
	})
	if errors.Is(err, tocsin.ErrConflict) && !isExplained(err) {
		return &tocsin.Error{Kind: tocsin.ErrConflict, Message: "The client has this certificate already.", Cause: err}
	}
	if err != nil {
		return fmt.Errorf("add client secret: %w", err)
	}
	return nil
}

// isExplained reports whether err is a conflict that we found ourselves.
func isExplained(err error) bool {
	e, ok := errors.AsType[*tocsin.Error](err)
	return ok && e.Cause == nil
}

// RevokeClientCredential ends one of a client's secrets, named as [tocsin.Secret.ID]
// does: no more tokens are given for it. It fails with [tocsin.ErrNotFound]
// when there is none that counts.
func (s *Store) RevokeClientCredential(ctx context.Context, clientID, id string, now time.Time) error {
	clientID = strings.ToLower(clientID)
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		entry, err := lockClient(ctx, tx, clientID)
		if err != nil {
			return err
		}
		kept, err := clientSecrets(ctx, tx, clientID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(kept, func(k tocsin.Secret) bool { return k.RevokedAt.IsZero() && strings.EqualFold(k.ID(), id) })
		if i < 0 {
			return tocsin.NotFoundf("The client has no secret %q that counts.", tocsin.Clip(id, 64))
		}
		if _, err := tx.ExecContext(ctx, `UPDATE client_secrets SET revoked_at = $1 WHERE hash = $2`, tocsin.Micros(now), kept[i].Hash[:]); err != nil {
			return err
		}
		entry.At, entry.Action, entry.Detail = now, "client.secret.revoke", kept[i].ID()
		return tx.Audit(ctx, entry)
	})
	if err != nil {
		return fmt.Errorf("revoke client secret: %w", err)
	}
	return nil
}

// lockClient makes transactions about the secrets of one client follow each
// other, so that two of them cannot both add the last one allowed. It returns
// the start of an audit entry about the client.
func lockClient(ctx context.Context, tx *store.Tx, id string) (e tocsin.AuditEntry, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE clients SET created_at = created_at WHERE id = $1
		RETURNING name, (SELECT id FROM tenants WHERE num = clients.tenant)`, id).Scan(&e.Object, &e.TenantID)
	if errors.Is(err, sql.ErrNoRows) {
		return e, noClient(id)
	}
	return e, err
}

func insertSecret(ctx context.Context, tx *store.Tx, s tocsin.Secret) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO client_secrets (client, hash, certificate, created_at, expires_at, revoked_at) VALUES ($1, $2, $3, $4, $5, 0)`,
		s.ClientID, s.Hash[:], s.Certificate, tocsin.Micros(s.CreatedAt), tocsin.Micros(s.ExpiresAt))
	return err
}

// clientSecrets are all secrets of a client, oldest first.
func clientSecrets(ctx context.Context, q store.Querier, clientID string) ([]tocsin.Secret, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT client, hash, certificate, created_at, expires_at, revoked_at FROM client_secrets WHERE client = $1 ORDER BY created_at, hash`, clientID)
	return store.Collect(rows, err, func(rows *sql.Rows) (secret tocsin.Secret, err error) {
		var hash []byte
		var created, expires, revoked int64
		err = rows.Scan(&secret.ClientID, &hash, &secret.Certificate, &created, &expires, &revoked)
		copy(secret.Hash[:], hash)
		secret.CreatedAt, secret.ExpiresAt, secret.RevokedAt = tocsin.FromMicros(created), tocsin.FromMicros(expires), tocsin.FromMicros(revoked)
		return secret, err
	})
}

// UseAssertion remembers that a client has used an assertion, named by its
// hash, until it expires. It fails with [tocsin.ErrConflict] when the client
// used it before, on whichever replica.
func (s *Store) UseAssertion(ctx context.Context, clientID string, hash tocsin.Hash, expires, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM used_assertions WHERE expires_at < $1`, tocsin.Micros(now)); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `INSERT INTO used_assertions (client, hash, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			strings.ToLower(clientID), hash[:], tocsin.Micros(expires))
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, tocsin.Conflictf("The assertion was used before."))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("use assertion: %w", err)
	}
	return nil
}
