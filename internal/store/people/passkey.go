package people

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// AddPasskey stores a passkey of a person. It fails with [tocsin.ErrConflict]
// when it is stored already.
func (s *Store) AddPasskey(ctx context.Context, k tocsin.Passkey) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO passkeys (id, user_id, name, credential, created_at, used_at) VALUES ($1, $2, $3, $4, $5, 0)`,
			k.ID, k.UserID, store.Clean(k.Name), k.Credential, tocsin.Micros(k.CreatedAt))
		if err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: k.CreatedAt, Action: "passkey.add", Object: k.Name})
	})
	if err != nil {
		return fmt.Errorf("add passkey: %w", err)
	}
	return nil
}

// Passkeys lists the passkeys of a person, oldest first.
func (s *Store) Passkeys(ctx context.Context, userID string) ([]tocsin.Passkey, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT id, user_id, name, credential, created_at, used_at FROM passkeys WHERE user_id = $1 ORDER BY created_at, id`, userID)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (k tocsin.Passkey, err error) {
		var created, used int64
		err = rows.Scan(&k.ID, &k.UserID, &k.Name, &k.Credential, &created, &used)
		k.CreatedAt, k.UsedAt = tocsin.FromMicros(created), tocsin.FromMicros(used)
		return k, err
	})
	if err != nil {
		return nil, fmt.Errorf("list passkeys: %w", s.db.Translate(err))
	}
	return list, nil
}

// UsePasskey notes that a passkey answered the challenge with that hash: the
// counter in its credential, and that the challenge must not be answered again.
// It fails with [tocsin.ErrConflict] when it was.
func (s *Store) UsePasskey(ctx context.Context, k tocsin.Passkey, challenge tocsin.Hash, expiresAt time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO one_time_codes (hash, purpose, expires_at) VALUES ($1, 'answered', $2)`, challenge[:], tocsin.Micros(expiresAt))
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `UPDATE passkeys SET credential = $1, used_at = $2 WHERE id = $3 AND user_id = $4`, k.Credential, tocsin.Micros(k.UsedAt), k.ID, k.UserID)
		return store.ExpectOne(result, err, "There is no such passkey.")
	})
	if err != nil {
		return fmt.Errorf("use passkey: %w", err)
	}
	return nil
}

// RemovePasskey forgets a passkey of a person.
func (s *Store) RemovePasskey(ctx context.Context, userID string, id []byte, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var name string
		err := tx.QueryRowContext(ctx, `DELETE FROM passkeys WHERE id = $1 AND user_id = $2 RETURNING name`, id, userID).Scan(&name)
		if err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, Action: "passkey.remove", Object: name})
	})
	if err != nil {
		return fmt.Errorf("remove passkey: %w", err)
	}
	return nil
}
