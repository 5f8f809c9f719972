package people

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// AddSession begins a session of a person who may sign in, and ends the one
// whose token has the hash old, if any. It fails with [tocsin.ErrForbidden] when
// the person was disabled meanwhile.
func (s *Store) AddSession(ctx context.Context, n tocsin.Session, old tocsin.Hash) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE users SET signed_in_at = $1 WHERE id = $2 AND disabled_at = 0`, tocsin.Micros(n.CreatedAt), n.UserID)
		if store.ExpectOne(result, err, "") != nil {
			return &tocsin.Error{Kind: tocsin.ErrForbidden, Message: "This account is disabled.", Cause: err}
		}
		ended, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE hash = $1`, old[:])
		if err := sessionsEnded(ctx, tx, ended, err); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO sessions (hash, id, user_id, method, agent, address, created_at, seen_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			n.Hash[:], n.ID, n.UserID, n.Method, store.Clean(n.Agent), n.Address, tocsin.Micros(n.CreatedAt), tocsin.Micros(n.SeenAt), tocsin.Micros(n.EndsAt))
		if err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: n.CreatedAt, Action: "session.begin", Object: n.ID, Detail: n.Method})
	})
	if err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	return nil
}

const sessionColumns = `hash, id, user_id, method, agent, address, created_at, seen_at, ends_at FROM sessions`

func scanSession(rows *sql.Rows) (n tocsin.Session, err error) {
	var hash []byte
	var created, seen, ends int64
	err = rows.Scan(&hash, &n.ID, &n.UserID, &n.Method, &n.Agent, &n.Address, &created, &seen, &ends)
	copy(n.Hash[:], hash)
	n.CreatedAt, n.SeenAt, n.EndsAt = tocsin.FromMicros(created), tocsin.FromMicros(seen), tocsin.FromMicros(ends)
	return n, err
}

// Session finds a session by the hash of its token, and whose it is. It fails
// with [tocsin.ErrNotFound] when there is none; its limits are for the caller to
// check.
func (s *Store) Session(ctx context.Context, hash tocsin.Hash) (tocsin.Session, tocsin.User, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+sessionColumns+` WHERE hash = $1`, hash[:])
	list, err := store.Collect(rows, err, scanSession)
	if err != nil {
		return tocsin.Session{}, tocsin.User{}, fmt.Errorf("find session: %w", s.db.Translate(err))
	}
	if len(list) == 0 {
		return tocsin.Session{}, tocsin.User{}, tocsin.NotFoundf("There is no such session.")
	}
	u, _, err := s.oneUser(ctx, s.db.Read(), ` WHERE id = $1`, list[0].UserID)
	return list[0], u, err
}

// SessionRevision is a number that grows whenever sessions end before their
// limit, and so with each change of what their people may do, or when a person
// wants to read otherwise. Who remembers
// sessions forgets them when it has changed.
func (s *Store) SessionRevision(ctx context.Context) (revision int64, err error) {
	if err := s.db.Read().QueryRowContext(ctx, `SELECT COALESCE(MAX(value), 0) FROM counters WHERE name = 'sessions'`).Scan(&revision); err != nil {
		return 0, fmt.Errorf("read session revision: %w", s.db.Translate(err))
	}
	return revision, nil
}

// sessionsEnded raises the revision if a statement has deleted sessions.
func sessionsEnded(ctx context.Context, tx *store.Tx, result sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return err
	}
	return forgetSessions(ctx, tx)
}

// forgetSessions raises the revision.
func forgetSessions(ctx context.Context, tx *store.Tx) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO counters (name, value) VALUES ('sessions', 1) ON CONFLICT (name) DO UPDATE SET value = counters.value + 1`)
	return err
}

// Sessions lists the sessions of a person, newest first.
func (s *Store) Sessions(ctx context.Context, userID string) ([]tocsin.Session, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+sessionColumns+` WHERE user_id = $1 ORDER BY created_at DESC, id`, userID)
	list, err := store.Collect(rows, err, scanSession)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", s.db.Translate(err))
	}
	return list, nil
}

// TouchSession notes that a session was used. It is no change of what anybody
// set, and is not audited.
func (s *Store) TouchSession(ctx context.Context, hash tocsin.Hash, now time.Time) error {
	return s.touch(ctx, `UPDATE sessions SET seen_at = $1 WHERE hash = $2 AND seen_at < $1`, hash, now)
}

// touch notes when something was used last, of which only a hash is kept.
func (s *Store) touch(ctx context.Context, update string, hash tocsin.Hash, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, update, tocsin.Micros(now), hash[:])
		return err
	})
	if err != nil {
		return fmt.Errorf("note a use: %w", err)
	}
	return nil
}

// EndSession ends one session of a person by its id. It fails with
// [tocsin.ErrNotFound] when they have no such session.
func (s *Store) EndSession(ctx context.Context, userID, id string, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE id = $1 AND user_id = $2`, strings.ToLower(id), userID)
		if err := store.ExpectOne(result, err, "There is no such session."); err != nil {
			return err
		}
		if err := sessionsEnded(ctx, tx, result, nil); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, Action: "session.end", Object: strings.ToLower(id)})
	})
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// RefuseSession writes down that somebody was not let in under a name, "" when
// there is nobody of that name, and how they tried.
func (s *Store) RefuseSession(ctx context.Context, name, method string, now time.Time) error {
	entry := tocsin.AuditEntry{At: now, Action: "session.refuse", Object: name, Detail: method}
	if name == "" {
		entry.Detail += ", as nobody who is known"
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error { return tx.Audit(ctx, entry) })
	if err != nil {
		return fmt.Errorf("refuse session: %w", err)
	}
	return nil
}

// sweepSessions forgets sessions and codes that have ended by themselves.
func sweepSessions(ctx context.Context, tx *store.Tx, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE ends_at <= $1`, tocsin.Micros(now)); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM one_time_codes WHERE expires_at <= $1`, tocsin.Micros(now))
	return err
}

// Restored ends all sessions, and all codes that work once, of a desk that was put
// back: who signed out since would be signed in again. It returns how many there
// were. Challenges that were answered stay, so that no answer is taken twice.
func (s *Store) Restored(ctx context.Context, tx *store.Tx) (sessions, codes int64, err error) {
	for _, one := range []struct {
		statement string
		n         *int64
	}{
		{`DELETE FROM sessions`, &sessions},
		{`DELETE FROM one_time_codes WHERE purpose <> 'answered'`, &codes},
	} {
		result, err := tx.ExecContext(ctx, one.statement)
		if err != nil {
			return 0, 0, fmt.Errorf("end sessions: %w", err)
		}
		if *one.n, err = result.RowsAffected(); err != nil {
			return 0, 0, fmt.Errorf("end sessions: %w", err)
		}
	}
	return sessions, codes, nil
}

// AddCode stores the hash of a code that works once. It fails with
// [tocsin.ErrConflict] when the code is there already.
func (s *Store) AddCode(ctx context.Context, purpose string, code tocsin.Hash, expiresAt time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO one_time_codes (hash, purpose, expires_at) VALUES ($1, $2, $3)`, code[:], purpose, tocsin.Micros(expiresAt))
		return err
	})
	if err != nil {
		return fmt.Errorf("add one-time code: %w", err)
	}
	return nil
}

// CodeHolds reports whether a code of that purpose is good at now, without
// using it up.
func (s *Store) CodeHolds(ctx context.Context, purpose string, code tocsin.Hash, now time.Time) (bool, error) {
	var n int
	err := s.db.Read().QueryRowContext(ctx, `SELECT COUNT(*) FROM one_time_codes WHERE hash = $1 AND purpose = $2 AND expires_at > $3`, code[:], purpose, tocsin.Micros(now)).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("find one-time code: %w", s.db.Translate(err))
	}
	return n == 1, nil
}

// NeedsSetUp reports whether the desk has never had an administrator.
func (s *Store) NeedsSetUp(ctx context.Context) (bool, error) {
	var done int64
	if err := s.db.Read().QueryRowContext(ctx, `SELECT value FROM counters WHERE name = 'setup'`).Scan(&done); err != nil {
		return false, fmt.Errorf("read set-up: %w", s.db.Translate(err))
	}
	return done == 0, nil
}
