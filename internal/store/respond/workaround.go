package respond

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

const workaroundColumns = `id, tenant, service, language, text, limits, replaces, version, lowers, created_at, created_by, approved_at, approved_by, ended_at FROM workarounds`

func scanWorkaround(rows *sql.Rows) (w tocsin.Workaround, err error) {
	var created, approved, ended int64
	var lowers int
	err = rows.Scan(&w.ID, &w.TenantID, &w.Service, &w.Language, &w.Text, &w.Limits, &w.Replaces, &w.Version, &lowers, &created, &w.CreatedBy, &approved, &w.ApprovedBy, &ended)
	w.Lowers, w.CreatedAt, w.ApprovedAt, w.EndedAt = lowers != 0, tocsin.FromMicros(created), tocsin.FromMicros(approved), tocsin.FromMicros(ended)
	return w, err
}

// maxWorkarounds bounds the workarounds of one tenant that hold at once.
const maxWorkarounds = 200

// Workarounds lists what the desk itself knows to help in a tenant and in all of
// them, which nothing replaced and nobody ended, by service and age. Those that
// wait for a second person are among them: see [tocsin.Workaround.Holds].
func (s *Store) Workarounds(ctx context.Context, tenantID string) ([]tocsin.Workaround, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+workaroundColumns+` WHERE ended_at = 0 AND (tenant = '' OR tenant = $1) ORDER BY service, created_at, id`, tenantID)
	list, err := store.Collect(rows, err, scanWorkaround)
	if err != nil {
		return nil, fmt.Errorf("list workarounds: %w", s.db.Translate(err))
	}
	return list, nil
}

// AddWorkaround stores a workaround by the actor of ctx; lowers says whether it
// lowers security. One that replaces another ends that one, once it holds. It
// fails with [tocsin.ErrInvalid], and [tocsin.ErrConflict] when there are too
// many.
func (s *Store) AddWorkaround(ctx context.Context, w tocsin.Workaround) (tocsin.Workaround, error) {
	w.Normalize()
	if err := w.Validate(); err != nil {
		return w, err
	}
	w.CreatedBy, w.ApprovedBy, w.ApprovedAt, w.EndedAt, w.Version = tocsin.ActorOf(ctx).UserID, "", time.Time{}, time.Time{}, 1
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM workarounds WHERE ended_at = 0 AND tenant = $1`, w.TenantID).Scan(&n); err != nil {
			return err
		}
		if n >= maxWorkarounds {
			return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "text", Message: fmt.Sprintf("End one first: there are never more than %d.", maxWorkarounds)}
		}
		if err := succeed(ctx, tx, &w); err != nil {
			return err
		}
		lowers := 0
		if w.Lowers {
			lowers = 1
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO workarounds (id, tenant, service, language, text, limits, replaces, version, lowers, created_at, created_by, approved_at, approved_by, ended_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '', 0)`,
			w.ID, w.TenantID, w.Service, w.Language, store.Clean(w.Text), store.Clean(w.Limits), w.Replaces, w.Version, lowers, tocsin.Micros(w.CreatedAt), w.CreatedBy)
		if err != nil {
			return err
		}
		if err := settle(ctx, tx, w, w.CreatedAt); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: w.CreatedAt, TenantID: w.TenantID, Action: "workaround.add", Object: w.Service, Detail: w.ID})
	})
	if err != nil {
		return w, fmt.Errorf("add workaround: %w", err)
	}
	return w, nil
}

// succeed gives a workaround that replaces another its version. What takes the place
// of an edit of what is shipped is one itself.
func succeed(ctx context.Context, tx *store.Tx, w *tocsin.Workaround) error {
	if w.Replaces == "" {
		return nil
	}
	if !w.Edits() {
		was, err := oneWorkaround(ctx, tx, w.TenantID, w.Replaces)
		if err != nil {
			return err
		}
		if w.Service != was.Service {
			return tocsin.Invalidf("service", "The service of a workaround stays.")
		}
		if !was.Edits() || w.Language != was.Language {
			w.Version = was.Version + 1
			return nil
		}
		w.Replaces = was.Replaces
	}
	return tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 1) + 1 FROM workarounds WHERE tenant = $1 AND replaces = $2 AND language = $3`, w.TenantID, w.Replaces, w.Language).Scan(&w.Version)
}

// settle ends the workaround whose place another takes that holds.
func settle(ctx context.Context, tx *store.Tx, w tocsin.Workaround, now time.Time) error {
	if w.Replaces == "" || !w.Holds() {
		return nil
	}
	if w.Edits() {
		_, err := tx.ExecContext(ctx, `UPDATE workarounds SET ended_at = $1 WHERE tenant = $2 AND replaces = $3 AND language = $4 AND version < $5 AND ended_at = 0`, tocsin.Micros(now), w.TenantID, w.Replaces, w.Language, w.Version)
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE workarounds SET ended_at = $1 WHERE id = $2 AND ended_at = 0`, tocsin.Micros(now), w.Replaces)
	return err
}

func oneWorkaround(ctx context.Context, q store.Querier, tenantID, id string) (tocsin.Workaround, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+workaroundColumns+` WHERE id = $1 AND tenant = $2 AND ended_at = 0`, id, tenantID)
	return store.One(rows, err, scanWorkaround, tocsin.NotFoundf("There is no such workaround."))
}

// ApproveWorkaround lets a workaround that lowers security be told, by the actor
// of ctx. It fails with [tocsin.ErrConflict] when they wrote it themselves.
func (s *Store) ApproveWorkaround(ctx context.Context, tenantID, id string, now time.Time) error {
	actor := tocsin.ActorOf(ctx).UserID
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		w, err := oneWorkaround(ctx, tx, tenantID, id)
		if err != nil {
			return err
		}
		if w.CreatedBy == actor || actor == "" {
			return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "workaround", Message: "A second person approves it, not the one who wrote it."}
		}
		if !w.ApprovedAt.IsZero() {
			return nil
		}
		w.ApprovedAt, w.ApprovedBy = now, actor
		if _, err := tx.ExecContext(ctx, `UPDATE workarounds SET approved_at = $1, approved_by = $2 WHERE id = $3`, tocsin.Micros(now), actor, id); err != nil {
			return err
		}
		if err := settle(ctx, tx, w, now); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: tenantID, Action: "workaround.approve", Object: w.Service, Detail: id})
	})
	if err != nil {
		return fmt.Errorf("approve workaround: %w", err)
	}
	return nil
}

// EndWorkaround takes a workaround back. It fails with [tocsin.ErrNotFound].
func (s *Store) EndWorkaround(ctx context.Context, tenantID, id string, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		w, err := oneWorkaround(ctx, tx, tenantID, id)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE workarounds SET ended_at = $1 WHERE id = $2`, tocsin.Micros(now), id); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: tenantID, Action: "workaround.end", Object: w.Service, Detail: id})
	})
	if err != nil {
		return fmt.Errorf("end workaround: %w", err)
	}
	return nil
}

// Vote notes whether a workaround worked in an incident, by the actor of ctx:
// one word each, the last one counts.
func (s *Store) Vote(ctx context.Context, tenantID, issue, workaround string, worked bool, now time.Time) error {
	actor, value := tocsin.ActorOf(ctx).UserID, 0
	if actor == "" {
		return tocsin.Invalidf("vote", "Sign in to say what worked.")
	}
	if worked {
		value = 1
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, _, err := s.db.MemberItem(ctx, tx, tenantID, tocsin.Ref{Kind: tocsin.KindIssue, ID: issue})
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO workaround_votes (tenant, issue, workaround, person, worked, at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (tenant, issue, workaround, person) DO UPDATE SET worked = excluded.worked, at = excluded.at`, tenant, issue, workaround, actor, value, tocsin.Micros(now))
		if err != nil {
			return err
		}
		detail := "did not work"
		if worked {
			detail = "worked"
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: tenantID, Action: "workaround.vote", Object: issue, Detail: workaround + " " + detail})
	})
	if err != nil {
		return fmt.Errorf("vote: %w", err)
	}
	return nil
}

// Votes returns what the team says of workarounds in an incident, and what the
// person said themselves, by the id of their account.
func (s *Store) Votes(ctx context.Context, tenantID, issue, person string) ([]tocsin.HelpVote, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT v.workaround, SUM(v.worked), COUNT(*) - SUM(v.worked), MAX(CASE WHEN v.person = $3 THEN 1 + v.worked ELSE 0 END)
		FROM workaround_votes v JOIN tenants x ON x.num = v.tenant WHERE x.id = $1 AND v.issue = $2 GROUP BY v.workaround ORDER BY v.workaround`, tenantID, issue, person)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (v tocsin.HelpVote, err error) {
		var mine int
		err = rows.Scan(&v.Workaround, &v.Worked, &v.Failed, &mine)
		v.Mine = [...]string{"", "failed", "worked"}[mine]
		return v, err
	})
	if err != nil {
		return nil, fmt.Errorf("list votes: %w", s.db.Translate(err))
	}
	return list, nil
}

// Helped returns what helped in some incidents of the provider, by issue: what the
// team voted for, the best first, then what people wrote beside the states of
// services in incidents of the desk about them. It is asked about at most 50.
func (s *Store) Helped(ctx context.Context, tenantID string, issues []string) ([]tocsin.Helped, error) {
	if len(issues) == 0 {
		return nil, nil
	}
	args, places := []any{tenantID}, make([]string, 0, len(issues))
	for _, id := range issues[:min(len(issues), maxHelped)] {
		args = append(args, id)
		places = append(places, fmt.Sprintf("$%d", len(args)))
	}
	in := strings.Join(places, ", ")
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT v.issue, v.workaround, '', 2*SUM(v.worked) - COUNT(*) AS good FROM workaround_votes v JOIN tenants x ON x.num = v.tenant
		WHERE x.id = $1 AND v.issue IN (`+in+`) GROUP BY v.issue, v.workaround HAVING 2*SUM(v.worked) > COUNT(*)
		UNION
		SELECT b.id, '', w.workaround, 0 FROM incident_subjects b JOIN incident_tenants t ON t.incident = b.incident JOIN tenants x ON x.num = t.tenant JOIN incident_states w ON w.incident = b.incident
		WHERE x.id = $1 AND b.kind = 'issue' AND b.id IN (`+in+`) AND w.workaround <> ''
		ORDER BY 1, 4 DESC, 2, 3`, args...)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (h tocsin.Helped, err error) {
		var good int
		return h, rows.Scan(&h.Issue, &h.Workaround, &h.Text, &good)
	})
	if err != nil {
		return nil, fmt.Errorf("list what helped: %w", s.db.Translate(err))
	}
	return list, nil
}

// maxHelped bounds the incidents of which what helped is asked at once.
const maxHelped = 50
