package storetest

import (
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// An incident of tenants that are disabled stays with all that was written, goes on
// and is closed; what is said of it goes out for a tenant that is left.
func incidentGone(t *testing.T, s *Desk) {
	ctx := as(t, "kim")
	i := openIncident(t, s)
	left := map[string]string{Contoso: Fabrikam, Fabrikam: Contoso}
	for gone, stays := range left {
		disable(t, s, gone, true)
		m, err := s.AddMessage(ctx, i.N, said("hourly", "x"), tocsin.IncidentStep{}, false, T0, out(s, T0))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := s.Ledger.Deliveries(ctx, delivery.Query{Change: m.Change, Limit: 10})
		if err != nil || len(rows) != 2 || rows[0].Change.TenantID != stays {
			t.Errorf("said for %+v, %v, want %s", rows, err, stays)
		}
		disable(t, s, gone, false)
	}
	for id := range left {
		disable(t, s, id, true)
	}
	if err := s.AddEntry(ctx, i.N, "note", "the desk left", T0, T0); err != nil {
		t.Error(err)
	}
	if err := s.CloseIncident(ctx, i.N, nil, T0.Add(time.Hour)); err != nil {
		t.Error(err)
	}
	got, err := s.Incident(ctx, i.N)
	if err != nil || got.Open() || !slices.Equal(got.TenantIDs, i.TenantIDs) || !slices.Equal(got.Issues, i.Issues) {
		t.Errorf("%+v, %v", got, err)
	}
	if entries, err := s.IncidentEntries(ctx, i.N, 10); err != nil || !slices.ContainsFunc(entries, func(e tocsin.IncidentEntry) bool { return e.Text == "the desk left" }) {
		t.Errorf("%+v, %v", entries, err)
	}
}

func disable(t *testing.T, s *Desk, id string, disabled bool) {
	t.Helper()
	if _, err := s.ChangeTenant(t.Context(), id, func(tenant *tocsin.Tenant) error { tenant.Disabled = disabled; return nil }); err != nil {
		t.Fatal(err)
	}
}
