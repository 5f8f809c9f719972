package store

import (
	"context"
	"database/sql"

	"example.org/tocsin/internal/tocsin"
)

// catchUpPrivate marks the messages about data privacy that an older version of
// the program stored without saying so. Only those can be meant whose text or
// category has the word. It is called as [Store.catchUpTexts] is, after it.
func (s *Store) catchUpPrivate(ctx context.Context) error {
	var done int64
	if err := s.write.QueryRowContext(ctx, `SELECT value FROM counters WHERE name = 'private'`).Scan(&done); err != nil || done != 0 {
		return err
	}
	rows, err := s.write.QueryContext(ctx, `SELECT x.document FROM texts x JOIN documents d ON d.num = x.document JOIN items i ON i.num = d.item
		WHERE i.kind = $1 AND (x.text LIKE '%privacy%' OR d.class LIKE '%rivacy%')`, string(tocsin.KindMessage))
	numbers, err := Collect(rows, err, func(rows *sql.Rows) (num int64, err error) { return num, rows.Scan(&num) })
	if err != nil {
		return err
	}
	return s.InTx(ctx, func(tx *Tx) error {
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
