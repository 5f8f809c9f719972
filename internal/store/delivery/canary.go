package delivery

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// KindCanary is the kind of messages that show each day that a channel works.
const KindCanary = "canary"

// CancelledStale is why a canary is not sent: that of the next day is.
const CancelledStale = "stale"

// CanaryTerm is how long the link of a canary is good, and after which one that
// nobody has confirmed says that its channel is in trouble.
const CanaryTerm = 24 * time.Hour

// keepCanaries is how far back canaries say something about a channel.
const keepCanaries = 14 * 24 * time.Hour

// A Canary is the daily test of a channel.
type Canary struct {
	Endpoint string // key of the channel
	Day      string // of the clock of the channel, such as 2026-03-29: there is one a day
	Batch    string // id of the message
	// Machine tells that nobody reads what the channel is sent: that it was accepted
	// confirms it, and there is no link.
	Machine     bool
	AskedAt     time.Time
	ConfirmedAt time.Time // zero while nobody has
}

// open reports whether somebody can confirm c.
func (c Canary) open(now time.Time) bool {
	return !c.Machine && c.ConfirmedAt.IsZero() && now.Before(c.AskedAt.Add(CanaryTerm))
}

// AskCanary has the channel of c sent its canary of the day, a message with this
// content, and writes that in the same transaction. It reports false when that was
// done: by another process, or before the clock was put back. token is what the link
// of a message has, of which the hash alone is kept. Canaries of other days that still
// wait are not sent any more.
func (s *Store) AskCanary(ctx context.Context, c Canary, token func(batch string) string, content []byte, now time.Time) (first bool, err error) {
	machine := 0
	if c.Machine {
		machine = 1
	}
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		nums, err := s.endpointNums(ctx, tx, []Row{{Endpoint: c.Endpoint}})
		if err != nil {
			return err
		}
		id := newID()
		first, err = store.Changed(tx.ExecContext(ctx, `
			INSERT INTO delivery_canaries (endpoint, day, batch, question, machine, asked_at, confirmed_at) VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT (endpoint, day) DO NOTHING`,
			nums[c.Endpoint], c.Day, id, hashed(token(id)), machine, tocsin.Micros(now)))
		if err != nil || !first {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE delivery_batches SET state = 'cancelled', reason = $2, settled_at = $3 WHERE endpoint = $1 AND state = 'retry' AND kind = 'canary'`,
			nums[c.Endpoint], CancelledStale, tocsin.Micros(now)); err != nil {
			return err
		}
		if err := s.note(ctx, tx, id, c.Endpoint, KindCanary, content, now.UTC()); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, Action: "canary.send", Object: ChannelName(c.Endpoint), Detail: c.Day})
	})
	if err != nil {
		return false, fmt.Errorf("send a canary: %w", err)
	}
	return first, nil
}

// A CanaryState is how the canaries of a channel do.
type CanaryState struct {
	Last        Canary
	ConfirmedAt time.Time // the last time that somebody did, zero for never lately
	// Unanswered is the last canary that nobody has confirmed in its term, with none
	// after it that somebody has; of the zero value for none.
	Unanswered Canary
}

// Canaries returns how the canaries of channels do of the last two weeks, by key.
func (s *Store) Canaries(ctx context.Context, now time.Time) (map[string]CanaryState, error) {
	list, err := s.canaries(ctx, s.db.Read(), `WHERE c.asked_at > $1 ORDER BY e.key, c.asked_at`, tocsin.Micros(now.Add(-keepCanaries)))
	if err != nil {
		return nil, fmt.Errorf("read canaries: %w", s.db.Translate(err))
	}
	found := map[string]CanaryState{}
	for _, c := range list {
		state := found[c.Endpoint]
		state.Last = c
		switch {
		case !c.ConfirmedAt.IsZero():
			state.Unanswered = Canary{}
			if c.ConfirmedAt.After(state.ConfirmedAt) {
				state.ConfirmedAt = c.ConfirmedAt
			}
		case !now.Before(c.AskedAt.Add(CanaryTerm)):
			state.Unanswered = c
		}
		found[c.Endpoint] = state
	}
	return found, nil
}

// canaries reads canaries. What was sent to a machine was confirmed when it was
// accepted.
func (s *Store) canaries(ctx context.Context, q store.Querier, where string, args ...any) ([]Canary, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT e.key, c.day, c.batch, c.machine, c.asked_at, CASE WHEN c.machine = 1 AND b.state = 'sent' THEN b.settled_at ELSE c.confirmed_at END
		FROM delivery_canaries c JOIN delivery_endpoints e ON e.num = c.endpoint LEFT JOIN delivery_batches b ON b.id = c.batch `+where, args...)
	return store.Collect(rows, err, func(rows *sql.Rows) (c Canary, err error) {
		var machine, asked, confirmed int64
		err = rows.Scan(&c.Endpoint, &c.Day, &c.Batch, &machine, &asked, &confirmed)
		c.Machine, c.AskedAt, c.ConfirmedAt = machine == 1, tocsin.FromMicros(asked), tocsin.FromMicros(confirmed)
		return c, err
	})
}

// AskedCanary returns the canary whose message has this token. It fails with
// [tocsin.ErrNotFound] when there is none, when somebody has confirmed it, and when
// its term is over. It changes nothing.
func (s *Store) AskedCanary(ctx context.Context, token string, now time.Time) (Canary, error) {
	return s.askedCanary(ctx, s.db.Read(), token, now)
}

func (s *Store) askedCanary(ctx context.Context, q store.Querier, token string, now time.Time) (Canary, error) {
	list, err := s.canaries(ctx, q, `WHERE c.question = $1`, hashed(token))
	if err != nil {
		return Canary{}, fmt.Errorf("find a canary: %w", s.db.Translate(err))
	}
	if len(list) != 1 || token == "" || !list[0].open(now) {
		return Canary{}, noCanary()
	}
	return list[0], nil
}

// ConfirmCanary notes that the actor of ctx has read the canary whose message has
// this token. It fails as [Store.AskedCanary] does: a token is good once.
func (s *Store) ConfirmCanary(ctx context.Context, token string, now time.Time) (c Canary, err error) {
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		if c, err = s.askedCanary(ctx, tx, token, now); err != nil {
			return err
		}
		first, err := store.Changed(tx.ExecContext(ctx, `UPDATE delivery_canaries SET confirmed_at = $2 WHERE question = $1 AND confirmed_at = 0`, hashed(token), tocsin.Micros(now)))
		if err != nil {
			return err
		}
		if !first {
			return noCanary()
		}
		c.ConfirmedAt = now.UTC().Truncate(time.Microsecond)
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, Action: "canary.confirm", Object: ChannelName(c.Endpoint), Detail: c.Day})
	})
	if err != nil {
		return Canary{}, fmt.Errorf("confirm a canary: %w", err)
	}
	return c, nil
}

func noCanary() error { return tocsin.NotFoundf("There is no such test, or no longer.") }

func hashed(token string) string { return tocsin.HashOf([]byte(token)).String() }
