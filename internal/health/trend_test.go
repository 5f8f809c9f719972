package health_test

import (
	"testing"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// Whether an issue gets better or worse follows from the sequence of its states
// alone.
func TestDevelopment(t *testing.T) {
	t.Parallel()
	const (
		looked, confirmed, degraded, down = tocsin.StatusInvestigating, tocsin.StatusConfirmed, tocsin.StatusDegradation, tocsin.StatusInterruption
		restoring, verifying, suspended   = tocsin.StatusRestoringService, tocsin.StatusVerifyingService, tocsin.StatusInvestigationSuspended
		restored, mistaken, odd           = tocsin.StatusServiceRestored, tocsin.StatusFalsePositive, tocsin.Status("partlyBroken")
	)
	for _, tt := range []struct {
		name   string
		states []tocsin.Status
		over   bool
		want   health.Trend
		since  int // index of the state
		from   tocsin.Status
	}{
		{"nothing known", nil, false, health.TrendUnclear, -1, ""},
		{"one state", []tocsin.Status{degraded}, false, health.TrendSteady, 0, ""},
		{"the same again", []tocsin.Status{degraded, degraded, degraded}, false, health.TrendSteady, 0, ""},
		{"another word for the same", []tocsin.Status{degraded, confirmed}, false, health.TrendSteady, 0, ""},
		{"from looking to degraded", []tocsin.Status{looked, degraded}, false, health.TrendWorse, 1, looked},
		{"from degraded to down", []tocsin.Status{looked, degraded, down, down}, false, health.TrendWorse, 2, degraded},
		{"from down to degraded", []tocsin.Status{down, degraded}, false, health.TrendBetter, 1, down},
		{"from down to restoring", []tocsin.Status{degraded, down, restoring}, false, health.TrendBetter, 2, down},
		{"restoring, then verifying", []tocsin.Status{down, restoring, verifying}, false, health.TrendBetter, 1, down},
		{"from looking to restoring", []tocsin.Status{looked, restoring}, false, health.TrendBetter, 1, looked},
		{"broken again", []tocsin.Status{down, restoring, degraded}, false, health.TrendWorse, 2, restoring},
		{"broken again after the all-clear", []tocsin.Status{down, restored, degraded}, false, health.TrendWorse, 2, restored},
		{"restored, but not over", []tocsin.Status{down, restored}, false, health.TrendBetter, 1, down},
		{"over", []tocsin.Status{down, restoring, restored}, true, health.TrendOver, 2, restoring},
		{"over without an all-clear", []tocsin.Status{degraded}, true, health.TrendOver, 0, ""},
		{"a mistake", []tocsin.Status{looked, mistaken}, true, health.TrendOver, 1, looked},
		{"suspended is not better", []tocsin.Status{degraded, suspended}, false, health.TrendUnclear, 1, degraded},
		{"no verdict", []tocsin.Status{degraded, odd}, false, health.TrendUnclear, 1, degraded},
		{"no verdict in between", []tocsin.Status{down, odd, restoring}, false, health.TrendBetter, 2, down},
		{"no verdict in between the same", []tocsin.Status{degraded, odd, degraded}, false, health.TrendSteady, 0, ""},
		{"nothing but no verdict", []tocsin.Status{odd, odd}, false, health.TrendUnclear, 0, ""},
	} {
		var states []tocsin.Version
		for i, status := range tt.states {
			states = append(states, tocsin.Version{At: storetest.T0.Add(time.Duration(i) * time.Hour), Status: status})
		}
		want := health.Development{Trend: tt.want, From: tt.from}
		if tt.since >= 0 {
			want.Since = states[tt.since].At
		}
		if got := health.DevelopmentOf(states, tt.over); got != want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, want)
		}
	}
}

// Every known state stands on one rung: whatever follows whatever else, the way
// back is the opposite.
func TestDevelopmentIsSymmetric(t *testing.T) {
	t.Parallel()
	opposite := map[health.Trend]health.Trend{health.TrendBetter: health.TrendWorse, health.TrendWorse: health.TrendBetter, health.TrendSteady: health.TrendSteady}
	all := tocsin.StatusesThat(func(s tocsin.Status) bool {
		return health.DevelopmentOf([]tocsin.Version{{Status: s}}, false).Trend != health.TrendUnclear
	})
	if len(all) < 15 {
		t.Fatalf("%d states are verdicts", len(all))
	}
	for _, a := range all {
		for _, b := range all {
			there := health.DevelopmentOf([]tocsin.Version{{Status: a}, {Status: b}}, false).Trend
			back := health.DevelopmentOf([]tocsin.Version{{Status: b}, {Status: a}}, false).Trend
			if there == "" || back != opposite[there] {
				t.Errorf("%s to %s is %q, back is %q", a, b, there, back)
			}
		}
	}
}
