package respond

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// endStepIn ends a step of an incident in the transaction of what did it, where the
// incident goes on and nobody has ended the step.
func endStepIn(ctx context.Context, tx *store.Tx, incident int64, e tocsin.IncidentStep, now time.Time) error {
	err := alterIn(ctx, tx, incident, false, now, func(c *change) error {
		_, err := c.endStep(ctx, e)
		return err
	})
	if closed, ok := errors.AsType[*tocsin.Error](err); ok && closed.Field == "closed" {
		return nil
	}
	return err
}

// filed ends the detection of the incidents of a tenant that go on about an issue,
// in the transaction in which a call about it is filed.
func filed(ctx context.Context, tx *store.Tx, tenant int64, issue string, now time.Time) error {
	if issue == "" {
		return nil
	}
	rows, err := tx.QueryContext(ctx, `
		SELECT i.n FROM incident_subjects j JOIN incidents i ON i.n = j.incident JOIN incident_tenants t ON t.incident = i.n AND t.tenant = $1
		WHERE j.kind = 'issue' AND j.id = $2 AND i.closed_at = 0 AND NOT EXISTS (SELECT 1 FROM incident_steps s WHERE s.incident = i.n AND s.step = $3) ORDER BY i.n`, tenant, store.Clean(issue), tocsin.StepDetection)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (n int64, err error) { return n, rows.Scan(&n) })
	if err != nil {
		return err
	}
	for _, n := range list {
		if err := endStepIn(ctx, tx, n, tocsin.IncidentStep{Step: tocsin.StepDetection, Needed: true}, now); err != nil {
			return err
		}
	}
	return nil
}

// qualified ends the detection of an incident where a call about one of its issues
// was filed since it began.
func (c *change) qualified(ctx context.Context, since time.Time) error {
	var at sql.NullInt64
	err := c.tx.QueryRowContext(ctx, `
		SELECT min(t.opened_at) FROM triages t JOIN incident_tenants i ON i.tenant = t.tenant AND i.incident = $1
		JOIN incident_subjects j ON j.incident = $1 AND j.kind = 'issue' AND j.id = t.issue WHERE t.opened_at >= $2`, c.n, tocsin.Micros(since)).Scan(&at)
	if err != nil || !at.Valid {
		return err
	}
	_, err = c.endStep(ctx, tocsin.IncidentStep{Step: tocsin.StepDetection, Needed: true, At: tocsin.FromMicros(at.Int64)})
	return err
}
