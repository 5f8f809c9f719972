package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// tenancyPage lists the tenants that the visitor administers.
type tenancyPage struct {
	adminFrame
	Rows []tenantLine
	Form form // "" as an address for those who may not add one
}

type tenantLine struct {
	Title, Name, ID, Domains, Href, State string
	Sources                               []sourceLine
}

func (v *visit) tenantLine(t tocsin.Tenant) tenantLine {
	line := tenantLine{Title: t.Title(), Name: t.Name, ID: t.ID, Domains: v.join(t.Domains), Href: v.href("/admin/tenants/" + t.ID)}
	if t.Disabled {
		line.State = v.text("tenant.disabled")
	}
	return line
}

type sourceLine struct {
	look
	Name, Cloud, ClientID, Every, Read string
	Problem                            *why      // of the last poll
	Odd                                []oddLine // what of it cannot be read
	OddMore                            int       // beside these
	InFile, Own                        bool
	Test, Remove                       string // addresses of one that is set up here
}

// adminTenants serves GET /admin/tenants.
func (p *Pages) adminTenants(v *visit) error { return v.showTenants(http.StatusOK, nil) }

func (v *visit) showTenants(status int, problem error) error {
	tenants, err := v.administers(access.ManageSources)
	if err != nil {
		return err
	}
	page := tenancyPage{adminFrame: v.adminFrame("tenants")}
	if access.VisitorOf(v.r.Context()).May(access.ManageTenants, "") {
		page.Form = form{Action: v.href("/admin/tenants"), Submit: v.text("admin.tenants.add"), Fields: []field{
			v.field("id", v.r.PostFormValue("id")).hinted(v.text("field.id.hint")),
			v.field("label", v.r.PostFormValue("label")).hinted(v.text("field.label.hint")),
			v.field("displayName", v.r.PostFormValue("displayName")).hinted(v.text("field.displayName.hint")).optional(),
			v.field("domain", v.r.PostFormValue("domain")).hinted(v.text("field.domain.hint")).optional(),
		}}
	}
	if problem != nil && !v.blame(&page.Form, renamed(problem, "name", "label")) {
		return problem
	}
	v.title(&page.frame, page.Form)
	for _, t := range tenants {
		line := v.tenantLine(t)
		if line.Sources, err = v.sourceLines(t); err != nil {
			return err
		}
		page.Rows = append(page.Rows, line)
	}
	return v.render(status, "admin-tenants", page)
}

// renamed gives the fields of an error the names that a form has for them.
func renamed(err error, from, to string) error {
	for _, e := range causes(err) {
		if e.Field == from {
			e.Field = to
		}
	}
	return err
}

// sourceLines are the sources of a tenant with how they are.
func (v *visit) sourceLines(t tocsin.Tenant) ([]sourceLine, error) {
	states, err := v.pages.config.Admin.Sources(v.r.Context(), t.ID)
	if err != nil {
		return nil, err
	}
	own, err := v.pages.config.Connections.Of(v.r.Context(), t.ID)
	if err != nil {
		return nil, err
	}
	var lines []sourceLine
	for _, s := range states {
		line := sourceLine{Name: s.Name, Every: v.every(s.Interval), Problem: v.reasoned(s.Problem), look: v.sourceLook(s), InFile: v.pages.config.Connections.InFile(t.ID, s.Name)}
		if !s.LastOKAt.IsZero() {
			line.Read = v.text("source.read", "time", v.stamp(s.LastOKAt.In(v.zone)))
		}
		if i := slices.IndexFunc(own, func(c tocsin.Connection) bool { return c.Name == s.Name }); i >= 0 && !line.InFile {
			line.Own, line.Cloud, line.ClientID = true, v.cloudName(own[i].Cloud), own[i].ClientID
			address := "/admin/tenants/" + t.ID + "/sources/" + s.Name
			line.Test, line.Remove = v.href(address+"/test"), v.href(address+"/remove")
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
func (v *visit) addOdd(line *sourceLine, s tocsin.SourceState) error {
	list, err := v.pages.config.Admin.Unreadable(v.r.Context(), s.TenantID)
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
		since := v.text("since", "time", v.stamp(u.Since.In(v.zone)))
		one := oddLine{Kind: v.text("cause.kind." + string(u.Kind)), Why: v.join([]string{v.text("odd." + string(u.Reason)), since})}
		if u.Reason != tocsin.UnreadableList {
			one.Name = u.Name()
		}
		line.Odd = append(line.Odd, one)
	}
	return nil
}

// sourceLook says how the polls of a source go. One that was never read is not
// well.
func (v *visit) sourceLook(s tocsin.SourceState) look {
	_, stale := s.StaleSince(v.now)
	switch {
	case s.LastOKAt.IsZero() && s.Outcome == "":
		return look{Family: "neutral", Glyph: "unknown", Words: v.text("source.waiting")}
	case s.LastOKAt.IsZero():
		return look{Family: "degraded", Glyph: "degraded", Words: v.text("source.never")}
	case stale:
		return look{Family: "degraded", Glyph: "degraded", Words: v.text("source.stale")}
	case s.Unreadable > 0:
		return look{Family: "degraded", Glyph: "degraded", Words: v.text("source.part")}
	}
	return look{Family: "ok", Glyph: "ok", Words: v.text("source.ok")}
}

// every is an interval in words; what is under a minute is in seconds.
func (v *visit) every(d time.Duration) string {
	if d < time.Minute {
		return v.text("source.seconds", "n", int(d.Seconds()))
	}
	return v.length(d)
}

// cloudName is what people call a cloud, or what the settings file calls it.
func (v *visit) cloudName(id string) string {
	if v.has("cloud." + id) {
		return v.text("cloud." + id)
	}
	return id
}

// addTenant serves POST /admin/tenants.
func (p *Pages) addTenant(v *visit) error {
	tenant := tocsin.Tenant{ID: v.r.PostFormValue("id"), Name: v.r.PostFormValue("label"), DisplayName: v.r.PostFormValue("displayName"), Domains: typedList(v.r.PostFormValue("domain")), CreatedAt: v.now}
	tenant.Normalize()
	if err := p.config.Admin.AddTenant(v.r.Context(), tenant); err != nil {
		return v.showTenants(http.StatusBadRequest, err)
	}
	return v.redirect(v.href("/admin/tenants/" + tenant.ID + "?done=tenant"))
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
	Edit    form   // no fields for those who may not
	Off     bool   // disabled
	Turn    string // address where it is disabled, or enabled again
	Source  form
	Checks  []checkLine
	Checked string // the source that was tried
	AllGood bool
}

type checkLine struct {
	look
	Name, Help string
	Reason     *why
}

// adminTenant serves GET /admin/tenants/{id}.
func (p *Pages) adminTenant(v *visit) error {
	tenant, err := v.administered(access.ManageSources, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	page, err := v.tenantPage(tenant)
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, "admin-tenant", page)
}

func (v *visit) tenantPage(t tocsin.Tenant) (*tenantPage, error) {
	page := &tenantPage{
		adminFrame: v.adminFrame("tenants", crumb{Name: t.Title()}), InFile: v.pages.config.Connections.InFile(t.ID, ""), Off: t.Disabled,
		Row: v.tenantLine(t),
	}
	var err error
	if page.Row.Sources, err = v.sourceLines(t); err != nil {
		return nil, err
	}
	page.Source = v.sourceForm(t, slices.ContainsFunc(page.Row.Sources, func(s sourceLine) bool { return s.Own }))
	if !page.InFile && access.VisitorOf(v.r.Context()).May(access.ManageTenants, "") {
		page.Turn = v.href("/admin/tenants/" + t.ID + "/state")
		page.Edit = form{Action: v.href("/admin/tenants/" + t.ID), Submit: v.text("admin.tenant.save"), Fields: []field{
			v.field("label", t.Name).hinted(v.text("field.label.hint")),
			v.field("displayName", t.DisplayName).hinted(v.text("field.displayName.hint")).optional(),
			v.field("domain", strings.Join(t.Domains, " ")).hinted(v.text("field.domain.hint")).optional(),
			v.field("group", strings.Join(t.Groups, " ")).hinted(v.text("field.group.hint")).optional(),
		}}
	}
	return page, nil
}

// sourceForm sets up a source of a tenant. Where there is one already, its
// secret can stay as it is.
func (v *visit) sourceForm(t tocsin.Tenant, another bool) form {
	cloud := field{ID: "cloud", Label: v.text("field.cloud")}
	for _, name := range v.pages.config.Connections.Clouds() {
		cloud.Choices = append(cloud.Choices, choice{Value: name, Name: v.cloudName(name), On: name == v.r.PostFormValue("cloud")})
	}
	secret := v.secret("secret", "off").hinted(v.text("field.secret.hint"))
	if another {
		secret = secret.hinted(v.text("field.secret.kept")).optional()
	}
	return form{Action: v.href("/admin/tenants/" + t.ID + "/sources"), Submit: v.text("admin.source.save"), Fields: []field{
		v.field("source", cmp.Or(v.r.PostFormValue("source"), "graph")).hinted(v.text("field.source.hint")), cloud,
		v.field("clientId", v.r.PostFormValue("clientId")).hinted(v.text("field.clientId.hint")), secret,
		v.field("every", cmp.Or(v.r.PostFormValue("every"), "3m")).hinted(v.text("field.every.hint")),
	}}
}

// changeTenant serves POST /admin/tenants/{id}.
func (p *Pages) changeTenant(v *visit) error {
	tenant, err := v.changeable()
	if err != nil {
		return err
	}
	_, err = p.config.Admin.ChangeTenant(v.r.Context(), tenant.ID, func(t *tocsin.Tenant) error {
		t.Name, t.DisplayName = v.r.PostFormValue("label"), v.r.PostFormValue("displayName")
		t.Domains, t.Groups = typedList(v.r.PostFormValue("domain")), typedList(v.r.PostFormValue("group"))
		return nil
	})
	if err == nil {
		return v.redirect(v.href("/admin/tenants/" + tenant.ID + "?done=tenant"))
	}
	page, pageErr := v.tenantPage(tenant)
	if pageErr != nil || !v.blame(&page.Edit, renamed(err, "name", "label")) {
		return err
	}
	v.title(&page.frame, page.Edit)
	return v.render(http.StatusBadRequest, "admin-tenant", page)
}

// askDisableTenant serves GET /admin/tenants/{id}/state.
func (p *Pages) askDisableTenant(v *visit) error {
	tenant, err := v.changeable()
	if err != nil {
		return err
	}
	back := v.href("/admin/tenants/" + tenant.ID)
	return v.ask("tenant", tenant.Title(), back, question{
		area: v.adminFrame("tenants", crumb{tenant.Title(), back}, crumb{Name: v.text("tenant.disable")}).area,
		To:   v.href(v.path), Field: "state", Value: "disabled", Submit: v.text("tenant.disable"),
	})
}

// setTenantState serves POST /admin/tenants/{id}/state.
func (p *Pages) setTenantState(v *visit) error {
	tenant, err := v.changeable()
	if err != nil {
		return err
	}
	_, err = p.config.Admin.ChangeTenant(v.r.Context(), tenant.ID, func(t *tocsin.Tenant) error {
		t.Disabled = v.r.PostFormValue("state") == "disabled"
		return nil
	})
	if err != nil {
		return err
	}
	return v.redirect(v.href("/admin/tenants/" + tenant.ID + "?done=tenant"))
}

// changeable is the tenant of the address, unless the settings file has it.
func (v *visit) changeable() (tocsin.Tenant, error) {
	tenant, err := v.administered(access.ManageTenants, v.r.PathValue("id"))
	if err == nil && v.pages.config.Connections.InFile(tenant.ID, "") {
		err = tocsin.Conflictf("The settings file has this tenant: change it there.")
	}
	return tenant, err
}

// putSource serves POST /admin/tenants/{id}/sources.
func (p *Pages) putSource(v *visit) error {
	tenant, err := v.administered(access.ManageSources, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	every, _ := time.ParseDuration(v.r.PostFormValue("every")) // 0 is refused below
	c := tocsin.Connection{
		TenantID: tenant.ID, Name: strings.ToLower(strings.TrimSpace(v.r.PostFormValue("source"))), Kind: "graph", Cloud: v.r.PostFormValue("cloud"),
		ClientID: strings.ToLower(strings.TrimSpace(v.r.PostFormValue("clientId"))), Every: every,
	}
	if err := p.config.Connections.Put(v.r.Context(), c, v.r.PostFormValue("secret")); err != nil {
		page, pageErr := v.tenantPage(tenant)
		if pageErr != nil || !v.blame(&page.Source, renamed(err, "label", "source")) {
			return err
		}
		v.title(&page.frame, page.Source)
		return v.render(http.StatusBadRequest, "admin-tenant", page)
	}
	return v.test(tenant, c.Name)
}

// testSource serves POST /admin/tenants/{id}/sources/{name}/test.
func (p *Pages) testSource(v *visit) error {
	tenant, err := v.administered(access.ManageSources, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	return v.test(tenant, v.r.PathValue("name"))
}

// test tries a source and shows what it lacks.
func (v *visit) test(tenant tocsin.Tenant, name string) error {
	checks, err := v.pages.config.Connections.Test(v.r.Context(), tenant.ID, name)
	if err != nil {
		return err
	}
	page, err := v.tenantPage(tenant)
	if err != nil {
		return err
	}
	page.Checked, page.AllGood = name, true
	for _, c := range checks {
		line := checkLine{Name: v.text("check." + c.Step), Reason: v.reasoned(c.Problem), look: look{Family: "neutral", Glyph: "unknown", Words: v.text("check.state." + string(c.State))}}
		switch c.State {
		case tocsin.CheckOK:
			line.Family, line.Glyph = "ok", "ok"
		case tocsin.CheckFailed:
			line.Family, line.Glyph = "down", "down"
			if line.Reason == nil || line.Reason.Help == "" {
				line.Help = v.text("check.help." + c.Step)
			}
		}
		page.AllGood = page.AllGood && c.State == tocsin.CheckOK
		page.Checks = append(page.Checks, line)
	}
	return v.render(http.StatusOK, "admin-tenant", page)
}

// askRemoveSource serves GET /admin/tenants/{id}/sources/{name}/remove.
func (p *Pages) askRemoveSource(v *visit) error {
	tenant, err := v.administered(access.ManageSources, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	name := v.r.PathValue("name")
	own, err := p.config.Connections.Of(v.r.Context(), tenant.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(own, func(c tocsin.Connection) bool { return c.Name == name }) {
		return errNothingHere()
	}
	back := v.href("/admin/tenants/" + tenant.ID)
	return v.ask("source", name, back, question{
		area: v.adminFrame("tenants", crumb{tenant.Title(), back}, crumb{Name: v.text("remove")}).area, To: v.href(v.path), Submit: v.text("remove"),
	})
}

// removeSource serves POST /admin/tenants/{id}/sources/{name}/remove.
func (p *Pages) removeSource(v *visit) error {
	tenant, err := v.administered(access.ManageSources, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := p.config.Connections.Remove(v.r.Context(), tenant.ID, v.r.PathValue("name")); err != nil {
		return err
	}
	return v.redirect(v.href("/admin/tenants/" + tenant.ID + "?done=source"))
}
