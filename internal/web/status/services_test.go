package status_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// An advisory explains why a service is said to be degraded, unless an incident
// elsewhere names it; it never explains that a service is down.
func TestAdvisoryHidesNoIncident(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	overview := func(id, name string, status tocsin.Status) tocsin.Overview {
		return tocsin.Overview{ServiceID: id, Service: name, Status: status}
	}
	issue := func(id, service, name, class string, status tocsin.Status, post string) tocsin.Issue {
		return tocsin.Issue{
			ID: id, Title: "Title of " + id, Service: name, ServiceID: service, Classification: class, Status: status, StartAt: d.Now, ModifiedAt: d.Now,
			Posts: []tocsin.Post{{CreatedAt: d.Now, ContentType: "text", Content: post}},
		}
	}
	d.Record(d.Now,
		overview("Exchange", "Exchange Online", tocsin.StatusDegradation), overview("Teams", "Microsoft Teams", tocsin.StatusDegradation),
		overview("Planner", "Planner", tocsin.StatusInterruption), overview("Suite", "Microsoft 365 suite", tocsin.StatusDegradation),
		issue("EX1", "Exchange", "Exchange Online", "advisory", tocsin.StatusInvestigating, "Slow."), issue("TM1", "Teams", "Microsoft Teams", "advisory", tocsin.StatusInvestigating, "Slow."),
		issue("PL1", "Planner", "Planner", "advisory", tocsin.StatusInvestigating, "Slow."),
		issue("MO1", "Suite", "Microsoft 365 suite", "incident", tocsin.StatusDegradation, "More info: Exchange Online is affected."))
	_, page, _ := strings.Cut(d.Page("/"), `id="r-affected"`)
	for name, want := range map[string]string{"Exchange Online": "Degraded", "Microsoft Teams": "Advisory", "Planner": "Down"} {
		_, line, _ := strings.Cut(page, `tenant=contoso">`+name+`</a>`)
		line, _, _ = strings.Cut(line, "</tr>")
		if !strings.Contains(line, want) || strings.Contains(line, "MO1") != (name == "Exchange Online") {
			t.Errorf("%s is not %s: %s", name, want, line)
		}
	}
}

// Links to the same page in another language keep an id as it was escaped.
func TestLanguageLinksKeepOddIDs(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Record(d.Now, tocsin.Overview{ServiceID: "A b#1", Service: "An odd one", Status: tocsin.StatusOperational})
	webtest.Has(t, "service", d.Page("/services/A%20b%231"), `href="/fr/services/A%20b%231"`, `href="/ja/services/A%20b%231"`)
}

// The page of a service lists the issues that Graph files under its display
// name, also under one that it had before and that no list of ours knows.
func TestServicePageHasTheIssuesOfItsNames(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	for i, name := range []string{"Contoso Copilot (Preview)", "Contoso Copilot"} {
		var issue tocsin.Issue
		err := json.Unmarshal([]byte(`{"id":"CP`+strconv.Itoa(i+1)+`","title":"Slow answers","service":"`+name+
			`","status":"serviceDegradation","classification":"incident","startDateTime":"`+tocsin.FormatTime(d.Now)+`","lastModifiedDateTime":"`+tocsin.FormatTime(d.Now)+`"}`), &issue)
		if err != nil {
			t.Fatal(err)
		}
		d.Record(d.Now.Add(time.Duration(i)*time.Minute), issue)
		d.Record(d.Now.Add(time.Duration(i)*time.Minute), tocsin.Overview{ServiceID: "AI", Service: name, Status: tocsin.StatusDegradation})
	}
	webtest.Has(t, "service", d.Page("/services/AI"), "CP1", "CP2", "Contoso Copilot")
	webtest.Has(t, "issues of the service", d.Page("/issues?service=AI"), "CP1", "CP2")
}

// A service that no list names has its page while an issue is about it, and
// after that; one that nothing is about has none.
func TestUnlistedServiceHasItsPage(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	about := func(id, service, name string, status tocsin.Status) tocsin.Issue {
		return tocsin.Issue{ID: id, Title: "Title of " + id, Service: name, ServiceID: service, Classification: "incident", Status: status, StartAt: d.Now, ModifiedAt: d.Now}
	}
	d.Record(d.Now,
		tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational},
		about("CP1", "Windows365", "Windows 365", tocsin.StatusInterruption), about("ST1", "Stream", "Microsoft Stream", tocsin.StatusServiceRestored))
	webtest.Has(t, "issue", d.Page("/issues/CP1"), `href="/services/Windows365?tenant=contoso"`)
	webtest.Has(t, "service", d.Page("/services/Windows365"), "Down", "CP1", "none names it")
	webtest.Has(t, "service of the past", d.Page("/services/Stream"), "Unknown", "ST1", "none names it")
	webtest.Has(t, "services", d.Page("/services"), "Windows 365")
	webtest.Has(t, "overview", d.Page("/"), "Windows 365 does not work</h1>", "2\u00a0services tracked")
	if status, _, _ := d.Get("/services/Nothing"); status != 404 {
		t.Errorf("/services/Nothing: %d, want 404", status)
	}
}
