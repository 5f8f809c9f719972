package admin

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// subscriptions is the part of the store about what people asked to be told of.
type subscriptions interface {
	Subscriptions(ctx context.Context, userID string) ([]tocsin.Subscription, error)
}

// reachPage is who would be told now, and who cannot be reached.
type reachPage struct {
	adminFrame
	Of        string      // title of the tenant
	Rows      []reachLine // who cannot be reached first
	Lost      int         // of them
	Strangers string      // how many who gave an address alone are told, wait and are paused
	Canaries  []canaryLine
	Empty     web.EmptyView
}

// A reachLine is somebody who may read the health of the tenant.
type reachLine struct {
	Name, Told, Emergency string
	Note                  string // of the way outside of the provider
	Lost                  bool   // neither is told nor can be called
}

// adminReach serves GET /admin/reachability, of the tenant that is looked at.
func (p *Pages) adminReach(v *view) error {
	tenants, err := v.administers(access.ManageChannels)
	if err != nil {
		return err
	}
	page := reachPage{adminFrame: v.adminFrame("reachability"), Empty: web.EmptyView{Title: v.Text("reach.none"), Text: v.Text("reach.none.text")}}
	if page.Canaries, err = v.canaries(); err != nil {
		return err
	}
	i := slices.IndexFunc(tenants, func(t tocsin.Tenant) bool { return v.Snapshot != nil && t.ID == v.Snapshot.Tenant.ID })
	if i < 0 {
		return v.Render(http.StatusOK, "admin-reach", page)
	}
	page.Of = tenants[i].Title()
	if err := v.reach(&page, tenants[i]); err != nil {
		return err
	}
	return v.Render(http.StatusOK, "admin-reach", page)
}

func (v *view) reach(page *reachPage, tenant tocsin.Tenant) error {
	users, err := v.pages.config.Admin.Users(v.R.Context())
	if err != nil {
		return err
	}
	contacts, err := v.pages.config.Admin.Contacts(v.R.Context())
	if err != nil {
		return err
	}
	list, err := v.pages.config.Subscriptions.Subscriptions(v.R.Context(), "")
	if err != nil {
		return err
	}
	of := map[string]map[tocsin.SubscriptionState]int{}
	for _, one := range list {
		if one.TenantID != tenant.ID {
			continue
		}
		if of[one.UserID] == nil {
			of[one.UserID] = map[tocsin.SubscriptionState]int{}
		}
		of[one.UserID][one.State]++
	}
	for _, u := range users {
		if u.DisabledAt.IsZero() && access.Grants(u.Grants, access.ReadHealth, tenant.ID) {
			page.Rows = append(page.Rows, v.reachLine(u, of[u.ID], contactOf(contacts, u, tenant)))
		}
	}
	slices.SortStableFunc(page.Rows, func(a, b reachLine) int {
		return cmp.Or(web.CompareBool(b.Lost, a.Lost), strings.Compare(a.Name, b.Name))
	})
	for _, r := range page.Rows {
		if r.Lost {
			page.Lost++
		}
	}
	if strangers := of[""]; strangers != nil {
		page.Strangers = v.Text("reach.strangers", "active", strangers[tocsin.SubscriptionActive], "pending", strangers[tocsin.SubscriptionPending], "paused", strangers[tocsin.SubscriptionPaused])
	}
	return nil
}

// contactOf finds how somebody is reached outside of the provider: in the tenant,
// or on the whole desk.
func contactOf(contacts []tocsin.Contact, u tocsin.User, tenant tocsin.Tenant) (c tocsin.Contact) {
	for _, one := range contacts {
		if one.Of == tocsin.UserParty(u.ID) && (one.TenantID == tenant.ID || one.TenantID == "" && c.ID == "") {
			c = one
		}
	}
	return c
}

// reachLine says how somebody is reached.
func (v *view) reachLine(u tocsin.User, states map[tocsin.SubscriptionState]int, contact tocsin.Contact) reachLine {
	line := reachLine{Name: u.Display, Emergency: v.Text("reach.nowhere")}
	switch {
	case states[tocsin.SubscriptionActive] > 0:
		line.Told = v.Text("reach.told")
	case states[tocsin.SubscriptionPaused] > 0:
		line.Told = v.Text("reach.paused")
	case states[tocsin.SubscriptionPending] > 0:
		line.Told = v.Text("reach.pending")
	default:
		line.Told = v.Text("reach.nothing")
	}
	line.Lost = states[tocsin.SubscriptionActive] == 0 && contact.ID == ""
	if contact.ID == "" {
		return line
	}
	switch {
	case contact.Mail != "" && contact.Phone != "":
		line.Emergency = v.Text("reach.both")
	case contact.Mail != "":
		line.Emergency = v.Text("reach.mail")
	default:
		line.Emergency = v.Text("reach.phone")
	}
	line.Note = v.confirmedNote(contact)
	return line
}

// confirmedNote says how far it is confirmed that a contact is right.
func (v *view) confirmedNote(contact tocsin.Contact) string {
	switch at := contact.ConfirmedAt; {
	case contact.Unanswered(v.Now):
		return v.Text("reach.unanswered", "at", v.Stamp(contact.AskedAt.In(v.Zone)))
	case contact.ToCall(v.Now):
		return v.Text("reach.call")
	case at.IsZero():
		return v.Text("reach.unconfirmed")
	case contact.Due(v.Now):
		return v.Text("reach.due", "at", v.Stamp(at.In(v.Zone)))
	default:
		return v.Text("reach.confirmed", "at", v.Stamp(at.In(v.Zone)))
	}
}
