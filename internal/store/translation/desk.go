package translation

import (
	"context"
	"database/sql"
	"fmt"
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
			NOT EXISTS (SELECT 1 FROM segment_documents p JOIN document_tenants r ON r.document = p.document JOIN cut_documents c ON c.document = p.document
				WHERE p.segment = s.num AND r.tenant = t.num AND r.n = (SELECT max(r2.n) FROM cut_documents c2 JOIN document_tenants r2 ON r2.document = c2.document
					WHERE c2.item = c.item AND r2.tenant = t.num))
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

// A Report is a translation that a reader found bad.
type Report struct {
	TenantID string
	Segment  int64
	Language string
	Reporter string // the name of who reads it
	Line     string // the translation that they saw
	Note     string
	At       time.Time
	Source   string // the segment, on reading
}

// ReportLine keeps that a reader finds a translation bad, once for each reader.
// It fails with [tocsin.ErrNotFound] when the tenant has not seen the segment.
func (s *Store) ReportLine(ctx context.Context, r Report) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, source, err := s.seenBy(ctx, tx, r.TenantID, r.Segment)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO translation_reports (tenant, segment, language, reporter, line, note, reported_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (tenant, segment, language, reporter) DO UPDATE SET line = excluded.line, note = excluded.note, reported_at = excluded.reported_at`,
			tenant, r.Segment, r.Language, store.Clean(r.Reporter), clean(r.Line), store.Clean(tocsin.Clip(r.Note, 1000)), tocsin.Micros(r.At))
		if err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: r.At, TenantID: r.TenantID, Action: "translation.report", Object: r.Language, Detail: detail(source, r.Line)})
	})
	if err != nil {
		return fmt.Errorf("report a translation: %w", err)
	}
	return nil
}

// Reports lists up to limit reports of a tenant, the newest first.
func (s *Store) Reports(ctx context.Context, tenantID string, limit int) ([]Report, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT t.id, r.segment, r.language, r.reporter, r.line, r.note, r.reported_at, s.text
		FROM translation_reports r JOIN tenants t ON t.num = r.tenant JOIN segments s ON s.num = r.segment
		WHERE t.id = $1 ORDER BY r.reported_at DESC, r.segment, r.reporter LIMIT $2`, tenantID, limit)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (r Report, err error) {
		var at int64
		err = rows.Scan(&r.TenantID, &r.Segment, &r.Language, &r.Reporter, &r.Line, &r.Note, &at, &r.Source)
		r.At = tocsin.FromMicros(at)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("list reports of translations: %w", s.db.Translate(err))
	}
	return list, nil
}

// CloseReport takes the reports of a line of a tenant off the list. It fails with
// [tocsin.ErrNotFound] when there is none.
func (s *Store) CloseReport(ctx context.Context, tenantID string, segment int64, language string, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, source, err := s.seenBy(ctx, tx, tenantID, segment)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `DELETE FROM translation_reports WHERE tenant = $1 AND segment = $2 AND language = $3`, tenant, segment, language)
		if err := store.ExpectOne(result, err, "Nobody has reported that line."); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: tenantID, Action: "translation.dismiss", Object: language, Detail: detail(source, "")})
	})
	if err != nil {
		return fmt.Errorf("close a report of a translation: %w", err)
	}
	return nil
}
