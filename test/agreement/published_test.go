package agreement

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/test/ask"
)

// published are the outputs for programs of those outside.
func published() []output {
	return []output{
		{"the status document", askStatusDocument},
		{"the badge", askBadge},
		{"the probe", askProbe},
		{"the embedded document", func(t *testing.T, d *desk, n int) answer {
			var body struct {
				Severity string
				Services []told
			}
			d.public(t, n, "embed.json", &body)
			a := answer{}
			for _, one := range body.Services {
				if one.ID == "Exchange" {
					a = one.answer()
				}
			}
			a.tenant = named(body.Severity)
			return a
		}},
	}
}

// public reads JSON of what is published of a tenant.
func (d *desk) public(t *testing.T, n int, path string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(d.get(t, "/status/"+d.name(n)+"/"+path, "")), into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// askStatusDocument reads words of status pages, which are fewer than ours.
func askStatusDocument(t *testing.T, d *desk, n int) answer {
	t.Helper()
	var body struct {
		Status     struct{ Indicator string }
		Components []struct{ ID, Name, Status string }
	}
	d.public(t, n, "api/v2/summary.json", &body)
	indicators := map[string][]tocsin.Severity{
		"none": {tocsin.SeverityOK, tocsin.SeverityPlanned, tocsin.SeverityAdvisory}, "minor": {tocsin.SeverityRecovering, tocsin.SeverityUnknown}, "major": {tocsin.SeverityDegraded}, "critical": {tocsin.SeverityInterruption},
	}
	states := map[string][]tocsin.Severity{
		"operational": {tocsin.SeverityOK, tocsin.SeverityAdvisory}, "under_maintenance": {tocsin.SeverityPlanned}, "degraded_performance": {tocsin.SeverityRecovering},
		"partial_outage": {tocsin.SeverityDegraded}, "major_outage": {tocsin.SeverityInterruption},
	}
	a := answer{tenant: indicators[body.Status.Indicator]}
	for _, c := range body.Components {
		switch {
		case c.ID != "Exchange":
		case strings.Contains(c.Name, "unknown"):
			if c.Status != "degraded_performance" {
				t.Errorf("%q is %s", c.Name, c.Status)
			}
			a.service, a.since = []tocsin.Severity{tocsin.SeverityUnknown}, since(c.Name)
		default:
			a.service = states[c.Status]
		}
	}
	return a
}

func askBadge(t *testing.T, d *desk, n int) answer {
	t.Helper()
	meaning := map[string][]tocsin.Severity{
		"green": {tocsin.SeverityOK}, "blue": {tocsin.SeverityPlanned}, "yellow": {tocsin.SeverityAdvisory, tocsin.SeverityRecovering}, "orange": {tocsin.SeverityDegraded},
		"red": {tocsin.SeverityInterruption}, "lightgrey": {tocsin.SeverityUnknown},
	}
	var badge struct{ Color string }
	d.public(t, n, "badge.json", &badge)
	a := answer{tenant: meaning[badge.Color]}
	if len(d.services(t, n)) > 0 {
		d.public(t, n, "badge.json?service=Exchange", &badge)
		a.service = meaning[badge.Color]
	}
	return a
}

// askProbe reads the status alone, and holds the word to it.
func askProbe(t *testing.T, d *desk, n int) answer {
	t.Helper()
	probe := func(path string) []tocsin.Severity {
		response, body := ask.Get(t, http.DefaultClient, d.Base()+"/status/"+d.name(n)+"/probe"+path, "")
		severity := named(strings.TrimSpace(string(body)))
		if works := response.StatusCode == http.StatusOK; !works && response.StatusCode != http.StatusServiceUnavailable || severity == nil || works != (severity[0] <= tocsin.SeverityAdvisory) {
			t.Errorf("probe%s: %s %s", path, response.Status, body)
		}
		return severity
	}
	a := answer{tenant: probe("")}
	if len(d.services(t, n)) > 0 {
		a.service = probe("/Exchange")
	}
	return a
}
