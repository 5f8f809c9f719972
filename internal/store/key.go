package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// SigningKeys lists the keys of the token issuer, newest first.
func (s *Store) SigningKeys(ctx context.Context) ([]tocsin.SigningKey, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, sealed, public, created_at, retired_at FROM signing_keys ORDER BY created_at DESC, id`)
	list, err := collectRows(rows, err, func(rows *sql.Rows) (k tocsin.SigningKey, err error) {
		var created, retired int64
		err = rows.Scan(&k.ID, &k.Sealed, &k.Public, &created, &retired)
		k.CreatedAt, k.RetiredAt = tocsin.FromMicros(created), tocsin.FromMicros(retired)
		return k, err
	})
	if err != nil {
		return nil, fmt.Errorf("list signing keys: %w", s.dialect.translate(err))
	}
	return list, nil
}

// AddSigningKey stores a key of the token issuer.
func (s *Store) AddSigningKey(ctx context.Context, k tocsin.SigningKey) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO signing_keys (id, sealed, public, created_at, retired_at) VALUES ($1, $2, $3, $4, $5)`,
			k.ID, k.Sealed, k.Public, micros(k.CreatedAt), micros(k.RetiredAt))
		return err
	})
	if err != nil {
		return fmt.Errorf("add signing key: %w", err)
	}
	return nil
}

// RetireSigningKeys ends signing with every key but the one named keep.
func (s *Store) RetireSigningKeys(ctx context.Context, keep string, now time.Time) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE signing_keys SET retired_at = $1 WHERE id <> $2 AND retired_at = 0`, micros(now), keep)
		return err
	})
	if err != nil {
		return fmt.Errorf("retire signing keys: %w", err)
	}
	return nil
}
