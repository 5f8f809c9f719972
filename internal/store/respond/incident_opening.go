package respond

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// sameStart is how far apart issues of one rule and service may have begun to be
// handled in one room.
const sameStart = 5 * time.Minute

// OpenByRule opens, in the transaction of a consumer, an incident about an issue that
// a rule of the settings takes: once for each issue of a tenant, whoever asks and how
// often. Where an incident about it goes on that somebody opened by hand, there is
// nothing to do; where the same rule opened one about the same service, and both began
// within five minutes, the issue joins that. It returns the number of the incident, and
// 0 where the rule was asked for the issue before.
func (s *Store) OpenByRule(ctx context.Context, tx *store.Tx, o tocsin.IncidentOpening, draft tocsin.Incident, now time.Time) (n int64, err error) {
	tenant, err := s.db.TenantNum(ctx, tx, o.TenantID)
	if err != nil {
		return 0, err
	}
	result, err := tx.ExecContext(ctx, `INSERT INTO incident_openings (tenant, issue, rule, service, started_at, incident) VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT DO NOTHING`,
		tenant, store.Clean(o.Issue), store.Clean(o.Rule), store.Clean(o.Service), tocsin.Micros(o.StartedAt))
	if first, err := store.Changed(result, err); err != nil || !first {
		return 0, err
	}
	if n, err = byHand(ctx, tx, tenant, o); err == nil && n == 0 {
		n, err = join(ctx, tx, tenant, o, now)
	}
	if err == nil && n == 0 {
		var opened tocsin.Incident
		opened, err = s.openIncident(ctx, tx, draft, o.Reach, now)
		n = opened.N
	}
	if err != nil {
		return 0, fmt.Errorf("open incident by rule: %w", err)
	}
	_, err = tx.ExecContext(ctx, `UPDATE incident_openings SET incident = $1 WHERE tenant = $2 AND issue = $3`, n, tenant, store.Clean(o.Issue))
	return n, err
}

// byHand finds an incident about an issue that goes on; 0 for none.
func byHand(ctx context.Context, tx *store.Tx, tenant int64, o tocsin.IncidentOpening) (int64, error) {
	return oneNumber(tx.QueryContext(ctx, `
		SELECT i.n FROM incidents i JOIN incident_tenants t ON t.incident = i.n JOIN incident_subjects j ON j.incident = i.n
		WHERE t.tenant = $1 AND j.kind = 'issue' AND j.id = $2 AND i.closed_at = 0 ORDER BY i.n LIMIT 1`, tenant, store.Clean(o.Issue)))
}

// join adds an issue to the incident that the same rule opened for another one of the
// same service of which all began at nearly the same time; 0 where there is none.
func join(ctx context.Context, tx *store.Tx, tenant int64, o tocsin.IncidentOpening, now time.Time) (int64, error) {
	if o.Service == "" || o.StartedAt.IsZero() {
		return 0, nil
	}
	n, err := oneNumber(tx.QueryContext(ctx, `
		SELECT i.n FROM incident_openings o JOIN incidents i ON i.n = o.incident
		WHERE o.tenant = $1 AND o.rule = $2 AND o.service = $3 AND i.closed_at = 0
		GROUP BY i.n HAVING MIN(o.started_at) >= $4 AND MAX(o.started_at) <= $5 ORDER BY i.n LIMIT 1`,
		tenant, store.Clean(o.Rule), store.Clean(o.Service), tocsin.Micros(o.StartedAt.Add(-sameStart)), tocsin.Micros(o.StartedAt.Add(sameStart))))
	if err != nil || n == 0 {
		return 0, err
	}
	return n, alterIn(ctx, tx, n, false, now, func(c *change) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO incident_subjects (incident, kind, id) VALUES ($1, 'issue', $2) ON CONFLICT DO NOTHING`, n, store.Clean(o.Issue)); err != nil {
			return err
		}
		return c.tell(ctx, "issue", c.now, tocsin.IncidentEntry{Subject: o.Issue, State: o.Reach})
	})
}

func oneNumber(rows *sql.Rows, err error) (n int64, _ error) {
	n, err = store.One(rows, err, func(rows *sql.Rows) (n int64, err error) { return n, rows.Scan(&n) }, sql.ErrNoRows)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}
