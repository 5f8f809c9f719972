package delivery

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// ChangeSubscription has change alter what a subscription tells: services, classes,
// language, zone and digest; all else stays. When it is to tell less than before, what
// waits for it is not sent: it was decided on before. It fails with [tocsin.ErrNotFound],
// and with [tocsin.ErrInvalid] and every problem at once, also for a class that is new to
// the subscription of a person: only they say that they want to read more.
func (s *Store) ChangeSubscription(ctx context.Context, id string, now time.Time, change func(*tocsin.Subscription) error) (one tocsin.Subscription, err error) {
	err = s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		if err := touchSubscriptions(ctx, tx); err != nil {
			return err
		}
		was, err := subscription(ctx, tx, id)
		if err != nil {
			return err
		}
		asked := was
		asked.Services, asked.Classes = slices.Clone(was.Services), slices.Clone(was.Classes)
		if err := change(&asked); err != nil {
			return err
		}
		one = was
		one.Services, one.Classes, one.Language, one.Zone, one.Digest = asked.Services, asked.Classes, asked.Language, asked.Zone, asked.Digest
		one.Normalize()
		if err := validSubscription(one); err != nil {
			return err
		}
		if i := slices.IndexFunc(one.Classes, func(class string) bool { return !slices.Contains(was.Classes, class) }); one.UserID != "" && i >= 0 {
			return tocsin.Invalidf("classes", "%s is new to the subscription of a person: only they can ask for it.", one.Classes[i])
		}
		if reflect.DeepEqual(one, was) {
			return nil
		}
		return s.rewrite(ctx, tx, was, one, now)
	})
	if err != nil {
		return one, fmt.Errorf("change subscription: %w", s.db.Translate(err))
	}
	return one, nil
}

func (s *Store) rewrite(ctx context.Context, tx *store.Tx, was, one tocsin.Subscription, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `UPDATE subscriptions SET services = $2, classes = $3, language = $4, zone = $5, digest = $6 WHERE id = $1`,
		one.ID, strings.Join(one.Services, "\n"), strings.Join(one.Classes, "\n"), one.Language, one.Zone, one.Digest); err != nil {
		return err
	}
	if tellsLess(was, one) {
		if _, err := s.Cancel(ctx, tx, SubscriptionKey(one.ID), CancelledUnsubscribed, now); err != nil {
			return err
		}
	}
	return auditSubscription(ctx, tx, "subscription.change", one, now)
}

// tellsLess reports whether a subscription tells something no longer that it did.
func tellsLess(was, now tocsin.Subscription) bool {
	gone := func(of, in []string) bool {
		return slices.ContainsFunc(of, func(one string) bool { return !slices.Contains(in, one) })
	}
	return gone(was.Classes, now.Classes) || len(now.Services) > 0 && (len(was.Services) == 0 || gone(was.Services, now.Services))
}
