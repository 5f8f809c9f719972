package web

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/section"
	"example.org/tocsin/internal/tocsin"
)

// sitePage is the state of a tenant as a file that any web server can show,
// also while the desk itself is down. It says when it was written.
type sitePage struct {
	Lang, Title, Root, CSS, Icon string
	Tenant                       string
	Demo                         bool
	Languages                    []languageLink
	Verdict                      verdict
	Services                     []serviceLine
	Posts                        []sitePost
	Ended                        []issueRow
	Written                      *moment
	Stale, StaleText             string
}

// sitePost is an open issue with its newest post.
type sitePost struct {
	issueLine
	Impact     string
	Started    *moment
	Paragraphs []paragraph
}

// siteEnded is how long an issue that is over stays on the site, and siteRows
// how many of them do.
const (
	siteEnded = 14 * 24 * time.Hour
	siteRows  = 20
)

// Site writes the public pages of a tenant, named by GUID or name: one for each
// language, with the files that they need, by path.
func (p *Pages) Site(ctx context.Context, tenant tocsin.Tenant) (map[string][]byte, error) {
	site := map[string][]byte{}
	for name, body := range p.assets(".css", ".svg") {
		site["static/"+name] = body
	}
	for _, code := range languages() {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
		if err != nil {
			return nil, err
		}
		v, err := p.reading(r, code, tenant.ID)
		if err != nil {
			return nil, err
		}
		body, err := v.sitePage()
		if err != nil {
			return nil, fmt.Errorf("write site: %w", err)
		}
		site[strings.TrimPrefix(prefixOf(code)+"/index.html", "/")] = body
	}
	return site, nil
}

func (v *visit) sitePage() ([]byte, error) {
	page := sitePage{
		Lang: v.code, Title: v.text("site.title", "tenant", v.snapshot.Tenant.Title()), Tenant: v.snapshot.Tenant.Title(), Demo: v.pages.config.Demo,
		Written: v.moment(v.now), Stale: v.staleTitle(), StaleText: v.staleReason(),
	}
	if prefixOf(v.code) != "" {
		page.Root = "../"
	}
	page.Written.Text = v.full(v.now.In(v.zone)) + " " + v.city()
	page.CSS = page.Root + strings.TrimPrefix(v.static("app.css"), "/")
	page.Icon = page.Root + strings.TrimPrefix(v.static("icon.svg"), "/")
	for _, l := range v.languageLinks() {
		l.Href = page.Root + strings.TrimPrefix(prefixOf(l.Code)+"/index.html", "/")
		page.Languages = append(page.Languages, l)
	}
	if err := page.fill(v); err != nil {
		return nil, err
	}
	return v.execute("site", page)
}

// fill adds services and issues. Nothing on the site leads into the desk.
func (page *sitePage) fill(v *visit) error {
	state, err := v.state()
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
	_, _, ended := v.filterIssues("", "", "")
	for i, row := range ended {
		if row.EndAt == 0 || row.Course().Open(v.now) || v.now.Sub(row.EndAt.Time()) > siteEnded || len(page.Ended) == siteRows {
			continue
		}
		lines, err := v.issueRows(ended[i : i+1])
		if err != nil {
			return err
		}
		page.Ended = append(page.Ended, lines...)
	}
	return nil
}

func (v *visit) siteLead(verdict verdict) string {
	switch {
	case v.staleSince() != "":
		return v.text("stale.note")
	case verdict.Worst != nil:
		return v.say("site.confirmed", verdict.Worst.source, "id", verdict.Worst.ID)
	case verdict.Family == "watch":
		return v.text("verdict.lead.advisories")
	}
	return v.text("site.quiet")
}

func (v *visit) sitePost(line issueLine) (sitePost, error) {
	post := sitePost{issueLine: line}
	row, ok := v.snapshot.Issue(line.ID)
	if !ok {
		return post, tocsin.NotFoundf("%s is gone.", line.ID)
	}
	issue, err := v.pages.config.Model.Issue(v.r.Context(), row)
	if err != nil {
		return post, err
	}
	post.look, post.Impact, post.Started = v.lookOf(row.Class, row.Status), issue.Impact, v.moment(issue.StartAt)
	if n := len(issue.Posts); n > 0 {
		for _, s := range section.Read(issue.Posts[n-1]).Sections {
			if s.Kind != section.KindTitle && s.Kind != section.KindUserImpact {
				post.Paragraphs = append(post.Paragraphs, v.paragraph(s))
			}
		}
	}
	return post, nil
}
