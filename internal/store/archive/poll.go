package archive

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// Polls lists up to limit polls of a tenant, newest first.
func (s *Store) Polls(ctx context.Context, tenantID string, limit int) ([]tocsin.Poll, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT t.id, p.source, p.epoch, p.whole, p.started_at, p.finished_at, p.outcome, p.requests, p.items, p.added, p.updated, p.departed, p.problem, p.unreadable, p.withheld
		FROM polls p JOIN tenants t ON t.num = p.tenant WHERE t.id = $1 ORDER BY p.num DESC LIMIT $2`, tenantID, limit)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (p tocsin.Poll, err error) {
		var started, finished int64
		var problem string
		err = rows.Scan(&p.TenantID, &p.Source, &p.Epoch, &p.Full, &started, &finished, &p.Outcome, &p.Requests, &p.Items, &p.New, &p.Updated, &p.Left, &problem, &p.Unreadable, &p.Withheld)
		p.Problem = tocsin.DecodeProblem(problem)
		p.StartedAt, p.FinishedAt = tocsin.FromMicros(started), tocsin.FromMicros(finished)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("list polls: %w", s.db.Translate(err))
	}
	return list, nil
}

// A Spent says how many requests a source sent in a poll that ended at At.
type Spent struct {
	At       time.Time
	Requests int
}

// RequestsSince lists what the polls of a source that ended at or after since
// have cost, oldest first. A poll whose process died counts as unknown:
// Requests is -1.
func (s *Store) RequestsSince(ctx context.Context, tenantID, source string, since time.Time) ([]Spent, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT CASE WHEN p.finished_at > 0 THEN p.finished_at ELSE p.started_at END, CASE WHEN p.outcome = $1 THEN -1 ELSE p.requests END
		FROM polls p JOIN tenants t ON t.num = p.tenant
		WHERE t.id = $2 AND p.source = $3 AND (p.started_at >= $4 OR p.finished_at >= $4) AND p.outcome <> $5 ORDER BY p.started_at`,
		string(tocsin.OutcomeAbandoned), tenantID, source, tocsin.Micros(since), string(tocsin.OutcomeRunning))
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (spent Spent, err error) {
		var at int64
		err = rows.Scan(&at, &spent.Requests)
		spent.At = tocsin.FromMicros(at)
		return spent, err
	})
	if err != nil {
		return nil, fmt.Errorf("read budget of %s: %w", source, s.db.Translate(err))
	}
	return list, nil
}

// Sweep puts right what a crash left behind: claims that ran out are freed and
// their polls marked abandoned. It also forgets uneventful polls that started
// before keep, and texts that nobody is shown any longer. It returns the number
// of claims freed.
func (s *Store) Sweep(ctx context.Context, now, keep time.Time) (int64, error) {
	var freed int64
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE polls SET outcome = $1, finished_at = $2 WHERE outcome = $3 AND EXISTS (
				SELECT 1 FROM sources s WHERE s.tenant = polls.tenant AND s.name = polls.source AND s.lease_ends > 0 AND s.lease_ends <= $2)`,
			string(tocsin.OutcomeAbandoned), tocsin.Micros(now), string(tocsin.OutcomeRunning))
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `
			UPDATE sources SET leased_at = 0, lease_ends = 0, failures = failures + 1, outcome = $1, problem = $2, due_at = $3
			WHERE lease_ends > 0 AND lease_ends <= $3`,
			string(tocsin.OutcomeAbandoned), tocsin.NewProblem(tocsin.ProblemEnded).Encode(), tocsin.Micros(now))
		if err != nil {
			return err
		}
		if freed, err = result.RowsAffected(); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM polls WHERE started_at < $1 AND outcome = $2`, tocsin.Micros(keep), string(tocsin.OutcomeUnchanged))
		if err != nil {
			return err
		}
		return sweepWordings(ctx, tx, now)
	})
	if err != nil {
		return 0, fmt.Errorf("sweep: %w", err)
	}
	return freed, nil
}
