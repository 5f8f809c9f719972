package people

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// catchUp does what migrations cannot: it makes people and teams of the texts
// that owners of messages were for older versions of the program.
func (s *Store) catchUp(ctx context.Context) error {
	var behind int
	const query = `SELECT COUNT(*) FROM counters WHERE name = 'owners' AND value = 0`
	if err := s.db.Read().QueryRowContext(ctx, query).Scan(&behind); err != nil || behind == 0 {
		return err
	}
	return s.db.Alone(ctx, func() error {
		// Another process may have been faster.
		if err := s.db.Writer().QueryRowContext(ctx, query).Scan(&behind); err != nil || behind == 0 {
			return err
		}
		if err := s.db.InTx(ctx, s.nameOwners(ctx)); err != nil {
			return fmt.Errorf("make people and teams of owners: %w", err)
		}
		return nil
	})
}

// An oldOwner is the text that owns messages of a tenant.
type oldOwner struct {
	tenant   int64
	tenantID string
	text     string
	since    int64 // when a message got it, in microseconds
}

// nameOwners gives the messages of each text to the one person of the tenant
// who is called that, to the team of that name, or to a new team.
func (s *Store) nameOwners(ctx context.Context) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		rows, err := tx.QueryContext(ctx, `
			SELECT t.num, t.id, h.owner, MIN(h.changed_at) FROM handlings h JOIN tenants t ON t.num = h.tenant WHERE h.owner <> '' GROUP BY t.num, t.id, h.owner`)
		owners, err := store.Collect(rows, err, func(rows *sql.Rows) (o oldOwner, err error) {
			return o, rows.Scan(&o.tenant, &o.tenantID, &o.text, &o.since)
		})
		if err != nil {
			return err
		}
		// In the order of bytes, which is that of every engine.
		slices.SortFunc(owners, func(a, b oldOwner) int { return cmp.Or(cmp.Compare(a.tenant, b.tenant), cmp.Compare(a.text, b.text)) })
		for _, o := range owners {
			if err := s.adopt(ctx, tx, o); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `UPDATE counters SET value = 1 WHERE name = 'owners'`)
		return err
	}
}

// adopt gives the messages of one text to whom it names.
func (s *Store) adopt(ctx context.Context, tx *store.Tx, o oldOwner) error {
	if _, ok := tocsin.ParseParty(o.text); ok {
		return nil
	}
	p, err := called(ctx, tx, o)
	if err != nil {
		return err
	}
	if p.IsZero() {
		team := tocsin.Team{ID: tocsin.NewGUID(), TenantID: o.tenantID, Name: o.text, CreatedAt: tocsin.FromMicros(o.since)}
		if err := teams().valid(&team); err != nil {
			return err
		}
		if err := teams().insert(ctx, tx, s.db, team, time.Time{}); err != nil {
			return err
		}
		p = tocsin.TeamParty(team.ID)
	}
	_, err = tx.ExecContext(ctx, `UPDATE handlings SET owner = $1 WHERE tenant = $2 AND owner = $3`, p.String(), o.tenant, o.text)
	return err
}

// called is the one person with a role in the tenant, or the team, whom a text
// names: nobody when there is none or more than one. A person who may not sign
// in any more is still meant.
func called(ctx context.Context, q store.Querier, o oldOwner) (tocsin.Party, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT u.id, u.display, u.name FROM users u WHERE EXISTS (SELECT 1 FROM user_roles r WHERE r.user_id = u.id AND (r.tenant = '' OR r.tenant = $1))`, o.tenantID)
	var found []tocsin.Party
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (_ string, err error) {
		var id, display, name string
		if err = rows.Scan(&id, &display, &name); strings.EqualFold(display, o.text) || strings.EqualFold(name, o.text) {
			found = append(found, tocsin.UserParty(id))
		}
		return id, err
	})
	if err != nil || len(found) == 1 {
		return slices.Concat(found, []tocsin.Party{{}})[0], err
	}
	list, err := teams().list(ctx, q, `WHERE (tenant = '' OR tenant = $1) AND fold = $2`, o.tenantID, strings.ToLower(o.text))
	if err != nil || len(list) == 0 {
		return tocsin.Party{}, err
	}
	// That of the tenant comes before that of the whole desk.
	return tocsin.TeamParty(slices.MaxFunc(list, func(a, b tocsin.Team) int { return cmp.Compare(a.TenantID, b.TenantID) }).ID), nil
}
