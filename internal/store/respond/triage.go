package respond

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

const triageColumns = `x.id, t.n, t.rev, t.opened_at, t.changed_at, t.closed_at, t.opened_by, t.changed_by, t.answers, t.verdict, t.caller_until FROM triages t JOIN tenants x ON x.num = t.tenant`

func scanTriage(rows *sql.Rows) (t tocsin.Triage, err error) {
	var opened, changed, closed, until int64
	var answers string
	if err := rows.Scan(&t.TenantID, &t.N, &t.Rev, &opened, &changed, &closed, &t.OpenedBy, &t.ChangedBy, &answers, &t.Verdict, &until); err != nil {
		return t, err
	}
	t.OpenedAt, t.ChangedAt, t.ClosedAt, t.CallerUntil = tocsin.FromMicros(opened), tocsin.FromMicros(changed), tocsin.FromMicros(closed), tocsin.FromMicros(until)
	if err := json.Unmarshal([]byte(answers), &t.Answers); err != nil {
		return t, fmt.Errorf("read answers of triage %d: %w", t.N, err)
	}
	return t, nil
}

// OpenTriage begins to record a call by the actor of ctx, and returns it with its
// number. It fails with [tocsin.ErrInvalid] and every problem of the answers.
func (s *Store) OpenTriage(ctx context.Context, tenantID string, a tocsin.TriageAnswers, verdict string, now time.Time) (t tocsin.Triage, err error) {
	a.Normalize()
	if err := a.Validate(); err != nil {
		return t, err
	}
	actor := tocsin.ActorOf(ctx)
	text, err := json.Marshal(a)
	if err != nil {
		return t, err
	}
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		n, err := tx.Next(ctx, fmt.Sprintf("triages.%d", tenant))
		if err != nil {
			return err
		}
		t = tocsin.Triage{TenantID: tenantID, N: n, Rev: 1, OpenedAt: now, ChangedAt: now, OpenedBy: actor.Name, ChangedBy: actor.Name, Answers: a, Verdict: verdict}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO triages (tenant, n, rev, opened_at, changed_at, closed_at, opened_id, opened_by, changed_by, answers, issue, verdict, caller, caller_until, texts)
			VALUES ($1, $2, 1, $3, $3, 0, $4, $5, $5, $6, $7, $8, $9, 0, $10)`,
			tenant, n, tocsin.Micros(now), actor.UserID, store.Clean(actor.Name), store.Clean(string(text)), store.Clean(a.Issue), verdict, []byte{}, words(a))
		if err != nil {
			return err
		}
		if err := tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: tenantID, Action: "triage.open", Object: number(n)}); err != nil {
			return err
		}
		return filed(ctx, tx, tenant, a.Issue, now)
	})
	if err != nil {
		return tocsin.Triage{}, fmt.Errorf("open triage: %w", err)
	}
	return t, nil
}

const noTriage = "There is no such triage."

func number(n int64) string { return fmt.Sprintf("triage %d", n) }

// words is 1 for answers with words of people, which have a term.
func words(a tocsin.TriageAnswers) int {
	named := slices.ContainsFunc(a.Acts, func(act tocsin.TriageAct) bool { return act.By != "" })
	if a.Caller != "" || len(a.Notes) > 0 || named {
		return 1
	}
	return 0
}

// Triage returns a call by its number. It fails with [tocsin.ErrNotFound].
func (s *Store) Triage(ctx context.Context, tenantID string, n int64) (tocsin.Triage, error) {
	t, err := oneTriage(ctx, s.db.Read(), `WHERE x.id = $1 AND t.n = $2`, tenantID, n)
	if err != nil {
		return t, fmt.Errorf("read triage: %w", s.db.Translate(err))
	}
	return t, nil
}

func oneTriage(ctx context.Context, q store.Querier, where string, args ...any) (tocsin.Triage, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+triageColumns+` `+where, args...)
	return store.One(rows, err, scanTriage, tocsin.NotFoundf(noTriage))
}

// Triages lists calls of a tenant, those that changed last first, at most limit:
// all of them, or with open true those that nobody has closed.
func (s *Store) Triages(ctx context.Context, tenantID string, open bool, limit int) ([]tocsin.Triage, error) {
	where := ``
	if open {
		where = ` AND t.closed_at = 0`
	}
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+triageColumns+` WHERE x.id = $1`+where+` ORDER BY t.changed_at DESC, t.n DESC LIMIT $2`, tenantID, limit)
	list, err := store.Collect(rows, err, scanTriage)
	if err != nil {
		return nil, fmt.Errorf("list triages: %w", s.db.Translate(err))
	}
	return list, nil
}

// A TriageChange is what a change of a call is made from.
type TriageChange struct {
	TenantID string
	N        int64
	Rev      int64 // that was seen; the change fails when there is a newer one
	Now      time.Time
	Caller   bool   // the caller does it, not somebody of the desk
	Act      string // of [tocsin.TriageActs] that is noted; "" for none
}

// CallOf returns the number of the call of a tenant from whose verdict an incident was
// opened, 0 where it was opened otherwise.
func (s *Store) CallOf(ctx context.Context, tenantID string, i tocsin.Incident) (int64, error) {
	number := strconv.FormatInt(i.N, 10)
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+triageColumns+` WHERE x.id = $1 AND t.opened_at <= $2 AND t.answers LIKE $3 ORDER BY t.n DESC LIMIT $4`,
		tenantID, tocsin.Micros(i.OpenedAt), `%"detail":"`+number+`"%`, silenced)
	list, err := store.Collect(rows, err, scanTriage)
	if err != nil {
		return 0, fmt.Errorf("read call of an incident: %w", s.db.Translate(err))
	}
	for _, t := range list {
		if act, ok := t.Answers.Did("room"); ok && act.Detail == number {
			return t.N, nil
		}
	}
	return 0, nil
}

// ChangeTriage lets change alter a call, and returns what holds then. It fails
// with [tocsin.ErrConflict] when somebody changed it meanwhile, beside what
// [Store.OpenTriage] fails with.
func (s *Store) ChangeTriage(ctx context.Context, c TriageChange, change func(*tocsin.Triage) error) (t tocsin.Triage, err error) {
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		t, err = s.changeTriage(ctx, tx, c, change)
		return err
	})
	if err != nil {
		return tocsin.Triage{}, fmt.Errorf("change triage: %w", err)
	}
	return t, nil
}

func (s *Store) changeTriage(ctx context.Context, tx *store.Tx, c TriageChange, change func(*tocsin.Triage) error) (t tocsin.Triage, err error) {
	tenant, err := s.db.TenantNum(ctx, tx, c.TenantID)
	if err != nil {
		return t, err
	}
	result, err := tx.ExecContext(ctx, `UPDATE triages SET rev = rev WHERE tenant = $1 AND n = $2`, tenant, c.N)
	if err := store.ExpectOne(result, err, noTriage); err != nil {
		return t, err
	}
	if t, err = oneTriage(ctx, tx, `WHERE t.tenant = $1 AND t.n = $2`, tenant, c.N); err != nil {
		return t, err
	}
	if t.Rev != c.Rev {
		return t, &tocsin.Error{Kind: tocsin.ErrConflict, Field: "triage", Message: "Somebody changed this triage meanwhile: look at what they answered."}
	}
	if err := change(&t); err != nil {
		return t, err
	}
	t.Answers.Normalize()
	if err := t.Answers.Validate(); err != nil {
		return t, err
	}
	return t, s.writeTriage(ctx, tx, tenant, c, &t)
}

func (s *Store) writeTriage(ctx context.Context, tx *store.Tx, tenant int64, c TriageChange, t *tocsin.Triage) error {
	text, err := json.Marshal(t.Answers)
	if err != nil {
		return err
	}
	actor, action := tocsin.ActorOf(ctx).Name, ""
	switch {
	case c.Caller:
		actor = ""
		action = "triage.answer"
	case c.Act != "":
		action = "triage.act"
	case !t.ClosedAt.IsZero():
		action = "triage.close"
	default:
		action = "triage.change"
	}
	t.Rev, t.ChangedAt, t.ChangedBy = t.Rev+1, c.Now, actor
	_, err = tx.ExecContext(ctx, `UPDATE triages SET rev = $3, changed_at = $4, closed_at = $5, changed_by = $6, answers = $7, issue = $8, verdict = $9, texts = $10 WHERE tenant = $1 AND n = $2`,
		tenant, t.N, t.Rev, tocsin.Micros(t.ChangedAt), tocsin.Micros(t.ClosedAt), store.Clean(t.ChangedBy), store.Clean(string(text)), store.Clean(t.Answers.Issue), t.Verdict, words(t.Answers))
	if err != nil {
		return err
	}
	if err := tx.Audit(ctx, tocsin.AuditEntry{At: c.Now, TenantID: t.TenantID, Action: action, Object: number(t.N), Detail: cmp.Or(c.Act, t.Verdict)}); err != nil {
		return err
	}
	return filed(ctx, tx, tenant, t.Answers.Issue, c.Now)
}

// LinkCaller lets whoever has the secret of a hash answer a call until an
// instant. A link that was given before ends.
func (s *Store) LinkCaller(ctx context.Context, tenantID string, n int64, hash tocsin.Hash, until, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `UPDATE triages SET caller = $1, caller_until = $2 WHERE tenant = $3 AND n = $4`, hash[:], tocsin.Micros(until), tenant, n)
		if err := store.ExpectOne(result, err, noTriage); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: tenantID, Action: "triage.link", Object: number(n), Detail: "until " + tocsin.FormatTime(until)})
	})
	if err != nil {
		return fmt.Errorf("link caller: %w", err)
	}
	return nil
}

// TriageOfCaller returns the call that a secret with a hash stands for. It fails
// with [tocsin.ErrNotFound] when there is none, its link has ended, or it is
// closed.
func (s *Store) TriageOfCaller(ctx context.Context, hash tocsin.Hash, now time.Time) (tocsin.Triage, error) {
	t, err := oneTriage(ctx, s.db.Read(), `WHERE t.caller = $1 AND t.caller_until > $2 AND t.closed_at = 0`, hash[:], tocsin.Micros(now))
	if err != nil {
		return t, fmt.Errorf("read triage of caller: %w", s.db.Translate(err))
	}
	return t, nil
}

// AddTriageFile adds a file to a call. It fails with [tocsin.ErrConflict] when it
// has [tocsin.MaxTriageFiles] already.
func (s *Store) AddTriageFile(ctx context.Context, tenantID string, n int64, f tocsin.TriageFile) error {
	if err := f.Validate(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `UPDATE triages SET rev = rev WHERE tenant = $1 AND n = $2`, tenant, n)
		if err := store.ExpectOne(result, err, noTriage); err != nil {
			return err
		}
		var place int
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(place), 0) + 1 FROM triage_files WHERE tenant = $1 AND triage = $2`, tenant, n).Scan(&place); err != nil {
			return err
		}
		if place > tocsin.MaxTriageFiles {
			return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "file", Message: "A triage has at most " + tocsin.Count(tocsin.MaxTriageFiles, "file", "files") + "."}
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO triage_files (tenant, triage, place, name, added_at, body) VALUES ($1, $2, $3, $4, $5, $6)`,
			tenant, n, place, tocsin.Clip(store.Clean(f.Name), 200), tocsin.Micros(f.AddedAt), f.Body)
		if err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: f.AddedAt, TenantID: tenantID, Action: "triage.file", Object: number(n), Detail: tocsin.Count(len(f.Body), "byte", "bytes")})
	})
	if err != nil {
		return fmt.Errorf("add file of triage: %w", err)
	}
	return nil
}

// TriageFiles returns the files of a call, in the order in which they were added.
func (s *Store) TriageFiles(ctx context.Context, tenantID string, n int64) ([]tocsin.TriageFile, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT f.name, f.added_at, f.body FROM triage_files f JOIN tenants x ON x.num = f.tenant WHERE x.id = $1 AND f.triage = $2 ORDER BY f.place`, tenantID, n)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (f tocsin.TriageFile, err error) {
		var added int64
		err = rows.Scan(&f.Name, &added, &f.Body)
		f.AddedAt = tocsin.FromMicros(added)
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("list files of triage: %w", s.db.Translate(err))
	}
	return list, nil
}

// CallsAbout returns how many calls are attached to an issue, by the tenant's
// desk, since an instant.
func (s *Store) CallsAbout(ctx context.Context, tenantID, issue string, since time.Time) (n int, err error) {
	err = s.db.Read().QueryRowContext(ctx, `SELECT COUNT(*) FROM triages t JOIN tenants x ON x.num = t.tenant WHERE x.id = $1 AND t.issue = $2 AND t.opened_at >= $3`, tenantID, issue, tocsin.Micros(since)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count calls: %w", s.db.Translate(err))
	}
	return n, nil
}
