package agreement

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/tocsin"
)

// Pages, status documents and APIs say the same of planned work: how far it is,
// and of work whose window has passed that nobody knows, not that it is done.
func TestOutputsAgreeOnWork(t *testing.T) {
	t.Parallel()
	d := start(t, []situation{{work: "later"}, {work: "now"}, {work: "overrun"}, {work: "now", incident: tocsin.StatusDegradation}})
	for n, want := range []struct{ words, state, stage string }{
		{"Scheduled", "scheduled", "scheduled"}, {"In progress", "in_progress", "inProgress"}, {"End not confirmed", "verifying", "unknown"}, {"In progress", "in_progress", "inProgress"},
	} {
		if _, err := d.Archive.ChangePublishing(t.Context(), d.id(n), d.began, func(p *tocsin.Publishing) error {
			p.Advisories = true // and what else is no incident
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, page := range []string{"/issues/EX3", "/search?q=EX3+Title"} {
			mark := "?"
			if strings.Contains(page, "?") {
				mark = "&"
			}
			if text := d.get(t, page+mark+"tenant="+d.name(n), ""); !strings.Contains(text, "</svg>"+want.words+"</span>") {
				t.Errorf("%s of %s lacks %q", page, want.stage, want.words)
			}
		}
		planned := d.get(t, "/?tenant="+d.name(n), "")
		if _, planned, _ = strings.Cut(planned, `id="r-planned"`); !strings.Contains(planned, "EX3") {
			t.Errorf("the overview does not list what is %s", want.stage)
		}
		var document struct {
			Work []struct{ ID, Status string } `json:"scheduled_maintenances"`
		}
		d.public(t, n, "api/v2/summary.json", &document)
		if len(document.Work) != 1 || document.Work[0].Status != want.state {
			t.Errorf("the status document says %+v, want %s", document.Work, want.state)
		}
		var list struct {
			Value []struct{ ID, Stage, Status string }
		}
		d.api(t, n, d.Base(), "/api/tocsin/v1/tenants/"+d.name(n)+"/maintenance", &list)
		if len(list.Value) != 1 || list.Value[0].Stage != want.stage || list.Value[0].Status != "serviceOperational" {
			t.Errorf("the own API says %+v, want %s", list.Value, want.stage)
		}
		d.api(t, n, d.Base(), "/api/tocsin/v1/tenants/"+d.name(n)+"/maintenance?open=true", &list)
		if len(list.Value) != 1 {
			t.Errorf("the own API leaves what is %s out of what is open", want.stage)
		}
		var graph struct {
			Status     string
			IsResolved bool
		}
		d.api(t, n, app.GraphResource, "/v1.0/admin/serviceAnnouncement/issues/EX3", &graph)
		if graph.Status != "serviceOperational" || graph.IsResolved {
			t.Errorf("Graph says %+v of what is %s", graph, want.stage)
		}
	}
}
