package people

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// AddFeedAddress stores a private address of feeds. It fails with
// [tocsin.ErrConflict] when its person has [tocsin.MaxFeedAddresses] already.
func (s *Store) AddFeedAddress(ctx context.Context, a tocsin.FeedAddress) error {
	if err := a.Validate(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, a.TenantID)
		if err != nil {
			return err
		}
		// The person is locked first, so that two additions at once count each other.
		result, err := tx.ExecContext(ctx, `UPDATE users SET name = name WHERE id = $1 AND disabled_at = 0`, a.UserID)
		if err := store.ExpectOne(result, err, "There is nobody of that name."); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM feed_addresses WHERE user_id = $1`, a.UserID).Scan(&n); err != nil {
			return err
		}
		if n >= tocsin.MaxFeedAddresses {
			return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "label", Message: fmt.Sprintf("Revoke one first: nobody has more than %d.", tocsin.MaxFeedAddresses)}
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO feed_addresses (hash, id, user_id, tenant, label, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, 0)`,
			a.Hash[:], a.ID, a.UserID, tenant, store.Clean(strings.TrimSpace(a.Label)), tocsin.Micros(a.CreatedAt)); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: a.CreatedAt, TenantID: a.TenantID, Action: "feed.add", Object: strings.TrimSpace(a.Label), Detail: a.ID})
	})
	if err != nil {
		return fmt.Errorf("add feed address: %w", err)
	}
	return nil
}

const feedAddressColumns = `f.hash, f.id, f.user_id, t.id, f.label, f.created_at, f.used_at FROM feed_addresses f JOIN tenants t ON t.num = f.tenant`

func scanFeedAddress(rows *sql.Rows) (a tocsin.FeedAddress, err error) {
	var hash []byte
	var created, used int64
	err = rows.Scan(&hash, &a.ID, &a.UserID, &a.TenantID, &a.Label, &created, &used)
	copy(a.Hash[:], hash)
	a.CreatedAt, a.UsedAt = tocsin.FromMicros(created), tocsin.FromMicros(used)
	return a, err
}

// FeedAddresses lists the private addresses of a person, newest first.
func (s *Store) FeedAddresses(ctx context.Context, userID string) ([]tocsin.FeedAddress, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+feedAddressColumns+` WHERE f.user_id = $1 ORDER BY f.created_at DESC, f.id`, userID)
	list, err := store.Collect(rows, err, scanFeedAddress)
	if err != nil {
		return nil, fmt.Errorf("list feed addresses: %w", s.db.Translate(err))
	}
	return list, nil
}

// FeedAddress finds a private address by the hash of its secret, and whose it
// is with their grants of now. It fails with [tocsin.ErrNotFound] when there is
// none, or the account is disabled.
func (s *Store) FeedAddress(ctx context.Context, hash tocsin.Hash) (tocsin.FeedAddress, tocsin.User, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+feedAddressColumns+` WHERE f.hash = $1`, hash[:])
	list, err := store.Collect(rows, err, scanFeedAddress)
	if err != nil {
		return tocsin.FeedAddress{}, tocsin.User{}, fmt.Errorf("find feed address: %w", s.db.Translate(err))
	}
	if len(list) == 0 {
		return tocsin.FeedAddress{}, tocsin.User{}, noFeedAddress()
	}
	u, _, err := s.oneUser(ctx, s.db.Read(), ` WHERE id = $1`, list[0].UserID)
	if err == nil && !u.DisabledAt.IsZero() {
		err = noFeedAddress()
	}
	return list[0], u, err
}

func noFeedAddress() error { return tocsin.NotFoundf("There is no such feed.") }

// TouchFeedAddress notes that a private address was used. It is no change of
// what anybody set, and is not audited.
func (s *Store) TouchFeedAddress(ctx context.Context, hash tocsin.Hash, now time.Time) error {
	return s.touch(ctx, `UPDATE feed_addresses SET used_at = $1 WHERE hash = $2 AND used_at < $1`, hash, now)
}

// RemoveFeedAddress revokes a private address of a person by its id. It fails
// with [tocsin.ErrNotFound] when they have no such address.
func (s *Store) RemoveFeedAddress(ctx context.Context, userID, id string, now time.Time) error {
	id = strings.ToLower(id)
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var label, tenant string
		err := tx.QueryRowContext(ctx, `
			SELECT f.label, t.id FROM feed_addresses f JOIN tenants t ON t.num = f.tenant WHERE f.id = $1 AND f.user_id = $2`, id, userID).Scan(&label, &tenant)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `DELETE FROM feed_addresses WHERE id = $1 AND user_id = $2`, id, userID)
		if err := store.ExpectOne(result, err, "There is no such feed."); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: tenant, Action: "feed.remove", Object: label, Detail: id})
	})
	if err != nil {
		return fmt.Errorf("remove feed address: %w", err)
	}
	return nil
}
