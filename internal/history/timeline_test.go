package history_test

import (
	"fmt"
	"testing"
	"time"

	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/tocsin"
)

// Each row is what was said on the third day about Exchange, and what strip,
// availability and the legacy history make of it: they never contradict each
// other.
func TestPastIsOneComputation(t *testing.T) {
	t.Parallel()
	hour := func(h float64) time.Time { return at(48 + h) }
	of := func(h float64, status tocsin.Status) func(*world) {
		return func(w *world) { w.put(hour(h), overview(status)) }
	}
	wrote := func(h float64, i tocsin.Issue) func(*world) { return func(w *world) { w.put(hour(h), i) } }
	suite := func(status tocsin.Status, end, modified time.Time, text string) tocsin.Issue {
		i := issue("MO1", "", status, hour(7), end, modified, said(hour(8), text))
		i.Service, i.ServiceID = "Microsoft 365 suite", tocsin.SuiteID
		return i
	}
	advisory := issue("EX1", "advisory", tocsin.StatusDegradation, at(0), none, at(1))
	for name, tt := range map[string]struct {
		story []func(*world)
		want  string
	}{
		"overview alone": {
			[]func(*world){of(8, tocsin.StatusInterruption), of(9, tocsin.StatusDegradation), of(11, tocsin.StatusOperational)},
			"serviceInterruption X, 2.0 h degraded, 1.0 h down, []",
		},
		"incident of the suite that names it": {
			[]func(*world){
				of(8, tocsin.StatusInterruption), wrote(8, suite(tocsin.StatusInterruption, none, hour(8), "Exchange Online fails.")),
				of(9, tocsin.StatusRestoringService), of(11, tocsin.StatusOperational), wrote(12, suite(tocsin.StatusServiceRestored, hour(12), hour(12), "Exchange Online failed.")),
			},
			"serviceInterruption X, 3.0 h degraded, 1.0 h down, [MO1]", // from its start until the overview says that all is well
		},
		"incident of the suite that does not": {
			[]func(*world){of(8, tocsin.StatusDegradation), wrote(8, suite(tocsin.StatusInterruption, none, hour(8), "Teams fails.")), of(9, tocsin.StatusOperational)},
			"serviceDegradation d, 1.0 h degraded, 0.0 h down, []",
		},
		"own advisory paints over nothing worse": {
			[]func(*world){
				wrote(0, advisory), of(8, tocsin.StatusDegradation), wrote(8, suite(tocsin.StatusDegradation, none, hour(8), "Exchange Online is slow.")), of(9, tocsin.StatusOperational),
			},
			"serviceDegradation d, 2.0 h degraded, 0.0 h down, [MO1]",
		},
		"own advisory long before an incident of the suite": {
			[]func(*world){
				wrote(0, advisory), of(-30, tocsin.StatusDegradation), of(-20, tocsin.StatusExtendedRecovery), wrote(8, suite(tocsin.StatusDegradation, none, hour(8), "Exchange Online is slow.")),
				of(8, tocsin.StatusDegradation), of(9, tocsin.StatusOperational),
			},
			"serviceDegradation d, 2.0 h degraded, 0.0 h down, [MO1]", // from the incident's start on, not from that of the advisory
		},
		"own advisory alone": {
			[]func(*world){wrote(0, advisory), of(8, tocsin.StatusDegradation), of(9, tocsin.StatusOperational)},
			"serviceDegradation ~, 0.0 h degraded, 0.0 h down, []",
		},
		"own advisory of an interruption": {
			[]func(*world){wrote(0, advisory), of(8, tocsin.StatusInterruption), of(9, tocsin.StatusOperational)},
			"serviceInterruption X, 0.0 h degraded, 1.0 h down, []",
		},
		"overview lags behind an incident": {
			[]func(*world){
				wrote(8, issue("EX2", "", tocsin.StatusInterruption, hour(8), none, hour(8))),
				wrote(10, issue("EX2", "", tocsin.StatusServiceRestored, hour(8), hour(10), hour(10))),
			},
			"serviceInterruption X, 0.0 h degraded, 2.0 h down, [EX2]",
		},
		"false positive": {
			[]func(*world){wrote(8, issue("EX2", "", tocsin.StatusFalsePositive, hour(8), hour(10), hour(10)))},
			"serviceOperational ., 0.0 h degraded, 0.0 h down, []",
		},
		"looked into": {
			[]func(*world){of(8, tocsin.StatusInvestigating), of(9, tocsin.StatusOperational)},
			"investigating ~, 0.0 h degraded, 0.0 h down, []",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, at(24*4))
			w.put(at(0), overview(tocsin.StatusOperational), tocsin.Overview{ServiceID: tocsin.SuiteID, Service: "Microsoft 365 suite", Status: tocsin.StatusOperational})
			for _, tell := range tt.story {
				tell(w)
			}
			w.poll(at(24*4-1), overview(tocsin.StatusOperational))
			past, service := w.past()
			days, err := past.Days(t.Context(), service, at(48), at(48))
			if err != nil {
				t.Fatal(err)
			}
			a, err := past.Availability(t.Context(), service, at(0), at(24*4))
			if err != nil {
				t.Fatal(err)
			}
			ids := []string{}
			for _, c := range a.Incidents {
				ids = append(ids, c.Row.ID)
			}
			got := fmt.Sprintf("%s %s, %.1f h degraded, %.1f h down, %v", days[0].Status, drawn(days), hours(a.Degraded), hours(a.Interrupted), ids)
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if lost := a.Degraded+a.Interrupted > 0; lost != (days[0].Level() >= history.LevelDegraded) {
				t.Errorf("the day is %v, the time lost %s and %s", days[0].Level(), a.Degraded, a.Interrupted)
			}
		})
	}
}
