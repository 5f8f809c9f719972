package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// reachable are the contacts whose people may be asked: those of tenants that are
// looked after, and of nobody who was kept out.
const reachable = `WHERE mail <> '' AND asks < $1 AND (tenant = '' OR tenant IN (SELECT id FROM tenants WHERE NOT disabled))
	AND party NOT IN (SELECT 'user:' || id FROM users WHERE disabled_at > 0)`

// AskContacts has the people of the emergency list asked whether mail and telephone
// are right, each when it is time. tell puts a letter on its way in the transaction
// in which that is written, so that nobody is asked twice by two processes or after
// a restart; token is what the link of the letter has, of which the hash alone is
// kept. It returns how many are asked; what fails of one keeps nobody else from being asked.
func (s *Store) AskContacts(ctx context.Context, now time.Time, token func(tocsin.Contact) string, tell func(ctx context.Context, tx *store.Tx, c tocsin.Contact) error) (n int, err error) {
	list, err := contacts().list(ctx, s.db.Read(), reachable, tocsin.MaxContactAsks)
	if err != nil {
		return 0, fmt.Errorf("find whom to ask: %w", s.db.Translate(err))
	}
	var problems []error
	for _, c := range list {
		if !c.ToAsk(now) {
			continue
		}
		first := false
		err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
			first, err = askContact(ctx, tx, c, now, token, tell)
			return err
		})
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("ask a contact: %w", s.db.Translate(err)))
		case first:
			n++
		}
	}
	return n, errors.Join(problems...)
}

// askContact asks the people of a contact, unless it has changed or somebody else has
// asked them.
func askContact(ctx context.Context, tx *store.Tx, c tocsin.Contact, now time.Time, token func(tocsin.Contact) string, tell func(ctx context.Context, tx *store.Tx, c tocsin.Contact) error) (bool, error) {
	was := c
	c.AskedAt, c.Asks = now.UTC().Truncate(time.Microsecond), c.Asks+1
	first, err := store.Changed(tx.ExecContext(ctx, `UPDATE contacts SET asked_at = $2, asks = $3, question = $4 WHERE id = $1 AND asked_at = $5 AND asks = $6 AND confirmed_at = $7 AND mail = $8`,
		c.ID, tocsin.Micros(c.AskedAt), c.Asks, hashed(token(c)), tocsin.Micros(was.AskedAt), was.Asks, tocsin.Micros(was.ConfirmedAt), was.Mail))
	if err != nil || !first {
		return false, err
	}
	if err := tell(ctx, tx, c); err != nil {
		return false, err
	}
	return true, contacts().finish(ctx, tx, "contact.ask", c, now)
}

// AskedContact returns the contact whose people have a letter with this token. It
// fails with [tocsin.ErrNotFound] when there is none, when it was answered, when a
// later letter went out, and when its term is over. It changes nothing.
func (s *Store) AskedContact(ctx context.Context, token string, now time.Time) (tocsin.Contact, error) {
	list, err := contacts().list(ctx, s.db.Read(), `WHERE question = $1`, hashed(token))
	if err != nil {
		return tocsin.Contact{}, fmt.Errorf("find who was asked: %w", s.db.Translate(err))
	}
	for _, c := range list {
		if token != "" && c.Asked(now) {
			return c, nil
		}
	}
	return tocsin.Contact{}, noQuestion()
}

// ConfirmContact notes that whoever has a letter with this token says that mail and
// telephone are right, by the actor of ctx. It fails as [Store.AskedContact] does: a
// token is good once.
func (s *Store) ConfirmContact(ctx context.Context, token string, now time.Time) (tocsin.Contact, error) {
	asked, err := s.AskedContact(ctx, token, now)
	if err != nil {
		return asked, err
	}
	k := contacts()
	k.altered = "contact.confirm"
	return k.alter(ctx, s.db, asked.ID, now, func(c *tocsin.Contact) error {
		if !c.Reaches(asked) || c.Asks != asked.Asks || !c.AskedAt.Equal(asked.AskedAt) {
			return noQuestion()
		}
		c.ConfirmedAt, c.AskedAt, c.Asks = now.UTC(), time.Time{}, 0
		return nil
	})
}

func noQuestion() error { return tocsin.NotFoundf("There is no such question, or no longer.") }

func hashed(token string) string { return tocsin.HashOf([]byte(token)).String() }
