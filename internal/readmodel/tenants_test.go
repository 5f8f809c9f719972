package readmodel_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// counting counts the rows of the outbox that are read.
type counting struct {
	*storetest.Desk
	rows int
}

func (c *counting) ChangesAfter(ctx context.Context, seq int64, limit int) ([]tocsin.Change, error) {
	list, err := c.Desk.ChangesAfter(ctx, seq, limit)
	c.rows += len(list)
	return list, err
}

func (c *counting) TenantChangesAfter(ctx context.Context, tenantID string, seq int64, private bool, limit int) ([]tocsin.Change, error) {
	list, err := c.Desk.TenantChangesAfter(ctx, tenantID, seq, private, limit)
	c.rows += len(list)
	return list, err
}

// fleet adds n tenants and loads a snapshot of each.
func fleet(t testing.TB, n int) (*counting, *readmodel.Model, []string) {
	t.Helper()
	s := &counting{Desk: storetest.Open(t, storetest.File(t))}
	m := readmodel.New(s, func() time.Time { return storetest.T0 }, slog.New(slog.DiscardHandler))
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("%08d-0000-4000-8000-000000000000", i)
		if err := s.AddTenant(t.Context(), tocsin.Tenant{ID: ids[i], Name: fmt.Sprintf("tenant%d", i), CreatedAt: storetest.T0}); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Snapshot(t.Context(), ids[i]); err != nil {
			t.Fatal(err)
		}
	}
	return s, m, ids
}

// issueOf stores one more issue of a tenant.
func issueOf(t testing.TB, s *counting, tenantID, id string) {
	t.Helper()
	r := archive.Record{TenantID: tenantID, Source: "test", SeenAt: storetest.T0, Entries: []archive.Entry{{Document: storetest.Issue(t, id, "new", storetest.T0)}}}
	if _, err := s.Record(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

// A change of one tenant is nothing to another: its snapshot, and with it all
// that is remembered of it, and its version stay.
func TestTenantsChangeApart(t *testing.T) {
	t.Parallel()
	s, m, ids := fleet(t, 2)
	versions := [2]string{m.Version(ids[0]), m.Version(ids[1])}
	before, err := m.Snapshot(t.Context(), ids[1])
	if err != nil {
		t.Fatal(err)
	}
	issueOf(t, s, ids[0], "EX1")
	if err := m.Refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if m.Version(ids[0]) == versions[0] {
		t.Error("the tenant that changed has the version of before")
	}
	if now := m.Version(ids[1]); now != versions[1] {
		t.Errorf("the version of the other tenant went from %s to %s", versions[1], now)
	}
	if after, _ := m.Snapshot(t.Context(), ids[1]); after != before {
		t.Error("the other tenant has a new snapshot")
	}
	// A process that starts now gives both the same versions.
	fresh := readmodel.New(s, func() time.Time { return storetest.T0 }, slog.New(slog.DiscardHandler))
	for _, id := range ids {
		if _, err := fresh.Snapshot(t.Context(), id); err != nil || fresh.Version(id) != m.Version(id) {
			t.Errorf("version %s after a start, %s without, %v", fresh.Version(id), m.Version(id), err)
		}
	}
}

// Each process reads the outbox once, however many tenants follow it.
func TestOutboxIsReadOnce(t *testing.T) {
	t.Parallel()
	s, m, ids := fleet(t, 50)
	s.rows = 0
	for i, id := range ids {
		issueOf(t, s, id, fmt.Sprintf("EX%d", i))
	}
	if err := m.Refresh(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		if snapshot, err := m.Snapshot(t.Context(), id); err != nil || len(snapshot.Issues) != 1 || snapshot.Issues[0].ID != fmt.Sprintf("EX%d", i) {
			t.Errorf("tenant %d: %+v, %v", i, snapshot, err)
		}
	}
	if s.rows != len(ids) {
		t.Errorf("%d rows of the outbox were read for %d changes", s.rows, len(ids))
	}
}
