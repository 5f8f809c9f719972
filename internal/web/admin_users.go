package web

import (
	"net/http"
	"strconv"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/tocsin"
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
	Form  form
}

type userLine struct {
	Name, Display, Href, SignedIn, From string
	Roles                               []string
	Disabled                            bool
}

// adminUsers serves GET /admin/users.
func (p *Pages) adminUsers(v *visit) error { return v.showUsers(http.StatusOK, nil, "") }

func (v *visit) showUsers(status int, problem error, password string) error {
	users, err := v.pages.config.Admin.Users(v.r.Context())
	if err != nil {
		return err
	}
	names, err := v.tenantNames()
	if err != nil {
		return err
	}
	page := usersPage{adminFrame: v.adminFrame("users")}
	page.Form = form{Action: v.href("/admin/users"), Submit: v.text("admin.users.add"), Fields: []field{
		field{ID: "name", Label: v.text("login.name"), Auto: "off"}.hinted(v.text("login.name.hint")), v.field("display", "").hinted(v.text("field.display.hint")).optional(), v.roleField(false), v.tenantField(names),
	}}
	if problem != nil {
		fields := page.Form.Fields
		fields[0].Value, fields[1].Value = v.r.PostFormValue("name"), v.r.PostFormValue("display")
		fields[2], fields[3] = fields[2].choose(v.r.PostFormValue("role")), fields[3].choose(v.r.PostFormValue("tenant"))
		if !v.blame(&page.Form, problem) {
			return problem
		}
		v.title(&page.frame, page.Form)
	} else if password != "" {
		page.Secret = v.passwordOf(strings.ToLower(v.r.PostFormValue("name")), password)
	}
	for _, u := range users {
		line := userLine{Name: u.Name, Display: u.Display, Href: v.href("/admin/users/" + u.ID), Disabled: !u.DisabledAt.IsZero(), SignedIn: v.text("never"), From: u.Issuer}
		if !u.SignedInAt.IsZero() {
			line.SignedIn = v.stamp(u.SignedInAt.In(v.zone))
		}
		for _, g := range u.Grants {
			line.Roles = append(line.Roles, v.grantWords(g, names))
		}
		page.Users = append(page.Users, line)
	}
	return v.render(status, "admin-users", page)
}

// passwordOf shows a password that was made for somebody.
func (v *visit) passwordOf(name, password string) secret {
	return secret{Value: password, Of: v.text("admin.secret.password", "name", name), Hint: v.text("admin.secret.once")}
}

// roleField is a list of roles to choose from.
func (v *visit) roleField(optional bool) field {
	f := field{ID: "role", Label: v.text("field.role"), Optional: optional}
	if optional {
		f.Label = v.text("field.role.more")
		f.Choices = append(f.Choices, choice{Value: "", Name: v.text("field.role.none"), On: true})
	}
	for _, r := range tocsin.Roles() {
		f.Choices = append(f.Choices, choice{Value: string(r), Name: v.text("role." + string(r)), On: !optional && r == tocsin.RoleReader})
	}
	return f
}

// tenantField is a list of tenants to choose from, and all of them.
func (v *visit) tenantField(names map[string]string) field {
	f := field{ID: "tenant", Label: v.text("field.tenant"), Choices: []choice{{Value: "", Name: v.text("field.tenant.all"), On: true}}}
	return withTenants(f, names)
}

func withTenants(f field, names map[string]string) field {
	for _, id := range sortedByName(names) {
		f.Choices = append(f.Choices, choice{Value: id, Name: names[id]})
	}
	return f
}

// addUser serves POST /admin/users: the password is made here and shown once.
func (p *Pages) addUser(v *visit) error {
	user := tocsin.User{ID: signin.NewID(), Name: v.r.PostFormValue("name"), Display: v.r.PostFormValue("display")}
	if role := v.r.PostFormValue("role"); role != "" {
		user.Grants = []tocsin.Grant{{Role: tocsin.Role(role), TenantID: v.r.PostFormValue("tenant")}}
	}
	password := signin.NewPassword()
	if err := p.config.Door.AddUser(v.r.Context(), user, password); err != nil {
		return v.showUsers(http.StatusBadRequest, err, "")
	}
	return v.showUsers(http.StatusOK, nil, password)
}

// userPage is one person.
type userPage struct {
	adminFrame
	User                          userLine
	Grants                        []grantLine
	Add                           form
	State, Password               string // addresses
	Local, Self                   bool
	DisableWords, Created, Issuer string
}

type grantLine struct {
	Value, Words string
	Claimed      bool
}

// adminUser serves GET /admin/users/{id}.
func (p *Pages) adminUser(v *visit) error { return v.showUser(http.StatusOK, "", "") }

func (v *visit) showUser(status int, problem, password string) error {
	id := v.r.PathValue("id")
	user, _, err := v.pages.config.Admin.User(v.r.Context(), id)
	if err != nil || user.ID != id {
		return errNothingHere()
	}
	names, err := v.tenantNames()
	if err != nil {
		return err
	}
	address := "/admin/users/" + user.ID
	page := userPage{
		adminFrame: v.adminFrame("users", crumb{Name: user.Display}), Local: user.Local(), Issuer: user.Issuer,
		User:  userLine{Name: user.Name, Display: user.Display, Disabled: !user.DisabledAt.IsZero()},
		State: v.href(address + "/state"), Password: v.href(address + "/password"), Created: v.full(user.CreatedAt.In(v.zone)),
		Self: user.ID == access.VisitorOf(v.r.Context()).User.ID,
		Add:  form{Action: v.href(address + "/roles"), Submit: v.text("admin.user.save"), Fields: []field{v.roleField(true), v.tenantField(names)}},
	}
	page.Refused.Problem = problem
	v.title(&page.frame, page.Refused)
	if password != "" {
		page.Secret = v.passwordOf(user.Name, password)
	}
	for _, g := range user.Grants {
		page.Grants = append(page.Grants, grantLine{string(g.Role) + "@" + g.TenantID, v.grantWords(g, names), g.Claimed})
	}
	return v.render(status, "admin-user", page)
}

// changed ends a change of somebody: back to their page, or there with what
// kept it from being made.
func (v *visit) changed(done string, err error) error {
	for _, e := range causes(err) {
		return v.showUser(http.StatusConflict, v.problem(e), "")
	}
	if err != nil {
		return err
	}
	return v.redirect(v.href("/admin/users/" + v.r.PathValue("id") + "?done=" + done))
}

// setRoles serves POST /admin/users/{id}/roles: the grants that are still
// ticked, and one more if a role is chosen.
func (p *Pages) setRoles(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	var grants []tocsin.Grant
	for _, text := range v.r.PostForm["grant"] {
		role, tenant, _ := strings.Cut(text, "@")
		grants = append(grants, tocsin.Grant{Role: tocsin.Role(role), TenantID: tenant})
	}
	if role := v.r.PostFormValue("role"); role != "" {
		grants = append(grants, tocsin.Grant{Role: tocsin.Role(role), TenantID: v.r.PostFormValue("tenant")})
	}
	for _, g := range grants {
		if err := g.Validate(); err != nil {
			return err
		}
	}
	return v.changed("roles", p.config.Door.SetGrants(v.r.Context(), v.r.PathValue("id"), grants))
}

// askDisable serves GET /admin/users/{id}/state.
func (p *Pages) askDisable(v *visit) error {
	user, _, err := p.config.Admin.User(v.r.Context(), v.r.PathValue("id"))
	if err != nil || user.ID != v.r.PathValue("id") {
		return errNothingHere()
	}
	back := v.href("/admin/users/" + user.ID)
	return v.ask("user", user.Display, back, question{
		area: v.adminFrame("users", crumb{user.Display, back}, crumb{Name: v.text("admin.user.disable")}).area,
		To:   v.href(v.path), Field: "state", Value: "disabled", Submit: v.text("admin.user.disable"),
	})
}

// setState serves POST /admin/users/{id}/state.
func (p *Pages) setState(v *visit) error {
	disabled := v.r.PostFormValue("state") == "disabled"
	return v.changed("state", p.config.Door.SetDisabled(v.r.Context(), v.r.PathValue("id"), disabled))
}

// resetPassword serves POST /admin/users/{id}/password: the new one is made
// here and shown once.
func (p *Pages) resetPassword(v *visit) error {
	password := signin.NewPassword()
	if err := p.config.Door.SetPassword(v.r.Context(), v.r.PathValue("id"), password); err != nil {
		return v.changed("", err)
	}
	return v.showUser(http.StatusOK, "", password)
}
