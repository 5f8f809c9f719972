package admin

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// silences is the part of the store about what is not told for a while.
type silences interface {
	Silences(ctx context.Context, after time.Time) ([]tocsin.Silence, error)
	Silence(ctx context.Context, id string) (tocsin.Silence, error)
	AddSilence(ctx context.Context, s tocsin.Silence, now time.Time) (tocsin.Silence, error)
	EndSilence(ctx context.Context, id string, now time.Time) (tocsin.Silence, error)
}

// silenceHistory is how long silences that are over are shown.
const silenceHistory = 7 * 24 * time.Hour

// silencesPage lists what is silenced, and takes a new silence.
type silencesPage struct {
	adminFrame
	Rows  []silenceLine
	Empty web.EmptyView
	Form  web.Form
}

type silenceLine struct {
	Matchers, Tenant, Reason, By, Span, State string
	Over                                      bool
	End                                       string // address, "" for what is over
}

// adminSilences serves GET /admin/silences.
func (p *Pages) adminSilences(v *view) error { return v.showSilences(http.StatusOK, nil) }

func (v *view) showSilences(status int, problem error) error {
	tenants, err := v.administers(access.ManageChannels)
	if err != nil {
		return err
	}
	page := silencesPage{adminFrame: v.adminFrame("silences"), Empty: web.EmptyView{Title: v.Text("admin.silences.none"), Text: v.Text("admin.silences.none.text")}}
	list, err := v.pages.config.Silences.Silences(v.R.Context(), v.Now.Add(-silenceHistory))
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, t := range tenants {
		names[t.ID] = t.Title()
	}
	everywhere := access.VisitorOf(v.R.Context()).May(access.ManageChannels, "")
	for _, s := range list {
		if s.TenantID == "" && everywhere || names[s.TenantID] != "" {
			page.Rows = append(page.Rows, v.silenceLine(s, names))
		}
	}
	page.Form = v.silenceForm(tenants, everywhere)
	if problem != nil {
		v.Keep(page.Form.Fields)
		if !v.Blame(&page.Form, web.Renamed(problem, "end", "lasts")) {
			return problem
		}
		v.Title(&page.Frame, page.Form)
	}
	return v.Render(status, "admin-silences", page)
}

func (v *view) silenceLine(s tocsin.Silence, names map[string]string) silenceLine {
	line := silenceLine{
		Matchers: s.Matchers, Tenant: names[s.TenantID], Reason: s.Reason, By: v.Text("silence.by", "name", s.Author), Over: !s.EndsAt.After(v.Now),
		Span: v.Text("silence.span", "from", v.Full(s.StartsAt.In(v.Zone)), "to", v.Full(s.EndsAt.In(v.Zone))),
	}
	if s.TenantID == "" {
		line.Tenant = v.Text("noun.desk")
	}
	switch {
	case s.EndedBy != "":
		line.State = v.Text("col.ends.early", "name", s.EndedBy)
	case line.Over:
		line.State = v.Text("silence.over")
	case s.Active(v.Now):
		line.State = v.Text("silence.holds")
	default:
		line.State = v.Text("silence.planned")
	}
	if !line.Over {
		line.End = v.Href("/admin/silences/" + url.PathEscape(s.ID) + "/end")
	}
	return line
}

// silenceForm asks for a silence that begins at once. The tenant that is looked
// at is proposed, not the whole desk.
func (v *view) silenceForm(tenants []tocsin.Tenant, everywhere bool) web.Form {
	of := web.Field{ID: "of", Label: v.Text("field.tenant")}
	for _, t := range tenants {
		of.Choices = append(of.Choices, web.Choice{Value: t.ID, Name: t.Title(), On: v.Snapshot != nil && t.ID == v.Snapshot.Tenant.ID})
	}
	if everywhere {
		of.Choices = append(of.Choices, web.Choice{Value: theDesk, Name: v.Text("noun.desk")})
	}
	lasts := web.Field{ID: "lasts", Label: v.Text("field.lasts")}
	for _, hours := range []int{1, 2, 4, 8, 24} {
		lasts.Choices = append(lasts.Choices, web.Choice{Value: strconv.Itoa(hours), Name: v.Text("silence.hours", "n", hours), On: hours == 2})
	}
	matchers, reason := v.Field("matchers", "").Hinted(v.Text("field.matchers.hint")), v.Field("reason", "").Hinted(v.Text("field.reason.hint"))
	matchers.Max, reason.Max = 1000, 300
	return web.Form{Action: v.Href("/admin/silences"), Submit: v.Text("silence.add"), Fields: []web.Field{matchers, of, lasts, reason}}
}

// addSilence serves POST /admin/silences.
func (p *Pages) addSilence(v *view) error {
	of := v.R.PostFormValue("of")
	switch of {
	case theDesk:
		of = ""
	case "":
		return web.NothingHere()
	}
	if !access.VisitorOf(v.R.Context()).May(access.ManageChannels, of) {
		return web.NothingHere()
	}
	hours, _ := strconv.Atoi(v.R.PostFormValue("lasts")) // none is refused as too short
	s := tocsin.Silence{
		ID: tocsin.NewGUID(), TenantID: of, Matchers: v.R.PostFormValue("matchers"), Reason: strings.TrimSpace(v.R.PostFormValue("reason")),
		StartsAt: v.Now, EndsAt: v.Now.Add(time.Duration(hours) * time.Hour),
	}
	if _, err := p.config.Silences.AddSilence(v.R.Context(), s, v.Now); err != nil {
		return v.showSilences(web.FormStatus(err), err)
	}
	v.SilencesChanged()
	return v.Redirect(v.Href("/admin/silences?done=silence"))
}

// endSilence serves POST /admin/silences/{id}/end.
func (p *Pages) endSilence(v *view) error {
	s, err := p.config.Silences.Silence(v.R.Context(), v.R.PathValue("id"))
	if err != nil {
		return err
	}
	if !access.VisitorOf(v.R.Context()).May(access.ManageChannels, s.TenantID) {
		return web.NothingHere()
	}
	if _, err := p.config.Silences.EndSilence(v.R.Context(), s.ID, v.Now); err != nil {
		return err
	}
	v.SilencesChanged()
	return v.Redirect(v.Href("/admin/silences?done=silence-ended"))
}
