package storetest

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
)

// requestChecks are what is promised of support requests.
func requestChecks() checks {
	return checks{
		"Requests":           requests,
		"RequestsRefused":    requestsRefused,
		"RequestEdited":      requestEdited,
		"RequestThread":      requestThread,
		"RequestFiled":       requestFiled,
		"RequestFiledOnce":   requestFiledOnce,
		"RequestReplyToAll":  requestReplyToAll,
		"RequestFiles":       requestFiles,
		"RequestEnds":        requestEnds,
		"RequestsAreErased":  requestsAreErased,
		"RequestsAreTenants": requestsAreTenants,
		"RequestsAreChanges": requestsAreChanges,
		"RequestQuotas":      requestQuotas,
	}
}

func requestDraft() respond.RequestDraft {
	return respond.RequestDraft{
		Content: tocsin.RequestContent{
			To: "provider", Title: " Teams does not start ", Kind: "technical", Severity: "A", Services: []string{"Microsoft Teams", " SharePoint Online", "", "Microsoft Teams"},
			Region: "France", FirstSign: T0.Add(-time.Hour), Repro: "Open.\r\nWait.", Issue: "MO821132",
		},
		Proposed: &tocsin.RequestSeverity{Stage: "proposed", Severity: "A", Why: "access/ko-many"},
		Duties:   []tocsin.RequestDuty{{Duty: "clients", Done: true}},
	}
}

// openRequest opens one of Contoso for the provider, as kim.
func openRequest(t *testing.T, s *Desk, change ...func(*respond.RequestDraft)) tocsin.Request {
	t.Helper()
	d := requestDraft()
	for _, one := range change {
		one(&d)
	}
	r, err := s.OpenRequest(as(t, "kim"), Contoso, d, T0)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func requests(t *testing.T, s *Desk) {
	ctx := t.Context()
	AddTenants(t, s)
	r := openRequest(t, s)
	if r.N != 1 || r.State != tocsin.RequestOpen || r.Waits != tocsin.WaitsForUs || !r.WaitsSince.Equal(T0) || r.OpenedBy != "kim" || r.Content.Title != "Teams does not start" || r.Content.Repro != "Open.\nWait." ||
		!slices.Equal(r.Content.Services, []string{"Microsoft Teams", "SharePoint Online"}) || !r.Content.FirstSign.Equal(T0.Add(-time.Hour)) {
		t.Errorf("opened: %+v", r)
	}
	if proposed, ok := r.Severity("proposed"); !ok || proposed.Why != "access/ko-many" || r.Holds() != "A" {
		t.Errorf("severities: %+v", r.Severities)
	}
	if d, ok := r.Duty("clients"); !ok || !d.Done || d.By != "kim" {
		t.Errorf("duties: %+v", r.Duties)
	}
	openRequest(t, s, func(d *respond.RequestDraft) { d.Draft, d.Content.Issue = true, "" })
	for name, tt := range map[string]struct {
		q    respond.RequestsQuery
		want []int64
	}{
		"all":                {respond.RequestsQuery{TenantID: Contoso, Limit: 9}, []int64{2, 1}},
		"one":                {respond.RequestsQuery{TenantID: Contoso, Limit: 1}, []int64{2}},
		"open, of an issue":  {respond.RequestsQuery{TenantID: Contoso, Open: true, Issue: "MO821132", Limit: 9}, []int64{1}},
		"of an incident":     {respond.RequestsQuery{TenantID: Contoso, Incident: 7, Limit: 9}, nil},
		"of somebody else":   {respond.RequestsQuery{TenantID: Fabrikam, Limit: 9}, nil},
		"of a tenant unseen": {respond.RequestsQuery{TenantID: "none", Limit: 9}, nil},
	} {
		list, err := s.Requests(ctx, tt.q)
		var ns []int64
		for _, one := range list {
			ns = append(ns, one.N)
			alone, err := s.Request(ctx, Contoso, one.N)
			if alone.Duties = nil; err != nil || !reflect.DeepEqual(alone, one) {
				t.Errorf("%s: listed as %+v, alone it is %+v, %v", name, one, alone, err)
			}
		}
		if err != nil || !slices.Equal(ns, tt.want) {
			t.Errorf("%s: %v, %v, want %v", name, ns, err, tt.want)
		}
	}
	audited(t, s, map[string]int{"request.open": 2})
}

func requestsRefused(t *testing.T, s *Desk) {
	AddTenants(t, s)
	for field, spoil := range map[string]func(*tocsin.RequestContent){
		"to": func(c *tocsin.RequestContent) { c.To = "moon" }, "kind": func(c *tocsin.RequestContent) { c.Kind = "" }, "severity": func(c *tocsin.RequestContent) { c.Severity = "D" },
		"category": func(c *tocsin.RequestContent) { c.Category = "x" }, "title": func(c *tocsin.RequestContent) { c.Title = " " }, "region": func(c *tocsin.RequestContent) { c.Region = "a\nb" },
		"when": func(c *tocsin.RequestContent) { c.FirstSign = T0.Add(time.Hour) }, "repro": func(c *tocsin.RequestContent) { c.Repro = strings.Repeat("x", 4001) }, "codes": func(c *tocsin.RequestContent) { c.Codes = "\x1b[2J" },
		"services": func(c *tocsin.RequestContent) { c.Services = []string{strings.Repeat("x", 101)} }, "callBack": func(c *tocsin.RequestContent) { c.CallBack = "call me" },
		"incident": func(c *tocsin.RequestContent) { c.Incident = 9 }, "call": func(c *tocsin.RequestContent) { c.Call = 9 },
	} {
		d := requestDraft()
		spoil(&d.Content)
		_, err := s.OpenRequest(t.Context(), Contoso, d, T0)
		var e *tocsin.Error
		if !errors.As(err, &e) || !errors.Is(err, tocsin.ErrInvalid) || e.Field != field {
			t.Errorf("%s: %v, want ErrInvalid of it", field, err)
		}
	}
	if _, err := s.OpenRequest(t.Context(), "none", requestDraft(), T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("no such tenant: %v, want ErrNotFound", err)
	}
	if list, err := s.Requests(t.Context(), respond.RequestsQuery{TenantID: Contoso, Limit: 9}); err != nil || len(list) > 0 {
		t.Errorf("what was refused is there: %v, %v", list, err)
	}
}

func requestEdited(t *testing.T, s *Desk) {
	AddTenants(t, s)
	r := openRequest(t, s, func(d *respond.RequestDraft) { d.Draft = true })
	if err := s.FileRequest(as(t, "lou"), Contoso, 1, tocsin.RequestFiling{Channel: "phone", Case: "1", By: "lou"}, T0); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("a draft is filed: %v, want ErrConflict", err)
	}
	c := r.Content
	c.Title, c.Severity = "Teams and SharePoint do not start", "B"
	if err := s.EditRequest(as(t, "lou"), Contoso, 1, r.Rev, c, false, T0.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	got, err := s.Request(t.Context(), Contoso, 1)
	if asked, _ := got.Severity("asked"); err != nil || got.State != tocsin.RequestOpen || got.Content.Title != c.Title || asked.Severity != "B" || asked.By != "lou" {
		t.Errorf("edited: %+v, %v", got, err)
	}
	if err := s.EditRequest(t.Context(), Contoso, 1, r.Rev, c, false, T0); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("what somebody else changed: %v, want ErrConflict", err)
	}
	if err := s.FileRequest(as(t, "lou"), Contoso, 1, tocsin.RequestFiling{Channel: "phone", Case: "1", By: "lou"}, T0.Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := s.EditRequest(t.Context(), Contoso, 1, got.Rev, c, false, T0.Add(3*time.Minute)); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("what is filed: %v, want ErrConflict", err)
	}
	audited(t, s, map[string]int{"request.change": 1, "request.filed": 1})
}

// Who has to move follows from what is said, and since when from when it was.
func requestThread(t *testing.T, s *Desk) {
	AddTenants(t, s)
	openRequest(t, s)
	ctx, at := as(t, "lou"), func(n int) time.Time { return T0.Add(time.Duration(n) * time.Minute) }
	for n, step := range []struct {
		do    func(now time.Time) error
		waits string
		since time.Time
	}{
		{func(now time.Time) error {
			return s.SayInRequest(ctx, Contoso, 1, tocsin.RequestSaid{Kind: "note", Text: "x"}, now)
		}, "us", T0},
		{func(now time.Time) error {
			return s.FileRequest(ctx, Contoso, 1, tocsin.RequestFiling{Channel: "portal", Case: "2407190050001234", CallBack: "+33 1 70", By: "lou"}, now)
		}, "them", at(2)},
		{func(now time.Time) error {
			return s.SayInRequest(ctx, Contoso, 1, tocsin.RequestSaid{Kind: "ours", Text: "x"}, now)
		}, "them", at(2)},
		{func(now time.Time) error {
			return s.SayInRequest(ctx, Contoso, 1, tocsin.RequestSaid{Kind: "theirs", Text: "received"}, now)
		}, "them", at(2)},
		{func(now time.Time) error {
			return s.SayInRequest(ctx, Contoso, 1, tocsin.RequestSaid{Kind: "theirs", Text: "send logs", Answers: true, At: at(4)}, now)
		}, "us", at(4)},
		{func(now time.Time) error {
			return s.SayInRequest(ctx, Contoso, 1, tocsin.RequestSaid{Kind: "theirs", Text: "logs?", Answers: true}, now)
		}, "us", at(4)},
		{func(now time.Time) error {
			return s.SetRequestSeverity(ctx, Contoso, 1, tocsin.RequestSeverity{Stage: "given", Severity: "B", At: at(6)}, now)
		}, "us", at(4)},
		{func(now time.Time) error {
			return s.SetRequestSeverity(ctx, Contoso, 1, tocsin.RequestSeverity{Stage: "asked", Severity: "C"}, now)
		}, "us", at(4)},
		{func(now time.Time) error {
			return s.AnswerDuty(ctx, Contoso, 1, tocsin.RequestDuty{Duty: "perimeter", Note: "no proxy"}, now)
		}, "us", at(4)},
	} {
		if err := step.do(at(n + 1)); err != nil {
			t.Fatal(n, err)
		}
		if r, err := s.Request(t.Context(), Contoso, 1); err != nil || r.Waits != step.waits || !r.WaitsSince.Equal(step.since) {
			t.Errorf("step %d: %s since %v, %v", n, r.Waits, r.WaitsSince, err)
		}
	}
	r, err := s.Request(t.Context(), Contoso, 1)
	given, _ := r.Severity("given")
	if err != nil || !given.At.Equal(at(6)) || r.Holds() != "B" || r.Content.Severity != "C" || r.Filing.Case != "2407190050001234" || len(r.Duties) != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	turns, err := s.RequestThread(t.Context(), Contoso, 1, 100)
	if err != nil || len(turns) != 10 || turns[0].Kind != "open" || turns[5].Text != "send logs" || !turns[5].At.Equal(at(4)) || !turns[5].WrittenAt.Equal(at(5)) || turns[5].By != "lou" {
		t.Errorf("thread: %+v, %v", turns, err)
	}
	if newest, err := s.RequestThread(t.Context(), Contoso, 1, 2); err != nil || len(newest) != 2 || newest[1].N != 10 {
		t.Errorf("the newest: %+v, %v", newest, err)
	}
	for name, err := range map[string]error{
		"nothing said":     s.SayInRequest(ctx, Contoso, 1, tocsin.RequestSaid{Kind: "ours", Text: " "}, at(20)),
		"by nobody":        s.SayInRequest(ctx, Contoso, 1, tocsin.RequestSaid{Kind: "theirs", Role: "cook", Text: "x"}, at(20)),
		"ours, by them":    s.SayInRequest(ctx, Contoso, 1, tocsin.RequestSaid{Kind: "ours", Role: "engineer", Text: "x"}, at(20)),
		"of another kind":  s.SayInRequest(ctx, Contoso, 1, tocsin.RequestSaid{Kind: "filed", Text: "x"}, at(20)),
		"still to come":    s.SayInRequest(ctx, Contoso, 1, tocsin.RequestSaid{Kind: "ours", Text: "x", At: at(90)}, at(20)),
		"no duty":          s.AnswerDuty(ctx, Contoso, 1, tocsin.RequestDuty{Duty: "tea", Done: true}, at(20)),
		"no reason":        s.AnswerDuty(ctx, Contoso, 1, tocsin.RequestDuty{Duty: "clients"}, at(20)),
		"no severity":      s.SetRequestSeverity(ctx, Contoso, 1, tocsin.RequestSeverity{Stage: "given", Severity: "X"}, at(20)),
		"proposed by hand": s.SetRequestSeverity(ctx, Contoso, 1, tocsin.RequestSeverity{Stage: "proposed", Severity: "A"}, at(20)),
	} {
		if !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}

// A request that is filed ends the step of the runbook in its incident, and the
// room hears what becomes of it.
func requestFiled(t *testing.T, s *Desk) {
	i := openIncident(t, s)
	ctx := as(t, "lou")
	openRequest(t, s, func(d *respond.RequestDraft) { d.Content.Incident = i.N })
	filing := tocsin.RequestFiling{Channel: "phone", Case: "24-1", By: "lou", At: T0.Add(20 * time.Minute)}
	if err := s.FileRequest(ctx, Contoso, 1, filing, T0.Add(25*time.Minute)); err != nil {
		t.Fatal(err)
	}
	steps, err := s.IncidentSteps(t.Context(), i.N)
	if err != nil || len(steps) != 1 || steps[0].Step != tocsin.StepEscalation || !steps[0].Needed || !steps[0].At.Equal(filing.At) || steps[0].By != "lou" {
		t.Errorf("steps: %+v, %v", steps, err)
	}
	if err := s.SayInRequest(ctx, Contoso, 1, tocsin.RequestSaid{Kind: "theirs", Text: "We see it."}, T0.Add(30*time.Minute)); err != nil {
		t.Fatal(err)
	}
	entries, err := s.IncidentEntries(t.Context(), i.N, 10)
	var kinds []string
	for _, e := range entries {
		kinds = append(kinds, e.Kind+" "+e.State)
	}
	if err != nil || !slices.Equal(kinds, []string{"request theirs", "step done", "request filed", "request open", "open "}) || entries[0].Text != "We see it." || entries[0].Subject != Contoso+"/1" { // the incident has two tenants
		t.Errorf("timeline: %q, %+v, %v", kinds, entries, err)
	}
	// where somebody ended the step by hand, or the incident ended, the request is filed all the same
	openRequest(t, s, func(d *respond.RequestDraft) { d.Content.Incident = i.N })
	if err := s.FileRequest(ctx, Contoso, 2, tocsin.RequestFiling{Channel: "portal", Case: "24-2", By: "lou"}, T0.Add(40*time.Minute)); err != nil {
		t.Error(err)
	}
	openRequest(t, s, func(d *respond.RequestDraft) { d.Content.Incident = i.N })
	if err := s.CloseIncident(ctx, i.N, nil, T0.Add(50*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := s.FileRequest(ctx, Contoso, 3, tocsin.RequestFiling{Channel: "portal", Case: "24-3", By: "lou"}, T0.Add(55*time.Minute)); err != nil {
		t.Error(err)
	}
	audited(t, s, map[string]int{"request.filed": 3, "incident.step": 1})
}

// Of several people who mark a request filed at once, one does.
func requestFiledOnce(t *testing.T, s *Desk) {
	AddTenants(t, s)
	openRequest(t, s)
	var wait sync.WaitGroup
	errs := make([]error, 8)
	for n := range errs {
		wait.Go(func() {
			errs[n] = s.FileRequest(as(t, "lou"), Contoso, 1, tocsin.RequestFiling{Channel: "phone", Case: "24-1", By: "lou"}, T0.Add(time.Minute))
		})
	}
	wait.Wait()
	done := 0
	for _, err := range errs {
		switch {
		case err == nil:
			done++
		case !errors.Is(err, tocsin.ErrConflict) || !strings.Contains(err.Error(), "lou"):
			t.Errorf("%v, want ErrConflict with the name", err)
		}
	}
	if done != 1 {
		t.Errorf("filed %d times", done)
	}
	audited(t, s, map[string]int{"request.filed": 1})
	openRequest(t, s, func(d *respond.RequestDraft) { d.Content.To = "desk" })
	for name, tt := range map[string]struct {
		n      int64
		filing tocsin.RequestFiling
		want   error
	}{
		"to the desk": {2, tocsin.RequestFiling{Channel: "phone", Case: "1", By: "lou"}, tocsin.ErrConflict},
		"by nobody":   {2, tocsin.RequestFiling{Channel: "phone", Case: "1"}, tocsin.ErrInvalid},
		"by pigeon":   {2, tocsin.RequestFiling{Channel: "pigeon", Case: "1", By: "lou"}, tocsin.ErrInvalid},
		"no case":     {2, tocsin.RequestFiling{Channel: "phone", Case: "<b>", By: "lou"}, tocsin.ErrInvalid},
		"no number":   {2, tocsin.RequestFiling{Channel: "phone", Case: "1", By: "lou", CallBack: "x"}, tocsin.ErrInvalid},
		"none":        {9, tocsin.RequestFiling{Channel: "phone", Case: "1", By: "lou"}, tocsin.ErrNotFound},
	} {
		if err := s.FileRequest(t.Context(), Contoso, tt.n, tt.filing, T0.Add(time.Minute)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

// One answer goes to all who asked the desk about an issue, and to nobody else.
func requestReplyToAll(t *testing.T, s *Desk) {
	AddTenants(t, s)
	to := func(to, issue string) func(*respond.RequestDraft) {
		return func(d *respond.RequestDraft) { d.Content.To, d.Content.Issue = to, issue }
	}
	for _, one := range []func(*respond.RequestDraft){to("desk", "MO821132"), to("desk", "MO821132"), to("provider", "MO821132"), to("desk", "EX1"), to("desk", "MO821132")} {
		openRequest(t, s, one)
	}
	if err := s.EndRequest(t.Context(), Contoso, 5, "by itself", T0); err != nil {
		t.Fatal(err)
	}
	n, err := s.ReplyToAll(as(t, "lou"), Contoso, "MO821132", "It works again.", true, T0.Add(time.Hour))
	if err != nil || n != 2 {
		t.Errorf("ReplyToAll = %d, %v", n, err)
	}
	for n, want := range map[int64]string{1: "ended", 2: "ended", 3: "open", 4: "open", 5: "ended"} {
		r, err := s.Request(t.Context(), Contoso, n)
		turns, err2 := s.RequestThread(t.Context(), Contoso, n, 100)
		replied := slices.ContainsFunc(turns, func(t tocsin.RequestTurn) bool { return t.Kind == "reply" && t.Text == "It works again." })
		if err != nil || err2 != nil || r.State != want || replied != (n <= 2) {
			t.Errorf("request %d: %s, replied %v, %v, %v", n, r.State, replied, err, err2)
		}
	}
	if _, err := s.ReplyToAll(as(t, "lou"), Contoso, "MO821132", "Once more.", false, T0.Add(time.Hour)); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("nobody waits: %v, want ErrInvalid", err)
	}
	audited(t, s, map[string]int{"request.reply": 2})
}

func requestFiles(t *testing.T, s *Desk) {
	ctx := as(t, "kim")
	AddTenants(t, s)
	openRequest(t, s)
	for _, body := range [][]byte{nil, make([]byte, tocsin.MaxRequestFile+1)} {
		if _, err := s.AddRequestFile(ctx, Contoso, 1, tocsin.RequestFile{Name: "x", Body: body}, T0); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%d bytes: %v, want ErrInvalid", len(body), err)
		}
	}
	f, err := s.AddRequestFile(ctx, Contoso, 1, tocsin.RequestFile{Name: "../../ids\x00.csv", Body: []byte("a,b")}, T0)
	if err != nil || f.Place != 1 || f.Size != 3 {
		t.Errorf("AddRequestFile = %+v, %v", f, err)
	}
	got, err := s.RequestFile(ctx, Contoso, 1, 1)
	if err != nil || string(got.Body) != "a,b" || got.By != "kim" || !got.AddedAt.Equal(T0) {
		t.Errorf("RequestFile = %+v, %v", got, err)
	}
	for _, other := range []struct {
		tenant   string
		n, place int64
	}{{Fabrikam, 1, 1}, {Contoso, 2, 1}, {Contoso, 1, 2}} {
		if _, err := s.RequestFile(ctx, other.tenant, other.n, other.place); !errors.Is(err, tocsin.ErrNotFound) {
			t.Errorf("%+v: %v, want ErrNotFound", other, err)
		}
	}
	for n := 2; n <= tocsin.MaxRequestFiles; n++ {
		if _, err := s.AddRequestFile(ctx, Contoso, 1, tocsin.RequestFile{Name: "x", Body: []byte("x")}, T0.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.AddRequestFile(ctx, Contoso, 1, tocsin.RequestFile{Name: "x", Body: []byte("x")}, T0); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("one file too many: %v, want ErrConflict", err)
	}
	if _, err := s.SweepWords(ctx, T0.Add(time.Hour), T0.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if list, err := s.RequestFiles(ctx, Contoso, 1); err != nil || len(list) != tocsin.MaxRequestFiles-1 || list[0].Body != nil {
		t.Errorf("%d files after their term, %v", len(list), err)
	}
	audited(t, s, map[string]int{"request.file": tocsin.MaxRequestFiles})
}

func requestEnds(t *testing.T, s *Desk) {
	ctx := as(t, "kim")
	AddTenants(t, s)
	openRequest(t, s)
	survey := tocsin.RequestSurvey{Solved: "partly", Rating: 4, Comment: "late"}
	if err := s.AnswerSurvey(ctx, Contoso, 1, survey, T0); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("a survey while it goes on: %v, want ErrConflict", err)
	}
	if err := s.EndRequest(ctx, Contoso, 1, "Restarted.", T0.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"ended twice":  s.EndRequest(ctx, Contoso, 1, "", T0.Add(time.Hour)),
		"said":         s.SayInRequest(ctx, Contoso, 1, tocsin.RequestSaid{Kind: "ours", Text: "x"}, T0.Add(time.Hour)),
		"severity":     s.SetRequestSeverity(ctx, Contoso, 1, tocsin.RequestSeverity{Stage: "asked", Severity: "C"}, T0.Add(time.Hour)),
		"a duty":       s.AnswerDuty(ctx, Contoso, 1, tocsin.RequestDuty{Duty: "clients", Done: true}, T0.Add(time.Hour)),
		"filed by now": s.FileRequest(ctx, Contoso, 1, tocsin.RequestFiling{Channel: "phone", Case: "1", By: "kim"}, T0.Add(time.Hour)),
	} {
		if !errors.Is(err, tocsin.ErrConflict) {
			t.Errorf("%s: %v, want ErrConflict", name, err)
		}
	}
	if err := s.SayInRequest(ctx, Contoso, 1, tocsin.RequestSaid{Kind: "note", Text: "for the review"}, T0.Add(time.Hour)); err != nil {
		t.Errorf("a note afterwards: %v", err)
	}
	if err := s.AnswerSurvey(ctx, Contoso, 1, tocsin.RequestSurvey{Solved: "yes", Rating: 6}, T0); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("six of five: %v, want ErrInvalid", err)
	}
	if err := s.AnswerSurvey(ctx, Contoso, 1, survey, T0.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.AnswerSurvey(ctx, Contoso, 1, survey, T0.Add(2*time.Hour)); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("a survey twice: %v, want ErrConflict", err)
	}
	if r, err := s.Request(ctx, Contoso, 1); err != nil || r.Open() || r.EndedBy != "kim" || r.Survey.Rating != 4 || r.Survey.Solved != "partly" || r.Survey.Comment != "late" {
		t.Errorf("ended: %+v, %v", r, err)
	}
	if err := s.ReopenRequest(ctx, Contoso, 1, " ", T0); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("reopened for nothing: %v, want ErrInvalid", err)
	}
	if err := s.ReopenRequest(ctx, Contoso, 1, "It is back.", T0.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Request(ctx, Contoso, 1); err != nil || r.State != tocsin.RequestOpen || r.Waits != tocsin.WaitsForUs || !r.WaitsSince.Equal(T0.Add(3*time.Hour)) {
		t.Errorf("reopened: %+v, %v", r, err)
	}
	audited(t, s, map[string]int{"request.end": 1, "request.reopen": 1, "request.survey": 1})
}

func requestsAreErased(t *testing.T, s *Desk) {
	ctx := as(t, "kim")
	AddTenants(t, s)
	openRequest(t, s, func(d *respond.RequestDraft) { d.Content.Requester = "kim" })
	if _, err := s.AddRequestFile(ctx, Contoso, 1, tocsin.RequestFile{Name: "x", Body: []byte("x")}, T0); err != nil {
		t.Fatal(err)
	}
	if err := s.FileRequest(ctx, Contoso, 1, tocsin.RequestFiling{Channel: "phone", Case: "1", By: "kim"}, T0); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.EndRequest(ctx, Contoso, 1, "", T0), s.AnswerSurvey(ctx, Contoso, 1, tocsin.RequestSurvey{Solved: "no", Comment: "I am angry."}, T0)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ErasePerson(ctx, "u1", "kim", T0); err != nil {
		t.Fatal(err)
	}
	r, err := s.Request(ctx, Contoso, 1)
	turns, err2 := s.RequestThread(ctx, Contoso, 1, 100)
	files, err3 := s.RequestFiles(ctx, Contoso, 1)
	if err := errors.Join(err, err2, err3); err != nil || r.OpenedBy != tocsin.Erased || r.Filing.By != tocsin.Erased || r.Content.Requester != tocsin.Erased || r.Survey.Comment != "" || r.Survey.Solved != "no" || len(files) > 0 {
		t.Errorf("%+v, %v, %v", r, files, err)
	}
	for _, turn := range turns {
		if turn.By != tocsin.Erased || turn.Subject == "kim" || turn.Kind == "survey" && turn.Text != "" {
			t.Errorf("a turn keeps the name: %+v", turn)
		}
	}
}

// Numbers are of a tenant: those of another one are not there.
func requestsAreTenants(t *testing.T, s *Desk) {
	AddTenants(t, s)
	openRequest(t, s)
	other, err := s.OpenRequest(t.Context(), Fabrikam, requestDraft(), T0)
	if err != nil || other.N != 1 {
		t.Fatalf("%+v, %v", other, err)
	}
	openRequest(t, s)
	if _, err := s.Request(t.Context(), Fabrikam, 2); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("another tenant's: %v, want ErrNotFound", err)
	}
	if err := s.SayInRequest(t.Context(), Fabrikam, 2, tocsin.RequestSaid{Kind: "note", Text: "x"}, T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("written into another tenant's: %v, want ErrNotFound", err)
	}
	if n, err := s.ReplyToAll(t.Context(), Fabrikam, "MO821132", "x", false, T0); !errors.Is(err, tocsin.ErrInvalid) || n != 0 {
		t.Errorf("replied to another tenant's: %d, %v", n, err)
	}
}
