package respond

import (
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A time of the day is the next one that clocks show, whatever they do meanwhile.
func TestNextTimeOfTheDay(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		zone, after  string
		hour, minute int
		want         string
	}{
		"today":               {"Europe/Paris", "2026-03-02T09:00:00Z", 15, 30, "2026-03-02T14:30:00Z"},
		"tomorrow":            {"Asia/Tokyo", "2026-03-02T09:00:00Z", 9, 5, "2026-03-03T00:05:00Z"},
		"not this minute":     {"UTC", "2026-03-02T09:00:30Z", 9, 0, "2026-03-03T09:00:00Z"},
		"skipped":             {"Europe/Paris", "2026-03-29T00:10:00Z", 2, 30, "2026-03-29T01:00:00Z"},
		"repeated, the first": {"Europe/Paris", "2026-10-24T23:50:00Z", 2, 30, "2026-10-25T00:30:00Z"},
		"repeated, again":     {"Europe/Paris", "2026-10-25T00:40:00Z", 2, 30, "2026-10-25T01:30:00Z"},
		"half an hour":        {"Australia/Lord_Howe", "2026-10-03T15:00:00Z", 2, 15, "2026-10-03T15:30:00Z"},
	} {
		zone, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		after, err := time.Parse(time.RFC3339, tt.after)
		if err != nil {
			t.Fatal(err)
		}
		if got := NextAt(after, tt.hour, tt.minute, zone).Format(time.RFC3339); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// Of a promise it is told once that it is due soon and once that it is late; not while
// the update of the runbook that it names is late itself, and not after the end.
func TestPromiseThatIsLate(t *testing.T) {
	t.Parallel()
	t0 := time.Date(2026, 10, 25, 0, 20, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return t0.Add(time.Duration(minutes) * time.Minute) }
	promise := tocsin.IncidentPromise{Message: 3, SentAt: at(5), DueAt: at(40)}
	done := []tocsin.IncidentStep{{Step: tocsin.StepDetection, Needed: true, At: t0}, {Step: tocsin.StepAnnouncement, Needed: true, At: t0}, {Step: tocsin.StepEscalation, Needed: true, At: t0}}
	soon, late := tocsin.LateStep{Step: tocsin.StepReminder, N: 3, DueAt: at(40)}, tocsin.LateStep{Step: tocsin.StepPromise, N: 3, DueAt: at(40)}
	for name, tt := range map[string]struct {
		now     time.Time
		promise tocsin.IncidentPromise
		told    []tocsin.LateStep
		closed  time.Time
		want    string
	}{
		"in time":            {at(29), promise, nil, time.Time{}, ""},
		"soon":               {at(30), promise, nil, time.Time{}, "reminder"},
		"told":               {at(31), promise, []tocsin.LateStep{soon}, time.Time{}, ""},
		"late":               {at(41), promise, []tocsin.LateStep{soon}, time.Time{}, "promise"},
		"late, told":         {at(50), promise, []tocsin.LateStep{soon, late}, time.Time{}, ""},
		"nobody looked":      {at(55), promise, nil, time.Time{}, "promise"},
		"closed":             {at(41), promise, nil, at(35), ""},
		"none":               {at(41), tocsin.IncidentPromise{}, nil, time.Time{}, ""},
		"short, half of it":  {at(38), tocsin.IncidentPromise{Message: 3, SentAt: at(36), DueAt: at(40)}, nil, time.Time{}, "reminder"},
		"of an update":       {at(61), tocsin.IncidentPromise{Message: 3, SentAt: at(5), DueAt: at(60)}, nil, time.Time{}, "updates"},
		"of an update, soon": {at(55), tocsin.IncidentPromise{Message: 3, SentAt: at(5), DueAt: at(60)}, nil, time.Time{}, "reminder"},
	} {
		one := tocsin.RunningIncident{Incident: tocsin.Incident{Zone: "Europe/Paris", Starts: []tocsin.IncidentStart{{T0: t0, Since: t0}}, ClosedAt: tt.closed}, Steps: done, Told: tt.told, Promise: tt.promise}
		got := ""
		for _, l := range lateSteps(one, tt.now) {
			got += l.Step
		}
		if got != tt.want {
			t.Errorf("%s: told of %q, want %q", name, got, tt.want)
		}
	}
}

// The newest message that was sent promises, and no other.
func TestPromiseThatHolds(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	first := tocsin.IncidentMessage{N: 1, State: tocsin.MessageSent, SettledAt: at, Promised: at.Add(time.Hour)}
	waits := tocsin.IncidentMessage{N: 2, State: tocsin.MessageWaiting, WrittenAt: at.Add(time.Minute), Promised: at.Add(2 * time.Hour)}
	last := tocsin.IncidentMessage{N: 3, State: tocsin.MessageSent, SettledAt: at.Add(time.Minute)}
	if p := tocsin.PromiseOf(tocsin.Incident{}, []tocsin.IncidentMessage{waits, first}); p.Message != 1 || !p.DueAt.Equal(first.Promised) {
		t.Errorf("%+v", p)
	}
	if p := tocsin.PromiseOf(tocsin.Incident{}, []tocsin.IncidentMessage{last, waits, first}); !p.DueAt.IsZero() {
		t.Errorf("after a newer one: %+v", p)
	}
	if p := tocsin.PromiseOf(tocsin.Incident{ClosedAt: at}, []tocsin.IncidentMessage{first}); !p.DueAt.IsZero() {
		t.Errorf("after the end: %+v", p)
	}
	if c, ok := PromiseClock(tocsin.IncidentPromise{Message: 1, DueAt: at}, at.Add(time.Minute)); !ok || c.State != Late || c.Late != time.Minute {
		t.Errorf("%+v", c)
	}
}
