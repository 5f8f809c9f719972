package translation

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Line is what is known of a segment in one language: the translation that
// holds for a tenant, or else what is to come of it.
type Line struct {
	Segment  int64 // its number
	Text     string
	Human    bool   // a person wrote it; else an engine
	All      bool   // it holds for all tenants
	Engine   string // the name of the engine
	Model    string
	Reviewer string // the name of who wrote it
	Wanted   bool   // an engine is to be asked
	Reason   string // why it has no text, as the engine's answer was judged
}

// outranks reports whether a line comes before another of the same segment: what
// a person wrote for the tenant, then for all, then what an engine said.
func (l Line) outranks(other Line) bool {
	rank := func(l Line) int {
		switch {
		case l.Text == "":
			return 0
		case !l.Human:
			return 1
		case l.All:
			return 2
		}
		return 3
	}
	return rank(l) > rank(other)
}

// Lines returns what is known of segments by their keys, in one query for a
// post. The caller asks for the keys of a text that the tenant has: it is not
// checked here that it does. Keys that are not kept are missing.
func (s *Store) Lines(ctx context.Context, tenantID, language string, keys []Key) (map[Key]Line, error) {
	tenant, err := s.db.TenantNum(ctx, s.db.Read(), tenantID)
	if err != nil {
		return nil, err
	}
	lines := make(map[Key]Line, len(keys))
	for part := range slices.Chunk(keys, store.MaxArgs) {
		args := make([]any, 0, len(part)+2)
		args = append(args, language, tenant)
		for i := range part {
			args = append(args, part[i][:])
		}
		rows, err := s.db.Read().QueryContext(ctx, `
			SELECT s.key, s.num, COALESCE(m.class, ''), COALESCE(m.tenant, 0), COALESCE(m.text, ''), COALESCE(m.engine, ''), COALESCE(m.model, ''), COALESCE(m.reviewer, ''),
				COALESCE(w.state, ''), COALESCE(w.reason, '')
			FROM segments s
			LEFT JOIN memory m ON m.segment = s.num AND m.language = $1 AND (m.tenant = 0 OR m.tenant = $2)
			LEFT JOIN translation_wants w ON w.segment = s.num AND w.language = $1
			WHERE s.key IN (`+store.Placeholders(3, len(part))+`)`, args...)
		_, err = store.Collect(rows, err, func(rows *sql.Rows) (none struct{}, err error) {
			var key []byte
			var l Line
			var class, state string
			var scope int64
			err = rows.Scan(&key, &l.Segment, &class, &scope, &l.Text, &l.Engine, &l.Model, &l.Reviewer, &state, &l.Reason)
			if err != nil || len(key) != len(Key{}) {
				return none, err
			}
			l.Human, l.All, l.Wanted = class == "human", scope == 0, state == "open"
			if before, ok := lines[Key(key)]; !ok || l.outranks(before) {
				lines[Key(key)] = l
			}
			return none, nil
		})
		if err != nil {
			return nil, fmt.Errorf("look segments up: %w", s.db.Translate(err))
		}
	}
	return lines, nil
}

// An Override is a translation that a person wrote.
type Override struct {
	TenantID string // whose it is, and who must have seen the source
	All      bool   // it holds for every tenant that has seen the source
	Segment  int64  // its number; 0 to name it by the next two
	Source   Text   // a segment of an item of the tenant, kept or not
	Ref      tocsin.Ref
	Language string
	Text     string
	Reviewer string // the name of who wrote it
}

// scope is the number of the tenant that an override holds for.
func (o Override) scope(tenant int64) int64 {
	if o.All {
		return 0
	}
	return tenant
}

// Override keeps a translation that a person wrote, in place of the one before.
// It fails with [tocsin.ErrNotFound] when the tenant has not seen the segment, or
// nothing is kept of the item, as of messages about data privacy.
func (s *Store) Override(ctx context.Context, o Override, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		if o.Segment == 0 {
			var err error
			if o.Segment, err = s.place(ctx, tx, o.TenantID, o.Ref, o.Source, now); err != nil {
				return err
			}
		}
		tenant, source, err := s.seenBy(ctx, tx, o.TenantID, o.Segment)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO memory (segment, language, class, tenant, text, engine, model, glossary, reviewer, created_at)
			VALUES ($1, $2, 'human', $3, $4, '', '', 0, $5, $6)
			ON CONFLICT (segment, language, class, tenant) DO UPDATE SET text = excluded.text, reviewer = excluded.reviewer, created_at = excluded.created_at`,
			o.Segment, o.Language, o.scope(tenant), clean(o.Text), store.Clean(o.Reviewer), tocsin.Micros(now))
		if err != nil {
			return err
		}
		if err := s.corrected(ctx, tx, o, tenant, source, now); err != nil {
			return err
		}
		if err := tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: auditTenant(o), Action: "translation.override", Object: o.Language, Detail: detail(source, o.Text)}); err != nil {
			return err
		}
		return s.tell(ctx, tx, o.Language, []int64{o.Segment}, o.scope(tenant), now)
	})
	if err != nil {
		return fmt.Errorf("keep a translation: %w", err)
	}
	return nil
}

// auditTenant is the tenant that the audit log names: none when all are meant.
func auditTenant(o Override) string {
	if o.All {
		return ""
	}
	return o.TenantID
}

// detail is a line in the audit log.
func detail(source, target string) string {
	const most = 120
	text := strconv.Quote(tocsin.Clip(source, most))
	if target != "" {
		text += " → " + strconv.Quote(tocsin.Clip(target, most))
	}
	return text
}

// Withdraw forgets what a person wrote. It fails with [tocsin.ErrNotFound] when
// there is none of that scope, or the tenant has not seen the segment.
func (s *Store) Withdraw(ctx context.Context, o Override, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, source, err := s.seenBy(ctx, tx, o.TenantID, o.Segment)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `DELETE FROM memory WHERE segment = $1 AND language = $2 AND class = 'human' AND tenant = $3`, o.Segment, o.Language, o.scope(tenant))
		if err := store.ExpectOne(result, err, "Nobody has written a translation of that line."); err != nil {
			return err
		}
		if err := tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: auditTenant(o), Action: "translation.withdraw", Object: o.Language, Detail: detail(source, "")}); err != nil {
			return err
		}
		return s.tell(ctx, tx, o.Language, []int64{o.Segment}, o.scope(tenant), now)
	})
	if err != nil {
		return fmt.Errorf("withdraw a translation: %w", err)
	}
	return nil
}

// hasSeen is a condition: that the tenant of a parameter has a document that
// holds the segment of an expression.
func hasSeen(segment, tenant string) string {
	return `EXISTS (SELECT 1 FROM segment_documents p JOIN document_tenants r ON r.document = p.document WHERE p.segment = ` + segment + ` AND r.tenant = ` + tenant + `)`
}

// seenBy returns the number of a tenant and the text of a segment. It fails with
// [tocsin.ErrNotFound] when the tenant has not seen it.
func (s *Store) seenBy(ctx context.Context, q store.Querier, tenantID string, segment int64) (tenant int64, text string, err error) {
	if tenant, err = s.db.TenantNum(ctx, q, tenantID); err != nil {
		return 0, "", err
	}
	rows, err := q.QueryContext(ctx, `SELECT s.text FROM segments s WHERE s.num = $1 AND `+hasSeen("s.num", "$2"), segment, tenant)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (text string, err error) { return text, rows.Scan(&text) })
	if err == nil && len(list) == 0 {
		err = tocsin.NotFoundf("The tenant has no line of that number.")
	}
	if err != nil {
		return 0, "", err
	}
	return tenant, list[0], nil
}

// place returns the number of a segment of an item that is named by its words,
// and keeps it as one of the newest document of the item that the tenant has.
func (s *Store) place(ctx context.Context, tx *store.Tx, tenantID string, ref tocsin.Ref, segment Text, now time.Time) (int64, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT c.document FROM cut_documents c JOIN document_tenants r ON r.document = c.document JOIN tenants t ON t.num = r.tenant JOIN items i ON i.num = c.item
		WHERE t.id = $1 AND i.kind = $2 AND i.id = $3 AND NOT EXISTS (SELECT 1 FROM cut_documents p WHERE p.item = c.item AND p.private) ORDER BY r.n DESC LIMIT 1`,
		tenantID, string(ref.Kind), ref.ID)
	documents, err := store.Collect(rows, err, scanNum)
	if err == nil && len(documents) == 0 {
		err = tocsin.NotFoundf("Nothing is kept of the lines of %s.", tocsin.Clip(ref.ID, 64))
	}
	if err != nil {
		return 0, err
	}
	segment.InBook = false
	nums, _, err := putSegments(ctx, tx, []Document{{Segments: []Text{segment}}}, now)
	if err != nil {
		return 0, err
	}
	num := nums[segment.Key]
	_, err = tx.ExecContext(ctx, `
		INSERT INTO segment_documents (segment, document) SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT)
		WHERE NOT EXISTS (SELECT 1 FROM segment_documents p JOIN cut_documents c ON c.document = p.document JOIN cut_documents d ON d.item = c.item
			JOIN document_tenants r ON r.document = c.document JOIN tenants t ON t.num = r.tenant WHERE p.segment = $1 AND d.document = $2 AND t.id = $3)`, num, documents[0], tenantID)
	return num, err
}
