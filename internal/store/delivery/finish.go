package delivery

import (
	"context"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// An Outcome is what came of an attempt.
type Outcome struct {
	Claim Claim
	Batch Batch // as [Store.Begin] returned it
	// State is sent, retry, dead or in_doubt.
	State  State
	Reason string // why it was not accepted, "" for what was
	Status int
	Detail string
	Due    time.Time // when it is tried again
	// Untried tells that the attempt was not made after all.
	Untried bool
	// Down tells that the endpoint itself failed: nothing else is sent to it before
	// RetryAt.
	Down    bool
	RetryAt time.Time
}

// Finish is [Store.Enter] of outcomes alone, and of deliveries of the same
// changes to other endpoints.
func (s *Store) Finish(ctx context.Context, outcomes []Outcome, other []Row, now time.Time) error {
	_, err := s.Enter(ctx, Writing{Outcomes: outcomes, Other: other}, now, 0)
	return err
}

// finish writes what came of attempts. What another process has begun again
// meanwhile is left to it.
func (s *Store) finish(ctx context.Context, tx *store.Tx, outcomes []Outcome, now time.Time) error {
	var batches, failures [][]any
	for _, o := range outcomes {
		untried := 0
		if o.Untried {
			untried = 1
		}
		batches = append(batches, []any{o.Batch.Num, o.Batch.Attempts, string(o.State), tocsin.Micros(o.Due), o.Reason, o.Status, clipped(o.Detail), tocsin.Micros(now), untried})
		if o.State != StateSent && !o.Untried {
			failures = append(failures, []any{o.Batch.Num, o.Batch.Attempts, tocsin.Micros(now), o.Reason, o.Status, clipped(o.Detail)})
		}
	}
	_, err := tx.Update(ctx, `UPDATE delivery_batches SET state = column3, due_at = column4, reason = column5, status = column6, detail = column7, settled_at = column8, attempts = column2 - column9`,
		[]string{"BIGINT", "BIGINT", "TEXT", "BIGINT", "TEXT", "BIGINT", "TEXT", "BIGINT", "BIGINT"}, batches, `WHERE num = column1 AND attempts = column2 AND state = 'sending'`)
	if err != nil {
		return err
	}
	if err := tx.Insert(ctx, `INSERT INTO delivery_failures (batch, attempt, at, reason, status, detail) VALUES `, failures, ` ON CONFLICT (batch, attempt) DO NOTHING`); err != nil {
		return err
	}
	if err := s.refusals(ctx, tx, outcomes, now); err != nil {
		return err
	}
	return health(ctx, tx, outcomes, now)
}

func clipped(detail string) string { return store.Clean(tocsin.Clip(detail, maxRoute)) }

// health keeps how endpoints do: the last outcome of each says so.
func health(ctx context.Context, tx *store.Tx, outcomes []Outcome, now time.Time) error {
	for _, o := range outcomes {
		var err error
		switch {
		case o.Down:
			_, err = tx.ExecContext(ctx, `
				UPDATE delivery_endpoints SET failures = failures + 1, retry_at = $1, reason = $2, detail = $3,
					failing_since = CASE WHEN failing_since = 0 THEN CAST($4 AS BIGINT) ELSE failing_since END
				WHERE num = $5 AND epoch = $6`, tocsin.Micros(o.RetryAt), o.Reason, clipped(o.Detail), tocsin.Micros(now), o.Claim.Num, o.Claim.Epoch)
		case o.State == StateSent && o.Claim.Failures > 0:
			_, err = tx.ExecContext(ctx, `UPDATE delivery_endpoints SET failures = 0, failing_since = 0, retry_at = 0, reason = '', detail = '' WHERE num = $1 AND epoch = $2`,
				o.Claim.Num, o.Claim.Epoch)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Release gives endpoints back. Each is due again when the next of what it has
// is. A claim that was lost meanwhile is left alone.
func (s *Store) Release(ctx context.Context, claims []Claim) error {
	_, err := s.Enter(ctx, Writing{Release: claims}, time.Time{}, 0)
	return err
}

// release gives endpoints back.
func release(ctx context.Context, tx *store.Tx, claims []Claim) error {
	rows := make([][]any, len(claims))
	for i, c := range claims {
		rows[i] = []any{c.Num, c.Epoch}
	}
	types := []string{"BIGINT", "BIGINT"}
	// The row is locked by a statement of its own: what is due is looked up by the
	// next one, which sees all that was written before.
	if _, err := tx.Update(ctx, `UPDATE delivery_endpoints SET lease_ends = 0`, types, rows, `WHERE num = column1 AND epoch = column2`); err != nil {
		return err
	}
	_, err := tx.Update(ctx, `UPDATE delivery_endpoints SET due_at = COALESCE((SELECT min(x) FROM (
			SELECT d.due_at AS x FROM deliveries d WHERE d.endpoint = delivery_endpoints.num AND d.batch = 0 AND d.cancelled = ''
			UNION ALL SELECT CASE WHEN b.state = 'sending' THEN b.made_at ELSE b.due_at END FROM delivery_batches b WHERE b.endpoint = delivery_endpoints.num AND b.state IN ('sending', 'retry')
		) AS waiting), 0)`, types, rows, `WHERE num = column1 AND epoch = column2`)
	return err
}
