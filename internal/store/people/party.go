package people

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// inTenant holds for users u who may sign in and have a role in tenant $1 or in
// all; everybody who may sign in has to do with the whole desk.
const inTenant = `u.disabled_at = 0 AND ($1 = '' OR EXISTS (SELECT 1 FROM user_roles r WHERE r.user_id = u.id AND (r.tenant = '' OR r.tenant = $1)))`

// Parties lists whom something in a tenant may be given to, by name: people who
// may sign in and have a role there or everywhere, and teams of the tenant or
// the whole desk. An empty id is the whole desk. People with one name to show
// are told apart by the name that they sign in with.
func (s *Store) Parties(ctx context.Context, tenantID string) ([]tocsin.NamedParty, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT 'user', u.id, u.display, u.name FROM users u WHERE `+inTenant+`
		UNION ALL SELECT 'team', id, name, '' FROM teams WHERE tenant = '' OR tenant = $1`, strings.ToLower(tenantID))
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (p tocsin.NamedParty, err error) {
		return p, rows.Scan(&p.Kind, &p.ID, &p.Name, &p.Account)
	})
	if err != nil {
		return nil, fmt.Errorf("list parties: %w", s.db.Translate(err))
	}
	shown := map[string]int{}
	for _, p := range list {
		shown[strings.ToLower(p.Name)]++
	}
	for i, p := range list {
		if p.Account != "" && shown[strings.ToLower(p.Name)] > 1 {
			list[i].Name += " (" + p.Account + ")"
		}
	}
	slices.SortFunc(list, func(a, b tocsin.NamedParty) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.String(), b.String()))
	})
	return list, nil
}

// PartyNames are the names of everybody and of every team, also of those whom
// nothing can be given to any more.
func (s *Store) PartyNames(ctx context.Context) (map[tocsin.Party]string, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT 'user', id, display FROM users UNION ALL SELECT 'team', id, name FROM teams`)
	names := map[tocsin.Party]string{}
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (p tocsin.NamedParty, err error) {
		err = rows.Scan(&p.Kind, &p.ID, &p.Name)
		names[p.Party] = p.Name
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("name parties: %w", s.db.Translate(err))
	}
	return names, nil
}

// checkParty fails unless something in a tenant may be given to p, who is named
// in a field of the input.
func checkParty(ctx context.Context, q store.Querier, field string, p tocsin.Party, tenantID string) error {
	query, message := `SELECT COUNT(*) FROM users u WHERE `+inTenant+` AND u.id = $2`, "There is nobody of that id who has a role there."
	if p.Kind == tocsin.PartyTeam {
		query, message = `SELECT COUNT(*) FROM teams WHERE (tenant = '' OR tenant = $1) AND id = $2`, "There is no such team there."
	}
	var n int
	if err := q.QueryRowContext(ctx, query, tenantID, p.ID).Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		return tocsin.Invalidf(field, "%s", message)
	}
	return nil
}

// showParty is the name of p as people read it.
func showParty(ctx context.Context, q store.Querier, p tocsin.Party) (name string, err error) {
	if p.Kind != tocsin.PartyUser {
		return nameParty(ctx, q, p)
	}
	return name, q.QueryRowContext(ctx, `SELECT display FROM users WHERE id = $1`, p.ID).Scan(&name)
}

// nameParty is the name of p in the audit log: that somebody signs in with, or
// of a team; "" of nobody.
func nameParty(ctx context.Context, q store.Querier, p tocsin.Party) (name string, err error) {
	query := `SELECT name FROM users WHERE id = $1`
	switch p.Kind {
	case "":
		return "", nil
	case tocsin.PartyTeam:
		query = `SELECT name FROM teams WHERE id = $1`
	}
	return name, q.QueryRowContext(ctx, query, p.ID).Scan(&name)
}

// nameUsers are the names that some people sign in with, parted by commas.
func nameUsers(ctx context.Context, q store.Querier, ids ...string) (string, error) {
	names := make([]string, len(ids))
	for i, id := range ids {
		var err error
		if names[i], err = nameParty(ctx, q, tocsin.UserParty(id)); err != nil {
			return "", err
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", "), nil
}
