package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A passage is edited as often as somebody likes, each time from the newest version;
// what lowers security waits for a second person and leaves the version before in
// place; withdrawn, no edit is left, and the versions can still be read.
func edits(t *testing.T, s *Desk) {
	AddTenants(t, s)
	kim := tocsin.WithActor(t.Context(), tocsin.Actor{UserID: "u1", Name: "kim"})
	ana := tocsin.WithActor(t.Context(), tocsin.Actor{UserID: "u2", Name: "ana"})
	add := func(text string, lowers bool, made int) (tocsin.Edit, error) {
		return s.AddEdit(kim, tocsin.Edit{ID: tocsin.NewGUID(), TenantID: Contoso, Item: "faq/mfa", Language: "fr", Words: map[string]string{"answer": text}, Lowers: lowers, CreatedAt: T0, ApprovedBy: "u9"}, made)
	}
	state := func(want string) {
		t.Helper()
		list, err := s.Edits(kim, Contoso)
		got := ""
		for _, e := range list {
			got += fmt.Sprintf("%s.%d %v;", e.Words["answer"], e.Version, e.Holds())
		}
		if err != nil || got != want {
			t.Errorf("%q, want %q, %v", got, want, err)
		}
	}
	for n, text := range []string{"a", "b"} {
		if _, err := add(text, false, n+1); err != nil {
			t.Fatal(err)
		}
	}
	state("b.3 true;")
	if _, err := add("late", false, 2); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("made from an older version: %v, want ErrConflict", err)
	}
	weak, err := add("c", true, 3)
	if err != nil || weak.Holds() || weak.Author != "kim" {
		t.Fatalf("%+v, %v", weak, err)
	}
	state("b.3 true;c.4 false;")
	for name, tt := range map[string]struct {
		err, want error
	}{
		"by the one who wrote it": {s.ApproveEdit(kim, Contoso, weak.ID, T0), tocsin.ErrConflict},
		"by nobody":               {s.ApproveEdit(t.Context(), Contoso, weak.ID, T0), tocsin.ErrConflict},
		"of another tenant":       {s.ApproveEdit(ana, Fabrikam, weak.ID, T0), tocsin.ErrNotFound},
		"withdrawn elsewhere":     {s.WithdrawEdits(ana, Fabrikam, "faq/mfa", "fr", T0), tocsin.ErrNotFound},
		"withdrawn in another":    {s.WithdrawEdits(ana, Contoso, "faq/mfa", "en", T0), tocsin.ErrNotFound},
	} {
		if !errors.Is(tt.err, tt.want) {
			t.Errorf("%s: %v, want %v", name, tt.err, tt.want)
		}
	}
	if err := s.ApproveEdit(ana, Contoso, weak.ID, T0); err != nil {
		t.Error(err)
	}
	state("c.4 true;")
	if err := s.WithdrawEdits(ana, Contoso, "faq/mfa", "fr", T0.Add(time.Hour)); err != nil {
		t.Error(err)
	}
	state("")
	all, err := s.EditsOf(kim, Contoso, "faq/mfa", "fr", 2)
	if err != nil || len(all) != 2 || all[0].Version != 4 || all[0].ApprovedBy != "u2" || !all[0].EndedAt.Equal(T0.Add(time.Hour)) || all[1].Version != 3 {
		t.Errorf("%+v, %v", all, err)
	}
	if got, err := add("d", false, 4); err != nil || got.Version != 5 {
		t.Errorf("after it was withdrawn: %+v, %v", got, err)
	}
	if _, err := s.AddEdit(kim, tocsin.Edit{ID: tocsin.NewGUID(), TenantID: Contoso, Item: "faq/mfa", Language: "de"}, 1); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("in German: %v, want ErrInvalid", err)
	}
	entries, err := s.Audit(kim, store.AuditQuery{Limit: 3})
	if err != nil || len(entries) != 3 || entries[0].Action != "knowledge.edit" || entries[1].Action != "knowledge.withdraw" || entries[2].Action != "knowledge.approve" || entries[2].Detail != "fr version 4" {
		t.Errorf("%+v, %v", entries, err)
	}
}
