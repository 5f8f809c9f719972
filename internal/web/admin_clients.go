package web

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/tocsin"
)

// sortedByName are the keys of names in the order of their values.
func sortedByName(names map[string]string) []string {
	return slices.SortedFunc(maps.Keys(names), func(a, b string) int { return cmp.Or(cmp.Compare(names[a], names[b]), cmp.Compare(a, b)) })
}

// clientsPage lists the programs that may ask for tokens.
type clientsPage struct {
	adminFrame
	Clients []clientLine
	Empty   emptyView
	Form    form
}

type clientLine struct {
	ID, Name, Tenant, Added, Ends, State string
	Scopes                               []string
	Rotate, Revoke                       string // addresses, "" where it is not to be done
}

// adminClients serves GET /admin/clients.
func (p *Pages) adminClients(v *visit) error {
	return v.showClients(http.StatusOK, nil, secret{})
}

func (v *visit) showClients(status int, problem error, made secret) error {
	tenants, err := v.administers(access.ManageClients)
	if err != nil {
		return err
	}
	names := map[string]string{}
	page := clientsPage{adminFrame: v.adminFrame("clients"), Empty: emptyView{Title: v.text("admin.clients.none"), Text: v.text("admin.clients.none.text")}}
	for _, t := range tenants {
		names[t.ID] = t.Title()
		clients, err := v.pages.config.Admin.Clients(v.r.Context(), t.ID)
		if err != nil {
			return err
		}
		for _, c := range clients {
			page.Clients = append(page.Clients, v.clientLine(c, t.Title()))
		}
	}
	page.Form = form{Action: v.href("/admin/clients"), Submit: v.text("admin.clients.add"), Fields: []field{
		v.field("client", "").hinted(v.text("field.client.hint")), withTenants(field{ID: "tenant", Label: v.text("field.tenant")}, names), v.scopeField(),
	}}
	if problem != nil {
		fields := page.Form.Fields
		fields[0].Value, fields[1] = v.r.PostFormValue("client"), fields[1].choose(v.r.PostFormValue("tenant"))
		for i, scope := range fields[2].Choices {
			fields[2].Choices[i].On = slices.Contains(v.r.PostForm["scope"], scope.Value)
		}
		if !v.blame(&page.Form, renamed(problem, "name", "client")) {
			return problem
		}
	}
	v.title(&page.frame, page.Form)
	page.Secret = made
	return v.render(status, "admin-clients", page)
}

// scopeField is the permissions to tick.
func (v *visit) scopeField() field {
	f := field{ID: "scope", Label: v.text("col.scopes"), Ticks: true}
	for _, scope := range v.scopes() {
		f.Choices = append(f.Choices, choice{Value: scope, Name: v.text("scope." + scope)})
	}
	return f
}

// scopes are those that the visitor may give: what reaches beyond a tenant is
// given by those who run all of them.
func (v *visit) scopes() []string {
	if access.VisitorOf(v.r.Context()).May(access.ManageTenants, "") {
		return tocsin.Scopes()
	}
	return tocsin.TenantScopes()
}

// mayGive reports whether the visitor may give all of these permissions.
func (v *visit) mayGive(scopes []string) bool {
	allowed := v.scopes()
	return !slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(allowed, s) })
}

func (v *visit) clientLine(c tocsin.Client, tenant string) clientLine {
	line := clientLine{ID: c.ID, Name: c.Name, Tenant: tenant, Scopes: c.Scopes, Added: v.full(c.CreatedAt.In(v.zone)), Ends: v.text("never")}
	if !c.ExpiresAt.IsZero() {
		line.Ends = v.full(c.ExpiresAt.In(v.zone))
	}
	switch {
	case !c.RevokedAt.IsZero():
		line.State = v.text("client.revoked")
	case !c.ExpiresAt.IsZero() && !v.now.Before(c.ExpiresAt):
		line.State = v.text("client.expired")
	default:
		line.Revoke = v.href("/admin/clients/" + c.ID + "/revoke")
		if v.mayGive(c.Scopes) {
			line.Rotate = v.href("/admin/clients/" + c.ID + "/rotate")
		}
	}
	return line
}

// addClient serves POST /admin/clients: the secret is shown once.
func (p *Pages) addClient(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	tenant, err := v.administered(access.ManageClients, v.r.PostFormValue("tenant"))
	if err != nil {
		return err
	}
	if !v.mayGive(v.r.PostForm["scope"]) {
		return tocsin.Invalidf("scope", "That permission is not yours to give.")
	}
	value, hash := access.NewClientSecret()
	client := tocsin.Client{
		ID: signin.NewID(), TenantID: tenant.ID, Name: strings.TrimSpace(v.r.PostFormValue("client")), Scopes: v.r.PostForm["scope"], CreatedAt: v.now,
	}
	if err := p.config.Admin.AddClient(v.r.Context(), client, tocsin.Secret{Hash: hash, CreatedAt: v.now}); err != nil {
		return v.showClients(http.StatusBadRequest, err, secret{})
	}
	return v.showClients(http.StatusOK, nil, secret{value, v.text("admin.secret.client", "name", client.Name), client.ID, v.text("admin.secret.once")})
}

// ownClient is a client of a tenant that the visitor administers.
func (v *visit) ownClient() (tocsin.Client, error) {
	client, _, err := v.pages.config.Admin.Client(v.r.Context(), v.r.PathValue("id"))
	if err != nil {
		return client, errNothingHere()
	}
	_, err = v.administered(access.ManageClients, client.TenantID)
	return client, err
}

// oldSecret is how long the secret of before a rotation still works.
const oldSecret = 24 * time.Hour

// rotateClient serves POST /admin/clients/{id}/rotate. Whoever sees the secret
// has the client's permissions, so they must be theirs to give.
func (p *Pages) rotateClient(v *visit) error {
	client, err := v.ownClient()
	if err != nil {
		return err
	}
	if !v.mayGive(client.Scopes) {
		return &tocsin.Error{Kind: tocsin.ErrForbidden, Message: "The client has permissions that are not yours to give."}
	}
	value, hash := access.NewClientSecret()
	if err := p.config.Admin.AddClientSecret(v.r.Context(), tocsin.Secret{ClientID: client.ID, Hash: hash, CreatedAt: v.now}, v.now.Add(oldSecret)); err != nil {
		return err
	}
	return v.showClients(http.StatusOK, nil, secret{value, v.text("admin.secret.rotated", "name", client.Name), client.ID, v.text("admin.secret.once") + string(v.between()) + v.text("admin.secret.old")})
}

// askRevoke serves GET /admin/clients/{id}/revoke.
func (p *Pages) askRevoke(v *visit) error {
	client, err := v.ownClient()
	if err != nil {
		return err
	}
	return v.ask("client", client.Name, v.href("/admin/clients"), question{
		area: v.adminFrame("clients", crumb{Name: v.text("client.revoke")}).area, To: v.href(v.path), Submit: v.text("client.revoke"),
	})
}

// revokeClient serves POST /admin/clients/{id}/revoke.
func (p *Pages) revokeClient(v *visit) error {
	client, err := v.ownClient()
	if err != nil {
		return err
	}
	if err := p.config.Admin.RevokeClient(v.r.Context(), client.ID, v.now); err != nil {
		return err
	}
	return v.redirect(v.href("/admin/clients?done=client"))
}
