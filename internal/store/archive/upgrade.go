package archive

import (
	"context"
	"database/sql"
	"fmt"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// catchUp does what migrations cannot: it reads documents that an older version
// of the program stored.
func (s *Store) catchUp(ctx context.Context) error {
	var behind int
	err := s.db.Read().QueryRowContext(ctx, `SELECT count(*) FROM counters WHERE name = 'texts' AND value <> $1 OR name = 'private' AND value = 0`, textsVersion).Scan(&behind)
	if err != nil {
		return err
	}
	unfiled, err := s.unfiledEvents(ctx)
	if err != nil || behind == 0 && !unfiled {
		return err
	}
	return s.db.Alone(ctx, func() error {
		if err := s.catchUpTexts(ctx); err != nil {
			return fmt.Errorf("index texts: %w", err)
		}
		if err := s.catchUpPrivate(ctx); err != nil {
			return fmt.Errorf("mark messages about data privacy: %w", err)
		}
		if err := s.catchUpLog(ctx); err != nil {
			return fmt.Errorf("file events in the log: %w", err)
		}
		return nil
	})
}

// catchUpTexts indexes what an older version of the program stored. It is
// called while no other process is at it, and goes on where it was cut off.
func (s *Store) catchUpTexts(ctx context.Context) error {
	var version int64
	if err := s.db.Writer().QueryRowContext(ctx, `SELECT value FROM counters WHERE name = 'texts'`).Scan(&version); err != nil || version == textsVersion {
		return err
	}
	if version != 0 {
		if err := s.db.InTx(ctx, s.clearTexts(ctx)); err != nil {
			return err
		}
	}
	for more := true; more; {
		err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
			more, err = s.catchUpSome(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
	}
	_, err := s.db.Writer().ExecContext(ctx, `UPDATE counters SET value = $1 WHERE name = 'texts'`, textsVersion)
	return err
}

// catchUpPrivate marks the messages about data privacy that an older version of
// the program stored without saying so. Only those can be meant whose text or
// category has the word. It is called as [Store.catchUpTexts] is, after it.
func (s *Store) catchUpPrivate(ctx context.Context) error {
	var done int64
	if err := s.db.Writer().QueryRowContext(ctx, `SELECT value FROM counters WHERE name = 'private'`).Scan(&done); err != nil || done != 0 {
		return err
	}
	rows, err := s.db.Writer().QueryContext(ctx, `SELECT x.document FROM texts x JOIN documents d ON d.num = x.document JOIN items i ON i.num = d.item
		WHERE i.kind = $1 AND (x.text LIKE '%privacy%' OR d.class LIKE '%rivacy%')`, string(tocsin.KindMessage))
	numbers, err := store.Collect(rows, err, func(rows *sql.Rows) (num int64, err error) { return num, rows.Scan(&num) })
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		for _, num := range numbers {
			body, err := s.bodyOf(ctx, tx, num)
			if err != nil {
				return err
			}
			doc, err := tocsin.ReadDocument(tocsin.KindMessage, body)
			if err != nil || !doc.Facts.Private {
				continue // one that was stored can be read
			}
			if _, err := tx.ExecContext(ctx, `UPDATE documents SET private = TRUE WHERE num = $1`, num); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `UPDATE counters SET value = 1 WHERE name = 'private'`)
		return err
	})
}
