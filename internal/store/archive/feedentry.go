package archive

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// feedEntryLife is how long it is known what an entry of a feed said. Readers
// forget an entry long before, once it has left the feed.
const feedEntryLife = 400 * 24 * time.Hour

// FeedEntries returns what entries of feeds said when they were told, of the
// items of some updates, in a language. Those that were not told are absent;
// there may be others of the same items.
func (s *Store) FeedEntries(ctx context.Context, tenantID, language string, wanted []tocsin.FeedEntry) ([]tocsin.FeedEntry, error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	args, slots, seen := []any{tenantID, language}, []string{}, map[string]bool{}
	for _, w := range wanted {
		if !seen[w.ID] {
			seen[w.ID] = true
			args = append(args, w.ID)
			slots = append(slots, fmt.Sprintf("$%d", len(args)))
		}
	}
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT f.kind, f.id, f.n, f.title, f.html FROM feed_entries f JOIN tenants t ON t.num = f.tenant
		WHERE t.id = $1 AND f.language = $2 AND f.id IN (`+strings.Join(slots, ", ")+`)`, args...)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (e tocsin.FeedEntry, err error) {
		var kind string
		err = rows.Scan(&kind, &e.ID, &e.N, &e.Title, &e.HTML)
		e.Kind = tocsin.Kind(kind)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("read feed entries: %w", s.db.Translate(err))
	}
	return list, nil
}

// KeepFeedEntries notes what entries of feeds say in a language, for good: of an
// entry that was told already the first words stay. It is no change of what
// anybody set, and is not audited.
func (s *Store) KeepFeedEntries(ctx context.Context, tenantID, language string, told []tocsin.FeedEntry, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		for _, e := range told {
			if _, err := tx.ExecContext(ctx, `
				INSERT INTO feed_entries (tenant, language, kind, id, n, title, html, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
				tenant, language, string(e.Kind), e.ID, e.N, store.Clean(e.Title), store.Clean(e.HTML), tocsin.Micros(now)); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM feed_entries WHERE tenant = $1 AND at < $2`, tenant, tocsin.Micros(now.Add(-feedEntryLife)))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep feed entries: %w", err)
	}
	return nil
}
