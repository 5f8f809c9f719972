package admin

import (
	"net/http"
	"strconv"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// numberOf reads a number of a query, 0 for anything else.
func numberOf(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// usersPage lists everybody.
type usersPage struct {
	adminFrame
	Users []userLine
	Form  web.Form
}

type userLine struct {
	Name, Display, Href, SignedIn, From string
	Roles                               []string
	Disabled                            bool
}

// adminUsers serves GET /admin/users.
func (p *Pages) adminUsers(v *view) error { return v.showUsers(http.StatusOK, nil, "") }

func (v *view) showUsers(status int, problem error, password string) error {
	users, err := v.pages.config.Admin.Users(v.R.Context())
	if err != nil {
		return err
	}
	names, err := v.TenantNames()
	if err != nil {
		return err
	}
	page := usersPage{adminFrame: v.adminFrame("users")}
	page.Form = web.Form{Action: v.Href("/admin/users"), Submit: v.Text("admin.users.add"), Fields: []web.Field{
		web.Field{ID: "name", Label: v.Text("login.name"), Auto: "off"}.Hinted(v.Text("login.name.hint")), v.Field("display", "").Hinted(v.Text("field.display.hint")).NotRequired(), v.roleField(false), v.tenantField(names),
	}}
	if problem != nil {
		fields := page.Form.Fields
		fields[0].Value, fields[1].Value = v.R.PostFormValue("name"), v.R.PostFormValue("display")
		fields[2], fields[3] = fields[2].Choose(v.R.PostFormValue("role")), fields[3].Choose(v.R.PostFormValue("tenant"))
		if !v.Blame(&page.Form, problem) {
			return problem
		}
		v.Title(&page.Frame, page.Form)
	} else if password != "" {
		page.Secret = v.passwordOf(strings.ToLower(v.R.PostFormValue("name")), password)
	}
	for _, u := range users {
		line := userLine{Name: u.Name, Display: u.Display, Href: v.Href("/admin/users/" + u.ID), Disabled: !u.DisabledAt.IsZero(), SignedIn: v.Text("user.never"), From: u.Issuer}
		if !u.SignedInAt.IsZero() {
			line.SignedIn = v.Stamp(u.SignedInAt.In(v.Zone))
		}
		for _, g := range u.Grants {
			line.Roles = append(line.Roles, v.GrantWords(g, names))
		}
		page.Users = append(page.Users, line)
	}
	return v.Render(status, "admin-users", page)
}

// passwordOf shows a password that was made for somebody.
func (v *view) passwordOf(name, password string) secret {
	return secret{Value: password, Of: v.Text("admin.secret.password", "name", name), Hint: v.Text("admin.secret.once")}
}

// roleField is a list of roles to choose from.
func (v *view) roleField(optional bool) web.Field {
	f := web.Field{ID: "role", Label: v.Text("field.role"), Optional: optional}
	if optional {
		f.Label = v.Text("field.role.more")
		f.Choices = append(f.Choices, web.Choice{Value: "", Name: v.Text("field.role.none"), On: true})
	}
	for _, r := range tocsin.Roles() {
		f.Choices = append(f.Choices, web.Choice{Value: string(r), Name: v.Text("role." + string(r)), On: !optional && r == tocsin.RoleReader})
	}
	return f
}

// tenantField is a list of tenants to choose from, and all of them.
func (v *view) tenantField(names map[string]string) web.Field {
	f := web.Field{ID: "tenant", Label: v.Text("field.tenant"), Choices: []web.Choice{{Value: "", Name: v.Text("field.tenant.all"), On: true}}}
	return withTenants(f, names)
}

func withTenants(f web.Field, names map[string]string) web.Field {
	for _, id := range sortedByName(names) {
		f.Choices = append(f.Choices, web.Choice{Value: id, Name: names[id]})
	}
	return f
}

// addUser serves POST /admin/users: the password is made here and shown once.
func (p *Pages) addUser(v *view) error {
	user := tocsin.User{ID: signin.NewID(), Name: v.R.PostFormValue("name"), Display: v.R.PostFormValue("display")}
	if role := v.R.PostFormValue("role"); role != "" {
		user.Grants = []tocsin.Grant{{Role: tocsin.Role(role), TenantID: v.R.PostFormValue("tenant")}}
	}
	password := signin.NewPassword()
	if err := p.config.Door.AddUser(v.R.Context(), user, password); err != nil {
		return v.showUsers(http.StatusBadRequest, err, "")
	}
	return v.showUsers(http.StatusOK, nil, password)
}

// userPage is one person.
type userPage struct {
	adminFrame
	User                          userLine
	Grants                        []grantLine
	Add                           web.Form
	State, Password               string // addresses
	Local, Self                   bool
	DisableWords, Created, Issuer string
}

type grantLine struct {
	Value, Words string
	Claimed      bool
}

// adminUser serves GET /admin/users/{id}.
func (p *Pages) adminUser(v *view) error { return v.showUser(http.StatusOK, "", "") }

func (v *view) showUser(status int, problem, password string) error {
	id := v.R.PathValue("id")
	user, _, err := v.pages.config.Admin.User(v.R.Context(), id)
	if err != nil || user.ID != id {
		return web.NothingHere()
	}
	names, err := v.TenantNames()
	if err != nil {
		return err
	}
	address := "/admin/users/" + user.ID
	page := userPage{
		adminFrame: v.adminFrame("users", web.Crumb{Name: user.Display}), Local: user.Local(), Issuer: user.Issuer,
		User:  userLine{Name: user.Name, Display: user.Display, Disabled: !user.DisabledAt.IsZero()},
		State: v.Href(address + "/state"), Password: v.Href(address + "/password"), Created: v.Full(user.CreatedAt.In(v.Zone)),
		Self: user.ID == access.VisitorOf(v.R.Context()).User.ID,
		Add:  web.Form{Action: v.Href(address + "/roles"), Submit: v.Text("admin.user.save"), Fields: []web.Field{v.roleField(true), v.tenantField(names)}},
	}
	page.Refused.Problem = problem
	v.Title(&page.Frame, page.Refused)
	if password != "" {
		page.Secret = v.passwordOf(user.Name, password)
	}
	for _, g := range user.Grants {
		page.Grants = append(page.Grants, grantLine{string(g.Role) + "@" + g.TenantID, v.GrantWords(g, names), g.Claimed})
	}
	return v.Render(status, "admin-user", page)
}

// changed ends a change of somebody: back to their page, or there with what
// kept it from being made.
func (v *view) changed(done string, err error) error {
	for _, e := range web.Causes(err) {
		return v.showUser(http.StatusConflict, v.Problem(e), "")
	}
	if err != nil {
		return err
	}
	return v.Redirect(v.Href("/admin/users/" + v.R.PathValue("id") + "?done=" + done))
}

// setRoles serves POST /admin/users/{id}/roles: the grants that are still
// ticked, and one more if a role is chosen.
func (p *Pages) setRoles(v *view) error {
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	var grants []tocsin.Grant
	for _, text := range v.R.PostForm["grant"] {
		role, tenant, _ := strings.Cut(text, "@")
		grants = append(grants, tocsin.Grant{Role: tocsin.Role(role), TenantID: tenant})
	}
	if role := v.R.PostFormValue("role"); role != "" {
		grants = append(grants, tocsin.Grant{Role: tocsin.Role(role), TenantID: v.R.PostFormValue("tenant")})
	}
	for _, g := range grants {
		if err := g.Validate(); err != nil {
			return err
		}
	}
	return v.changed("roles", p.config.Door.SetGrants(v.R.Context(), v.R.PathValue("id"), grants))
}

// askDisable serves GET /admin/users/{id}/state.
func (p *Pages) askDisable(v *view) error {
	user, _, err := p.config.Admin.User(v.R.Context(), v.R.PathValue("id"))
	if err != nil || user.ID != v.R.PathValue("id") {
		return web.NothingHere()
	}
	back := v.Href("/admin/users/" + user.ID)
	return v.Ask("user", user.Display, back, web.Question{
		Area: v.adminFrame("users", web.Crumb{Name: user.Display, Href: back}, web.Crumb{Name: v.Text("admin.user.disable")}).Area,
		To:   v.Href(v.Path), Field: "state", Value: "disabled", Submit: v.Text("admin.user.disable"),
	})
}

// setState serves POST /admin/users/{id}/state.
func (p *Pages) setState(v *view) error {
	disabled := v.R.PostFormValue("state") == "disabled"
	return v.changed("state", p.config.Door.SetDisabled(v.R.Context(), v.R.PathValue("id"), disabled))
}

// resetPassword serves POST /admin/users/{id}/password: the new one is made
// here and shown once.
func (p *Pages) resetPassword(v *view) error {
	password := signin.NewPassword()
	if err := p.config.Door.SetPassword(v.R.Context(), v.R.PathValue("id"), password); err != nil {
		return v.changed("", err)
	}
	return v.showUser(http.StatusOK, "", password)
}
