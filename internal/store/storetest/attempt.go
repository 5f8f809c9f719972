package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// Two processes do not work on one endpoint, and what one has lost is the
// other's.
func deliveryClaims(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 2)
	enqueue(t, s, 0, row(seqs[0], hook, "", 0), row(seqs[1], mail, "", 0))
	first, err := s.Ledger.Claim(t.Context(), delivery.Lane{}, 1, T0, time.Minute)
	if err != nil || len(first) != 1 {
		t.Fatal(first, err)
	}
	second, _ := claimDue(t, s, false, 0)
	if len(second) != 1 || second[0].Key == first[0].Key {
		t.Fatalf("%+v is claimed beside %+v", second, first)
	}
	work, err := s.Due(t.Context(), first, 100, T0)
	if err != nil {
		t.Fatal(err)
	}
	again, taken := claimDue(t, s, false, time.Minute)
	if len(again) != 2 {
		t.Fatalf("after the lease: %+v", again)
	}
	if b := begin(t, s, first[0], work[first[0].Num], "msg_1", time.Minute); b.Num != 0 {
		t.Errorf("a claim that was lost began %+v", b)
	}
	i := slices.IndexFunc(again, func(c delivery.Claim) bool { return c.Key == first[0].Key })
	b := begin(t, s, again[i], taken[again[i].Num], "msg_2", time.Minute)
	if b.Num == 0 || b.Attempts != 1 {
		t.Errorf("%+v", b)
	}
	if err := s.Release(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if claims, _ := claimDue(t, s, false, time.Minute); len(claims) != 0 {
		t.Errorf("a claim that was lost was given back: %+v", claims)
	}
}

// What was being sent when a process died is sent again under its id, with its
// words, and counted as a repeat; what comes of the first attempt then counts
// for nothing.
func deliveryInDoubt(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 2)
	enqueue(t, s, 0, row(seqs[0], hook, "g", 0))
	dead, w := onlyDue(t, s, 0)
	lost := begin(t, s, dead, w, "msg_1", 0)
	enqueue(t, s, time.Second, row(seqs[1], hook, "g", 0))
	if claims, _ := claimDue(t, s, false, 59*time.Second); len(claims) != 0 {
		t.Fatalf("%+v is claimed under a lease", claims)
	}
	c, w := onlyDue(t, s, 2*time.Minute)
	if len(w.Batches) != 1 || len(w.Pending) != 0 || w.Batches[0].ID != "msg_1" || string(w.Batches[0].Letter) != "letter" || w.Batches[0].State != delivery.StateSending {
		t.Fatalf("%+v", w)
	}
	b := begin(t, s, c, w, "", 2*time.Minute)
	if b.Attempts != 2 || b.Repeats != 1 || b.ID != "msg_1" {
		t.Errorf("%+v", b)
	}
	if err := s.Finish(t.Context(), []delivery.Outcome{{Claim: dead, Batch: lost, State: delivery.StateDead, Reason: "gone", Down: true}}, nil, T0); err != nil {
		t.Fatal(err)
	}
	finish(t, s, delivery.Outcome{Claim: c, Batch: b, State: delivery.StateSent}, 2*time.Minute)
	expect(t, "ledger", ledger(t, s, delivery.Query{}), []string{"1 channel:hook sent msg_1 2/1", "2 channel:hook pending"})
	if list, err := s.Channels(t.Context()); err != nil || len(list) != 1 || list[0].Failures != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

// What messages say that are begun together is kept together, and each finds its own
// words again: also one that says what an earlier one said.
func deliveryWords(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 81)
	var rows []delivery.Row
	for _, seq := range seqs[:80] {
		rows = append(rows, row(seq, hook, "", 0))
	}
	enqueue(t, s, 0, rows...)
	say := func(i int) string { return fmt.Sprintf("what %d says%s", i%70, strings.Repeat(".", i%7)) }
	want := map[string]string{}
	c, _ := onlyDue(t, s, 0)
	starts := make([]delivery.Start, 80)
	for i := range starts {
		id := fmt.Sprint("msg_", i)
		want[id] = say(i)
		starts[i] = delivery.Start{Claim: c, Batch: delivery.Batch{ID: id, Kind: "update", Letter: []byte(want[id])}, Changes: []int64{seqs[i]}}
	}
	if _, err := s.Begin(t.Context(), starts, T0, time.Minute); err != nil {
		t.Fatal(err)
	}
	enqueue(t, s, time.Second, row(seqs[80], mail, "", 0))
	other, _ := onlyDue(t, s, time.Second)
	want["msg_80"] = say(66)
	last := delivery.Start{Claim: other, Batch: delivery.Batch{ID: "msg_80", Kind: "update", Letter: []byte(say(66))}, Changes: []int64{seqs[80]}}
	if _, err := s.Begin(t.Context(), []delivery.Start{last}, T0.Add(time.Second), time.Minute); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	_, work := claimDue(t, s, false, 5*time.Minute)
	for _, w := range work {
		for _, b := range w.Batches {
			got[b.ID] = string(b.Letter)
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("%d messages say what they do not: one %q", len(got), tocsin.Clip(got["msg_1"], 80))
	}
	for _, id := range []string{"msg_0", "msg_63", "msg_64", "msg_79", "msg_80"} {
		if m, err := s.Ledger.Message(t.Context(), id); err != nil || string(m.Letter) != want[id] {
			t.Errorf("%s says %q, %v, want %q", id, m.Letter, err, want[id])
		}
	}
	var letters int
	if err := s.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM delivery_letters`).Scan(&letters); err != nil || letters != 2 {
		t.Errorf("%d letters are kept, %v", letters, err)
	}
}

// An endpoint that fails is left alone until it is time, however much comes in
// for it, and is well again after the first success.
func deliveryFailing(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 3)
	enqueue(t, s, 0, row(seqs[0], hook, "", 0), row(seqs[1], mail, "", time.Hour))
	c, w := onlyDue(t, s, 0)
	b := begin(t, s, c, w, "msg_1", 0)
	again := T0.Add(10 * time.Minute)
	finish(t, s, delivery.Outcome{Claim: c, Batch: b, State: delivery.StateRetry, Reason: "timeout", Detail: "slow\x00", Due: again, Down: true, RetryAt: again}, time.Second)
	enqueue(t, s, time.Minute, row(seqs[2], hook, "", 0))
	for _, failing := range []bool{false, true} {
		if claims, _ := claimDue(t, s, failing, 9*time.Minute); len(claims) != 0 {
			t.Errorf("failing %t: %+v is tried before it is time", failing, claims)
		}
	}
	if at, err := s.NextDue(t.Context()); err != nil || !at.Equal(again) {
		t.Errorf("next due %v, %v", at, err)
	}
	claims, work := claimDue(t, s, true, 10*time.Minute)
	if len(claims) != 1 || claims[0].Failures != 1 || !claims[0].FailingSince.Equal(T0.Add(time.Second)) || claims[0].Reason != "timeout" {
		t.Fatalf("%+v", claims)
	}
	w = work[claims[0].Num]
	if len(w.Batches) != 1 || len(w.Pending) != 1 || w.Batches[0].State != delivery.StateRetry {
		t.Fatalf("%+v", w)
	}
	b = begin(t, s, claims[0], w, "", 10*time.Minute)
	if b.Attempts != 2 || b.Repeats != 0 {
		t.Errorf("%+v", b)
	}
	finish(t, s, delivery.Outcome{Claim: claims[0], Batch: b, State: delivery.StateSent, Status: 200}, 10*time.Minute)
	c, w = onlyDue(t, s, 10*time.Minute)
	if c.Failures != 0 || c.Reason != "" || len(w.Pending) != 1 {
		t.Errorf("%+v, %+v", c, w)
	}
	m, err := s.Ledger.Message(t.Context(), "msg_1")
	if err != nil || m.State != delivery.StateSent || m.Status != 200 || len(m.Failures) != 1 || m.Failures[0].Reason != "timeout" || m.Failures[0].Detail != "slow" || m.Endpoint != hook {
		t.Errorf("%+v, %v", m, err)
	}
}

// What could not be sent to one endpoint goes to another in the transaction in
// which that is written, once.
func deliveryFallback(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 1)
	enqueue(t, s, 0, row(seqs[0], hook, "", 0))
	c, w := onlyDue(t, s, 0)
	b := begin(t, s, c, w, "msg_1", 0)
	other := row(seqs[0], mail, "", 0)
	other.Via = hook
	finish(t, s, delivery.Outcome{Claim: c, Batch: b, State: delivery.StateDead, Reason: "gone"}, 0, other, other)
	c, w = onlyDue(t, s, 0)
	if c.Key != mail || len(w.Pending) != 1 || w.Pending[0].Via == 0 {
		t.Errorf("%+v, %+v", c, w)
	}
	expect(t, "ledger", ledger(t, s, delivery.Query{State: delivery.StateDead}), []string{"1 channel:hook dead msg_1 1/0 gone"})
}

// Dead letters and what is in doubt are sent again when somebody wants so, under
// the id that they have; what was accepted is not.
func deliveryReplay(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 3)
	states := []delivery.State{delivery.StateDead, delivery.StateInDoubt, delivery.StateSent}
	for i, state := range states {
		enqueue(t, s, 0, row(seqs[i], hook, "", 0))
		c, w := onlyDue(t, s, 0)
		finish(t, s, delivery.Outcome{Claim: c, Batch: begin(t, s, c, w, "msg_"+string(state), 0), State: state, Reason: "x"}, 0)
	}
	for id, want := range map[string]error{"msg_dead": nil, "msg_in_doubt": nil, "msg_sent": tocsin.ErrConflict, "msg_none": tocsin.ErrNotFound} {
		if n, err := s.Ledger.Retry(t.Context(), id, "", T0); !errors.Is(err, want) || want == nil && n != 1 {
			t.Errorf("%s: %d, %v", id, n, err)
		}
	}
	c, w := onlyDue(t, s, 0)
	if len(w.Batches) != 2 || w.Batches[0].Repeats != 0 || w.Batches[1].Repeats != 1 {
		t.Fatalf("%+v", w)
	}
	finish(t, s, delivery.Outcome{Claim: c, Batch: begin(t, s, c, w, "", 0), State: delivery.StateDead, Reason: "x"}, 0)
	if n, err := s.Ledger.Retry(t.Context(), "", hook, T0); n != 1 || err != nil {
		t.Errorf("all dead letters: %d, %v", n, err)
	}
	if _, err := s.Ledger.Retry(t.Context(), "", mail, T0); !errors.Is(err, tocsin.ErrNotFound) {
		t.Error(err)
	}
}

// An attempt that was not made after all counts for nothing, and what cannot be
// sent yet is due later.
func deliveryUntried(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 2)
	enqueue(t, s, 0, row(seqs[0], hook, "", 0), row(seqs[1], hook, "g", 0))
	c, w := onlyDue(t, s, 0)
	w.Pending = w.Pending[:1]
	b := begin(t, s, c, w, "msg_1", 0)
	_, err := s.Enter(t.Context(), delivery.Writing{
		Outcomes:  []delivery.Outcome{{Claim: c, Batch: b, State: delivery.StateRetry, Reason: "timeout", Due: T0.Add(time.Minute), Untried: true}},
		Postponed: []delivery.Postponed{{Claim: c, Changes: []int64{seqs[1]}, Due: T0.Add(10 * time.Second)}}, Release: []delivery.Claim{c},
	}, T0, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if claims, _ := claimDue(t, s, false, 9*time.Second); len(claims) != 0 {
		t.Errorf("%+v is due", claims)
	}
	c, w = onlyDue(t, s, time.Minute)
	if len(w.Pending) != 1 || len(w.Batches) != 1 || w.Batches[0].Attempts != 0 {
		t.Errorf("%+v", w)
	}
	if b = begin(t, s, c, w, "", time.Minute); b.Attempts != 1 || b.Repeats != 0 {
		t.Errorf("%+v", b)
	}
}
