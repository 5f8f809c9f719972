package app_test

import (
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// Whoever has a step to do is told as the emergency list of the desk and of each
// tenant of the incident says; that of one which is disabled no longer counts.
func TestDutyOfTenantsThatAreServed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx := t.Context()
	alex, _, err := d.app.People.User(ctx, "alex")
	if err != nil {
		t.Fatal(err)
	}
	names, err := d.app.People.PartyNames(ctx)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	var ids, keys []string
	for _, name := range []string{"first", "second"} {
		tenant := tocsin.Tenant{ID: tocsin.NewGUID(), Name: name, CreatedAt: now}
		tenant.Normalize()
		contact := tocsin.Contact{ID: tocsin.NewGUID(), TenantID: tenant.ID, Of: tocsin.UserParty(alex.ID), Mail: name + "@home.example", CreatedAt: now}
		if err := d.app.Archive.AddTenant(ctx, tenant); err != nil {
			t.Fatal(err)
		}
		if err := d.app.People.AddContact(ctx, contact); err != nil {
			t.Fatal(err)
		}
		ids, keys = append(ids, tenant.ID), append(keys, delivery.DutyKey(contact.ID))
	}
	i, err := d.app.Responses.OpenIncident(ctx, tocsin.Incident{Title: "x", TenantIDs: ids, Zone: "UTC"}, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.app.Responses.GiveRole(ctx, i.N, "manager", names[tocsin.UserParty(alex.ID)], now); err != nil {
		t.Fatal(err)
	}
	step := "1/" + tocsin.StepClosure
	if got, err := d.app.Duty(ctx, step); err != nil || !slices.Equal(sorted(got), sorted(keys)) {
		t.Errorf("%v, %v, want %v", got, err, keys)
	}
	if _, err := d.app.Archive.ChangeTenant(ctx, ids[0], func(tenant *tocsin.Tenant) error { tenant.Disabled = true; return nil }); err != nil {
		t.Fatal(err)
	}
	if got, err := d.app.Duty(ctx, step); err != nil || !slices.Equal(got, keys[1:]) {
		t.Errorf("%v, %v, want %v", got, err, keys[1:])
	}
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }
