package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// SetReading keeps how a person wants to read. Whoever remembers sessions reads
// them again, so that it holds in every browser. It fails with
// [tocsin.ErrNotFound] when there is no such person.
func (s *Store) SetReading(ctx context.Context, userID string, r tocsin.Reading) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE users SET language = $1, zone = $2 WHERE id = $3`, store.Clean(r.Language), store.Clean(r.Zone), userID)
		if err := store.ExpectOne(result, err, "There is nobody of that name."); err != nil {
			return err
		}
		return forgetSessions(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("set reading: %w", err)
	}
	return nil
}

// FollowedServices are the ids of the services of a tenant that concern a person,
// ascending.
func (s *Store) FollowedServices(ctx context.Context, tenantID, userID string) ([]string, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT f.service FROM followed_services f JOIN tenants t ON t.num = f.tenant WHERE f.user_id = $1 AND t.id = $2`, userID, tenantID)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) })
	if err != nil {
		return nil, fmt.Errorf("read followed services: %w", s.db.Translate(err))
	}
	slices.Sort(list)
	return list, nil
}

// Bounds of what a person follows in a tenant.
const (
	maxFollowed        = 500
	maxFollowedService = 200 // bytes of an id
)

// FollowServices replaces the services of a tenant that concern a person. It
// fails with [tocsin.ErrInvalid] when there are more than 500 or an id is empty
// or longer than 200 bytes, with [tocsin.ErrNotFound] when there is no such tenant.
func (s *Store) FollowServices(ctx context.Context, tenantID, userID string, services []string) error {
	services = slices.Compact(slices.Sorted(slices.Values(services)))
	if len(services) > maxFollowed {
		return tocsin.Invalidf("services", "Choose %d services at most.", maxFollowed)
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		rows := make([][]any, len(services))
		for i, id := range services {
			if id == "" || len(id) > maxFollowedService || store.Clean(id) != id {
				return tocsin.Invalidf("services", "%q is no service.", tocsin.Clip(id, 80))
			}
			rows[i] = []any{userID, tenant, id}
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM followed_services WHERE user_id = $1 AND tenant = $2`, userID, tenant); err != nil {
			return err
		}
		return tx.Insert(ctx, `INSERT INTO followed_services (user_id, tenant, service) VALUES `, rows, "")
	})
	if err != nil {
		return fmt.Errorf("follow services: %w", err)
	}
	return nil
}

// ReadingMark is until when a person has seen what changed in a tenant, zero
// before the first time.
func (s *Store) ReadingMark(ctx context.Context, tenantID, userID string) (time.Time, error) {
	var at int64
	err := s.db.Read().QueryRowContext(ctx, `
		SELECT m.at FROM reading_marks m JOIN tenants t ON t.num = m.tenant WHERE m.user_id = $1 AND t.id = $2`, userID, tenantID).Scan(&at)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, fmt.Errorf("read reading mark: %w", s.db.Translate(err))
	}
	return tocsin.FromMicros(at), nil
}

// MoveReadingMark notes that a person has seen what changed in a tenant until an
// instant. It never moves back.
func (s *Store) MoveReadingMark(ctx context.Context, tenantID, userID string, to time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO reading_marks (user_id, tenant, at) VALUES ($1, $2, $3)
			ON CONFLICT (user_id, tenant) DO UPDATE SET at = excluded.at WHERE excluded.at > reading_marks.at`, userID, tenant, tocsin.Micros(to))
		return err
	})
	if err != nil {
		return fmt.Errorf("move reading mark: %w", err)
	}
	return nil
}
