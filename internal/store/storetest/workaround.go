package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"example.org/tocsin/internal/tocsin"
)

func workarounds(t *testing.T, s *Desk) {
	AddTenants(t, s)
	kim := tocsin.WithActor(t.Context(), tocsin.Actor{UserID: "u1", Name: "kim"})
	ana := tocsin.WithActor(t.Context(), tocsin.Actor{UserID: "u2", Name: "ana"})
	id := func(n int) string { return fmt.Sprintf("dddddddd-0000-4000-8000-%012d", n) }
	add := func(n int, text, replaces string, lowers bool) tocsin.Workaround {
		t.Helper()
		w, err := s.AddWorkaround(kim, tocsin.Workaround{ID: id(n), TenantID: Contoso, Service: "teams", Language: "fr", Text: text, Replaces: replaces, Lowers: lowers, CreatedAt: T0, ApprovedBy: "u9"})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	state := func(want string) {
		t.Helper()
		list, err := s.Workarounds(kim, Contoso)
		got := ""
		for _, w := range list {
			got += fmt.Sprintf("%s.%d %v;", w.Text, w.Version, w.Holds())
		}
		if err != nil || got != want {
			t.Errorf("%q, want %q, %v", got, want, err)
		}
	}
	add(1, "a", "", false)
	add(2, "b", id(1), true)
	state("a.1 true;b.2 false;")
	if err := s.ApproveWorkaround(kim, Contoso, id(2), T0); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("approved by the one who wrote it: %v, want ErrConflict", err)
	}
	if err := s.ApproveWorkaround(t.Context(), Contoso, id(2), T0); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("approved by nobody: %v, want ErrConflict", err)
	}
	if err := s.ApproveWorkaround(ana, Fabrikam, id(2), T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("of another tenant: %v, want ErrNotFound", err)
	}
	if err := s.ApproveWorkaround(ana, Contoso, id(2), T0); err != nil {
		t.Error(err)
	}
	state("b.2 true;")
	add(3, "c", id(2), false)
	state("c.3 true;")
	if err := s.EndWorkaround(ana, Contoso, id(3), T0); err != nil {
		t.Error(err)
	}
	state("")
	if err := s.EndWorkaround(ana, Contoso, id(3), T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("twice: %v, want ErrNotFound", err)
	}
	if _, err := s.AddWorkaround(kim, tocsin.Workaround{ID: id(4), TenantID: Contoso}); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("of nothing: %v, want ErrInvalid", err)
	}
}

func votes(t *testing.T, s *Desk) {
	AddTenants(t, s)
	kim := tocsin.WithActor(t.Context(), tocsin.Actor{UserID: "u1", Name: "kim"})
	ana := tocsin.WithActor(t.Context(), tocsin.Actor{UserID: "u2", Name: "ana"})
	record(t, s, Contoso, T0, Issue(t, "MO821132", "note", T0))
	if err := s.Vote(kim, Contoso, "MO1", "teams", true, T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("about no incident: %v, want ErrNotFound", err)
	}
	if err := s.Vote(t.Context(), Contoso, "MO821132", "teams", true, T0); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("by nobody: %v, want ErrInvalid", err)
	}
	for n, err := range []error{
		s.Vote(kim, Contoso, "MO821132", "teams", true, T0), s.Vote(kim, Contoso, "MO821132", "teams", false, T0), s.Vote(ana, Contoso, "MO821132", "teams", true, T0),
	} {
		if err != nil {
			t.Errorf("vote %d: %v", n, err)
		}
	}
	got, err := s.Votes(kim, Contoso, "MO821132", "u1")
	if err != nil || len(got) != 1 || got[0] != (tocsin.HelpVote{Workaround: "teams", Worked: 1, Failed: 1, Mine: "failed"}) {
		t.Errorf("Votes = %+v, %v", got, err)
	}
}

// What helped is what more of the team found to work than not, the best first, and
// what was written beside states in incidents of the desk about the same; of other
// tenants nothing.
func helped(t *testing.T, s *Desk) {
	AddTenants(t, s)
	record(t, s, Contoso, T0, Issue(t, "EX1", "note", T0), Issue(t, "EX2", "note", T0))
	vote := func(person, issue, way string, worked bool) {
		t.Helper()
		if err := s.Vote(tocsin.WithActor(t.Context(), tocsin.Actor{UserID: person, Name: person}), Contoso, issue, way, worked, T0); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range []struct {
		person, issue, way string
		worked             bool
	}{{"a", "EX1", "good", true}, {"a", "EX1", "better", true}, {"b", "EX1", "better", true}, {"a", "EX1", "even", true}, {"b", "EX1", "even", false}, {"a", "EX2", "bad", false}} {
		vote(v.person, v.issue, v.way, v.worked)
	}
	ctx := tocsin.WithActor(t.Context(), tocsin.Actor{UserID: "a", Name: "a"})
	for _, tenant := range []string{Contoso, Fabrikam} {
		i, err := s.OpenIncident(ctx, tocsin.Incident{Title: "x", TenantIDs: []string{tenant}, Issues: []string{"EX2"}, Services: []string{"Exchange"}, Zone: "UTC"}, T0)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.SetIncidentState(ctx, i.N, tocsin.IncidentState{Service: "Exchange", State: "partial", Workaround: "by phone of " + tenant[:1], At: T0}, T0); err != nil {
				t.Fatal(err)
			}
		}
	}
	got, err := s.Helped(ctx, Contoso, []string{"EX1", "EX2", "EX3"})
	want := []tocsin.Helped{{Issue: "EX1", Workaround: "better"}, {Issue: "EX1", Workaround: "good"}, {Issue: "EX2", Text: "by phone of " + Contoso[:1]}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("Helped = %+v, %v, want %+v", got, err, want)
	}
	if got, err := s.Helped(ctx, Contoso, nil); len(got) != 0 || err != nil {
		t.Errorf("of none: %+v, %v", got, err)
	}
}
