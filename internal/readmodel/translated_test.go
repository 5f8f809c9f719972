package readmodel_test

import (
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// That lines of an issue read otherwise in some language moves the version of
// the tenant's pages, and no row.
func TestTranslatedMovesTheVersion(t *testing.T) {
	t.Parallel()
	s, m := open(t, time.Now)
	ctx := t.Context()
	record(t, s, storetest.T0, storetest.Issue(t, "EX1", "first", storetest.T0))
	before, err := m.Snapshot(ctx, storetest.Contoso)
	if err != nil {
		t.Fatal(err)
	}
	version := m.Version(storetest.Contoso)
	for i, what := range []tocsin.What{tocsin.WhatTranslated, tocsin.WhatLate} {
		err := s.InTx(ctx, func(tx *store.Tx) error {
			tenant, err := s.TenantNum(ctx, tx, storetest.Contoso)
			if err != nil {
				return err
			}
			return tx.Tell(ctx, tenant, tocsin.Change{Kind: tocsin.KindIssue, ID: "EX1", N: 1, What: what, Silent: true, At: storetest.T0})
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Refresh(ctx, true); err != nil {
			t.Fatal(err)
		}
		after, err := m.Snapshot(ctx, storetest.Contoso)
		if err != nil {
			t.Fatal(err)
		}
		if m.Version(storetest.Contoso) == version || after.Translated != before.Seq+1 || (after.IssueIndex != before.IssueIndex) != (i == 1) {
			t.Errorf("%s: version %s, translated %d, rows read again %v", what, m.Version(storetest.Contoso), after.Translated, after.IssueIndex != before.IssueIndex)
		}
	}
}
