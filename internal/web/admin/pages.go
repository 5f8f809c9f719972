// Package admin is the pages of those who run the desk: tenants and their
// sources, people and their roles, teams, sites, contacts and liaisons, API
// clients, consumers of changes, translation engines, and the audit log.
//
// A section of the menu is one file: its view models, and the methods of
// [Pages] that fill and serve them and take their forms. The package may import
// the shell, the sign-in and what the pages change, and no other family.
//
// To read on, begin with [Pages.Family] and admin.go.
package admin

import (
	"context"
	"embed"
	"slices"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

//go:embed templates locales
var files embed.FS

// roster is the part of the store about who may do what.
type roster interface {
	Users(ctx context.Context) ([]tocsin.User, error)
	User(ctx context.Context, ref string) (u tocsin.User, password string, err error)
	Audit(ctx context.Context, q store.AuditQuery) ([]tocsin.AuditEntry, error)
	AuditActors(ctx context.Context, limit int) ([]string, error)
}

// programs is the part of the store about API clients.
type programs interface {
	Clients(ctx context.Context, tenantID string) ([]tocsin.Client, error)
	Client(ctx context.Context, id string) (tocsin.Client, []tocsin.Secret, error)
	AddClient(ctx context.Context, c tocsin.Client, secrets ...tocsin.Secret) error
	AddClientSecret(ctx context.Context, secret tocsin.Secret, expiresAt time.Time) error
	RevokeClient(ctx context.Context, id string, now time.Time) error
}

// tenancy is the part of the store about tenants.
type tenancy interface {
	AddTenant(ctx context.Context, t tocsin.Tenant) error
	ChangeTenant(ctx context.Context, id string, change func(*tocsin.Tenant) error) (tocsin.Tenant, error)
	Sources(ctx context.Context, tenantID string) ([]tocsin.SourceState, error)
	Unreadable(ctx context.Context, tenantID string) ([]tocsin.Unreadable, error)
}

// administration is all of them.
type administration interface {
	roster
	programs
	tenancy
	directory
	publishing
}

// connections are the sources that are set up in the pages.
type connections interface {
	Of(ctx context.Context, tenantID string) ([]tocsin.Connection, error)
	Put(ctx context.Context, c tocsin.Connection, secret string) error
	Remove(ctx context.Context, tenantID, name string) error
	Test(ctx context.Context, tenantID, name string) ([]tocsin.Check, error)
	offers
}

// offers are what can be chosen for them, and what follows from it.
type offers interface {
	Clouds() []string
	InFile(tenantID, name string) bool
}

// settings knows how the settings file stands to what is in force.
type settings interface {
	State() tocsin.SettingsState
}

// Config is what the pages are made of, and what they change.
type Config struct {
	Admin       administration
	Connections connections
	Consumers   consumers
	Engines     engines
	Ledger      ledger
	Settings    settings // nil where no file is followed
	Silences    silences
	Deliveries  deliveries
	// Subscriptions are what people asked to be told of.
	Subscriptions subscriptions
	// Canaries are how the daily tests of channels do.
	Canaries canaries
	Routing  func() Routing // who hears of what, as the settings say now
	Routes   routeBook      // that the pages write
	Door     *signin.SignIn // keeps passwords
}

// Pages are the pages of the administration.
type Pages struct{ config Config }

// New is the pages of one desk.
func New(c Config) *Pages { return &Pages{c} }

// A view is a request for one of the pages.
type view struct {
	*web.Request
	pages *Pages
}

// Family is the pages with their templates, texts and links.
func (p *Pages) Family() web.Family {
	page := func(method, path string, needs access.Permission, handle func(*view) error) web.Page {
		return web.Page{Method: method, Path: path, Needs: needs, Bare: true, Handle: func(r *web.Request) error { return handle(&view{r, p}) }}
	}
	pages := slices.Concat(
		nounPages(page, teamNoun, "teams"), nounPages(page, siteNoun, "sites"), nounPages(page, contactNoun, "contacts"), nounPages(page, liaisonNoun, "liaisons"),
	)
	return web.Family{Files: files, Sheet: "people.css", Pages: append(pages,
		page("POST", "/admin/contacts/{id}/confirm", access.ManageTeams, p.confirmContact),
		page("GET", "/admin", access.SignedIn, p.admin),
		page("GET", "/admin/users", access.ManageUsers, p.adminUsers),
		page("POST", "/admin/users", access.ManageUsers, p.addUser),
		page("GET", "/admin/users/{id}", access.ManageUsers, p.adminUser),
		page("POST", "/admin/users/{id}/roles", access.ManageUsers, p.setRoles),
		page("GET", "/admin/users/{id}/state", access.ManageUsers, p.askDisable),
		page("POST", "/admin/users/{id}/state", access.ManageUsers, p.setState),
		page("POST", "/admin/users/{id}/password", access.ManageUsers, p.resetPassword),
		page("GET", "/admin/clients", access.ManageClients, p.adminClients),
		page("POST", "/admin/clients", access.ManageClients, p.addClient),
		page("POST", "/admin/clients/{id}/rotate", access.ManageClients, p.rotateClient),
		page("GET", "/admin/clients/{id}/revoke", access.ManageClients, p.askRevoke),
		page("POST", "/admin/clients/{id}/revoke", access.ManageClients, p.revokeClient),
		page("GET", "/admin/tenants", access.ManageSources, p.adminTenants),
		page("POST", "/admin/tenants", access.ManageTenants, p.addTenant),
		page("GET", "/admin/tenants/{id}", access.ManageSources, p.adminTenant),
		page("POST", "/admin/tenants/{id}", access.ManageTenants, p.changeTenant),
		page("GET", "/admin/tenants/{id}/state", access.ManageTenants, p.askDisableTenant),
		page("POST", "/admin/tenants/{id}/state", access.ManageTenants, p.setTenantState),
		page("POST", "/admin/tenants/{id}/sources", access.ManageSources, p.putSource),
		page("POST", "/admin/tenants/{id}/sources/{name}/test", access.ManageSources, p.testSource),
		page("GET", "/admin/tenants/{id}/sources/{name}/remove", access.ManageSources, p.askRemoveSource),
		page("POST", "/admin/tenants/{id}/sources/{name}/remove", access.ManageSources, p.removeSource),
		page("GET", "/admin/publications", access.ManageSources, p.adminPublished),
		page("GET", "/admin/publications/{id}", access.ManageSources, p.adminPublish),
		page("POST", "/admin/publications/{id}", access.ManageSources, p.publish),
		page("GET", "/admin/consumers", access.ManageTenants, p.adminConsumers),
		page("POST", "/admin/consumers/{consumer}/{change}", access.ManageTenants, p.retrySkipped),
		page("GET", "/admin/engines", access.ManageTenants, p.adminEngines),
		page("GET", "/admin/routes", access.ManageTenants, p.adminRoutes),
		page("POST", "/admin/routes", access.ManageTenants, p.writeRoutes),
		page("GET", "/admin/deliveries", access.ManageChannels, p.adminDeliveries),
		page("GET", "/admin/deliveries/{id}", access.ManageChannels, p.adminDelivery),
		page("POST", "/admin/deliveries/{id}/retry", access.ManageChannels, p.retryDelivery),
		page("GET", "/admin/silences", access.ManageChannels, p.adminSilences),
		page("POST", "/admin/silences", access.ManageChannels, p.addSilence),
		page("POST", "/admin/silences/{id}/end", access.ManageChannels, p.endSilence),
		page("GET", "/admin/reachability", access.ManageChannels, p.adminReach),
		page("GET", "/admin/audit", access.ReadAudit, p.adminAudit),
		page("GET", "/admin/audit.csv", access.ReadAudit, p.auditCSV),
	), Links: []web.Link{
		{Place: 100, Group: "prepare", Path: "/admin", Icon: "settings", Text: "admin", Bare: true, Shown: runsSomething},
	}}
}
