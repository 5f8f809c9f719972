package admin

import (
	"context"
	"time"

	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

type contacts interface {
	Contacts(ctx context.Context) ([]tocsin.Contact, error)
	AddContact(ctx context.Context, c tocsin.Contact) error
	ChangeContact(ctx context.Context, id string, now time.Time, change func(*tocsin.Contact) error) (tocsin.Contact, error)
	RemoveContact(ctx context.Context, id string, now time.Time) error
}

// contactNoun makes the pages about how people and teams are reached.
func contactNoun(d directory) noun[tocsin.Contact] {
	return noun[tocsin.Contact]{
		key: "contacts", one: "contact", columns: []string{"field.of", "field.mail", "field.phone", "col.confirmed"},
		place: func(c tocsin.Contact) (id, tenantID string) { return c.ID, c.TenantID },
		row:   contactRow, fields: contactFields,
		read: func(v *view, c *tocsin.Contact) {
			if c.ID == "" {
				c.Of, _ = tocsin.ParseParty(v.R.PostFormValue("of")) // nobody is refused
			}
			c.Mail, c.Phone = v.R.PostFormValue("mail"), v.R.PostFormValue("phone")
		},
		holds: func(c tocsin.Contact) []tocsin.Party { return []tocsin.Party{c.Of} },
		put: func(c *tocsin.Contact, id, tenantID string, now time.Time) {
			c.ID, c.TenantID, c.CreatedAt = id, tenantID, now
		},
		all: d.Contacts, add: d.AddContact, change: d.ChangeContact, remove: d.RemoveContact,
	}
}

func contactRow(v *view, c tocsin.Contact, names map[tocsin.Party]string) nounRow {
	row := nounRow{Title: names[c.Of], Confirm: v.Href("/admin/contacts/" + c.ID + "/confirm")}
	confirmed := nounCell{Value: v.Text("contact.open"), Dim: true}
	switch {
	case c.Unanswered(v.Now), c.ToCall(v.Now):
		confirmed = nounCell{Value: v.confirmedNote(c)}
	case !c.ConfirmedAt.IsZero():
		confirmed = nounCell{Value: v.Full(c.ConfirmedAt.In(v.Zone))}
	}
	row.Cells = []nounCell{{Value: c.Mail}, {Value: c.Phone}, confirmed}
	return row
}

// contactFields name who is reached for a new contact only.
func contactFields(v *view, c tocsin.Contact, known *parties) []web.Field {
	mail, phone := v.Field("mail", c.Mail).Hinted(v.Text("field.mail.hint")).NotRequired(), v.Field("phone", c.Phone).Hinted(v.Text("field.phone.hint")).NotRequired()
	mail.Type, phone.Type = "email", "tel"
	if c.ID != "" {
		return []web.Field{mail, phone}
	}
	of := v.Field("of", "")
	of.Choices = v.PartyChoices(known.list, tocsin.NamedParty{}, "")
	return []web.Field{of.Choose(c.Of.String()), mail, phone}
}

// confirmContact serves POST /admin/contacts/{id}/confirm: they have just said
// that it is right.
func (p *Pages) confirmContact(v *view) error {
	n := contactNoun(p.config.Admin)
	c, err := n.find(v)
	if err != nil {
		return err
	}
	_, err = n.change(v.R.Context(), c.ID, v.Now, func(c *tocsin.Contact) error {
		c.ConfirmedAt = v.Now
		return nil
	})
	if err != nil {
		return err
	}
	return v.Redirect(v.Href("/admin/contacts" + n.where(c) + "&done=confirmed"))
}
