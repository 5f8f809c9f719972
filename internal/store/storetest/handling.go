package storetest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// PutHandling stores what the people of a tenant do about a message, in place of
// what they said before.
func (d *Desk) PutHandling(ctx context.Context, tenantID, id string, h tocsin.Handling, now time.Time) error {
	_, err := d.ChangeHandling(ctx, tenantID, id, now, func(was *tocsin.Handling) error {
		*was = h
		return nil
	})
	return err
}

// handlings: what a tenant does about a message is its own, the last word
// stands, and the audit log keeps each.
func handlings(t *testing.T, s *Desk) {
	kim, ana, joe, alex, bo := crew(t, s)
	ctx := tocsin.WithActor(t.Context(), tocsin.Actor{Name: "kim"})
	for _, tenant := range []string{Contoso, Fabrikam} {
		record(t, s, tenant, T0, Message(t, "MC1", false, T0), Message(t, "MC2", false, T0))
	}
	get := func(tenant string) map[string]tocsin.Handling {
		t.Helper()
		got, err := s.Handlings(ctx, tenant)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first := tocsin.Handling{State: tocsin.HandlingPlanned, Owner: tocsin.UserParty(kim.ID), OwnerName: "somebody", Due: time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)}
	second := tocsin.Handling{State: tocsin.HandlingDone}
	if err := errors.Join(s.PutHandling(ctx, Contoso, "MC1", second, T0), s.PutHandling(ctx, Contoso, "MC1", first, T0), s.PutHandling(ctx, Contoso, "MC2", second, T0)); err != nil {
		t.Fatal(err)
	}
	first.OwnerName = "kim"
	expect(t, "handlings", get(Contoso), map[string]tocsin.Handling{"MC1": first, "MC2": second})
	expect(t, "another tenant's", get(Fabrikam), map[string]tocsin.Handling{})
	before, err := s.Audit(ctx, store.AuditQuery{Limit: 2})
	if err != nil || before[1].Action != "message.handle" || before[1].Object != "MC1" || before[1].TenantID != Contoso || before[1].Actor.Name != "kim" || before[1].Detail != "planned, owner kim, due 2026-03-10" {
		t.Errorf("Audit = %+v, %v", before, err)
	}
	if err := s.PutHandling(ctx, Contoso, "MC9", second, T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("of an unknown message: %v, want ErrNotFound", err)
	}
	if err := s.PutHandling(ctx, Contoso, "MC1", tocsin.Handling{State: "later"}, T0); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("an unknown state: %v, want ErrInvalid", err)
	}
	after, err := s.Audit(ctx, store.AuditQuery{Limit: 1})
	if err != nil || after[0].N != before[0].N {
		t.Errorf("refused changes are audited: %+v, %v", after, err)
	}
	if err := s.PutHandling(ctx, Contoso, "MC1", tocsin.Handling{}, T0); err != nil {
		t.Error(err)
	}
	expect(t, "after taking it back", get(Contoso), map[string]tocsin.Handling{"MC2": second})
	// A change sees what holds, and a refused one leaves no trace.
	if _, err := s.ChangeHandling(ctx, Contoso, "MC1", T0, func(*tocsin.Handling) error { return tocsin.Conflictf("taken") }); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("a refused change: %v, want ErrConflict", err)
	}
	expect(t, "after a refusal", get(Contoso), map[string]tocsin.Handling{"MC2": second})
	// Who has nothing to do with the tenant owns nothing there; who owned a message
	// keeps it.
	if err := s.AddTeam(ctx, tocsin.Team{ID: guid('d', 1), TenantID: Fabrikam, Name: "Theirs", CreatedAt: T0}); err != nil {
		t.Fatal(err)
	}
	for name, owner := range map[string]tocsin.Party{
		"of another tenant": tocsin.UserParty(joe.ID), "kept out": tocsin.UserParty(bo.ID), "another tenant's team": tocsin.TeamParty(guid('d', 1)),
		"unknown": tocsin.UserParty(guid('9', 9)), "no kind": {Kind: "site", ID: kim.ID}, "no id": {Kind: tocsin.PartyUser, ID: "kim"},
	} {
		if err := s.PutHandling(ctx, Contoso, "MC2", tocsin.Handling{State: tocsin.HandlingPlanned, Owner: owner}, T0); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	expect(t, "after owners who are none", get(Contoso), map[string]tocsin.Handling{"MC2": second})
	owned := tocsin.Handling{State: tocsin.HandlingPlanned, Owner: tocsin.UserParty(ana.ID), OwnerName: "ana"}
	if err := errors.Join(s.PutHandling(ctx, Contoso, "MC2", owned, T0), s.SetDisabled(ctx, ana.ID, true, T0)); err != nil {
		t.Fatal(err)
	}
	owned.State = tocsin.HandlingDone
	if err := s.PutHandling(ctx, Contoso, "MC2", owned, T0); err != nil {
		t.Errorf("saving what somebody owns who may not sign in any more: %v", err)
	}
	expect(t, "owned by somebody kept out", get(Contoso), map[string]tocsin.Handling{"MC2": owned})
	// One of many who take a message at once gets it.
	var group sync.WaitGroup
	won := make(chan tocsin.Party, 8)
	for i := range cap(won) {
		group.Go(func() {
			taker := tocsin.UserParty([]string{kim.ID, alex.ID}[i%2])
			h, err := s.ChangeHandling(ctx, Contoso, "MC1", T0, func(h *tocsin.Handling) error {
				if !h.Owner.IsZero() {
					return tocsin.Conflictf("taken")
				}
				h.Owner = taker
				return nil
			})
			if err == nil && h.Owner == taker {
				won <- taker
			} else if !errors.Is(err, tocsin.ErrConflict) {
				t.Errorf("taking: %+v, %v", h, err)
			}
		})
	}
	group.Wait()
	if len(won) != 1 || get(Contoso)["MC1"].Owner != <-won {
		t.Errorf("%d took it, %+v holds", len(won), get(Contoso)["MC1"])
	}
}

// teamsThatOwn: messages of a team that is removed are nobody's, and what says
// nothing any more is gone.
func teamsThatOwn(t *testing.T, s *Desk) {
	crew(t, s)
	ctx := t.Context()
	record(t, s, Contoso, T0, Message(t, "MC1", false, T0), Message(t, "MC2", false, T0))
	owner := tocsin.TeamParty(guid('d', 1))
	err := errors.Join(
		s.AddTeam(ctx, tocsin.Team{ID: owner.ID, TenantID: Contoso, Name: "Mail", CreatedAt: T0}),
		s.PutHandling(ctx, Contoso, "MC1", tocsin.Handling{State: tocsin.HandlingPlanned, Owner: owner}, T0), s.PutHandling(ctx, Contoso, "MC2", tocsin.Handling{Owner: owner}, T0),
	)
	if err != nil {
		t.Fatal(err)
	}
	if got := lastAudit(t, s); got != `message.handle MC2 in "`+Contoso+`": new, owner Mail` {
		t.Errorf("audit: %s", got)
	}
	if _, err := s.ChangeTeam(ctx, owner.ID, T0, func(team *tocsin.Team) error { team.Name = "Messaging"; return nil }); err != nil {
		t.Fatal(err)
	}
	if all, err := s.Handlings(ctx, Contoso); err != nil || all["MC1"].OwnerName != "Messaging" || all["MC2"].Owner != owner {
		t.Errorf("after a new name: %+v, %v", all, err)
	}
	if err := s.RemoveTeam(ctx, owner.ID, T0); err != nil {
		t.Fatal(err)
	}
	if got := lastAudit(t, s); got != `team.remove Messaging in "`+Contoso+`": with 0 contacts; 2 messages without an owner` {
		t.Errorf("audit: %s", got)
	}
	all, err := s.Handlings(ctx, Contoso)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "after removing the team", all, map[string]tocsin.Handling{"MC1": {State: tocsin.HandlingPlanned}})
}

// ForgetOwners fills an archive, which must be empty, and leaves it as an older
// version of the program did: owners of messages are texts.
func ForgetOwners(t *testing.T, s *Desk) {
	t.Helper()
	kim, _, _, _, _ := crew(t, s)
	ctx := t.Context()
	twin := person(7, "kim7", tocsin.Grant{Role: tocsin.RoleReader, TenantID: Contoso})
	twin.Display = "Ana"
	addPerson(t, s, twin)
	if err := s.AddTeam(ctx, tocsin.Team{ID: guid('d', 1), TenantID: "", Name: "Network", CreatedAt: T0}); err != nil {
		t.Fatal(err)
	}
	texts := map[string]map[string]string{
		Contoso:  {"MC1": "kim", "MC2": "Mail team", "MC3": "mail TEAM", "MC4": "NETWORK", "MC5": "joe", "MC6": "ana", "MC7": "Élan", "MC8": "bo", "MC9": tocsin.UserParty(kim.ID).String()},
		Fabrikam: {"MC1": "Mail team"},
	}
	for tenant, owners := range texts {
		for id, text := range owners {
			record(t, s, tenant, T0, Message(t, id, false, T0))
			if err := s.PutHandling(ctx, tenant, id, tocsin.Handling{State: tocsin.HandlingPlanned}, T0); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Writer().ExecContext(ctx, `UPDATE handlings SET owner = $1 WHERE tenant = (SELECT num FROM tenants WHERE id = $2) AND item = (SELECT num FROM items WHERE id = $3)`, text, tenant, id); err != nil {
				t.Fatal(err)
			}
		}
	}
	if all, err := s.Handlings(ctx, Contoso); err != nil || all["MC2"].OwnerName != "Mail team" || !all["MC2"].Owner.IsZero() {
		t.Errorf("a text before it is brought up to date: %+v, %v", all["MC2"], err)
	}
	if _, err := s.Writer().ExecContext(ctx, `UPDATE counters SET value = 0 WHERE name = 'owners'`); err != nil {
		t.Fatal(err)
	}
}

// RecallOwners checks an archive that was forgotten and opened again: a text
// that names one person of the tenant is that person, others are teams.
func RecallOwners(t *testing.T, s *Desk) {
	t.Helper()
	ctx := t.Context()
	list, err := s.Teams(ctx)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]tocsin.Party{}
	var names []string
	for _, team := range list {
		named[team.TenantID+" "+team.Name] = tocsin.TeamParty(team.ID)
		names = append(names, team.Name)
		if team.TenantID != "" && (len(team.Members) != 0 || !team.CreatedAt.Equal(T0)) {
			t.Errorf("a team of a text: %+v", team)
		}
	}
	// joe has no role in the tenant, and two people are called ana.
	expect(t, "teams", names, []string{"ana", "joe", "Mail team", "Mail team", "Network", "Élan"})
	of := func(n int, name string) tocsin.Handling {
		return tocsin.Handling{State: tocsin.HandlingPlanned, Owner: tocsin.UserParty(person(n, "").ID), OwnerName: name}
	}
	team := func(key, name string) tocsin.Handling {
		return tocsin.Handling{State: tocsin.HandlingPlanned, Owner: named[key+" "+name], OwnerName: name}
	}
	for tenant, want := range map[string]map[string]tocsin.Handling{
		Contoso: {
			"MC1": of(1, "kim"), "MC2": team(Contoso, "Mail team"), "MC3": team(Contoso, "Mail team"), "MC4": team("", "Network"), "MC5": team(Contoso, "joe"),
			"MC6": team(Contoso, "ana"), "MC7": team(Contoso, "Élan"), "MC8": of(5, "bo"), "MC9": of(1, "kim"),
		},
		Fabrikam: {"MC1": team(Fabrikam, "Mail team")},
	} {
		got, err := s.Handlings(ctx, tenant)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "owners", got, want)
	}
	if got := lastAudit(t, s); !strings.HasPrefix(got, "team.add Mail team in ") {
		t.Errorf("audit: %s", got)
	}
	if v, err := s.VerifyAudit(ctx, 0, tocsin.Hash{}); err != nil || v.Problem != "" {
		t.Errorf("VerifyAudit = %+v, %v", v, err)
	}
}

// handlingsAway: several messages are changed together or not at all; one that is
// put away says since when, by whom and why, until it is taken back.
func handlingsAway(t *testing.T, s *Desk) {
	kim, _, _, _, _ := crew(t, s)
	ctx := t.Context()
	record(t, s, Contoso, T0, Message(t, "MC1", false, T0), Message(t, "MC2", false, T0), Message(t, "MC3", false, T0))
	change := func(do func(*tocsin.Handling), ids ...string) error {
		_, err := s.ChangeHandlings(ctx, Contoso, ids, T0, func(h *tocsin.Handling) error { do(h); return nil })
		return err
	}
	get := func() map[string]tocsin.Handling {
		t.Helper()
		got, err := s.Handlings(ctx, Contoso)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	own := func(h *tocsin.Handling) { h.Owner = tocsin.UserParty(kim.ID) }
	away := func(reason string) func(*tocsin.Handling) {
		return func(h *tocsin.Handling) {
			h.Away = tocsin.Away{At: T0, By: tocsin.UserParty(kim.ID), Reason: reason}
		}
	}
	if err := errors.Join(change(own, "MC2", "MC1"), change(away(" We have no printers. "), "MC2", "MC3")); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{change(own, "MC3", "MC9"), change(away(""), "MC1"), change(away("two\nlines"), "MC1"), change(away(strings.Repeat("x", 101)), "MC1")} {
		if !errors.Is(err, tocsin.ErrNotFound) && !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("a change that cannot be: %v", err)
		}
	}
	if err := change(own, make([]string, 1001)...); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("too many at once: %v", err)
	}
	said := tocsin.Away{At: T0, By: tocsin.UserParty(kim.ID), ByName: "kim", Reason: "We have no printers."}
	owned := tocsin.Handling{State: tocsin.HandlingNew, Owner: tocsin.UserParty(kim.ID), OwnerName: "kim"}
	both := owned
	both.Away = said
	expect(t, "handlings", get(), map[string]tocsin.Handling{"MC1": owned, "MC2": both, "MC3": {State: tocsin.HandlingNew, Away: said}})
	if err := s.AddTeam(ctx, tocsin.Team{ID: guid('d', 7), TenantID: Contoso, Name: "Mail", Members: []string{kim.ID}, CreatedAt: T0}); err != nil {
		t.Fatal(err)
	}
	if teams, err := s.TeamsOf(ctx, kim.ID); err != nil || len(teams) != 1 || teams[0] != guid('d', 7) {
		t.Errorf("TeamsOf = %v, %v", teams, err)
	}
	entries, err := s.Audit(ctx, store.AuditQuery{Action: "message.handle", Limit: 1})
	if err != nil || len(entries) != 1 || entries[0].Detail != "new, put away: We have no printers." {
		t.Errorf("Audit = %+v, %v", entries, err)
	}
	if err := change(func(h *tocsin.Handling) { h.Away = tocsin.Away{} }, "MC2", "MC3"); err != nil {
		t.Fatal(err)
	}
	expect(t, "after undo", get(), map[string]tocsin.Handling{"MC1": owned, "MC2": owned})
}
