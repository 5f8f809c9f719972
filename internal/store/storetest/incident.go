package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
)

// incidentChecks are what is promised of incidents.
func incidentChecks() checks {
	return checks{
		"Incidents":         incidents,
		"IncidentsRefused":  incidentsRefused,
		"IncidentSteps":     incidentSteps,
		"IncidentStepRace":  incidentStepRace,
		"IncidentTimeline":  incidentTimeline,
		"IncidentRoles":     incidentRoles,
		"IncidentMessages":  incidentMessages,
		"IncidentApproval":  incidentApproval,
		"IncidentChanges":   incidentChanges,
		"IncidentLate":      incidentLate,
		"IncidentPromises":  incidentPromises,
		"IncidentTicks":     incidentTicks,
		"IncidentMatrix":    incidentMatrix,
		"IncidentMeasures":  incidentMeasures,
		"IncidentStart":     incidentStart,
		"IncidentClose":     incidentClose,
		"IncidentsAreAlone": incidentsAreAlone,
		"IncidentGone":      incidentGone,
	}
}

// as is a context in which somebody acts.
func as(t *testing.T, name string) context.Context {
	return tocsin.WithActor(t.Context(), tocsin.Actor{UserID: name, Name: name})
}

// openIncident opens one about MO821132 in both tenants, as kim.
func openIncident(t *testing.T, s *Desk) tocsin.Incident {
	t.Helper()
	AddTenants(t, s)
	i, err := s.OpenIncident(as(t, "kim"), tocsin.Incident{
		Title: "Access to Microsoft 365", TenantIDs: []string{Fabrikam, Contoso}, Issues: []string{"MO821132", "EX820411", "MO821132"}, Services: []string{"Exchange", "microsoftteams"}, Zone: "Europe/Paris",
		Starts: []tocsin.IncidentStart{{T0: T0.Add(-10 * time.Minute)}},
	}, T0)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func incidents(t *testing.T, s *Desk) {
	ctx := t.Context()
	i := openIncident(t, s)
	if i.N != 1 || i.OpenedBy != "kim" || !i.T0().Equal(T0.Add(-10*time.Minute)) || !i.Open() {
		t.Errorf("opened: %+v", i)
	}
	got, err := s.Incident(ctx, 1)
	if err != nil || got.Title != "Access to Microsoft 365" || !slices.Equal(got.Issues, []string{"EX820411", "MO821132"}) || len(got.TenantIDs) != 2 || len(got.Services) != 2 || got.Zone != "Europe/Paris" || !got.T0().Equal(i.T0()) {
		t.Errorf("Incident = %+v, %v", got, err)
	}
	if _, err := s.Incident(ctx, 2); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("no such incident: %v, want ErrNotFound", err)
	}
	local, err := s.OpenIncident(ctx, tocsin.Incident{Title: "VPN", TenantIDs: []string{Contoso}, Zone: "UTC"}, T0)
	if err != nil || local.N != 2 || !local.T0().Equal(T0) {
		t.Errorf("a failure of one's own: %+v, %v", local, err)
	}
	for name, tt := range map[string]struct {
		q    respond.IncidentsQuery
		want []int64
	}{
		"all":                     {respond.IncidentsQuery{Limit: 10}, []int64{2, 1}},
		"one":                     {respond.IncidentsQuery{Limit: 1}, []int64{2}},
		"about an issue":          {respond.IncidentsQuery{Limit: 10, Issue: "MO821132"}, []int64{1}},
		"about none":              {respond.IncidentsQuery{Limit: 10, Issue: "MO1"}, nil},
		"who sees all of Contoso": {respond.IncidentsQuery{Limit: 10, Sees: func(ids []string) bool { return slices.Equal(ids, []string{Contoso}) }}, []int64{2}},
		"who sees nothing":        {respond.IncidentsQuery{Limit: 10, Sees: func([]string) bool { return false }}, nil},
	} {
		list, err := s.Incidents(ctx, tt.q)
		var ns []int64
		for _, one := range list {
			ns = append(ns, one.N)
			if alone, err := s.Incident(ctx, one.N); err != nil || !reflect.DeepEqual(one, alone) {
				t.Errorf("%s: listed as %+v, alone it is %+v, %v", name, one, alone, err)
			}
		}
		if err != nil || !slices.Equal(ns, tt.want) {
			t.Errorf("%s: %v, %v, want %v", name, ns, err, tt.want)
		}
	}
	if err := s.AttachIssue(ctx, 2, "TM900", T0); err != nil {
		t.Error(err)
	}
	if err := s.AttachIssue(ctx, 2, "TM900", T0); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("an issue twice: %v, want ErrConflict", err)
	}
	audited(t, s, map[string]int{"incident.open": 2, "incident.issue": 1})
	joinIncident(t, s)
}

// joinIncident has an issue of another tenant handled in a room, and takes it out again:
// each once, with the reason, and the tenant stays.
func joinIncident(t *testing.T, s *Desk) {
	t.Helper()
	ctx := as(t, "kim")
	i, err := s.OpenIncident(ctx, tocsin.Incident{Title: "x", TenantIDs: []string{Contoso}, Zone: "UTC"}, T0)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.JoinIncident(ctx, i.N, Fabrikam, "TM1", "teams", T0); err != nil {
		t.Error(err)
	}
	if err := s.JoinIncident(ctx, i.N, Fabrikam, "TM1", "teams", T0); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("joined twice: %v, want ErrConflict", err)
	}
	if err := s.DetachIssue(ctx, i.N, "TM1", " ", T0); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("removed without a reason: %v, want ErrInvalid", err)
	}
	if err := s.DetachIssue(ctx, i.N, "TM1", "another one", T0); err != nil {
		t.Error(err)
	}
	if err := s.DetachIssue(ctx, i.N, "TM1", "another one", T0); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("removed twice: %v, want ErrConflict", err)
	}
	got, err := s.Incident(ctx, i.N)
	if err != nil || len(got.Issues) != 0 || !slices.Equal(got.Services, []string{"teams"}) || len(got.TenantIDs) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	audited(t, s, map[string]int{"incident.issue": 2, "incident.issue-end": 1})
}

// audited counts the entries of the audit log by what was done.
func audited(t *testing.T, s *Desk, want map[string]int) {
	t.Helper()
	for action, n := range want {
		list, err := s.Audit(t.Context(), store.AuditQuery{Action: action, Limit: 100})
		if err != nil || len(list) != n {
			t.Errorf("%d entries of %s, %v, want %d", len(list), action, err, n)
		}
	}
}

func incidentsRefused(t *testing.T, s *Desk) {
	AddTenants(t, s)
	good := tocsin.Incident{Title: "x", TenantIDs: []string{Contoso}, Zone: "Asia/Tokyo"}
	for field, spoil := range map[string]func(*tocsin.Incident){
		"title": func(i *tocsin.Incident) { i.Title = " " }, "tenant": func(i *tocsin.Incident) { i.TenantIDs = nil }, "zone": func(i *tocsin.Incident) { i.Zone = "Mars/Olympus" },
		"t0":    func(i *tocsin.Incident) { i.Starts = []tocsin.IncidentStart{{T0: T0.Add(time.Hour)}} },
		"issue": func(i *tocsin.Incident) { i.Issues = []string{"a\nb"} }, "service": func(i *tocsin.Incident) { i.Services = make([]string, 60) },
	} {
		bad := good
		spoil(&bad)
		if _, err := s.OpenIncident(t.Context(), bad, T0); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", field, err)
		}
	}
	good.TenantIDs = []string{"33333333-3333-4333-8333-333333333333"}
	if _, err := s.OpenIncident(t.Context(), good, T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("of no tenant: %v, want ErrNotFound", err)
	}
	if list, err := s.Incidents(t.Context(), respond.IncidentsQuery{Limit: 10}); len(list) != 0 || err != nil {
		t.Errorf("left behind: %+v, %v", list, err)
	}
}

func incidentSteps(t *testing.T, s *Desk) {
	ctx := as(t, "kim")
	openIncident(t, s)
	done := func(step string, n int) tocsin.IncidentStep {
		return tocsin.IncidentStep{Step: step, N: n, Needed: true}
	}
	if err := s.EndStep(ctx, 1, done("detection", 0), T0); err != nil {
		t.Fatal(err)
	}
	err := s.EndStep(as(t, "alex"), 1, done("detection", 0), T0)
	if !errors.Is(err, tocsin.ErrConflict) || !strings.Contains(fmt.Sprint(err), "kim has done this already") {
		t.Errorf("twice: %v, want ErrConflict that names kim", err)
	}
	if err := s.EndStep(ctx, 1, tocsin.IncidentStep{Step: "escalation", Reason: "the provider knows", At: T0.Add(-time.Minute)}, T0); err != nil {
		t.Error(err)
	}
	for name, e := range map[string]tocsin.IncidentStep{
		"not needed without a reason": {Step: "announcement"}, "no step": done("dance", 0), "an update without a number": done("updates", 0), "one far away": done("updates", 3), "another with a number": done("closure", 1),
		"still to come": {Step: "closure", Needed: true, At: T0.Add(time.Hour)},
	} {
		if err := s.EndStep(ctx, 1, e, T0); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	for n := range 2 {
		if err := s.EndStep(ctx, 1, done("updates", n+1), T0); err != nil {
			t.Error(err)
		}
	}
	if err := s.EndStep(ctx, 9, done("closure", 0), T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("no such incident: %v, want ErrNotFound", err)
	}
	room, err := s.IncidentRoom(ctx, 1)
	if err != nil || len(room.Steps) != 4 || room.Steps[0].Step != "escalation" || room.Steps[0].Needed || room.Steps[0].Reason == "" || !room.Steps[0].WrittenAt.Equal(T0) {
		t.Errorf("steps: %+v, %v", room.Steps, err)
	}
	if err := s.ReopenStep(ctx, 1, "detection", 0, "", T0); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("taken back without a reason: %v, want ErrInvalid", err)
	}
	if err := s.ReopenStep(ctx, 1, "detection", 0, "wrong sheet", T0); err != nil {
		t.Error(err)
	}
	if err := s.ReopenStep(ctx, 1, "detection", 0, "again", T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("taken back twice: %v, want ErrNotFound", err)
	}
	audited(t, s, map[string]int{"incident.step": 4, "incident.reopen": 1})
}

// Of two people who end a step at once, one wins and the other is told.
func incidentStepRace(t *testing.T, s *Desk) {
	openIncident(t, s)
	results := make(chan error, 2)
	for _, name := range []string{"kim", "alex"} {
		ctx := as(t, name)
		go func() {
			results <- s.EndStep(ctx, 1, tocsin.IncidentStep{Step: "announcement", Needed: true}, T0)
		}()
	}
	won, lost := 0, 0
	for range 2 {
		switch err := <-results; {
		case err == nil:
			won++
		case errors.Is(err, tocsin.ErrConflict):
			lost++
		default:
			t.Error(err)
		}
	}
	if won != 1 || lost != 1 {
		t.Errorf("%d won, %d lost", won, lost)
	}
	audited(t, s, map[string]int{"incident.step": 1})
}

func incidentTimeline(t *testing.T, s *Desk) {
	ctx := as(t, "kim")
	openIncident(t, s)
	if err := s.AddEntry(ctx, 1, "decision", "MFA stays on.\r\nNo exception.", T0.Add(-30*time.Minute), T0); err != nil {
		t.Fatal(err)
	}
	if err := s.AmendEntry(as(t, "alex"), 1, 2, "MFA stays on, with one exception.", T0.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := s.AmendEntry(ctx, 1, 3, "None after all.", T0.Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"empty": s.AddEntry(ctx, 1, "note", " \n", time.Time{}, T0), "of no kind": s.AddEntry(ctx, 1, "close", "x", time.Time{}, T0), "too long": s.AddEntry(ctx, 1, "note", strings.Repeat("x", 4001), time.Time{}, T0),
		"with controls": s.AddEntry(ctx, 1, "note", "a\x1b[2J", time.Time{}, T0), "of the future": s.AddEntry(ctx, 1, "note", "x", T0.Add(time.Hour), T0), "amended by nothing": s.AmendEntry(ctx, 1, 2, "", T0),
	} {
		if !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	if err := s.AmendEntry(ctx, 1, 99, "x", T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("no such entry: %v, want ErrNotFound", err)
	}
	list, err := s.IncidentEntries(ctx, 1, 10)
	if err != nil || len(list) != 4 {
		t.Fatalf("%+v, %v", list, err)
	}
	first := list[2]
	if first.Kind != "decision" || first.Text != "MFA stays on.\nNo exception." || !first.HappenedAt.Equal(T0.Add(-30*time.Minute)) || !first.WrittenAt.Equal(T0) || first.By != "kim" {
		t.Errorf("the first of it: %+v", first)
	}
	if list[1].Amends != 2 || list[0].Amends != 2 || list[1].By != "alex" || !list[0].HappenedAt.Equal(first.HappenedAt) {
		t.Errorf("amended: %+v", list[:2])
	}
	if short, err := s.IncidentEntries(ctx, 1, 1); err != nil || len(short) != 1 || short[0].N != 4 {
		t.Errorf("the last one: %+v, %v", short, err)
	}
}

func incidentRoles(t *testing.T, s *Desk) {
	ctx := as(t, "kim")
	openIncident(t, s)
	for _, one := range [][2]string{{"manager", "Sophie"}, {"comms", "Hugo"}, {"manager", "Naoko"}} {
		if err := s.GiveRole(ctx, 1, one[0], one[1], T0); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.GiveRole(ctx, 1, "king", "Hugo", T0); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("no role: %v, want ErrInvalid", err)
	}
	if err := s.GiveRole(ctx, 1, "scribe", "", T0); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("nobody: %v, want ErrInvalid", err)
	}
	room, err := s.IncidentRoom(ctx, 1)
	if err != nil || len(room.Roles) != 3 || room.Roles[0].EndedAt.IsZero() || !room.Roles[2].EndedAt.IsZero() || room.Roles[2].Name != "Naoko" {
		t.Errorf("%+v, %v", room.Roles, err)
	}
	if err := s.CloseIncident(ctx, 1, nil, T0.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	room, err = s.IncidentRoom(ctx, 1)
	if err != nil || slices.ContainsFunc(room.Roles, func(r tocsin.IncidentRole) bool { return r.EndedAt.IsZero() }) {
		t.Errorf("roles of a closed incident: %+v, %v", room.Roles, err)
	}
	if err := s.GiveRole(ctx, 1, "scribe", "Hugo", T0.Add(time.Hour)); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("a role of a closed incident: %v, want ErrConflict", err)
	}
}

func incidentMatrix(t *testing.T, s *Desk) {
	ctx := as(t, "kim")
	openIncident(t, s)
	for _, one := range []tocsin.IncidentState{{Service: "Exchange", State: "partial", Workaround: "Desktop Outlook"}, {Service: "PowerBI", State: "ko"}, {Service: "Exchange", State: "ok"}} {
		if err := s.SetIncidentState(ctx, 1, one, T0); err != nil {
			t.Fatal(err)
		}
	}
	for name, one := range map[string]tocsin.IncidentState{"no state": {Service: "Exchange", State: "green"}, "no service": {State: "ok"}, "two lines": {Service: "Exchange", State: "ok", Workaround: "a\nb"}} {
		if err := s.SetIncidentState(ctx, 1, one, T0); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	room, err := s.IncidentRoom(ctx, 1)
	if err != nil || len(room.States) != 3 || room.States[2].State != "ok" || room.States[0].Workaround != "Desktop Outlook" || room.States[0].By != "kim" {
		t.Errorf("%+v, %v", room.States, err)
	}
	if i, err := s.Incident(ctx, 1); err != nil || !slices.Contains(i.Services, "PowerBI") || len(i.Services) != 3 {
		t.Errorf("a service that was tried joins the matrix: %v, %v", i.Services, err)
	}
}

func incidentMeasures(t *testing.T, s *Desk) {
	ctx := as(t, "kim")
	openIncident(t, s)
	for _, what := range []string{"SMTP relay", "Guest Wi-Fi without proxy"} {
		if err := s.AddMeasure(ctx, 1, tocsin.IncidentMeasure{What: what, Where: "Lyon", Who: "Yanis", UndoBy: "Yanis, when mail flows"}, T0); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddMeasure(ctx, 1, tocsin.IncidentMeasure{What: "x"}, T0); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("one that nobody undoes: %v, want ErrInvalid", err)
	}
	if err := s.EndMeasure(ctx, 1, 1, false, "", T0); err != nil {
		t.Error(err)
	}
	if err := s.EndMeasure(as(t, "alex"), 1, 1, false, "", T0); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("ended twice: %v, want ErrConflict", err)
	}
	if err := s.EndMeasure(ctx, 1, 7, false, "", T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("no such measure: %v, want ErrNotFound", err)
	}
	if err := s.EndMeasure(ctx, 1, 2, true, "", T0); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("kept without a reason: %v, want ErrInvalid", err)
	}
	room, err := s.IncidentRoom(ctx, 1)
	if err != nil || len(room.Measures) != 2 || room.Measures[0].Open() || !room.Measures[1].Open() || room.Measures[1].N != 2 || room.Measures[1].UndoBy == "" {
		t.Errorf("%+v, %v", room.Measures, err)
	}
}

func incidentStart(t *testing.T, s *Desk) {
	ctx := as(t, "kim")
	openIncident(t, s)
	if err := s.CorrectStart(ctx, 1, T0.Add(-time.Hour), "first call", T0.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{"without a reason": s.CorrectStart(ctx, 1, T0, "", T0), "still to come": s.CorrectStart(ctx, 1, T0.Add(time.Hour), "x", T0)} {
		if !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	i, err := s.Incident(ctx, 1)
	if err != nil || len(i.Starts) != 2 || !i.T0().Equal(T0.Add(-time.Hour)) || i.Starts[1].Reason != "first call" || !i.Starts[1].Since.Equal(T0.Add(time.Minute)) || !i.Starts[0].Since.Equal(T0) {
		t.Errorf("%+v, %v", i.Starts, err)
	}
	audited(t, s, map[string]int{"incident.start": 1})
}

func incidentClose(t *testing.T, s *Desk) {
	ctx := as(t, "kim")
	openIncident(t, s)
	if err := s.AddMeasure(ctx, 1, tocsin.IncidentMeasure{What: "SMTP relay", UndoBy: "kim"}, T0); err != nil {
		t.Fatal(err)
	}
	items := []string{"exchange/queues", "all/shd"}
	err := s.CloseIncident(ctx, 1, items, T0)
	if !errors.Is(err, tocsin.ErrConflict) || !strings.Contains(fmt.Sprint(err), "SMTP relay") || !strings.Contains(fmt.Sprint(err), "all/shd") {
		t.Errorf("closed too early: %v, want ErrConflict that names what is missing", err)
	}
	if err := s.Tick(ctx, 1, tocsin.IncidentCheck{Item: items[0], Needed: true}, T0); err != nil {
		t.Error(err)
	}
	if err := s.Tick(as(t, "alex"), 1, tocsin.IncidentCheck{Item: items[0], Needed: true}, T0); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("ticked twice: %v, want ErrConflict", err)
	}
	if err := s.Tick(ctx, 1, tocsin.IncidentCheck{Item: items[1]}, T0); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("not needed without a reason: %v, want ErrInvalid", err)
	}
	for _, err := range []error{s.Tick(ctx, 1, tocsin.IncidentCheck{Item: items[1], Reason: "a local failure"}, T0), s.EndMeasure(ctx, 1, 1, true, "until Friday", T0), s.CloseIncident(ctx, 1, items, T0.Add(time.Hour))} {
		if err != nil {
			t.Error(err)
		}
	}
	if i, err := s.Incident(ctx, 1); err != nil || i.Open() || i.ClosedBy != "kim" {
		t.Errorf("%+v, %v", i, err)
	}
	later := T0.Add(7 * 24 * time.Hour)
	for name, err := range map[string]error{
		"closed again": s.CloseIncident(ctx, 1, nil, later), "a step": s.EndStep(ctx, 1, tocsin.IncidentStep{Step: "closure", Needed: true}, later),
		"a state": s.SetIncidentState(ctx, 1, tocsin.IncidentState{Service: "Exchange", State: "ok"}, later), "a start": s.CorrectStart(ctx, 1, T0, "x", later),
	} {
		if !errors.Is(err, tocsin.ErrConflict) {
			t.Errorf("%s of a closed incident: %v, want ErrConflict", name, err)
		}
	}
	for name, err := range map[string]error{
		"the review": s.EndStep(ctx, 1, tocsin.IncidentStep{Step: "review", Needed: true}, later), "a note": s.AddEntry(ctx, 1, "note", "found later", T0, later), "an amendment": s.AmendEntry(ctx, 1, 1, "as it was", later),
	} {
		if err != nil {
			t.Errorf("%s of a closed incident: %v", name, err)
		}
	}
	if list, err := s.Incidents(ctx, respond.IncidentsQuery{Open: true, Limit: 10}); err != nil || len(list) != 0 {
		t.Errorf("open ones: %+v, %v", list, err)
	}
	audited(t, s, map[string]int{"incident.close": 1, "incident.check": 2})
}

// What is written into one incident is in no other.
func incidentsAreAlone(t *testing.T, s *Desk) {
	ctx := as(t, "kim")
	openIncident(t, s)
	if _, err := s.OpenIncident(ctx, tocsin.Incident{Title: "VPN", TenantIDs: []string{Contoso}, Zone: "UTC"}, T0); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		s.EndStep(ctx, 2, tocsin.IncidentStep{Step: "detection", Needed: true}, T0), s.GiveRole(ctx, 2, "scribe", "Hugo", T0), s.SetIncidentState(ctx, 2, tocsin.IncidentState{Service: "VPN", State: "ko"}, T0),
		s.AddMeasure(ctx, 2, tocsin.IncidentMeasure{What: "x", UndoBy: "y"}, T0), s.Tick(ctx, 2, tocsin.IncidentCheck{Item: "all/shd", Needed: true}, T0),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	room, err := s.IncidentRoom(ctx, 1)
	if err != nil || len(room.Steps)+len(room.Roles)+len(room.States)+len(room.Measures)+len(room.Checks) != 0 {
		t.Errorf("%+v, %v", room, err)
	}
	if list, err := s.IncidentEntries(ctx, 1, 10); err != nil || len(list) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	if list, err := s.Audit(ctx, store.AuditQuery{Action: "incident.step", TenantID: Contoso, Limit: 10}); err != nil || len(list) != 1 || list[0].Object != "incident 2" {
		t.Errorf("audit of the one tenant: %+v, %v", list, err)
	}
}
