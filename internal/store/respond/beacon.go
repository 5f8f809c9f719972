package respond

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// minuteOf is the minute of an instant, counted from 1970 UTC.
func minuteOf(t time.Time) int64 { return t.Unix() / 60 }

// CountBeacon counts what a page inside said, received now. It fails with
// [tocsin.ErrInvalid] and every problem of it.
func (s *Store) CountBeacon(ctx context.Context, b tocsin.Beacon, now time.Time) error {
	if err := b.Validate(now); err != nil {
		return err
	}
	fine, failed := 1, 0
	if b.Failed {
		fine, failed = 0, 1
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, b.TenantID)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO beacons (tenant, minute, service, site, fine, failed) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (tenant, minute, service, site) DO UPDATE SET fine = beacons.fine + excluded.fine, failed = beacons.failed + excluded.failed`,
			tenant, minuteOf(b.At), b.Service, b.Site, fine, failed)
		return err
	})
	if err != nil {
		return fmt.Errorf("count beacon: %w", err)
	}
	return nil
}

// CountBeacons counts the beacons of a tenant since the minute of an instant, by site
// and service.
func (s *Store) CountBeacons(ctx context.Context, tenantID string, since time.Time) ([]tocsin.BeaconCount, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT b.site, b.service, SUM(b.fine), SUM(b.failed) FROM beacons b JOIN tenants x ON x.num = b.tenant
		WHERE x.id = $1 AND b.minute >= $2 GROUP BY b.site, b.service ORDER BY b.service, b.site`, tenantID, minuteOf(since))
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (c tocsin.BeaconCount, err error) {
		return c, rows.Scan(&c.Site, &c.Service, &c.Fine, &c.Failed)
	})
	if err != nil {
		return nil, fmt.Errorf("count beacons: %w", s.db.Translate(err))
	}
	return list, nil
}
