package status_test

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// broken is a desk on which the suite had an incident yesterday that broke two
// services, and Exchange one of its own nine days ago.
func broken(t *testing.T) *webtest.Desk {
	t.Helper()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	at := func(days, hour int) time.Time {
		return storetest.T0.Truncate(24*time.Hour).AddDate(0, 0, -days).Add(time.Duration(hour) * time.Hour)
	}
	is := func(status tocsin.Status) []any {
		return []any{
			tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: status},
			tocsin.Overview{ServiceID: "Sway", Service: "Sway", Status: tocsin.StatusOperational},
			tocsin.Overview{ServiceID: tocsin.SuiteID, Service: "Microsoft 365 suite", Status: status},
		}
	}
	issue := func(id, service, name, text string, from, to time.Time) tocsin.Issue {
		return tocsin.Issue{
			ID: id, Title: "Title of " + id, Service: name, ServiceID: service, Classification: "incident", Status: tocsin.StatusServiceRestored, StartAt: from, EndAt: to, ModifiedAt: to, Resolved: true,
			Posts: []tocsin.Post{{CreatedAt: from, ContentType: "text", Content: text}},
		}
	}
	d.Record(at(20, 1), is(tocsin.StatusOperational)...)
	d.Record(at(9, 12), issue("EX1", "Exchange", "Exchange Online", "It failed.", at(9, 10), at(9, 12)))
	d.Record(at(1, 10), is(tocsin.StatusInterruption)...)
	d.Record(at(1, 11), append(is(tocsin.StatusOperational), issue("MO1", tocsin.SuiteID, "Microsoft 365 suite", "More info: Exchange Online failed.", at(1, 10), at(1, 11)))...)
	return d
}

// The page of a service tells all that touched it, also what is over and was filed
// under another one, and each day that was not quiet opens what happened then.
func TestServiceHasItsWholeStory(t *testing.T) {
	t.Parallel()
	d := broken(t)
	page := d.Page("/services/Exchange")
	_, listed, _ := strings.Cut(page, `id="cal"`)
	webtest.Has(t, "events", listed, ">Title of EX1</a>", ">Title of MO1</a>", "filed under Microsoft 365 suite, whose posts name it", `href="/services/Exchange?day=2026-03-01&amp;tenant=contoso#day"`, `type="date"`)
	webtest.Lacks(t, "another service", d.Page("/services/Sway"), "Title of MO1")
	for path, prefix := range map[string]string{"/": "overview", "/services": "services"} {
		_, strip, _ := strings.Cut(d.Page(path), `<svg class="strip"`)
		webtest.Has(t, "strips of "+prefix, strip, `<a href="/services/Exchange?day=2026-03-01&amp;tenant=contoso#day" tabindex="-1" aria-label="1`, `href="/services/Exchange?day=2026-02-21&amp;tenant=contoso#day"`)
	}
	webtest.Has(t, "history", d.Page("/history?service=Exchange"), `href="/services/Exchange?day=2026-03-01&amp;tenant=contoso#day"`)
}

// A day tells which statuses held and every issue that touched the service, and
// leads to the days beside it.
func TestDayOfAService(t *testing.T) {
	t.Parallel()
	d := broken(t)
	day := func(query string) string {
		_, page, found := strings.Cut(d.Page("/services/Exchange?"+query), `<h2 id="day">`)
		if !found {
			return ""
		}
		page, _, _ = strings.Cut(page, `id="cal"`)
		return page
	}
	for _, tt := range []struct {
		query        string
		wants, lacks []string
	}{
		{"day=2026-03-01", []string{"1\u00a0March\u00a02026", "The worst of the day: interruption.", "at the beginning", "Service operational", "Service interruption", "Title of MO1", "60\u00a0min", "day=2026-02-28", "day=2026-03-02"}, []string{"Title of EX1"}},
		{"day=2026-02-21", []string{"degraded", "Title of EX1"}, []string{"Title of MO1"}},
		{"day=2026-02-22", []string{"nothing to report", "No incident and no advisory touched it on this day."}, []string{"Title of"}},
		{"day=2026-03-02", []string{"day=2026-03-01"}, []string{`rel="next"`}},
		{"day=2026-01-01", []string{"no data"}, []string{"Title of"}},
		{"day=2026-03-03", nil, []string{"day"}},
		{"day=yesterday", nil, []string{"day"}},
	} {
		page := day(tt.query)
		webtest.Has(t, tt.query, page, tt.wants...)
		webtest.Lacks(t, tt.query, page, tt.lacks...)
	}
	webtest.Has(t, "the calendar of its year", d.Page("/services/Exchange?day=2025-06-01"), "Calendar 2025")
}

// In a calendar and beside it every day is opened: each that has begun is a link
// with a name, and one of them is the stop of the keyboard. A strip is one stop
// too, and leads to the calendar.
func TestEveryDayOpens(t *testing.T) {
	t.Parallel()
	d := broken(t)
	for path, last := range map[string]string{"/services/Exchange": "2026-03-02", "/history?service=Exchange": "2026-03-02", "/services/Exchange?year=2025": "2025-12-31"} {
		_, page, _ := strings.Cut(d.Page(path), `<div class="heat`)
		page, _, _ = strings.Cut(page, "</div>")
		days := strings.Split(page, "<a ")[1:]
		if want := map[bool]int{true: 365, false: 31 + 28 + 2}[last == "2025-12-31"]; len(days) != want {
			t.Errorf("%s: %d days are links, want %d", path, len(days), want)
		}
		for i, day := range days {
			if stop := !strings.Contains(day, `tabindex="-1"`); stop != (i == len(days)-1) || !strings.Contains(day, `aria-label="`) {
				t.Errorf("%s: %s", path, day)
			}
		}
		webtest.Has(t, path, days[len(days)-1], "/services/Exchange?day="+last)
	}
	webtest.Has(t, "a quiet day", d.Page("/fr/services/Exchange"), `href="/fr/services/Exchange?day=2026-02-22&amp;tenant=contoso#day" tabindex="-1" aria-label="22`+"\u00a0"+`févr., rien`)
	webtest.Has(t, "any day", d.Page("/history?service=Exchange"), `action="/services/Exchange#day"`, `type="date"`)
	for _, path := range []string{"/", "/services"} {
		for _, strip := range strings.Split(d.Page(path), `<svg class="strip"`)[1:] {
			strip, _, _ = strings.Cut(strip, "</svg>")
			webtest.Has(t, path, strip, `#cal" aria-label="Calendar, day by day"`, `data-from="2026-02-01"`)
			if n := strings.Count(strip, "<a ") - strings.Count(strip, `tabindex="-1"`); n != 1 {
				t.Errorf("%s: a strip has %d stops: %s", path, n, strip)
			}
		}
	}
}
