package admin

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// tenancyPage lists the tenants that the visitor administers.
type tenancyPage struct {
	adminFrame
	Rows []tenantLine
	Form web.Form // "" as an address for those who may not add one
}

type tenantLine struct {
	Title, Name, ID, Domains, Href, State string
	Sources                               []sourceLine
}

func (v *view) tenantLine(t tocsin.Tenant) tenantLine {
	line := tenantLine{Title: t.Title(), Name: t.Name, ID: t.ID, Domains: v.Join(t.Domains), Href: v.Href("/admin/tenants/" + t.ID)}
	if t.Disabled {
		line.State = v.Text("tenant.disabled")
	}
	return line
}

type sourceLine struct {
	web.Look
	Name, Cloud, ClientID, Every, Read string
	Problem                            *why      // of the last poll
	Odd                                []oddLine // what of it cannot be read
	OddMore                            int       // beside these
	InFile, Own                        bool
	Test, Remove                       string // addresses of one that is set up here
}

// adminTenants serves GET /admin/tenants.
func (p *Pages) adminTenants(v *view) error { return v.showTenants(http.StatusOK, nil) }

func (v *view) showTenants(status int, problem error) error {
	tenants, err := v.administers(access.ManageSources)
	if err != nil {
		return err
	}
	page := tenancyPage{adminFrame: v.adminFrame("tenants")}
	if access.VisitorOf(v.R.Context()).May(access.ManageTenants, "") {
		page.Form = web.Form{Action: v.Href("/admin/tenants"), Submit: v.Text("admin.tenants.add"), Fields: []web.Field{
			v.Field("id", v.R.PostFormValue("id")).Hinted(v.Text("field.id.hint")),
			v.Field("label", v.R.PostFormValue("label")).Hinted(v.Text("field.label.hint")),
			v.Field("displayName", v.R.PostFormValue("displayName")).Hinted(v.Text("field.displayName.hint")).NotRequired(),
			v.Field("domain", v.R.PostFormValue("domain")).Hinted(v.Text("field.domain.hint")).NotRequired(),
		}}
	}
	if problem != nil && !v.Blame(&page.Form, web.Renamed(problem, "name", "label")) {
		return problem
	}
	v.Title(&page.Frame, page.Form)
	for _, t := range tenants {
		line := v.tenantLine(t)
		if line.Sources, err = v.sourceLines(t); err != nil {
			return err
		}
		page.Rows = append(page.Rows, line)
	}
	return v.Render(status, "admin-tenants", page)
}

// sourceLines are the sources of a tenant with how they are.
func (v *view) sourceLines(t tocsin.Tenant) ([]sourceLine, error) {
	states, err := v.pages.config.Admin.Sources(v.R.Context(), t.ID)
	if err != nil {
		return nil, err
	}
	own, err := v.pages.config.Connections.Of(v.R.Context(), t.ID)
	if err != nil {
		return nil, err
	}
	var lines []sourceLine
	for _, s := range states {
		line := sourceLine{Name: s.Name, Every: v.every(s.Interval), Problem: v.reasoned(s.Problem), Look: v.sourceLook(s), InFile: v.pages.config.Connections.InFile(t.ID, s.Name)}
		if !s.LastOKAt.IsZero() {
			line.Read = v.Text("source.read", "time", v.Stamp(s.LastOKAt.In(v.Zone)))
		}
		if i := slices.IndexFunc(own, func(c tocsin.Connection) bool { return c.Name == s.Name }); i >= 0 && !line.InFile {
			line.Own, line.Cloud, line.ClientID = true, v.cloudName(own[i].Cloud), own[i].ClientID
			address := "/admin/tenants/" + t.ID + "/sources/" + s.Name
			line.Test, line.Remove = v.Href(address+"/test"), v.Href(address+"/remove")
		}
		if s.Unreadable > 0 {
			if err := v.addOdd(&line, s); err != nil {
				return nil, err
			}
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// oddLine is something of a source that cannot be read.
type oddLine struct{ Kind, Name, Why string }

// shownOdd is how many of them a source shows.
const shownOdd = 20

// addOdd adds what of a source cannot be read.
func (v *view) addOdd(line *sourceLine, s tocsin.SourceState) error {
	list, err := v.pages.config.Admin.Unreadable(v.R.Context(), s.TenantID)
	if err != nil {
		return err
	}
	for _, u := range list {
		if u.Source != s.Name {
			continue
		}
		if len(line.Odd) == shownOdd {
			line.OddMore++
			continue
		}
		since := v.Text("since", "time", v.Stamp(u.Since.In(v.Zone)))
		one := oddLine{Kind: v.Text("cause.kind." + string(u.Kind)), Why: v.Join([]string{v.Text("odd." + string(u.Reason)), since})}
		if u.Reason != tocsin.UnreadableList {
			one.Name = u.Name()
		}
		line.Odd = append(line.Odd, one)
	}
	return nil
}

// sourceLook says how the polls of a source go. One that was never read is not
// well.
func (v *view) sourceLook(s tocsin.SourceState) web.Look {
	_, stale := s.StaleSince(v.Now)
	switch {
	case s.LastOKAt.IsZero() && s.Outcome == "":
		return web.Look{Family: "neutral", Glyph: "unknown", Words: v.Text("source.waiting")}
	case s.LastOKAt.IsZero():
		return web.Look{Family: "degraded", Glyph: "degraded", Words: v.Text("source.never")}
	case stale:
		return web.Look{Family: "degraded", Glyph: "degraded", Words: v.Text("source.stale")}
	case s.Unreadable > 0:
		return web.Look{Family: "degraded", Glyph: "degraded", Words: v.Text("source.part")}
	}
	return web.Look{Family: "ok", Glyph: "ok", Words: v.Text("source.ok")}
}

// every is an interval in words; what is under a minute is in seconds.
func (v *view) every(d time.Duration) string {
	if d < time.Minute {
		return v.Text("source.seconds", "n", int(d.Seconds()))
	}
	return v.Length(d)
}

// cloudName is what people call a cloud, or what the settings file calls it.
func (v *view) cloudName(id string) string {
	if v.HasText("cloud." + id) {
		return v.Text("cloud." + id)
	}
	return id
}

// addTenant serves POST /admin/tenants.
func (p *Pages) addTenant(v *view) error {
	tenant := tocsin.Tenant{ID: v.R.PostFormValue("id"), Name: v.R.PostFormValue("label"), DisplayName: v.R.PostFormValue("displayName"), Domains: typedList(v.R.PostFormValue("domain")), CreatedAt: v.Now}
	tenant.Normalize()
	if err := p.config.Admin.AddTenant(v.R.Context(), tenant); err != nil {
		return v.showTenants(web.FormStatus(err), err)
	}
	return v.Redirect(v.Href("/admin/tenants/" + tenant.ID + "?done=tenant"))
}

// typedList are the parts of a list that somebody typed.
func typedList(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
}

// tenantPage is one tenant with its sources.
type tenantPage struct {
	adminFrame
	Row     tenantLine
	InFile  bool
	Edit    web.Form // no fields for those who may not
	Off     bool     // disabled
	Turn    string   // address where it is disabled, or enabled again
	Source  web.Form
	Checks  []checkLine
	Checked string // the source that was tried
	AllGood bool
}

type checkLine struct {
	web.Look
	Name, Help string
	Reason     *why
}

// adminTenant serves GET /admin/tenants/{id}.
func (p *Pages) adminTenant(v *view) error {
	tenant, err := v.administered(access.ManageSources, v.R.PathValue("id"))
	if err != nil {
		return err
	}
	page, err := v.tenantPage(tenant)
	if err != nil {
		return err
	}
	return v.Render(http.StatusOK, "admin-tenant", page)
}

func (v *view) tenantPage(t tocsin.Tenant) (*tenantPage, error) {
	page := &tenantPage{
		adminFrame: v.adminFrame("tenants", web.Crumb{Name: t.Title()}), InFile: v.pages.config.Connections.InFile(t.ID, ""), Off: t.Disabled,
		Row: v.tenantLine(t),
	}
	var err error
	if page.Row.Sources, err = v.sourceLines(t); err != nil {
		return nil, err
	}
	page.Source = v.sourceForm(t, slices.ContainsFunc(page.Row.Sources, func(s sourceLine) bool { return s.Own }))
	if !page.InFile && access.VisitorOf(v.R.Context()).May(access.ManageTenants, "") {
		page.Turn = v.Href("/admin/tenants/" + t.ID + "/state")
		page.Edit = web.Form{Action: v.Href("/admin/tenants/" + t.ID), Submit: v.Text("admin.tenant.save"), Fields: []web.Field{
			v.Field("label", t.Name).Hinted(v.Text("field.label.hint")),
			v.Field("displayName", t.DisplayName).Hinted(v.Text("field.displayName.hint")).NotRequired(),
			v.Field("domain", strings.Join(t.Domains, " ")).Hinted(v.Text("field.domain.hint")).NotRequired(),
			v.Field("group", strings.Join(t.Groups, " ")).Hinted(v.Text("field.group.hint")).NotRequired(),
		}}
	}
	return page, nil
}

// sourceForm sets up a source of a tenant. Where there is one already, its
// secret can stay as it is.
func (v *view) sourceForm(t tocsin.Tenant, another bool) web.Form {
	cloud := web.Field{ID: "cloud", Label: v.Text("field.cloud")}
	for _, name := range v.pages.config.Connections.Clouds() {
		cloud.Choices = append(cloud.Choices, web.Choice{Value: name, Name: v.cloudName(name), On: name == v.R.PostFormValue("cloud")})
	}
	secret := v.Secret("secret", "off").Hinted(v.Text("field.secret.hint"))
	if another {
		secret = secret.Hinted(v.Text("field.secret.kept")).NotRequired()
	}
	return web.Form{Action: v.Href("/admin/tenants/" + t.ID + "/sources"), Submit: v.Text("admin.source.save"), Fields: []web.Field{
		v.Field("source", cmp.Or(v.R.PostFormValue("source"), "graph")).Hinted(v.Text("field.source.hint")), cloud,
		v.Field("clientId", v.R.PostFormValue("clientId")).Hinted(v.Text("field.clientId.hint")), secret,
		v.Field("every", cmp.Or(v.R.PostFormValue("every"), "3m")).Hinted(v.Text("field.every.hint")),
	}}
}

// changeTenant serves POST /admin/tenants/{id}.
func (p *Pages) changeTenant(v *view) error {
	tenant, err := v.changeable()
	if err != nil {
		return err
	}
	_, err = p.config.Admin.ChangeTenant(v.R.Context(), tenant.ID, func(t *tocsin.Tenant) error {
		t.Name, t.DisplayName = v.R.PostFormValue("label"), v.R.PostFormValue("displayName")
		t.Domains, t.Groups = typedList(v.R.PostFormValue("domain")), typedList(v.R.PostFormValue("group"))
		return nil
	})
	if err == nil {
		return v.Redirect(v.Href("/admin/tenants/" + tenant.ID + "?done=tenant"))
	}
	page, pageErr := v.tenantPage(tenant)
	if pageErr != nil || !v.Blame(&page.Edit, web.Renamed(err, "name", "label")) {
		return err
	}
	v.Title(&page.Frame, page.Edit)
	return v.Render(web.FormStatus(err), "admin-tenant", page)
}

// askDisableTenant serves GET /admin/tenants/{id}/state.
func (p *Pages) askDisableTenant(v *view) error {
	tenant, err := v.changeable()
	if err != nil {
		return err
	}
	back := v.Href("/admin/tenants/" + tenant.ID)
	return v.Ask("tenant", tenant.Title(), back, web.Question{
		Area: v.adminFrame("tenants", web.Crumb{Name: tenant.Title(), Href: back}, web.Crumb{Name: v.Text("tenant.disable")}).Area,
		To:   v.Href(v.Path), Field: "state", Value: "disabled", Submit: v.Text("tenant.disable"),
	})
}

// setTenantState serves POST /admin/tenants/{id}/state.
func (p *Pages) setTenantState(v *view) error {
	tenant, err := v.changeable()
	if err != nil {
		return err
	}
	_, err = p.config.Admin.ChangeTenant(v.R.Context(), tenant.ID, func(t *tocsin.Tenant) error {
		t.Disabled = v.R.PostFormValue("state") == "disabled"
		return nil
	})
	if err != nil {
		return err
	}
	return v.Redirect(v.Href("/admin/tenants/" + tenant.ID + "?done=tenant"))
}

// changeable is the tenant of the address, unless the settings file has it.
func (v *view) changeable() (tocsin.Tenant, error) {
	tenant, err := v.administered(access.ManageTenants, v.R.PathValue("id"))
	if err == nil && v.pages.config.Connections.InFile(tenant.ID, "") {
		err = tocsin.Conflictf("The settings file has this tenant: change it there.")
	}
	return tenant, err
}

// putSource serves POST /admin/tenants/{id}/sources.
func (p *Pages) putSource(v *view) error {
	tenant, err := v.administered(access.ManageSources, v.R.PathValue("id"))
	if err != nil {
		return err
	}
	every, _ := time.ParseDuration(v.R.PostFormValue("every")) // 0 is refused below
	c := tocsin.Connection{
		TenantID: tenant.ID, Name: strings.ToLower(strings.TrimSpace(v.R.PostFormValue("source"))), Kind: "graph", Cloud: v.R.PostFormValue("cloud"),
		ClientID: strings.ToLower(strings.TrimSpace(v.R.PostFormValue("clientId"))), Every: every,
	}
	if err := p.config.Connections.Put(v.R.Context(), c, v.R.PostFormValue("secret")); err != nil {
		page, pageErr := v.tenantPage(tenant)
		if pageErr != nil || !v.Blame(&page.Source, web.Renamed(err, "label", "source")) {
			return err
		}
		v.Title(&page.Frame, page.Source)
		return v.Render(web.FormStatus(err), "admin-tenant", page)
	}
	return v.test(tenant, c.Name)
}

// testSource serves POST /admin/tenants/{id}/sources/{name}/test.
func (p *Pages) testSource(v *view) error {
	tenant, err := v.administered(access.ManageSources, v.R.PathValue("id"))
	if err != nil {
		return err
	}
	return v.test(tenant, v.R.PathValue("name"))
}

// test tries a source and shows what it lacks.
func (v *view) test(tenant tocsin.Tenant, name string) error {
	checks, err := v.pages.config.Connections.Test(v.R.Context(), tenant.ID, name)
	if err != nil {
		return err
	}
	page, err := v.tenantPage(tenant)
	if err != nil {
		return err
	}
	page.Checked, page.AllGood = name, true
	for _, c := range checks {
		line := checkLine{Name: v.Text("check." + c.Step), Reason: v.reasoned(c.Problem), Look: web.Look{Family: "neutral", Glyph: "unknown", Words: v.Text("check.state." + string(c.State))}}
		switch c.State {
		case tocsin.CheckOK:
			line.Family, line.Glyph = "ok", "ok"
		case tocsin.CheckFailed:
			line.Family, line.Glyph = "down", "down"
			if line.Reason == nil || line.Reason.Help == "" {
				line.Help = v.Text("check.help." + c.Step)
			}
		}
		page.AllGood = page.AllGood && c.State == tocsin.CheckOK
		page.Checks = append(page.Checks, line)
	}
	return v.Render(http.StatusOK, "admin-tenant", page)
}

// askRemoveSource serves GET /admin/tenants/{id}/sources/{name}/remove.
func (p *Pages) askRemoveSource(v *view) error {
	tenant, err := v.administered(access.ManageSources, v.R.PathValue("id"))
	if err != nil {
		return err
	}
	name := v.R.PathValue("name")
	own, err := p.config.Connections.Of(v.R.Context(), tenant.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(own, func(c tocsin.Connection) bool { return c.Name == name }) {
		return web.NothingHere()
	}
	back := v.Href("/admin/tenants/" + tenant.ID)
	return v.Ask("source", name, back, web.Question{
		Area: v.adminFrame("tenants", web.Crumb{Name: tenant.Title(), Href: back}, web.Crumb{Name: v.Text("remove")}).Area, To: v.Href(v.Path), Submit: v.Text("remove"),
	})
}

// removeSource serves POST /admin/tenants/{id}/sources/{name}/remove.
func (p *Pages) removeSource(v *view) error {
	tenant, err := v.administered(access.ManageSources, v.R.PathValue("id"))
	if err != nil {
		return err
	}
	if err := p.config.Connections.Remove(v.R.Context(), tenant.ID, v.R.PathValue("name")); err != nil {
		return err
	}
	return v.Redirect(v.Href("/admin/tenants/" + tenant.ID + "?done=source"))
}
