package delivery

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// KindEscalation is the kind of deliveries that are sent unless somebody takes
// their issue in hand, or it is over. Each makes a message of its own.
const KindEscalation = "escalation"

// KindIncident is the kind of deliveries of what the desk says about an incident. Each
// makes a message of its own.
const KindIncident = "incident"

// Why an escalation is not sent, as the ledger has it.
const (
	CancelledAcknowledged = "acknowledged"
	CancelledOver         = "over"
)

// An IssueOf is an issue of a tenant.
type IssueOf struct {
	TenantID string
	Ref      tocsin.Ref
}

// An Over says that an issue is over, or no incident any more, since a change.
type Over struct {
	IssueOf
	Change int64
	At     time.Time
}

// holdEscalations keeps two from deciding on escalations at once: one of them would
// not see what the other writes. It comes before all else that is locked.
func holdEscalations(ctx context.Context, tx *store.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE counters SET value = value + 1 WHERE name = 'escalations'`)
	return err
}

// Acknowledge notes that the actor of ctx takes an open issue of a tenant in hand:
// nobody is called any more who would have been. It appends a change, so that open
// pages show it. It fails with [tocsin.ErrNotFound] when the tenant does not have
// the issue, and with [tocsin.ErrConflict] when somebody has it in hand. Whether
// the issue is open is for the caller to know.
func (s *Store) Acknowledge(ctx context.Context, tenantID string, ref tocsin.Ref, now time.Time) (tocsin.Acknowledgement, error) {
	actor := tocsin.ActorOf(ctx)
	one := tocsin.Acknowledgement{At: now.UTC().Truncate(time.Microsecond), ByID: actor.UserID, By: actor.Name}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		if err := holdEscalations(ctx, tx); err != nil {
			return err
		}
		tenant, item, err := s.db.MemberItem(ctx, tx, tenantID, ref)
		if err != nil {
			return err
		}
		before, err := acknowledgement(ctx, tx, tenant, item)
		if err != nil {
			return err
		}
		if before != nil {
			return tocsin.Conflictf("%s acknowledged it at %s.", tocsin.Clip(before.By, 80), before.At.Format(time.RFC3339))
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO acknowledgements (tenant, item, at, by_id, by_name, ended_at) VALUES ($1, $2, $3, $4, $5, 0)`,
			tenant, item, tocsin.Micros(one.At), one.ByID, store.Clean(one.By)); err != nil {
			return err
		}
		if err := cancelEscalations(ctx, tx, tenant, item, math.MaxInt64, CancelledAcknowledged, now); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(max(n), 0) FROM changes WHERE seq = (SELECT max(seq) FROM changes WHERE tenant = $1 AND item = $2)`, tenant, item).Scan(&n); err != nil {
			return err
		}
		if err := tx.Append(ctx, tenant, []store.ItemChange{{Item: item, Change: tocsin.Change{N: n, What: tocsin.WhatAcknowledged, At: one.At}}}); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: tenantID, Action: "issue.acknowledge", Object: ref.ID})
	})
	if err != nil {
		return one, fmt.Errorf("acknowledge %s: %w", ref.ID, s.db.Translate(err))
	}
	return one, nil
}

// acknowledgement returns who has an issue in hand, nil for nobody.
func acknowledgement(ctx context.Context, q store.Querier, tenant, item int64) (*tocsin.Acknowledgement, error) {
	var at int64
	var one tocsin.Acknowledgement
	err := q.QueryRowContext(ctx, `SELECT at, by_id, by_name FROM acknowledgements WHERE tenant = $1 AND item = $2 AND ended_at = 0`, tenant, item).Scan(&at, &one.ByID, &one.By)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // nobody has
	}
	one.At = tocsin.FromMicros(at)
	return &one, err
}

// cancelEscalations keeps those of an issue from being sent that changes up to one
// have called for.
func cancelEscalations(ctx context.Context, tx *store.Tx, tenant, item, upTo int64, reason string, now time.Time) error {
	const which = ` FROM delivery_escalations x WHERE x.tenant = $2 AND x.item = $3 AND x.ended = '' AND x.change <= $4`
	for _, statement := range []string{
		`UPDATE deliveries SET cancelled = $1 WHERE batch = 0 AND cancelled = '' AND kind = 'escalation' AND CAST($5 AS BIGINT) >= 0 AND (change, endpoint) IN (SELECT x.change, x.endpoint` + which + `)`,
		`UPDATE delivery_batches SET state = 'cancelled', reason = $1, settled_at = CAST($5 AS BIGINT) WHERE state = 'retry' AND kind = 'escalation' AND num IN (
			SELECT d.batch FROM deliveries d WHERE d.batch > 0 AND (d.change, d.endpoint) IN (SELECT x.change, x.endpoint` + which + `))`,
		`UPDATE delivery_escalations SET ended = $1 WHERE tenant = $2 AND item = $3 AND ended = '' AND change <= $4 AND CAST($5 AS BIGINT) >= 0`,
	} {
		if _, err := tx.ExecContext(ctx, statement, reason, tenant, item, upTo, tocsin.Micros(now)); err != nil {
			return fmt.Errorf("cancel escalations: %w", err)
		}
	}
	return nil
}

// Escalating returns the issues of which somebody is to be called, or that somebody
// has in hand, as a transaction sees them.
func (s *Store) Escalating(ctx context.Context, tx *store.Tx) (map[IssueOf]bool, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT t.id, i.kind, i.id FROM (SELECT tenant, item FROM delivery_escalations WHERE ended = '' UNION SELECT tenant, item FROM acknowledgements WHERE ended_at = 0) AS x
		JOIN tenants t ON t.num = x.tenant JOIN items i ON i.num = x.item`)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (one IssueOf, err error) {
		return one, rows.Scan(&one.TenantID, &one.Ref.Kind, &one.Ref.ID)
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	found := make(map[IssueOf]bool, len(list))
	for _, one := range list {
		found[one] = true
	}
	return found, nil
}

// EndEscalations keeps escalations from being sent whose issues are over, in the
// transaction of whoever saw that: nobody has these in hand any more.
func (s *Store) EndEscalations(ctx context.Context, tx *store.Tx, list []Over, now time.Time) error {
	if len(list) == 0 {
		return nil
	}
	if err := holdEscalations(ctx, tx); err != nil {
		return err
	}
	for _, one := range list {
		tenant, item, err := s.db.MemberItem(ctx, tx, one.TenantID, one.Ref)
		if errors.Is(err, tocsin.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := cancelEscalations(ctx, tx, tenant, item, one.Change, CancelledOver, now); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE acknowledgements SET ended_at = $1 WHERE tenant = $2 AND item = $3 AND ended_at = 0 AND at <= $4`,
			tocsin.Micros(now), tenant, item, tocsin.Micros(one.At)); err != nil {
			return fmt.Errorf("end acknowledgement: %w", err)
		}
	}
	return nil
}

// takenInHand returns which of the changes of rows are of issues that somebody has
// in hand: nobody is called about them. It locks nothing where nobody is called.
func takenInHand(ctx context.Context, tx *store.Tx, list []Row) (map[int64]bool, error) {
	var changes []int64
	for _, r := range list {
		if r.Kind == KindEscalation && r.Cancelled == "" && !slices.Contains(changes, r.Change) {
			changes = append(changes, r.Change)
		}
	}
	if len(changes) == 0 {
		return nil, nil
	}
	if err := holdEscalations(ctx, tx); err != nil {
		return nil, err
	}
	taken := map[int64]bool{}
	for part := range slices.Chunk(changes, store.MaxArgs) {
		rows, err := tx.QueryContext(ctx, `SELECT c.seq FROM changes c JOIN acknowledgements a ON a.tenant = c.tenant AND a.item = c.item WHERE a.ended_at = 0 AND c.seq IN (`+store.Placeholders(1, len(part))+`)`, store.Args(part)...)
		seqs, err := store.Collect(rows, err, func(rows *sql.Rows) (seq int64, err error) { return seq, rows.Scan(&seq) })
		if err != nil {
			return nil, fmt.Errorf("find who has issues in hand: %w", err)
		}
		for _, seq := range seqs {
			taken[seq] = true
		}
	}
	return taken, nil
}

// escalations notes which deliveries are escalations, so that they are found when
// somebody takes their issue in hand.
func escalations(ctx context.Context, tx *store.Tx, list []Row, written [][]any) error {
	var rows [][]any
	for i, r := range list {
		if cancelled := written[i][7].(string); r.Kind == KindEscalation && cancelled == "" {
			rows = append(rows, []any{r.Change, written[i][1]})
		}
	}
	_, err := tx.Update(ctx, `INSERT INTO delivery_escalations (tenant, item, change, endpoint, ended) SELECT c.tenant, c.item, v.column1, v.column2, ''`,
		[]string{"BIGINT", "BIGINT"}, rows, `JOIN changes c ON c.seq = v.column1 WHERE c.seq > 0 ON CONFLICT (tenant, item, change, endpoint) DO NOTHING`)
	return err
}

// calledOff reports whether a message that is about to be sent again is an
// escalation that is not to be, and settles it: one that may have arrived is in
// doubt.
func calledOff(ctx context.Context, tx *store.Tx, b Batch, now time.Time) (bool, error) {
	if b.Kind != KindEscalation {
		return false, nil
	}
	var why string
	err := tx.QueryRowContext(ctx, `SELECT x.ended FROM delivery_escalations x JOIN deliveries d ON d.change = x.change AND d.endpoint = x.endpoint WHERE d.batch = $1 AND d.batch > 0 AND x.ended <> '' LIMIT 1`, b.Num).Scan(&why)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE delivery_batches SET state = CASE WHEN state = 'sending' THEN 'in_doubt' ELSE 'cancelled' END, reason = $1, settled_at = $2
		WHERE num = $3 AND attempts = $4 AND state IN ('sending', 'retry')`, why, tocsin.Micros(now), b.Num, b.Attempts)
	return true, err
}

// escalates reports whether a writing touches escalations that may be called off
// meanwhile.
func (e Writing) escalates() bool {
	return slices.ContainsFunc(e.Starts, func(s Start) bool { return s.Batch.Kind == KindEscalation }) || slices.ContainsFunc(e.Other, func(r Row) bool { return r.Kind == KindEscalation })
}

// Escalation returns what happens to an issue of a tenant that nobody takes in
// hand, and who has it.
func (s *Store) Escalation(ctx context.Context, tenantID string, ref tocsin.Ref) (e tocsin.Escalation, err error) {
	tenant, item, err := s.db.MemberItem(ctx, s.db.Read(), tenantID, ref)
	if errors.Is(err, tocsin.ErrNotFound) {
		return e, nil
	}
	if err == nil {
		e.Acknowledged, err = acknowledgement(ctx, s.db.Read(), tenant, item)
	}
	if err != nil {
		return e, fmt.Errorf("read escalation of %s: %w", ref.ID, s.db.Translate(err))
	}
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT e.key, d.due_at, CASE WHEN x.ended <> '' THEN x.ended ELSE d.cancelled END, COALESCE(b.made_at, 0) FROM delivery_escalations x JOIN deliveries d ON d.change = x.change AND d.endpoint = x.endpoint
		JOIN delivery_endpoints e ON e.num = x.endpoint LEFT JOIN delivery_batches b ON b.num = d.batch
		WHERE x.tenant = $1 AND x.item = $2 ORDER BY d.due_at, e.key`, tenant, item)
	e.Steps, err = store.Collect(rows, err, func(rows *sql.Rows) (step tocsin.EscalationStep, err error) {
		var due, made int64
		err = rows.Scan(&step.Endpoint, &due, &step.Ended, &made)
		if step.At = tocsin.FromMicros(due); made > 0 {
			step.At, step.Sent = tocsin.FromMicros(made), true
		}
		return step, err
	})
	if err != nil {
		return e, fmt.Errorf("read escalation of %s: %w", ref.ID, s.db.Translate(err))
	}
	return e, nil
}
