package translation

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Pair is a segment that a tenant has seen, with a translation that holds for
// the tenant.
type Pair struct {
	Segment   int64
	Source    string
	Target    string
	Human     bool
	All       bool
	Engine    string
	Model     string
	Reviewer  string
	CreatedAt time.Time
	Stale     bool // no document that the tenant has now holds the source
}

// A PairQuery says which pairs are listed.
type PairQuery struct {
	TenantID string
	Language string
	Human    bool  // only what people wrote
	After    int64 // segments above this number
	Limit    int
}

// Pairs lists the translations of segments that a tenant has seen, by the number
// of the segment. Of those that a person and an engine have said both are listed.
func (s *Store) Pairs(ctx context.Context, q PairQuery) ([]Pair, error) {
	condition := ""
	if q.Human {
		condition = ` AND m.class = 'human'`
	}
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT s.num, s.text, m.text, m.class, m.tenant, m.engine, m.model, m.reviewer, m.created_at,
			NOT `+standsNow("s.num", "t.num")+`
		FROM tenants t, memory m JOIN segments s ON s.num = m.segment
		WHERE t.id = $1 AND m.language = $2 AND (m.tenant = 0 OR m.tenant = t.num) AND m.segment > $3`+condition+` AND `+hasSeen("m.segment", "t.num")+`
		ORDER BY m.segment, m.class DESC, m.tenant DESC LIMIT $4`, q.TenantID, q.Language, q.After, q.Limit)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (p Pair, err error) {
		var class string
		var scope, created int64
		err = rows.Scan(&p.Segment, &p.Source, &p.Target, &class, &scope, &p.Engine, &p.Model, &p.Reviewer, &created, &p.Stale)
		p.Human, p.All, p.CreatedAt = class == "human", scope == 0, tocsin.FromMicros(created)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("list translations: %w", s.db.Translate(err))
	}
	return list, nil
}

// An Imported is a translation of a segment that somebody brings.
type Imported struct {
	Key  Key
	Text string
}

// Import keeps translations for one tenant as those of a person, of the segments
// that the tenant has seen and for which it reads something else. It returns how
// many it kept, and how many are of segments that the tenant has not seen.
func (s *Store) Import(ctx context.Context, o Override, list []Imported, now time.Time) (kept, unseen int, err error) {
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		kept, unseen = 0, 0
		tenant, err := s.db.TenantNum(ctx, tx, o.TenantID)
		if err != nil {
			return err
		}
		var rows [][]any
		var segments []int64
		for _, one := range list {
			segment, same, err := heldBy(ctx, tx, tenant, o.Language, one)
			switch {
			case err != nil:
				return err
			case segment == 0:
				unseen++
			case !same && !slices.Contains(segments, segment):
				segments = append(segments, segment)
				rows = append(rows, []any{segment, o.Language, "human", tenant, clean(one.Text), "", "", 0, store.Clean(o.Reviewer), tocsin.Micros(now)})
			}
		}
		if kept = len(rows); kept == 0 {
			return nil
		}
		if err := tx.Insert(ctx, `INSERT INTO memory (segment, language, class, tenant, text, engine, model, glossary, reviewer, created_at) VALUES `, rows,
			` ON CONFLICT (segment, language, class, tenant) DO UPDATE SET text = excluded.text, reviewer = excluded.reviewer, created_at = excluded.created_at`); err != nil {
			return err
		}
		if err := tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: o.TenantID, Action: "translation.import", Object: o.Language, Detail: tocsin.Count(kept, "line", "lines")}); err != nil {
			return err
		}
		return s.tell(ctx, tx, o.Language, segments, tenant, now)
	})
	if err != nil {
		return 0, 0, fmt.Errorf("import translations: %w", err)
	}
	return kept, unseen, nil
}

// heldBy returns the number of a segment that a tenant has seen, 0 for none, and
// whether what is said for it is what somebody brings.
func heldBy(ctx context.Context, tx *store.Tx, tenant int64, language string, one Imported) (segment int64, same bool, err error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT s.num, EXISTS (SELECT 1 FROM memory m WHERE m.segment = s.num AND m.language = $3 AND m.text = $4 AND (m.tenant = 0 OR m.tenant = $2))
		FROM segments s WHERE s.key = $1 AND `+hasSeen("s.num", "$2"), one.Key[:], tenant, language, clean(one.Text))
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (none struct{}, err error) { return none, rows.Scan(&segment, &same) })
	return segment, same, err
}
