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

// maxProbeCodes is how many codes of a tenant may be good at once.
const maxProbeCodes = 200

// AddProbeCode keeps the hash of a one-time code of the actor of ctx, with which
// one result may be sent until an instant. It fails with [tocsin.ErrConflict] when
// 200 codes of the tenant are good already.
func (s *Store) AddProbeCode(ctx context.Context, tenantID string, hash tocsin.Hash, until, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM probe_codes WHERE tenant = $1 AND ends_at > $2`, tenant, tocsin.Micros(now)).Scan(&n); err != nil {
			return err
		}
		if n >= maxProbeCodes {
			return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "code", Message: fmt.Sprintf("%d codes are good already: use one of them, or wait until they end.", n)}
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO probe_codes (hash, tenant, author, ends_at) VALUES ($1, $2, $3, $4)`, hash[:], tenant, store.Clean(tocsin.ActorOf(ctx).Name), tocsin.Micros(until))
		if err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: tenantID, Action: "probe.code", Object: "code", Detail: "until " + tocsin.FormatTime(until)})
	})
	if err != nil {
		return fmt.Errorf("add probe code: %w", err)
	}
	return nil
}

// TakeProbe keeps a result that comes with a code, which is worth nothing then. It
// returns the result with the tenant of the code and who made it, and fails with
// [tocsin.ErrNotFound] when the code is none, has ended, was used, or is of another
// tenant than the one that is named; "" stands for any.
func (s *Store) TakeProbe(ctx context.Context, tenantID string, hash tocsin.Hash, p tocsin.Probe) (tocsin.Probe, error) {
	p.Origin = tocsin.ProbeSent
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var tenant int64
		err := tx.QueryRowContext(ctx, `DELETE FROM probe_codes WHERE hash = $1 AND ends_at > $2 AND ($3 = '' OR tenant = (SELECT num FROM tenants WHERE id = $3)) RETURNING tenant, author, (SELECT id FROM tenants WHERE num = probe_codes.tenant)`,
			hash[:], tocsin.Micros(p.ReceivedAt), tenantID).Scan(&tenant, &p.By, &p.TenantID)
		if errors.Is(err, sql.ErrNoRows) {
			return tocsin.NotFoundf("The code is not known, was used, or has ended: ask the desk for a new one.")
		}
		if err != nil {
			return err
		}
		if err := insertProbe(ctx, tx, tenant, &p); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: p.ReceivedAt, TenantID: p.TenantID, Action: "probe.send", Object: "probe", Detail: p.ID + ": " + p.Cause})
	})
	if err != nil {
		return tocsin.Probe{}, fmt.Errorf("take probe: %w", err)
	}
	return p, nil
}

// AddProbe keeps a result that somebody of the desk pasted, or the server's own,
// which nobody did and the audit log does not have.
func (s *Store) AddProbe(ctx context.Context, p tocsin.Probe) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, p.TenantID)
		if err != nil {
			return err
		}
		if err := insertProbe(ctx, tx, tenant, &p); err != nil || p.Origin == tocsin.ProbeServer {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: p.ReceivedAt, TenantID: p.TenantID, Action: "probe.paste", Object: "probe", Detail: p.ID + ": " + p.Cause})
	})
	if err != nil {
		return fmt.Errorf("add probe: %w", err)
	}
	return nil
}

func insertProbe(ctx context.Context, tx *store.Tx, tenant int64, p *tocsin.Probe) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO probes (id, tenant, at, received_at, seat, network, origin, author, cause, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		p.ID, tenant, tocsin.Micros(p.At), tocsin.Micros(p.ReceivedAt), store.Clean(p.Seat), store.Clean(p.Network), p.Origin, store.Clean(p.By), p.Cause, store.Clean(string(p.Result)))
	return err
}

// Probes lists results of a tenant that were received since an instant, the last
// first, at most limit.
func (s *Store) Probes(ctx context.Context, tenantID string, since time.Time, limit int) ([]tocsin.Probe, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT p.id, t.id, p.at, p.received_at, p.seat, p.network, p.origin, p.author, p.cause, p.body FROM probes p JOIN tenants t ON t.num = p.tenant
		WHERE t.id = $1 AND p.received_at >= $2 ORDER BY p.received_at DESC, p.id LIMIT $3`, tenantID, tocsin.Micros(since), limit)
	list, err := store.Collect(rows, err, scanProbe)
	if err != nil {
		return nil, fmt.Errorf("list probes: %w", s.db.Translate(err))
	}
	return list, nil
}

func scanProbe(rows *sql.Rows) (p tocsin.Probe, err error) {
	var at, received int64
	var body string
	err = rows.Scan(&p.ID, &p.TenantID, &at, &received, &p.Seat, &p.Network, &p.Origin, &p.By, &p.Cause, &body)
	p.At, p.ReceivedAt, p.Result = tocsin.FromMicros(at), tocsin.FromMicros(received), []byte(body)
	return p, err
}
