package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// overviewPage is the first page: what is broken now, the services, and what
// changed last.
type overviewPage struct {
	Demo     bool
	Tenants  []tenantLink
	Tenant   string
	Now      string
	Checked  string // when the upstream was last read completely
	Stale    string // since when nothing is known, "" while all is current
	Family   string // of the headline
	Headline string
	Lead     string
	Tally    []tally
	Issues   []issueLine
	Quiet    []issueLine // advisories that nobody has touched for days
	Affected []serviceLine
	Working  []serviceLine
	Changes  []changeLine
	Due      []dueLine
}

type tenantLink struct {
	Name    string
	Current bool
}

// tally is how many services are in one state.
type tally struct {
	Family, Words string
	N, X, Width   int
}

type issueLine struct {
	ID, Title, Family, Status, Class, Service, Updated, Age string
}

type serviceLine struct {
	Name, Family, Status, Since string
	Strip                       strip
}

type changeLine struct{ At, When, Text, ID string }

type dueLine struct{ ID, Title, Services, Date, Days string }

// quietAfter is how long an advisory stays in the foreground without news.
const quietAfter = 4 * 24 * time.Hour

// overview serves /.
func (p *Pages) overview(w http.ResponseWriter, r *http.Request) error {
	tenants, err := p.config.Archive.Tenants(r.Context())
	if err != nil {
		return err
	}
	if len(tenants) == 0 {
		return p.render(w, http.StatusOK, "first-run", overviewPage{Demo: p.config.Demo})
	}
	tenant, err := pick(tenants, r.URL.Query().Get("tenant"))
	if err != nil {
		return err
	}
	snapshot, err := p.config.Model.Snapshot(r.Context(), tenant.ID)
	if err != nil {
		return err
	}
	page, err := p.newOverview(r.Context(), snapshot)
	if err != nil {
		return err
	}
	for _, t := range tenants {
		page.Tenants = append(page.Tenants, tenantLink{t.Name, t.ID == tenant.ID})
	}
	return p.render(w, http.StatusOK, "overview", page)
}

// pick is the tenant that a visitor wants to see, the first one by default. It
// is the one place that decides whom a visitor may see.
func pick(tenants []tocsin.Tenant, name string) (tocsin.Tenant, error) {
	if name == "" {
		return tenants[0], nil
	}
	for _, t := range tenants {
		if t.Name == strings.ToLower(name) || t.ID == strings.ToLower(name) {
			return t, nil
		}
	}
	return tocsin.Tenant{}, tocsin.NotFoundf("There is no tenant of that name.")
}

func (p *Pages) newOverview(ctx context.Context, s *readmodel.Snapshot) (overviewPage, error) {
	now := p.config.Now().UTC()
	page := overviewPage{Demo: p.config.Demo, Tenant: s.Tenant.Name, Now: now.Format("15:04 UTC · Mon 2 Jan 2006")}
	if !s.CheckedAt.IsZero() {
		page.Checked = ago(now, s.CheckedAt)
	}
	if s.Stale {
		page.Stale = "the start"
		if !s.StaleSince.IsZero() {
			page.Stale = clock(now, s.StaleSince)
		}
	}
	incidents := incidentsOf(s)
	page.addServices(s, incidents, now)
	page.conclude(s)
	if err := p.addIssues(ctx, &page, s, now); err != nil {
		return page, err
	}
	if err := p.addDue(ctx, &page, s, now); err != nil {
		return page, err
	}
	return page, p.addChanges(ctx, &page, s, now)
}

// incidentsOf counts the open incidents of each service; advisories alone do
// not make a service broken.
func incidentsOf(s *readmodel.Snapshot) map[string]int {
	incidents := map[string]int{}
	for _, row := range s.Issues {
		if row.Open() && row.Class != "advisory" && !row.Status.Healthy() {
			incidents[row.ServiceID]++
		}
	}
	return incidents
}

// family is the look of a status: ok, watch, degraded, down, recovering or
// neutral for what is not known.
func family(status tocsin.Status) string {
	switch status {
	case tocsin.StatusInterruption:
		return "down"
	case tocsin.StatusDegradation:
		return "degraded"
	case tocsin.StatusRestoringService, tocsin.StatusExtendedRecovery, tocsin.StatusVerifyingService, tocsin.StatusMitigated, tocsin.StatusMitigatedExternal:
		return "recovering"
	}
	switch {
	case status.Healthy():
		return "ok"
	case status.Badness() == tocsin.StatusInvestigating.Badness():
		return "watch"
	}
	return "neutral"
}

func (page *overviewPage) addServices(s *readmodel.Snapshot, incidents map[string]int, now time.Time) {
	for i := range s.Services {
		service := &s.Services[i]
		line := serviceLine{Name: service.Name, Family: family(service.Overview.Status), Status: service.Overview.Status.Words(), Strip: newStrip(service, now)}
		if !service.Since.IsZero() {
			line.Since = clock(now, service.Since)
		}
		switch {
		case len(service.Transitions) == 0:
			line.Family, line.Status = "neutral", "Not known"
		case page.Stale != "" && line.Family == "ok":
			line.Family, line.Status, line.Since = "neutral", "Not known", page.Stale
		case incidents[service.ID] == 0 && (line.Family == "degraded" || line.Family == "recovering"):
			line.Family, line.Status = "watch", "Advisory: "+strings.ToLower(line.Status)
		}
		if line.Family == "ok" {
			page.Working = append(page.Working, line)
		} else {
			page.Affected = append(page.Affected, line)
		}
	}
	order := []string{"down", "degraded", "recovering", "neutral", "watch"}
	slices.SortStableFunc(page.Affected, func(a, b serviceLine) int {
		return cmp.Compare(slices.Index(order, a.Family), slices.Index(order, b.Family))
	})
}

// conclude says in one sentence how things are.
func (page *overviewPage) conclude(s *readmodel.Snapshot) {
	n := map[string]int{"ok": len(page.Working)}
	for _, line := range page.Affected {
		n[line.Family]++
	}
	words := map[string]string{"down": "down", "degraded": "degraded", "recovering": "recovering", "watch": "with an advisory", "neutral": "not known", "ok": "working"}
	x, total := 0, max(1, len(s.Services))
	for _, f := range []string{"down", "degraded", "recovering", "watch", "neutral", "ok"} {
		if n[f] > 0 {
			width := 800 * n[f] / total
			page.Tally = append(page.Tally, tally{f, words[f], n[f], x, max(4, width-2)})
			x += width
		}
	}
	page.Family = "ok"
	switch {
	case n["down"] > 0:
		page.Family = "down"
		page.Headline = list(count(n["down"], "service")+" down", n["degraded"], "degraded")
	case n["degraded"] > 0:
		page.Family, page.Headline = "degraded", count(n["degraded"], "service")+" degraded"
	case page.Stale != "":
		page.Family, page.Headline = "neutral", "We do not know how things are"
	case n["recovering"] > 0:
		page.Family, page.Headline = "recovering", count(n["recovering"], "service")+" recovering"
	case len(s.Services) == 0:
		page.Family, page.Headline = "neutral", "Nothing has been collected yet"
	default:
		page.Headline = "No incident is open"
	}
	if page.Stale != "" {
		page.Lead = "Our collection has not had a complete answer since " + page.Stale + ". What was working then is shown as not known."
	} else if n["watch"] > 0 {
		page.Lead = count(n["watch"], "service") + " with advisories; they say something about a service without cutting anybody off."
	}
}

func list(first string, n int, words string) string {
	if n == 0 {
		return first
	}
	return fmt.Sprintf("%s, %d %s", first, n, words)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (p *Pages) addIssues(ctx context.Context, page *overviewPage, s *readmodel.Snapshot, now time.Time) error {
	var open []*readmodel.Row
	for _, row := range s.Issues {
		if row.Open() && !row.Status.Healthy() {
			open = append(open, row)
		}
	}
	slices.SortFunc(open, func(a, b *readmodel.Row) int {
		return cmp.Or(cmp.Compare(b.Status.Badness(), a.Status.Badness()), cmp.Compare(a.Class, b.Class)*-1, cmp.Compare(b.ModifiedAt, a.ModifiedAt), cmp.Compare(a.ID, b.ID))
	})
	for _, row := range open {
		issue, err := p.config.Model.Issue(ctx, row)
		if err != nil {
			return err
		}
		line := issueLine{
			ID: row.ID, Title: cmp.Or(issue.Title, row.ID), Family: family(row.Status), Status: row.Status.Words(), Class: row.Class, Service: row.Service,
			Updated: clock(now, row.ModifiedAt.Time()), Age: ago(now, row.ModifiedAt.Time()),
		}
		if issue.Advisory() && now.Sub(row.ModifiedAt.Time()) > quietAfter {
			page.Quiet = append(page.Quiet, line)
		} else {
			page.Issues = append(page.Issues, line)
		}
	}
	return nil
}

// dueLines is how many deadlines the page shows.
const dueLines = 5

func (p *Pages) addDue(ctx context.Context, page *overviewPage, s *readmodel.Snapshot, now time.Time) error {
	type due struct {
		at   time.Time
		line dueLine
	}
	var all []due
	for _, row := range s.Messages {
		if row.EndAt != 0 && row.EndAt.Time().Before(now) {
			continue
		}
		message, err := p.config.Model.Message(ctx, row)
		if err != nil {
			return err
		}
		if at := message.ActionRequiredBy; at.After(now) {
			days := int(at.Sub(now).Hours() / 24)
			all = append(all, due{at, dueLine{row.ID, message.Title, strings.Join(message.Services, ", "), at.Format("2 Jan"), fmt.Sprintf("%d d", days)}})
		}
	}
	slices.SortFunc(all, func(a, b due) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.line.ID, b.line.ID)) })
	for _, d := range all[:min(dueLines, len(all))] {
		page.Due = append(page.Due, d.line)
	}
	return nil
}

// changeLines is how many changes the page shows.
const changeLines = 12

func (p *Pages) addChanges(ctx context.Context, page *overviewPage, s *readmodel.Snapshot, now time.Time) error {
	changes, err := p.config.Archive.LatestChanges(ctx, s.Tenant.ID, changeLines)
	if err != nil {
		return err
	}
	for _, c := range changes {
		page.Changes = append(page.Changes, changeLine{At: c.At.Format(time.RFC3339), When: clock(now, c.At), Text: changeText(c, s), ID: c.ID})
	}
	return nil
}

func changeText(c tocsin.Change, s *readmodel.Snapshot) string {
	what := map[tocsin.What]string{
		tocsin.WhatNew: "new", tocsin.WhatUpdated: "updated", tocsin.WhatLeft: "left the provider's list", tocsin.WhatReturned: "is listed again",
	}[c.What]
	switch c.Kind {
	case tocsin.KindOverview, tocsin.KindService:
		if service, ok := s.Service(c.ID); ok {
			return service.Name + " is now: " + strings.ToLower(service.Overview.Status.Words())
		}
	case tocsin.KindIssue:
		return fmt.Sprintf("Issue %s %s, version %d", c.ID, what, c.N)
	case tocsin.KindMessage:
		return fmt.Sprintf("Message %s %s, version %d", c.ID, what, c.N)
	}
	return c.ID + " " + what
}

// clock is an instant as the page shows it: the time today, the date before.
func clock(now, t time.Time) string {
	if now.Sub(t) < 20*time.Hour && t.Before(now.Add(time.Minute)) {
		return t.UTC().Format("15:04 UTC")
	}
	return t.UTC().Format("2 Jan 2006")
}

// ago is how long before now an instant was, in words.
func ago(now, t time.Time) string {
	d := max(0, now.Sub(t))
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}
