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

// Running returns the incidents whose clocks run: those that are open, and those that
// were closed since an instant, whose review may be due.
func (s *Store) Running(ctx context.Context, since time.Time) ([]tocsin.RunningIncident, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+incidentColumns+` WHERE closed_at = 0 OR closed_at > $1 ORDER BY n`, tocsin.Micros(since))
	list, err := store.Collect(rows, err, scanIncident)
	for begin := 0; err == nil && begin < len(list); begin += store.MaxArgs {
		err = s.fill(ctx, list[begin:min(len(list), begin+store.MaxArgs)])
	}
	running, at := make([]tocsin.RunningIncident, len(list)), map[int64]*tocsin.RunningIncident{}
	for i := range list {
		running[i].Incident, at[list[i].N] = list[i], &running[i]
	}
	if err == nil {
		err = s.runSteps(ctx, since, at)
	}
	if err == nil {
		err = s.runPromises(ctx, at)
	}
	if err != nil {
		return nil, fmt.Errorf("read running incidents: %w", s.db.Translate(err))
	}
	return running, nil
}

// runSteps reads the steps of running incidents that ended, and those of which it was
// told that they are late.
func (s *Store) runSteps(ctx context.Context, since time.Time, at map[int64]*tocsin.RunningIncident) error {
	const of = ` x JOIN incidents i ON i.n = x.incident WHERE i.closed_at = 0 OR i.closed_at > $1`
	rows, err := s.db.Read().QueryContext(ctx, `SELECT x.incident, x.step, x.num, x.needed, x.at FROM incident_steps`+of, tocsin.Micros(since))
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (none struct{}, err error) {
		var n int64
		var e tocsin.IncidentStep
		if err = rows.Scan(&n, &e.Step, &e.N, &e.Needed, instant{&e.At}); err == nil && at[n] != nil {
			at[n].Steps = append(at[n].Steps, e)
		}
		return none, err
	})
	if err != nil {
		return err
	}
	rows, err = s.db.Read().QueryContext(ctx, `SELECT x.incident, x.step, x.num, x.due_at FROM incident_late`+of, tocsin.Micros(since))
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (none struct{}, err error) {
		var n int64
		var late tocsin.LateStep
		if err = rows.Scan(&n, &late.Step, &late.N, instant{&late.DueAt}); err == nil && at[n] != nil {
			at[n].Told = append(at[n].Told, late)
		}
		return none, err
	})
	return err
}

// promiseOrder has the newest message that was sent first.
const promiseOrder = ` ORDER BY settled_at DESC, num DESC LIMIT 1`

// runPromises reads what the newest messages of open incidents promise.
func (s *Store) runPromises(ctx context.Context, at map[int64]*tocsin.RunningIncident) error {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT i.n, m.num, m.settled_at, m.promised FROM incidents i JOIN incident_messages m ON m.incident = i.n
		WHERE i.closed_at = 0 AND m.promised > 0 AND m.num = (SELECT num FROM incident_messages x WHERE x.incident = i.n AND x.state = 'sent'`+promiseOrder+`)`)
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (none struct{}, err error) {
		var n int64
		var p tocsin.IncidentPromise
		if err = rows.Scan(&n, &p.Message, instant{&p.SentAt}, instant{&p.DueAt}); err == nil && at[n] != nil {
			at[n].Promise = p
		}
		return none, err
	})
	return err
}

// promised reports whether what is told of a promise holds still: no newer message was
// sent. What is told of anything else holds.
func (c *change) promised(ctx context.Context, late tocsin.LateStep) (bool, error) {
	if late.Step != tocsin.StepPromise && late.Step != tocsin.StepReminder {
		return true, nil
	}
	var num, due int64
	err := c.tx.QueryRowContext(ctx, `SELECT num, promised FROM incident_messages WHERE incident = $1 AND state = 'sent'`+promiseOrder, c.n).Scan(&num, &due)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return num == int64(late.N) && due == tocsin.Micros(late.DueAt), err
}

// TellLateStep notes that a step of an incident is late, in its timeline and as a
// change of each of its tenants: once for each due time, whoever looks. It reports
// false where somebody was faster, or the step has ended. A promise that is late or due
// soon is told of in the same way.
func (s *Store) TellLateStep(ctx context.Context, n int64, late tocsin.LateStep, now time.Time) (first bool, err error) {
	err = s.alter(ctx, "tell of a late step", n, late.Step == tocsin.StepReview, now, func(c *change) error {
		if holds, err := c.promised(ctx, late); err != nil || !holds {
			return err
		}
		result, err := c.tx.ExecContext(ctx, `
			INSERT INTO incident_late (incident, step, num, due_at, told_at) SELECT CAST($1 AS BIGINT), $2, CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT)
			WHERE NOT EXISTS (SELECT 1 FROM incident_steps WHERE incident = $1 AND step = $2 AND num = $3) ON CONFLICT DO NOTHING`, n, late.Step, late.N, tocsin.Micros(late.DueAt), tocsin.Micros(c.now))
		if first, err = store.Changed(result, err); err != nil || !first {
			return err
		}
		return c.tell(ctx, "late", c.now, tocsin.IncidentEntry{Subject: stepName(tocsin.IncidentStep{Step: late.Step, N: late.N}), State: late.DueAt.UTC().Format(time.RFC3339)})
	})
	return first, err
}

// LateStepOf returns a step of an incident as it was told last to be late. It fails
// with [tocsin.ErrNotFound] when it never was.
func (s *Store) LateStepOf(ctx context.Context, n int64, step string, num int) (tocsin.LateStep, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT step, num, due_at FROM incident_late WHERE incident = $1 AND step = $2 AND num = $3 ORDER BY told_at DESC LIMIT 1`, n, step, num)
	late, err := store.One(rows, err, func(rows *sql.Rows) (l tocsin.LateStep, err error) {
		return l, rows.Scan(&l.Step, &l.N, instant{&l.DueAt})
	}, tocsin.NotFoundf("This step was never late."))
	if err != nil {
		return late, fmt.Errorf("read late step: %w", s.db.Translate(err))
	}
	return late, nil
}
