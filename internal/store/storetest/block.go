package storetest

import (
	"errors"
	"testing"

	"example.org/tocsin/internal/tocsin"
)

func blocks(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	if _, err := s.Block(ctx, Contoso); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("Block = %v, want ErrNotFound", err)
	}
	put := func(tenant string, b tocsin.Block) {
		t.Helper()
		if err := s.PutBlock(ctx, tenant, b); err != nil {
			t.Fatal(err)
		}
	}
	get := func(tenant string) tocsin.Block {
		t.Helper()
		b, err := s.Block(ctx, tenant)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	first := tocsin.Block{Seq: 7, Parts: map[tocsin.Kind][][]byte{
		tocsin.KindIssue: {{1, 2}, {3, 0, 255}}, tocsin.KindMessage: {{4}},
	}}
	other := tocsin.Block{Seq: 0, Parts: map[tocsin.Kind][][]byte{tocsin.KindMessage: {{9}}}}
	put(Contoso, first)
	put(Fabrikam, other)
	expect(t, "block", get(Contoso), first)
	second := tocsin.Block{Seq: 8, Parts: map[tocsin.Kind][][]byte{tocsin.KindIssue: {{5}}}}
	put(Contoso, second)
	expect(t, "block in its place", get(Contoso), second)
	expect(t, "block of another tenant", get(Fabrikam), other)
	if err := s.PutBlock(ctx, "99999999-9999-4999-8999-999999999999", second); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("PutBlock of nobody = %v, want ErrNotFound", err)
	}
}

// rowsOfKinds compares the two ways in which rows are read.
func rowsOfKinds(t *testing.T, s *Desk) {
	AddTenants(t, s)
	record(t, s, Contoso, T0, Issue(t, "EX1", "one", T0), overview(t, tocsin.StatusOperational), Issue(t, "EX2", "two", T0))
	record(t, s, Fabrikam, T0, Issue(t, "EX1", "one", T0), Issue(t, "EX3", "three", T0))
	all, err := s.Rows(t.Context(), Contoso)
	if err != nil {
		t.Fatal(err)
	}
	each := map[string]tocsin.Row{}
	for _, r := range all {
		each[string(r.Kind)+r.ID] = r
	}
	byKind := map[string]tocsin.Row{}
	for _, kind := range []tocsin.Kind{tocsin.KindIssue, tocsin.KindOverview, tocsin.KindService} {
		some, err := s.Rows(t.Context(), Contoso, kind)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range some {
			byKind[string(r.Kind)+r.ID] = r
		}
	}
	if len(each) != 3 {
		t.Errorf("%d rows, want 3", len(each))
	}
	expect(t, "rows by kind", byKind, each)
}
