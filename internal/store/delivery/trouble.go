package delivery

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Trouble is how a channel of the settings does, for those who look after it.
type Trouble struct {
	Endpoint
	ToldAt time.Time // when somebody was told that it takes no messages, zero while it does
	// Dead is when a message to it was given up of which none followed that was
	// accepted, zero for never.
	Dead time.Time
	// Works tells that a message was accepted since somebody was told.
	Works bool
}

// Troubles returns how the channels do of which something was ever sent, by key.
// Messages that were given up before since do not count, nor do those about other
// channels.
func (s *Store) Troubles(ctx context.Context, since time.Time) ([]Trouble, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT `+endpointColumns+`, epoch, told_at, COALESCE((SELECT max(b.settled_at) FROM delivery_batches b WHERE b.state = 'dead' AND b.endpoint = delivery_endpoints.num AND b.kind <> 'trouble' AND b.settled_at >= $1
				AND NOT EXISTS (SELECT 1 FROM delivery_batches l WHERE l.num > b.num AND l.endpoint = b.endpoint AND l.state = 'sent')), 0),
			COALESCE((SELECT b.reason FROM delivery_batches b WHERE b.state = 'dead' AND b.endpoint = delivery_endpoints.num ORDER BY b.num DESC LIMIT 1), ''),
			COALESCE((SELECT b.detail FROM delivery_batches b WHERE b.state = 'dead' AND b.endpoint = delivery_endpoints.num ORDER BY b.num DESC LIMIT 1), ''),
			told_at > 0 AND failures = 0 AND EXISTS (SELECT 1 FROM delivery_batches b WHERE b.endpoint = delivery_endpoints.num AND b.state = 'sent' AND b.settled_at > told_at)
		FROM delivery_endpoints WHERE key LIKE 'channel:%' ORDER BY key`, tocsin.Micros(since))
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (t Trouble, err error) {
		var failing, retry, told, dead, epoch int64
		var reason, detail string
		err = rows.Scan(&t.Num, &t.Key, &t.Failures, &failing, &retry, &t.Reason, &t.Detail, &epoch, &told, &dead, &reason, &detail, &t.Works)
		t.FailingSince, t.RetryAt, t.ToldAt, t.Dead = tocsin.FromMicros(failing), tocsin.FromMicros(retry), tocsin.FromMicros(told), tocsin.FromMicros(dead)
		if t.Failures == 0 {
			t.Reason, t.Detail = reason, detail
		}
		return t, err
	})
	if err != nil {
		return nil, fmt.Errorf("read how channels do: %w", s.db.Translate(err))
	}
	return list, nil
}

// TellTrouble has an endpoint told that another one takes no messages, once for each
// outage, or with mended that it takes them again. It reports false when somebody
// else has told it.
func (s *Store) TellTrouble(ctx context.Context, about, through string, mended bool, content []byte, now time.Time) (first bool, err error) {
	statement, at := `UPDATE delivery_endpoints SET told_at = $2 WHERE key = $1 AND told_at = 0`, tocsin.Micros(now)
	if mended {
		statement, at = `UPDATE delivery_endpoints SET told_at = $2 WHERE key = $1 AND told_at > 0`, 0
	}
	err = s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		if first, err = store.Changed(tx.ExecContext(ctx, statement, about, at)); err != nil || !first {
			return err
		}
		return s.note(ctx, tx, newID(), through, "trouble", content, now.UTC())
	})
	if err != nil {
		return false, fmt.Errorf("tell of a channel that takes no messages: %w", err)
	}
	return first, nil
}
