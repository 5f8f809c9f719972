package people

import (
	"context"
	"database/sql"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// Contacts lists the contacts of all tenants and of the whole desk.
func (s *Store) Contacts(ctx context.Context) ([]tocsin.Contact, error) {
	return contacts().all(ctx, s.db)
}

// AddContact stores how somebody is reached. It fails with [tocsin.ErrInvalid]
// when they have nothing to do with the tenant, with [tocsin.ErrConflict] when
// they have a contact there.
func (s *Store) AddContact(ctx context.Context, c tocsin.Contact) error {
	return contacts().add(ctx, s.db, c)
}

// ChangeContact lets change alter a contact, and gives what holds then. What
// was confirmed of another address or number is confirmed no more. It fails as
// [Store.AddContact] does, and with [tocsin.ErrNotFound].
func (s *Store) ChangeContact(ctx context.Context, id string, now time.Time, change func(*tocsin.Contact) error) (tocsin.Contact, error) {
	return contacts().alter(ctx, s.db, id, now, func(c *tocsin.Contact) error {
		was := *c
		if err := change(c); err != nil {
			return err
		}
		if c.Normalize(); !c.Reaches(was) && c.ConfirmedAt.Equal(was.ConfirmedAt) {
			c.ConfirmedAt = time.Time{}
		}
		if !c.Reaches(was) || !c.ConfirmedAt.Equal(was.ConfirmedAt) {
			c.AskedAt, c.Asks = time.Time{}, 0
		}
		return nil
	})
}

// RemoveContact removes a contact.
func (s *Store) RemoveContact(ctx context.Context, id string, now time.Time) error {
	return contacts().remove(ctx, s.db, id, now)
}

func contacts() shelf[tocsin.Contact] {
	return shelf[tocsin.Contact]{
		noun: "contact", added: "contact.add", altered: "contact.change", removed: "contact.remove",
		table: "contacts", columns: []string{"id", "tenant", "party", "mail", "phone", "created_at", "confirmed_at", "asked_at", "asks"}, order: "tenant, party",
		taken: &tocsin.Error{Kind: tocsin.ErrConflict, Field: "of", Message: "They have a contact already: change that one."},
		place: func(c *tocsin.Contact) place { return place{&c.ID, &c.TenantID, &c.CreatedAt} },
		scan: func(rows *sql.Rows) (c tocsin.Contact, err error) {
			var party string
			var created, confirmed, asked int64
			err = rows.Scan(&c.ID, &c.TenantID, &party, &c.Mail, &c.Phone, &created, &confirmed, &asked, &c.Asks)
			c.Of, _ = tocsin.ParseParty(party) // written by String
			c.CreatedAt, c.ConfirmedAt, c.AskedAt = tocsin.FromMicros(created), tocsin.FromMicros(confirmed), tocsin.FromMicros(asked)
			return c, err
		},
		values: func(c tocsin.Contact) []any {
			return []any{c.ID, c.TenantID, c.Of.String(), c.Mail, c.Phone, tocsin.Micros(c.CreatedAt), tocsin.Micros(c.ConfirmedAt), tocsin.Micros(c.AskedAt), c.Asks}
		},
		valid: func(c *tocsin.Contact) error {
			c.Normalize()
			return c.Validate()
		},
		refer: func(ctx context.Context, q store.Querier, was, is tocsin.Contact) error {
			if is.Of == was.Of {
				return nil
			}
			return checkParty(ctx, q, "of", is.Of, is.TenantID)
		},
		words: contactWords,
	}
}

// contactWords say which ways there are, not where they lead.
func contactWords(ctx context.Context, q store.Querier, c tocsin.Contact) (object, detail string, err error) {
	switch {
	case c.Mail != "" && c.Phone != "":
		detail = "mail and telephone"
	case c.Mail != "":
		detail = "mail"
	default:
		detail = "telephone"
	}
	if !c.ConfirmedAt.IsZero() {
		detail += ", confirmed " + c.ConfirmedAt.UTC().Format(time.DateOnly)
	}
	object, err = nameParty(ctx, q, c.Of)
	return object, detail, err
}
