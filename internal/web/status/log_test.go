package status_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// logOf are the lines of a page of the log, as texts, with the heads of days
// between them.
func logOf(page string) []string {
	_, part, _ := strings.Cut(page, `id="r-changes"`)
	part, _, _ = strings.Cut(part, "</main>")
	var list []string
	for _, m := range regexp.MustCompile(`(?s)<h2 id="d-([0-9-]+)"|<li>(.*?)</li>`).FindAllStringSubmatch(part, -1) {
		if m[1] != "" {
			list = append(list, m[1])
			continue
		}
		text := regexp.MustCompile(`<svg.*?</svg>|<[^>]*>`).ReplaceAllString(m[2], "")
		list = append(list, strings.ReplaceAll(text, "\u00a0", " "))
	}
	return list
}

// The log is read by day, time, kind and service, in the reader's zone; a filter
// that cannot be read is refused.
func TestLogIsFiltered(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Now = time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour, minute, 0, 0, time.UTC) }
	issue := func(id, service string, when time.Time) tocsin.Issue {
		return tocsin.Issue{ID: id, Title: "Slow", Service: service, ServiceID: service, Classification: "incident", Status: tocsin.StatusInvestigating, StartAt: when, ModifiedAt: when}
	}
	d.Record(at(2, 9, 0), tocsin.Overview{ServiceID: "VPN", Service: "VPN", Status: tocsin.StatusOperational}, tocsin.Overview{ServiceID: "Mail", Service: "Mail", Status: tocsin.StatusOperational})
	d.Record(at(3, 15, 59), issue("EX1", "Mail", at(3, 15, 59)))
	d.Record(at(3, 16, 1), issue("EX2", "VPN", at(3, 16, 1))) // 17:01 in Paris
	d.Record(at(3, 23, 30), tocsin.Message{ID: "MC1", Title: "Change", Services: []string{"Mail"}, ModifiedAt: at(3, 23, 30)})
	d.Record(at(4, 8, 0), tocsin.Overview{ServiceID: "Mail", Service: "Mail", Status: tocsin.StatusDegradation})
	const paris = "zone=Europe%2FParis"
	const (
		mail, message = "09:00Mail goes from “Service operational” to “Service degradation”", "00:30New message MC1"
		ex2, ex1      = "17:01New: EX2, VPN · Investigating", "16:59New: EX1, Mail · Investigating"
		today         = "2026-03-04"
	)
	for query, want := range map[string][]string{
		"?since=yesterday":                    {today, mail, message, "2026-03-03", ex2},
		"?since=today":                        {today, mail, message},
		"?from=2026-03-03&to=2026-03-03":      {"2026-03-03", ex2, ex1},
		"?since=7d&kind=issue":                {"2026-03-03", ex2, ex1},
		"?since=7d&service=Mail&kind=issue":   {"2026-03-03", ex1},
		"?kind=message":                       {today, message},
		"?kind=message&service=VPN":           nil,
		"?since=yesterday&service=Mail":       {today, mail, message},
		"?service=Sway":                       nil,
		"?kind=service&from=2026-03-03":       {today, mail},
		"?kind=source&before=1772614800000-9": nil,
	} {
		page := d.Page("/changes"+query, paris)
		if got := logOf(page); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s:\n got %q\nwant %q", query, got, want)
		}
	}
	for _, query := range []string{"?since=tomorrow", "?kind=thing", "?from=3.3.2026", "?to=2026-13-40", "?from=2026-03-04&to=2026-03-03", "?before=x"} {
		if got, _, _ := d.Get("/changes" + query); got != http.StatusBadRequest {
			t.Errorf("%s: %d, want 400", query, got)
		}
	}
	for prefix, want := range map[string]string{"": "Since yesterday 17:00", "/fr": "Depuis hier 17:00", "/ja": "昨日 17:00 以降"} {
		page := d.Page(prefix + "/")
		webtest.Has(t, "overview", strings.ReplaceAll(page, "\u00a0", " "), want, `href="`+prefix+`/changes?since=yesterday`)
	}
}
