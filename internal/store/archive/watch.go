package archive

import (
	"context"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// TellStale appends a change for each source that has turned stale by now and of
// which no change tells so yet. It returns how many there were.
func (s *Store) TellStale(ctx context.Context, now time.Time) (told int, err error) {
	sources, err := s.Sources(ctx, "")
	if err != nil {
		return 0, err
	}
	for _, source := range sources {
		if _, stale := source.StaleSince(now); !stale || source.ToldStale {
			continue
		}
		err := s.db.InTx(ctx, func(tx *store.Tx) error {
			tenant, err := s.db.TenantNum(ctx, tx, source.TenantID)
			if err != nil {
				return err
			}
			result, err := tx.ExecContext(ctx, `UPDATE sources SET told_stale = $1 WHERE tenant = $2 AND name = $3 AND last_ok_at = $4 AND told_stale = $5`,
				true, tenant, source.Name, tocsin.Micros(source.LastOKAt), false)
			if first, err := store.Changed(result, err); err != nil || !first {
				return err // it came back, or another process has told
			}
			told++
			return tx.Tell(ctx, tenant, tocsin.Change{Kind: tocsin.KindSource, ID: source.Name, What: tocsin.WhatStale, At: now})
		})
		if err != nil {
			return told, fmt.Errorf("tell that source %s is stale: %w", source.Name, err)
		}
	}
	return told, nil
}

// tellHeard appends a change when a source is heard of which a change tells that
// it was stale.
func tellHeard(ctx context.Context, tx *store.Tx, tenant int64, source string, at time.Time) error {
	result, err := tx.ExecContext(ctx, `UPDATE sources SET told_stale = $1 WHERE tenant = $2 AND name = $3 AND told_stale = $4`, false, tenant, source, true)
	if was, err := store.Changed(result, err); err != nil || !was {
		return err
	}
	return tx.Tell(ctx, tenant, tocsin.Change{Kind: tocsin.KindSource, ID: source, What: tocsin.WhatHeard, At: at})
}

// TellLate appends a change that says that the update of an issue that was
// promised for due has not come, once for each promise; silent when it is old
// news. c names tenant, issue and version.
func (s *Store) TellLate(ctx context.Context, c tocsin.Change, due time.Time) error {
	c.Kind, c.What = tocsin.KindIssue, tocsin.WhatLate
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, c.TenantID)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `
			INSERT INTO late_promises (tenant, item, due_at) SELECT CAST($1 AS BIGINT), num, CAST($2 AS BIGINT) FROM items WHERE kind = $3 AND id = $4
			ON CONFLICT (tenant, item, due_at) DO NOTHING`, tenant, tocsin.Micros(due), string(c.Kind), c.ID)
		if first, err := store.Changed(result, err); err != nil || !first {
			return err
		}
		return tx.Tell(ctx, tenant, c)
	})
	if err != nil {
		return fmt.Errorf("tell that %s is late: %w", c.ID, err)
	}
	return nil
}
