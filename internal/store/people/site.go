package people

import (
	"cmp"
	"context"
	"database/sql"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// Sites lists the sites of all tenants, and those that tenants share, by name.
func (s *Store) Sites(ctx context.Context) ([]tocsin.Site, error) { return sites().all(ctx, s.db) }

// AddSite stores a new site. It fails with [tocsin.ErrConflict] when the name
// is taken in its tenant.
func (s *Store) AddSite(ctx context.Context, site tocsin.Site) error {
	return sites().add(ctx, s.db, site)
}

// ChangeSite lets change alter a site, and gives what holds then. It fails as
// [Store.AddSite] does, and with [tocsin.ErrNotFound].
func (s *Store) ChangeSite(ctx context.Context, id string, now time.Time, change func(*tocsin.Site) error) (tocsin.Site, error) {
	return sites().alter(ctx, s.db, id, now, change)
}

// RemoveSite removes a site.
func (s *Store) RemoveSite(ctx context.Context, id string, now time.Time) error {
	return sites().remove(ctx, s.db, id, now)
}

func sites() shelf[tocsin.Site] {
	return shelf[tocsin.Site]{
		noun: "site", added: "site.add", altered: "site.change", removed: "site.remove",
		table: "sites", columns: []string{"id", "tenant", "name", "fold", "region", "seats", "zone", "created_at"}, order: "fold, tenant",
		taken: &tocsin.Error{Kind: tocsin.ErrConflict, Field: "name", Message: "There is a site of that name already."},
		place: func(s *tocsin.Site) place { return place{&s.ID, &s.TenantID, &s.CreatedAt} },
		scan: func(rows *sql.Rows) (s tocsin.Site, err error) {
			var fold string
			var created int64
			err = rows.Scan(&s.ID, &s.TenantID, &s.Name, &fold, &s.Region, &s.Seats, &s.Zone, &created)
			s.CreatedAt = tocsin.FromMicros(created)
			return s, err
		},
		values: func(s tocsin.Site) []any {
			return []any{s.ID, s.TenantID, s.Name, strings.ToLower(s.Name), s.Region, s.Seats, s.Zone, tocsin.Micros(s.CreatedAt)}
		},
		valid: func(s *tocsin.Site) error {
			s.Normalize()
			return s.Validate()
		},
		refer: func(context.Context, store.Querier, tocsin.Site, tocsin.Site) error { return nil },
		words: func(_ context.Context, _ store.Querier, s tocsin.Site) (object, detail string, err error) {
			return s.Name, strings.TrimPrefix(s.Region+", ", ", ") + tocsin.Count(s.Seats, "seat", "seats") + ", " + cmp.Or(s.Zone, "UTC"), nil
		},
	}
}
