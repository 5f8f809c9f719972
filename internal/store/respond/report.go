package respond

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// dayOf is the day of an instant, counted from 1970 UTC.
func dayOf(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// SourceOf returns what tells the reports of one address on one day from those of
// others. It is made with a secret of the day that is deleted when the day is
// over: nobody can find the address by trying all of them afterwards.
func (s *Store) SourceOf(ctx context.Context, address string, now time.Time) (tocsin.Hash, error) {
	secret, err := s.secretOf(ctx, dayOf(now))
	if err != nil {
		return tocsin.Hash{}, fmt.Errorf("read secret of the day: %w", s.db.Translate(err))
	}
	return tocsin.Hash(sha256.Sum256(append(secret[:], address...))), nil
}

// secretOf reads the secret of a day, and makes it when it is the first to ask.
func (s *Store) secretOf(ctx context.Context, day int64) (secret tocsin.Hash, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.secrets[day]; ok {
		return known, nil
	}
	var stored []byte
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		fresh := make([]byte, len(secret))
		if _, err := rand.Read(fresh); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO report_secrets (day, secret) VALUES ($1, $2) ON CONFLICT DO NOTHING`, day, fresh); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT secret FROM report_secrets WHERE day = $1`, day).Scan(&stored)
	})
	if err != nil {
		return secret, err
	}
	copy(secret[:], stored)
	clear(s.secrets)
	s.secrets[day] = secret
	return secret, nil
}

// FileReport stores a "me too". It fails with [tocsin.ErrInvalid] and every
// problem of it.
func (s *Store) FileReport(ctx context.Context, r tocsin.Report) error {
	r.Normalize()
	if err := r.Validate(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, r.TenantID)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO reports (id, tenant, site, service, symptom, code, language, at, person, source) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			r.ID, tenant, r.Site, r.Service, r.Symptom, store.Clean(r.Code), r.Language, tocsin.Micros(r.At), r.Person, r.Source[:])
		return err
	})
	if err != nil {
		return fmt.Errorf("file report: %w", err)
	}
	return nil
}

// CountReports counts the reports of a tenant since an instant, by site and
// service.
func (s *Store) CountReports(ctx context.Context, tenantID string, since time.Time) ([]tocsin.ReportCount, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT r.site, r.service, COUNT(*), COUNT(DISTINCT r.source) FROM reports r JOIN tenants x ON x.num = r.tenant
		WHERE x.id = $1 AND r.at >= $2 GROUP BY r.site, r.service ORDER BY r.service, r.site`, tenantID, tocsin.Micros(since))
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (c tocsin.ReportCount, err error) {
		return c, rows.Scan(&c.Site, &c.Service, &c.N, &c.Sources)
	})
	if err != nil {
		return nil, fmt.Errorf("count reports: %w", s.db.Translate(err))
	}
	return list, nil
}

// FiledReports lists the reports of a tenant, or of a person in every tenant where a
// person is named, newest first, at most limit.
func (s *Store) FiledReports(ctx context.Context, tenantID, person string, limit int) ([]tocsin.Report, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT r.id, x.id, r.site, r.service, r.symptom, r.code, r.language, r.at, r.person FROM reports r JOIN tenants x ON x.num = r.tenant
		WHERE ($1 = '' OR x.id = $1) AND ($2 = '' OR r.person = $2) ORDER BY r.at DESC, r.id LIMIT $3`, tenantID, person, limit)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (r tocsin.Report, err error) {
		var at int64
		err = rows.Scan(&r.ID, &r.TenantID, &r.Site, &r.Service, &r.Symptom, &r.Code, &r.Language, &at, &r.Person)
		r.At = tocsin.FromMicros(at)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("list reports: %w", s.db.Translate(err))
	}
	return list, nil
}

// TriagesOf lists the calls that a person began, by the id of their account, in
// every tenant, oldest first.
func (s *Store) TriagesOf(ctx context.Context, person string) ([]tocsin.Triage, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+triageColumns+` WHERE t.opened_id = $1 ORDER BY t.opened_at, t.n`, person)
	list, err := store.Collect(rows, err, scanTriage)
	if err != nil {
		return nil, fmt.Errorf("list triages of a person: %w", s.db.Translate(err))
	}
	return list, nil
}
