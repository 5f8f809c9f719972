package people

import (
	"context"
	"database/sql"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// Liaisons lists who may speak with the provider for any tenant.
func (s *Store) Liaisons(ctx context.Context) ([]tocsin.Liaison, error) {
	return liaisons().all(ctx, s.db)
}

// AddLiaison lets somebody speak with the provider for a tenant. It fails with
// [tocsin.ErrInvalid] when they or their stand-in have no role there, with
// [tocsin.ErrConflict] when they may do so already.
func (s *Store) AddLiaison(ctx context.Context, l tocsin.Liaison) error {
	return liaisons().add(ctx, s.db, l)
}

// ChangeLiaison lets change alter who speaks with the provider, and gives what
// holds then. It fails as [Store.AddLiaison] does, and with
// [tocsin.ErrNotFound].
func (s *Store) ChangeLiaison(ctx context.Context, id string, now time.Time, change func(*tocsin.Liaison) error) (tocsin.Liaison, error) {
	return liaisons().alter(ctx, s.db, id, now, change)
}

// RemoveLiaison ends that somebody speaks with the provider for a tenant.
func (s *Store) RemoveLiaison(ctx context.Context, id string, now time.Time) error {
	return liaisons().remove(ctx, s.db, id, now)
}

func liaisons() shelf[tocsin.Liaison] {
	return shelf[tocsin.Liaison]{
		noun: "liaison", added: "liaison.add", altered: "liaison.change", removed: "liaison.remove",
		table: "liaisons", columns: []string{"id", "tenant", "user_id", "reach", "stand_in", "created_at"}, order: "tenant, created_at, id",
		taken: &tocsin.Error{Kind: tocsin.ErrConflict, Field: "user", Message: "They speak for this tenant already."},
		place: func(l *tocsin.Liaison) place { return place{&l.ID, &l.TenantID, &l.CreatedAt} },
		scan: func(rows *sql.Rows) (l tocsin.Liaison, err error) {
			var created int64
			err = rows.Scan(&l.ID, &l.TenantID, &l.UserID, &l.Reach, &l.StandInID, &created)
			l.CreatedAt = tocsin.FromMicros(created)
			return l, err
		},
		values: func(l tocsin.Liaison) []any {
			return []any{l.ID, l.TenantID, l.UserID, l.Reach, l.StandInID, tocsin.Micros(l.CreatedAt)}
		},
		valid: func(l *tocsin.Liaison) error {
			l.Normalize()
			return l.Validate()
		},
		refer: referSpeakers, words: liaisonWords,
	}
}

func referSpeakers(ctx context.Context, q store.Querier, was, is tocsin.Liaison) error {
	if is.UserID != was.UserID {
		if err := checkParty(ctx, q, "user", tocsin.UserParty(is.UserID), is.TenantID); err != nil {
			return err
		}
	}
	if is.StandInID == "" || is.StandInID == was.StandInID {
		return nil
	}
	return checkParty(ctx, q, "standIn", tocsin.UserParty(is.StandInID), is.TenantID)
}

// liaisonWords leave out how somebody is reached.
func liaisonWords(ctx context.Context, q store.Querier, l tocsin.Liaison) (object, detail string, err error) {
	if object, err = nameUsers(ctx, q, l.UserID); err != nil || l.StandInID == "" {
		return object, "no stand-in", err
	}
	detail, err = nameUsers(ctx, q, l.StandInID)
	return object, "stand-in " + detail, err
}
