package storetest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// said is a message of an incident in two languages for two channels.
func said(template, text string) tocsin.IncidentMessage {
	return tocsin.IncidentMessage{
		Template: template, Name: "First announcement", Facts: map[string]string{"symptoms": text}, Channels: []string{"managers", "staff"},
		Words: []tocsin.IncidentWords{{Language: "fr", Subject: "Panne", Lines: []string{text}}, {Language: "en", Subject: "Outage", Lines: []string{text}}},
	}
}

// out writes the deliveries of a message into the ledger.
func out(s *Desk, now time.Time) func(context.Context, *store.Tx, tocsin.IncidentMessage) error {
	return func(ctx context.Context, tx *store.Tx, m tocsin.IncidentMessage) error {
		var rows []delivery.Row
		for _, name := range m.Channels {
			rows = append(rows, delivery.Row{Change: m.Change, Endpoint: delivery.ChannelKey(name), Kind: delivery.KindIncident})
		}
		return s.Ledger.Enqueue(ctx, tx, rows, now)
	}
}

// timeline are the entries of incident 1, sorted.
func timeline(t *testing.T, s *Desk) (list []string) {
	t.Helper()
	entries, err := s.IncidentEntries(t.Context(), 1, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, strings.TrimSpace(strings.Join(strings.Fields(e.Kind+" "+e.Subject+" "+e.State+" "+e.Text), " ")))
	}
	slices.Sort(list)
	return list
}

// A message is kept as it was sent, with its rows of the ledger, and ends its step,
// once: another one of the same step is kept beside it. One that cannot be taken or
// sent leaves nothing.
func incidentMessages(t *testing.T, s *Desk) {
	ctx := as(t, "kim")
	openIncident(t, s)
	announcement := tocsin.IncidentStep{Step: tocsin.StepAnnouncement, Needed: true}
	for _, text := range []string{"We know.", "Once more."} {
		if _, err := s.AddMessage(ctx, 1, said("announcement", text), announcement, false, T0, out(s, T0)); err != nil {
			t.Fatal(err)
		}
	}
	bad := func(spoil func(*tocsin.IncidentMessage), step tocsin.IncidentStep) error {
		m := said("hourly", "x")
		spoil(&m)
		_, err := s.AddMessage(ctx, 1, m, step, false, T0, out(s, T0))
		return err
	}
	for name, err := range map[string]error{
		"no words":     bad(func(m *tocsin.IncidentMessage) { m.Words = nil }, tocsin.IncidentStep{}),
		"no name":      bad(func(m *tocsin.IncidentMessage) { m.Name = " " }, tocsin.IncidentStep{}),
		"no such step": bad(func(*tocsin.IncidentMessage) {}, tocsin.IncidentStep{Step: "tea", Needed: true}),
		"a late vow":   bad(func(m *tocsin.IncidentMessage) { m.Promised = T0.Add(-time.Minute) }, tocsin.IncidentStep{}),
	} {
		if !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := errors.New("broken")
	if _, err := s.AddMessage(ctx, 1, said("hourly", "x"), tocsin.IncidentStep{}, false, T0, func(context.Context, *store.Tx, tocsin.IncidentMessage) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("the ledger takes nothing: %v", err)
	}
	want := []string{"message First announcement sent Panne Once more.", "message First announcement sent Panne We know.", "open EX820411 MO821132", "step announcement done"}
	if got := timeline(t, s); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	list, err := s.IncidentMessages(ctx, 1)
	if err != nil || len(list) != 2 || list[0].N != 2 || list[0].Change <= list[1].Change {
		t.Fatalf("%+v, %v", list, err)
	}
	first, err := s.MessageOf(ctx, "1", list[1].Change)
	if err != nil || !reflect.DeepEqual(first, list[1]) || first.In("ja").Subject != "Outage" || first.In("fr").Text() != "Panne\nWe know." || first.Facts["symptoms"] != "We know." {
		t.Errorf("MessageOf = %+v, %v", first, err)
	}
	if _, err := s.MessageOf(ctx, "2", list[1].Change); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("of another incident: %v", err)
	}
	rows, err := s.Ledger.Deliveries(ctx, delivery.Query{Change: first.Change, Limit: 10})
	if err != nil || len(rows) != 2 || rows[0].State != delivery.StatePending || rows[0].Kind != delivery.KindIncident || rows[0].Change.Kind != tocsin.KindIncident || rows[0].Change.What != tocsin.WhatMessage {
		t.Errorf("ledger: %+v, %v", rows, err)
	}
	audited(t, s, map[string]int{"incident.step": 1, "incident.message": 2})
}

// A message that a second person looks at is not sent before somebody else than its
// writer approves it as it is: of two, one wins; written anew it waits again.
func incidentApproval(t *testing.T, s *Desk) {
	kim, lou := as(t, "kim"), as(t, "lou")
	openIncident(t, s)
	step := tocsin.IncidentStep{Step: tocsin.StepAnnouncement, Needed: true}
	m, err := s.AddMessage(kim, 1, said("announcement", "We know."), step, true, T0, nil)
	if err != nil || m.State != tocsin.MessageWaiting || m.Change != 0 {
		t.Fatalf("%+v, %v", m, err)
	}
	if _, err := s.ApproveMessage(kim, 1, m, step, T0, out(s, T0)); !errors.Is(err, tocsin.ErrForbidden) {
		t.Errorf("its writer approves it: %v", err)
	}
	if err := s.ReturnMessage(kim, 1, m, "x", T0); !errors.Is(err, tocsin.ErrForbidden) {
		t.Errorf("its writer returns it: %v", err)
	}
	if err := s.ReturnMessage(lou, 1, m, " ", T0); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("returned for no reason: %v", err)
	}
	if err := s.ReturnMessage(lou, 1, m, "Which services?", T0); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ApproveMessage(lou, 1, m, step, T0, out(s, T0)); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("approved after it was returned: %v", err)
	}
	anew := said("announcement", "Mail fails.")
	anew.N, anew.Revision = m.N, m.Revision
	if anew, err = s.AddMessage(kim, 1, anew, step, true, T0, nil); err != nil || anew.Revision != 2 {
		t.Fatalf("written anew: %+v, %v", anew, err)
	}
	if _, err := s.ApproveMessage(lou, 1, m, step, T0, out(s, T0)); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("approved as it was before: %v", err)
	}
	if steps, err := s.IncidentSteps(kim, 1); err != nil || len(steps) != 0 {
		t.Errorf("a step ended before anything was sent: %+v, %v", steps, err)
	}
	won := make(chan error, 2)
	var both sync.WaitGroup
	for _, name := range []string{"lou", "max"} {
		both.Go(func() {
			_, err := s.ApproveMessage(as(t, name), 1, anew, step, T0, out(s, T0))
			won <- err
		})
	}
	both.Wait()
	if a, b := <-won, <-won; (a == nil) == (b == nil) || !errors.Is(errors.Join(a, b), tocsin.ErrConflict) {
		t.Errorf("two approve at once: %v; %v", a, b)
	}
	list, err := s.IncidentMessages(kim, 1)
	if err != nil || len(list) != 1 || list[0].State != tocsin.MessageSent || list[0].WrittenBy != "kim" || list[0].In("en").Lines[0] != "Mail fails." {
		t.Fatalf("%+v, %v", list, err)
	}
	if rows, err := s.Ledger.Deliveries(kim, delivery.Query{Change: list[0].Change, Limit: 10}); err != nil || len(rows) != 2 {
		t.Errorf("ledger: %+v, %v", rows, err)
	}
	audited(t, s, map[string]int{"incident.message": 1, "incident.message-wait": 2, "incident.message-return": 1, "incident.step": 1})
}

// What happens in a room are changes of each of its tenants: those that are told
// stand in the list, entries do not.
func incidentChanges(t *testing.T, s *Desk) {
	ctx := as(t, "kim")
	openIncident(t, s)
	for _, err := range []error{
		s.EndStep(ctx, 1, tocsin.IncidentStep{Step: tocsin.StepUpdates, N: 1, Needed: true}, T0), s.AddEntry(ctx, 1, "note", "x", time.Time{}, T0),
		s.ReopenStep(ctx, 1, tocsin.StepUpdates, 1, "by mistake", T0), s.CloseIncident(ctx, 1, nil, T0),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, tenant := range []string{Contoso, Fabrikam} {
		list, err := s.TenantChangesAfter(ctx, tenant, 0, false, 20)
		var got []string
		for _, c := range list {
			got = append(got, string(c.Kind)+" "+c.ID+" "+string(c.What))
		}
		if want := []string{"incident 1 opened", "step 1/updates/1 done", "step 1/updates/1 reopened", "incident 1 closed"}; err != nil || !slices.Equal(got, want) {
			t.Errorf("%q, want %q, %v", got, want, err)
		}
	}
	all, err := s.ChangesAfter(ctx, 0, 20)
	if err != nil || len(all) != 10 {
		t.Errorf("%d changes, %v, want 10", len(all), err)
	}
}
