package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// deliveryChecks are what the room of deliveries promises.
func deliveryChecks() checks {
	return checks{
		"DeliveryOnce":      deliveryOnce,
		"DeliveryGroups":    deliveryGroups,
		"DeliveryOrder":     deliveryOrder,
		"DeliveryClaims":    deliveryClaims,
		"DeliveryInDoubt":   deliveryInDoubt,
		"DeliveryWords":     deliveryWords,
		"DeliveryFailing":   deliveryFailing,
		"DeliveryCancelled": deliveryCancelled,
		"DeliveryCounted":   deliveryCounted,
		"DeliveryFallback":  deliveryFallback,
		"DeliveryReplay":    deliveryReplay,
		"DeliveryLedger":    deliveryLedger,
		"DeliveryLimit":     deliveryLimit,
		"DeliverySwept":     deliverySwept,
		"DeliveryWakes":     deliveryWakes,
		"DeliveryUntried":   deliveryUntried,
	}
}

const (
	hook = "channel:hook"
	mail = "channel:mail"
)

// told records n issues of Contoso and returns the numbers of their changes.
func told(t testing.TB, s *Desk, n int) (seqs []int64) {
	t.Helper()
	for i := range n {
		for _, c := range record(t, s, Contoso, T0, Issue(t, fmt.Sprintf("EX%d", i+1), "x", T0)) {
			seqs = append(seqs, c.Seq)
		}
	}
	return seqs
}

// enqueue writes deliveries of changes to an endpoint at T0+at.
func enqueue(t testing.TB, s *Desk, at time.Duration, rows ...delivery.Row) {
	t.Helper()
	err := s.InTx(t.Context(), func(tx *store.Tx) error { return s.Enqueue(t.Context(), tx, rows, T0.Add(at)) })
	if err != nil {
		t.Fatal(err)
	}
}

// row is a delivery that is sent wait after T0, or with its group.
func row(change int64, endpoint, group string, wait time.Duration) delivery.Row {
	return delivery.Row{Change: change, Endpoint: endpoint, Kind: "update", Group: group, Route: "r", Due: func(last time.Time) time.Time {
		if last.IsZero() {
			return T0.Add(wait)
		}
		return last.Add(5 * time.Minute)
	}}
}

// claimDue claims the endpoints that are due at T0+at, and what is due of them.
func claimDue(t testing.TB, s *Desk, failing bool, at time.Duration) ([]delivery.Claim, map[int64]*delivery.Work) {
	t.Helper()
	claims, err := s.Ledger.Claim(t.Context(), delivery.Lane{Failing: failing}, 100, T0.Add(at), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	work, err := s.Due(t.Context(), claims, 1000, T0.Add(at))
	if err != nil {
		t.Fatal(err)
	}
	return claims, work
}

// onlyDue claims the only endpoint that is due at T0+at.
func onlyDue(t testing.TB, s *Desk, at time.Duration) (delivery.Claim, *delivery.Work) {
	t.Helper()
	claims, work := claimDue(t, s, false, at)
	if len(claims) != 1 {
		t.Fatalf("after %v %d endpoints are due, want 1", at, len(claims))
	}
	return claims[0], work[claims[0].Num]
}

// begin makes a message of all that is pending in work.
func begin(t testing.TB, s *Desk, c delivery.Claim, w *delivery.Work, id string, at time.Duration) delivery.Batch {
	t.Helper()
	start := delivery.Start{Claim: c, Batch: delivery.Batch{ID: id, Kind: "update", Letter: []byte("letter")}}
	for _, p := range w.Pending {
		start.Changes = append(start.Changes, p.Change.Seq)
		start.Batch.Group, start.Batch.Kind = p.Group, p.Kind
	}
	if len(w.Batches) > 0 {
		start.Batch, start.Changes = w.Batches[0], nil
	}
	batches, err := s.Begin(t.Context(), []delivery.Start{start}, T0.Add(at), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return batches[0]
}

func finish(t testing.TB, s *Desk, o delivery.Outcome, at time.Duration, other ...delivery.Row) {
	t.Helper()
	if err := s.Finish(t.Context(), []delivery.Outcome{o}, other, T0.Add(at)); err != nil {
		t.Fatal(err)
	}
	if err := s.Release(t.Context(), []delivery.Claim{o.Claim}); err != nil {
		t.Fatal(err)
	}
}

// ledger is what became of the deliveries, the oldest first.
func ledger(t testing.TB, s *Desk, q delivery.Query) []string {
	t.Helper()
	q.Limit = 100
	list, err := s.Deliveries(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{}
	for _, e := range slices.Backward(list) {
		line := fmt.Sprintf("%d %s %s", e.Change.Seq, e.Endpoint, e.State)
		if e.Batch != "" {
			line += fmt.Sprintf(" %s %d/%d", e.Batch, e.Attempts, e.Repeats)
		}
		if e.Reason != "" {
			line += " " + e.Reason
		}
		lines = append(lines, line)
	}
	return lines
}

// A change is delivered to an endpoint once, whoever decides so again.
func deliveryOnce(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 2)
	enqueue(t, s, 0, row(seqs[0], hook, "", 0), row(seqs[0], hook, "", 0), row(seqs[0], mail, "", time.Hour))
	enqueue(t, s, 0, row(seqs[0], hook, "", 0), row(seqs[1], hook, "", 0))
	c, w := onlyDue(t, s, 0)
	if c.Key != hook || len(w.Pending) != 2 || w.Pending[0].Change.ID != "EX1" || w.Pending[0].Change.TenantID != Contoso || w.Pending[1].Change.ID != "EX2" {
		t.Fatalf("%+v, %+v", c, w)
	}
	b := begin(t, s, c, w, "msg_1", 0)
	finish(t, s, delivery.Outcome{Claim: c, Batch: b, State: delivery.StateSent, Status: 204}, 0)
	expect(t, "ledger", ledger(t, s, delivery.Query{}), []string{"1 channel:mail pending", "1 channel:hook sent msg_1 1/0", "2 channel:hook sent msg_1 1/0"})
	if claims, _ := claimDue(t, s, false, time.Minute); len(claims) != 0 {
		t.Errorf("%+v is due again", claims)
	}
	if at, err := s.NextDue(t.Context()); err != nil || !at.Equal(T0.Add(time.Hour)) {
		t.Errorf("next due %v, %v", at, err)
	}
}

// The first change of a group goes when its route says, later ones together with
// those that wait, and what comes after a message gathers from that message on.
func deliveryGroups(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 5)
	enqueue(t, s, 0, row(seqs[0], hook, "g", 30*time.Second), row(seqs[1], hook, "h", time.Hour))
	enqueue(t, s, 10*time.Second, row(seqs[2], hook, "g", 9*time.Minute))
	c, w := onlyDue(t, s, 30*time.Second)
	if len(w.Pending) != 2 || w.Pending[0].Group != "g" || w.Pending[1].Group != "g" {
		t.Fatalf("%+v", w)
	}
	b := begin(t, s, c, w, "msg_1", 30*time.Second)
	enqueue(t, s, 31*time.Second, row(seqs[3], hook, "g", 0))
	finish(t, s, delivery.Outcome{Claim: c, Batch: b, State: delivery.StateSent}, 32*time.Second)
	enqueue(t, s, time.Minute, row(seqs[4], hook, "g", 0))
	if claims, _ := claimDue(t, s, false, 5*time.Minute+29*time.Second); len(claims) != 0 {
		t.Errorf("%+v is due before the group has gathered", claims)
	}
	if _, w = onlyDue(t, s, 5*time.Minute+30*time.Second); len(w.Pending) != 2 || w.Pending[1].Change.Seq != seqs[4] {
		t.Errorf("%+v", w)
	}
}

// Deliveries of an endpoint come in the order in which they are due, those of a
// group together.
func deliveryOrder(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 6)
	enqueue(t, s, 0, row(seqs[4], hook, "a", time.Second), row(seqs[5], hook, "", 0), row(seqs[3], hook, "b", 0), row(seqs[0], hook, "a", 0), row(seqs[1], hook, "b", 0), row(seqs[2], hook, "", 0))
	_, w := onlyDue(t, s, time.Minute)
	var got []string
	for _, p := range w.Pending {
		got = append(got, fmt.Sprint(p.Change.Seq, p.Group))
	}
	expect(t, "order", got, []string{"3", "6", "2b", "4b", "1a", "5a"})
}

// F-88: what was cancelled between the decision and the attempt is not sent.
func deliveryCancelled(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 4)
	muted := row(seqs[3], hook, "", 0)
	muted.Cancelled = "muted"
	enqueue(t, s, 0, row(seqs[0], hook, "", 0), muted)
	c, w := onlyDue(t, s, 0)
	b := begin(t, s, c, w, "msg_1", 0)
	finish(t, s, delivery.Outcome{Claim: c, Batch: b, State: delivery.StateRetry, Reason: "content", Due: T0}, 0)
	enqueue(t, s, 0, row(seqs[1], hook, "", 0), row(seqs[2], mail, "", 0))
	claims, work := claimDue(t, s, false, 0)
	if len(claims) != 2 {
		t.Fatalf("%+v", claims)
	}
	err := s.InTx(t.Context(), func(tx *store.Tx) error {
		n, err := s.Cancel(t.Context(), tx, hook, "unsubscribed", T0)
		if n != 2 {
			t.Errorf("%d were cancelled", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var starts []delivery.Start
	for _, c := range claims {
		starts = append(starts, delivery.Start{Claim: c, Batch: delivery.Batch{ID: "msg_" + c.Key, Letter: []byte("l")}, Changes: []int64{work[c.Num].Pending[0].Change.Seq}})
		if c.Key == hook {
			starts = append(starts, delivery.Start{Claim: c, Batch: work[c.Num].Batches[0]})
		}
	}
	begun, err := s.Begin(t.Context(), starts, T0, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range begun {
		if (b.Num != 0) != (starts[i].Claim.Key == mail) {
			t.Errorf("%s began %+v", starts[i].Claim.Key, b)
		}
	}
	expect(t, "ledger", ledger(t, s, delivery.Query{}), []string{
		"1 channel:hook cancelled msg_1 1/0 unsubscribed", "2 channel:hook cancelled unsubscribed", "3 channel:mail sending msg_channel:mail 1/0", "4 channel:hook cancelled muted",
	})
}

// The ledger is listed by what one asks for.
func deliveryLedger(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 3)
	enqueue(t, s, 0, row(seqs[0], hook, "", 0), row(seqs[1], hook, "", time.Hour), row(seqs[2], mail, "", time.Hour))
	c, w := onlyDue(t, s, 0)
	finish(t, s, delivery.Outcome{Claim: c, Batch: begin(t, s, c, w, "msg_1", 0), State: delivery.StateInDoubt, Reason: "in_doubt", Detail: "cut", Status: 200}, 0)
	for _, test := range []struct {
		query delivery.Query
		want  []string
	}{
		{delivery.Query{State: delivery.StateInDoubt}, []string{"1 channel:hook in_doubt msg_1 1/0 in_doubt"}},
		{delivery.Query{State: delivery.StatePending, Endpoint: mail}, []string{"3 channel:mail pending"}},
		{delivery.Query{Change: seqs[1]}, []string{"2 channel:hook pending"}},
		{delivery.Query{Before: seqs[2], State: delivery.StatePending}, []string{"2 channel:hook pending"}},
		{delivery.Query{Batch: "msg_1", Item: tocsin.Ref{Kind: tocsin.KindIssue, ID: "EX1"}}, []string{"1 channel:hook in_doubt msg_1 1/0 in_doubt"}},
		{delivery.Query{TenantIDs: []string{Fabrikam}}, []string{}},
		{delivery.Query{TenantIDs: []string{}}, []string{}},
		{delivery.Query{TenantIDs: []string{Fabrikam, Contoso}, Endpoint: mail}, []string{"3 channel:mail pending"}},
		{delivery.Query{State: delivery.StateCancelled}, []string{}},
	} {
		expect(t, fmt.Sprintf("%+v", test.query), ledger(t, s, test.query), test.want)
	}
	counts, err := s.Outstanding(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "counts", counts, []delivery.Count{
		{Endpoint: hook, State: delivery.StateInDoubt, Reason: "in_doubt", N: 1, Oldest: T0},
		{Endpoint: hook, State: delivery.StatePending, N: 1, Oldest: T0},
		{Endpoint: mail, State: delivery.StatePending, N: 1, Oldest: T0},
	})
	if _, err := s.Ledger.Message(t.Context(), "msg_2"); !errors.Is(err, tocsin.ErrNotFound) {
		t.Error(err)
	}
}

// A part of what is due cuts no group in two.
func deliveryLimit(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 6)
	enqueue(t, s, 0, row(seqs[0], hook, "a", 0), row(seqs[1], hook, "b", 0), row(seqs[2], hook, "b", 0), row(seqs[3], hook, "b", 0), row(seqs[4], hook, "c", 0), row(seqs[5], hook, "c", 0))
	claims, _ := claimDue(t, s, false, 0)
	for limit, want := range map[int]int{1: 1, 2: 1, 3: 1, 4: 4, 5: 4, 6: 6} {
		work, err := s.Due(t.Context(), claims, limit, T0)
		if err != nil || len(work[claims[0].Num].Pending) != want {
			t.Errorf("of up to %d: %d, %v, want %d", limit, len(work[claims[0].Num].Pending), err, want)
		}
	}
}

// What ended long ago is forgotten, and nothing else.
func deliverySwept(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 3)
	enqueue(t, s, 0, row(seqs[0], hook, "", 0), row(seqs[1], mail, "", time.Hour))
	c, w := onlyDue(t, s, 0)
	b := begin(t, s, c, w, "msg_1", 0)
	finish(t, s, delivery.Outcome{Claim: c, Batch: b, State: delivery.StateRetry, Reason: "timeout", Due: T0.Add(time.Minute)}, 0)
	if n, err := s.Ledger.Sweep(t.Context(), T0.Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("what waits was forgotten: %d, %v", n, err)
	}
	c, w = onlyDue(t, s, time.Minute)
	finish(t, s, delivery.Outcome{Claim: c, Batch: begin(t, s, c, w, "", time.Minute), State: delivery.StateSent}, time.Minute)
	if n, err := s.Ledger.Sweep(t.Context(), T0.Add(time.Minute)); n != 0 || err != nil {
		t.Errorf("what ended just now was forgotten: %d, %v", n, err)
	}
	if n, err := s.Ledger.Sweep(t.Context(), T0.Add(time.Hour)); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := s.Ledger.Message(t.Context(), "msg_1"); !errors.Is(err, tocsin.ErrNotFound) {
		t.Error(err)
	}
	expect(t, "ledger", ledger(t, s, delivery.Query{}), []string{"2 channel:mail pending"})
}

// However many subscriptions there are, they are counted together, and are no
// channels.
func deliveryCounted(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 1)
	enqueue(t, s, 0, row(seqs[0], hook, "", 0), row(seqs[0], delivery.SubscriptionKey("a"), "", time.Hour))
	enqueue(t, s, time.Minute, row(seqs[0], delivery.SubscriptionKey("b"), "", time.Hour))
	counts, err := s.Outstanding(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "counts", counts, []delivery.Count{
		{Endpoint: hook, State: delivery.StatePending, N: 1, Oldest: T0},
		{Endpoint: delivery.AllSubscriptions, State: delivery.StatePending, N: 2, Oldest: T0},
	})
	channels, err := s.Channels(t.Context())
	if err != nil || len(channels) != 1 || channels[0].Key != hook {
		t.Errorf("%+v, %v", channels, err)
	}
}

// What comes in while an endpoint is worked on is due when it is given back.
func deliveryWakes(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 2)
	enqueue(t, s, 0, row(seqs[0], hook, "", 0))
	c, w := onlyDue(t, s, 0)
	b := begin(t, s, c, w, "msg_1", 0)
	enqueue(t, s, 0, row(seqs[1], hook, "", 0))
	finish(t, s, delivery.Outcome{Claim: c, Batch: b, State: delivery.StateSent}, 0)
	if _, w = onlyDue(t, s, 0); len(w.Pending) != 1 {
		t.Errorf("%+v", w)
	}
}
