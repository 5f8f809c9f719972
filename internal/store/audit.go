package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// Audit writes down, in the transaction of what it tells, that the actor of ctx
// did something. Methods that change what people can set call it once; when it
// fails, so does what they did. The counter's row puts entries in one order.
func (tx *Tx) Audit(ctx context.Context, e tocsin.AuditEntry) error {
	e.Actor = tocsin.ActorOf(ctx)
	if e.At.IsZero() { // the caller has no clock
		e.At = time.Now()
	}
	e.Actor.Name, e.Object, e.Detail = Clean(e.Actor.Name), Clean(e.Object), Clean(e.Detail)
	if err := tx.QueryRowContext(ctx, `UPDATE counters SET value = value + 1 WHERE name = 'audit' RETURNING value`).Scan(&e.N); err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	var previous []byte
	err := tx.QueryRowContext(ctx, `SELECT chain FROM audit WHERE n = $1`, e.N-1).Scan(&previous)
	if err != nil && (e.N > 1 || !errors.Is(err, sql.ErrNoRows)) {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	var head tocsin.Hash
	copy(head[:], previous)
	e.Chain = e.Link(head)
	_, err = tx.ExecContext(ctx, `
		INSERT INTO audit (n, at, user_id, actor, address, tenant, action, object, detail, chain)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		e.N, micros(e.At), e.Actor.UserID, e.Actor.Name, e.Actor.Address, e.TenantID, e.Action, e.Object, e.Detail, e.Chain[:])
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	return nil
}

const auditColumns = `n, at, user_id, actor, address, tenant, action, object, detail, chain FROM audit`

func scanAudit(rows *sql.Rows) (e tocsin.AuditEntry, err error) {
	var at int64
	var chain []byte
	err = rows.Scan(&e.N, &at, &e.Actor.UserID, &e.Actor.Name, &e.Actor.Address, &e.TenantID, &e.Action, &e.Object, &e.Detail, &chain)
	e.At = tocsin.FromMicros(at)
	copy(e.Chain[:], chain)
	return e, err
}

// An AuditQuery asks for part of the audit log. Members that are zero ask for
// nothing.
type AuditQuery struct {
	Before   int64 // number that entries are below
	Limit    int
	Actor    string // name of who acted
	Action   string // such as "user.add"
	TenantID string
	Since    time.Time
}

// Audit lists the audit entries that a query asks for, newest first.
func (s *Store) Audit(ctx context.Context, q AuditQuery) ([]tocsin.AuditEntry, error) {
	if q.Before <= 0 {
		q.Before = 1 << 62
	}
	since := int64(-1 << 62)
	if !q.Since.IsZero() {
		since = micros(q.Since)
	}
	rows, err := s.read.QueryContext(ctx, `
		SELECT `+auditColumns+`
		WHERE n < $1 AND at >= $2 AND ($3 = '' OR actor = $3) AND ($4 = '' OR action = $4) AND ($5 = '' OR tenant = $5)
		ORDER BY n DESC LIMIT $6`, q.Before, since, q.Actor, q.Action, q.TenantID, q.Limit)
	list, err := Collect(rows, err, scanAudit)
	if err != nil {
		return nil, fmt.Errorf("list audit entries: %w", s.Translate(err))
	}
	return list, nil
}

// AuditActors lists the names of those who are in the audit log, up to limit.
func (s *Store) AuditActors(ctx context.Context, limit int) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT DISTINCT actor FROM audit ORDER BY actor LIMIT $1`, limit)
	list, err := Collect(rows, err, func(rows *sql.Rows) (name string, err error) { return name, rows.Scan(&name) })
	if err != nil {
		return nil, fmt.Errorf("list those who acted: %w", s.Translate(err))
	}
	return list, nil
}

// An AuditVerification is what [Store.VerifyAudit] found out.
type AuditVerification struct {
	Entries int64
	Head    tocsin.Hash // publish it elsewhere to notice a truncated log later
	Problem string      // names the first entry that does not fit, "" when all do
}

// VerifyAudit recomputes the hash chain of all audit entries. Given the number
// and chain hash of an entry that was noted elsewhere, it also tells whether
// that entry is still there; number 0 asks for none.
func (s *Store) VerifyAudit(ctx context.Context, noted int64, head tocsin.Hash) (AuditVerification, error) {
	var v AuditVerification
	// The counter is read first: entries that are added meanwhile are none too many.
	var counted int64
	if err := s.read.QueryRowContext(ctx, `SELECT value FROM counters WHERE name = 'audit'`).Scan(&counted); err != nil {
		return v, fmt.Errorf("verify audit log: %w", s.Translate(err))
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+auditColumns+` ORDER BY n`)
	if err != nil {
		return v, fmt.Errorf("verify audit log: %w", s.Translate(err))
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanAudit(rows)
		if err != nil {
			return v, fmt.Errorf("verify audit log: %w", err)
		}
		v.check(e, noted, head)
		if v.Problem != "" {
			return v, nil
		}
	}
	if err := rows.Err(); err != nil {
		return v, fmt.Errorf("verify audit log: %w", s.Translate(err))
	}
	if last := max(counted, noted); v.Entries < last {
		v.Problem = fmt.Sprintf("The log ends after entry %d, but %d were written: the newest were removed.", v.Entries, last)
	}
	return v, nil
}

// check holds the next entry against those before it.
func (v *AuditVerification) check(e tocsin.AuditEntry, noted int64, head tocsin.Hash) {
	switch {
	case e.N != v.Entries+1:
		v.Problem = fmt.Sprintf("Entry %d is missing.", v.Entries+1)
	case e.Link(v.Head) != e.Chain:
		v.Problem = fmt.Sprintf("Entry %d (%s by %s) does not fit the one before it.", e.N, e.Action, e.Actor.Name)
	case e.N == noted && e.Chain != head:
		v.Problem = fmt.Sprintf("Entry %d is not the one that was noted.", e.N)
	default:
		v.Entries, v.Head = e.N, e.Chain
	}
}
