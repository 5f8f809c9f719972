// Package storetest is the contract of the store as one suite of checks: that of
// the engine, and that of each room. Both engines run all of it; what a store
// promises is added here, not to the tests of one engine. Begin at engine.go,
// archive.go or people.go for the list of a part, at open.go for a store to test
// with.
package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// Ids of the suite's tenants.
const (
	Contoso  = "11111111-1111-4111-8111-111111111111"
	Fabrikam = "22222222-2222-4222-8222-222222222222"
)

// T0 is the instant at which the suite's stories begin.
var T0 = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// checks are parts of the contract by name.
type checks map[string]func(*testing.T, *Desk)

// with adds others. A name is given once.
func (c checks) with(others checks) checks {
	for name, check := range others {
		if c[name] != nil {
			panic("two checks are called " + name)
		}
		c[name] = check
	}
	return c
}

// Run runs every check. The open function returns an empty store and closes it
// when the test ends.
func Run(t *testing.T, open func(*testing.T) *Desk) {
	for name, check := range engineChecks().with(archiveChecks()).with(peopleChecks()).with(translationChecks()).with(deliveryChecks()).with(ledgerChecks()).with(escalationChecks()).with(silenceChecks()).with(respondChecks()).with(probeChecks()).with(mapChecks()).with(copyChecks()).with(subscriptionChecks()) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, open(t))
		})
	}
}

// adder adds tenants.
type adder interface {
	AddTenant(ctx context.Context, t tocsin.Tenant) error
}

// AddTenants adds the suite's two tenants.
func AddTenants(t testing.TB, s adder) {
	t.Helper()
	for _, tenant := range []tocsin.Tenant{
		{ID: Contoso, Name: "contoso", Domains: []string{"contoso.com", "contoso.onmicrosoft.com"}, Groups: []string{"emea"}, CreatedAt: T0},
		{ID: Fabrikam, Name: "fabrikam", Domains: []string{"fabrikam.com"}, CreatedAt: T0},
	} {
		if err := s.AddTenant(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
	}
}

// Issue is a document of an issue whose text is note.
func Issue(t testing.TB, id, note string, modified time.Time) tocsin.Document {
	t.Helper()
	doc, err := tocsin.NewDocument(tocsin.Issue{
		ID: id, Title: note, Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident",
		Status: tocsin.StatusDegradation, StartAt: T0, ModifiedAt: modified,
		Posts: []tocsin.Post{{CreatedAt: modified, Type: "regular", ContentType: "html", Content: note}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func record(t testing.TB, s *Desk, tenant string, at time.Time, docs ...tocsin.Document) []tocsin.Change {
	t.Helper()
	r := archive.Record{TenantID: tenant, Source: "test", SeenAt: at}
	for _, d := range docs {
		r.Entries = append(r.Entries, archive.Entry{Document: d})
	}
	changes, err := s.Record(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

// whats is what happened, without numbers and times.
func whats(changes []tocsin.Change) []string {
	list := []string{}
	for _, c := range changes {
		list = append(list, fmt.Sprintf("%s %s %d", c.ID, c.What, c.N))
	}
	return list
}

func expect(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", what, diff)
	}
}

func verify(t testing.TB, s *Desk, tenant string, versions int) {
	t.Helper()
	v, err := s.Verify(t.Context(), tenant)
	if err != nil || v.Problem != "" || v.Versions != versions {
		t.Errorf("Verify = %+v, %v, want %d versions and no problem", v, err, versions)
	}
}
