package status_test

import (
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
