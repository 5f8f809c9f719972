package delivery

import (
	"context"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Start is an attempt that is about to be made.
type Start struct {
	Claim Claim
	// Batch is the message. One whose Num is 0 is new: it is fixed now, with its
	// letter and these changes.
	Batch   Batch
	Changes []int64
}

// A Postponed are deliveries that are due and cannot be sent yet, or, with a
// reason, at all.
type Postponed struct {
	Claim     Claim
	Changes   []int64
	Due       time.Time
	Cancelled string
}

// A Writing is what is written into the ledger at once, in this order.
type Writing struct {
	Outcomes  []Outcome   // what came of attempts
	Other     []Row       // deliveries of the same changes to other endpoints; those that are there are left as they are
	Postponed []Postponed // what is not sent yet
	Starts    []Start     // attempts that are about to be made
	Release   []Claim     // endpoints that are given back
}

// Enter writes into the ledger in one transaction, so that what many attempts
// came to costs one. Attempts are begun before they are made, which extends their
// leases to now+lease. It returns their batches as they then stand, in the order
// of the starts: one whose claim has passed to another process, or of which a
// delivery was cancelled meanwhile, has the Num 0 and is not to be sent.
func (s *Store) Enter(ctx context.Context, e Writing, now time.Time, lease time.Duration) ([]Batch, error) {
	var begun []Batch
	err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		if e.escalates() {
			if err := holdEscalations(ctx, tx); err != nil {
				return err
			}
		}
		if err := s.finish(ctx, tx, e.Outcomes, now); err != nil {
			return err
		}
		if err := s.Enqueue(ctx, tx, e.Other, now); err != nil {
			return err
		}
		if err := postpone(ctx, tx, e.Postponed); err != nil {
			return err
		}
		if begun, err = s.begin(ctx, tx, e.Starts, now, lease); err != nil {
			return err
		}
		return release(ctx, tx, e.Release)
	})
	if err != nil {
		return nil, fmt.Errorf("write into the ledger of deliveries: %w", err)
	}
	return begun, nil
}

// Begin is [Store.Enter] of starts alone.
func (s *Store) Begin(ctx context.Context, starts []Start, now time.Time, lease time.Duration) ([]Batch, error) {
	return s.Enter(ctx, Writing{Starts: starts}, now, lease)
}

func postpone(ctx context.Context, tx *store.Tx, list []Postponed) error {
	var rows [][]any
	for _, p := range list {
		for _, change := range p.Changes {
			rows = append(rows, []any{change, p.Claim.Num, tocsin.Micros(p.Due), p.Cancelled})
		}
	}
	_, err := tx.Update(ctx, `UPDATE deliveries SET due_at = column3, cancelled = column4`, []string{"BIGINT", "BIGINT", "BIGINT", "TEXT"}, rows, `WHERE change = column1 AND endpoint = column2 AND batch = 0`)
	return err
}

// begin writes that attempts are made.
func (s *Store) begin(ctx context.Context, tx *store.Tx, starts []Start, now time.Time, lease time.Duration) ([]Batch, error) {
	begun := make([]Batch, len(starts))
	if len(starts) == 0 {
		return begun, nil
	}
	held, err := extend(ctx, tx, starts, now, lease)
	if err != nil {
		return nil, err
	}
	var fresh, again []int
	for i, one := range starts {
		switch {
		case held[one.Claim.Num] != one.Claim.Epoch:
		case one.Batch.Num == 0:
			fresh = append(fresh, i)
		default:
			again = append(again, i)
		}
	}
	if err := s.fix(ctx, tx, starts, fresh, begun, now); err != nil {
		return nil, err
	}
	return begun, repeat(ctx, tx, starts, again, begun, now)
}

// extend moves the ends of leases on and returns the epochs of the endpoints, by
// their numbers, 0 for a claim that was lost.
func extend(ctx context.Context, tx *store.Tx, starts []Start, now time.Time, lease time.Duration) (map[int64]int64, error) {
	held := map[int64]int64{}
	var rows [][]any
	for _, one := range starts {
		if _, ok := held[one.Claim.Num]; !ok {
			held[one.Claim.Num] = one.Claim.Epoch
			rows = append(rows, []any{one.Claim.Num, one.Claim.Epoch, tocsin.Micros(now.Add(lease))})
		}
	}
	n, err := tx.Update(ctx, `UPDATE delivery_endpoints SET lease_ends = column3`, []string{"BIGINT", "BIGINT", "BIGINT"}, rows, `WHERE num = column1 AND epoch = column2`)
	if err != nil || int(n) == len(rows) {
		return held, err
	}
	for num, epoch := range held {
		var now int64
		if err := tx.QueryRowContext(ctx, `SELECT epoch FROM delivery_endpoints WHERE num = $1`, num).Scan(&now); err != nil {
			return nil, err
		}
		if now != epoch {
			held[num] = 0
		}
	}
	return held, nil
}

// fix makes batches of deliveries.
func (s *Store) fix(ctx context.Context, tx *store.Tx, starts []Start, fresh []int, begun []Batch, now time.Time) error {
	if len(fresh) == 0 {
		return nil
	}
	list := make([]Batch, len(fresh))
	for k, i := range fresh {
		list[k] = starts[i].Batch
		list[k].Endpoint, list[k].State, list[k].Attempts, list[k].MadeAt = starts[i].Claim.Num, StateSending, 1, now
	}
	if err := s.addBatches(ctx, tx, list, time.Time{}); err != nil {
		return err
	}
	var rows [][]any
	for k, i := range fresh {
		begun[i] = list[k]
		for _, change := range starts[i].Changes {
			rows = append(rows, []any{list[k].Num, change, list[k].Endpoint})
		}
	}
	n, err := tx.Update(ctx, `UPDATE deliveries SET batch = column1`, []string{"BIGINT", "BIGINT", "BIGINT"}, rows,
		`WHERE change = column2 AND endpoint = column3 AND batch = 0 AND cancelled = ''`)
	if err != nil || int(n) == len(rows) {
		return err
	}
	return undo(ctx, tx, starts, fresh, begun)
}

// addBatches numbers new batches and writes them with what they say. due is when
// those are sent that wait, zero for those that are being sent.
func (s *Store) addBatches(ctx context.Context, tx *store.Tx, list []Batch, due time.Time) error {
	var last int64
	if err := tx.QueryRowContext(ctx, `UPDATE counters SET value = value + $1 WHERE name = 'delivery.batch' RETURNING value`, len(list)).Scan(&last); err != nil {
		return err
	}
	for k := range list {
		list[k].Num = last - int64(len(list)-1-k)
	}
	letters, err := s.keepLetters(ctx, tx, list)
	if err != nil {
		return err
	}
	rows := make([][]any, len(list))
	for k, b := range list {
		rows[k] = []any{b.Num, b.ID, b.Endpoint, b.Kind, b.Group, b.Thread, letters[k].num, letters[k].part, string(b.State), b.Attempts, b.Repeats, tocsin.Micros(due), "", 0, "", tocsin.Micros(b.MadeAt), 0}
	}
	return tx.Insert(ctx, `INSERT INTO delivery_batches (num, id, endpoint, kind, group_key, thread, letter, part, state, attempts, repeats, due_at, reason, status, detail, made_at, settled_at) VALUES `, rows, "")
}

// undo takes batches back of which a delivery is not there any more.
func undo(ctx context.Context, tx *store.Tx, starts []Start, fresh []int, begun []Batch) error {
	for _, i := range fresh {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM deliveries WHERE batch = $1 AND batch > 0`, begun[i].Num).Scan(&n); err != nil {
			return err
		}
		if n == len(starts[i].Changes) {
			continue
		}
		if _, err := tx.ExecContext(ctx, `UPDATE deliveries SET batch = 0 WHERE batch = $1 AND batch > 0`, begun[i].Num); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM delivery_batches WHERE num = $1`, begun[i].Num); err != nil {
			return err
		}
		begun[i] = Batch{}
	}
	return nil
}

// repeat begins batches again that are there: one that was being sent when
// whoever did so was gone may have arrived.
func repeat(ctx context.Context, tx *store.Tx, starts []Start, again []int, begun []Batch, now time.Time) error {
	for _, i := range again {
		b := starts[i].Batch
		if off, err := calledOff(ctx, tx, b, now); err != nil || off {
			if err != nil {
				return err
			}
			continue
		}
		result, err := tx.ExecContext(ctx, `
			UPDATE delivery_batches SET state = 'sending', attempts = attempts + 1, repeats = repeats + CASE WHEN state = 'sending' THEN 1 ELSE 0 END
			WHERE num = $1 AND attempts = $2 AND state IN ('sending', 'retry')`, b.Num, b.Attempts)
		moved, err := store.Changed(result, err)
		if err != nil {
			return err
		}
		if !moved {
			continue
		}
		if b.State == StateSending {
			b.Repeats++
		}
		b.State = StateSending
		b.Attempts++
		begun[i] = b
	}
	return nil
}
