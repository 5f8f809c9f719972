package programs

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// SigningKeys lists the keys of the token issuer, newest first.
func (s *Store) SigningKeys(ctx context.Context) ([]tocsin.SigningKey, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT id, sealed, public, created_at, retired_at, revoked_at FROM signing_keys ORDER BY created_at DESC, id`)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (k tocsin.SigningKey, err error) {
		var created, retired, revoked int64
		err = rows.Scan(&k.ID, &k.Sealed, &k.Public, &created, &retired, &revoked)
		k.CreatedAt, k.RetiredAt, k.RevokedAt = tocsin.FromMicros(created), tocsin.FromMicros(retired), tocsin.FromMicros(revoked)
		return k, err
	})
	if err != nil {
		return nil, fmt.Errorf("list signing keys: %w", s.db.Translate(err))
	}
	return list, nil
}

// AddSigningKey stores a key of the token issuer.
func (s *Store) AddSigningKey(ctx context.Context, k tocsin.SigningKey) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO signing_keys (id, sealed, public, created_at, retired_at) VALUES ($1, $2, $3, $4, $5)`,
			k.ID, k.Sealed, k.Public, tocsin.Micros(k.CreatedAt), tocsin.Micros(k.RetiredAt))
		if err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: k.CreatedAt, Action: "key.add", Object: k.ID})
	})
	if err != nil {
		return fmt.Errorf("add signing key: %w", err)
	}
	return nil
}

// RetireSigningKeys ends signing with every key but the one named keep.
func (s *Store) RetireSigningKeys(ctx context.Context, keep string, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE signing_keys SET retired_at = $1 WHERE id <> $2 AND retired_at = 0`, tocsin.Micros(now), keep)
		if moved, err := store.Changed(result, err); err != nil || !moved {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, Action: "key.retire", Object: "all but " + keep})
	})
	if err != nil {
		return fmt.Errorf("retire signing keys: %w", err)
	}
	return nil
}

// RevokeSigningKeys ends every key but the one named keep: tokens that they
// signed are believed no more.
func (s *Store) RevokeSigningKeys(ctx context.Context, keep string, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE signing_keys SET revoked_at = $1, retired_at = CASE WHEN retired_at = 0 THEN $1 ELSE retired_at END
			WHERE id <> $2 AND revoked_at = 0`, tocsin.Micros(now), keep)
		if err != nil {
			return err
		}
		if err := nextAccessRevision(ctx, tx); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, Action: "key.revoke", Object: "all but " + keep})
	})
	if err != nil {
		return fmt.Errorf("revoke signing keys: %w", err)
	}
	return nil
}

// AccessRevision is a number that grows whenever somebody loses access. Who
// remembers what was verified forgets it when the number has changed.
func (s *Store) AccessRevision(ctx context.Context) (revision int64, err error) {
	if err := s.db.Read().QueryRowContext(ctx, `SELECT revision FROM access_state WHERE id = 1`).Scan(&revision); err != nil {
		return 0, fmt.Errorf("read access revision: %w", s.db.Translate(err))
	}
	return revision, nil
}

// nextAccessRevision belongs into every transaction that takes access away.
func nextAccessRevision(ctx context.Context, q store.Querier) error {
	_, err := q.ExecContext(ctx, `UPDATE access_state SET revision = revision + 1 WHERE id = 1`)
	return err
}
