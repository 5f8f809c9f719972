package delivery

import (
	"context"
	"fmt"
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
	// Down tells that the endpoint itself failed: nothing else is sent to it before
	// RetryAt.
	Down    bool
	RetryAt time.Time
}

// Finish writes what came of attempts, all in one transaction. What another
// process has begun again meanwhile is left to it. Due is what it asked of
// [Store.Enqueue] beside that: deliveries of the same changes to other endpoints.
func (s *Store) Finish(ctx context.Context, outcomes []Outcome, other []Row, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var batches, failures [][]any
		for _, o := range outcomes {
			batches = append(batches, []any{o.Batch.Num, o.Batch.Attempts, string(o.State), tocsin.Micros(o.Due), o.Reason, o.Status, clipped(o.Detail), tocsin.Micros(now)})
			if o.State != StateSent {
				failures = append(failures, []any{o.Batch.Num, o.Batch.Attempts, tocsin.Micros(now), o.Reason, o.Status, clipped(o.Detail)})
			}
		}
		_, err := tx.Update(ctx, `UPDATE delivery_batches SET state = column3, due_at = column4, reason = column5, status = column6, detail = column7, settled_at = column8`,
			[]string{"BIGINT", "BIGINT", "TEXT", "BIGINT", "TEXT", "BIGINT", "TEXT", "BIGINT"}, batches, `WHERE num = column1 AND attempts = column2 AND state = 'sending'`)
		if err != nil {
			return err
		}
		if err := tx.Insert(ctx, `INSERT INTO delivery_failures (batch, attempt, at, reason, status, detail) VALUES `, failures, ` ON CONFLICT (batch, attempt) DO NOTHING`); err != nil {
			return err
		}
		if err := health(ctx, tx, outcomes, now); err != nil {
			return err
		}
		return s.Enqueue(ctx, tx, other, now)
	})
	if err != nil {
		return fmt.Errorf("finish deliveries: %w", err)
	}
	return nil
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
	if len(claims) == 0 {
		return nil
	}
	rows := make([][]any, len(claims))
	for i, c := range claims {
		rows[i] = []any{c.Num, c.Epoch}
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		types := []string{"BIGINT", "BIGINT"}
		// The row is locked by a statement of its own: what is due is looked up by
		// the next one, which sees all that was written before.
		if _, err := tx.Update(ctx, `UPDATE delivery_endpoints SET lease_ends = 0`, types, rows, `WHERE num = column1 AND epoch = column2`); err != nil {
			return err
		}
		_, err := tx.Update(ctx, `UPDATE delivery_endpoints SET due_at = COALESCE((SELECT min(x) FROM (
				SELECT d.due_at AS x FROM deliveries d WHERE d.endpoint = delivery_endpoints.num AND d.batch = 0 AND d.cancelled = ''
				UNION ALL SELECT CASE WHEN b.state = 'sending' THEN b.made_at ELSE b.due_at END FROM delivery_batches b WHERE b.endpoint = delivery_endpoints.num AND b.state IN ('sending', 'retry')
			) AS waiting), 0)`, types, rows, `WHERE num = column1 AND epoch = column2`)
		return err
	})
	if err != nil {
		return fmt.Errorf("release endpoints: %w", err)
	}
	return nil
}
