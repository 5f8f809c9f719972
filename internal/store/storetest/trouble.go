package storetest

import (
	"testing"
	"time"

	"example.org/tocsin/internal/store/delivery"
)

// troubleTold: that a channel takes no messages is told through another one, once
// however many look, and that it takes them again once after that.
func troubleTold(t *testing.T, s *Desk) {
	AddTenants(t, s)
	seqs := told(t, s, 3)
	trouble := func() delivery.Trouble {
		t.Helper()
		list, err := s.Troubles(t.Context(), T0)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range list {
			if one.Key == hook {
				return one
			}
		}
		t.Fatal("the channel is not listed")
		return delivery.Trouble{}
	}
	tell := func(mended bool, at time.Duration) bool {
		t.Helper()
		first, err := s.TellTrouble(t.Context(), hook, mail, mended, []byte("letter"), T0.Add(at))
		if err != nil {
			t.Fatal(err)
		}
		return first
	}
	enqueue(t, s, 0, row(seqs[0], hook, "", 0))
	c, w := onlyDue(t, s, 0)
	finish(t, s, delivery.Outcome{Claim: c, Batch: begin(t, s, c, w, "msg_1", 0), State: delivery.StateDead, Reason: "gone", Detail: "Set address."}, time.Second)
	if one := trouble(); !one.Dead.Equal(T0.Add(time.Second)) || one.Reason != "gone" || one.Detail != "Set address." || !one.ToldAt.IsZero() || one.Works {
		t.Errorf("given up: %+v", one)
	}
	if tell(true, time.Second) || !tell(false, time.Minute) || tell(false, time.Minute) {
		t.Error("told not at all, or twice")
	}
	if c, w := onlyDue(t, s, time.Minute); c.Key != mail || len(w.Batches) != 1 || w.Batches[0].Kind != "trouble" || string(w.Batches[0].Letter) != "letter" {
		t.Errorf("what is sent: %+v %+v", c, w)
	}
	if one := trouble(); !one.ToldAt.Equal(T0.Add(time.Minute)) || one.Works {
		t.Errorf("told: %+v", one)
	}
	enqueue(t, s, time.Hour, row(seqs[1], hook, "", time.Hour))
	claims, work := claimDue(t, s, false, time.Hour)
	for _, c := range claims {
		if c.Key == hook {
			finish(t, s, delivery.Outcome{Claim: c, Batch: begin(t, s, c, work[c.Num], "msg_2", time.Hour), State: delivery.StateSent}, time.Hour)
		}
	}
	if one := trouble(); !one.Works || !one.Dead.IsZero() {
		t.Errorf("accepted: %+v", one)
	}
	if !tell(true, time.Hour) || tell(true, time.Hour) || !trouble().ToldAt.IsZero() {
		t.Error("that it works is told not at all, or twice")
	}
}
