package delivery

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A RoutesVersion is who hears of what, as the pages wrote it at a time.
type RoutesVersion struct {
	N    int64 // counts from 1; 0 for what nobody has written
	At   time.Time
	ByID string
	By   string
	Text string // "" gives the word back to the settings
}

// Routes returns the newest routes that the pages have written, of the zero value for
// none.
func (s *Store) Routes(ctx context.Context) (RoutesVersion, error) {
	list, err := s.RoutesVersions(ctx, 1)
	if err != nil || len(list) == 0 {
		return RoutesVersion{}, err
	}
	return list[0], nil
}

// RoutesVersions lists the routes that the pages have written, the newest first.
func (s *Store) RoutesVersions(ctx context.Context, limit int) ([]RoutesVersion, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT n, at, by_id, by_name, text FROM route_versions ORDER BY n DESC LIMIT $1`, limit)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (v RoutesVersion, err error) {
		var at int64
		err = rows.Scan(&v.N, &at, &v.ByID, &v.By, &v.Text)
		v.At = tocsin.FromMicros(at)
		return v, err
	})
	if err != nil {
		return nil, fmt.Errorf("read routes: %w", s.db.Translate(err))
	}
	return list, nil
}

// RoutesNow returns the number of the newest routes that the pages have written, 0 for
// none.
func (s *Store) RoutesNow(ctx context.Context) (n int64, err error) {
	err = s.db.Read().QueryRowContext(ctx, `SELECT n FROM route_versions ORDER BY n DESC LIMIT 1`).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read routes: %w", s.db.Translate(err))
	}
	return n, nil
}

// SaveRoutes keeps a text of routes by the actor of ctx, as the version after the one
// with a number; an empty text gives the word back to the settings. It fails with
// [tocsin.ErrConflict] when somebody has written another one meanwhile. Whether the
// text can be used is for the caller to know.
func (s *Store) SaveRoutes(ctx context.Context, text string, after int64, now time.Time) (RoutesVersion, error) {
	actor := tocsin.ActorOf(ctx)
	v := RoutesVersion{N: after + 1, At: now.UTC().Truncate(time.Microsecond), ByID: actor.UserID, By: actor.Name, Text: store.Clean(text)}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		first, err := store.Changed(tx.ExecContext(ctx, `
			INSERT INTO route_versions (n, at, by_id, by_name, text) SELECT $1, $2, $3, $4, $5
			WHERE CAST($6 AS BIGINT) = COALESCE((SELECT max(n) FROM route_versions), 0) ON CONFLICT (n) DO NOTHING`,
			v.N, tocsin.Micros(v.At), v.ByID, store.Clean(v.By), v.Text, after))
		if err != nil {
			return err
		}
		if !first {
			return tocsin.Conflictf("Somebody has written other routes meanwhile: look at them first.")
		}
		entry := tocsin.AuditEntry{At: now, Action: "routes.write", Object: fmt.Sprintf("version %d", v.N)}
		if v.Text == "" {
			entry.Action = "routes.file"
		}
		return tx.Audit(ctx, entry)
	})
	if err != nil {
		return RoutesVersion{}, fmt.Errorf("save routes: %w", err)
	}
	return v, nil
}
