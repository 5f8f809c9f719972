package translation

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
)

// A Day is what one day brought in one language: of one engine, or without an
// engine what none had to be asked. Counts are characters, code points, but for
// calls, failures and refused answers.
type Day struct {
	Day      string // YYYY-MM-DD, UTC
	Engine   string
	Language string
	Sent     int // that the desk counted before the call
	Billed   int // that the engine reported
	Calls    int
	Failures int // calls without an answer
	Refused  int // answers that failed a check
	Book     int // that the phrase book answered
	Memory   int // that the memory answered
}

// DayOf is the day of an instant.
func DayOf(at time.Time) string { return at.UTC().Format(time.DateOnly) }

// Count adds to what a day brought.
func (s *Store) Count(ctx context.Context, d Day) error {
	if err := s.db.InTx(ctx, func(tx *store.Tx) error { return count(ctx, tx, d) }); err != nil {
		return fmt.Errorf("count in the ledger: %w", err)
	}
	return nil
}

// CountIn is [Store.Count] in the transaction of what it counts.
func (s *Store) CountIn(ctx context.Context, tx *store.Tx, d Day) error {
	if err := count(ctx, tx, d); err != nil {
		return fmt.Errorf("count in the ledger: %w", err)
	}
	return nil
}

func count(ctx context.Context, tx *store.Tx, d Day) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO translation_days (day, engine, language, sent, billed, calls, failures, refused, book, memory) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (day, engine, language) DO UPDATE SET
			sent = translation_days.sent + excluded.sent, billed = translation_days.billed + excluded.billed, calls = translation_days.calls + excluded.calls,
			failures = translation_days.failures + excluded.failures, refused = translation_days.refused + excluded.refused,
			book = translation_days.book + excluded.book, memory = translation_days.memory + excluded.memory`,
		d.Day, d.Engine, d.Language, d.Sent, d.Billed, d.Calls, d.Failures, d.Refused, d.Book, d.Memory)
	return err
}

// Days lists what the days from one to another brought, the newest first.
func (s *Store) Days(ctx context.Context, from, to string) ([]Day, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT day, engine, language, sent, billed, calls, failures, refused, book, memory FROM translation_days WHERE day >= $1 AND day <= $2 ORDER BY day DESC, engine, language`, from, to)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (d Day, err error) {
		return d, rows.Scan(&d.Day, &d.Engine, &d.Language, &d.Sent, &d.Billed, &d.Calls, &d.Failures, &d.Refused, &d.Book, &d.Memory)
	})
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", s.db.Translate(err))
	}
	return list, nil
}

// Spent returns the characters that an engine was sent since a day, in all
// languages, and those that it reports as billed.
func (s *Store) Spent(ctx context.Context, engine, since string) (sent, billed int, err error) {
	err = s.db.Read().QueryRowContext(ctx, `SELECT COALESCE(sum(sent), 0), COALESCE(sum(billed), 0) FROM translation_days WHERE engine = $1 AND day >= $2`, engine, since).Scan(&sent, &billed)
	if err != nil {
		return 0, 0, fmt.Errorf("read the ledger of %s: %w", engine, s.db.Translate(err))
	}
	return sent, billed, nil
}
