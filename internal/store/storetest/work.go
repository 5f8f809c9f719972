package storetest

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

func claims(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	for _, tenant := range []string{Contoso, Fabrikam} {
		if err := s.PutSource(ctx, tenant, "graph", 3*time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	due, err := s.DueSources(ctx, T0, 10)
	if err != nil || len(due) != 2 || due[0].Interval != 3*time.Minute {
		t.Fatalf("DueSources = %+v, %v, want both", due, err)
	}
	first, err := s.ClaimSource(ctx, Contoso, "graph", T0, time.Minute, false)
	if err != nil || first.Epoch != 1 || !first.LeaseEnds.Equal(T0.Add(time.Minute)) {
		t.Fatalf("ClaimSource = %+v, %v", first, err)
	}
	if _, err := s.ClaimSource(ctx, Contoso, "graph", T0.Add(time.Second), time.Minute, true); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("second claim: %v, want ErrConflict", err)
	}
	if due, _ := s.DueSources(ctx, T0.Add(time.Second), 10); len(due) != 1 {
		t.Errorf("while claimed, DueSources = %+v, want the other tenant only", due)
	}
	end := archive.PollEnd{
		Poll:      tocsin.Poll{TenantID: Contoso, Source: "graph", Epoch: 1, Full: true, FinishedAt: T0.Add(2 * time.Second), Outcome: tocsin.OutcomeUnchanged, Requests: 3, Items: 1},
		Watermark: T0.Add(-time.Hour), DueAt: T0.Add(3 * time.Minute),
	}
	changes, err := s.FinishPoll(ctx, end, &archive.Record{TenantID: Contoso, Source: "graph", SeenAt: T0, Entries: []archive.Entry{{Document: Issue(t, "EX1", "x", T0)}}})
	if err != nil || len(changes) != 1 {
		t.Fatalf("FinishPoll = %v, %v", changes, err)
	}
	list, err := s.Sources(ctx, Contoso)
	if err != nil || len(list) != 1 || !list[0].LastOKAt.Equal(T0.Add(2*time.Second)) || !list[0].LastFullAt.Equal(list[0].LastOKAt) ||
		!list[0].Watermark.Equal(T0.Add(-time.Hour)) || list[0].Outcome != tocsin.OutcomeChanged && list[0].Outcome != tocsin.OutcomeUnchanged {
		t.Errorf("Sources = %+v, %v", list, err)
	}
	polls, err := s.Polls(ctx, Contoso, 10)
	if err != nil || len(polls) != 1 || polls[0].New != 1 || polls[0].Requests != 3 || polls[0].Outcome != tocsin.OutcomeChanged {
		t.Errorf("Polls = %+v, %v", polls, err)
	}
	if err := s.NameProvider(ctx, Contoso, "graph", "Acme"); err != nil {
		t.Fatal(err)
	}
	if all, err := s.Sources(ctx, ""); err != nil || len(all) != 2 || all[0].Provider+all[1].Provider != "Acme" {
		t.Errorf("after naming the provider of one source: %+v, %v", all, err)
	}
	if _, err := s.ClaimSource(ctx, Contoso, "graph", T0.Add(time.Minute), time.Minute, false); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("claim before it is due: %v, want ErrConflict", err)
	}
	if again, err := s.ClaimSource(ctx, Contoso, "graph", T0.Add(time.Minute), time.Minute, true); err != nil || again.Epoch != 2 {
		t.Errorf("forced claim = %+v, %v", again, err)
	}
}

// lostClaim: a process that froze and woke up must not write.
func lostClaim(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	if err := s.PutSource(ctx, Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	zombie, err := s.ClaimSource(ctx, Contoso, "graph", T0, time.Minute, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ClaimSource(ctx, Contoso, "graph", T0.Add(2*time.Minute), time.Minute, false); err != nil {
		t.Fatal("a claim that ran out must be free:", err)
	}
	late := archive.PollEnd{Poll: tocsin.Poll{TenantID: Contoso, Source: "graph", Epoch: zombie.Epoch, FinishedAt: T0.Add(3 * time.Minute), Outcome: tocsin.OutcomeChanged}}
	_, err = s.FinishPoll(ctx, late, &archive.Record{TenantID: Contoso, Source: "graph", SeenAt: T0, Entries: []archive.Entry{{Document: Issue(t, "EX1", "x", T0)}}})
	if !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("write of a lost claim: %v, want ErrConflict", err)
	}
	verify(t, s, Contoso, 0)
	if seq, err := s.LastSeq(ctx); err != nil || seq != 0 {
		t.Errorf("LastSeq = %d, %v: the outbox must stay empty with the versions", seq, err)
	}
	polls, err := s.Polls(ctx, Contoso, 10)
	if err != nil || len(polls) != 2 || polls[1].Outcome != tocsin.OutcomeAbandoned {
		t.Errorf("Polls = %+v, %v, want the first marked abandoned", polls, err)
	}
	// What was rolled back is no document: its number may be another's by now.
	record(t, s, Contoso, T0, Issue(t, "EX2", "another", T0))
	record(t, s, Contoso, T0, Issue(t, "EX1", "x", T0))
	rows, err := s.Rows(ctx, Contoso)
	if err != nil || len(rows) != 2 || rows[0].Document == rows[1].Document {
		t.Fatalf("Rows = %+v, %v, want two documents", rows, err)
	}
	for _, row := range rows {
		if body, err := s.Body(ctx, row.Document); err != nil || !strings.Contains(string(body), row.ID) {
			t.Errorf("the document of %s is %s, %v", row.ID, body, err)
		}
	}
	verify(t, s, Contoso, 2)
}

func sweep(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	if err := s.PutSource(ctx, Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ClaimSource(ctx, Contoso, "graph", T0, time.Minute, false); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		at   time.Time
		want int64
	}{{T0.Add(30 * time.Second), 0}, {T0.Add(61 * time.Second), 1}, {T0.Add(62 * time.Second), 0}} {
		if got, err := s.Sweep(ctx, step.at, T0.Add(-time.Hour)); err != nil || got != step.want {
			t.Errorf("Sweep at %v = %d, %v, want %d", step.at, got, err, step.want)
		}
	}
	list, err := s.Sources(ctx, Contoso)
	if err != nil || list[0].Failures != 1 || list[0].Outcome != tocsin.OutcomeAbandoned || !list[0].LeaseEnds.IsZero() {
		t.Errorf("Sources = %+v, %v", list, err)
	}
	if p := list[0].Problem; p == nil || p.Code != tocsin.ProblemEnded {
		t.Errorf("problem = %s", p.Encode())
	}
}

// problems: why a poll failed is kept with the poll and the source, and gone
// from the source after a good one.
func problems(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	if err := s.PutSource(ctx, Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	problem := tocsin.NewProblem(tocsin.ProblemForbidden, "who", "upstream", "permissions", "A.Read.All").With(&tocsin.Evidence{
		Status: 403, Code: "UnknownError", Quote: `It said: "日本語", \x`, RequestID: "11111111-2222-4333-8444-555555555555", RetryAfter: 5,
	})
	for i, want := range []*tocsin.Problem{problem, nil, tocsin.NewProblem(tocsin.ProblemBudget)} {
		claim, err := s.ClaimSource(ctx, Contoso, "graph", T0.Add(time.Duration(i)*time.Hour), time.Minute, true)
		if err != nil {
			t.Fatal(err)
		}
		poll := tocsin.Poll{TenantID: Contoso, Source: "graph", Epoch: claim.Epoch, FinishedAt: claim.LeasedAt, Outcome: tocsin.OutcomeFailed, Problem: want}
		if want == nil {
			poll.Outcome = tocsin.OutcomeUnchanged
		}
		if _, err := s.FinishPoll(ctx, archive.PollEnd{Poll: poll}, nil); err != nil {
			t.Fatal(err)
		}
		sources, err := s.Sources(ctx, Contoso)
		if err != nil || len(sources) != 1 || !reflect.DeepEqual(sources[0].Problem, want) {
			t.Errorf("Sources = %+v, %v, want the problem %s", sources, err, want.Encode())
		}
		polls, err := s.Polls(ctx, Contoso, 1)
		if err != nil || len(polls) != 1 || !reflect.DeepEqual(polls[0].Problem, want) {
			t.Errorf("Polls = %+v, %v, want the problem %s", polls, err, want.Encode())
		}
	}
}

func budget(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	if err := s.PutSource(ctx, Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	for i, requests := range []int{4, 7} {
		at := T0.Add(time.Duration(i) * time.Hour)
		c, err := s.ClaimSource(ctx, Contoso, "graph", at, time.Minute, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.FinishPoll(ctx, archive.PollEnd{Poll: tocsin.Poll{TenantID: Contoso, Source: "graph", Epoch: c.Epoch, FinishedAt: at, Outcome: tocsin.OutcomeUnchanged, Requests: requests}}, nil); err != nil {
			t.Fatal(err)
		}
	}
	spent, err := s.RequestsSince(ctx, Contoso, "graph", T0.Add(time.Minute))
	expect(t, "spent", spent, []archive.Spent{{At: T0.Add(time.Hour), Requests: 7}})
	if err != nil {
		t.Error(err)
	}
}
