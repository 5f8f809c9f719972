package translation

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Report is a translation that a reader found bad.
type Report struct {
	TenantID string
	Segment  int64 // its number; 0 to name it by Source and Ref
	Key      Text  // the segment, kept or not
	Ref      tocsin.Ref
	N        int // the version in which they read it
	Language string
	Reporter string // the name of who reads it; what tells strangers apart begins with [Stranger]
	Whole    bool   // they mean the whole text; the segment is its first then
	Line     string // the translation that they saw
	Note     string
	Proposal string // what they would say instead
	At       time.Time
	Source   string // the segment, on reading
}

// Stranger begins the name of a reporter whom the desk does not know. What
// follows says nothing about them.
const Stranger = "~"

// Bounds of what readers may report before somebody looks at it.
const (
	maxLineReports   = 20   // of one line
	maxTenantReports = 1000 // of one tenant
	maxNote          = 1000 // bytes of a note or a proposal
)

// ReportLine keeps that a reader finds a translation bad, once for each reader.
// It fails with [tocsin.ErrNotFound] when the tenant has not seen the segment, or
// nothing is kept of the item, as of messages about data privacy, and with
// [tocsin.ErrConflict] when as much was reported as anybody reads.
func (s *Store) ReportLine(ctx context.Context, r Report) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		if r.Segment == 0 {
			var err error
			if r.Segment, err = s.place(ctx, tx, r.TenantID, r.Ref, r.Key, r.At); err != nil {
				return err
			}
		}
		tenant, source, err := s.seenBy(ctx, tx, r.TenantID, r.Segment)
		if err != nil {
			return err
		}
		if err := roomFor(ctx, tx, tenant, r); err != nil {
			return err
		}
		item := int64(0)
		if r.Ref.ID != "" {
			if item, err = store.PutItem(ctx, tx, r.Ref.Kind, r.Ref.ID); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO translation_reports (tenant, segment, language, reporter, line, note, proposal, item, n, whole, reported_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
			ON CONFLICT (tenant, segment, language, reporter) DO UPDATE SET line = excluded.line, note = excluded.note, proposal = excluded.proposal,
				item = excluded.item, n = excluded.n, whole = excluded.whole, reported_at = excluded.reported_at`,
			tenant, r.Segment, r.Language, store.Clean(r.Reporter), clean(r.Line), store.Clean(tocsin.Clip(r.Note, maxNote)), store.Clean(tocsin.Clip(r.Proposal, maxNote)),
			item, r.N, r.Whole, tocsin.Micros(r.At))
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

// roomFor refuses a report beyond the bounds.
func roomFor(ctx context.Context, tx *store.Tx, tenant int64, r Report) error {
	var all, line int
	err := tx.QueryRowContext(ctx, `
		SELECT count(*), COALESCE(sum(CASE WHEN segment = $2 AND language = $3 THEN 1 ELSE 0 END), 0) FROM translation_reports WHERE tenant = $1 AND NOT (segment = $2 AND language = $3 AND reporter = $4)`,
		tenant, r.Segment, r.Language, store.Clean(r.Reporter)).Scan(&all, &line)
	switch {
	case err != nil:
		return err
	case line >= maxLineReports:
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "line", Message: "The line was reported often enough: somebody is going to look at it."}
	case all >= maxTenantReports:
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "reports", Message: "So much was reported that nothing more is kept at the moment."}
	}
	return nil
}

// Reports lists up to limit reports of a tenant, the newest first.
func (s *Store) Reports(ctx context.Context, tenantID string, limit int) ([]Report, error) {
	return s.reports(ctx, `t.id = $1`, limit, tenantID)
}

// ReportsOf lists the reports of a line of a tenant in a language, the newest
// first.
func (s *Store) ReportsOf(ctx context.Context, tenantID string, segment int64, language string) ([]Report, error) {
	return s.reports(ctx, `t.id = $1 AND r.segment = $2 AND r.language = $3`, maxLineReports, tenantID, segment, language)
}

func (s *Store) reports(ctx context.Context, condition string, limit int, args ...any) ([]Report, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT t.id, r.segment, r.language, r.reporter, r.line, r.note, r.proposal, r.n, r.whole, r.reported_at, s.text, COALESCE(i.kind, ''), COALESCE(i.id, '')
		FROM translation_reports r JOIN tenants t ON t.num = r.tenant JOIN segments s ON s.num = r.segment LEFT JOIN items i ON i.num = r.item
		WHERE `+condition+fmt.Sprintf(` ORDER BY r.reported_at DESC, r.segment, r.reporter LIMIT %d`, limit), args...)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (r Report, err error) {
		var at int64
		err = rows.Scan(&r.TenantID, &r.Segment, &r.Language, &r.Reporter, &r.Line, &r.Note, &r.Proposal, &r.N, &r.Whole, &at, &r.Source, &r.Ref.Kind, &r.Ref.ID)
		r.At = tocsin.FromMicros(at)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("list reports of translations: %w", s.db.Translate(err))
	}
	return list, nil
}

// An Outcome says what was done about a report.
type Outcome string

// What can be done about a report.
const (
	Corrected Outcome = "corrected" // somebody wrote a better line
	Right     Outcome = "right"     // the line is right as it is
	AtSource  Outcome = "source"    // the provider's own text is at fault
	Glossary  Outcome = "glossary"  // a term was set, and the engine is asked again
	Unclear   Outcome = "unclear"   // nobody understood what is meant
)

// Outcomes lists what a person may say that they did.
func Outcomes() []Outcome { return []Outcome{Right, AtSource, Glossary, Unclear} }

// CloseReport takes the reports of a line of a tenant off the list, and keeps in
// the audit log what was done. It fails with [tocsin.ErrNotFound] when there is
// none.
func (s *Store) CloseReport(ctx context.Context, tenantID string, segment int64, language string, outcome Outcome, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, source, err := s.seenBy(ctx, tx, tenantID, segment)
		if err != nil {
			return err
		}
		closed, err := closeReports(ctx, tx, tenantID, tenant, segment, language, source, outcome, now)
		if err == nil && !closed {
			err = tocsin.NotFoundf("Nobody has reported that line.")
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("close a report of a translation: %w", err)
	}
	return nil
}

// closeReports closes the reports of a line in one tenant, and reports whether
// there was any.
func closeReports(ctx context.Context, tx *store.Tx, tenantID string, tenant, segment int64, language, source string, outcome Outcome, now time.Time) (bool, error) {
	closed, err := store.Changed(tx.ExecContext(ctx, `DELETE FROM translation_reports WHERE tenant = $1 AND segment = $2 AND language = $3`, tenant, segment, language))
	if err != nil || !closed {
		return false, err
	}
	return true, tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: tenantID, Action: "translation.dismiss", Object: language, Detail: string(outcome) + ": " + detail(source, "")})
}

// corrected closes the reports of a line that somebody wrote anew, in each tenant
// that reads the new one.
func (s *Store) corrected(ctx context.Context, tx *store.Tx, o Override, tenant int64, source string, now time.Time) error {
	type who struct {
		num int64
		id  string
	}
	tenants := []who{{tenant, o.TenantID}}
	if o.All {
		rows, err := tx.QueryContext(ctx, `
			SELECT DISTINCT t.num, t.id FROM translation_reports r JOIN tenants t ON t.num = r.tenant WHERE r.segment = $1 AND r.language = $2
			AND NOT EXISTS (SELECT 1 FROM memory m WHERE m.segment = r.segment AND m.language = r.language AND m.class = 'human' AND m.tenant = r.tenant)`, o.Segment, o.Language)
		if tenants, err = store.Collect(rows, err, func(rows *sql.Rows) (w who, err error) { return w, rows.Scan(&w.num, &w.id) }); err != nil {
			return err
		}
	}
	for _, one := range tenants {
		if _, err := closeReports(ctx, tx, one.id, one.num, o.Segment, o.Language, source, Corrected, now); err != nil {
			return err
		}
	}
	return nil
}
