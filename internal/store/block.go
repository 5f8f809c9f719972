package store

import (
	"context"
	"database/sql"
	"fmt"

	"example.org/tocsin/internal/tocsin"
)

// A Block is the rows of a tenant in a compact form that only the read side
// knows. It is an aid for a quick start, and never the truth.
type Block struct {
	Seq   int64                    // the last change that it includes
	Parts map[tocsin.Kind][][]byte // in order
}

// PutBlock replaces the block of a tenant.
func (s *Store) PutBlock(ctx context.Context, tenantID string, b Block) error {
	err := s.InTx(ctx, func(tx *Tx) error {
		tenant, err := s.TenantNum(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM row_blocks WHERE tenant = $1`, tenant); err != nil {
			return err
		}
		for kind, parts := range b.Parts {
			for n, data := range parts {
				if _, err := tx.ExecContext(ctx, `INSERT INTO row_blocks (tenant, kind, part, seq, data) VALUES ($1, $2, $3, $4, $5)`,
					tenant, string(kind), n, b.Seq, data); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("put rows of tenant %s: %w", tenantID, err)
	}
	return nil
}

// Block reads the block of a tenant. It fails with [tocsin.ErrNotFound] when
// there is none.
func (s *Store) Block(ctx context.Context, tenantID string) (Block, error) {
	b := Block{Seq: -1, Parts: map[tocsin.Kind][][]byte{}}
	rows, err := s.read.QueryContext(ctx, `
		SELECT b.kind, b.seq, b.data FROM row_blocks b JOIN tenants t ON t.num = b.tenant WHERE t.id = $1 ORDER BY b.kind, b.part`, tenantID)
	_, err = Collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var kind tocsin.Kind
		var data []byte
		err := rows.Scan(&kind, &b.Seq, &data)
		b.Parts[kind] = append(b.Parts[kind], data)
		return struct{}{}, err
	})
	if err != nil {
		return Block{}, fmt.Errorf("read rows of tenant %s: %w", tenantID, s.Translate(err))
	}
	if b.Seq < 0 {
		return Block{}, tocsin.NotFoundf("There is no block of rows.")
	}
	return b, nil
}
