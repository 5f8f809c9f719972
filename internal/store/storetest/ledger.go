package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// ledgerChecks are what the room of deliveries promises of lists and of what is
// told again.
func ledgerChecks() checks {
	return checks{
		"DeliveryLanes":    deliveryLanes,
		"DeliveryFilters":  deliveryFilters,
		"DeliveryRepeats":  deliveryRepeats,
		"DeliveryRepeated": deliveryRepeated,
	}
}

// Subscribers and channels of the settings are claimed apart, and of both those
// that fail.
func deliveryLanes(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 1)
	person := delivery.SubscriptionKey("1")
	enqueue(t, s, 0, row(seqs[0], hook, "", 0), row(seqs[0], mail, "", 0), row(seqs[0], person, "", 0), row(seqs[0], delivery.SubscriptionKey("2"), "", 0))
	for _, key := range []string{hook, person} {
		err := s.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.ExecContext(t.Context(), `UPDATE delivery_endpoints SET failures = 1 WHERE key = $1`, key)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for lane, want := range map[delivery.Lane]string{
		{}: mail, {Failing: true}: hook, {Personal: true}: delivery.SubscriptionKey("2"), {Personal: true, Failing: true}: person,
	} {
		claims, err := s.Ledger.Claim(t.Context(), lane, 10, T0, time.Minute)
		if err != nil || len(claims) != 1 || claims[0].Key != want {
			t.Errorf("%+v: %+v, %v", lane, claims, err)
		}
	}
}

// deliveryFilters: each filter lists what it says, and so do two together, also
// page by page.
func deliveryFilters(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 9)
	other := record(t, s, Fabrikam, T0, Issue(t, "EX1", "x", T0))[0].Seq
	for i, o := range []delivery.Outcome{
		{State: delivery.StateSent},
		{State: delivery.StateDead, Reason: "gone"},
		{State: delivery.StateDead, Reason: "refused"},
		{State: delivery.StateInDoubt, Reason: "in_doubt"},
		{State: delivery.StateRetry, Reason: "rate", Due: T0.Add(time.Hour)},
		{},
	} {
		enqueue(t, s, 0, row(seqs[i], hook, "", 0))
		c, w := onlyDue(t, s, 0)
		o.Claim, o.Batch = c, begin(t, s, c, &delivery.Work{Pending: w.Pending}, fmt.Sprint("msg_", i), 0)
		if o.State != "" {
			finish(t, s, o, 0)
		}
	}
	silenced, muted := row(seqs[6], mail, "", 0), row(seqs[7], hook, "", 0)
	silenced.Cancelled, muted.Cancelled = "silenced", "muted"
	person := delivery.SubscriptionKey("1")
	enqueue(t, s, 0, silenced, muted, row(seqs[8], mail, "", time.Hour), row(other, mail, "", time.Hour), row(seqs[8], person, "", time.Hour))
	err := s.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := s.Cancel(t.Context(), tx, person, "silenced", T0)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.Deliveries(t.Context(), delivery.Query{Limit: 100})
	if err != nil || len(all) != 11 {
		t.Fatalf("%d deliveries, %v", len(all), err)
	}
	states := []delivery.State{"", delivery.StatePending, delivery.StateSending, delivery.StateRetry, delivery.StateSent, delivery.StateDead, delivery.StateInDoubt, delivery.StateCancelled, "none"}
	for _, state := range states {
		for _, reason := range []string{"", "gone", "refused", "rate", "in_doubt", "silenced", "muted", "x"} {
			for _, endpoint := range []string{"", hook, mail} {
				for _, tenants := range [][]string{nil, {}, {Contoso}, {Fabrikam, Contoso}} {
					filtered(t, s, all, delivery.Query{State: state, Reason: reason, Endpoint: endpoint, TenantIDs: tenants})
				}
			}
		}
	}
}

// filtered compares what a query lists, two at a time, with what it should find
// among all.
func filtered(t *testing.T, s *Desk, all []delivery.Entry, q delivery.Query) {
	t.Helper()
	var want, got []string
	for _, e := range all {
		if (q.State == "" || e.State == q.State) && (q.Reason == "" || e.Reason == q.Reason) && (q.Endpoint == "" || e.Endpoint == q.Endpoint) &&
			(q.TenantIDs == nil || slices.Contains(q.TenantIDs, e.Change.TenantID)) {
			want = append(want, e.Cursor())
		}
	}
	for page, n := q, 2; n == 2; {
		page.Limit = 2
		list, err := s.Deliveries(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			got = append(got, e.Cursor())
			page.GoOn(e.Cursor())
		}
		n = len(list)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v: %q, want %q", q, got, want)
	}
}

// again is a delivery of an issue that is told again every four hours.
func again(change int64, endpoint, id string) delivery.Row {
	r := row(change, endpoint, "", 0)
	r.Again = delivery.Again{Every: 4 * time.Hour, Route: "r1", TenantID: Contoso, Ref: tocsin.Ref{Kind: tocsin.KindIssue, ID: id}}
	return r
}

// repeatsAt are what is to be told again by T0+at.
func repeatsAt(t *testing.T, s *Desk, at time.Duration, limit int) ([]delivery.Repeat, []string) {
	t.Helper()
	list, err := s.Repeats(t.Context(), T0.Add(at), limit)
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{}
	for _, r := range list {
		lines = append(lines, fmt.Sprintf("%s %s %s %v", r.Endpoint, r.Ref.ID, r.Route, r.DueAt.Sub(T0)))
		if r.TenantID != Contoso || r.Ref.Kind != tocsin.KindIssue || r.Failing {
			t.Errorf("%+v", r)
		}
	}
	return list, lines
}

// deliveryRepeats: what is told is told again after its interval, counted from the
// newest news of it to that endpoint, and what is not told never is.
func deliveryRepeats(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 3)
	hidden := again(seqs[2], hook, "EX3")
	hidden.Cancelled = "silenced"
	enqueue(t, s, 0, again(seqs[0], hook, "EX1"), again(seqs[0], mail, "EX1"), hidden, row(seqs[1], mail, "", 0))
	_, got := repeatsAt(t, s, 4*time.Hour-time.Second, 10)
	expect(t, "before its time", got, []string{})
	later := again(record(t, s, Contoso, T0, Issue(t, "EX1", "y", T0))[0].Seq, hook, "EX1")
	later.Due = func(time.Time) time.Time { return T0.Add(time.Hour) }
	enqueue(t, s, time.Hour, later)
	_, got = repeatsAt(t, s, 4*time.Hour, 10)
	expect(t, "after four hours", got, []string{"channel:mail EX1 r1 4h0m0s"})
	_, got = repeatsAt(t, s, 5*time.Hour, 10)
	expect(t, "after five hours", got, []string{"channel:mail EX1 r1 4h0m0s", "channel:hook EX1 r1 5h0m0s"})
	_, got = repeatsAt(t, s, 5*time.Hour, 1)
	expect(t, "one", got, []string{"channel:mail EX1 r1 4h0m0s"})
}

// deliveryRepeated: what is told again is one change for all endpoints; who decides
// after another process, or after news, decides nothing.
func deliveryRepeated(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 2)
	enqueue(t, s, 0, again(seqs[0], hook, "EX1"), again(seqs[0], mail, "EX1"), again(seqs[1], hook, "EX2"))
	list, _ := repeatsAt(t, s, 4*time.Hour, 10)
	var decisions []delivery.Decision
	for _, r := range list {
		d := delivery.Decision{Repeat: r, Tell: r.Ref.ID == "EX1", Row: delivery.Row{Kind: "repeat", Route: "r1, again"}}
		if d.Tell {
			d.Next = T0.Add(8 * time.Hour)
		}
		decisions = append(decisions, d)
	}
	for _, want := range []int{2, 0} {
		if n, err := s.Ledger.TellAgain(t.Context(), decisions, T0.Add(4*time.Hour)); n != want || err != nil {
			t.Errorf("%d deliveries, want %d, %v", n, want, err)
		}
	}
	_, got := repeatsAt(t, s, 24*time.Hour, 10)
	expect(t, "what is left", got, []string{"channel:hook EX1 r1 8h0m0s", "channel:mail EX1 r1 8h0m0s"})
	all, err := s.Deliveries(t.Context(), delivery.Query{Limit: 2})
	if err != nil || len(all) != 2 || all[0].Change.Seq != all[1].Change.Seq || all[0].Change.What != tocsin.WhatRepeat || all[0].Change.ID != "EX1" || all[0].Kind != "repeat" {
		t.Errorf("%+v, %v", all, err)
	}
}
