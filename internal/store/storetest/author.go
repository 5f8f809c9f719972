package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// authoring is a new own issue about note.
func authoring(t testing.TB, tenant, key, note string, at time.Time) archive.Authoring {
	return archive.Authoring{
		TenantID: tenant, By: "c1", At: at, Key: key, Request: tocsin.HashOf([]byte(note)),
		Write: func(ctx context.Context, d *archive.Draft) ([]tocsin.Document, error) {
			id, err := d.NextID(ctx)
			if err != nil {
				return nil, err
			}
			return []tocsin.Document{Issue(t, id, note, at)}, nil
		},
	}
}

func author(t testing.TB, s *Desk, a archive.Authoring) archive.Authored {
	t.Helper()
	done, err := s.Author(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// authored: what the desk writes has numbers of its own in each tenant, is
// part of the tenant's chain and comes with a change.
func authored(t *testing.T, s *Desk) {
	AddTenants(t, s)
	first := author(t, s, authoring(t, Contoso, "", "one", T0))
	second := author(t, s, authoring(t, Contoso, "", "two", T0))
	other := author(t, s, authoring(t, Fabrikam, "", "one", T0))
	expect(t, "ids", []string{first.ID, second.ID, other.ID}, []string{"TC1001", "TC1002", "TC1001"})
	if !first.Own() || first.N != 1 || first.Repeated || first.Tag() == other.Tag() {
		t.Errorf("first = %+v, other = %+v", first, other)
	}
	expect(t, "changes", whats(second.Changes), []string{"TC1002 new 1"})
	list, err := s.TenantChangesAfter(t.Context(), Contoso, first.Changes[0].Seq, false, 10)
	expect(t, "followed", whats(list), []string{"TC1002 new 1"})
	if err != nil {
		t.Error(err)
	}
	ref := tocsin.Ref{Kind: tocsin.KindIssue, ID: "TC1001"}
	if held, err := s.Held(t.Context(), Fabrikam, ref, 1); err != nil || string(held.Body) != string(other.Body) {
		t.Errorf("Held = %+v, %v", held, err)
	}
	if _, err := s.Held(t.Context(), Contoso, ref, 2); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("a version that is not there: %v, want ErrNotFound", err)
	}
	if authors, err := s.Authors(t.Context(), Contoso, ref); err != nil || len(authors) != 1 || authors[1] != "c1" {
		t.Errorf("Authors = %v, %v", authors, err)
	}
	verify(t, s, Contoso, 2)
	verify(t, s, Fabrikam, 1)
}

// authoredAgain: a request that is repeated has no effect, wherever it was
// lost; its key serves no other request.
func authoredAgain(t *testing.T, s *Desk) {
	AddTenants(t, s)
	first := author(t, s, authoring(t, Contoso, "k1", "one", T0))
	again := author(t, s, authoring(t, Contoso, "k1", "one", T0.Add(time.Hour)))
	if !again.Repeated || again.ID != first.ID || again.Tag() != first.Tag() || len(again.Changes) != 0 {
		t.Errorf("again = %+v, want the first answer", again)
	}
	if _, err := s.Author(t.Context(), authoring(t, Contoso, "k1", "two", T0)); !errors.Is(err, tocsin.ErrConflict) || !errors.Is(err, archive.ErrKeyReused) {
		t.Errorf("another request under the key: %v, want ErrConflict", err)
	}
	if other := author(t, s, authoring(t, Fabrikam, "k1", "one", T0)); other.Repeated {
		t.Error("a key of one tenant was found by another")
	}
	var group sync.WaitGroup
	ids := make([]string, 8)
	for i := range ids {
		group.Go(func() {
			done, err := s.Author(t.Context(), authoring(t, Contoso, "k2", "three", T0))
			if err != nil {
				t.Error(err)
			}
			ids[i] = done.ID
		})
	}
	group.Wait()
	expect(t, "at once", ids, []string{"TC1002", "TC1002", "TC1002", "TC1002", "TC1002", "TC1002", "TC1002", "TC1002"})
	verify(t, s, Contoso, 2)
}

// ownStaysOwn: no poll overwrites, takes over or ends what the desk authored,
// and the desk does not write over what a source lists.
func ownStaysOwn(t *testing.T, s *Desk) {
	AddTenants(t, s)
	foreign := Issue(t, "TC1002", "theirs", T0)
	listed := archive.Record{TenantID: Contoso, Source: "graph", SeenAt: T0, Listed: true, Entries: []archive.Entry{{Document: foreign}}}
	if _, err := s.Record(t.Context(), listed); err != nil {
		t.Fatal(err)
	}
	own := author(t, s, authoring(t, Contoso, "", "ours", T0))
	if next := author(t, s, authoring(t, Contoso, "", "ours too", T0)); next.ID != "TC1003" {
		t.Errorf("the next id is %s, want TC1003: TC1002 is taken", next.ID)
	}
	missing, live, err := s.Missing(t.Context(), Contoso, "graph", tocsin.KindIssue, []tocsin.Hash{foreign.Hash}, nil)
	if err != nil || len(missing) != 0 || live != 1 {
		t.Errorf("Missing = %v of %d, %v: own items are not on the source's list", missing, live, err)
	}
	listed.Entries = []archive.Entry{{Document: Issue(t, own.ID, "forged", T0.Add(time.Hour))}}
	if changes, err := s.Record(t.Context(), listed); err != nil || len(changes) != 0 {
		t.Errorf("a poll that lists an own id: %v, %v, want nothing", whats(changes), err)
	}
	held, err := s.Held(t.Context(), Contoso, tocsin.Ref{Kind: tocsin.KindIssue, ID: own.ID}, 0)
	if err != nil || held.Tag() != own.Tag() || !held.Own() {
		t.Errorf("Held = %+v, %v, want what was authored", held, err)
	}
	takeover := authoring(t, Contoso, "", "", T0)
	takeover.Write = func(context.Context, *archive.Draft) ([]tocsin.Document, error) {
		return []tocsin.Document{Issue(t, "TC1002", "ours now", T0.Add(time.Hour))}, nil
	}
	if _, err := s.Author(t.Context(), takeover); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("writing over a source's item: %v, want ErrConflict", err)
	}
	if err := s.PutSource(t.Context(), Contoso, tocsin.SourceOwn, time.Minute); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("a source named own: %v, want ErrInvalid", err)
	}
	verify(t, s, Contoso, 3)
}

// clockWentBack: what was written last holds, whatever the clock says.
func clockWentBack(t *testing.T, s *Desk) {
	AddTenants(t, s)
	write := func(status tocsin.Status, at time.Time) archive.Authored {
		return author(t, s, archive.Authoring{TenantID: Contoso, By: "c1", At: at, Write: func(context.Context, *archive.Draft) ([]tocsin.Document, error) {
			return []tocsin.Document{overview(t, status)}, nil
		}})
	}
	write(tocsin.StatusDegradation, T0)
	if done := write(tocsin.StatusOperational, T0.Add(-time.Hour)); done.N != 2 {
		t.Errorf("version %d holds, want 2", done.N)
	}
	rows, err := s.Rows(t.Context(), Contoso)
	if err != nil || len(rows) != 1 || rows[0].Status != tocsin.StatusOperational {
		t.Errorf("Rows = %+v, %v", rows, err)
	}
}

// items: lists come page by page, each item once, and only of one tenant.
func items(t *testing.T, s *Desk) {
	AddTenants(t, s)
	for i := range 5 {
		record(t, s, Contoso, T0, Issue(t, fmt.Sprint("EX", i), "theirs", T0))
	}
	author(t, s, authoring(t, Contoso, "", "ours", T0))
	record(t, s, Fabrikam, T0, Issue(t, "EX9", "of another", T0))
	q := archive.ItemsQuery{Kind: tocsin.KindIssue, Limit: 4}
	var ids []string
	for {
		list, next, err := s.Items(t.Context(), Contoso, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range list {
			ids = append(ids, i.ID)
		}
		if q.After = next; next == "" {
			break
		}
	}
	expect(t, "items", ids, []string{"TC1001", "EX4", "EX3", "EX2", "EX1", "EX0"})
	list, _, err := s.Items(t.Context(), Contoso, archive.ItemsQuery{Kind: tocsin.KindIssue, Source: tocsin.SourceOwn, Class: "incident", OpenAt: T0, Limit: 4})
	if err != nil || len(list) != 1 || list[0].Source != tocsin.SourceOwn || list[0].Title != "ours" {
		t.Errorf("own items = %+v, %v", list, err)
	}
	past, soon, long := T0.Add(-time.Hour), T0.Add(time.Hour), T0.Add(-tocsin.OverrunFor)
	for id, one := range map[string]tocsin.Course{
		"A1": {Class: "course", Status: tocsin.StatusServiceRestored, EndAt: past}, "A2": {Class: "course", Status: tocsin.StatusServiceRestored},
		"A3": {Class: "course", Status: tocsin.StatusInvestigating, EndAt: past}, "B1": {Class: "course", Status: tocsin.StatusDegradation, EndAt: past},
		"B2": {Class: "course", Status: tocsin.StatusOperational, EndAt: soon}, "B3": {Class: "course", Status: "Brewing"},
		"A4": {Class: tocsin.ClassMaintenance, Status: tocsin.StatusOperational, EndAt: long}, "A5": {Class: tocsin.ClassMaintenance, Status: "Can-celled", EndAt: soon},
		"A6": {Class: tocsin.ClassMaintenance, Status: "completed", EndAt: past}, "A7": {Class: tocsin.ClassMaintenance, Status: tocsin.StatusServiceRestored, EndAt: past},
		"B4": {Class: tocsin.ClassMaintenance, Status: tocsin.StatusOperational, EndAt: past}, "B5": {Class: tocsin.ClassMaintenance, Status: "In progress", EndAt: T0},
		"B6": {Class: tocsin.ClassMaintenance, Status: tocsin.StatusOperational, EndAt: long.Add(time.Second)}, "B7": {Class: tocsin.ClassMaintenance, Status: "Scheduled", EndAt: soon},
	} {
		doc, err := tocsin.NewDocument(tocsin.Issue{ID: id, Classification: one.Class, Status: one.Status, EndAt: one.EndAt, ModifiedAt: T0})
		if err != nil {
			t.Fatal(err)
		}
		if pending := one.Pending(T0); pending != strings.HasPrefix(id, "B") {
			t.Errorf("%s is pending: %v", id, pending)
		}
		record(t, s, Contoso, T0, doc)
	}
	ids = nil
	for _, class := range []string{"course", tocsin.ClassMaintenance} {
		list, _, err := s.Items(t.Context(), Contoso, archive.ItemsQuery{Kind: tocsin.KindIssue, Class: class, OpenAt: T0, Limit: 20})
		if err != nil {
			t.Error(err)
		}
		for _, i := range list {
			ids = append(ids, i.ID)
		}
	}
	slices.Sort(ids)
	expect(t, "open items", ids, []string{"B1", "B2", "B3", "B4", "B5", "B6", "B7"})
	if _, _, err := s.Items(t.Context(), Contoso, archive.ItemsQuery{Kind: tocsin.KindIssue, Limit: 4, After: "x"}); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("a cursor of nonsense: %v, want ErrInvalid", err)
	}
}

func changeTenant(t *testing.T, s *Desk) {
	AddTenants(t, s)
	changed, err := s.ChangeTenant(t.Context(), Contoso, func(tenant *tocsin.Tenant) error {
		tenant.ID, tenant.DisplayName, tenant.Domains, tenant.Disabled = Fabrikam, " Contoso & Co. ", []string{"Contoso.eu"}, true
		return nil
	})
	if err != nil || changed.ID != Contoso || !changed.Disabled {
		t.Errorf("ChangeTenant = %+v, %v", changed, err)
	}
	got, err := s.Tenant(t.Context(), "contoso.eu")
	if err != nil || got.ID != Contoso || got.DisplayName != "Contoso & Co." || len(got.Domains) != 1 || !got.Disabled || !got.CreatedAt.Equal(T0) {
		t.Errorf("Tenant = %+v, %v", got, err)
	}
	for name, change := range map[string]func(*tocsin.Tenant) error{
		"a taken domain": func(tenant *tocsin.Tenant) error { tenant.Domains = []string{"fabrikam.com"}; return nil },
		"a taken name":   func(tenant *tocsin.Tenant) error { tenant.Name = "fabrikam"; return nil },
		"a refusal":      func(*tocsin.Tenant) error { return tocsin.Conflictf("No.") },
	} {
		if _, err := s.ChangeTenant(t.Context(), Contoso, change); !errors.Is(err, tocsin.ErrConflict) {
			t.Errorf("%s: %v, want ErrConflict", name, err)
		}
	}
	if again, err := s.Tenant(t.Context(), Contoso); err != nil || len(again.Domains) != 1 {
		t.Errorf("after refusals: %+v, %v", again, err)
	}
}

func hurry(t *testing.T, s *Desk) {
	AddTenants(t, s)
	if err := s.PutSource(t.Context(), Contoso, "graph", time.Hour); err != nil {
		t.Fatal(err)
	}
	claimed, err := s.ClaimSource(t.Context(), Contoso, "graph", T0, time.Minute, false)
	if err != nil {
		t.Fatal(err)
	}
	end := archive.PollEnd{Poll: tocsin.Poll{TenantID: Contoso, Source: "graph", Epoch: claimed.Epoch, FinishedAt: T0, Outcome: tocsin.OutcomeUnchanged}, DueAt: T0.Add(time.Hour)}
	if _, err := s.FinishPoll(t.Context(), end, nil); err != nil {
		t.Fatal(err)
	}
	for want := range 2 {
		due, err := s.DueSources(t.Context(), T0.Add(time.Minute), 10)
		if err != nil || len(due) != want {
			t.Errorf("DueSources = %v, %v, want %d", due, err, want)
		}
		if err := s.HurrySource(t.Context(), Contoso, "graph"); err != nil {
			t.Error(err)
		}
	}
	if err := s.HurrySource(t.Context(), Fabrikam, "graph"); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("HurrySource of another tenant: %v, want ErrNotFound", err)
	}
}
