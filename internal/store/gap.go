package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A Gap is a time in which a source was not polled completely, longer than two
// of its intervals. What it showed then is not known.
type Gap struct {
	Source   string
	From, To time.Time
}

// Gaps lists the gaps of a tenant's sources that ended at or after since, by
// time. One that lasts still is not in it: see [tocsin.SourceState.StaleSince].
func (s *Store) Gaps(ctx context.Context, tenantID string, since time.Time) ([]Gap, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT g.source, g.since, g.until FROM gaps g JOIN tenants t ON t.num = g.tenant
		WHERE t.id = $1 AND g.until >= $2 ORDER BY g.since, g.source`, tenantID, micros(since))
	list, err := collectRows(rows, err, func(rows *sql.Rows) (g Gap, err error) {
		var from, to int64
		err = rows.Scan(&g.Source, &from, &to)
		g.From, g.To = tocsin.FromMicros(from), tocsin.FromMicros(to)
		return g, err
	})
	if err != nil {
		return nil, fmt.Errorf("list gaps: %w", s.dialect.translate(err))
	}
	return list, nil
}

// closeGap records the time since the last complete poll of a claimed source
// as a gap when a poll that ended at okAt is the first for more than two
// intervals.
func closeGap(ctx context.Context, q querier, tenant int64, source string, epoch, okAt int64) error {
	_, err := q.ExecContext(ctx, `
		INSERT INTO gaps (tenant, source, since, until)
		SELECT tenant, name, last_ok_at, CAST($1 AS BIGINT) FROM sources
		WHERE tenant = $2 AND name = $3 AND epoch = $4 AND lease_ends > 0 AND last_ok_at > 0 AND CAST($1 AS BIGINT) - last_ok_at > 2 * poll_every
		ON CONFLICT DO NOTHING`, okAt, tenant, source, epoch)
	return err
}
