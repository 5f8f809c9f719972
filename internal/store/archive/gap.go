package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Gap is a time between two complete polls of a source in which its data had
// become stale, see [tocsin.SourceState.StaleSince]. What it showed then is not
// known.
type Gap struct {
	Source   string
	From, To time.Time
}

// Gaps lists the gaps of a tenant's sources that ended at or after since, by
// time. One that lasts still is not in it: see [tocsin.SourceState.StaleSince].
func (s *Store) Gaps(ctx context.Context, tenantID string, since time.Time) ([]Gap, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT g.source, g.since, g.until FROM gaps g JOIN tenants t ON t.num = g.tenant
		WHERE t.id = $1 AND g.until >= $2 ORDER BY g.since, g.source`, tenantID, tocsin.Micros(since))
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (g Gap, err error) {
		var from, to int64
		err = rows.Scan(&g.Source, &from, &to)
		g.From, g.To = tocsin.FromMicros(from), tocsin.FromMicros(to)
		return g, err
	})
	if err != nil {
		return nil, fmt.Errorf("list gaps: %w", s.db.Translate(err))
	}
	return list, nil
}

// closeGap records the time since the last complete poll of a claimed source
// as a gap when its data had become stale before a poll that ended at okAt, or
// when the desk was put back from a backup since.
func closeGap(ctx context.Context, q store.Querier, tenant int64, source string, epoch, okAt int64) error {
	var every, last, restored int64
	err := q.QueryRowContext(ctx, `
		SELECT poll_every, last_ok_at, COALESCE((SELECT value FROM counters WHERE name = 'restored'), 0)
		FROM sources WHERE tenant = $1 AND name = $2 AND epoch = $3 AND lease_ends > 0`, tenant, source, epoch).Scan(&every, &last, &restored)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // the claim was lost; the caller finds out
	}
	if err != nil {
		return err
	}
	state := tocsin.SourceState{Interval: time.Duration(every) * time.Microsecond, LastOKAt: tocsin.FromMicros(last)}
	if _, stale := state.StaleSince(tocsin.FromMicros(okAt)); last == 0 || !stale && last >= restored {
		return nil
	}
	_, err = q.ExecContext(ctx, `INSERT INTO gaps (tenant, source, since, until) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, tenant, source, last, okAt)
	return err
}
