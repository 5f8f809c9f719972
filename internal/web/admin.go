package web

import (
	"context"
	"slices"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

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
	Portal(tenantID string) string
}

// adminPages lists the pages of those who run the desk.
func (p *Pages) adminPages() []Page {
	if p.config.Admin == nil {
		return nil
	}
	return []Page{
		{"GET", "/admin", access.SignedIn, p.admin, true},
		{"GET", "/admin/users", access.ManageUsers, p.adminUsers, true},
		{"POST", "/admin/users", access.ManageUsers, p.addUser, true},
		{"GET", "/admin/users/{id}", access.ManageUsers, p.adminUser, true},
		{"POST", "/admin/users/{id}/roles", access.ManageUsers, p.setRoles, true},
		{"GET", "/admin/users/{id}/state", access.ManageUsers, p.askDisable, true},
		{"POST", "/admin/users/{id}/state", access.ManageUsers, p.setState, true},
		{"POST", "/admin/users/{id}/password", access.ManageUsers, p.resetPassword, true},
		{"GET", "/admin/clients", access.ManageClients, p.adminClients, true},
		{"POST", "/admin/clients", access.ManageClients, p.addClient, true},
		{"POST", "/admin/clients/{id}/rotate", access.ManageClients, p.rotateClient, true},
		{"GET", "/admin/clients/{id}/revoke", access.ManageClients, p.askRevoke, true},
		{"POST", "/admin/clients/{id}/revoke", access.ManageClients, p.revokeClient, true},
		{"GET", "/admin/tenants", access.ManageSources, p.adminTenants, true},
		{"POST", "/admin/tenants", access.ManageTenants, p.addTenant, true},
		{"GET", "/admin/tenants/{id}", access.ManageSources, p.adminTenant, true},
		{"POST", "/admin/tenants/{id}", access.ManageTenants, p.changeTenant, true},
		{"GET", "/admin/tenants/{id}/state", access.ManageTenants, p.askDisableTenant, true},
		{"POST", "/admin/tenants/{id}/state", access.ManageTenants, p.setTenantState, true},
		{"POST", "/admin/tenants/{id}/sources", access.ManageSources, p.putSource, true},
		{"POST", "/admin/tenants/{id}/sources/{name}/test", access.ManageSources, p.testSource, true},
		{"GET", "/admin/tenants/{id}/sources/{name}/remove", access.ManageSources, p.askRemoveSource, true},
		{"POST", "/admin/tenants/{id}/sources/{name}/remove", access.ManageSources, p.removeSource, true},
		{"GET", "/admin/audit", access.ReadAudit, p.adminAudit, true},
		{"GET", "/admin/audit.csv", access.ReadAudit, p.auditCSV, true},
	}
}

// An adminSection is a part of the administration.
type adminSection struct {
	path, key string
	needs     access.Permission
}

// adminSections are in the order of their menu.
func adminSections() []adminSection {
	return []adminSection{
		{"/admin/tenants", "tenants", access.ManageSources},
		{"/admin/users", "users", access.ManageUsers},
		{"/admin/clients", "clients", access.ManageClients},
		{"/admin/audit", "audit", access.ReadAudit},
	}
}

// adminFrame is what pages of the administration have in common.
type adminFrame struct {
	area
	Done    string // what was just done
	Refused form   // what a small form was refused for
	Secret  secret
}

// A secret is shown once, right after it was made.
type secret struct {
	Value, Of string
	ID        string // of the client that it belongs to
	Hint      string
}

// adminFrame makes the frame of one section; more names a page within it.
func (v *visit) adminFrame(section string, more ...crumb) adminFrame {
	v.w.Header().Set("Cache-Control", "no-store")
	visitor := access.VisitorOf(v.r.Context())
	var f adminFrame
	crumbs := []crumb{{v.text("admin"), v.href("/admin")}}
	for _, s := range adminSections() {
		if !visitor.Somewhere(s.needs) {
			continue
		}
		link := navLink{Name: v.text("admin." + s.key), Href: v.href(s.path), Current: s.key == section}
		f.Sections = append(f.Sections, link)
		if link.Current {
			crumbs = append(crumbs, crumb{link.Name, link.Href})
		}
	}
	crumbs = append(crumbs, more...)
	crumbs[len(crumbs)-1].Href = ""
	f.frame = v.frame(crumbs...)
	if done := v.r.URL.Query().Get("done"); done != "" {
		if v.has("admin.done." + done) {
			f.Done = v.text("admin.done." + done)
		}
	}
	return f
}

// admin serves GET /admin: the first section that the visitor may open.
func (p *Pages) admin(v *visit) error {
	for _, s := range adminSections() {
		if access.VisitorOf(v.r.Context()).Somewhere(s.needs) {
			return v.redirect(v.href(s.path))
		}
	}
	return &tocsin.Error{Kind: tocsin.ErrForbidden, Message: "Your roles do not allow this. An administrator of the desk can change them."}
}

// administers lists the tenants in which the visitor has a permission, those
// that are disabled as well.
func (v *visit) administers(p access.Permission) ([]tocsin.Tenant, error) {
	all, err := v.everyTenant()
	visitor := access.VisitorOf(v.r.Context())
	var own []tocsin.Tenant
	for _, t := range all {
		if visitor.May(p, t.ID) {
			own = append(own, t)
		}
	}
	return own, err
}

// administered is one of them. A tenant of others is none.
func (v *visit) administered(p access.Permission, id string) (tocsin.Tenant, error) {
	own, err := v.administers(p)
	if err != nil {
		return tocsin.Tenant{}, err
	}
	for _, t := range own {
		if t.ID == id {
			return t, nil
		}
	}
	return tocsin.Tenant{}, errNothingHere()
}

// runsSomething reports whether one of the sections is for the visitor.
func runsSomething(v *visit) bool {
	visitor := access.VisitorOf(v.r.Context())
	return slices.ContainsFunc(adminSections(), func(s adminSection) bool { return visitor.Somewhere(s.needs) })
}
