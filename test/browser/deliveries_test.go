package browser

import (
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
)

// ledger writes deliveries of the first changes to a channel that does not take
// messages: one that waits, one that was given up and one that is tried again.
func ledger(t *testing.T, db *store.Store, l *delivery.Store) {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	changes, err := db.ChangesAfter(ctx, 0, 3)
	if err != nil || len(changes) < 3 {
		t.Fatal(len(changes), err)
	}
	var rows []delivery.Row
	for _, c := range changes {
		rows = append(rows, delivery.Row{Change: c.Seq, Endpoint: "channel:ops-hook", Kind: "update", Route: `{class=~"incident|advisory", service="Exchange"} → duty`})
	}
	if err := db.InTx(ctx, func(tx *store.Tx) error { return l.Enqueue(ctx, tx, rows, now) }); err != nil {
		t.Fatal(err)
	}
	claims, err := l.Claim(ctx, delivery.Lane{}, 1, now, time.Minute)
	if err != nil || len(claims) != 1 {
		t.Fatal(claims, err)
	}
	var starts []delivery.Start
	for i, id := range []string{"msg_aaaabbbbccccddddeeeeffff22", "msg_aaaabbbbccccddddeeeeffff33"} {
		starts = append(starts, delivery.Start{Claim: claims[0], Changes: []int64{changes[i].Seq}, Batch: delivery.Batch{ID: id, Kind: "update", Letter: []byte("{}")}})
	}
	begun, err := l.Begin(ctx, starts, now, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	gone := delivery.Outcome{Claim: claims[0], Batch: begun[0], State: delivery.StateDead, Reason: "gone", Status: 410, Detail: "It wants no more messages at that address. Look at `address`."}
	later := delivery.Outcome{Claim: claims[0], Batch: begun[1], State: delivery.StateRetry, Reason: "timeout", Detail: "It did not answer in time.", Due: now.Add(time.Hour), Down: true, RetryAt: now.Add(time.Hour)}
	if err := l.Finish(ctx, []delivery.Outcome{gone, later}, nil, now); err != nil {
		t.Fatal(err)
	}
}
