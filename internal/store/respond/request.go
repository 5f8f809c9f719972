package respond

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A RequestDraft is what a request begins with.
type RequestDraft struct {
	Content  tocsin.RequestContent
	Draft    bool                    // it is not complete
	Proposed *tocsin.RequestSeverity // by what was found out before; nil for nothing
	Duties   []tocsin.RequestDuty    // answered before
}

// OpenRequest begins a request of a tenant by the actor of ctx, and returns it with
// its number. It fails with [tocsin.ErrInvalid] and every problem of the content,
// also for an incident of other tenants or a call that is not there.
func (s *Store) OpenRequest(ctx context.Context, tenantID string, d RequestDraft, now time.Time) (r tocsin.Request, err error) {
	now = now.UTC().Truncate(time.Microsecond)
	d.Content.Normalize()
	if err := d.Content.Validate(now); err != nil {
		return r, err
	}
	text, err := json.Marshal(d.Content)
	if err != nil {
		return r, err
	}
	var n int64
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		if err := checkOrigin(ctx, tx, tenant, d.Content); err != nil {
			return err
		}
		x := &turning{tx: tx, tenant: tenant, tenantID: tenantID, incident: d.Content.Incident, by: store.Clean(tocsin.ActorOf(ctx).Name), now: now}
		if err := x.quota(ctx, "request", 0); err != nil {
			return err
		}
		if n, err = tx.Next(ctx, fmt.Sprintf("requests.%d", tenant)); err != nil {
			return err
		}
		x.n = n
		state := tocsin.RequestOpen
		if d.Draft {
			state = tocsin.RequestDraft
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO requests (tenant, n, rev, turns, state, waits, waits_since, requester, issue, incident, content, opened_at, opened_by, filed_at, filed_by, channel, call_back, case_number, ended_at, ended_by, solved, rating, remark, surveyed_at)
			VALUES ($1, $2, 1, 0, $3, $4, $5, $6, $7, $8, $9, $5, $10, 0, '', '', '', '', 0, '', '', 0, '', 0)`,
			tenant, n, state, tocsin.WaitsForUs, tocsin.Micros(now), store.Clean(d.Content.Requester), store.Clean(d.Content.Issue), d.Content.Incident, store.Clean(string(text)), x.by)
		if err != nil {
			return err
		}
		if err := x.begin(ctx, d); err != nil {
			return err
		}
		return x.number(ctx)
	})
	if err != nil {
		return tocsin.Request{}, fmt.Errorf("open request: %w", err)
	}
	return s.Request(ctx, tenantID, n)
}

// begin writes what a request begins with.
func (x *turning) begin(ctx context.Context, d RequestDraft) error {
	if err := x.turn(ctx, "open", tocsin.RequestTurn{Subject: d.Content.Issue}); err != nil {
		return err
	}
	if d.Proposed != nil {
		if err := x.severity(ctx, *d.Proposed); err != nil {
			return err
		}
	}
	if err := x.severity(ctx, tocsin.RequestSeverity{Stage: "asked", Severity: d.Content.Severity}); err != nil {
		return err
	}
	for _, duty := range d.Duties {
		if err := x.answer(ctx, duty); err != nil {
			return err
		}
	}
	return nil
}

// checkOrigin refuses a request about an incident that the tenant has no part in,
// or a call that it does not have.
func checkOrigin(ctx context.Context, tx *store.Tx, tenant int64, c tocsin.RequestContent) error {
	for _, of := range []struct {
		n            int64
		field, query string
	}{
		{c.Incident, "incident", `SELECT COUNT(*) FROM incident_tenants WHERE tenant = $1 AND incident = $2`},
		{c.Call, "call", `SELECT COUNT(*) FROM triages WHERE tenant = $1 AND n = $2`},
	} {
		if of.n == 0 {
			continue
		}
		var found int
		if err := tx.QueryRowContext(ctx, of.query, tenant, of.n).Scan(&found); err != nil {
			return err
		}
		if found == 0 {
			return tocsin.Invalidf(of.field, "There is no %s %d here.", of.field, of.n)
		}
	}
	return nil
}

// EditRequest writes other content into a request that is not filed, and says
// whether it is a draft still. It fails with [tocsin.ErrConflict] when somebody
// changed it meanwhile or it was filed, beside what [Store.OpenRequest] fails with.
func (s *Store) EditRequest(ctx context.Context, tenantID string, n, rev int64, content tocsin.RequestContent, draft bool, now time.Time) error {
	content.Normalize()
	if err := content.Validate(now); err != nil {
		return err
	}
	text, err := json.Marshal(content)
	if err != nil {
		return err
	}
	return s.turning(ctx, "change request", tenantID, n, now, func(x *turning) error {
		switch {
		case x.rev != rev:
			return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "request", Message: "Somebody changed this request meanwhile: look at what they wrote."}
		case x.state == tocsin.RequestFiled || x.state == tocsin.RequestEnded:
			return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "filed", Message: "This request is filed or ended: write into its thread."}
		}
		if err := checkOrigin(ctx, x.tx, x.tenant, content); err != nil {
			return err
		}
		state := tocsin.RequestOpen
		if draft {
			state = tocsin.RequestDraft
		}
		_, err := x.tx.ExecContext(ctx, `UPDATE requests SET rev = rev + 1, state = $3, requester = $4, issue = $5, incident = $6, content = $7 WHERE tenant = $1 AND n = $2`,
			x.tenant, n, state, store.Clean(content.Requester), store.Clean(content.Issue), content.Incident, store.Clean(string(text)))
		if err != nil {
			return err
		}
		var asked string
		err = x.tx.QueryRowContext(ctx, `SELECT severity FROM request_severities WHERE tenant = $1 AND request = $2 AND stage = 'asked' ORDER BY place DESC LIMIT 1`, x.tenant, n).Scan(&asked)
		if err != nil {
			return err
		}
		if asked != content.Severity {
			if err := x.severity(ctx, tocsin.RequestSeverity{Stage: "asked", Severity: content.Severity}); err != nil {
				return err
			}
		}
		return x.turn(ctx, "change", tocsin.RequestTurn{State: state})
	})
}

// A turning is one change of a request, in the transaction that holds its row.
type turning struct {
	tx       *store.Tx
	tenant   int64
	tenantID string
	n, rev   int64
	state    string
	waits    string
	incident int64
	by       string
	now      time.Time
	changes  []tocsin.Change // that are numbered when all is written
}

func noRequest(n int64) error { return tocsin.NotFoundf("There is no request %d.", n) }

// turning lets do change a request under the lock of its row.
func (s *Store) turning(ctx context.Context, doing, tenantID string, n int64, now time.Time, do func(*turning) error) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		x := &turning{tx: tx, tenant: tenant, tenantID: tenantID, n: n, by: store.Clean(tocsin.ActorOf(ctx).Name), now: now.UTC().Truncate(time.Microsecond)}
		err = tx.QueryRowContext(ctx, `UPDATE requests SET turns = turns WHERE tenant = $1 AND n = $2 RETURNING rev, state, waits, incident`, tenant, n).Scan(&x.rev, &x.state, &x.waits, &x.incident)
		if errors.Is(err, sql.ErrNoRows) {
			return noRequest(n)
		}
		if err != nil {
			return err
		}
		if err := do(x); err != nil {
			return err
		}
		return x.number(ctx)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// open refuses what cannot be done with a request that ended.
func (x *turning) open() error {
	if x.state == tocsin.RequestEnded {
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "ended", Message: "This request has ended."}
	}
	return nil
}

// turn writes a row of the thread and one of the audit log, and a copy of what
// concerns it into the timeline of the incident; its change is numbered at the end.
// Words of people are in the thread and the timeline alone.
func (x *turning) turn(ctx context.Context, kind string, t tocsin.RequestTurn) error {
	if t.At.IsZero() {
		t.At = x.now
	}
	t.At = t.At.UTC().Truncate(time.Microsecond)
	if err := tocsin.IncidentInstant("at", t.At, x.now); err != nil {
		return err
	}
	var num int64
	if err := x.tx.QueryRowContext(ctx, `UPDATE requests SET turns = turns + 1 WHERE tenant = $1 AND n = $2 RETURNING turns`, x.tenant, x.n).Scan(&num); err != nil {
		return err
	}
	_, err := x.tx.ExecContext(ctx, `INSERT INTO request_turns (tenant, request, num, kind, at, written_at, by_name, subject, state, words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		x.tenant, x.n, num, kind, tocsin.Micros(t.At), tocsin.Micros(x.now), x.by, store.Clean(t.Subject), store.Clean(t.State), store.Clean(t.Text))
	if err != nil {
		return err
	}
	if err := x.copyToRoom(ctx, kind, t); err != nil {
		return err
	}
	x.changes = append(x.changes, tocsin.Change{Kind: tocsin.KindRequest, ID: strconv.FormatInt(x.n, 10), N: int(num), What: whatOf(kind, t), At: x.now})
	return x.tx.Audit(ctx, tocsin.AuditEntry{At: x.now, TenantID: x.tenantID, Action: "request." + kind, Object: "request " + strconv.FormatInt(x.n, 10), Detail: t.State})
}

// whatOf says what a row of a thread is for those who follow changes.
func whatOf(kind string, t tocsin.RequestTurn) tocsin.What {
	switch kind {
	case "open":
		return tocsin.WhatOpened
	case "filed":
		return tocsin.WhatFiled
	case "ours", "theirs", "reply":
		return tocsin.WhatAnswered
	case "end":
		return tocsin.WhatClosed
	case "reopen":
		return tocsin.WhatReopened
	case "severity":
		if t.Subject == "given" {
			return tocsin.WhatSeverity
		}
	}
	return tocsin.WhatNoted
}

// number appends the changes of what was written. It comes last: whoever holds the
// counter of changes waits for no incident.
func (x *turning) number(ctx context.Context) error {
	for _, c := range x.changes {
		if err := x.tx.Tell(ctx, x.tenant, c); err != nil {
			return err
		}
	}
	x.changes = nil
	return nil
}

// copyToRoom tells the incident of a request what becomes of it, while the
// incident goes on.
func (x *turning) copyToRoom(ctx context.Context, kind string, t tocsin.RequestTurn) error {
	switch kind {
	case "open", "ours", "theirs", "filed", "severity", "end":
	default:
		return nil
	}
	if x.incident == 0 || kind == "severity" && t.Subject != "given" {
		return nil
	}
	var num int64
	err := x.tx.QueryRowContext(ctx, `UPDATE incidents SET entries = entries + 1 WHERE n = $1 AND closed_at = 0 RETURNING entries`, x.incident).Scan(&num)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	tenants, err := strs(x.tx.QueryContext(ctx, `SELECT x.id FROM incident_tenants i JOIN tenants x ON x.num = i.tenant WHERE i.incident = $1`, x.incident))
	if err != nil {
		return err
	}
	state := kind
	if kind == "severity" {
		state = t.State
	}
	_, err = x.tx.ExecContext(ctx, `INSERT INTO incident_entries (incident, num, kind, happened_at, written_at, by_name, subject, state, words, amends) VALUES ($1, $2, 'request', $3, $4, $5, $6, $7, $8, 0)`,
		x.incident, num, tocsin.Micros(t.At), tocsin.Micros(x.now), x.by, tocsin.RoomRequest(tenants, x.tenantID, x.n), state, store.Clean(t.Text))
	return err
}

// severity notes a severity of one of the stages.
func (x *turning) severity(ctx context.Context, s tocsin.RequestSeverity) error {
	if s.At.IsZero() {
		s.At = x.now
	}
	_, err := x.tx.ExecContext(ctx, `
		INSERT INTO request_severities (tenant, request, place, stage, severity, why, at, by_name)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), COUNT(*) + 1, $3, $4, $5, CAST($6 AS BIGINT), $7 FROM request_severities WHERE tenant = $1 AND request = $2`,
		x.tenant, x.n, s.Stage, s.Severity, store.Clean(s.Why), tocsin.Micros(s.At.UTC().Truncate(time.Microsecond)), x.by)
	return err
}

// answer notes the answer to a duty, in the place of an earlier one.
func (x *turning) answer(ctx context.Context, d tocsin.RequestDuty) error {
	_, err := x.tx.ExecContext(ctx, `
		INSERT INTO request_duties (tenant, request, duty, done, note, at, by_name) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (tenant, request, duty) DO UPDATE SET done = excluded.done, note = excluded.note, at = excluded.at, by_name = excluded.by_name`,
		x.tenant, x.n, d.Duty, d.Done, store.Clean(d.Note), tocsin.Micros(x.now), x.by)
	return err
}

// waiting says who has to move from an instant on.
func (x *turning) waiting(ctx context.Context, who string, since time.Time) error {
	if who == x.waits {
		return nil // they wait since longer
	}
	_, err := x.tx.ExecContext(ctx, `UPDATE requests SET waits = $3, waits_since = $4 WHERE tenant = $1 AND n = $2`, x.tenant, x.n, who, tocsin.Micros(since.UTC().Truncate(time.Microsecond)))
	x.waits = who
	return err
}
