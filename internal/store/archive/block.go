package archive

import (
	"context"
	"database/sql"
	"fmt"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// PutBlock replaces the block of a tenant.
func (s *Store) PutBlock(ctx context.Context, tenantID string, b tocsin.Block) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, tenantID)
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
func (s *Store) Block(ctx context.Context, tenantID string) (tocsin.Block, error) {
	b := tocsin.Block{Seq: -1, Parts: map[tocsin.Kind][][]byte{}}
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT b.kind, b.seq, b.data FROM row_blocks b JOIN tenants t ON t.num = b.tenant WHERE t.id = $1 ORDER BY b.kind, b.part`, tenantID)
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var kind tocsin.Kind
		var data []byte
		err := rows.Scan(&kind, &b.Seq, &data)
		b.Parts[kind] = append(b.Parts[kind], data)
		return struct{}{}, err
	})
	if err != nil {
		return tocsin.Block{}, fmt.Errorf("read rows of tenant %s: %w", tenantID, s.db.Translate(err))
	}
	if b.Seq < 0 {
		return tocsin.Block{}, tocsin.NotFoundf("There is no block of rows.")
	}
	return b, nil
}
