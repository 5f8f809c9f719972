package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
)

// respondChecks are what is promised of calls, reports and workarounds.
func respondChecks() checks {
	return checks{
		"Triages":        triages,
		"TriageConflict": triageConflict,
		"TriageRoom":     triageRoom,
		"TriageCaller":   triageCaller,
		"TriageFiles":    triageFiles,
		"FiledReports":   reports,
		"WordsEnd":       wordsEnd,
		"ManyWordsEnd":   manyWordsEnd,
		"Workarounds":    workarounds,
		"Edits":          edits,
		"Votes":          votes,
		"Helped":         helped,
		"EraseNames":     eraseNames,
		"Beacons":        beacons,
	}.with(incidentChecks()).with(requestChecks())
}

func triages(t *testing.T, s *Desk) {
	ctx := tocsin.WithActor(t.Context(), tocsin.Actor{UserID: "u1", Name: "kim"})
	AddTenants(t, s)
	first, err := s.OpenTriage(ctx, Contoso, tocsin.TriageAnswers{Scope: "many", Services: []string{"teams", "exchange"}, Caller: "Accounts, Lyon"}, "unknown", T0)
	if err != nil || first.N != 1 || first.Rev != 1 || first.OpenedBy != "kim" {
		t.Fatalf("OpenTriage = %+v, %v", first, err)
	}
	if _, err := s.OpenTriage(ctx, Contoso, tocsin.TriageAnswers{Scope: "galaxy"}, "unknown", T0); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("a scope that nobody offered: %v, want ErrInvalid", err)
	}
	if _, err := s.OpenTriage(ctx, "33333333-3333-4333-8333-333333333333", tocsin.TriageAnswers{}, "", T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("of no tenant: %v, want ErrNotFound", err)
	}
	other, err := s.OpenTriage(ctx, Fabrikam, tocsin.TriageAnswers{}, "unknown", T0)
	if err != nil || other.N != 1 {
		t.Errorf("the first of another tenant: %+v, %v", other, err)
	}
	changed, err := s.ChangeTriage(ctx, respondChange(1, 1, T0.Add(time.Minute)), func(x *tocsin.Triage) error {
		x.Answers.Network, x.Answers.Issue, x.Verdict = "both", "MO821132", "provider"
		return nil
	})
	if err != nil || changed.Rev != 2 || changed.Answers.Network != "both" || changed.Answers.Scope != "many" {
		t.Errorf("ChangeTriage = %+v, %v", changed, err)
	}
	got, err := s.Triage(ctx, Contoso, 1)
	if err != nil || got.Rev != 2 || got.Verdict != "provider" || got.Answers.Caller != "Accounts, Lyon" || !got.ChangedAt.Equal(T0.Add(time.Minute)) || len(got.Answers.Services) != 2 {
		t.Errorf("Triage = %+v, %v", got, err)
	}
	if _, err := s.Triage(ctx, Fabrikam, 2); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("one of another tenant: %v, want ErrNotFound", err)
	}
	if n, err := s.CallsAbout(ctx, Contoso, "MO821132", T0); n != 1 || err != nil {
		t.Errorf("CallsAbout = %d, %v", n, err)
	}
	if n, err := s.CallsAbout(ctx, Fabrikam, "MO821132", T0); n != 0 || err != nil {
		t.Errorf("CallsAbout of another tenant = %d, %v", n, err)
	}
	if _, err := s.ChangeTriage(ctx, respondChange(1, 2, T0.Add(2*time.Minute)), func(x *tocsin.Triage) error { x.ClosedAt = T0.Add(2 * time.Minute); return nil }); err != nil {
		t.Error(err)
	}
	if list, err := s.Triages(ctx, Contoso, true, 10); len(list) != 0 || err != nil {
		t.Errorf("open ones: %+v, %v", list, err)
	}
	if list, err := s.Triages(ctx, Contoso, false, 10); len(list) != 1 || err != nil || list[0].ClosedAt.IsZero() {
		t.Errorf("all: %+v, %v", list, err)
	}
}

func respondChange(n, rev int64, now time.Time) respond.TriageChange {
	return respond.TriageChange{TenantID: Contoso, N: n, Rev: rev, Now: now}
}

// An incident of a call and the note of it are one: of two people who open it at once
// the second is refused, and no second incident is left behind.
func triageRoom(t *testing.T, s *Desk) {
	ctx := tocsin.WithActor(t.Context(), tocsin.Actor{UserID: "u1", Name: "kim"})
	AddTenants(t, s)
	if _, err := s.OpenTriage(ctx, Contoso, tocsin.TriageAnswers{Services: []string{"teams"}}, "provider", T0); err != nil {
		t.Fatal(err)
	}
	open := func(act string) (tocsin.Incident, error) {
		change := respondChange(1, 1, T0)
		change.Act = act
		return s.OpenIncidentOf(ctx, tocsin.Incident{Title: "x", TenantIDs: []string{Contoso}, Zone: "UTC"}, change, func(t *tocsin.Triage, i tocsin.Incident) error {
			t.Answers.Acts = append(t.Answers.Acts, tocsin.TriageAct{What: act, At: T0, Detail: fmt.Sprint(i.N)})
			return nil
		})
	}
	if _, err := open("dance"); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("a note that cannot be taken: %v, want ErrInvalid", err)
	}
	if _, err := s.Incident(ctx, 1); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("an incident is left behind: %v", err)
	}
	i, err := open("room")
	if err != nil {
		t.Fatal(err)
	}
	call, err := s.Triage(ctx, Contoso, 1)
	if act, ok := call.Answers.Did("room"); err != nil || !ok || act.Detail != fmt.Sprint(i.N) || call.Rev != 2 {
		t.Errorf("%+v, %v", call, err)
	}
	if n, err := s.CallOf(ctx, Contoso, i); err != nil || n != 1 {
		t.Errorf("the incident is of call %d, %v", n, err)
	}
	if n, err := s.CallOf(ctx, Fabrikam, i); err != nil || n != 0 {
		t.Errorf("the incident is of call %d of another tenant, %v", n, err)
	}
	steps, err := s.IncidentSteps(ctx, i.N)
	if err != nil || len(steps) != 1 || steps[0].Step != tocsin.StepDetection || !steps[0].Needed {
		t.Errorf("a call was qualified, and the detection is %+v, %v", steps, err)
	}
	if _, err := open("room"); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("opened twice: %v, want ErrConflict", err)
	}
	if _, err := s.Incident(ctx, i.N+1); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("a second incident is left behind: %v", err)
	}
}

func triageConflict(t *testing.T, s *Desk) {
	ctx := t.Context()
	AddTenants(t, s)
	if _, err := s.OpenTriage(ctx, Contoso, tocsin.TriageAnswers{}, "", T0); err != nil {
		t.Fatal(err)
	}
	set := func(scope string) func(*tocsin.Triage) error {
		return func(x *tocsin.Triage) error { x.Answers.Scope = scope; return nil }
	}
	results := make(chan error, 2)
	for _, scope := range []string{"one", "many"} {
		go func() {
			_, err := s.ChangeTriage(ctx, respondChange(1, 1, T0), set(scope))
			results <- err
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
	if _, err := s.ChangeTriage(ctx, respondChange(9, 1, T0), set("one")); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("no such call: %v, want ErrNotFound", err)
	}
}

func triageCaller(t *testing.T, s *Desk) {
	ctx := t.Context()
	AddTenants(t, s)
	if _, err := s.OpenTriage(ctx, Contoso, tocsin.TriageAnswers{}, "", T0); err != nil {
		t.Fatal(err)
	}
	old, hash := tocsin.HashOf([]byte("old")), tocsin.HashOf([]byte("secret"))
	for _, h := range []tocsin.Hash{old, hash} {
		if err := s.LinkCaller(ctx, Contoso, 1, h, T0.Add(time.Hour), T0); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.LinkCaller(ctx, Contoso, 2, hash, T0.Add(time.Hour), T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("no such call: %v, want ErrNotFound", err)
	}
	if got, err := s.TriageOfCaller(ctx, hash, T0); err != nil || got.N != 1 || got.TenantID != Contoso {
		t.Errorf("TriageOfCaller = %+v, %v", got, err)
	}
	for name, err := range map[string]error{
		"a link that was replaced": third(s.TriageOfCaller(ctx, old, T0)), "one that has ended": third(s.TriageOfCaller(ctx, hash, T0.Add(time.Hour))), "no link": third(s.TriageOfCaller(ctx, tocsin.Hash{}, T0)),
	} {
		if !errors.Is(err, tocsin.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", name, err)
		}
	}
	c := respondChange(1, 1, T0)
	c.Caller = true
	if got, err := s.ChangeTriage(ctx, c, func(x *tocsin.Triage) error { x.ClosedAt = T0; return nil }); err != nil || got.ChangedBy != "" {
		t.Errorf("changed by the caller: %+v, %v", got, err)
	}
	if err := third(s.TriageOfCaller(ctx, hash, T0)); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("a call that is closed: %v, want ErrNotFound", err)
	}
}

func third(_ tocsin.Triage, err error) error { return err }

func triageFiles(t *testing.T, s *Desk) {
	ctx := t.Context()
	AddTenants(t, s)
	if _, err := s.OpenTriage(ctx, Contoso, tocsin.TriageAnswers{}, "", T0); err != nil {
		t.Fatal(err)
	}
	for n := range tocsin.MaxTriageFiles {
		if err := s.AddTriageFile(ctx, Contoso, 1, tocsin.TriageFile{Name: fmt.Sprintf("../../%d\x00.png", n), AddedAt: T0, Body: []byte{0, 1, byte(n)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddTriageFile(ctx, Contoso, 1, tocsin.TriageFile{Name: "x", Body: []byte("x")}); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("one too many: %v, want ErrConflict", err)
	}
	for _, size := range []int{0, tocsin.MaxTriageFile + 1} {
		if err := s.AddTriageFile(ctx, Contoso, 1, tocsin.TriageFile{Name: "x", Body: make([]byte, size)}); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%d bytes: %v, want ErrInvalid", size, err)
		}
	}
	files, err := s.TriageFiles(ctx, Contoso, 1)
	if err != nil || len(files) != tocsin.MaxTriageFiles || files[1].Name != "../../1.png" || files[1].Body[2] != 1 {
		t.Errorf("TriageFiles = %d, %v", len(files), err)
	}
	if files, err := s.TriageFiles(ctx, Fabrikam, 1); len(files) != 0 || err != nil {
		t.Errorf("of another tenant: %d, %v", len(files), err)
	}
}

func report(n int, service, site, person string, at time.Time) tocsin.Report {
	return tocsin.Report{ID: fmt.Sprintf("eeeeeeee-0000-4000-8000-%012d", n), TenantID: Contoso, Service: service, Site: site, Code: "503", Language: "fr", At: at, Person: person}
}

func reports(t *testing.T, s *Desk) {
	ctx := t.Context()
	AddTenants(t, s)
	site := "aaaaaaaa-0000-4000-8000-000000000001"
	for n, one := range []struct {
		service, site, address string
		at                     time.Time
	}{
		{"teams", site, "192.0.2.1", T0}, {"teams", site, "192.0.2.1", T0}, {"teams", site, "192.0.2.2", T0}, {"exchange", "", "192.0.2.1", T0}, {"teams", site, "192.0.2.3", T0.Add(-2 * time.Hour)},
	} {
		r := report(n, one.service, one.site, "", one.at)
		var err error
		if r.Source, err = s.SourceOf(ctx, one.address, one.at); err != nil {
			t.Fatal(err)
		}
		if err := s.FileReport(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.FileReport(ctx, tocsin.Report{TenantID: Contoso}); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("of nothing: %v, want ErrInvalid", err)
	}
	got, err := s.CountReports(ctx, Contoso, T0.Add(-time.Hour))
	if err != nil || len(got) != 2 || got[0] != (tocsin.ReportCount{Service: "exchange", N: 1, Sources: 1}) || got[1] != (tocsin.ReportCount{Site: site, Service: "teams", N: 3, Sources: 2}) {
		t.Errorf("CountReports = %+v, %v", got, err)
	}
	if got, err := s.CountReports(ctx, Fabrikam, T0.Add(-time.Hour)); len(got) != 0 || err != nil {
		t.Errorf("of another tenant: %+v, %v", got, err)
	}
	today, err := s.SourceOf(ctx, "192.0.2.1", T0)
	tomorrow, err2 := s.SourceOf(ctx, "192.0.2.1", T0.Add(24*time.Hour))
	if err != nil || err2 != nil || today == tomorrow {
		t.Errorf("one machine is known again the day after: %v, %v", err, err2)
	}
}

func wordsEnd(t *testing.T, s *Desk) {
	ctx := t.Context()
	kim := tocsin.WithActor(ctx, tocsin.Actor{UserID: "u1", Name: "kim"})
	AddTenants(t, s)
	a := tocsin.TriageAnswers{Scope: "many", Caller: "Accounts", Notes: map[string]string{"scope": "words"}}
	for _, at := range []time.Time{T0, T0.Add(48 * time.Hour)} {
		one, err := s.OpenTriage(kim, Contoso, a, "unknown", at)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.AddTriageFile(kim, Contoso, one.N, tocsin.TriageFile{Name: "a.png", AddedAt: at, Body: []byte("x")}); err != nil {
			t.Fatal(err)
		}
		if err := s.FileReport(ctx, report(int(one.N), "teams", "", "u1", at)); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.SweepWords(ctx, T0.Add(49*time.Hour), T0.Add(24*time.Hour)); n != 2 || err != nil {
		t.Errorf("SweepWords = %d, %v", n, err)
	}
	holds := func(n int64, words bool) {
		t.Helper()
		got, err := s.Triage(ctx, Contoso, n)
		files, err2 := s.TriageFiles(ctx, Contoso, n)
		if err != nil || err2 != nil || got.Answers.Scope != "many" || (got.Answers.Caller != "") != words || (len(got.Answers.Notes) > 0) != words || (len(files) > 0) != words {
			t.Errorf("triage %d has words: want %v: %+v, %d files, %v, %v", n, words, got, len(files), err, err2)
		}
	}
	holds(1, false)
	holds(2, true)
	if list, err := s.FiledReports(ctx, "", "u1", 10); len(list) != 1 || err != nil {
		t.Errorf("reports of a person: %+v, %v", list, err)
	}
	if list, err := s.TriagesOf(ctx, "u1"); len(list) != 2 || err != nil {
		t.Errorf("calls of a person: %+v, %v", list, err)
	}
	if n, err := s.ErasePerson(ctx, "u1", "kim", T0); n != 1 || err != nil {
		t.Errorf("ErasePerson = %d, %v", n, err)
	}
	holds(2, false)
	if list, err := s.TriagesOf(ctx, "u1"); len(list) != 0 || err != nil {
		t.Errorf("calls of a person that was erased: %+v, %v", list, err)
	}
	if got, err := s.Triage(ctx, Contoso, 2); err != nil || got.OpenedBy != "" || got.ChangedBy != "" {
		t.Errorf("a name is left: %+v, %v", got, err)
	}
	if _, err := s.ErasePerson(ctx, "", "kim", T0); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("nobody: %v, want ErrInvalid", err)
	}
}

// However many calls somebody began, none keeps their words.
func manyWordsEnd(t *testing.T, s *Desk) {
	kim := as(t, "kim")
	AddTenants(t, s)
	const calls = 1001
	for range calls {
		if _, err := s.OpenTriage(kim, Contoso, tocsin.TriageAnswers{Scope: "many", Caller: "Accounts"}, "unknown", T0); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.ErasePerson(kim, "kim", "kim", T0); err != nil {
		t.Fatal(err)
	}
	list, err := s.Triages(kim, Contoso, false, 2*calls)
	if err != nil || len(list) != calls {
		t.Fatalf("%d calls, %v", len(list), err)
	}
	for _, one := range list {
		if one.Answers.Caller != "" {
			t.Errorf("call %d keeps the words of a person that was erased", one.N)
		}
	}
}

// Nothing that somebody did in calls of others and in incidents is lost when they
// are erased; their name is, and nobody else's, however alike.
func eraseNames(t *testing.T, s *Desk) {
	kim, other := as(t, `k_m "%"`), as(t, `kIm "%"`)
	AddTenants(t, s)
	if _, err := s.OpenTriage(other, Contoso, tocsin.TriageAnswers{Scope: "many"}, "unknown", T0); err != nil {
		t.Fatal(err)
	}
	for n, name := range []string{`k_m "%"`, `kIm "%"`} {
		c := respondChange(1, int64(n)+1, T0)
		c.Act = "escalate"
		if _, err := s.ChangeTriage(kim, c, func(x *tocsin.Triage) error {
			x.Answers.Acts = append(x.Answers.Acts, tocsin.TriageAct{What: "escalate", At: T0, By: name})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	i, err := s.OpenIncident(kim, tocsin.Incident{Title: "x", TenantIDs: []string{Contoso}, Zone: "UTC"}, T0)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{`k_m "%"`, `kIm "%"`} {
		if err := s.GiveRole(other, i.N, "manager", name, T0); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.ErasePerson(other, "u9", `k_m "%"`, T0); err != nil {
		t.Fatal(err)
	}
	call, err := s.Triage(kim, Contoso, 1)
	if err != nil || len(call.Answers.Acts) != 2 || call.Answers.Acts[0].By != "" || call.Answers.Acts[1].By != `kIm "%"` || call.OpenedBy != `kIm "%"` || call.ChangedBy != tocsin.Erased {
		t.Errorf("the call is %+v, %v", call, err)
	}
	got, err := s.Incident(kim, i.N)
	room, err2 := s.IncidentRoom(kim, i.N)
	entries, err3 := s.IncidentEntries(kim, i.N, 10)
	if err != nil || err2 != nil || err3 != nil || got.OpenedBy != tocsin.Erased || len(room.Roles) != 2 || room.Roles[0].Name != tocsin.Erased || room.Roles[1].Name != `kIm "%"` || len(entries) != 3 || entries[2].By != tocsin.Erased || entries[1].State != tocsin.Erased || entries[0].State != `kIm "%"` {
		t.Errorf("the incident is %+v, %+v, %+v", got, room, entries)
	}
}

// Beacons are counted by site and service, of each tenant apart, and end.
func beacons(t *testing.T, s *Desk) {
	AddTenants(t, s)
	site := "44444444-4444-4444-8444-444444444444"
	for _, b := range []tocsin.Beacon{
		{TenantID: Contoso, Service: "teams", At: T0},
		{TenantID: Contoso, Service: "teams", At: T0, Failed: true},
		{TenantID: Contoso, Service: "teams", At: T0.Add(2 * time.Minute), Failed: true},
		{TenantID: Contoso, Service: "teams", Site: site, At: T0},
		{TenantID: Fabrikam, Service: "teams", At: T0},
		{TenantID: Contoso, Service: "exchange", At: T0.Add(-30 * time.Minute)},
	} {
		if err := s.CountBeacon(t.Context(), b, T0); err != nil {
			t.Fatal(err)
		}
	}
	for name, b := range map[string]tocsin.Beacon{
		"no service": {TenantID: Contoso, At: T0}, "another service": {TenantID: Contoso, Service: "telephone", At: T0}, "a clock that is off by a year": {TenantID: Contoso, Service: "teams", At: T0.AddDate(-1, 0, 0)},
		"no time": {TenantID: Contoso, Service: "teams"}, "no site": {TenantID: Contoso, Service: "teams", Site: "x", At: T0},
	} {
		if err := s.CountBeacon(t.Context(), b, T0); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	got, err := s.CountBeacons(t.Context(), Contoso, T0)
	if want := []tocsin.BeaconCount{{Service: "teams", Fine: 1, Failed: 2}, {Service: "teams", Site: site, Fine: 1}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("CountBeacons = %+v, %v, want %+v", got, err, want)
	}
	if _, err := s.SweepWords(t.Context(), T0, T0.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if got, err := s.CountBeacons(t.Context(), Contoso, T0.Add(-time.Hour)); err != nil || len(got) != 1 || got[0].Failed != 1 {
		t.Errorf("after the sweep: %+v, %v", got, err)
	}
}
