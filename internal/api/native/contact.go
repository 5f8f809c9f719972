package native

import (
	"context"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

type contacts interface {
	Contacts(ctx context.Context) ([]tocsin.Contact, error)
	AddContact(ctx context.Context, c tocsin.Contact) error
	ChangeContact(ctx context.Context, id string, now time.Time, change func(*tocsin.Contact) error) (tocsin.Contact, error)
	RemoveContact(ctx context.Context, id string, now time.Time) error
}

// contactBody is how a person or a team is reached.
type contactBody struct {
	ID          string     `json:"id" format:"uuid"`
	TenantID    string     `json:"tenantId,omitempty" format:"uuid" doc:"Missing when it belongs to the whole desk."`
	Of          string     `json:"of" doc:"Who is reached: user: or team: and the id." example:"team:0b7c2f0e-5d1a-4c8e-9a3b-2f6d8e1c4b57"`
	Name        string     `json:"name" doc:"Name of the person or team."`
	Mail        string     `json:"mail,omitempty" doc:"Address outside of the provider."`
	Phone       string     `json:"phone,omitempty"`
	ConfirmedAt *time.Time `json:"confirmedAt,omitempty" doc:"When they last said that it is right; missing for never."`
	CreatedAt   time.Time  `json:"createdAt"`
}

type contactDraft struct {
	Of    string `json:"of" maxLength:"41" doc:"Who is reached: user: or team: and the id. They have one contact in a tenant."`
	Mail  string `json:"mail,omitempty" maxLength:"254" doc:"Address outside of the provider, without a name. It or phone is needed."`
	Phone string `json:"phone,omitempty" maxLength:"30"`
	DraftPlace
}

type contactPatch struct {
	Mail      *string `json:"mail,omitempty" maxLength:"254"`
	Phone     *string `json:"phone,omitempty" maxLength:"30"`
	Confirmed *bool   `json:"confirmed,omitempty" doc:"They have just said that it is right, or it is open again. Another mail or phone is not confirmed by itself."`
}

func (a *API) registerContacts() {
	registerNoun(a, noun[tocsin.Contact, contactBody, contactDraft, contactPatch]{
		one: "contact", many: "contacts", title: "Contact", reads: access.ManageDesk, hidden: true,
		place: func(c tocsin.Contact) (id, tenantID string) { return c.ID, c.TenantID },
		show: func(c tocsin.Contact, names *partyNames) contactBody {
			return contactBody{c.ID, c.TenantID, c.Of.String(), names.all[c.Of], c.Mail, c.Phone, instant(c.ConfirmedAt), c.CreatedAt.UTC()}
		},
		draft: func(d contactDraft) (tocsin.Contact, DraftPlace) {
			of, _ := tocsin.ParseParty(d.Of) // nobody is refused below
			return tocsin.Contact{Of: of, Mail: d.Mail, Phone: d.Phone}, d.DraftPlace
		},
		put: func(c *tocsin.Contact, id, tenantID string, now time.Time) {
			c.ID, c.TenantID, c.CreatedAt = id, tenantID, now
		},
		patch: contactPatch.apply,
		all:   a.people.Contacts, add: a.people.AddContact, change: a.people.ChangeContact, remove: a.people.RemoveContact,
	})
}

func (p contactPatch) apply(c *tocsin.Contact, now time.Time) {
	if p.Mail != nil {
		c.Mail = *p.Mail
	}
	if p.Phone != nil {
		c.Phone = *p.Phone
	}
	if p.Confirmed != nil {
		c.ConfirmedAt = time.Time{}
		if *p.Confirmed {
			c.ConfirmedAt = now
		}
	}
}
