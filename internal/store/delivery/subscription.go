package delivery

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// Bounds of questions, so that nobody has the desk send mails to strangers.
const (
	maxQuestions = 200 // to all addresses in an hour
	maxPending   = 5   // subscriptions of one address that wait for it
)

const subscriptionColumns = `id, tenant, user_id, address, channel, services, classes, language, zone, digest, token, state, refusals, reason, created_at, confirmed_at, paused_at FROM subscriptions`

func scanSubscription(rows *sql.Rows) (s tocsin.Subscription, err error) {
	var services, classes string
	var created, confirmed, paused int64
	err = rows.Scan(&s.ID, &s.TenantID, &s.UserID, &s.Address, &s.Channel, &services, &classes, &s.Language, &s.Zone, &s.Digest, &s.Token, &s.State, &s.Refusals, &s.Reason, &created, &confirmed, &paused)
	s.Services, s.Classes = lines(services), lines(classes)
	s.CreatedAt, s.ConfirmedAt, s.PausedAt = tocsin.FromMicros(created), tocsin.FromMicros(confirmed), tocsin.FromMicros(paused)
	return s, err
}

// lines are the lines of a text, none of an empty one.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// subscriptions reads subscriptions; where follows the table.
func subscriptions(ctx context.Context, q store.Querier, where string, args ...any) ([]tocsin.Subscription, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+subscriptionColumns+` `+where, args...)
	return store.Collect(rows, err, scanSubscription)
}

// Subscriptions lists the subscriptions of a person, or for "" all of them, oldest
// first.
func (s *Store) Subscriptions(ctx context.Context, userID string) ([]tocsin.Subscription, error) {
	list, err := subscriptions(ctx, s.db.Read(), `WHERE $1 = '' OR user_id = $1 ORDER BY created_at, id`, strings.ToLower(userID))
	if err != nil {
		return nil, fmt.Errorf("list subscriptions: %w", s.db.Translate(err))
	}
	return list, nil
}

// Subscription returns the subscription of an id, or of the token that its mails
// have. It fails with [tocsin.ErrNotFound].
func (s *Store) Subscription(ctx context.Context, ref string) (tocsin.Subscription, error) {
	one, err := subscription(ctx, s.db.Read(), ref)
	return one, s.db.Translate(err)
}

func subscription(ctx context.Context, q store.Querier, ref string) (tocsin.Subscription, error) {
	list, err := subscriptions(ctx, q, `WHERE id = $1 OR token = $1`, strings.ToLower(ref))
	if err == nil && (len(list) == 0 || ref == "") {
		err = tocsin.NotFoundf("There is no such subscription.")
	}
	if err != nil {
		return tocsin.Subscription{}, err
	}
	return list[0], nil
}

// SubscriptionsByID returns the subscriptions of some ids that are there.
func (s *Store) SubscriptionsByID(ctx context.Context, ids []string) ([]tocsin.Subscription, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := subscriptions(ctx, s.db.Read(), `WHERE id IN (`+store.Placeholders(1, len(ids))+`)`, store.Args(ids)...)
	if err != nil {
		return nil, fmt.Errorf("find subscriptions: %w", s.db.Translate(err))
	}
	return list, nil
}

// Subscribe adds a subscription, by the actor of ctx. One to a channel, and one to
// an address that its person has confirmed, is told at once; any other waits for
// whoever reads the mails to its address, who is asked by a message with this
// content, at most once a day. It fails with [tocsin.ErrInvalid] and every problem
// at once, and with [tocsin.ErrConflict] when its person has as many as may be
// (field "address") or too many addresses are asked (field "flood"). It does not
// tell what is known of an address.
func (s *Store) Subscribe(ctx context.Context, one tocsin.Subscription, question []byte, now time.Time) (tocsin.Subscription, error) {
	one.Normalize()
	one.Token, one.State, one.CreatedAt = strings.ToLower(rand.Text()), tocsin.SubscriptionPending, now.UTC()
	one.Refusals, one.Reason, one.ConfirmedAt, one.PausedAt = 0, "", time.Time{}, time.Time{}
	if err := validSubscription(one); err != nil {
		return one, err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var tenants int
		// The counter's row keeps two of one address from not counting each other.
		if err := touchSubscriptions(ctx, tx); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM tenants WHERE id = $1`, one.TenantID).Scan(&tenants); err != nil {
			return err
		}
		if tenants == 0 {
			return tocsin.Invalidf("tenant", "There is no such tenant.")
		}
		return s.subscribe(ctx, tx, &one, question, now)
	})
	if err != nil {
		return one, fmt.Errorf("subscribe: %w", s.db.Translate(err))
	}
	return one, nil
}

// validSubscription reports every problem of a normalised subscription.
func validSubscription(one tocsin.Subscription) error {
	problem := one.Validate()
	if one.Digest == "" {
		return problem
	}
	if _, err := route.ParseDigest(one.Digest); err != nil || len(strings.Fields(one.Digest)) != 2 {
		problem = errors.Join(problem, tocsin.Invalidf("digest", "%q is no digest such as daily 08:00 or monday 08:00.", tocsin.Clip(one.Digest, 40)))
	}
	return problem
}

// touchSubscriptions notes that those who are told something may be others.
func touchSubscriptions(ctx context.Context, tx *store.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE counters SET value = value + 1 WHERE name = 'subscriptions'`)
	return err
}

func (s *Store) subscribe(ctx context.Context, tx *store.Tx, one *tocsin.Subscription, question []byte, now time.Time) error {
	var own, known, pending int
	err := tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM subscriptions WHERE user_id = $1 AND user_id <> ''),
		(SELECT COUNT(*) FROM subscriptions WHERE user_id = $1 AND address = $2 AND user_id <> '' AND address <> '' AND confirmed_at > 0),
		(SELECT COUNT(*) FROM subscriptions WHERE address = $2 AND address <> '' AND state = 'pending')`, one.UserID, one.Address).Scan(&own, &known, &pending)
	switch {
	case err != nil:
		return err
	case own >= tocsin.MaxSubscriptions:
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "address", Message: fmt.Sprintf("Nobody has more than %d subscriptions: end one first.", tocsin.MaxSubscriptions)}
	case one.Channel != "" || known > 0:
		one.State, one.ConfirmedAt = tocsin.SubscriptionActive, now.UTC()
	case pending >= maxPending:
		return nil // in the words of any other: nobody learns what is known
	}
	if one.State == tocsin.SubscriptionPending {
		if err := s.ask(ctx, tx, *one, question, now); err != nil {
			return err
		}
	}
	if err := insertSubscription(ctx, tx, *one); err != nil {
		return err
	}
	return auditSubscription(ctx, tx, "subscription.add", *one, now)
}

func insertSubscription(ctx context.Context, tx *store.Tx, one tocsin.Subscription) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO subscriptions (id, tenant, user_id, address, channel, services, classes, language, zone, digest, token, state, refusals, reason, created_at, confirmed_at, paused_at)
		VALUES (`+store.Placeholders(1, 17)+`)`,
		one.ID, one.TenantID, one.UserID, one.Address, one.Channel, store.Clean(strings.Join(one.Services, "\n")), strings.Join(one.Classes, "\n"), one.Language, one.Zone, one.Digest, one.Token,
		string(one.State), one.Refusals, one.Reason, tocsin.Micros(one.CreatedAt), tocsin.Micros(one.ConfirmedAt), tocsin.Micros(one.PausedAt))
	return err
}

// auditSubscription writes that something was done with a subscription: nothing
// personal.
func auditSubscription(ctx context.Context, tx *store.Tx, action string, one tocsin.Subscription, now time.Time) error {
	way := "mail"
	if one.Channel != "" {
		way = "channel " + one.Channel
	}
	services := "all services"
	if len(one.Services) > 0 {
		services = strings.Join(one.Services, ", ")
	}
	return tx.Audit(ctx, tocsin.AuditEntry{
		At: now, TenantID: one.TenantID, Action: action, Object: one.ID,
		Detail: strings.Join([]string{way, strings.Join(one.Classes, ", "), services, cmp.Or(one.Digest, "at once")}, "; "),
	})
}

// ask has an address asked whether a subscription is wanted: now, or a day after
// it was asked last.
func (s *Store) ask(ctx context.Context, tx *store.Tx, one tocsin.Subscription, question []byte, now time.Time) error {
	var lately int
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM subscription_questions WHERE at > $1 AND at <= $2`, tocsin.Micros(now.Add(-time.Hour)), tocsin.Micros(now)).Scan(&lately); err != nil {
		return err
	}
	if lately >= maxQuestions {
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "flood", Message: "Too many addresses are asked at the moment: try again in an hour."}
	}
	hash := sha256.Sum256([]byte(strings.ToLower(one.Address)))
	due := now.UTC()
	var last int64
	switch err := tx.QueryRowContext(ctx, `SELECT at FROM subscription_questions WHERE address = $1`, hash[:]).Scan(&last); {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return err
	default:
		if next := tocsin.FromMicros(last).Add(tocsin.AskedEvery); next.After(due) {
			due = next
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO subscription_questions (address, at) VALUES ($1, $2) ON CONFLICT (address) DO UPDATE SET at = excluded.at`, hash[:], tocsin.Micros(due))
	if err != nil {
		return err
	}
	return s.note(ctx, tx, newID(), SubscriptionKey(one.ID), "ask", question, due)
}

// ConfirmSubscription notes that whoever reads the mails to its address wants a
// subscription. Another one of the same stranger in the same tenant ends: it is
// what they had asked for before. It fails with [tocsin.ErrNotFound] when it is
// not there, or nobody answered in time.
func (s *Store) ConfirmSubscription(ctx context.Context, token string, now time.Time) (one tocsin.Subscription, err error) {
	return s.changeSubscription(ctx, token, "subscription.confirm", now, func(tx *store.Tx, one *tocsin.Subscription) error {
		switch {
		case one.State != tocsin.SubscriptionPending:
			return errUnchanged
		case now.Sub(one.CreatedAt) > tocsin.SubscriptionWait:
			return tocsin.NotFoundf("There is no such subscription.")
		}
		one.State, one.ConfirmedAt = tocsin.SubscriptionActive, now.UTC()
		if one.UserID != "" {
			return nil
		}
		before, err := subscriptions(ctx, tx, `WHERE address = $1 AND tenant = $2 AND user_id = '' AND state <> 'pending' AND id <> $3`, one.Address, one.TenantID, one.ID)
		if err != nil {
			return err
		}
		for _, old := range before {
			if err := s.endSubscription(ctx, tx, old, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// ResumeSubscription has a subscription told again that was paused.
func (s *Store) ResumeSubscription(ctx context.Context, ref string, now time.Time) (tocsin.Subscription, error) {
	return s.changeSubscription(ctx, ref, "subscription.resume", now, func(_ *store.Tx, one *tocsin.Subscription) error {
		if one.State != tocsin.SubscriptionPaused {
			return errUnchanged
		}
		one.State, one.Refusals, one.Reason, one.PausedAt = tocsin.SubscriptionActive, 0, "", time.Time{}
		return nil
	})
}

// errUnchanged ends a change that would change nothing.
var errUnchanged = errors.New("unchanged")

// changeSubscription lets change alter the state of a subscription, which nobody
// else changes meanwhile.
func (s *Store) changeSubscription(ctx context.Context, ref, action string, now time.Time, change func(*store.Tx, *tocsin.Subscription) error) (one tocsin.Subscription, err error) {
	err = s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		if err := touchSubscriptions(ctx, tx); err != nil {
			return err
		}
		if one, err = subscription(ctx, tx, ref); err != nil {
			return err
		}
		if err := change(tx, &one); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE subscriptions SET state = $2, refusals = $3, reason = $4, confirmed_at = $5, paused_at = $6 WHERE id = $1`,
			one.ID, string(one.State), one.Refusals, one.Reason, tocsin.Micros(one.ConfirmedAt), tocsin.Micros(one.PausedAt)); err != nil {
			return err
		}
		return auditSubscription(ctx, tx, action, one, now)
	})
	if err != nil && !errors.Is(err, errUnchanged) {
		return one, fmt.Errorf("change subscription: %w", s.db.Translate(err))
	}
	return one, nil
}

// Unsubscribe ends a subscription by its id or its token, by the actor of ctx:
// what waits for it is not sent. It fails with [tocsin.ErrNotFound].
func (s *Store) Unsubscribe(ctx context.Context, ref string, now time.Time) (one tocsin.Subscription, err error) {
	err = s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		if err := touchSubscriptions(ctx, tx); err != nil {
			return err
		}
		if one, err = subscription(ctx, tx, ref); err != nil {
			return err
		}
		return s.endSubscription(ctx, tx, one, now)
	})
	if err != nil {
		return one, fmt.Errorf("unsubscribe: %w", s.db.Translate(err))
	}
	return one, nil
}

// CancelledUnsubscribed is why something is not sent to a subscription that has
// ended or is paused.
const CancelledUnsubscribed = "unsubscribed"

// endSubscription removes a subscription and cancels what waits for it.
func (s *Store) endSubscription(ctx context.Context, tx *store.Tx, one tocsin.Subscription, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM subscriptions WHERE id = $1`, one.ID); err != nil {
		return err
	}
	if _, err := s.Cancel(ctx, tx, SubscriptionKey(one.ID), CancelledUnsubscribed, now); err != nil {
		return err
	}
	return auditSubscription(ctx, tx, "subscription.end", one, now)
}

// KeepSubscriptions ends, in the transaction in which a person may do less than
// before, what their subscriptions may not tell any more: those of which nothing
// is left, and of the others the classes that they may not read.
func (s *Store) KeepSubscriptions(ctx context.Context, tx *store.Tx, userID string, may func(one tocsin.Subscription, class string) bool, now time.Time) error {
	list, err := subscriptions(ctx, tx, `WHERE user_id = $1 AND user_id <> ''`, strings.ToLower(userID))
	if err != nil || len(list) == 0 {
		return err
	}
	if err := touchSubscriptions(ctx, tx); err != nil {
		return err
	}
	for _, one := range list {
		var left []string
		for _, class := range one.Classes {
			if may(one, class) {
				left = append(left, class)
			}
		}
		switch {
		case len(left) == len(one.Classes):
			continue
		case len(left) == 0:
			err = s.endSubscription(ctx, tx, one, now)
		default:
			err = s.narrow(ctx, tx, one, left, now)
		}
		if err != nil {
			return fmt.Errorf("end subscriptions: %w", err)
		}
	}
	return nil
}

// narrow leaves a subscription some of its classes. What waits for it was decided
// on before, and may be of the others: it is not sent.
func (s *Store) narrow(ctx context.Context, tx *store.Tx, one tocsin.Subscription, classes []string, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `UPDATE subscriptions SET classes = $2 WHERE id = $1`, one.ID, strings.Join(classes, "\n")); err != nil {
		return err
	}
	if _, err := s.Cancel(ctx, tx, SubscriptionKey(one.ID), CancelledUnsubscribed, now); err != nil {
		return err
	}
	one.Classes = classes
	return auditSubscription(ctx, tx, "subscription.narrow", one, now)
}
