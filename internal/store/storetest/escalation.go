package storetest

import (
	"errors"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// escalationChecks are what is promised of issues that nobody takes in hand.
func escalationChecks() checks {
	return checks{
		"EscalationSent":         escalationSent,
		"EscalationAcknowledged": escalationAcknowledged,
		"EscalationTooLate":      escalationTooLate,
		"EscalationOver":         escalationOver,
		"EscalationTried":        escalationTried,
		"EscalationKilled":       escalationKilled,
		"EscalationRestored":     escalationRestored,
		"TroubleTold":            troubleTold,
		"CanariesAsked":          canariesAsked,
		"CanariesConfirmed":      canariesConfirmed,
		"CanariesRestored":       canariesRestored,
		"RoutesWritten":          routesWritten,
	}
}

// escalation is a delivery that is sent wait after T0 unless somebody takes the
// issue in hand.
func escalation(change int64, endpoint string, wait time.Duration) delivery.Row {
	r := row(change, endpoint, "", wait)
	r.Kind = delivery.KindEscalation
	return r
}

func issueRef(id string) tocsin.Ref { return tocsin.Ref{Kind: tocsin.KindIssue, ID: id} }

// acknowledge takes an issue of Contoso in hand at T0+at.
func acknowledge(t testing.TB, s *Desk, id string, at time.Duration) tocsin.Acknowledgement {
	t.Helper()
	one, err := s.Acknowledge(tocsin.WithActor(t.Context(), tocsin.Actor{UserID: "u1", Name: "Duty"}), Contoso, issueRef(id), T0.Add(at))
	if err != nil {
		t.Fatal(err)
	}
	return one
}

// over says that an issue of Contoso is over since a change, at T0+at.
func over(t testing.TB, s *Desk, id string, change int64, at time.Duration) {
	t.Helper()
	err := s.InTx(t.Context(), func(tx *store.Tx) error {
		return s.EndEscalations(t.Context(), tx, []delivery.Over{{IssueOf: delivery.IssueOf{TenantID: Contoso, Ref: issueRef(id)}, Change: change, At: T0.Add(at)}}, T0.Add(at))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func escalationOf(t testing.TB, s *Desk, id string) tocsin.Escalation {
	t.Helper()
	e, err := s.Escalation(t.Context(), Contoso, issueRef(id))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func escalating(t testing.TB, s *Desk) (n int) {
	t.Helper()
	err := s.InTx(t.Context(), func(tx *store.Tx) error {
		found, err := s.Escalating(t.Context(), tx)
		n = len(found)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// escalationSent: nobody takes the issue in hand, and it is told when it is due,
// not before.
func escalationSent(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 1)
	enqueue(t, s, 0, escalation(seqs[0], hook, 15*time.Minute))
	if claims, _ := claimDue(t, s, false, 14*time.Minute); len(claims) != 0 {
		t.Fatalf("%d endpoints before it is due", len(claims))
	}
	e := escalationOf(t, s, "EX1")
	if next := e.Next(); next == nil || next.Endpoint != hook || !next.At.Equal(T0.Add(15*time.Minute)) || e.Acknowledged != nil || escalating(t, s) != 1 {
		t.Errorf("before: %+v", e)
	}
	c, w := onlyDue(t, s, 15*time.Minute)
	b := begin(t, s, c, w, "msg_1", 15*time.Minute)
	finish(t, s, delivery.Outcome{Claim: c, Batch: b, State: delivery.StateSent}, 15*time.Minute)
	if e = escalationOf(t, s, "EX1"); e.Next() != nil || len(e.Steps) != 1 || !e.Steps[0].Sent {
		t.Errorf("after: %+v", e)
	}
	acknowledge(t, s, "EX1", 20*time.Minute)
	expect(t, "sent stays sent", ledger(t, s, delivery.Query{}), []string{"1 channel:hook sent msg_1 1/0"})
}

// escalationAcknowledged: whoever takes the issue in hand ends what waits of it,
// of no other issue and of no other kind, in one transaction with a change and a
// line of the audit log.
func escalationAcknowledged(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 2)
	enqueue(t, s, 0, row(seqs[0], mail, "", time.Minute), escalation(seqs[0], hook, 15*time.Minute), escalation(seqs[1], hook, 15*time.Minute))
	one := acknowledge(t, s, "EX1", time.Minute)
	expect(t, "ledger", ledger(t, s, delivery.Query{}), []string{"1 channel:mail pending", "1 channel:hook cancelled acknowledged", "2 channel:hook pending"})
	e := escalationOf(t, s, "EX1")
	if e.Acknowledged == nil || *e.Acknowledged != one || one.By != "Duty" || e.Next() != nil || e.Steps[0].Ended != delivery.CancelledAcknowledged {
		t.Errorf("%+v", e)
	}
	changes, err := s.ChangesAfter(t.Context(), seqs[1], 10)
	if err != nil || len(changes) != 1 || changes[0].What != tocsin.WhatAcknowledged || changes[0].ID != "EX1" || changes[0].N != 1 || changes[0].Silent {
		t.Errorf("changes %+v, %v", changes, err)
	}
	if entry := newestEntry(t, s); entry.Action != "issue.acknowledge" || entry.Object != "EX1" || entry.TenantID != Contoso {
		t.Errorf("audit %+v", entry)
	}
	if _, err := s.Acknowledge(t.Context(), Contoso, issueRef("EX1"), T0.Add(time.Hour)); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("again: %v", err)
	}
	if _, err := s.Acknowledge(t.Context(), Fabrikam, issueRef("EX1"), T0.Add(time.Hour)); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("of another tenant: %v", err)
	}
	if e := escalationOf(t, s, "EX2"); e.Acknowledged != nil || e.Next() == nil {
		t.Errorf("the other issue: %+v", e)
	}
}

// escalationTooLate: somebody has the issue in hand before it is decided whom to
// call.
func escalationTooLate(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 1)
	acknowledge(t, s, "EX1", 0)
	enqueue(t, s, time.Second, escalation(seqs[0], hook, 15*time.Minute), row(seqs[0], mail, "", 0))
	expect(t, "ledger", ledger(t, s, delivery.Query{}), []string{"1 channel:mail pending", "1 channel:hook cancelled acknowledged"})
}

// escalationOver: when the issue is over nobody is called, and whoever had it in
// hand has it no longer: open again, it calls anew.
func escalationOver(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 1)
	enqueue(t, s, 0, escalation(seqs[0], hook, 15*time.Minute))
	acknowledge(t, s, "EX1", time.Minute)
	again := record(t, s, Contoso, T0.Add(3*time.Hour), Issue(t, "EX1", "open again", T0.Add(3*time.Hour)))
	over(t, s, "EX1", again[0].Seq-1, 2*time.Hour)
	if e := escalationOf(t, s, "EX1"); e.Acknowledged != nil || escalating(t, s) != 0 {
		t.Errorf("over: %+v", e)
	}
	enqueue(t, s, 3*time.Hour, escalation(again[0].Seq, hook, 4*time.Hour))
	over(t, s, "EX1", again[0].Seq-1, 3*time.Hour) // of before
	if next := escalationOf(t, s, "EX1"); next.Next() == nil {
		t.Errorf("open again: %+v", next)
	}
	over(t, s, "EX1", again[0].Seq+1, 3*time.Hour)
	expect(t, "ledger", ledger(t, s, delivery.Query{State: delivery.StateCancelled})[1:], []string{"3 channel:hook cancelled over"})
}

// escalationTried: one that could not be sent is not tried again once somebody has
// the issue in hand, also when that happened during the attempt.
func escalationTried(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 2)
	enqueue(t, s, 0, escalation(seqs[0], hook, 0), escalation(seqs[1], mail, 0))
	claims, work := claimDue(t, s, false, 0)
	var batches []delivery.Batch
	for i, c := range claims {
		batches = append(batches, begin(t, s, c, work[c.Num], []string{"msg_1", "msg_2"}[i], 0))
	}
	failed := func(i int) {
		finish(t, s, delivery.Outcome{Claim: claims[i], Batch: batches[i], State: delivery.StateRetry, Reason: "timeout", Due: T0.Add(time.Minute)}, time.Second)
	}
	failed(0)
	acknowledge(t, s, "EX1", 2*time.Second)
	acknowledge(t, s, "EX2", 2*time.Second)
	failed(1)
	for _, c := range triedAgain(t, s) {
		if b := beginAs(t, s, c.Claim, c.Work, time.Minute); b.Num != 0 {
			t.Errorf("begun again: %+v", b)
		}
	}
	expect(t, "ledger", ledger(t, s, delivery.Query{}), []string{"1 channel:hook cancelled msg_1 1/0 acknowledged", "2 channel:mail cancelled msg_2 1/0 acknowledged"})
}

type claimed struct {
	delivery.Claim
	*delivery.Work
}

// triedAgain claims what has messages to be tried again a minute after T0.
func triedAgain(t testing.TB, s *Desk) (list []claimed) {
	t.Helper()
	for _, c := range []bool{false, true} {
		claims, work := claimDue(t, s, c, time.Minute)
		for _, one := range claims {
			if len(work[one.Num].Batches) > 0 {
				list = append(list, claimed{one, work[one.Num]})
			}
		}
	}
	if len(list) != 1 {
		t.Fatalf("%d endpoints have something to be tried again, want that of the attempt that was under way", len(list))
	}
	return list
}

// beginAs begins the only message that is due again.
func beginAs(t testing.TB, s *Desk, c delivery.Claim, w *delivery.Work, at time.Duration) delivery.Batch {
	t.Helper()
	begun, err := s.Begin(t.Context(), []delivery.Start{{Claim: c, Batch: w.Batches[0]}}, T0.Add(at), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return begun[0]
}

// escalationKilled: of one that was being sent when the process died nobody knows
// whether it arrived: it is in doubt, and is not sent again.
func escalationKilled(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 1)
	enqueue(t, s, 0, escalation(seqs[0], hook, 0))
	c, w := onlyDue(t, s, 0)
	begin(t, s, c, w, "msg_1", 0)
	acknowledge(t, s, "EX1", time.Second)
	c, w = onlyDue(t, s, 2*time.Minute)
	if b := beginAs(t, s, c, w, 2*time.Minute); b.Num != 0 {
		t.Errorf("begun again: %+v", b)
	}
	expect(t, "ledger", ledger(t, s, delivery.Query{}), []string{"1 channel:hook in_doubt msg_1 1/0 acknowledged"})
}

// escalationRestored: a desk that is put back calls nobody of what was open.
func escalationRestored(t *testing.T, s *Desk) {
	AddTenants(t, s)
	enqueue(t, s, 0, escalation(told(t, s, 1)[0], hook, 15*time.Minute))
	err := s.InTx(t.Context(), func(tx *store.Tx) error {
		_, _, err := s.Ledger.Restored(t.Context(), tx, T0)
		return err
	})
	if e := escalationOf(t, s, "EX1"); err != nil || e.Next() != nil || e.Steps[0].Ended != delivery.CancelledRestored {
		t.Errorf("%+v, %v", e, err)
	}
	if claims, _ := claimDue(t, s, false, time.Hour); len(claims) != 0 {
		t.Error("something is due")
	}
}
