package web

import (
	"net/http"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// componentsPage shows every part of the interface in every state, in demo
// builds.
type componentsPage struct {
	frame
	Statuses []componentStatus
	Strip    strip
	Verdicts []verdict
	Lines    []feedLine
	Issues   []issueLine
	Empty    emptyView
}

type componentStatus struct {
	Value string
	Looks []look // in each language
	Tint  look
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
func (p *Pages) components(v *visit) error {
	page := componentsPage{frame: v.frame(crumb{Name: v.text("components")}), Empty: emptyView{v.text("overview.none"), v.text("feed.empty"), v.href("/"), v.text("nav.overview")}}
	for _, s := range allStatuses() {
		row := componentStatus{Value: string(s), Tint: v.look(s), Langs: languages()}
		for _, code := range languages() {
			row.Looks = append(row.Looks, v.inLanguage(code).look(s))
		}
		page.Statuses = append(page.Statuses, row)
	}
	for _, family := range []string{"down", "degraded", "recovering", "neutral", "restored"} {
		one := verdict{Family: family, Glyph: family, When: v.text("verdict.when", "tenant", "contoso"), Headline: v.text("verdict.quiet"), Tally: nil}
		switch family {
		case "neutral":
			one.Glyph, one.Tint, one.Headline = "unknown", "neutral", v.text("verdict.stale", "time", "10:12")
		case "down":
			one.Tint, one.Headline = "down", v.text("verdict.down", "down", v.text("verdict.n.down", "n", 2))
		case "degraded":
			one.Tint, one.Headline = "degraded", v.text("verdict.degraded", "degraded", v.text("verdict.n.degraded", "n", 1))
		case "recovering":
			one.Headline = v.text("verdict.recovering", "n", 1)
		}
		page.Verdicts = append(page.Verdicts, one)
	}
	page.Strip = strip{
		Quiet: "M0 14h3v4h-3zM4 14h3v4h-3z", None: "M20 16.5h3v1.5h-3z", Words: v.text("strip.0"),
		Bars: []bar{{1, 8, 10, 8, ""}, {2, 12, 6, 12, ""}, {3, 16, 0, 18, ""}},
	}
	posted := v.moment(v.now.Add(-11 * time.Minute))
	page.Lines = []feedLine{{At: posted, Glyph: "down", Family: "down", Text: v.rich("change.status", "service", "Exchange Online", "status", v.text("status.serviceInterruption"))}}
	return v.render(http.StatusOK, "components", page)
}
