package archive

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

const publishingColumns = `t.id, p.readership, p.advisories, p.messages, p.indexed, p.channels, p.help, p.changed_at FROM publishing p JOIN tenants t ON t.num = p.tenant`

// Publishings lists what is published of those tenants of which somebody chose
// it. All others publish nothing.
func (s *Store) Publishings(ctx context.Context) ([]tocsin.Publishing, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+publishingColumns+` ORDER BY t.id`)
	list, err := store.Collect(rows, err, scanPublishing)
	if err != nil {
		return nil, fmt.Errorf("list publishing: %w", s.db.Translate(err))
	}
	return list, nil
}

// Publishing returns what is published of the tenant with that GUID.
func (s *Store) Publishing(ctx context.Context, tenantID string) (tocsin.Publishing, error) {
	p, err := publishingOf(ctx, s.db.Read(), tenantID)
	if err != nil {
		return p, fmt.Errorf("read publishing: %w", s.db.Translate(err))
	}
	return p, nil
}

func publishingOf(ctx context.Context, q store.Querier, tenantID string) (tocsin.Publishing, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+publishingColumns+` WHERE t.id = $1`, tenantID)
	list, err := store.Collect(rows, err, scanPublishing)
	if err != nil || len(list) > 0 {
		return append(list, tocsin.Publishing{})[0], err
	}
	p := tocsin.Publishing{TenantID: tenantID}
	p.Normalize()
	return p, nil
}

func scanPublishing(rows *sql.Rows) (p tocsin.Publishing, err error) {
	var channels string
	var changed int64
	if err := rows.Scan(&p.TenantID, &p.Readership, &p.Advisories, &p.Messages, &p.Indexed, &channels, &p.Help, &changed); err != nil {
		return p, err
	}
	p.ChangedAt = tocsin.FromMicros(changed)
	return p, json.Unmarshal([]byte(channels), &p.Channels)
}

// ChangePublishing lets change alter what is published of the tenant with that
// GUID, and stores the outcome with an entry of the audit log. It fails with
// [tocsin.ErrNotFound] when there is no such tenant, with [tocsin.ErrInvalid]
// for settings that are not sound.
func (s *Store) ChangePublishing(ctx context.Context, tenantID string, now time.Time, change func(*tocsin.Publishing) error) (tocsin.Publishing, error) {
	defer s.tenantEdits.Add(1)
	var p tocsin.Publishing
	err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		var num int64
		err = tx.QueryRowContext(ctx, `UPDATE tenants SET versions = versions WHERE id = $1 RETURNING num`, tenantID).Scan(&num)
		if err != nil {
			return err
		}
		if p, err = publishingOf(ctx, tx, tenantID); err != nil {
			return err
		}
		if err := change(&p); err != nil {
			return err
		}
		p.TenantID, p.ChangedAt = tenantID, now
		p.Normalize()
		if err := p.Validate(); err != nil {
			return err
		}
		return s.putPublishing(ctx, tx, num, p)
	})
	if err != nil {
		return tocsin.Publishing{}, fmt.Errorf("change publishing: %w", err)
	}
	return p, nil
}

func (s *Store) putPublishing(ctx context.Context, tx *store.Tx, tenant int64, p tocsin.Publishing) error {
	channels, err := json.Marshal(p.Channels)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO publishing (tenant, readership, advisories, messages, indexed, channels, help, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (tenant) DO UPDATE SET readership = excluded.readership, advisories = excluded.advisories, messages = excluded.messages,
			indexed = excluded.indexed, channels = excluded.channels, help = excluded.help, changed_at = excluded.changed_at`,
		tenant, string(p.Readership), p.Advisories, p.Messages, p.Indexed, string(channels), p.Help, tocsin.Micros(p.ChangedAt))
	if err != nil {
		return err
	}
	return tx.Audit(ctx, tocsin.AuditEntry{At: p.ChangedAt, TenantID: p.TenantID, Action: "publishing.change", Object: p.TenantID, Detail: describePublishing(p)})
}

// describePublishing is what settings say, for the audit log.
func describePublishing(p tocsin.Publishing) string {
	words := []string{string(p.Readership), "incidents"}
	for _, one := range []struct {
		on   bool
		word string
	}{{p.Advisories, "advisories"}, {p.Messages, "messages"}, {p.Indexed, "search engines"}} {
		if one.on {
			words = append(words, one.word)
		}
	}
	n := 0
	for _, list := range p.Channels {
		n += len(list)
	}
	if n > 0 {
		words = append(words, tocsin.Count(n, "channel", "channels"))
	}
	return strings.Join(words, ", ")
}
