package status_test

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// suiteRecovers is a tenant in which an incident of the suite recovers, which
// explains most of what does not work, while another one of Teams alone goes on.
func suiteRecovers(t *testing.T) *webtest.Desk {
	t.Helper()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	var tells []any
	for id, name := range map[string]string{"Exchange": "Exchange Online", "microsoftteams": "Microsoft Teams", "Planner": "Microsoft Planner"} {
		tells = append(tells, tocsin.Overview{ServiceID: id, Service: name, Status: tocsin.StatusDegradation})
	}
	due := d.Now.Add(20 * time.Minute).Format("Monday, January 2, 2006, at 3:04 PM UTC")
	d.Record(d.Now, append(tells,
		tocsin.Overview{ServiceID: tocsin.SuiteID, Service: "Microsoft 365 suite", Status: tocsin.StatusRestoringService},
		tocsin.Overview{ServiceID: "Sway", Service: "Sway", Status: tocsin.StatusOperational},
		tocsin.Issue{
			ID: "TM1", Title: "Call queues", Service: "Microsoft Teams", ServiceID: "microsoftteams", Classification: "incident",
			Status: tocsin.StatusDegradation, StartAt: d.Now.Add(-29 * time.Hour), ModifiedAt: d.Now.Add(-20 * time.Hour),
		},
		tocsin.Issue{
			ID: "MO1", Title: "Sign-in fails", Service: "Microsoft 365 suite", ServiceID: tocsin.SuiteID, Classification: "incident",
			Status: tocsin.StatusRestoringService, StartAt: d.Now.Add(-47 * time.Minute), ModifiedAt: d.Now.Add(-time.Minute),
			Posts: []tocsin.Post{{CreatedAt: d.Now.Add(-time.Minute), ContentType: "text", Content: "Affected: Exchange Online, Microsoft Teams and Microsoft Planner.\n\nNext update by: " + due}},
		})...)
	return d
}

// The verdict names the incident that explains what it counts, with its next
// update, wherever it stands.
func TestVerdictNamesWhatExplainsIt(t *testing.T) {
	t.Parallel()
	d := suiteRecovers(t)
	next := d.Now.Add(20 * time.Minute).Format("15:04")
	for _, path := range []string{"/", "/wall", "/login"} {
		page := d.Page(path)
		_, page, _ = strings.Cut(page, "c-degraded")
		webtest.Has(t, path, page, "Exchange Online, Microsoft Planner and 1\u00a0other are degraded", `>MO1</a>, which is being restored`, "Also open: ", ">TM1</a>", "Next update by Microsoft", next)
		webtest.Lacks(t, path, page, "Confirmed by Microsoft as <a class=\"id\" href=\"/issues/TM1")
	}
	webtest.Has(t, "the facts", d.Page("/"), "<dd>47\u00a0min<span>declared start ")
	webtest.Has(t, "in French", d.Page("/fr/"), "en cours de rétablissement", "Également en cours")
	webtest.Has(t, "in Japanese", d.Page("/ja/"), "復旧作業中", "ほかに進行中")
}

// A service that does not work is said to have done so since the same instant
// on every page: the start of what explains it.
func TestSinceIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	d := suiteRecovers(t)
	since := "not well since " + d.Now.Add(-47*time.Minute).Format("15:04")
	for _, path := range []string{"/", "/services", "/services/Exchange"} {
		webtest.Has(t, path, d.Page(path), since)
	}
}

// The page of a service lists what broke it: the incidents whose posts name it,
// and those of the whole suite.
func TestServiceListsIncidentsElsewhere(t *testing.T) {
	t.Parallel()
	d := suiteRecovers(t)
	for path, want := range map[string]bool{"Exchange": true, "microsoftteams": true, "Sway": true, tocsin.SuiteID: false} {
		page := d.Page("/services/" + path)
		_, elsewhere, ok := strings.Cut(page, `id="r-elsewhere"`)
		elsewhere, _, _ = strings.Cut(elsewhere, "</section>")
		if ok != want || want && (!strings.Contains(elsewhere, "Sign-in fails") || strings.Contains(elsewhere, "Call queues")) {
			t.Errorf("%s lists incidents elsewhere: %v, want %v: %s", path, ok, want, elsewhere)
		}
	}
	webtest.Has(t, "the suite itself", d.Page("/services/"+tocsin.SuiteID), "Sign-in fails")
}

// A degraded service that nothing explains says so in every list.
func TestUnexplainedIsSaid(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Record(d.Now, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusDegradation})
	for _, path := range []string{"/", "/services"} {
		webtest.Has(t, path, d.Page(path), "No open issue explains this yet")
	}
	webtest.Has(t, "verdict", d.Page("/"), "No open incident explains this yet.")
}

// neverRead is a desk whose only source has never answered.
func neverRead(t *testing.T) *webtest.Desk {
	t.Helper()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	if err := d.Store.PutSource(t.Context(), storetest.Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	d.Poll(tocsin.OutcomeFailed)
	return d
}

// Where nothing was ever read, nothing is said to be well, absent or counted.
func TestNeverReadIsNoAllClear(t *testing.T) {
	t.Parallel()
	d := neverRead(t)
	r := tocsin.Issue{ID: "EX1", Title: "Slow", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: d.Now, ModifiedAt: d.Now}
	d.RecordIn(storetest.Fabrikam, "graph", d.Now, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusDegradation}, r)
	for path, unwanted := range map[string][]string{
		"/?tenant=contoso":            {"Nothing is open.", "Everything is working"},
		"/wall?tenant=contoso":        {"Nothing is open.", "Everything is working"},
		"/tenants":                    {"Nothing is open.", "not listed"},
		"/issues?tenant=contoso":      {"0\u00a0incidents", "No incident and no advisory yet"},
		"/messages?tenant=contoso":    {"No message yet"},
		"/history?tenant=contoso":     {"0\u00a0incidents", "<dd>0<"},
		"/issues/EX1?tenant=fabrikam": {"not listed"},
		"/tenants?issue=EX1&seen=no":  {`class="t" href="/?tenant=contoso"`},
		"/fr/issues?tenant=contoso":   {"0\u00a0incident"},
		"/ja/issues?tenant=contoso":   {"0\u00a0件"},
		"/services?tenant=contoso":    {"Operational"},
	} {
		webtest.Lacks(t, path, d.Page(path), unwanted...)
	}
	webtest.Has(t, "the grid", d.Page("/tenants"), "Nothing has been read yet.", ">unknown</span>")
	webtest.Has(t, "the list", d.Page("/issues?tenant=contoso"), "Nothing has been read yet.")
	webtest.Has(t, "the history", d.Page("/history?tenant=contoso"), "no data")
}

// What the log, the calendar and the figures say about a service is the same: an
// outage that an incident of the suite explains counts, with its minutes.
func TestPastPagesAgree(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	overview := func(status tocsin.Status) tocsin.Overview {
		return tocsin.Overview{ServiceID: "microsoftteams", Service: "Microsoft Teams", Status: status}
	}
	at := func(minutes int) time.Time { return d.Now.Add(time.Duration(minutes-120) * time.Minute) }
	d.Record(at(-3*24*60), overview(tocsin.StatusOperational), tocsin.Overview{ServiceID: tocsin.SuiteID, Service: "Microsoft 365 suite", Status: tocsin.StatusOperational})
	suite := tocsin.Issue{
		ID: "MO1", Title: "Sign-in fails", Service: "Microsoft 365 suite", ServiceID: tocsin.SuiteID, Classification: "incident", Status: tocsin.StatusInterruption,
		StartAt: at(7), ModifiedAt: at(30), Posts: []tocsin.Post{{CreatedAt: at(30), ContentType: "text", Content: "Microsoft Teams fails."}},
	}
	d.Record(at(30), overview(tocsin.StatusInterruption), suite)
	d.Record(at(49), overview(tocsin.StatusRestoringService))
	d.Record(at(60), overview(tocsin.StatusOperational))
	suite.Status, suite.EndAt, suite.ModifiedAt = tocsin.StatusServiceRestored, at(60), at(61)
	d.Record(at(61), suite)
	page := d.Page("/services/microsoftteams")
	webtest.Has(t, "figures", page, "19\u00a0min down, 34\u00a0min degraded")
	webtest.Has(t, "events", page, "Sign-in fails", "29\u00a0min</td>")
	webtest.Has(t, "calendar", page, `class="h3m"`)
	webtest.Has(t, "log", d.Page("/changes"), "to “Service interruption”")
	webtest.Has(t, "history", d.Page("/history?service=microsoftteams"), "Sign-in fails")
}
