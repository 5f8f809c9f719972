package tocsin_test

import (
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// How far work is comes from its own word first, then from the clock. A window
// that has passed is no word that it is done.
func TestStage(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	past, long, soon := now.Add(-time.Hour), now.Add(-8*24*time.Hour), now.Add(time.Hour)
	const work = tocsin.ClassMaintenance
	for name, tt := range map[string]struct {
		class      string
		status     tocsin.Status
		start, end time.Time
		want       tocsin.Stage
		overrun    bool
	}{
		"an incident":             {"incident", tocsin.StatusDegradation, past, time.Time{}, "", false},
		"to come":                 {work, tocsin.StatusOperational, soon, soon.Add(time.Hour), tocsin.StageScheduled, false},
		"to come by their word":   {"PlannedMaintenance", "Planned", soon, soon.Add(time.Hour), tocsin.StageScheduled, false},
		"begun before its time":   {work, "In progress", soon, soon.Add(time.Hour), tocsin.StageInProgress, false},
		"under way":               {work, tocsin.StatusOperational, past, soon, tocsin.StageInProgress, false},
		"under way, still called": {work, "Scheduled", past, soon, tocsin.StageInProgress, false},
		"felt":                    {work, tocsin.StatusDegradation, past, soon, tocsin.StageInProgress, false},
		"felt too long":           {work, tocsin.StatusDegradation, long, past, tocsin.StageInProgress, false},
		"without an end":          {work, tocsin.StatusOperational, past, time.Time{}, tocsin.StageInProgress, false},
		"without a time":          {work, "", time.Time{}, time.Time{}, tocsin.StageScheduled, false},
		"overrun":                 {work, tocsin.StatusOperational, past.Add(-time.Hour), past, tocsin.StageUnknown, true},
		"overrun this instant":    {work, tocsin.StatusOperational, past, now, tocsin.StageUnknown, true},
		"overrun long ago":        {work, "Scheduled", long.Add(-time.Hour), long, tocsin.StageUnknown, false},
		"done":                    {work, tocsin.StatusServiceRestored, long, past, tocsin.StageCompleted, false},
		"done by their word":      {work, "Completed", long, past, tocsin.StageCompleted, false},
		"called off":              {work, tocsin.StatusFalsePositive, soon, soon, tocsin.StageCancelled, false},
		"called off in words":     {work, "Cancelled", soon, soon, tocsin.StageCancelled, false},
	} {
		c := tocsin.Course{Class: tt.class, Status: tt.status, StartAt: tt.start, EndAt: tt.end}
		if c.Stage(now) != tt.want || c.Overrun(now) != tt.overrun {
			t.Errorf("%s: stage %q, overrun %v, want %q, %v", name, c.Stage(now), c.Overrun(now), tt.want, tt.overrun)
		}
	}
}

// Whether an issue is to come, goes on, or is over is decided by status and
// clock together.
func TestCourse(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	past, long, soon := now.Add(-time.Hour), now.Add(-5*time.Hour), now.Add(time.Hour)
	farEnd, _ := tocsin.ParseTime("9999-12-31T23:59:59Z")
	const work = tocsin.ClassMaintenance
	for name, tt := range map[string]struct {
		class                  string
		status                 tocsin.Status
		start, end             time.Time
		over, planned, ongoing bool
	}{
		"open":                             {"incident", tocsin.StatusInterruption, past, time.Time{}, false, false, true},
		"ended":                            {"incident", tocsin.StatusServiceRestored, long, past, true, false, false},
		"ends this instant":                {"advisory", tocsin.StatusExtendedRecovery, long, now, true, false, false},
		"an end to come":                   {"advisory", tocsin.StatusDegradation, past, soon, false, false, true},
		"restored, its end not readable":   {"incident", tocsin.StatusServiceRestored, past, time.Time{}, true, false, false},
		"false positive without an end":    {"incident", tocsin.StatusFalsePositive, past, time.Time{}, true, false, false},
		"restored by a faster clock":       {"incident", tocsin.StatusServiceRestored, past, soon, true, false, false},
		"ended, but users are affected":    {"incident", tocsin.StatusInterruption, long, past, false, false, true},
		"ended and no longer investigated": {"incident", tocsin.StatusInvestigationSuspended, long, past, true, false, false},
		"ends before it starts":            {"incident", tocsin.StatusInvestigating, past, long, true, false, false},
		"ends in 9999":                     {"incident", tocsin.StatusDegradation, past, farEnd, false, false, true},
		"unknown status":                   {"incident", "Brewing", past, time.Time{}, false, false, true},
		"operational, nobody ended it":     {"advisory", tocsin.StatusOperational, past, time.Time{}, false, false, false},
		"work to come":                     {work, tocsin.StatusOperational, soon, soon.Add(time.Hour), false, true, false},
		"work to come, not investigated":   {work, tocsin.StatusInvestigating, soon, soon.Add(time.Hour), false, true, false},
		"work to come in their words":      {work, "Scheduled", soon, soon.Add(time.Hour), false, true, false},
		"work to come, spelled as theirs":  {"PlannedMaintenance", "", soon, time.Time{}, false, true, false},
		"work under way":                   {work, tocsin.StatusOperational, past, soon, false, true, false},
		"work that users feel":             {work, tocsin.StatusDegradation, past, soon, false, false, true},
		"work that users feel too long":    {work, tocsin.StatusDegradation, long, past, false, false, true},
		"work done":                        {work, tocsin.StatusOperational, long, past, true, false, false},
		"work done in their words":         {work, "Completed", past, time.Time{}, true, false, false},
		"work called off in their words":   {work, "Cancelled", soon, soon.Add(time.Hour), true, false, false},
		"work under way in their words":    {work, "In progress", past, time.Time{}, false, true, false},
		"an incident that is completed":    {"incident", "Completed", past, time.Time{}, false, false, true},
		"work called off":                  {work, tocsin.StatusServiceRestored, soon, soon, true, false, false},
	} {
		c := tocsin.Facts{Class: tt.class, Status: tt.status, StartAt: tt.start, EndAt: tt.end}.Course()
		if c.Over(now) != tt.over || c.Open(now) == tt.over || c.Planned(now) != tt.planned || c.Ongoing(now) != tt.ongoing {
			t.Errorf("%s: over %v, planned %v, ongoing %v, want %v %v %v", name, c.Over(now), c.Planned(now), c.Ongoing(now), tt.over, tt.planned, tt.ongoing)
		}
	}
}
