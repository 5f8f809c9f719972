package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
)

// What becomes of a request is a change, in the order of its thread, numbered by its
// rows; what the desk writes for itself is told nobody.
func requestsAreChanges(t *testing.T, s *Desk) {
	ctx, at := as(t, "kim"), T0.Add(time.Hour)
	AddTenants(t, s)
	openRequest(t, s)
	openRequest(t, s, func(d *respond.RequestDraft) { d.Content.To = "desk" })
	openRequest(t, s, func(d *respond.RequestDraft) { d.Content.To = "desk" })
	replied, err := s.ReplyToAll(ctx, Contoso, "MO821132", "It works again.", true, at)
	if err != nil || replied != 2 {
		t.Fatal(replied, err)
	}
	for _, err := range []error{
		s.FileRequest(ctx, Contoso, 1, tocsin.RequestFiling{Channel: "phone", Case: "77", By: "kim"}, at),
		s.SayInRequest(ctx, Contoso, 1, tocsin.RequestSaid{Kind: "theirs", Text: "Looking.", Answers: true}, at),
		s.SayInRequest(ctx, Contoso, 1, tocsin.RequestSaid{Kind: "note", Text: "They are slow."}, at),
		s.SetRequestSeverity(ctx, Contoso, 1, tocsin.RequestSeverity{Stage: "given", Severity: "B"}, at),
		s.SetRequestSeverity(ctx, Contoso, 1, tocsin.RequestSeverity{Stage: "asked", Severity: "A"}, at),
		s.EndRequest(ctx, Contoso, 1, "", at),
		s.ReopenRequest(ctx, Contoso, 1, "It came back.", at),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.EndRequest(ctx, Contoso, 2, "", at); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("ended twice: %v", err)
	}
	var told []string
	list, err := s.TenantChangesAfter(ctx, Contoso, 0, false, 100)
	for _, c := range list {
		turn, err := s.RequestTurn(ctx, Contoso, int64(c.ID[0]-'0'), int64(c.N))
		if err != nil || c.Kind != tocsin.KindRequest {
			t.Errorf("%+v tells of no row: %v", c, err)
		}
		told = append(told, c.ID+" "+string(c.What)+" by "+turn.Kind)
	}
	want := []string{
		"1 opened by open", "2 opened by open", "3 opened by open", "2 answered by reply", "2 closed by end", "3 answered by reply", "3 closed by end",
		"1 filed by filed", "1 answered by theirs", "1 severity by severity", "1 closed by end", "1 reopened by reopen",
	}
	if err != nil || !slices.Equal(told, want) {
		t.Errorf("told %q, %v, want %q", told, err, want)
	}
	if others, err := s.TenantChangesAfter(ctx, Fabrikam, 0, false, 100); err != nil || len(others) > 0 {
		t.Errorf("another tenant is told: %+v, %v", others, err)
	}
	if _, err := s.RequestTurn(ctx, Fabrikam, 1, 1); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("a row of another tenant: %v", err)
	}
	requests, turns, err := s.RequestsTold(ctx, Contoso, []int64{1, 2, 9})
	if err != nil || len(requests) != 2 || len(turns[1]) != 3 || turns[1][0].Text != "77" || turns[1][1].State != "B" || len(turns[2]) > 0 {
		t.Errorf("RequestsTold = %+v, %+v, %v", requests, turns, err)
	}
}
