package status_test

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Maintenance is announced while it is to come or under way, an open issue when
// users feel it, and over afterwards.
func TestPlannedWork(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		start, end    time.Duration
		status        tocsin.Status
		planned, open bool
		words         string
	}{
		"next week":     {7 * 24 * time.Hour, 7*24*time.Hour + 2*time.Hour, tocsin.StatusOperational, true, false, "7\u00a0d"},
		"this evening":  {4 * time.Hour, 6 * time.Hour, tocsin.StatusOperational, true, false, "4\u00a0h"},
		"now":           {-time.Hour, time.Hour, tocsin.StatusOperational, true, false, "Now"},
		"felt by users": {-time.Hour, time.Hour, tocsin.StatusDegradation, false, true, ""},
		"called off":    {time.Hour, time.Hour, tocsin.StatusServiceRestored, false, false, ""},
		"done":          {-3 * time.Hour, -time.Hour, tocsin.StatusServiceRestored, false, false, ""},
		"not told":      {-3 * time.Hour, -time.Hour, tocsin.StatusOperational, true, false, "End not confirmed"},
		"long not told": {-300 * time.Hour, -200 * time.Hour, tocsin.StatusOperational, false, false, ""},
		"overrun":       {-3 * time.Hour, -time.Hour, tocsin.StatusInterruption, false, true, ""},
		"their word":    {4 * time.Hour, 6 * time.Hour, "Scheduled", true, false, "4\u00a0h"},
		"watched":       {-time.Hour, time.Hour, tocsin.StatusInvestigating, false, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := webtest.NewDesk(t)
			storetest.AddTenants(t, d.Store)
			d.Record(d.Now.Add(-4*time.Hour), tocsin.Issue{
				ID: "TC2", Title: "New certificates", Service: "Remote access", ServiceID: "VPN", Classification: tocsin.ClassMaintenance, Status: tt.status,
				StartAt: d.Now.Add(tt.start), EndAt: d.Now.Add(tt.end), ModifiedAt: d.Now.Add(-4 * time.Hour),
			})
			_, planned, _ := strings.Cut(d.Page("/"), `id="r-planned"`)
			planned, _, _ = strings.Cut(planned, "</section>")
			if got := strings.Contains(planned, "TC2"); got != tt.planned || !strings.Contains(planned, ">"+tt.words+"<") && tt.planned {
				t.Errorf("it is among the planned work: %v, want %v with %q: %s", got, tt.planned, tt.words, planned)
			}
			_, open, _ := strings.Cut(d.Page("/issues"), `id="r-open"`)
			open, _, _ = strings.Cut(open, "</section>")
			if got := strings.Contains(open, "TC2"); got != tt.open {
				t.Errorf("it is among the open issues: %v, want %v", got, tt.open)
			}
		})
	}
}

// In the table of tenants and in the log, planned work is shown by how far it is,
// not as something that is well.
func TestPlannedWorkIsNotWell(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Record(d.Now.Add(-time.Hour), tocsin.Issue{
		ID: "TC2", Title: "New certificates", Service: "Remote access", ServiceID: "VPN", Classification: tocsin.ClassMaintenance, Status: tocsin.StatusOperational,
		StartAt: d.Now.Add(time.Hour), EndAt: d.Now.Add(2 * time.Hour), ModifiedAt: d.Now.Add(-time.Hour),
	})
	for path, end := range map[string]string{"/tenants": "</tr>", "/changes": "</li>"} {
		_, line, found := strings.Cut(d.Page(path), ">TC2<")
		line, _, _ = strings.Cut(line, end)
		if !found || !strings.Contains(line, "Scheduled") || strings.Contains(line, "perational") {
			t.Errorf("%s shows planned work as %s", path, line)
		}
	}
}

// The provider's statuses of announced work are said as what they are, on the
// page and in the list, and one that is not known in the provider's word.
func TestWordsOfPlannedWork(t *testing.T) {
	t.Parallel()
	for status, words := range map[tocsin.Status][3]string{
		"Scheduled":   {"Scheduled", "Planifié", "予定"},
		"In progress": {"In progress", "En cours", "実施中"},
		"inProgress":  {"In progress", "En cours", "実施中"},
		"Completed":   {"Completed", "Terminé", "完了"},
		"Cancelled":   {"Cancelled", "Annulé", "中止"},
		"Extended":    {"Extended", "Extended", "Extended"},
	} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			d := webtest.NewDesk(t)
			storetest.AddTenants(t, d.Store)
			d.Record(d.Now.Add(-4*time.Hour), tocsin.Issue{
				ID: "EX2", Title: "New certificates", Service: "Exchange Online", ServiceID: "Exchange", Classification: "PlannedMaintenance", Status: status,
				StartAt: d.Now.Add(4 * time.Hour), EndAt: d.Now.Add(6 * time.Hour), ModifiedAt: d.Now.Add(-4 * time.Hour),
				Posts: []tocsin.Post{{CreatedAt: d.Now.Add(-4 * time.Hour), Content: "Work."}},
			})
			for i, lang := range []string{"", "/fr", "/ja"} {
				for _, page := range []string{"/issues/EX2", "/issues", "/search?q=certificates"} {
					text := d.Page(lang + page)
					if !strings.Contains(text, "</svg>"+words[i]+"</span>") {
						t.Errorf("%s%s lacks %q", lang, page, words[i])
					}
					if unknown := []string{"Unknown", "Inconnu", "不明"}[i]; strings.Contains(text, "</svg>"+unknown+"</span>") {
						t.Errorf("%s%s says %q", lang, page, unknown)
					}
				}
			}
		})
	}
}
