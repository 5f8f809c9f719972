package public

import (
	"net/http"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// componentsPage shows every part of the interface in every state, in demo
// builds.
type componentsPage struct {
	web.Frame
	Statuses []componentStatus
	Strip    part.Strip
	Verdicts []part.Verdict
	Lines    []part.FeedLine
	Issues   []part.IssueLine
	Empty    web.EmptyView
}

type componentStatus struct {
	Value string
	Looks []web.Look // in each language
	Tint  web.Look
	Langs []string
}

func allStatuses() []tocsin.Status {
	return []tocsin.Status{
		tocsin.StatusOperational, tocsin.StatusInvestigating, tocsin.StatusReported, tocsin.StatusConfirmed, tocsin.StatusDegradation,
		tocsin.StatusInterruption, tocsin.StatusRestoringService, tocsin.StatusVerifyingService, tocsin.StatusExtendedRecovery,
		tocsin.StatusMitigated, tocsin.StatusMitigatedExternal, tocsin.StatusServiceRestored, tocsin.StatusResolved,
		tocsin.StatusResolvedExternal, tocsin.StatusReviewPublished, tocsin.StatusInvestigationSuspended, tocsin.StatusFalsePositive,
		tocsin.StatusInformationAvailable, tocsin.StatusInformationUnavailable, tocsin.StatusUnknown,
	}
}

// components serves /components.
func (p *Pages) components(v *view) error {
	page := componentsPage{Frame: v.Frame(web.Crumb{Name: v.Text("components")}), Empty: web.EmptyView{Title: v.Text("overview.none"), Text: v.Text("feed.empty"), Href: v.Href("/"), Action: v.Text("nav.overview")}}
	for _, s := range allStatuses() {
		row := componentStatus{Value: string(s), Tint: v.Look(s), Langs: lang.Languages()}
		for _, code := range lang.Languages() {
			row.Looks = append(row.Looks, v.InLanguage(code).Look(s))
		}
		page.Statuses = append(page.Statuses, row)
	}
	for _, family := range []string{"down", "degraded", "recovering", "neutral", "restored"} {
		one := part.Verdict{Family: family, Glyph: family, When: v.Text("verdict.when", "tenant", "contoso"), Headline: v.Text("verdict.quiet"), Tally: nil}
		switch family {
		case "neutral":
			one.Glyph, one.Tint, one.Headline = "unknown", "neutral", v.Text("verdict.stale", "time", "10:12")
		case "down":
			one.Tint, one.Headline = "down", v.Text("verdict.down", "names", v.Subject([]string{"Exchange Online", "Microsoft Teams"}))
		case "degraded":
			one.Tint, one.Headline = "degraded", v.Text("verdict.degraded.one", "names", v.Subject([]string{"Exchange Online"}))
		case "recovering":
			one.Headline = v.Text("verdict.recovering.one", "names", v.Subject([]string{"Exchange Online"}))
		}
		page.Verdicts = append(page.Verdicts, one)
	}
	page.Strip = part.Strip{
		Quiet: "M0 14h3v4h-3zM4 14h3v4h-3z", None: "M20 16.5h3v1.5h-3z", Words: v.Text("strip.0"),
		Bars: []part.Bar{{Level: 1, X: 8, Y: 10, Height: 8, Title: ""}, {Level: 2, X: 12, Y: 6, Height: 12, Title: ""}, {Level: 3, X: 16, Y: 0, Height: 18, Title: ""}},
	}
	posted := v.Moment(v.Now.Add(-11 * time.Minute))
	page.Lines = []part.FeedLine{{At: posted, Glyph: "down", Family: "down", Text: v.Rich("change.status", "service", "Exchange Online", "status", v.Text("status.serviceInterruption"))}}
	return v.Render(http.StatusOK, "components", page)
}
