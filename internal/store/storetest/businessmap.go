package storetest

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// mapChecks are what is promised of business maps.
func mapChecks() checks {
	return checks{"BusinessMap": businessMap, "BusinessMapRefused": businessMapRefused, "BusinessMapRace": businessMapRace}
}

// invoices is a map with one process.
func invoices() tocsin.BusinessMap {
	return tocsin.BusinessMap{
		TenantID: Contoso,
		Uses:     []tocsin.MapUse{{Name: "Approvals", Services: []string{"PowerAutomate"}, Secondary: []string{"Exchange"}}},
		Processes: []tocsin.MapProcess{{
			Name: "Approval of invoices", Department: "Finance", Uses: []string{" approvals "}, Fallback: "By mail", TriedOn: "2026-02-27", Tried: "drill", Cost: 1200, Currency: "eur",
		}},
		Sheets: []tocsin.ContinuitySheet{{Service: "Exchange", Documents: "On the file server", Numbers: "+33 1 99 00 12 34\r\n+81 3 1234 5678"}},
	}
}

func businessMap(t *testing.T, s *Desk) {
	AddTenants(t, s)
	none, err := s.BusinessMap(t.Context(), Contoso)
	if err != nil || none.Version != 0 || !none.Empty() || none.TenantID != Contoso {
		t.Fatalf("of nobody: %+v, %v", none, err)
	}
	first, err := s.PutBusinessMap(as(t, "kim"), invoices(), 0, T0)
	if err != nil {
		t.Fatal(err)
	}
	read, err := s.BusinessMap(t.Context(), Contoso)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "read again", read, first)
	if read.Version != 1 || read.By != "kim" || !read.At.Equal(T0) || read.Processes[0].Uses[0] != "Approvals" || read.Processes[0].Currency != "EUR" || read.Sheets[0].Numbers != "+33 1 99 00 12 34\n+81 3 1234 5678" {
		t.Errorf("kept: %+v", read)
	}
	if same, err := s.PutBusinessMap(as(t, "lou"), invoices(), 1, T0.Add(time.Hour)); err != nil || same.Version != 1 {
		t.Errorf("the same again: version %d, %v", same.Version, err)
	}
	if _, err := s.PutBusinessMap(as(t, "lou"), invoices(), 0, T0); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("from an old version: %v", err)
	}
	other := invoices()
	other.Processes[0].Fallback = "By phone"
	if second, err := s.PutBusinessMap(as(t, "lou"), other, 1, T0.Add(time.Hour)); err != nil || second.Version != 2 {
		t.Errorf("second: %+v, %v", second, err)
	}
	all, err := s.BusinessMaps(t.Context(), Contoso, 10)
	if err != nil || len(all) != 2 || all[0].By != "lou" || all[1].Processes[0].Fallback != "By mail" {
		t.Errorf("versions: %+v, %v", all, err)
	}
	if elsewhere, err := s.BusinessMap(t.Context(), Fabrikam); err != nil || elsewhere.Version != 0 {
		t.Errorf("of another tenant: %+v, %v", elsewhere, err)
	}
	rows, err := s.Audit(t.Context(), store.AuditQuery{Action: "map.write", Limit: 10})
	if err != nil || len(rows) != 2 || rows[0].TenantID != Contoso || rows[0].Actor.Name != "lou" || rows[0].Detail != "version 2: 1 process, 1 use, 1 sheet" {
		t.Errorf("audit: %+v, %v", rows, err)
	}
}

func businessMapRefused(t *testing.T, s *Desk) {
	AddTenants(t, s)
	tests := map[string]struct {
		change func(*tocsin.BusinessMap)
		field  string
	}{
		"no name":            {func(m *tocsin.BusinessMap) { m.Processes[0].Name = " " }, "processes/1"},
		"a semicolon":        {func(m *tocsin.BusinessMap) { m.Uses[0].Name = "a;b" }, "uses/1"},
		"twice":              {func(m *tocsin.BusinessMap) { m.Uses = append(m.Uses, tocsin.MapUse{Name: "APPROVALS"}) }, "uses/APPROVALS"},
		"unknown use":        {func(m *tocsin.BusinessMap) { m.Processes[0].Uses = []string{"Payroll"} }, "processes/Approval of invoices/uses"},
		"no currency":        {func(m *tocsin.BusinessMap) { m.Processes[0].Currency = "" }, "processes/Approval of invoices/currency"},
		"a cost below zero":  {func(m *tocsin.BusinessMap) { m.Processes[0].Cost = -1 }, "processes/Approval of invoices/cost"},
		"a day to come":      {func(m *tocsin.BusinessMap) { m.Processes[0].TriedOn = "2026-03-05" }, "processes/Approval of invoices/triedOn"},
		"no day":             {func(m *tocsin.BusinessMap) { m.Sheets[0].TriedOn = "14 June" }, "sheets/Exchange/triedOn"},
		"a text too long":    {func(m *tocsin.BusinessMap) { m.Sheets[0].Documents = strings.Repeat("x", 2001) }, "sheets/Exchange/documents"},
		"control characters": {func(m *tocsin.BusinessMap) { m.Processes[0].Fallback = "a\x00b" }, "processes/Approval of invoices/fallback"},
		"too many":           {func(m *tocsin.BusinessMap) { m.Sheets = make([]tocsin.ContinuitySheet, 201) }, "sheets"},
	}
	for name, tt := range tests {
		m := invoices()
		tt.change(&m)
		_, err := s.PutBusinessMap(t.Context(), m, 0, T0)
		if !errors.Is(err, tocsin.ErrInvalid) || !strings.Contains(err.Error(), tt.field+": ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	m := invoices()
	m.TenantID = "33333333-3333-4333-8333-333333333333"
	if _, err := s.PutBusinessMap(t.Context(), m, 0, T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("a tenant that is not there: %v", err)
	}
	if left, err := s.BusinessMap(t.Context(), Contoso); err != nil || left.Version != 0 {
		t.Errorf("what was refused left %+v, %v", left, err)
	}
}

// Of people who write from the same version, one wins and the others are told.
func businessMapRace(t *testing.T, s *Desk) {
	AddTenants(t, s)
	results := make([]error, 8)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() {
			m := invoices()
			m.Processes[0].Department = strings.Repeat("x", i+1)
			_, results[i] = s.PutBusinessMap(t.Context(), m, 0, T0)
		})
	}
	all.Wait()
	won := 0
	for _, err := range results {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, tocsin.ErrConflict):
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d wrote version 1", won)
	}
}
