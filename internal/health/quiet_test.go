package health_test

import (
	"testing"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// An advisory leaves the foreground after four days without news, or after the
// time that the operator sets, and the clock wakes whoever waits for that.
func TestAdvisoriesLeaveTheForeground(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, tt := range []struct {
		set, old time.Duration
		quiet    bool
		wakes    time.Duration // from now
	}{
		{0, 3 * day, false, day}, {0, 5 * day, true, 0}, {2 * day, 3 * day, true, 0}, {2 * day, day, false, day}, {7 * day, 5 * day, false, 2 * day}, {time.Hour, 2 * time.Hour, true, 0},
	} {
		d := newDesk(t)
		d.model.QuietAfter(tt.set)
		at := d.now.Add(-tt.old)
		d.record(at, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational},
			tocsin.Issue{ID: "EX1", Title: "Slow", Service: "Exchange Online", ServiceID: "Exchange", Classification: "advisory", Status: tocsin.StatusInvestigating, StartAt: at, ModifiedAt: at})
		report := d.judge()
		if len(report.Open) != 1 || report.Open[0].Quiet != tt.quiet || report.Services[0].Severity.Well() != tt.quiet {
			t.Errorf("%v old, set to %v: %+v", tt.old, tt.set, report.Open)
		}
		snapshot, err := d.model.Snapshot(t.Context(), storetest.Contoso)
		if err != nil {
			t.Fatal(err)
		}
		if wakes := health.NextAt(snapshot, d.now).Sub(d.now); tt.wakes != 0 && wakes != tt.wakes {
			t.Errorf("%v old, set to %v: wakes after %v, want %v", tt.old, tt.set, wakes, tt.wakes)
		}
	}
}

// Work whose window has passed is shown for a week, and the clock wakes whoever
// waits for its end.
func TestOverrunWakes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	end := d.now.Add(-6 * 24 * time.Hour)
	d.record(d.now, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational},
		tocsin.Issue{ID: "EX2", Title: "Work", Service: "Exchange Online", ServiceID: "Exchange", Classification: tocsin.ClassMaintenance, Status: tocsin.StatusOperational, StartAt: end.Add(-time.Hour), EndAt: end, ModifiedAt: end})
	snapshot, err := d.model.Snapshot(t.Context(), storetest.Contoso)
	if err != nil {
		t.Fatal(err)
	}
	if rows := health.PlannedRows(snapshot, d.now); len(rows) != 1 {
		t.Fatalf("%d rows of work", len(rows))
	}
	wakes := health.NextAt(snapshot, d.now)
	if want := end.Add(tocsin.OverrunFor); !wakes.Equal(want) {
		t.Errorf("wakes at %v, want %v", wakes, want)
	}
	if rows := health.PlannedRows(snapshot, wakes); len(rows) != 0 {
		t.Errorf("%d rows of work when it wakes", len(rows))
	}
}
