package delivery

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// An Audience is the subscriptions that are told something, by the id of their
// tenant. It is shared: do not change it.
type Audience struct {
	revision int64
	tenants  map[string][]tocsin.Subscription
}

// Of returns the subscriptions of a tenant.
func (a *Audience) Of(tenantID string) []tocsin.Subscription {
	if a == nil {
		return nil
	}
	return a.tenants[tenantID]
}

// Audience returns the subscriptions that are told something, as a transaction
// sees them. They are read again when one has changed.
func (s *Store) Audience(ctx context.Context, tx *store.Tx) (*Audience, error) {
	next := &Audience{tenants: map[string][]tocsin.Subscription{}}
	if err := tx.QueryRowContext(ctx, `SELECT value FROM counters WHERE name = 'subscriptions'`).Scan(&next.revision); err != nil {
		return nil, fmt.Errorf("read subscriptions: %w", err)
	}
	if held := s.audience.Load(); held != nil && held.revision == next.revision {
		return held, nil
	}
	list, err := subscriptions(ctx, tx, `WHERE state = 'active' ORDER BY tenant, id`)
	if err != nil {
		return nil, fmt.Errorf("read subscriptions: %w", err)
	}
	for _, one := range list {
		next.tenants[one.TenantID] = append(next.tenants[one.TenantID], one)
	}
	tx.AfterCommit(func() { s.audience.Store(next) })
	return next, nil
}

// newID returns an id of a message that nothing else has.
func newID() string { return "msg_" + strings.ToLower(rand.Text()) }

// note has an endpoint sent a message that tells of no change, in the transaction
// of what it is about: from due on, as any other message.
func (s *Store) note(ctx context.Context, tx *store.Tx, id, endpoint, kind string, content []byte, due time.Time) error {
	nums, err := s.endpointNums(ctx, tx, []Row{{Endpoint: endpoint}})
	if err != nil {
		return err
	}
	if err := wakeEndpoints(ctx, tx, map[int64]int64{nums[endpoint]: tocsin.Micros(due)}); err != nil {
		return err
	}
	one := Batch{ID: id, Endpoint: nums[endpoint], Kind: kind, State: StateRetry, MadeAt: due, Letter: content}
	if err := s.addBatches(ctx, tx, []Batch{one}, due); err != nil {
		return fmt.Errorf("write a message: %w", err)
	}
	return nil
}

// AskContact has the people of a contact of the emergency list asked by a message
// with this content, in the transaction in which it is written that they are.
func (s *Store) AskContact(ctx context.Context, tx *store.Tx, id string, question []byte, now time.Time) error {
	return s.note(ctx, tx, newID(), ContactKey(id), "ask", question, now.UTC())
}

// refusals counts, as part of the ledger, what addresses of subscriptions did not take, in the
// transaction of the outcomes: one that refuses several in a row is paused, and
// what waits for it is not sent.
func (s *Store) refusals(ctx context.Context, tx *store.Tx, outcomes []Outcome, now time.Time) error {
	var taken [][]any
	for _, o := range outcomes {
		id, ok := SubscriptionOf(o.Claim.Key)
		if !ok || o.Untried {
			continue
		}
		switch {
		case o.State == StateSent:
			taken = append(taken, []any{id})
		case o.State == StateDead && (o.Reason == "gone" || o.Reason == "refused"):
			if err := s.refused(ctx, tx, id, o, now); err != nil {
				return err
			}
		}
	}
	_, err := tx.Update(ctx, `UPDATE subscriptions SET refusals = 0`, []string{"TEXT"}, taken, `WHERE id = column1 AND refusals > 0 AND state <> 'paused'`)
	return err
}

func (s *Store) refused(ctx context.Context, tx *store.Tx, id string, o Outcome, now time.Time) error {
	if err := touchSubscriptions(ctx, tx); err != nil { // first, as all do: nobody waits for each other
		return err
	}
	result, err := tx.ExecContext(ctx, `UPDATE subscriptions SET refusals = refusals + 1, reason = $2 WHERE id = $1 AND state = 'active'`, id, o.Reason)
	if moved, err := store.Changed(result, err); err != nil || !moved {
		return err
	}
	result, err = tx.ExecContext(ctx, `UPDATE subscriptions SET state = 'paused', paused_at = $2 WHERE id = $1 AND refusals >= $3`, id, tocsin.Micros(now), tocsin.MaxRefusals)
	if moved, err := store.Changed(result, err); err != nil || !moved {
		return err
	}
	_, err = s.Cancel(ctx, tx, o.Claim.Key, CancelledUnsubscribed, now)
	return err
}

// SweepSubscriptions ends those that nobody confirmed in time, and forgets when
// addresses were asked once they may be asked again.
func (s *Store) SweepSubscriptions(ctx context.Context, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		list, err := subscriptions(ctx, tx, `WHERE state = 'pending' AND created_at < $1 ORDER BY created_at LIMIT 1000`, tocsin.Micros(now.Add(-tocsin.SubscriptionWait)))
		if err != nil {
			return err
		}
		for _, one := range list {
			if err := s.endSubscription(ctx, tx, one, now); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM subscription_questions WHERE at < $1`, tocsin.Micros(now.Add(-tocsin.AskedEvery)))
		return err
	})
	if err != nil {
		return fmt.Errorf("sweep subscriptions: %w", err)
	}
	return nil
}
