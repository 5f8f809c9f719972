package public

import (
	"context"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// sitePage is the state of a tenant as a file that any web server can show,
// also while the desk itself is down. It says when it was written.
type sitePage struct {
	Lang, Title, Root, CSS, Icon string
	Tenant                       string
	Demo                         bool
	Languages                    []web.LanguageLink
	Verdict                      part.Verdict
	Services                     []part.ServiceLine
	Posts                        []sitePost
	Ended                        []part.IssueRow
	Written                      *lang.Moment
	Stale, StaleText             string
}

// sitePost is an open issue with its newest post.
type sitePost struct {
	part.IssueLine
	Impact     string
	Started    *lang.Moment
	Paragraphs []part.Paragraph
}

// siteEnded is how long an issue that is over stays on the site, and siteRows
// how many of them do.
const (
	siteEnded = 14 * 24 * time.Hour
	siteRows  = 20
)

// Site returns the public pages of a tenant: one for each language, with the
// files that they need, by path. The shell must have the family of p.
func (p *Pages) Site(ctx context.Context, shell *web.Pages, tenant tocsin.Tenant) (map[string][]byte, error) {
	site := map[string][]byte{}
	for name, body := range shell.Assets(".css", ".svg") {
		site["static/"+name] = body
	}
	for _, code := range lang.Languages() {
		r, err := shell.Reading(ctx, code, tenant.ID)
		if err != nil {
			return nil, err
		}
		body, err := p.view(r).sitePage()
		if err != nil {
			return nil, fmt.Errorf("write site: %w", err)
		}
		site[strings.TrimPrefix(web.PrefixOf(code)+"/index.html", "/")] = body
	}
	return site, nil
}

func (v *view) sitePage() ([]byte, error) {
	page := sitePage{
		Lang: v.Code, Title: v.Text("site.title", "tenant", v.Snapshot.Tenant.Title()), Tenant: v.Snapshot.Tenant.Title(), Demo: v.pages.config.Demo,
		Written: v.Moment(v.Now), Stale: v.StaleTitle(), StaleText: v.StaleReason(),
	}
	if web.PrefixOf(v.Code) != "" {
		page.Root = "../"
	}
	page.Written.Text = v.Full(v.Now.In(v.Zone)) + " " + v.City()
	page.CSS = page.Root + strings.TrimPrefix(v.Static("app.css"), "/")
	page.Icon = page.Root + strings.TrimPrefix(v.Static("icon.svg"), "/")
	for _, l := range v.LanguageLinks() {
		l.Href = page.Root + strings.TrimPrefix(web.PrefixOf(l.Code)+"/index.html", "/")
		page.Languages = append(page.Languages, l)
	}
	if err := page.fill(v); err != nil {
		return nil, err
	}
	return v.Execute("site", page)
}

// fill adds services and issues. Nothing on the site leads into the desk.
func (page *sitePage) fill(v *view) error {
	state, err := v.State()
	if err != nil {
		return err
	}
	page.Verdict = state.Verdict
	page.Verdict.Lead = template.HTML(template.HTMLEscapeString(v.siteLead(page.Verdict))) //nolint:gosec // escaped
	page.Services = slices.Concat(state.Affected, state.Unheard, state.Working)
	for _, line := range state.Issues {
		post, err := v.sitePost(line)
		if err != nil {
			return err
		}
		page.Posts = append(page.Posts, post)
	}
	_, _, ended := v.FilterIssues("", "", "")
	for i, row := range ended {
		if row.EndAt == 0 || row.Course().Open(v.Now) || v.Now.Sub(row.EndAt.Time()) > siteEnded || len(page.Ended) == siteRows {
			continue
		}
		lines, err := v.IssueRows(ended[i : i+1])
		if err != nil {
			return err
		}
		page.Ended = append(page.Ended, lines...)
	}
	return nil
}

func (v *view) siteLead(verdict part.Verdict) string {
	switch {
	case v.StaleSince() != "":
		return v.Text("stale.note")
	case verdict.Worst != nil:
		return v.Say("site.confirmed", verdict.Worst.Source, "id", verdict.Worst.ID)
	case verdict.Family == "watch":
		return v.Text("verdict.lead.advisories")
	}
	return v.Text("site.quiet")
}

func (v *view) sitePost(line part.IssueLine) (sitePost, error) {
	told := sitePost{IssueLine: line}
	row, ok := v.Snapshot.Issue(line.ID)
	if !ok {
		return told, tocsin.NotFoundf("%s is gone.", line.ID)
	}
	issue, err := v.pages.config.Model.Issue(v.R.Context(), row)
	if err != nil {
		return told, err
	}
	told.Look, told.Impact, told.Started = v.LookOf(row.Class, row.Status), issue.Impact, v.Moment(issue.StartAt)
	if n := len(issue.Posts); n > 0 {
		for _, s := range post.Read(issue.Posts[n-1]).Sections {
			if s.Kind != post.KindTitle && s.Kind != post.KindUserImpact {
				told.Paragraphs = append(told.Paragraphs, v.Paragraph(s))
			}
		}
	}
	return told, nil
}
