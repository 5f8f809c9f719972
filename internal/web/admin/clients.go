package admin

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
	"example.org/tocsin/internal/web"
)

// sortedByName are the keys of names in the order of their values.
func sortedByName(names map[string]string) []string {
	return slices.SortedFunc(maps.Keys(names), func(a, b string) int { return cmp.Or(cmp.Compare(names[a], names[b]), cmp.Compare(a, b)) })
}

// clientsPage lists the programs that may ask for tokens.
type clientsPage struct {
	adminFrame
	Clients []clientLine
	Empty   web.EmptyView
	Form    web.Form
}

type clientLine struct {
	ID, Name, Tenant, Added, Ends, State string
	Scopes                               []string
	Rotate, Revoke                       string // addresses, "" where it is not to be done
}

// adminClients serves GET /admin/clients.
func (p *Pages) adminClients(v *view) error {
	return v.showClients(http.StatusOK, nil, secret{})
}

func (v *view) showClients(status int, problem error, made secret) error {
	tenants, err := v.administers(access.ManageClients)
	if err != nil {
		return err
	}
	names := map[string]string{}
	page := clientsPage{adminFrame: v.adminFrame("clients"), Empty: web.EmptyView{Title: v.Text("admin.clients.none"), Text: v.Text("admin.clients.none.text")}}
	for _, t := range tenants {
		names[t.ID] = t.Title()
		clients, err := v.pages.config.Admin.Clients(v.R.Context(), t.ID)
		if err != nil {
			return err
		}
		for _, c := range clients {
			page.Clients = append(page.Clients, v.clientLine(c, t.Title()))
		}
	}
	page.Form = web.Form{Action: v.Href("/admin/clients"), Submit: v.Text("admin.clients.add"), Fields: []web.Field{
		v.Field("client", "").Hinted(v.Text("field.client.hint")), withTenants(web.Field{ID: "tenant", Label: v.Text("field.tenant")}, names), v.scopeField(),
	}}
	if problem != nil {
		fields := page.Form.Fields
		fields[0].Value, fields[1] = v.R.PostFormValue("client"), fields[1].Choose(v.R.PostFormValue("tenant"))
		for i, scope := range fields[2].Choices {
			fields[2].Choices[i].On = slices.Contains(v.R.PostForm["scope"], scope.Value)
		}
		if !v.Blame(&page.Form, web.Renamed(problem, "name", "client")) {
			return problem
		}
	}
	v.Title(&page.Frame, page.Form)
	page.Secret = made
	return v.Render(status, "admin-clients", page)
}

// scopeField is the permissions to tick.
func (v *view) scopeField() web.Field {
	f := web.Field{ID: "scope", Label: v.Text("col.scopes"), Ticks: true, Codes: true}
	for _, scope := range v.scopes() {
		f.Choices = append(f.Choices, web.Choice{Value: scope, Name: v.Text("scope." + scope)})
	}
	return f
}

// scopes are those that the visitor may give: what reaches beyond a tenant is
// given by those who run all of them.
func (v *view) scopes() []string {
	if access.VisitorOf(v.R.Context()).May(access.ManageTenants, "") {
		return tocsin.Scopes()
	}
	return tocsin.TenantScopes()
}

// mayGive reports whether the visitor may give all of these permissions.
func (v *view) mayGive(scopes []string) bool {
	allowed := v.scopes()
	return !slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(allowed, s) })
}

func (v *view) clientLine(c tocsin.Client, tenant string) clientLine {
	line := clientLine{ID: c.ID, Name: c.Name, Tenant: tenant, Scopes: c.Scopes, Added: v.Full(c.CreatedAt.In(v.Zone)), Ends: v.Text("client.never")}
	if !c.ExpiresAt.IsZero() {
		line.Ends = v.Full(c.ExpiresAt.In(v.Zone))
	}
	switch {
	case !c.RevokedAt.IsZero():
		line.State = v.Text("client.revoked")
	case !c.ExpiresAt.IsZero() && !v.Now.Before(c.ExpiresAt):
		line.State = v.Text("client.expired")
	default:
		line.Revoke = v.Href("/admin/clients/" + c.ID + "/revoke")
		if v.mayGive(c.Scopes) {
			line.Rotate = v.Href("/admin/clients/" + c.ID + "/rotate")
		}
	}
	return line
}

// addClient serves POST /admin/clients: the secret is shown once.
func (p *Pages) addClient(v *view) error {
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	tenant, err := v.administered(access.ManageClients, v.R.PostFormValue("tenant"))
	if err != nil {
		return err
	}
	if !v.mayGive(v.R.PostForm["scope"]) {
		return tocsin.Invalidf("scope", "That permission is not yours to give.")
	}
	value, hash := access.NewClientSecret()
	client := tocsin.Client{
		ID: signin.NewID(), TenantID: tenant.ID, Name: strings.TrimSpace(v.R.PostFormValue("client")), Scopes: v.R.PostForm["scope"], CreatedAt: v.Now,
	}
	if err := p.config.Admin.AddClient(v.R.Context(), client, tocsin.Secret{Hash: hash, CreatedAt: v.Now}); err != nil {
		return v.showClients(web.FormStatus(err), err, secret{})
	}
	return v.showClients(http.StatusOK, nil, secret{value, v.Text("admin.secret.client", "name", client.Name), client.ID, v.Text("admin.secret.once")})
}

// ownClient is a client of a tenant that the visitor administers.
func (v *view) ownClient() (tocsin.Client, error) {
	client, _, err := v.pages.config.Admin.Client(v.R.Context(), v.R.PathValue("id"))
	if err != nil {
		return client, web.NothingHere()
	}
	_, err = v.administered(access.ManageClients, client.TenantID)
	return client, err
}

// oldSecret is how long the secret of before a rotation still works.
const oldSecret = 24 * time.Hour

// rotateClient serves POST /admin/clients/{id}/rotate. Whoever sees the secret
// has the client's permissions, so they must be theirs to give.
func (p *Pages) rotateClient(v *view) error {
	client, err := v.ownClient()
	if err != nil {
		return err
	}
	if !v.mayGive(client.Scopes) {
		return &tocsin.Error{Kind: tocsin.ErrForbidden, Message: "The client has permissions that are not yours to give."}
	}
	value, hash := access.NewClientSecret()
	if err := p.config.Admin.AddClientSecret(v.R.Context(), tocsin.Secret{ClientID: client.ID, Hash: hash, CreatedAt: v.Now}, v.Now.Add(oldSecret)); err != nil {
		return err
	}
	return v.showClients(http.StatusOK, nil, secret{value, v.Text("admin.secret.rotated", "name", client.Name), client.ID, v.Text("admin.secret.once") + v.Space() + v.Text("admin.secret.old")})
}

// askRevoke serves GET /admin/clients/{id}/revoke.
func (p *Pages) askRevoke(v *view) error {
	client, err := v.ownClient()
	if err != nil {
		return err
	}
	return v.Ask("client", client.Name, v.Href("/admin/clients"), web.Question{
		Area: v.adminFrame("clients", web.Crumb{Name: v.Text("client.revoke")}).Area, To: v.Href(v.Path), Submit: v.Text("client.revoke"),
	})
}

// revokeClient serves POST /admin/clients/{id}/revoke.
func (p *Pages) revokeClient(v *view) error {
	client, err := v.ownClient()
	if err != nil {
		return err
	}
	if err := p.config.Admin.RevokeClient(v.R.Context(), client.ID, v.Now); err != nil {
		return err
	}
	return v.Redirect(v.Href("/admin/clients?done=client"))
}
