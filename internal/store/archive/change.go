package archive

import (
	"context"
	"fmt"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// TenantChangesAfter lists up to limit changes of one tenant with a number
// above seq, in order; those of messages about data privacy when private is set.
func (s *Store) TenantChangesAfter(ctx context.Context, tenantID string, seq int64, private bool, limit int) ([]tocsin.Change, error) {
	condition := told
	if !private {
		condition += notPrivate
	}
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+store.ChangeColumns+`
		WHERE t.id = $1 AND c.seq > $2`+condition+` ORDER BY c.seq LIMIT $3`, tenantID, seq, limit)
	list, err := store.Collect(rows, err, store.ScanChange)
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", s.db.Translate(err))
	}
	return list, nil
}

// told leaves out what nobody is told: that the text of an item is written in
// another way or translated, that something is told again or noted in a room, and what became of versions that count for nothing.
const told = ` AND c.what <> 'reworded' AND c.what <> 'translated' AND c.what <> 'repeat' AND c.what <> 'noted' AND NOT EXISTS (SELECT 1 FROM versions v
	WHERE v.tenant = c.tenant AND v.item = c.item AND v.n = c.n AND v.void <> '')`

// notPrivate leaves out changes of messages that are about data privacy now.
const notPrivate = ` AND NOT EXISTS (SELECT 1 FROM members m JOIN documents d ON d.num = m.document
	WHERE m.tenant = c.tenant AND m.item = c.item AND d.private)`
