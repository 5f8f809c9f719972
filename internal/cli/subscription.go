package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/tocsin"
)

type subsCmd struct {
	List   subscriptionListCmd   `cmd:"" help:"List who asked to be told of what, and where. Example: tocsin subscription list --tenant contoso --output json"`
	Add    subscriptionAddCmd    `cmd:"" help:"Have a person or an address told of a tenant; a new address is asked by mail first. Example: tocsin subscription add contoso --mail ana@contoso.example --user ana --service Exchange"`
	Remove subscriptionRemoveCmd `cmd:"" help:"End a subscription: what waits for it is not sent. Example: tocsin subscription remove 4d7f3a52-0c3e-4a43-9d44-7d1e5f0b8a11"`
}

// subscriptionJSON is a subscription as commands print it, without what opens its
// page.
type subscriptionJSON struct {
	ID          string   `json:"id"`
	Tenant      string   `json:"tenant"`
	TenantID    string   `json:"tenantId"`
	User        string   `json:"user,omitempty"` // name; none for an address alone
	Mail        string   `json:"mail,omitempty"`
	Channel     string   `json:"channel,omitempty"`
	Services    []string `json:"services"` // none for all
	Classes     []string `json:"classes"`
	Language    string   `json:"language"`
	Zone        string   `json:"zone"`
	Digest      string   `json:"digest,omitempty"` // none for at once
	State       string   `json:"state"`
	Refusals    int      `json:"refusals"`
	Reason      string   `json:"reason,omitempty"`
	CreatedAt   string   `json:"createdAt"`
	ConfirmedAt string   `json:"confirmedAt,omitempty"`
	PausedAt    string   `json:"pausedAt,omitempty"`
}

func newSubscriptionJSON(s tocsin.Subscription, tenants, users map[string]string) subscriptionJSON {
	return subscriptionJSON{
		ID: s.ID, Tenant: tenants[s.TenantID], TenantID: s.TenantID, User: users[s.UserID], Mail: s.Address, Channel: s.Channel, Services: append([]string{}, s.Services...), Classes: s.Classes,
		Language: s.Language, Zone: s.Zone, Digest: s.Digest, State: string(s.State), Refusals: s.Refusals, Reason: s.Reason,
		CreatedAt: date(s.CreatedAt), ConfirmedAt: date(s.ConfirmedAt), PausedAt: date(s.PausedAt),
	}
}

// userNames are the names of people by their ids.
func userNames(ctx context.Context, desk *app.Rooms) (map[string]string, error) {
	users, err := desk.People.Users(ctx)
	names := make(map[string]string, len(users))
	for _, u := range users {
		names[u.ID] = u.Name
	}
	return names, err
}

type subscriptionListCmd struct {
	Tenant string `help:"Only those about a tenant: GUID, domain or name." placeholder:"TENANT"`
	State  string `help:"Only those in a state: ${enum}." enum:"pending,active,paused," default:""`
}

func (c *subscriptionListCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openToRead(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	tenants, only, err := tenantNames(ctx, desk, c.Tenant)
	if err != nil {
		return err
	}
	users, err := userNames(ctx, desk)
	if err != nil {
		return err
	}
	found, err := desk.Deliveries.Subscriptions(ctx, "")
	if err != nil {
		return err
	}
	list := []subscriptionJSON{}
	for _, one := range found {
		if (only == "" || one.TenantID == only) && (c.State == "" || string(one.State) == c.State) {
			list = append(list, newSubscriptionJSON(one, tenants, users))
		}
	}
	return s.print(list, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tTENANT\tUSER\tTO\tCLASSES\tSERVICES\tWHEN\tSTATE")
		for _, one := range list {
			fmt.Fprintln(table, strings.Join([]string{
				one.ID, one.Tenant, one.User, oneLine(cmp.Or(one.Mail, one.Channel)), strings.Join(one.Classes, ","), oneLine(cmp.Or(strings.Join(one.Services, ","), "all")),
				cmp.Or(one.Digest, "at once"), one.State,
			}, "\t"))
		}
		_ = table.Flush() // standard output
	})
}

type subscriptionAddCmd struct {
	Tenant   string   `arg:"" help:"Tenant: GUID, domain or name."`
	Mail     string   `help:"Address that is told, once whoever reads it has said so." placeholder:"ADDRESS" xor:"to" required:""`
	Channel  string   `help:"Channel of the settings that is told, for a person who may manage channels." placeholder:"NAME" xor:"to" required:""`
	User     string   `help:"Person whose it is: it ends when they may not read it any more. Without one only what is published for everybody is told." placeholder:"NAME"`
	Service  []string `help:"Only services of these ids. Default: all." placeholder:"ID"`
	Class    []string `help:"What is told: incident, advisory, planned, message." placeholder:"CLASS" default:"incident"`
	Digest   string   `help:"Gather what happens until an hour of each day or of a weekday, such as 'daily 08:00'. Default: at once." placeholder:"WHEN"`
	Language string   `help:"Language of what is sent: en, fr, ja, es or de." default:"en"`
	Zone     string   `help:"Time zone of the hour and of times, such as Europe/Paris." default:"UTC"`
}

func (c *subscriptionAddCmd) Run(ctx context.Context, s *session) error {
	desk, settings, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	tenant, err := desk.Archive.Tenant(ctx, c.Tenant)
	if err != nil {
		return err
	}
	one := tocsin.Subscription{ID: tocsin.NewGUID(), TenantID: tenant.ID, Address: c.Mail, Channel: c.Channel, Services: c.Service, Classes: c.Class, Digest: c.Digest, Language: c.Language, Zone: c.Zone}
	users := map[string]string{}
	if c.User != "" {
		user, _, err := desk.People.User(ctx, c.User)
		if err != nil {
			return err
		}
		one.UserID, users[user.ID] = user.ID, user.Name
		for _, class := range one.Classes {
			if !app.MaySubscribe(user.Grants, one, class) {
				return tocsin.Invalidf("user", "%s may not be told that way of what is %q in %s.", user.Name, tocsin.Clip(class, 40), tenant.Name)
			}
		}
	}
	subscribing, err := app.NewSubscribing(settings, desk)
	if err != nil {
		return err
	}
	if one, err = subscribing.Subscribe(ctx, one, tenant, time.Now().UTC()); err != nil {
		return err
	}
	return s.print(newSubscriptionJSON(one, map[string]string{tenant.ID: tenant.Name}, users), func(w io.Writer) {
		if one.State == tocsin.SubscriptionActive {
			fmt.Fprintf(w, "Subscribed to %s (%s).\n", tenant.Name, one.ID)
			return
		}
		fmt.Fprintf(w, "Nothing is told before whoever reads %s confirms it by the mail that they get (%s).\n", oneLine(one.Address), one.ID)
	})
}

type subscriptionRemoveCmd struct {
	ID string `arg:"" help:"Id of the subscription."`
}

func (c *subscriptionRemoveCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	one, err := desk.Deliveries.Unsubscribe(ctx, c.ID, time.Now().UTC())
	if err != nil {
		return err
	}
	tenants, _, err := tenantNames(ctx, desk, "")
	if err != nil {
		return err
	}
	users, err := userNames(ctx, desk)
	if err != nil {
		return err
	}
	return s.print(newSubscriptionJSON(one, tenants, users), func(w io.Writer) { fmt.Fprintf(w, "Ended the subscription %s.\n", one.ID) })
}
