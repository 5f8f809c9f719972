package people

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// Teams lists the teams of all tenants and of the whole desk, by name.
func (s *Store) Teams(ctx context.Context) ([]tocsin.Team, error) { return teams().all(ctx, s.db) }

// AddTeam stores a new team. It fails with [tocsin.ErrInvalid] when a member
// has no role in its tenant, with [tocsin.ErrConflict] when the name is taken
// there.
func (s *Store) AddTeam(ctx context.Context, t tocsin.Team) error { return teams().add(ctx, s.db, t) }

// ChangeTeam lets change alter the name and the members of a team, and gives
// what holds then. It fails as [Store.AddTeam] does, and with
// [tocsin.ErrNotFound]; who is a member may stay one without a role.
func (s *Store) ChangeTeam(ctx context.Context, id string, now time.Time, change func(*tocsin.Team) error) (tocsin.Team, error) {
	return teams().alter(ctx, s.db, id, now, change)
}

// RemoveTeam removes a team and its contacts. Messages that it owns are
// nobody's then.
func (s *Store) RemoveTeam(ctx context.Context, id string, now time.Time) error {
	return teams().remove(ctx, s.db, id, now)
}

func teams() shelf[tocsin.Team] {
	return shelf[tocsin.Team]{
		noun: "team", added: "team.add", altered: "team.change", removed: "team.remove",
		table: "teams", columns: []string{"id", "tenant", "name", "fold", "created_at"}, order: "fold, tenant",
		taken: &tocsin.Error{Kind: tocsin.ErrConflict, Field: "name", Message: "There is a team of that name already."},
		place: func(t *tocsin.Team) place { return place{&t.ID, &t.TenantID, &t.CreatedAt} },
		scan: func(rows *sql.Rows) (t tocsin.Team, err error) {
			var fold string
			var created int64
			err = rows.Scan(&t.ID, &t.TenantID, &t.Name, &fold, &created)
			t.CreatedAt = tocsin.FromMicros(created)
			return t, err
		},
		values: func(t tocsin.Team) []any {
			return []any{t.ID, t.TenantID, t.Name, strings.ToLower(t.Name), tocsin.Micros(t.CreatedAt)}
		},
		valid: func(t *tocsin.Team) error {
			t.Normalize()
			return t.Validate()
		},
		refer: referMembers, words: teamWords, fill: fillMembers, keep: keepMembers, clear: clearTeam,
	}
}

func referMembers(ctx context.Context, q store.Querier, was, is tocsin.Team) error {
	for _, id := range is.Members {
		if slices.Contains(was.Members, id) {
			continue
		}
		if err := checkParty(ctx, q, "members", tocsin.UserParty(id), is.TenantID); err != nil {
			return err
		}
	}
	return nil
}

func teamWords(ctx context.Context, q store.Querier, t tocsin.Team) (object, detail string, err error) {
	if len(t.Members) == 0 {
		return t.Name, "no members", nil
	}
	names, err := nameUsers(ctx, q, t.Members...)
	return t.Name, "members " + names, err
}

// fillMembers reads the members of teams.
func fillMembers(ctx context.Context, q store.Querier, list []tocsin.Team) error {
	rows, err := q.QueryContext(ctx, `SELECT team, user_id FROM team_members ORDER BY user_id`)
	members := map[string][]string{}
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (m [2]string, err error) {
		err = rows.Scan(&m[0], &m[1])
		members[m[0]] = append(members[m[0]], m[1])
		return m, err
	})
	for i := range list {
		list[i].Members = members[list[i].ID]
	}
	return err
}

func keepMembers(ctx context.Context, tx *store.Tx, t tocsin.Team) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM team_members WHERE team = $1`, t.ID); err != nil {
		return err
	}
	for _, id := range t.Members {
		if _, err := tx.ExecContext(ctx, `INSERT INTO team_members (team, user_id) VALUES ($1, $2)`, t.ID, id); err != nil {
			return err
		}
	}
	return nil
}

// clearTeam removes what points to a team.
func clearTeam(ctx context.Context, tx *store.Tx, t tocsin.Team) (string, error) {
	if _, err := tx.ExecContext(ctx, `DELETE FROM team_members WHERE team = $1`, t.ID); err != nil {
		return "", err
	}
	var counts [2]int64
	for i, statement := range []string{`DELETE FROM contacts WHERE party = $1`, `UPDATE handlings SET owner = '' WHERE owner = $1`} {
		result, err := tx.ExecContext(ctx, statement, tocsin.TeamParty(t.ID).String())
		if err != nil {
			return "", err
		}
		if counts[i], err = result.RowsAffected(); err != nil {
			return "", err
		}
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM handlings WHERE state = $1 AND owner = '' AND due_at = 0`, string(tocsin.HandlingNew)); err != nil {
		return "", err // they say nothing any more
	}
	return fmt.Sprintf("with %s; %s without an owner", tocsin.Count(counts[0], "contact", "contacts"), tocsin.Count(counts[1], "message", "messages")), nil
}

// TeamsOf are the ids of the teams that a person is a member of, ascending.
func (s *Store) TeamsOf(ctx context.Context, userID string) ([]string, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT team FROM team_members WHERE user_id = $1 ORDER BY team`, userID)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) })
	if err != nil {
		return nil, fmt.Errorf("read teams of a person: %w", s.db.Translate(err))
	}
	return list, nil
}
