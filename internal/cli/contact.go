package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/tocsin"
)

type contactCmd struct {
	Add    contactAddCmd    `cmd:"" help:"Add how a person or a team is reached outside of the provider. Example: tocsin contact add --user duty-officer --tenant contoso --phone +33199001234"`
	List   contactListCmd   `cmd:"" help:"List contacts with mail and telephone, which are personal data. Example: tocsin contact list --tenant contoso"`
	Remove contactRemoveCmd `cmd:"" help:"Remove a contact. Example: tocsin contact remove duty-officer"`
}

// contactJSON is a contact as commands print it.
type contactJSON struct {
	ID          string `json:"id"`
	Of          string `json:"of"` // name to show
	Party       string `json:"party"`
	Tenant      string `json:"tenant,omitempty"` // name; none for the whole desk
	TenantID    string `json:"tenantId,omitempty"`
	Mail        string `json:"mail,omitempty"`
	Phone       string `json:"phone,omitempty"`
	ConfirmedAt string `json:"confirmedAt,omitempty"`
	CreatedAt   string `json:"createdAt"`
}

func allContacts(ctx context.Context, desk *app.Rooms) ([]tocsin.Contact, error) {
	return desk.People.Contacts(ctx)
}

type contactAddCmd struct {
	User  string `help:"Name or id of the person who is reached." placeholder:"USER" xor:"of" required:""`
	Team  string `help:"Name or id of the team that is reached." placeholder:"TEAM" xor:"of" required:""`
	Mail  string `help:"Mail address outside of the provider."`
	Phone string `help:"Telephone number."`
	ofDesk
}

func (c *contactAddCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	contact := tocsin.Contact{ID: tocsin.NewGUID(), Mail: c.Mail, Phone: c.Phone, CreatedAt: time.Now()}
	if contact.TenantID, err = c.id(ctx, desk); err != nil {
		return err
	}
	if contact.Of, err = c.party(ctx, desk, contact.TenantID); err != nil {
		return err
	}
	if err := desk.People.AddContact(ctx, contact); err != nil {
		return err
	}
	return s.print(map[string]string{"id": contact.ID, "party": contact.Of.String()}, func(w io.Writer) { fmt.Fprintf(w, "Added contact %s.\n", contact.ID) })
}

// party is whom the flags name. Of teams with one name that of the tenant comes
// before that of the whole desk.
func (c *contactAddCmd) party(ctx context.Context, desk *app.Rooms, tenantID string) (tocsin.Party, error) {
	if c.User != "" {
		user, _, err := desk.People.User(ctx, c.User)
		return tocsin.UserParty(user.ID), err
	}
	teams, err := desk.People.Teams(ctx)
	if err != nil {
		return tocsin.Party{}, err
	}
	var found tocsin.Party
	for _, team := range teams {
		if tocsin.Serves(team.TenantID, tenantID) && (strings.EqualFold(team.Name, c.Team) || strings.EqualFold(team.ID, c.Team)) {
			if found.IsZero() || team.TenantID != "" {
				found = tocsin.TeamParty(team.ID)
			}
		}
	}
	if found.IsZero() {
		return found, tocsin.NotFoundf("There is no team %q there.", tocsin.Clip(c.Team, 64))
	}
	return found, nil
}

type contactListCmd struct{ inTenant }

func (c *contactListCmd) Run(ctx context.Context, s *session) error {
	return printNouns(ctx, s, c.inTenant, "OF\tTENANT\tMAIL\tPHONE\tCONFIRMED\tID", allContacts, func(c tocsin.Contact) string { return c.TenantID }, newContactJSON)
}

func newContactJSON(c tocsin.Contact, l labels) (contactJSON, []string) {
	printed := contactJSON{
		ID: c.ID, Of: l.parties[c.Of], Party: c.Of.String(), Tenant: l.tenants[c.TenantID], TenantID: c.TenantID, Mail: c.Mail, Phone: c.Phone,
		ConfirmedAt: date(c.ConfirmedAt), CreatedAt: date(c.CreatedAt),
	}
	return printed, []string{printed.Of, l.place(c.TenantID), c.Mail, c.Phone, printed.ConfirmedAt, c.ID}
}

type contactRemoveCmd struct {
	Contact string `arg:"" help:"Id, or the name of the person or team that is reached."`
}

func (c *contactRemoveCmd) Run(ctx context.Context, s *session) error {
	return removeNoun(ctx, s, "contact", c.Contact, allContacts, func(c tocsin.Contact, l labels) (id, name string) { return c.ID, l.parties[c.Of] },
		func(ctx context.Context, desk *app.Rooms, id string, now time.Time) error {
			return desk.People.RemoveContact(ctx, id, now)
		})
}
