package people

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// Handlings are what the people of a tenant do about messages, by message id.
// Messages of which nobody has said anything are absent.
func (s *Store) Handlings(ctx context.Context, tenantID string) (map[string]tocsin.Handling, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT i.id, h.state, h.owner, h.due_at, COALESCE(u.display, g.name, ''), h.away_at, h.away_by, h.away_reason, COALESCE(w.display, '')
		FROM handlings h JOIN items i ON i.num = h.item JOIN tenants t ON t.num = h.tenant
		LEFT JOIN users u ON h.owner LIKE 'user:%' AND u.id = substr(h.owner, 6) LEFT JOIN teams g ON h.owner LIKE 'team:%' AND g.id = substr(h.owner, 6)
		LEFT JOIN users w ON h.away_at <> 0 AND h.away_by = 'user:' || w.id
		WHERE t.id = $1 AND i.kind = $2`, tenantID, string(tocsin.KindMessage))
	handlings := map[string]tocsin.Handling{}
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (h tocsin.Handling, err error) {
		var id, owner string
		var due, away int64
		var by string
		err = rows.Scan(&id, &h.State, &owner, &due, &h.OwnerName, &away, &by, &h.Away.Reason, &h.Away.ByName)
		h.Due, h.Away.At = tocsin.FromMicros(due), tocsin.FromMicros(away)
		h.Away.By, _ = tocsin.ParseParty(by)
		own(&h, owner)
		handlings[id] = h
		return h, err
	})
	if err != nil {
		return nil, fmt.Errorf("read handlings: %w", s.db.Translate(err))
	}
	return handlings, nil
}

// own sets the owner of a handling from what is stored. A text of before, in a
// store that is only read, is a name.
func own(h *tocsin.Handling, owner string) {
	var ok bool
	if h.Owner, ok = tocsin.ParseParty(owner); !ok {
		h.OwnerName = owner
	}
}

// ChangeHandling stores what the people of a tenant do about a message: what
// change makes of what they said before, which nobody else changes meanwhile. It
// normalises the handling and returns what holds then. It fails with
// [tocsin.ErrNotFound] when the tenant lacks the message, with
// [tocsin.ErrInvalid] when a new owner has nothing to do with the tenant.
func (s *Store) ChangeHandling(ctx context.Context, tenantID, id string, now time.Time, change func(*tocsin.Handling) error) (h tocsin.Handling, err error) {
	list, err := s.ChangeHandlings(ctx, tenantID, []string{id}, now, change)
	if err != nil {
		return tocsin.Handling{}, err
	}
	return list[0], nil
}

// maxHandled bounds the messages that are changed at once.
const maxHandled = 1000

// ChangeHandlings is [Store.ChangeHandling] of several messages, all or none of
// them.
func (s *Store) ChangeHandlings(ctx context.Context, tenantID string, ids []string, now time.Time, change func(*tocsin.Handling) error) ([]tocsin.Handling, error) {
	if len(ids) > maxHandled {
		return nil, tocsin.Invalidf("messages", "Choose %d messages at most.", maxHandled)
	}
	var list []tocsin.Handling
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		list = list[:0]
		for _, id := range slices.Sorted(slices.Values(ids)) { // in one order, so that nobody waits for each other
			h, err := s.changeHandling(ctx, tx, tenantID, id, now, change)
			if err != nil {
				return fmt.Errorf("put handling of message %s: %w", id, err)
			}
			list = append(list, h)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

func (s *Store) changeHandling(ctx context.Context, tx *store.Tx, tenantID, id string, now time.Time, change func(*tocsin.Handling) error) (h tocsin.Handling, err error) {
	tenant, item, err := s.db.MemberItem(ctx, tx, tenantID, tocsin.Ref{Kind: tocsin.KindMessage, ID: id})
	if err != nil {
		return h, err
	}
	if h, err = lockHandling(ctx, tx, tenant, item, now); err != nil {
		return h, err
	}
	was := h.Owner
	if err := change(&h); err != nil {
		return h, err
	}
	h.Normalize()
	if err := h.Validate(); err != nil {
		return h, err
	}
	if err := nameOwner(ctx, tx, &h, was, tenantID); err != nil {
		return h, err
	}
	if err := putHandling(ctx, tx, tenant, item, h, now); err != nil {
		return h, err
	}
	owner, err := nameParty(ctx, tx, h.Owner)
	if err != nil {
		return h, err
	}
	return h, tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: tenantID, Action: "message.handle", Object: id, Detail: handlingWords(h, owner)})
}

// nameOwner fills in the name of the owner. Who did not own the message before
// must have to do with the tenant.
func nameOwner(ctx context.Context, q store.Querier, h *tocsin.Handling, was tocsin.Party, tenantID string) (err error) {
	if h.Owner != was && !h.Owner.IsZero() {
		if err := checkParty(ctx, q, "owner", h.Owner, tenantID); err != nil {
			return err
		}
	}
	h.OwnerName, err = showParty(ctx, q, h.Owner)
	return err
}

// lockHandling reads a handling and keeps it from being changed by others. The
// row is made first, so that there is something to lock.
func lockHandling(ctx context.Context, q store.Querier, tenant, item int64, now time.Time) (h tocsin.Handling, err error) {
	if _, err := q.ExecContext(ctx, `INSERT INTO handlings (tenant, item, state, owner, due_at, changed_at) VALUES ($1, $2, $3, '', 0, 0) ON CONFLICT DO NOTHING`,
		tenant, item, string(tocsin.HandlingNew)); err != nil {
		return h, err
	}
	var owner, by string
	var due, away int64
	err = q.QueryRowContext(ctx, `UPDATE handlings SET changed_at = $1 WHERE tenant = $2 AND item = $3 RETURNING state, owner, due_at, away_at, away_by, away_reason`,
		tocsin.Micros(now), tenant, item).Scan(&h.State, &owner, &due, &away, &by, &h.Away.Reason)
	if err != nil {
		return h, err
	}
	h.Due, h.Away.At = tocsin.FromMicros(due), tocsin.FromMicros(away)
	h.Away.By, _ = tocsin.ParseParty(by)
	own(&h, owner)
	h.OwnerName, err = showParty(ctx, q, h.Owner)
	return h, err
}

func putHandling(ctx context.Context, q store.Querier, tenant, item int64, h tocsin.Handling, now time.Time) error {
	if h.State == tocsin.HandlingNew && h.Owner.IsZero() && h.Due.IsZero() && !h.Away.Is() {
		_, err := q.ExecContext(ctx, `DELETE FROM handlings WHERE tenant = $1 AND item = $2`, tenant, item)
		return err
	}
	_, err := q.ExecContext(ctx, `
		INSERT INTO handlings (tenant, item, state, owner, due_at, changed_at, away_at, away_by, away_reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (tenant, item) DO UPDATE SET state = excluded.state, owner = excluded.owner, due_at = excluded.due_at, changed_at = excluded.changed_at,
			away_at = excluded.away_at, away_by = excluded.away_by, away_reason = excluded.away_reason`,
		tenant, item, string(h.State), h.Owner.String(), tocsin.Micros(h.Due), tocsin.Micros(now), tocsin.Micros(h.Away.At), h.Away.By.String(), store.Clean(h.Away.Reason))
	return err
}

// handlingWords is all of a handling for the audit log; owner is the owner's
// name there.
func handlingWords(h tocsin.Handling, owner string) string {
	text := string(h.State)
	if owner != "" {
		text += ", owner " + owner
	}
	if !h.Due.IsZero() {
		text += ", due " + h.Due.UTC().Format(time.DateOnly)
	}
	if h.Away.Is() {
		text += ", put away: " + h.Away.Reason
	}
	return text
}
