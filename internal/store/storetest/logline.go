package storetest

import (
	"context"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// logged fills an archive with changes of two services over three hours, and has
// the event log handle all of them.
func logged(t *testing.T, s *Desk) {
	t.Helper()
	AddTenants(t, s)
	record(t, s, Contoso, T0, Issue(t, "EX1", "one", T0), message(t, "MC1", "About Teams", "x", T0))
	record(t, s, Contoso, T0.Add(time.Hour), Issue(t, "EX1", "two", T0.Add(time.Hour)), overview(t, tocsin.StatusDegradation), privacy(t, "MC2", T0))
	record(t, s, Contoso, T0.Add(2*time.Hour), Issue(t, "EX2", "one", T0))
	record(t, s, Fabrikam, T0.Add(2*time.Hour), Issue(t, "EX2", "one", T0))
	logAll(t, s)
}

// logAll has the event log handle all changes.
func logAll(t *testing.T, s *Desk) {
	t.Helper()
	if err := s.AddConsumer(t.Context(), archive.EventLog, true); err != nil {
		t.Fatal(err)
	}
	handle := func(ctx context.Context, tx *store.Tx, batch []tocsin.Change) error {
		var events []tocsin.Event
		for _, c := range batch {
			events = append(events, tocsin.Event{Change: c, Status: tocsin.StatusDegradation, Posts: 1})
		}
		return s.PutEvents(ctx, tx, events)
	}
	if _, _, err := s.Consume(t.Context(), claim(t, s, archive.EventLog, T0), 99, T0, time.Minute, handle); err != nil {
		t.Fatal(err)
	}
}

// logFilters: the log is read by service, kind and time, from any place on, and
// each change once.
func logFilters(t *testing.T, s *Desk) {
	logged(t, s)
	record(t, s, Contoso, T0.Add(3*time.Hour), Issue(t, "EX3", "one", T0)) // the log has not come to it
	issues, overviews := []tocsin.Kind{tocsin.KindIssue}, []tocsin.Kind{tocsin.KindOverview}
	for name, tt := range map[string]struct {
		q    archive.LatestQuery
		want []string
	}{
		"all":             {archive.LatestQuery{}, []string{"EX3 new 1", "EX2 new 1", "Exchange new 1", "EX1 updated 2", "MC1 new 1", "EX1 new 1"}},
		"private":         {archive.LatestQuery{Private: true, Kinds: []tocsin.Kind{tocsin.KindMessage}}, []string{"MC2 new 1", "MC1 new 1"}},
		"a kind":          {archive.LatestQuery{Kinds: overviews}, []string{"Exchange new 1"}},
		"by name":         {archive.LatestQuery{Services: []string{"EXCHANGE  Online"}, Kinds: issues}, []string{"EX3 new 1", "EX2 new 1", "EX1 updated 2", "EX1 new 1"}},
		"by id":           {archive.LatestQuery{Services: []string{"exchange"}, Kinds: overviews}, []string{"Exchange new 1"}},
		"by id and name":  {archive.LatestQuery{Services: []string{"Exchange", "Exchange Online"}, Until: T0.Add(2 * time.Hour)}, []string{"Exchange new 1", "EX1 updated 2", "EX1 new 1"}},
		"of a message":    {archive.LatestQuery{Services: []string{"Microsoft Teams"}, Until: T0.Add(time.Hour)}, []string{"MC1 new 1"}},
		"two services":    {archive.LatestQuery{Services: []string{"Microsoft Teams", "Exchange"}, Until: T0.Add(time.Minute)}, []string{"MC1 new 1", "EX1 new 1"}},
		"unknown service": {archive.LatestQuery{Services: []string{"Sway"}, Until: T0.Add(3 * time.Hour)}, []string{}},
		"blank service":   {archive.LatestQuery{Services: []string{" "}, Until: T0.Add(3 * time.Hour)}, []string{}},
		"since":           {archive.LatestQuery{Since: T0.Add(2 * time.Hour)}, []string{"EX3 new 1", "EX2 new 1"}},
		"until":           {archive.LatestQuery{Until: T0.Add(time.Hour)}, []string{"MC1 new 1", "EX1 new 1"}},
		"first":           {archive.LatestQuery{Limit: 2}, []string{"EX3 new 1", "EX2 new 1"}},
		"after a place":   {archive.LatestQuery{Before: archive.Place{At: T0.Add(time.Hour), Seq: 4}, Limit: 2}, []string{"EX1 updated 2", "MC1 new 1"}},
	} {
		if tt.q.Limit == 0 {
			tt.q.Limit = 99
		}
		told, err := s.LatestEvents(t.Context(), Contoso, tt.q)
		if err != nil {
			t.Fatal(name, err)
		}
		var changes []tocsin.Change
		for _, one := range told {
			changes = append(changes, one.Change)
			if one.Read != (one.ID != "EX3") {
				t.Errorf("%s: %s is read: %t", name, one.ID, one.Read)
			}
		}
		expect(t, name, whats(changes), tt.want)
	}
}

// ForgetLog makes an archive whose events stand nowhere in the log, as an older
// version of the program left it.
func ForgetLog(t *testing.T, s *Desk) {
	t.Helper()
	logged(t, s)
	var unfiled int // what the next start would file again
	err := s.Writer().QueryRowContext(t.Context(), `SELECT count(*) FROM events WHERE seq > (SELECT value FROM counters WHERE name = 'log')`).Scan(&unfiled)
	if err != nil || unfiled != 0 {
		t.Errorf("%d events count as unfiled, %v", unfiled, err)
	}
	exec(t, s, `DELETE FROM log_lines`)
	exec(t, s, `UPDATE counters SET value = 0 WHERE name = 'log'`)
	if list, err := s.LatestEvents(t.Context(), Contoso, archive.LatestQuery{Limit: 99}); err != nil || len(list) != 0 {
		t.Errorf("before: %v, %v", list, err)
	}
}

// RecallLog checks that opening an archive that [ForgetLog] made filed its events.
func RecallLog(t *testing.T, s *Desk) {
	t.Helper()
	list, err := s.LatestEvents(t.Context(), Contoso, archive.LatestQuery{Services: []string{"Exchange"}, Limit: 99})
	if err != nil || len(list) != 4 {
		t.Errorf("after: %+v, %v, want the four of the service", list, err)
	}
}
