package admin

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// publishing is the part of the store about what is published of tenants.
type publishing interface {
	Publishing(ctx context.Context, tenantID string) (tocsin.Publishing, error)
	ChangePublishing(ctx context.Context, tenantID string, now time.Time, change func(*tocsin.Publishing) error) (tocsin.Publishing, error)
}

// publishedPage lists what is published of the tenants that the visitor
// administers.
type publishedPage struct {
	adminFrame
	Rows []publishedLine
}

type publishedLine struct {
	Title, Edit string
	Readership  string
	What        string // is published
	Open        string // address of what is published, "" for none
}

// publishPage chooses what is published of one tenant.
type publishPage struct {
	adminFrame
	Line publishedLine
	Form web.Form
}

// adminPublished serves GET /admin/publications.
func (p *Pages) adminPublished(v *view) error {
	tenants, err := v.administers(access.ManageSources)
	if err != nil {
		return err
	}
	page := publishedPage{adminFrame: v.adminFrame("publications")}
	for _, t := range tenants {
		chosen, err := p.config.Admin.Publishing(v.R.Context(), t.ID)
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, v.publishedLine(t, chosen))
	}
	return v.Render(http.StatusOK, "admin-publications", page)
}

func (v *view) publishedLine(t tocsin.Tenant, chosen tocsin.Publishing) publishedLine {
	line := publishedLine{Title: t.Title(), Edit: v.Href("/admin/publications/" + t.ID), Readership: v.Text("readership." + string(chosen.Readership)), What: v.Text("published.nothing")}
	if chosen.Readership == tocsin.ForNobody {
		return line
	}
	what := []string{v.Text("published.incidents")}
	for _, one := range publishedParts(&chosen) {
		if *one.on && one.value != "indexed" {
			what = append(what, v.Text("published."+one.value))
		}
	}
	line.What, line.Open = v.Join(what), v.Href("/status/"+web.EscapeID(t.Name))
	return line
}

// publishedPart is something that can be chosen by a tick.
type publishedPart struct {
	value string
	on    *bool
}

func publishedParts(p *tocsin.Publishing) []publishedPart {
	return []publishedPart{{"advisories", &p.Advisories}, {"messages", &p.Messages}, {"indexed", &p.Indexed}}
}

// adminPublish serves GET /admin/publications/{id}.
func (p *Pages) adminPublish(v *view) error {
	tenant, err := v.administered(access.ManageSources, v.R.PathValue("id"))
	if err != nil {
		return err
	}
	chosen, err := p.config.Admin.Publishing(v.R.Context(), tenant.ID)
	if err != nil {
		return err
	}
	return v.showPublish(http.StatusOK, tenant, chosen, nil)
}

func (v *view) showPublish(status int, t tocsin.Tenant, chosen tocsin.Publishing, problem error) error {
	page := publishPage{adminFrame: v.adminFrame("publications", web.Crumb{Name: t.Title()}), Line: v.publishedLine(t, chosen)}
	readership := web.Field{ID: "readership", Label: v.Text("field.readership"), Hint: v.Text("field.readership.hint")}
	for _, r := range tocsin.Readerships() {
		readership.Choices = append(readership.Choices, web.Choice{Value: string(r), Name: v.Text("readership." + string(r)), On: r == chosen.Readership})
	}
	also := web.Field{ID: "also", Label: v.Text("field.also"), Hint: v.Text("field.also.hint"), Ticks: true}
	for _, one := range publishedParts(&chosen) {
		also.Choices = append(also.Choices, web.Choice{Value: one.value, Name: v.Text("published." + one.value), On: *one.on})
	}
	help := v.Field("help", chosen.Help).Hinted(v.Text("field.help.hint")).NotRequired()
	help.Lines = true
	page.Form = web.Form{Action: v.Href("/admin/publications/" + t.ID), Submit: v.Text("published.save"), Fields: []web.Field{readership, also, help}}
	for _, code := range lang.Languages() {
		field := web.Field{ID: "channels-" + code, Label: v.Text("field.channels." + code), Hint: v.Text("field.channels.hint"), Value: channelLines(chosen.Channels[code]), Optional: true, Lines: true}
		page.Form.Fields = append(page.Form.Fields, field)
	}
	if problem != nil && !v.Blame(&page.Form, problem) {
		return problem
	}
	v.Title(&page.Frame, page.Form)
	return v.Render(status, "admin-publish", page)
}

// channelLines are official channels as people type them, one on a line.
func channelLines(list []tocsin.OfficialChannel) string {
	var b strings.Builder
	for _, c := range list {
		parts := []string{c.Label}
		if c.Address != "" || c.Path != "" {
			parts = append(parts, c.Address)
		}
		if c.Path != "" {
			parts = append(parts, c.Path)
		}
		b.WriteString(strings.Join(parts, " | ") + "\n")
	}
	return b.String()
}

// typedChannels reads what [channelLines] wrote, or somebody typed. A second part
// that is no address is the path.
func typedChannels(text string) (list []tocsin.OfficialChannel) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		parts := append(strings.SplitN(line, "|", 3), "", "")
		c := tocsin.OfficialChannel{Label: parts[0], Address: strings.TrimSpace(parts[1]), Path: parts[2]}
		if c.Address != "" && !strings.Contains(c.Address, ":") && strings.TrimSpace(c.Path) == "" {
			c.Address, c.Path = "", c.Address
		}
		list = append(list, c)
	}
	return list
}

// publish serves POST /admin/publications/{id}.
func (p *Pages) publish(v *view) error {
	tenant, err := v.administered(access.ManageSources, v.R.PathValue("id"))
	if err != nil {
		return err
	}
	var asked tocsin.Publishing
	_, err = p.config.Admin.ChangePublishing(v.R.Context(), tenant.ID, v.Now, func(s *tocsin.Publishing) error {
		s.Readership, s.Help, s.Channels = tocsin.Readership(v.R.PostFormValue("readership")), v.R.PostFormValue("help"), map[string][]tocsin.OfficialChannel{}
		for _, one := range publishedParts(s) {
			*one.on = slices.Contains(v.R.PostForm["also"], one.value)
		}
		for _, code := range lang.Languages() {
			s.Channels[code] = typedChannels(v.R.PostFormValue("channels-" + code))
		}
		asked = *s
		return nil
	})
	if err != nil {
		return v.showPublish(http.StatusBadRequest, tenant, asked, err)
	}
	return v.Redirect(v.Href("/admin/publications/" + tenant.ID + "?done=publishing"))
}
