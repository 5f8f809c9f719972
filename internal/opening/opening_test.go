package opening_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/opening"
	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// A desk on which a rule opens rooms for incidents that interrupt a service.
type desk struct {
	*testing.T
	*storetest.Desk
	now      time.Time
	consumer *opening.Consumer
}

func newDesk(t *testing.T, dsn string) *desk {
	t.Helper()
	d := &desk{T: t, Desk: storetest.Open(t, dsn), now: storetest.T0.Add(time.Hour)}
	storetest.AddTenants(t, d.Desk)
	rules, err := route.CompileRooms("open", []route.RoomSpec{{Matchers: []string{`class="incident"`, `severity="interruption"`}, Zone: "Europe/Paris"}}, route.Known{Labels: route.EventLabels(), Values: route.EventValues()})
	if err != nil {
		t.Fatal(err)
	}
	d.consumer = &opening.Consumer{Archive: d.Archive, Rooms: d.Responses, Carried: business.Library{Maps: d.Responses, People: d.People}, Rules: func() []route.Room { return rules }, Now: func() time.Time { return d.now }}
	return d
}

// says stores what a source says, and returns the changes.
func (d *desk) says(r archive.Record, issues ...tocsin.Issue) []tocsin.Change {
	d.Helper()
	r.TenantID, r.Source, r.SeenAt = storetest.Contoso, "test", d.now
	for _, issue := range issues {
		doc, err := tocsin.NewDocument(issue)
		if err != nil {
			d.Fatal(err)
		}
		r.Entries = append(r.Entries, archive.Entry{Document: doc})
	}
	changes, err := d.Record(d.Context(), r)
	if err != nil {
		d.Fatal(err)
	}
	return changes
}

// hears has the consumer handle changes.
func (d *desk) hears(changes []tocsin.Change) {
	d.Helper()
	if err := d.InTx(d.Context(), func(tx *store.Tx) error { return d.consumer.Handle(d.Context(), tx, changes) }); err != nil {
		d.Fatal(err)
	}
}

func outage(id, service string, start time.Time) tocsin.Issue {
	return tocsin.Issue{ID: id, Title: "Mail waits", Service: service, ServiceID: service, Classification: "incident", Status: tocsin.StatusInterruption, StartAt: start, ModifiedAt: start}
}

// rooms are the issues of each room, the oldest first.
func (d *desk) rooms() string {
	d.Helper()
	list, err := d.Incidents(d.Context(), respond.IncidentsQuery{Limit: 100})
	if err != nil {
		d.Fatal(err)
	}
	var lines []string
	for _, i := range slices.Backward(list) {
		lines = append(lines, fmt.Sprint(i.Issues))
	}
	return strings.Join(lines, " ")
}

func engines(t *testing.T, do func(*desk)) {
	for engine, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { t.Helper(); return filepath.Join(t.TempDir(), "tocsin.db") },
		"postgres": func(t *testing.T) string { t.Helper(); return pgtest.URL(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			do(newDesk(t, dsn(t)))
		})
	}
}

func TestRoomsByRule(t *testing.T) {
	t.Parallel()
	engines(t, func(d *desk) {
		start := d.now.Add(-10 * time.Minute)
		d.hears(d.says(archive.Record{Silent: true}, outage("EX1", "Exchange", start))) // a first poll, or an import
		if got := d.rooms(); got != "" {
			d.Fatalf("what is old opened %s", got)
		}
		changes := d.says(archive.Record{}, outage("EX2", "Exchange", start))
		d.hears(changes)
		d.hears(changes) // again, as after a crash
		advisory := outage("EX3", "Exchange", start)
		advisory.Classification = "advisory"
		d.hears(d.says(archive.Record{}, advisory))
		if got := d.rooms(); got != "[EX2]" {
			d.Fatalf("rooms: %s", got)
		}
		room, err := d.Incident(d.Context(), 1)
		if err != nil || room.Title != "Mail waits" || room.Zone != "Europe/Paris" || fmt.Sprint(room.Services) != "[Exchange]" || !room.T0().Equal(d.now) || room.OpenedBy != tocsin.Desk {
			d.Errorf("room: %+v, %v", room, err)
		}
		// Of the same service and nearly the same time: one room.
		d.hears(d.says(archive.Record{}, outage("EX4", "Exchange", start.Add(4*time.Minute)), outage("EX5", "Exchange", start.Add(6*time.Minute)), outage("TM6", "microsoftteams", start)))
		if got := d.rooms(); got != "[EX2 EX4] [EX5] [TM6]" {
			d.Errorf("rooms: %s", got)
		}
		// One that gets worse, and one that somebody opened by hand.
		worse := outage("EX7", "Exchange", start.Add(-time.Hour))
		worse.Status = tocsin.StatusDegradation
		d.hears(d.says(archive.Record{}, worse))
		if got := d.rooms(); strings.Contains(got, "EX7") {
			d.Errorf("rooms: %s", got)
		}
		d.now = d.now.Add(time.Minute)
		worse.Status, worse.ModifiedAt = tocsin.StatusInterruption, d.now
		d.hears(d.says(archive.Record{}, worse))
		if got := d.rooms(); got != "[EX2 EX4] [EX5] [TM6] [EX7]" {
			d.Errorf("rooms: %s", got)
		}
		byHand := d.says(archive.Record{}, outage("EX8", "Exchange", d.now.Add(-2*time.Hour)))
		if _, err := d.OpenIncident(d.Context(), tocsin.Incident{Title: "By hand", TenantIDs: []string{storetest.Contoso}, Issues: []string{"EX8"}, Zone: "UTC"}, d.now); err != nil {
			d.Fatal(err)
		}
		d.hears(byHand)
		if got := d.rooms(); got != "[EX2 EX4] [EX5] [TM6] [EX7] [EX8]" {
			d.Errorf("rooms: %s", got)
		}
		// What is handled an hour late opens nothing.
		late := d.says(archive.Record{}, outage("EX9", "Exchange", d.now))
		d.now = d.now.Add(archive.OldNews + time.Minute)
		d.hears(late)
		if got := d.rooms(); strings.Contains(got, "EX9") {
			d.Errorf("what is late opened %s", got)
		}
	})
}

// Of several that handle the same change, one opens the room.
func TestRoomsOfReplicas(t *testing.T) {
	t.Parallel()
	engines(t, func(d *desk) {
		changes := d.says(archive.Record{}, outage("EX2", "Exchange", d.now))
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := d.InTx(d.Context(), func(tx *store.Tx) error { return d.consumer.Handle(d.Context(), tx, changes) }); err != nil {
					d.Error(err)
				}
			})
		}
		all.Wait()
		if got := d.rooms(); got != "[EX2]" {
			d.Errorf("rooms: %s", got)
		}
	})
}

// A rule that asks for seats opens a room where the sites that are hit have as many,
// or the provider counts as many users, and where nobody knows, which the room says.
func TestRoomsAskForSeats(t *testing.T) {
	t.Parallel()
	engines(t, func(d *desk) {
		rules, err := route.CompileRooms("open", []route.RoomSpec{{Matchers: []string{`class="incident"`}, Seats: 100}}, route.Known{Labels: route.EventLabels(), Values: route.EventValues()})
		if err != nil {
			t.Fatal(err)
		}
		d.consumer.Rules = func() []route.Room { return rules }
		said := func(n int64) string {
			entries, err := d.IncidentEntries(d.Context(), n, 10)
			if err != nil || len(entries) == 0 {
				d.Fatal(err)
			}
			return entries[len(entries)-1].State
		}
		counted := func(id string, users string) tocsin.Issue {
			one := outage(id, "Exchange", d.now.Add(-10*time.Minute))
			one.Legacy = json.RawMessage(`{"Id":"` + id + `","AffectedUserCount":` + users + `}`)
			return one
		}
		d.hears(d.says(archive.Record{}, counted("EX1", "99"), counted("EX2", "null")))
		if got := d.rooms(); got != "[EX2]" || said(1) != "unknown" {
			d.Fatalf("rooms: %s, %q", got, said(1))
		}
		d.now = d.now.Add(20 * time.Minute)
		d.hears(d.says(archive.Record{}, counted("EX3", "100")))
		if got := d.rooms(); got != "[EX2] [EX3]" || said(2) != "users 100" {
			d.Fatalf("rooms: %s, %q", got, said(2))
		}
		paris, lyon := tocsin.NewGUID(), tocsin.NewGUID()
		for id, seats := range map[string]int{paris: 60, lyon: 40} {
			if err := d.AddSite(d.Context(), tocsin.Site{ID: id, Name: id, TenantID: storetest.Contoso, Seats: seats, CreatedAt: d.now}); err != nil {
				d.Fatal(err)
			}
		}
		carried := tocsin.BusinessMap{TenantID: storetest.Contoso, Uses: []tocsin.MapUse{{Name: "Orders", Services: []string{"Exchange"}}, {Name: "Calls", Services: []string{"microsoftteams"}}}, Processes: []tocsin.MapProcess{
			{Name: "Sales", Uses: []string{"Orders"}, Sites: []string{paris}}, {Name: "Purchase", Uses: []string{"Orders", "Calls"}, Sites: []string{paris, lyon}}, {Name: "Help", Uses: []string{"Calls"}, Sites: []string{lyon}},
		}}
		m, err := d.PutBusinessMap(d.Context(), carried, 0, d.now)
		if err != nil {
			d.Fatal(err)
		}
		d.now = d.now.Add(20 * time.Minute)
		d.hears(d.says(archive.Record{}, counted("EX4", "1"))) // its own seats count, each site once
		if got := d.rooms(); got != "[EX2] [EX3] [EX4]" || said(3) != "seats 100" {
			d.Fatalf("rooms: %s, %q", got, said(3))
		}
		carried.Processes = carried.Processes[:1]
		if _, err = d.PutBusinessMap(d.Context(), carried, m.Version, d.now); err != nil {
			d.Fatal(err)
		}
		d.now = d.now.Add(20 * time.Minute)
		few := counted("EX5", "5000")
		d.hears(d.says(archive.Record{}, few, outage("TM6", "microsoftteams", d.now)))
		if got := d.rooms(); got != "[EX2] [EX3] [EX4] [TM6]" || said(4) != "unknown" {
			d.Fatalf("rooms: %s, %q", got, said(4))
		}
	})
}

func TestRulesAreChecked(t *testing.T) {
	t.Parallel()
	_, err := route.CompileRooms("incidents.open", []route.RoomSpec{{}, {Name: "a", Matchers: []string{`klass="x"`}, Seats: -1}, {Name: "a", Matchers: []string{`class="incidnt"`}, Zone: "Mars/One"}}, route.Known{Labels: route.EventLabels(), Values: route.EventValues()})
	for _, want := range []string{"incidents.open[0].matchers: ", "incidents.open[1].matchers[0]: ", "incidents.open[1].seats: ", "incidents.open[2].name: ", "incidents.open[2].matchers[0]: ", "incidents.open[2].zone: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told: %v", want, err)
		}
	}
}
