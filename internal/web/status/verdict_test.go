package status_test

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// A status that is no verdict, and an incident of a service that no overview
// lists, are never an all-clear.
func TestUndecidedIsNeverGreen(t *testing.T) {
	t.Parallel()
	works := tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational}
	incident := func(status tocsin.Status) tocsin.Issue {
		return tocsin.Issue{ID: "TM1", Title: "Calls fail", Service: "Microsoft Teams", ServiceID: "microsoftteams", Classification: "incident", Status: status, StartAt: storetest.T0, ModifiedAt: storetest.T0}
	}
	advisory := incident(tocsin.StatusDegradation)
	advisory.Classification = "advisory"
	for name, tells := range map[string][]any{
		"unknown value":        {works, tocsin.Overview{ServiceID: "microsoftteams", Service: "Microsoft Teams", Status: "partlyBroken"}},
		"suspended":            {works, tocsin.Overview{ServiceID: "microsoftteams", Service: "Microsoft Teams", Status: tocsin.StatusInvestigationSuspended}},
		"incident of no value": {works, incident("partlyBroken")},
		"unlisted service":     {works, incident(tocsin.StatusInterruption)},
		"unlisted advisory":    {works, advisory},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := webtest.NewDesk(t)
			storetest.AddTenants(t, d.Store)
			d.Record(storetest.T0, tells...)
			for _, prefix := range webtest.Prefixes() {
				webtest.Lacks(t, "overview "+prefix, d.Page(prefix+"/"), "Everything is working", "Tout fonctionne", "すべてのサービスをご利用いただけます", "Nothing is down, 1 incident", `class="g g--xl c-restored"`)
			}
		})
	}
}

// A service that is looked into while nothing is open is not called none.
func TestWatchedWithNothingOpen(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Record(storetest.T0, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusInvestigating})
	webtest.Has(t, "overview", d.Page("/"), "service being looked at")
	webtest.Lacks(t, "overview", d.Page("/"), "0 advisories")
}

// Of a source that was never read nothing is said that it told.
func TestNeverReadToldNothing(t *testing.T) {
	t.Parallel()
	d := neverRead(t)
	for prefix, want := range map[string]string{"": "Nothing has been read from graph yet.", "/fr": "Rien n\u2019a encore été lu de graph.", "/ja": "graph からはまだ何も取得していません。"} {
		page := d.Page(prefix + "/")
		webtest.Has(t, "overview "+prefix, page, want)
		webtest.Lacks(t, "overview "+prefix, page, "since the start", "depuis le début", "開始時以降", "working then", "any more")
	}
}

// The headline, the title of the tab and the wall name what is broken: two
// services and how many more, the suite last. The affected services stand beside
// it by name.
func TestHeadlineNamesWhatIsBroken(t *testing.T) {
	t.Parallel()
	down, degraded, recovering := tocsin.StatusInterruption, tocsin.StatusDegradation, tocsin.StatusRestoringService
	names := map[string]string{"Exchange": "Exchange Online", "microsoftteams": "Microsoft Teams", "Planner": "Planner", "Sway": "Sway", tocsin.SuiteID: "Microsoft 365 suite"}
	for _, tt := range []struct {
		is           map[string]tocsin.Status
		want, fr, ja string
	}{
		{is: map[string]tocsin.Status{"Exchange": down}, want: "Exchange Online does not work", fr: "Exchange Online ne fonctionne pas", ja: "Exchange Online は利用できません"},
		{is: map[string]tocsin.Status{"Exchange": down, "microsoftteams": down}, want: "Exchange Online and Microsoft Teams do not work", fr: "Exchange Online et Microsoft Teams ne fonctionnent pas", ja: "Exchange Online と Microsoft Teams は利用できません"},
		{is: map[string]tocsin.Status{"microsoftteams": down, tocsin.SuiteID: down}, want: "Microsoft Teams and Microsoft 365 suite do not work"},
		{is: map[string]tocsin.Status{"Exchange": down, "microsoftteams": degraded}, want: "Exchange Online does not work, Microsoft Teams is degraded", fr: "Exchange Online ne fonctionne pas, Microsoft Teams fonctionne mal", ja: "Exchange Online は利用できません、Microsoft Teams は性能が低下しています"},
		{is: map[string]tocsin.Status{"Exchange": down, "microsoftteams": down, "Planner": down, "Sway": degraded, tocsin.SuiteID: degraded}, want: "Exchange Online, Microsoft Teams and 1 other do not work, 2 degraded", fr: "Exchange Online, Microsoft Teams et 1 autre ne fonctionnent pas, 2 dégradés", ja: "Exchange Online、Microsoft Teams ほか 1 件は利用できません（ほかに低下 2 件）"},
		{is: map[string]tocsin.Status{"Exchange": degraded, "microsoftteams": degraded, "Planner": degraded, "Sway": degraded}, want: "Exchange Online, Microsoft Teams and 2 others are degraded"},
		{is: map[string]tocsin.Status{"Planner": recovering, "Sway": recovering}, want: "Planner and Sway are recovering", fr: "Planner et Sway sont en cours de rétablissement", ja: "Planner と Sway は復旧中です"},
	} {
		d := webtest.NewDesk(t)
		storetest.AddTenants(t, d.Store)
		for id, name := range names {
			status := tocsin.StatusOperational
			if is := tt.is[id]; is != "" {
				status = is
			}
			d.Record(storetest.T0, tocsin.Overview{ServiceID: id, Service: name, Status: status})
		}
		for prefix, want := range map[string]string{"": tt.want, "/fr": tt.fr, "/ja": tt.ja} {
			for _, path := range []string{"/", "/wall"} {
				page := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(d.Page(prefix + path))
				webtest.Has(t, prefix+path, page, "data-news>"+want, "<title>"+want)
				_, listed, _ := strings.Cut(page, `class="verdict__svcs"`)
				listed, _, _ = strings.Cut(listed, "</ul>")
				for id := range tt.is {
					webtest.Has(t, prefix+path+" beside the answer", listed, ">"+names[id]+"</a>")
				}
			}
		}
	}
}
