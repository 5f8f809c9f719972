package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// ErrClaimLost is what the use of a claim fails with, beside
// [tocsin.ErrConflict], when the cursor was moved or claimed by somebody else.
var ErrClaimLost = errors.New("claim lost")

func claimLost(name string) error {
	return &tocsin.Error{Kind: tocsin.ErrConflict, Message: fmt.Sprintf("The claim on consumer %s was lost.", name), Cause: ErrClaimLost}
}

// AddConsumer makes a consumer of the changes known. A new one begins after the
// newest change, or before the first one when beginning is set; one that is
// known keeps its place.
func (s *Store) AddConsumer(ctx context.Context, name string, beginning bool) error {
	err := s.InTx(ctx, func(tx *Tx) error {
		seq := int64(0)
		if !beginning {
			if err := tx.QueryRowContext(ctx, `SELECT value FROM counters WHERE name = 'change'`).Scan(&seq); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO consumers (name, seq, begin_seq, beginning, epoch, lease_ends, failures, problem, handled_at)
			VALUES ($1, $2, $2, $3, 0, 0, 0, '', 0) ON CONFLICT (name) DO NOTHING`, name, seq, beginning)
		return err
	})
	if err != nil {
		return fmt.Errorf("add consumer %s: %w", name, err)
	}
	return nil
}

const cursorColumns = `name, seq, begin_seq, epoch, lease_ends, failures, problem, handled_at`

func scanCursor(rows *sql.Rows) (c tocsin.Cursor, err error) {
	var ends, handled int64
	var problem string
	err = rows.Scan(&c.Name, &c.Seq, &c.Begin, &c.Epoch, &ends, &c.Failures, &problem, &handled)
	c.Problem = tocsin.DecodeProblem(problem)
	c.LeaseEnds, c.HandledAt = tocsin.FromMicros(ends), tocsin.FromMicros(handled)
	return c, err
}

// Consumers lists how far all consumers are, by name, with the changes that they
// went past: the newest of them, at most skipped of all consumers together.
func (s *Store) Consumers(ctx context.Context, skipped int) ([]tocsin.Consumer, error) {
	last, err := s.LastSeq(ctx) // before the cursors, so that none is ahead of it for long
	if err != nil {
		return nil, err
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+cursorColumns+` FROM consumers ORDER BY name`)
	list, err := Collect(rows, err, func(rows *sql.Rows) (c tocsin.Consumer, err error) {
		c.Last = last
		c.Cursor, err = scanCursor(rows)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("list consumers: %w", s.Translate(err))
	}
	if skipped == 0 {
		return list, nil
	}
	passed, err := s.skippedChanges(ctx, skipped)
	if err != nil {
		return nil, err
	}
	for _, one := range passed {
		if i := slices.IndexFunc(list, func(c tocsin.Consumer) bool { return c.Name == one.Consumer }); i >= 0 {
			list[i].Skipped = append(list[i].Skipped, one)
		}
	}
	return list, nil
}

// ClaimConsumer takes a consumer until now+lease and returns its cursor. It
// fails with [tocsin.ErrConflict] while somebody else holds it, and with
// [tocsin.ErrNotFound] when it was never added.
func (s *Store) ClaimConsumer(ctx context.Context, name string, now time.Time, lease time.Duration) (tocsin.Cursor, error) {
	var c tocsin.Cursor
	err := s.InTx(ctx, func(tx *Tx) error {
		rows, err := tx.QueryContext(ctx, `
			UPDATE consumers SET epoch = epoch + 1, lease_ends = $1 WHERE name = $2 AND lease_ends <= $3 RETURNING `+cursorColumns,
			micros(now.Add(lease)), name, micros(now))
		list, err := Collect(rows, err, scanCursor)
		if err != nil {
			return err
		}
		if len(list) == 1 {
			c = list[0]
			return nil
		}
		var known int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM consumers WHERE name = $1`, name).Scan(&known); err != nil {
			return err
		}
		if known == 0 {
			return tocsin.NotFoundf("There is no consumer %q.", tocsin.Clip(name, 64))
		}
		return tocsin.Conflictf("Another process follows the changes for %s.", name)
	})
	if err != nil {
		return c, fmt.Errorf("claim consumer %s: %w", name, err)
	}
	return c, nil
}

// ReleaseConsumer gives a claim back before it ends. A claim that was lost
// meanwhile is left alone.
func (s *Store) ReleaseConsumer(ctx context.Context, c tocsin.Cursor) error {
	_, err := s.write.ExecContext(ctx, `UPDATE consumers SET lease_ends = 0 WHERE name = $1 AND epoch = $2`, c.Name, c.Epoch)
	if err != nil {
		return fmt.Errorf("release consumer %s: %w", c.Name, s.Translate(err))
	}
	return nil
}

// A Handler writes through tx what follows from changes, given in the order of
// their numbers. It may be called again with the same changes when the
// transaction was lost, and so must do nothing outside tx that cannot be done
// twice.
type Handler func(ctx context.Context, tx *Tx, batch []tocsin.Change) error

// Consume hands the next changes after c, at most limit of them, to handle and
// advances the cursor, all in one transaction. It returns the cursor as it then
// stands and the number of changes handled, 0 at the end. It fails with
// [ErrClaimLost], and writes nothing, when the cursor was moved or claimed by
// somebody else.
func (s *Store) Consume(ctx context.Context, c tocsin.Cursor, limit int, now time.Time, lease time.Duration, handle Handler) (tocsin.Cursor, int, error) {
	next, handled := c, 0
	err := s.InTx(ctx, func(tx *Tx) error {
		next, handled = c, 0
		rows, err := tx.QueryContext(ctx, changesAfter, c.Seq, limit)
		batch, err := Collect(rows, err, ScanChange)
		if err != nil || len(batch) == 0 {
			return err
		}
		next.Seq = batch[len(batch)-1].Seq
		if err := advance(ctx, tx, c, next.Seq, now, lease); err != nil {
			return err
		}
		handled = len(batch)
		batch = slices.DeleteFunc(batch, func(c tocsin.Change) bool { return !c.What.Told() })
		if len(batch) == 0 {
			return nil
		}
		return handle(ctx, tx, batch)
	})
	if err != nil {
		return c, 0, fmt.Errorf("consume changes for %s: %w", c.Name, err)
	}
	if handled > 0 {
		next.Failures, next.Problem, next.HandledAt, next.LeaseEnds = 0, nil, now, now.Add(lease)
	}
	return next, handled, nil
}

// advance moves a cursor on, if it still stands where c says.
func advance(ctx context.Context, tx *Tx, c tocsin.Cursor, seq int64, now time.Time, lease time.Duration) error {
	result, err := tx.ExecContext(ctx, `
		UPDATE consumers SET seq = $1, lease_ends = $2, failures = 0, problem = '', handled_at = $3 WHERE name = $4 AND seq = $5 AND epoch = $6`,
		seq, micros(now.Add(lease)), micros(now), c.Name, c.Seq, c.Epoch)
	if moved, err := Changed(result, err); err != nil || !moved {
		return errors.Join(err, claimLost(c.Name))
	}
	return nil
}

// FailConsumer notes that the batch after c could not be handled and returns
// the cursor with one more failure.
func (s *Store) FailConsumer(ctx context.Context, c tocsin.Cursor, problem *tocsin.Problem) (tocsin.Cursor, error) {
	c.Failures, c.Problem = c.Failures+1, problem
	result, err := s.write.ExecContext(ctx, `UPDATE consumers SET failures = $1, problem = $2 WHERE name = $3 AND seq = $4 AND epoch = $5`,
		c.Failures, Clean(problem.Encode()), c.Name, c.Seq, c.Epoch)
	moved, err := Changed(result, err)
	if err == nil && !moved {
		err = claimLost(c.Name)
	}
	if err != nil {
		return c, fmt.Errorf("note failure of consumer %s: %w", c.Name, s.Translate(err))
	}
	return c, nil
}

// SkipChange moves a cursor past the next change without handling it and keeps
// the change and the problem in the list of skipped ones. It fails with
// [ErrClaimLost] when the cursor was moved or claimed by somebody else.
func (s *Store) SkipChange(ctx context.Context, c tocsin.Cursor, now time.Time, lease time.Duration, problem *tocsin.Problem) (tocsin.Cursor, error) {
	next := c
	next.Seq, next.Failures, next.Problem = c.Seq+1, 0, nil
	err := s.InTx(ctx, func(tx *Tx) error {
		if err := advance(ctx, tx, c, next.Seq, now, lease); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO skipped_changes (consumer, seq, problem, at) VALUES ($1, $2, $3, $4)`,
			c.Name, next.Seq, Clean(problem.Encode()), micros(now))
		return err
	})
	if err != nil {
		return c, fmt.Errorf("skip change %d for %s: %w", next.Seq, c.Name, err)
	}
	return next, nil
}

// skippedChanges are up to limit changes that consumers went past, newest first.
func (s *Store) skippedChanges(ctx context.Context, limit int) ([]tocsin.SkippedChange, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT consumer, seq, problem, at FROM skipped_changes ORDER BY at DESC, consumer, seq LIMIT $1`, limit)
	list, err := Collect(rows, err, func(rows *sql.Rows) (c tocsin.SkippedChange, err error) {
		var at int64
		var problem string
		err = rows.Scan(&c.Consumer, &c.Seq, &problem, &at)
		c.Problem, c.At = tocsin.DecodeProblem(problem), tocsin.FromMicros(at)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("list skipped changes: %w", s.Translate(err))
	}
	return list, nil
}

// SkippedByConsumer counts the changes that each consumer went past.
func (s *Store) SkippedByConsumer(ctx context.Context) (map[string]int, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT consumer, count(*) FROM skipped_changes GROUP BY consumer`)
	counts := map[string]int{}
	_, err = Collect(rows, err, func(rows *sql.Rows) (none struct{}, err error) {
		var name string
		var n int
		err = rows.Scan(&name, &n)
		counts[name] = n
		return none, err
	})
	if err != nil {
		return nil, fmt.Errorf("count skipped changes: %w", s.Translate(err))
	}
	return counts, nil
}

// RetrySkipped hands one skipped change to handle again and takes it off the
// list, in one transaction. It fails with [tocsin.ErrNotFound] when the change
// is not on the list.
func (s *Store) RetrySkipped(ctx context.Context, consumer string, seq int64, handle Handler) error {
	err := s.InTx(ctx, func(tx *Tx) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM skipped_changes WHERE consumer = $1 AND seq = $2`, consumer, seq)
		if taken, err := Changed(result, err); err != nil || !taken {
			return errors.Join(err, tocsin.NotFoundf("Consumer %s did not skip change %d.", tocsin.Clip(consumer, 64), seq))
		}
		if err := tx.Audit(ctx, tocsin.AuditEntry{Action: "change.retry", Object: consumer, Detail: strconv.FormatInt(seq, 10)}); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, changesAfter, seq-1, 1)
		batch, err := Collect(rows, err, ScanChange)
		if err != nil {
			return err
		}
		return handle(ctx, tx, batch)
	})
	if err != nil {
		return fmt.Errorf("retry change %d for %s: %w", seq, consumer, err)
	}
	return nil
}

// ConsumersToEnd sets the cursors of consumers that began after the newest change
// behind what is now the newest, and ends all claims: what a restored archive
// holds is announced by nobody. Consumers that began before the first change
// write tables that were restored with them, and keep their place. It returns how
// many changes were passed by the consumer that was farthest behind.
func (tx *Tx) ConsumersToEnd(ctx context.Context) (passed int64, err error) {
	const end = `(SELECT value FROM counters WHERE name = 'change')`
	if err := tx.QueryRowContext(ctx, `SELECT COALESCE(max(`+end+` - seq), 0) FROM consumers WHERE NOT beginning`).Scan(&passed); err != nil {
		return 0, fmt.Errorf("set consumers to the end: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE consumers SET epoch = epoch + 1, lease_ends = 0, failures = 0, problem = '', seq = CASE WHEN beginning THEN seq ELSE `+end+` END`)
	if err != nil {
		return 0, fmt.Errorf("set consumers to the end: %w", err)
	}
	return passed, nil
}

// MarkRestored keeps when the database was put back, for what is told of the time
// between the copy and then.
func (tx *Tx) MarkRestored(ctx context.Context, at time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO counters (name, value) VALUES ('restored', $1) ON CONFLICT (name) DO UPDATE SET value = $1`, micros(at))
	if err != nil {
		return fmt.Errorf("mark as restored: %w", err)
	}
	return nil
}
