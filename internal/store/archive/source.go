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

// PutSource makes a source of a tenant known, or brings its interval up to
// date. A new source is due at once. What the desk authors is no such source.
// Only what changes something is in the audit log, and what
// [Store.PutConnection] said there already is not said again.
func (s *Store) PutSource(ctx context.Context, tenantID, name string, every time.Duration) error {
	if name == tocsin.SourceOwn {
		return tocsin.Invalidf("source", "The name %s stands for what the desk itself authors.", name)
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `
			INSERT INTO sources (tenant, name, enabled, poll_every, due_at, epoch, leased_at, lease_ends, last_ok_at, last_full_at, watermark, failures, shorts, outcome, problem)
			VALUES ($1, $2, $3, $4, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '')
			ON CONFLICT (tenant, name) DO UPDATE SET enabled = excluded.enabled, poll_every = excluded.poll_every
			WHERE sources.enabled <> excluded.enabled OR sources.poll_every <> excluded.poll_every`,
			tenant, name, true, every.Microseconds())
		if moved, err := store.Changed(result, err); err != nil || !moved {
			return err
		}
		var connected int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM connections WHERE tenant = $1 AND name = $2`, tenant, name).Scan(&connected); err != nil || connected > 0 {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{TenantID: tenantID, Action: "source.put", Object: name, Detail: "every " + every.String()})
	})
	if err != nil {
		return fmt.Errorf("put source %s: %w", name, err)
	}
	return nil
}

// NameProvider says who speaks through a source of a tenant, "" for the usual
// provider.
func (s *Store) NameProvider(ctx context.Context, tenantID, name, provider string) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `UPDATE sources SET provider = $1 WHERE tenant = $2 AND name = $3 AND provider <> $1`, provider, tenant, name)
		if moved, err := store.Changed(result, err); err != nil || !moved {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{TenantID: tenantID, Action: "source.provider", Object: name, Detail: provider})
	})
	if err != nil {
		return fmt.Errorf("name provider of source %s: %w", name, err)
	}
	return nil
}

const sourceColumns = `t.id, s.name, s.provider, s.poll_every, s.due_at, s.epoch, s.leased_at, s.lease_ends, s.last_ok_at, s.last_full_at,
	s.watermark, s.failures, s.shorts, s.outcome, s.problem, s.unreadable, s.told_stale FROM sources s JOIN tenants t ON t.num = s.tenant`

func scanSource(rows *sql.Rows) (tocsin.SourceState, error) {
	var c tocsin.SourceState
	var every, due, leased, ends, ok, full, mark int64
	var problem string
	err := rows.Scan(&c.TenantID, &c.Name, &c.Provider, &every, &due, &c.Epoch, &leased, &ends, &ok, &full, &mark, &c.Failures, &c.Shorts, &c.Outcome, &problem, &c.Unreadable, &c.ToldStale)
	c.Problem = tocsin.DecodeProblem(problem)
	c.Interval = time.Duration(every) * time.Microsecond
	c.DueAt, c.LeasedAt, c.LeaseEnds = tocsin.FromMicros(due), tocsin.FromMicros(leased), tocsin.FromMicros(ends)
	c.LastOKAt, c.LastFullAt, c.Watermark = tocsin.FromMicros(ok), tocsin.FromMicros(full), tocsin.FromMicros(mark)
	return c, err
}

// Sources lists what is known about the sources of a tenant, or of all tenants
// for an empty id, by tenant and name.
func (s *Store) Sources(ctx context.Context, tenantID string) ([]tocsin.SourceState, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+sourceColumns+` WHERE s.enabled AND (CAST($1 AS TEXT) = '' OR t.id = CAST($1 AS TEXT)) ORDER BY t.id, s.name`, tenantID)
	list, err := store.Collect(rows, err, scanSource)
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", s.db.Translate(err))
	}
	return list, nil
}

// DueSources lists up to limit sources that are due at now and that nobody
// polls, longest due first.
func (s *Store) DueSources(ctx context.Context, now time.Time, limit int) ([]tocsin.SourceState, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+sourceColumns+`
		WHERE s.enabled AND NOT t.disabled AND s.due_at <= $1 AND s.lease_ends <= $1 ORDER BY s.due_at, t.id, s.name LIMIT $2`, tocsin.Micros(now), limit)
	list, err := store.Collect(rows, err, scanSource)
	if err != nil {
		return nil, fmt.Errorf("list due sources: %w", s.db.Translate(err))
	}
	return list, nil
}

// HurrySource makes a source due at once, for whoever polls next.
func (s *Store) HurrySource(ctx context.Context, tenantID, name string) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `UPDATE sources SET due_at = 0 WHERE tenant = $1 AND name = $2 AND enabled`, tenant, name)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, tocsin.NotFoundf("There is no source %q.", tocsin.Clip(name, 64)))
		}
		return tx.Audit(ctx, tocsin.AuditEntry{TenantID: tenantID, Action: "source.poll", Object: name})
	})
	if err != nil {
		return fmt.Errorf("hurry source: %w", err)
	}
	return nil
}

// ClaimSource takes a source for one poll until now+lease and opens its row in
// the poll log. It fails with [tocsin.ErrConflict] while somebody else polls
// it, and, unless force is set, while it is not due.
func (s *Store) ClaimSource(ctx context.Context, tenantID, name string, now time.Time, lease time.Duration, force bool) (tocsin.SourceState, error) {
	var claimed tocsin.SourceState
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		due := tocsin.Micros(now)
		if force {
			due = 1 << 62
		}
		result, err := tx.ExecContext(ctx, `
			UPDATE sources SET epoch = epoch + 1, leased_at = $1, lease_ends = $2
			WHERE tenant = $3 AND name = $4 AND enabled AND lease_ends <= $1 AND due_at <= $5`,
			tocsin.Micros(now), tocsin.Micros(now.Add(lease)), tenant, name, due)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, tocsin.Conflictf("The source %s is being polled or not due.", name))
		}
		rows, err := tx.QueryContext(ctx, `SELECT `+sourceColumns+` WHERE s.tenant = $1 AND s.name = $2`, tenant, name)
		list, err := store.Collect(rows, err, scanSource)
		if err != nil || len(list) != 1 {
			return errors.Join(err, sql.ErrNoRows)
		}
		claimed = list[0]
		return startPoll(ctx, tx, tenant, claimed)
	})
	if err != nil {
		return tocsin.SourceState{}, fmt.Errorf("claim source %s: %w", name, err)
	}
	return claimed, nil
}

func startPoll(ctx context.Context, q store.Querier, tenant int64, c tocsin.SourceState) error {
	if _, err := q.ExecContext(ctx, `UPDATE polls SET outcome = $1 WHERE tenant = $2 AND source = $3 AND epoch < $4 AND outcome = $5`,
		string(tocsin.OutcomeAbandoned), tenant, c.Name, c.Epoch, string(tocsin.OutcomeRunning)); err != nil {
		return err
	}
	_, err := q.ExecContext(ctx, `
		INSERT INTO polls (tenant, source, epoch, whole, started_at, finished_at, outcome, requests, items, added, updated, departed, problem)
		VALUES ($1, $2, $3, $4, $5, 0, $6, 0, 0, 0, 0, 0, '')`,
		tenant, c.Name, c.Epoch, false, tocsin.Micros(c.LeasedAt), string(tocsin.OutcomeRunning))
	return err
}

// A PollEnd is how a claimed poll ended. Counts of new, updated and left items
// in Poll are filled in from what was recorded.
type PollEnd struct {
	Poll      tocsin.Poll
	Watermark time.Time // newest lastModifiedDateTime of a complete poll; zero to keep
	Shorts    int
	DueAt     time.Time
	// Current tells that a poll that was not complete read the lists on which
	// the health of services stands, so that they are confirmed.
	Current bool
	// Unreadable is all that cannot be read of the source, nil to keep what is
	// stored. What came in earlier polls needs no body in it.
	Unreadable []tocsin.Unreadable
	// Missed is for each kind that a poll could compare what a list too short
	// to be believed lacks, with the number of polls in a row that lacked it.
	// Other kinds stay as they are stored.
	Missed map[tocsin.Kind][]Missing
}

// FinishPoll ends the claimed poll: what it found, its row in the log and the
// state of its source are written in one transaction. It fails with
// [tocsin.ErrConflict] and writes nothing when the claim was lost meanwhile.
func (s *Store) FinishPoll(ctx context.Context, end PollEnd, found *Record) ([]tocsin.Change, error) {
	var changes []tocsin.Change
	err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		changes, err = s.finishPoll(ctx, tx, end, found)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("finish poll of %s: %w", end.Poll.Source, err)
	}
	return changes, nil
}

func (s *Store) finishPoll(ctx context.Context, tx *store.Tx, end PollEnd, found *Record) (changes []tocsin.Change, err error) {
	p := end.Poll
	tenant, err := s.db.TenantNum(ctx, tx, p.TenantID)
	if err != nil {
		return nil, err
	}
	if found != nil {
		found.Listed = true
		if changes, err = s.record(ctx, tx, *found); err != nil {
			return nil, err
		}
		countChanges(&p, changes)
	}
	if end.Unreadable != nil {
		if err := s.putUnreadable(ctx, tx, tenant, p.Source, end.Unreadable); err != nil {
			return nil, err
		}
	}
	if err := putMissed(ctx, tx, tenant, p.Source, end.Missed); err != nil {
		return nil, err
	}
	okAt, fullAt, mark := int64(0), int64(0), int64(0)
	if p.Outcome.Complete() {
		mark = tocsin.Micros(end.Watermark)
		if p.Full {
			fullAt = tocsin.Micros(p.FinishedAt)
		}
	}
	if p.Outcome.Complete() || end.Current {
		okAt = tocsin.Micros(p.FinishedAt)
		if err := closeGap(ctx, tx, tenant, p.Source, p.Epoch, okAt); err != nil {
			return nil, err
		}
		if err := tellHeard(ctx, tx, tenant, p.Source, p.FinishedAt); err != nil {
			return nil, err
		}
	}
	result, err := tx.ExecContext(ctx, `
		UPDATE sources SET due_at = $1, leased_at = 0, lease_ends = 0, shorts = $2, outcome = $3, problem = $4,
			failures = CASE WHEN $11 THEN 0 ELSE failures + 1 END, unreadable = CASE WHEN $12 THEN CAST($13 AS INTEGER) ELSE unreadable END,
			last_ok_at = CASE WHEN CAST($5 AS BIGINT) > last_ok_at THEN CAST($5 AS BIGINT) ELSE last_ok_at END,
			last_full_at = CASE WHEN CAST($6 AS BIGINT) > last_full_at THEN CAST($6 AS BIGINT) ELSE last_full_at END,
			watermark = CASE WHEN CAST($7 AS BIGINT) > watermark THEN CAST($7 AS BIGINT) ELSE watermark END
		WHERE tenant = $8 AND name = $9 AND epoch = $10 AND lease_ends > 0`,
		tocsin.Micros(end.DueAt), end.Shorts, string(p.Outcome), store.Clean(p.Problem.Encode()), okAt, fullAt, mark, tenant, p.Source, p.Epoch,
		p.Outcome.Complete(), end.Unreadable != nil, len(end.Unreadable))
	if err != nil {
		return nil, err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return nil, errors.Join(err, tocsin.Conflictf("The claim on source %s was lost.", p.Source))
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE polls SET whole = $1, finished_at = $2, outcome = $3, requests = $4, items = $5, added = $6, updated = $7, departed = $8, problem = $9,
			unreadable = $13, withheld = $14
		WHERE tenant = $10 AND source = $11 AND epoch = $12`,
		p.Full, tocsin.Micros(p.FinishedAt), string(p.Outcome), p.Requests, p.Items, p.New, p.Updated, p.Left, store.Clean(p.Problem.Encode()), tenant, p.Source, p.Epoch,
		p.Unreadable, p.Withheld)
	return changes, err
}

func countChanges(p *tocsin.Poll, changes []tocsin.Change) {
	for _, c := range changes {
		switch c.What {
		case tocsin.WhatNew:
			p.New++
		case tocsin.WhatUpdated, tocsin.WhatReturned:
			p.Updated++
		case tocsin.WhatLeft:
			p.Left++
		}
	}
	if len(changes) > 0 && p.Outcome == tocsin.OutcomeUnchanged {
		p.Outcome = tocsin.OutcomeChanged
	}
}

// Restored ends the claims on all sources of a desk that was put back: those who
// held them are gone.
func (s *Store) Restored(ctx context.Context, tx *store.Tx) error {
	if _, err := tx.ExecContext(ctx, `UPDATE sources SET leased_at = 0, lease_ends = 0, epoch = epoch + 1 WHERE lease_ends > 0`); err != nil {
		return fmt.Errorf("end claims on sources: %w", err)
	}
	return nil
}
