package web_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// The year shows the calendar of the least available service, the events under
// it, and those whose posts state other dates than were declared.
func TestHistoryShowsTheWorstService(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	day := d.Now.AddDate(0, 0, -3)
	for i, id := range []string{"Exchange", "SharePoint", "Teams"} {
		d.Record(day.AddDate(0, 0, -20), tocsin.Overview{ServiceID: id, Service: "Service " + id, Status: tocsin.StatusOperational})
		for n := range 6*i + 1 {
			at := day.Add(time.Duration(n) * time.Hour)
			issue := tocsin.Issue{
				ID: fmt.Sprintf("%s%03d", strings.ToUpper(id[:2]), n), Title: "Outage of " + id, Service: "Service " + id, ServiceID: id, Classification: "incident",
				Status: tocsin.StatusServiceRestored, StartAt: at, EndAt: at.Add(30 * time.Minute), ModifiedAt: at.Add(time.Hour),
			}
			if n == 0 {
				issue.Posts = []tocsin.Post{{CreatedAt: at.Add(time.Hour), ContentType: "text", Content: "Start time: " + at.Add(-2*time.Hour).Format("Monday, January 2, 2006, at 3:04 PM") + " UTC\n\nEnd time: " + at.Add(30*time.Minute).Format("Monday, January 2, 2006, at 3:04 PM") + " UTC"}}
			}
			d.Record(at.Add(time.Hour), issue)
		}
	}
	if err := d.Store.PutSource(t.Context(), storetest.Contoso, "graph", time.Hour); err != nil {
		t.Fatal(err)
	}
	d.Poll(tocsin.OutcomeUnchanged)
	page := d.Page("/history")
	webtest.Has(t, "year", page, `id="cal">Service Teams, 2026`, "TE012", `class="heat`, "3\u00a0earlier events.", "/services/Teams?year=2026", `id="h-gaps"`, "TE000", "&#43;2\u00a0h", "/history?service=Exchange#cal")
	webtest.Lacks(t, "year", page, `id="cal">Service Exchange`, "TE002", ">EX000<")
	page = d.Page("/ja/history?service=Exchange&year=2026")
	webtest.Has(t, "chosen service", page, `id="cal">Service Exchange, 2026`, "EX000", `id="h-gaps"`)
	webtest.Lacks(t, "chosen service", page, ">TE000<")
	webtest.Lacks(t, "year without events", d.Page("/history?year=2025"), `id="h-gaps"`)
	webtest.Has(t, "unknown service", d.Page("/history?service=nothing"), `id="cal">Service Teams`)
}

// The list says how many issues a filter leaves, how to be rid of it, and gives
// the same as a table.
func TestIssuesAreFilteredAndSaved(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Archive(120)
	for _, id := range []string{"EX1", "EX2"} {
		d.Record(d.Now, tocsin.Issue{
			ID: id, Title: "=Mail " + id, Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: d.Now, ModifiedAt: d.Now,
			Posts: []tocsin.Post{{CreatedAt: d.Now, ContentType: "text", Content: "Nothing about cellars."}},
		})
	}
	page := d.Page("/issues")
	webtest.Has(t, "all", page, "122\u00a0incidents and advisories, 2\u00a0ongoing", "/issues.csv?tenant=contoso", "page=2")
	webtest.Lacks(t, "all", page, "Clear the filter", "of 122", `rel="prev"`)
	page = d.Page("/issues?v=ended&page=2&text=SP0000")
	webtest.Has(t, "second page", page, "100\u00a0incidents and advisories, 0\u00a0ongoing, of 122", "Clear the filter", `value="SP0000"`, "51 to 100", "page=1", "SP000099", "/issues.csv?page=2")
	webtest.Lacks(t, "second page", page, `rel="next"`, "SP000100", "SP000049")
	webtest.Has(t, "going on", d.Page("/fr/issues?text=CELLARS"), "2\u00a0incidents et avis, dont 2\u00a0en cours, sur 122", "EX2")
	webtest.Has(t, "nothing", d.Page("/issues?text=attics&service=Exchange"), "0\u00a0incidents and advisories", "Nothing fits this filter", `href="/issues?tenant=contoso"`)
	for query, want := range map[string]int{"": 122, "?v=open": 2, "?v=ended&text=number+sp00010": 10, "?service=Exchange": 2, "?text=attics": 0, "?tenant=fabrikam": 0} {
		status, header, body := d.Get("/issues.csv" + query)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
		if err != nil || status != http.StatusOK || len(rows) != want+1 || header.Get("Content-Type") != "text/csv; charset=utf-8" {
			t.Errorf("table %s: %d with %d rows, %v, want %d", query, status, len(rows)-1, err, want)
		}
	}
	webtest.Has(t, "table", d.Page("/issues.csv?v=open"), "EX1,incident,Exchange,Exchange Online,serviceDegradation,'=Mail EX1,2026-03-02T10:00:00Z,,")
	if status, _, _ := d.Get("/issues?text=a+b+c+d+e+f+g+h+i"); status != http.StatusBadRequest {
		t.Errorf("nine words: status %d", status)
	}
}

// A text that stands in more issues than are looked through is said to, and
// gives no table that ends somewhere.
func TestIssuesSayThatThereAreMore(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	var issues []any
	for n := range 1001 {
		issues = append(issues, tocsin.Issue{ID: fmt.Sprintf("EX%d", 10000+n), Title: fmt.Sprintf("Trouble %d", n), Service: "Mail", Classification: "incident", Status: tocsin.StatusServiceRestored, StartAt: storetest.T0, ModifiedAt: storetest.T0})
	}
	d.Record(storetest.T0, issues[:1000]...)
	webtest.Lacks(t, "a thousand", d.Page("/issues?text=trouble"), "Only the")
	if status, _, _ := d.Get("/issues.csv?text=trouble"); status != http.StatusOK {
		t.Errorf("a table of a thousand: %d", status)
	}
	d.Record(storetest.T0, issues[1000])
	webtest.Has(t, "more than a thousand", d.Page("/issues?text=trouble"), "Only the 1,000\u00a0latest that hold these words are listed.")
	webtest.Lacks(t, "one of them", d.Page("/issues?text=trouble+7"), "Only the")
	if status, _, body := d.Get("/issues.csv?text=trouble"); status != http.StatusBadRequest || !strings.Contains(body, "more than 1000 issues") {
		t.Errorf("a table of more: %d %s", status, body)
	}
}
