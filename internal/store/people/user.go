package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// AddUser stores a person with the hash of their password, which may be empty,
// and their grants. It fails with [tocsin.ErrConflict] when the name or the
// identity is taken. The first administrator of the whole desk ends its set-up.
func (s *Store) AddUser(ctx context.Context, u tocsin.User, password string) error {
	u.Normalize()
	if err := u.Validate(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error { return addUser(ctx, tx, u, password) })
	return explainUser(err, "add user", u.Name)
}

// SetUp stores the first administrator against a code that [Store.AddCode] made
// for "setup". It fails with [tocsin.ErrNotFound] when the desk is set up or the
// code is not good: of two that come together, one wins.
func (s *Store) SetUp(ctx context.Context, code tocsin.Hash, u tocsin.User, password string) error {
	u.Normalize()
	if err := u.Validate(); err != nil {
		return err
	}
	if u.Grants = []tocsin.Grant{{Role: tocsin.RoleAdministrator}}; password == "" {
		return tocsin.Invalidf("password", "Choose a password.")
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE counters SET value = 1 WHERE name = 'setup' AND value = 0`)
		if err := store.ExpectOne(result, err, "This desk is set up."); err != nil {
			return err
		}
		result, err = tx.ExecContext(ctx, `DELETE FROM one_time_codes WHERE hash = $1 AND purpose = 'setup' AND expires_at > $2`, code[:], tocsin.Micros(u.CreatedAt))
		if err := store.ExpectOne(result, err, "The code is not valid."); err != nil {
			return err
		}
		return addUser(ctx, tx, u, password)
	})
	return explainUser(err, "set up", u.Name)
}

func explainUser(err error, doing, name string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, tocsin.ErrConflict):
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "name", Message: fmt.Sprintf("There is somebody called %q already.", name), Cause: err}
	}
	return fmt.Errorf("%s %s: %w", doing, name, err)
}

func addUser(ctx context.Context, tx *store.Tx, u tocsin.User, password string) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO users (id, name, display, issuer, subject, object_id, password, created_at, disabled_at, signed_in_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0)`,
		u.ID, u.Name, u.Display, u.Issuer, u.Subject, strings.ToLower(u.ObjectID), password, tocsin.Micros(u.CreatedAt))
	if err != nil {
		return err
	}
	if err := addGrants(ctx, tx, u.ID, u.Grants); err != nil {
		return err
	}
	return tx.Audit(ctx, tocsin.AuditEntry{At: u.CreatedAt, Action: "user.add", Object: u.Name, Detail: describe(u)})
}

// addGrants adds grants. One that makes an administrator of the whole desk
// closes the way in for the first one.
func addGrants(ctx context.Context, tx *store.Tx, userID string, grants []tocsin.Grant) error {
	for _, g := range grants {
		if err := g.Validate(); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO user_roles (user_id, tenant, role, claimed) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			userID, strings.ToLower(g.TenantID), string(g.Role), g.Claimed); err != nil {
			return err
		}
		if g.Role == tocsin.RoleAdministrator && g.TenantID == "" {
			if _, err := tx.ExecContext(ctx, `UPDATE counters SET value = 1 WHERE name = 'setup'`); err != nil {
				return err
			}
		}
	}
	return nil
}

// describe is who somebody is and what they may do, for the audit log.
func describe(u tocsin.User) string {
	parts := []string{}
	if !u.Local() {
		parts = append(parts, "as "+u.Subject+" of "+u.Issuer)
	}
	return strings.Join(append(parts, describeGrants(u.Grants)), ", ")
}

func describeGrants(grants []tocsin.Grant) string {
	if len(grants) == 0 {
		return "no role"
	}
	parts := make([]string, len(grants))
	for i, g := range grants {
		parts[i] = string(g.Role)
		if g.TenantID != "" {
			parts[i] += " in " + g.TenantID
		}
	}
	return strings.Join(parts, ", ")
}

const userColumns = `id, name, display, issuer, subject, object_id, created_at, disabled_at, signed_in_at, password, language, zone FROM users`

// secretUser is a user with the hash of their password.
type secretUser struct {
	tocsin.User
	password string
}

func scanUser(rows *sql.Rows) (u secretUser, err error) {
	var created, disabled, signedIn int64
	err = rows.Scan(&u.ID, &u.Name, &u.Display, &u.Issuer, &u.Subject, &u.ObjectID, &created, &disabled, &signedIn, &u.password, &u.Reading.Language, &u.Reading.Zone)
	u.CreatedAt, u.DisabledAt, u.SignedInAt = tocsin.FromMicros(created), tocsin.FromMicros(disabled), tocsin.FromMicros(signedIn)
	return u, err
}

// User finds a person by GUID, or by the name of a local account, with the hash
// of their password. It fails with [tocsin.ErrNotFound] when there is nobody.
func (s *Store) User(ctx context.Context, ref string) (u tocsin.User, password string, err error) {
	return s.oneUser(ctx, s.db.Read(), ` WHERE id = $1 OR name = $1 AND issuer = '' ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END LIMIT 1`, strings.ToLower(strings.TrimSpace(ref)))
}

// UserOf finds the person whom an identity provider knows as subject.
func (s *Store) UserOf(ctx context.Context, issuer, subject string) (tocsin.User, error) {
	u, _, err := s.oneUser(ctx, s.db.Read(), ` WHERE issuer = $1 AND subject = $2 AND issuer <> ''`, issuer, subject)
	return u, err
}

// SetObjectID notes what object a person of an identity provider is in its
// directory. It gives and takes nothing, and is not audited: their sign-in is.
func (s *Store) SetObjectID(ctx context.Context, userID, objectID string) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE users SET object_id = $1 WHERE id = $2 AND issuer <> ''`, strings.ToLower(objectID), userID)
		return store.ExpectOne(result, err, "There is nobody of that name.")
	})
	if err != nil {
		return fmt.Errorf("note object of user: %w", err)
	}
	return nil
}

func (s *Store) oneUser(ctx context.Context, q store.Querier, where string, args ...any) (tocsin.User, string, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+userColumns+where, args...)
	list, err := store.Collect(rows, err, scanUser)
	if err != nil {
		return tocsin.User{}, "", fmt.Errorf("find user: %w", s.db.Translate(err))
	}
	if len(list) == 0 {
		return tocsin.User{}, "", tocsin.NotFoundf("There is nobody of that name.")
	}
	u := list[0]
	if u.Grants, err = grants(ctx, q, u.ID); err != nil {
		return tocsin.User{}, "", fmt.Errorf("find user: %w", s.db.Translate(err))
	}
	return u.User, u.password, nil
}

func grants(ctx context.Context, q store.Querier, userID string) ([]tocsin.Grant, error) {
	rows, err := q.QueryContext(ctx, `SELECT role, tenant, claimed FROM user_roles WHERE user_id = $1 ORDER BY tenant, role, claimed`, userID)
	return store.Collect(rows, err, func(rows *sql.Rows) (g tocsin.Grant, err error) {
		return g, rows.Scan(&g.Role, &g.TenantID, &g.Claimed)
	})
}

// Users lists everybody by name and id.
func (s *Store) Users(ctx context.Context) ([]tocsin.User, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+userColumns+` ORDER BY name, id`)
	list, err := store.Collect(rows, err, scanUser)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", s.db.Translate(err))
	}
	users := make([]tocsin.User, len(list))
	for i, u := range list {
		if u.Grants, err = grants(ctx, s.db.Read(), u.ID); err != nil {
			return nil, fmt.Errorf("list users: %w", s.db.Translate(err))
		}
		users[i] = u.User
	}
	return users, nil
}

// SetPassword gives a local account another password and ends all its sessions.
func (s *Store) SetPassword(ctx context.Context, userID, password string, now time.Time) error {
	return s.changeUser(ctx, userID, "user.password", now, false, func(tx *store.Tx, u tocsin.User) (string, error) {
		if !u.Local() {
			return "", tocsin.Invalidf("password", "The identity provider keeps the password of %s.", u.Display)
		}
		_, err := tx.ExecContext(ctx, `UPDATE users SET password = $1 WHERE id = $2`, password, u.ID)
		return "", err
	})
}

// SetDisabled keeps a person out, or lets them in again, and ends their
// sessions. The last administrator of the desk cannot be kept out.
func (s *Store) SetDisabled(ctx context.Context, userID string, disabled bool, now time.Time) error {
	action, at := "user.enable", int64(0)
	if disabled {
		action, at = "user.disable", tocsin.Micros(now)
	}
	return s.changeUser(ctx, userID, action, now, false, func(tx *store.Tx, u tocsin.User) (string, error) {
		_, err := tx.ExecContext(ctx, `UPDATE users SET disabled_at = $1 WHERE id = $2`, at, u.ID)
		return "", err
	})
}

// SetGrants replaces what a person may do, those grants that are claimed or
// those that are not, and ends their sessions unless nothing changed.
func (s *Store) SetGrants(ctx context.Context, userID string, list []tocsin.Grant, claimed bool, now time.Time) error {
	return s.changeUser(ctx, userID, "user.roles", now, claimed, func(tx *store.Tx, u tocsin.User) (string, error) {
		var kept, wanted []tocsin.Grant
		for _, g := range u.Grants {
			if g.Claimed == claimed {
				kept = append(kept, g)
			}
		}
		for _, g := range list {
			wanted = append(wanted, tocsin.Grant{Role: g.Role, TenantID: strings.ToLower(g.TenantID), Claimed: claimed})
		}
		if sameGrants(kept, wanted) {
			return "", errUnchanged
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM user_roles WHERE user_id = $1 AND claimed = $2`, u.ID, claimed); err != nil {
			return "", err
		}
		detail := describeGrants(wanted)
		if claimed {
			detail += ", as " + u.Issuer + " claims"
		}
		return detail, addGrants(ctx, tx, u.ID, wanted)
	})
}

func sameGrants(a, b []tocsin.Grant) bool {
	set := map[tocsin.Grant]bool{}
	for _, g := range a {
		set[g] = true
	}
	for _, g := range b {
		if !set[g] {
			return false
		}
		delete(set, g)
	}
	return len(set) == 0
}

// errUnchanged ends a change that would change nothing.
var errUnchanged = errors.New("unchanged")

// changeUser is the frame of every change of a person: it ends their sessions,
// writes the audit entry and makes sure that somebody can still administer.
func (s *Store) changeUser(ctx context.Context, userID, action string, now time.Time, isClaim bool, change func(*store.Tx, tocsin.User) (detail string, err error)) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		// The row of the set-up counter is the lock that keeps two
		// administrators from removing each other.
		if _, err := tx.ExecContext(ctx, `UPDATE counters SET value = value WHERE name = 'setup'`); err != nil {
			return err
		}
		u, _, err := s.oneUser(ctx, tx, ` WHERE id = $1`, strings.ToLower(userID))
		if err != nil {
			return err
		}
		before, err := administrators(ctx, tx)
		if err != nil {
			return err
		}
		detail, err := change(tx, u)
		if err != nil {
			return err
		}
		// What an identity provider takes away is gone, whoever is left.
		after, err := administrators(ctx, tx)
		if err != nil {
			return err
		}
		if before > 0 && after == 0 && !isClaim {
			return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "administrator", Message: u.Display + " is the last administrator of the desk: make somebody else one first."}
		}
		if err := s.tell(ctx, tx, u.ID, now); err != nil {
			return err
		}
		ended, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE user_id = $1`, u.ID)
		if err := sessionsEnded(ctx, tx, ended, err); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, Action: action, Object: u.Name, Detail: detail})
	})
	if err != nil && !errors.Is(err, errUnchanged) {
		return fmt.Errorf("change user: %w", err)
	}
	return nil
}

// tell tells the other rooms what a person may do now: nothing while they are
// kept out.
func (s *Store) tell(ctx context.Context, tx *store.Tx, userID string, now time.Time) error {
	if s.changed == nil {
		return nil
	}
	u, _, err := s.oneUser(ctx, tx, ` WHERE id = $1`, userID)
	if err != nil {
		return err
	}
	if !u.DisabledAt.IsZero() {
		u.Grants = nil
	}
	return s.changed(ctx, tx, u, now)
}

// administrators counts those of the whole desk who may sign in.
func administrators(ctx context.Context, q store.Querier) (n int, err error) {
	err = q.QueryRowContext(ctx, `
		SELECT COUNT(DISTINCT u.id) FROM users u JOIN user_roles r ON r.user_id = u.id
		WHERE u.disabled_at = 0 AND r.tenant = '' AND r.role = $1`, string(tocsin.RoleAdministrator)).Scan(&n)
	return n, err
}
