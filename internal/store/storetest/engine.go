package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// engineChecks are what the engine promises.
func engineChecks() checks {
	return checks{
		"AuditLog":       auditLog,
		"AuditOrNothing": auditOrNothing,
		"Consumers":      consumers,
		"ConsumerClaims": consumerClaims,
		"SkippedChanges": skippedChanges,
	}
}

func auditLog(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := tocsin.WithActor(t.Context(), tocsin.Actor{UserID: person(1, "").ID, Name: "alex", Address: "192.0.2.1"})
	for i := range 5 {
		if err := s.AddUser(ctx, person(i, fmt.Sprint("user", i)), ""); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.Audit(ctx, store.AuditQuery{Limit: 3})
	if err != nil || len(list) != 3 || list[0].N != 7 || list[0].Action != "user.add" || list[0].Object != "user4" || list[0].Actor.Name != "alex" || list[0].Actor.Address != "192.0.2.1" {
		t.Fatalf("Audit = %+v, %v", list, err)
	}
	if older, err := s.Audit(ctx, store.AuditQuery{Before: 3, Limit: 10}); err != nil || len(older) != 2 || older[0].Action != "tenant.add" || older[0].Actor.Name != tocsin.Desk {
		t.Errorf("older = %+v, %v", older, err)
	}
	for _, tt := range []struct {
		q    store.AuditQuery
		want int64 // number of the first, 0 for none
		n    int
	}{
		{store.AuditQuery{Actor: "alex"}, 7, 5},
		{store.AuditQuery{Actor: tocsin.Desk, Action: "tenant.add"}, 2, 2},
		{store.AuditQuery{Actor: "ale"}, 0, 0},
		{store.AuditQuery{TenantID: Contoso}, 1, 1},
		{store.AuditQuery{Action: "user.add", Before: 6}, 5, 3},
		{store.AuditQuery{Since: list[0].At.Add(time.Microsecond)}, 0, 0},
		{store.AuditQuery{Since: list[0].At, Before: 8}, 7, 7},
	} {
		tt.q.Limit = 10
		got, err := s.Audit(ctx, tt.q)
		if err != nil || len(got) != tt.n || tt.n > 0 && got[0].N != tt.want {
			t.Errorf("Audit(%+v) = %+v, %v, want %d from %d", tt.q, got, err, tt.n, tt.want)
		}
	}
	if names, err := s.AuditActors(ctx, 10); err != nil || !slices.Equal(names, []string{"alex", tocsin.Desk}) {
		t.Errorf("AuditActors = %q, %v", names, err)
	}
	check := func(what string, noted int64, head tocsin.Hash, want string) store.AuditVerification {
		t.Helper()
		v, err := s.VerifyAudit(ctx, noted, head)
		if err != nil || v.Problem != want {
			t.Errorf("%s: VerifyAudit = %q, %v, want %q", what, v.Problem, err, want)
		}
		return v
	}
	do := func(statement string) {
		t.Helper()
		if _, err := s.Writer().ExecContext(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	whole := check("untouched", 0, tocsin.Hash{}, "")
	check("against a noted head", whole.Entries, whole.Head, "")
	check("against another head", 4, whole.Head, "Entry 4 is not the one that was noted.")
	do(`UPDATE audit SET detail = 'administrator' WHERE n = 4`)
	check("changed", 0, tocsin.Hash{}, "Entry 4 (user.add by alex) does not fit the one before it.")
	do(`DELETE FROM audit WHERE n = 4`)
	check("deleted", 0, tocsin.Hash{}, "Entry 4 is missing.")
	do(`DELETE FROM audit WHERE n > 3`)
	check("cut", 0, tocsin.Hash{}, "The log ends after entry 3, but 7 were written: the newest were removed.")
	do(`UPDATE counters SET value = 3 WHERE name = 'audit'`)
	check("cut with its counter", whole.Entries, whole.Head, "The log ends after entry 3, but 7 were written: the newest were removed.")
}

// What cannot be audited does not happen.
func auditOrNothing(t *testing.T, s *Desk) {
	AddTenants(t, s)
	if _, err := s.Writer().ExecContext(t.Context(), `UPDATE counters SET value = 0 WHERE name = 'audit'`); err != nil {
		t.Fatal(err) // the next number is taken
	}
	if err := s.AddUser(t.Context(), person(1, "kim"), ""); err == nil {
		t.Error("AddUser succeeded without its audit entry")
	}
	if list, err := s.Users(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("Users = %+v, %v, want nobody", list, err)
	}
}
