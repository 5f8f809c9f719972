package graph_test

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/api/graph"
	"example.org/tocsin/internal/collect/legacy"
	"example.org/tocsin/internal/store/storetest"
)

// Work that a legacy server announces is not resolved before its end has come,
// nor for a while afterwards when nobody said that it is done, whatever was
// kept of earlier answers.
func TestPlannedWorkIsNotResolved(t *testing.T) {
	t.Parallel()
	clock := now()
	d := newDesk(t, func(c *graph.Config) { c.Now = func() time.Time { return clock } })
	for _, text := range []string{
		`{"Id":"EX1","MessageType":"PlannedMaintenance","Workload":"Exchange","Status":"Service operational","StartTime":"2026-07-09T20:00:00Z","EndTime":"2026-07-09T22:00:00Z","LastUpdatedTime":"2026-07-01T00:00:00Z"}`,
		`{"Id":"EX2","MessageType":"Incident","Workload":"Exchange","Status":"Service restored","StartTime":"2026-07-07T20:00:00Z","EndTime":"11/28/2026 7:35:06 PM","LastUpdatedTime":"2026-07-07T23:00:00Z"}`,
		`{"Id":"EX3","MessageType":"Incident","Workload":"Exchange","Status":"Service degradation","StartTime":"2026-07-07T20:00:00Z","EndTime":"2026-07-09T22:00:00Z","LastUpdatedTime":"2026-07-07T23:00:00Z"}`,
	} {
		item, err := legacy.Message([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		d.record(storetest.Contoso, item)
	}
	for _, step := range []struct {
		at   time.Time
		open string
	}{{now(), "EX1 EX3"}, {now().Add(48 * time.Hour), "EX1 EX3"}, {now().Add(10 * 24 * time.Hour), "EX3"}, {now(), "EX1 EX3"}} {
		clock = step.at
		for range 3 { // the second answer is kept, the third comes from there
			if got := d.get("issues?$filter=isResolved eq false"); got.ids() != step.open {
				t.Errorf("at %v open are %s, want %s", step.at, got.ids(), step.open)
			}
			one, list := d.get("issues/EX1"), d.get("issues")
			want := strings.Contains(step.open, "EX1")
			if got := strings.Contains(one.body, `"isResolved":false`); got != want {
				t.Errorf("at %v EX1 is not resolved: %v, want %v", step.at, got, want)
			}
			if list.Value[0]["isResolved"] != !want || list.Value[1]["isResolved"] != true || list.Value[0]["classification"] != "advisory" {
				t.Errorf("at %v: %v", step.at, list.Value)
			}
			if got := d.get("issues?$filter=classification eq 'advisory'"); got.ids() != "EX1" {
				t.Errorf("advisories: %s", got.ids())
			}
		}
	}
}
