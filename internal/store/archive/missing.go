package archive

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Missing is an item that a full list no longer names.
type Missing struct {
	tocsin.Ref
	EndAt time.Time // of a message, when the provider meant to take it off its list
	Polls int       // polls in a row whose short lists lacked it, until now
}

// Missing compares a full list of one kind by a source with what that source
// listed before. The list is given by the hashes of documents that the store knows and
// by the ids of those that it does not. live is the number of items that were
// listed until now.
func (s *Store) Missing(ctx context.Context, tenantID, source string, kind tocsin.Kind, known []tocsin.Hash, ids []string) (missing []Missing, live int, err error) {
	listed := make(map[int64]bool, len(known))
	for _, hash := range known {
		if d, ok := s.known.Get(hash); ok {
			listed[d.item] = true
			continue
		}
		found, err := s.documentsByHash(ctx, s.db.Read(), []any{hash[:]})
		if err != nil {
			return nil, 0, fmt.Errorf("compare list: %w", s.db.Translate(err))
		}
		for _, d := range found {
			listed[d.item] = true
		}
	}
	named := make(map[string]bool, len(ids))
	for _, id := range ids {
		named[id] = true
	}
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT i.num, i.id, d.end_at, m.missed FROM members m JOIN items i ON i.num = m.item JOIN documents d ON d.num = m.document
		JOIN tenants t ON t.num = m.tenant WHERE t.id = $1 AND i.kind = $2 AND m.left_at = 0 AND m.n > 0 AND m.source = $3`, tenantID, string(kind), source)
	all, err := store.Collect(rows, err, func(rows *sql.Rows) (m Missing, err error) {
		var num, end int64
		if err := rows.Scan(&num, &m.ID, &end, &m.Polls); err != nil {
			return m, err
		}
		m.EndAt = tocsin.FromMicros(end)
		if !listed[num] && !named[m.ID] {
			m.Kind = kind
		}
		return m, nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("compare list: %w", s.db.Translate(err))
	}
	for _, m := range all {
		if m.Kind != "" {
			missing = append(missing, m)
		}
	}
	return missing, len(all), nil
}

// putMissed remembers for each kind in missed how many polls in a row lacked
// which items. Of the other items of a kind none was missed.
func putMissed(ctx context.Context, tx *store.Tx, tenant int64, source string, missed map[tocsin.Kind][]Missing) error {
	for _, kind := range slices.Sorted(maps.Keys(missed)) {
		_, err := tx.ExecContext(ctx, `
			UPDATE members SET missed = 0 WHERE tenant = $1 AND source = $2 AND missed > 0 AND item IN (SELECT num FROM items WHERE kind = $3)`,
			tenant, source, string(kind))
		if err != nil {
			return fmt.Errorf("forget what was missed: %w", err)
		}
		ids := map[int][]any{} // by polls
		for _, m := range missed[kind] {
			ids[m.Polls] = append(ids[m.Polls], m.ID)
		}
		for _, polls := range slices.Sorted(maps.Keys(ids)) {
			for part := range slices.Chunk(ids[polls], 500) {
				_, err := tx.ExecContext(ctx, `
					UPDATE members SET missed = $1 WHERE tenant = $2 AND source = $3 AND item IN (
						SELECT num FROM items WHERE kind = $4 AND id IN (`+store.Placeholders(5, len(part))+`))`,
					append([]any{polls, tenant, source, string(kind)}, part...)...)
				if err != nil {
					return fmt.Errorf("remember what was missed: %w", err)
				}
			}
		}
	}
	return nil
}
