package watch_test

import (
	"log/slog"
	"testing"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/watch"
)

// promising is an open issue whose newest post promises an update for an instant.
func promising(t *testing.T, id, until string, status tocsin.Status) tocsin.Document {
	t.Helper()
	doc, err := tocsin.NewDocument(tocsin.Issue{
		ID: id, Title: "x", Service: "Exchange Online", Classification: "incident", Status: status, StartAt: storetest.T0, ModifiedAt: storetest.T0,
		Posts: []tocsin.Post{{CreatedAt: storetest.T0, Type: "regular", ContentType: "text", Content: "Current status: We look into it.\n\nNext update by: " + until}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// A promise that is late is told once, one that is still to be kept or of an
// issue that is over not at all, and old ones are no news.
func TestLatePromises(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, storetest.File(t))
	storetest.AddTenants(t, s)
	r := archive.Record{TenantID: storetest.Contoso, Source: "test", SeenAt: storetest.T0, Entries: []archive.Entry{
		{Document: promising(t, "EX1", "Monday, March 2, 2026, at 10:00 AM UTC", tocsin.StatusInterruption)},
		{Document: promising(t, "EX2", "Monday, March 2, 2026, at 11:30 AM UTC", tocsin.StatusDegradation)},
		{Document: promising(t, "EX3", "Monday, March 2, 2026, at 10:00 AM UTC", tocsin.StatusServiceRestored)},
		{Document: promising(t, "EX4", "Monday, March 2, 2026, at 9:00 AM UTC", tocsin.StatusDegradation)},
		{Document: promising(t, "EX5", "Friday, March 2, 2026, at 10:00 AM UTC", tocsin.StatusDegradation)}, // it is a Monday
	}}
	if _, err := s.Record(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	now := storetest.T0.Add(time.Hour + 30*time.Minute) // 10:30
	clock := func() time.Time { return now }
	w := watch.New(s, readmodel.New(s, clock, slog.New(slog.DiscardHandler)), clock)
	for range 2 {
		if err := w.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	changes, err := s.ChangesAfter(t.Context(), 5, 100)
	if err != nil {
		t.Fatal(err)
	}
	silent := map[string]bool{}
	for _, c := range changes {
		if c.What != tocsin.WhatLate || c.N != 1 {
			t.Errorf("change %+v", c)
		}
		silent[c.ID] = c.Silent
	}
	if len(changes) != 2 || silent["EX1"] || !silent["EX4"] {
		t.Errorf("told of %v, want EX1, and EX4 silently", silent)
	}
}
