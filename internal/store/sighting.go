package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A Sighting is how one tenant sees an item.
type Sighting struct {
	Ref
	TenantID string
	SinceAt  time.Time // when the desk first saw it there
	N        int       // the version that holds
	Versions int
	Document tocsin.Hash // of the version that holds: tenants with equal hashes see the same text
	Status   tocsin.Status
	At       time.Time // the provider's own time of that version
	SeenAt   time.Time // when that version was seen there
	LeftAt   time.Time // when the provider stopped listing it there; zero while listed
}

// Sightings tells which of some tenants see some items, since when and in which
// version, in the order of refs, then by name of the tenant. Tenants that are
// not named are never in the answer.
func (s *Store) Sightings(ctx context.Context, tenantIDs []string, refs ...Ref) ([]Sighting, error) {
	var list []Sighting
	for _, ref := range refs {
		var found []Sighting
		for part := range slices.Chunk(tenantIDs, 500) {
			some, err := s.sightings(ctx, ref, part)
			if err != nil {
				return nil, fmt.Errorf("who sees %s: %w", ref.ID, s.Translate(err))
			}
			found = append(found, some...)
		}
		list = append(list, found...)
	}
	return list, nil
}

func (s *Store) sightings(ctx context.Context, ref Ref, tenantIDs []string) ([]Sighting, error) {
	args := []any{string(ref.Kind), ref.ID}
	for _, id := range tenantIDs {
		args = append(args, id)
	}
	rows, err := s.read.QueryContext(ctx, `
		SELECT t.id, f.seen_at, m.n, (SELECT count(*) FROM versions c WHERE c.tenant = m.tenant AND c.item = m.item AND c.void = ''), d.hash, d.status, v.at, v.seen_at, m.left_at
		FROM items i JOIN members m ON m.item = i.num JOIN tenants t ON t.num = m.tenant
		JOIN versions v ON v.tenant = m.tenant AND v.item = m.item AND v.n = m.n JOIN documents d ON d.num = v.document
		JOIN versions f ON f.tenant = m.tenant AND f.item = m.item AND f.n = 1
		WHERE i.kind = $1 AND i.id = $2 AND t.id IN (`+Placeholders(3, len(tenantIDs))+`) ORDER BY t.name`, args...)
	return Collect(rows, err, func(rows *sql.Rows) (Sighting, error) {
		one := Sighting{Ref: ref}
		var hash []byte
		var since, at, seen, left int64
		err := rows.Scan(&one.TenantID, &since, &one.N, &one.Versions, &hash, &one.Status, &at, &seen, &left)
		copy(one.Document[:], hash)
		one.SinceAt, one.At = tocsin.FromMicros(since), tocsin.FromMicros(at)
		one.SeenAt, one.LeftAt = tocsin.FromMicros(seen), tocsin.FromMicros(left)
		return one, err
	})
}
