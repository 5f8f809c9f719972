package admin

import (
	"slices"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

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
		{"/admin/teams", "teams", access.ManageTeams},
		{"/admin/sites", "sites", access.ManageTeams},
		{"/admin/contacts", "contacts", access.ManageTeams},
		{"/admin/liaisons", "liaisons", access.ManageTeams},
		{"/admin/clients", "clients", access.ManageClients},
		{"/admin/publications", "publications", access.ManageSources},
		{"/admin/translations", "translations", access.ReviewTranslations},
		{"/admin/routes", "routes", access.ManageTenants},
		{"/admin/silences", "silences", access.ManageChannels},
		{"/admin/deliveries", "deliveries", access.ManageChannels},
		{"/admin/reachability", "reachability", access.ManageChannels},
		{"/admin/consumers", "consumers", access.ManageTenants},
		{"/admin/engines", "engines", access.ManageTenants},
		{"/admin/audit", "audit", access.ReadAudit},
	}
}

// adminFrame is what pages of the administration have in common.
type adminFrame struct {
	web.Area
	Done    string   // what was just done
	Refused web.Form // what a small form was refused for
	Secret  secret
}

// A secret is shown once, right after it was made.
type secret struct {
	Value, Of string
	ID        string // of the client that it belongs to
	Hint      string
}

// adminFrame makes the frame of one section; more names a page within it.
func (v *view) adminFrame(section string, more ...web.Crumb) adminFrame {
	v.W.Header().Set("Cache-Control", "no-store")
	visitor := access.VisitorOf(v.R.Context())
	var f adminFrame
	crumbs := []web.Crumb{{Name: v.Text("admin"), Href: v.Href("/admin")}}
	for _, s := range adminSections() {
		if !visitor.Somewhere(s.needs) {
			continue
		}
		link := web.NavLink{Name: v.Text("admin." + s.key), Href: v.Href(s.path), Current: s.key == section}
		f.Sections = append(f.Sections, link)
		if link.Current {
			crumbs = append(crumbs, web.Crumb{Name: link.Name, Href: link.Href})
		}
	}
	crumbs = append(crumbs, more...)
	crumbs[len(crumbs)-1].Href = ""
	f.Frame = v.Frame(crumbs...)
	if done := v.R.URL.Query().Get("done"); done != "" {
		if v.HasText("admin.done." + done) {
			f.Done = v.Text("admin.done." + done)
		}
	}
	return f
}

// admin serves GET /admin: the first section that the visitor may open.
func (p *Pages) admin(v *view) error {
	for _, s := range adminSections() {
		if access.VisitorOf(v.R.Context()).Somewhere(s.needs) {
			return v.Redirect(v.Href(s.path))
		}
	}
	return &tocsin.Error{Kind: tocsin.ErrForbidden, Message: "Your roles do not allow this. An administrator of the desk can change them."}
}

// administers lists the tenants in which the visitor has a permission, those
// that are disabled as well.
func (v *view) administers(p access.Permission) ([]tocsin.Tenant, error) {
	all, err := v.EveryTenant()
	visitor := access.VisitorOf(v.R.Context())
	var own []tocsin.Tenant
	for _, t := range all {
		if visitor.May(p, t.ID) {
			own = append(own, t)
		}
	}
	return own, err
}

// administered is one of them. A tenant of others is none.
func (v *view) administered(p access.Permission, id string) (tocsin.Tenant, error) {
	own, err := v.administers(p)
	if err != nil {
		return tocsin.Tenant{}, err
	}
	for _, t := range own {
		if t.ID == id {
			return t, nil
		}
	}
	return tocsin.Tenant{}, web.NothingHere()
}

// runsSomething reports whether one of the sections is for the visitor.
func runsSomething(v *web.Request) bool {
	visitor := access.VisitorOf(v.R.Context())
	return slices.ContainsFunc(adminSections(), func(s adminSection) bool { return visitor.Somewhere(s.needs) })
}
