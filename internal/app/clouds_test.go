package app_test

import (
	"io"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/fakegraph"
	"example.org/tocsin/internal/store/storetest"
)

// get reads a page.
func (d *desk) get(path string) string {
	d.t.Helper()
	response, err := d.client.Get(d.app.Base() + path)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(body)
}

// Every cloud that has the API can be chosen, by a name in each language, and
// one that has not says why.
func TestCloudsToChooseFrom(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.post("/admin/tenants", url.Values{"id": {contoso}, "label": {"contoso"}})
	for language, wants := range map[string][]string{
		"":    {"Bleu, France", "Delos, Germany", "GCC High", "(GCC)", "21Vianet", "US Defense", ">lab<"},
		"/fr": {"Bleu, France", "Delos, Allemagne", "GCC High", "(GCC)", "21Vianet", "défense des États-Unis"},
		"/ja": {"Bleu（フランス）", "Delos（ドイツ）", "GCC High", "GCC）", "21Vianet", "米国国防総省"},
	} {
		page := d.get(language + "/admin/tenants/" + contoso)
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s/admin/tenants: the page lacks %q", language, want)
			}
		}
		if strings.Contains(page, "singapore") || strings.Contains(page, "GovSG") {
			t.Errorf("%s: a cloud without the API is offered", language)
		}
	}
	if page := d.post("/admin/tenants/"+contoso+"/sources", source("singapore", canary)); !strings.Contains(page, "GovSG has no service communications API") {
		t.Error("a source in GovSG is not explained")
	}
	d.post("/admin/tenants/"+contoso+"/sources", source("us-government", canary)) // it is never polled: its address is not there
	if got := d.app.Sources.Portal(contoso); got != "https://portal.office365.us/adminportal/home#" {
		t.Errorf("admin centre: %q", got)
	}
}

// A source of the settings file that names a cloud asks there and nowhere else.
func TestSourceOfACloudOfTheSettings(t *testing.T) {
	t.Parallel()
	world := fakegraph.NewWorld()
	if err := world.AddTenant(fakegraph.Tenant{ID: contoso, ClientID: program, Secret: canary}); err != nil {
		t.Fatal(err)
	}
	upstream := fakegraph.New(world, fakegraph.Config{})
	address, err := upstream.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = upstream.Close() })
	c := config.Default()
	c.Clouds = []config.Cloud{{Name: "lab", Login: address, Graph: address + "/v1.0"}}
	c.Tenants = []config.Tenant{{Name: "contoso", TenantID: contoso, Source: config.Source{Cloud: "lab", ClientID: program, Secret: canary}}}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	desk := storetest.Open(t, storetest.File(t))
	collector, err := app.NewCollector(t.Context(), c, desk.Archive, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	poll, err := collector.Poll(t.Context(), contoso, "graph", true)
	if err != nil || !poll.Outcome.Complete() {
		t.Errorf("poll = %+v, %v", poll, err)
	}
}
