package readmodel_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// many stores n issues of a made-up history.
func many(tb testing.TB, s *storetest.Desk, n int) {
	tb.Helper()
	r := archive.Record{TenantID: storetest.Contoso, Source: "import", SeenAt: storetest.T0, Silent: true}
	for i := range n {
		at := storetest.T0.Add(-time.Duration(i) * time.Hour)
		doc, err := tocsin.NewDocument(tocsin.Issue{
			ID: fmt.Sprintf("EX%06d", i), Title: "A delay", Service: "Exchange Online", FeatureGroup: fmt.Sprint("feature ", i%20),
			Classification: "advisory", Status: tocsin.StatusServiceRestored, StartAt: at, EndAt: at.Add(time.Hour), ModifiedAt: at.Add(2 * time.Hour),
		})
		if err != nil {
			tb.Fatal(err)
		}
		if r.Entries = append(r.Entries, archive.Entry{Document: doc}); len(r.Entries) == 2000 || i == n-1 {
			if _, err := s.Record(tb.Context(), r); err != nil {
				tb.Fatal(err)
			}
			r.Entries = nil
		}
	}
}

// A start from saved rows and the changes since shows what a start from the
// tables shows, and saved rows that are damaged change nothing.
func TestStartFromSavedRows(t *testing.T) {
	t.Parallel()
	s, m := open(t, time.Now)
	ctx := t.Context()
	many(t, s, 200)
	m.SaveFrom(100)
	if _, err := m.Snapshot(ctx, storetest.Contoso); err != nil {
		t.Fatal(err)
	}
	if err := m.Save(ctx); err != nil {
		t.Fatal(err)
	}
	block, err := s.Block(ctx, storetest.Contoso)
	if err != nil {
		t.Fatal(err)
	}
	later := storetest.T0.Add(time.Hour)
	record(t, s, later, storetest.Issue(t, "EX000007", "changed", later), storetest.Issue(t, "ZZ1", "new", later), overview(t, "Exchange", tocsin.StatusDegradation))
	load := func() *readmodel.Snapshot {
		t.Helper()
		snapshot, err := readmodel.New(s, time.Now, slog.New(slog.DiscardHandler)).Snapshot(ctx, storetest.Contoso)
		if err != nil {
			t.Fatal(err)
		}
		return snapshot
	}
	saved := load()
	if row, ok := saved.Issue("EX000007"); !ok || row.N != 2 || len(saved.Issues) != 201 || len(saved.Services) != 1 {
		t.Errorf("%d issues, EX000007 = %+v", len(saved.Issues), row)
	}
	for kind, parts := range block.Parts {
		for _, part := range parts {
			part[len(part)/2] ^= 1
		}
		block.Parts[kind] = parts
	}
	if err := s.PutBlock(ctx, storetest.Contoso, block); err != nil {
		t.Fatal(err)
	}
	fresh := load()
	if diff := cmp.Diff(fresh, saved, cmpopts.IgnoreUnexported(readmodel.Snapshot{}, readmodel.Row{}, readmodel.Traits{}), cmpopts.IgnoreFields(readmodel.Snapshot{}, "ServiceGeneration"), cmpopts.IgnoreTypes(&readmodel.Index{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("from saved rows (-want +got):\n%s", diff)
	}
}

// Looking again without news keeps the snapshot, and with it what was made of
// it.
func TestRefreshKeepsWhatHolds(t *testing.T) {
	t.Parallel()
	s, m := open(t, time.Now)
	record(t, s, storetest.T0, storetest.Issue(t, "EX1", "one", storetest.T0))
	get := func() *readmodel.Snapshot {
		t.Helper()
		if err := m.Refresh(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		snapshot, err := m.Snapshot(t.Context(), storetest.Contoso)
		if err != nil {
			t.Fatal(err)
		}
		return snapshot
	}
	first := get()
	if get() != first {
		t.Error("a new snapshot without news")
	}
	if err := s.PutTenant(t.Context(), tocsin.Tenant{ID: storetest.Contoso, Name: "renamed", CreatedAt: storetest.T0}); err != nil {
		t.Fatal(err)
	}
	if second := get(); second.Tenant.Name != "renamed" || second.IssueIndex != first.IssueIndex {
		t.Error("new settings are not seen, or change the list")
	}
}
