package dispatch_test

import (
	"testing"
	"time"

	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// F-97: what the first poll after a restore finds comes as one summary, since some
// of it may have been told before; what the second one finds is news again.
func TestFirstPollAfterARestore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.File(t), route.Shipped("duty", ""))
	storetest.AddTenants(t, w)
	if err := w.PutSource(t.Context(), storetest.Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	w.follow()
	poll := poller(t, w)
	poll(issue(t, "EX1", 1, nil))
	w.expect("duty", "update EX1.1")
	if err := w.InTx(t.Context(), func(tx *store.Tx) error { return tx.MarkRestored(t.Context(), w.Now()) }); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Second)
	poll(issue(t, "EX1", 2, nil), issue(t, "EX2", 1, nil))
	w.expect("duty", "update EX1.1", "summary EX1.2 EX2.1")
	w.pass(10 * time.Minute)
	poll(issue(t, "EX3", 1, nil))
	w.expect("duty", "update EX1.1", "summary EX1.2 EX2.1", "update EX3.1")
}

// After more than an hour in which a source was not heard, what it says at once
// comes as one summary; after less it is news.
func TestFirstPollAfterAnHour(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn, route.Shipped("duty", ""))
		storetest.AddTenants(t, w)
		if err := w.PutSource(t.Context(), storetest.Contoso, "graph", time.Minute); err != nil {
			t.Fatal(err)
		}
		w.follow()
		poll := poller(t, w)
		poll(issue(t, "EX1", 1, nil))
		w.pass(50 * time.Minute)
		poll(issue(t, "EX2", 1, nil))
		w.expect("duty", "update EX1.1", "update EX2.1")
		w.pass(3 * time.Hour)
		poll(issue(t, "EX1", 2, nil), issue(t, "EX3", 1, nil))
		w.expect("duty", "update EX1.1", "update EX2.1", "summary EX1.2 EX3.1")
		poll(issue(t, "EX1", 3, nil))
		w.pass(10 * time.Minute)
		w.dispatch()
		w.expect("duty", "update EX1.1", "update EX2.1", "summary EX1.2 EX3.1", "update EX1.3")
	})
}

// poller has the source graph polled completely, and what is found told.
func poller(t *testing.T, w *world) func(docs ...tocsin.Document) {
	t.Helper()
	return func(docs ...tocsin.Document) {
		t.Helper()
		claimed, err := w.ClaimSource(t.Context(), storetest.Contoso, "graph", w.Now(), time.Minute, true)
		if err != nil {
			t.Fatal(err)
		}
		found := &archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: w.Now()}
		for _, d := range docs {
			found.Entries = append(found.Entries, archive.Entry{Document: d})
		}
		end := archive.PollEnd{DueAt: w.Now().Add(time.Minute), Poll: tocsin.Poll{
			TenantID: storetest.Contoso, Source: "graph", Epoch: claimed.Epoch, Full: true, StartedAt: w.Now(), FinishedAt: w.Now().Add(time.Second), Outcome: tocsin.OutcomeChanged,
		}}
		if _, err := w.FinishPoll(t.Context(), end, found); err != nil {
			t.Fatal(err)
		}
		w.follow()
		w.pass(time.Minute)
		w.dispatch()
	}
}
