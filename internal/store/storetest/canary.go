package storetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// canaryLink is what the link of a canary of the suite has.
func canaryLink(batch string) string { return "link " + batch }

// canary has a channel sent its canary of a day at T0+at.
func canary(t testing.TB, s *Desk, key, day string, machine bool, at time.Duration) bool {
	t.Helper()
	first, err := s.AskCanary(t.Context(), delivery.Canary{Endpoint: key, Day: day, Machine: machine}, canaryLink, []byte("test"), T0.Add(at))
	if err != nil {
		t.Fatal(err)
	}
	return first
}

// canariesAt are how the canaries of a channel do at T0+at.
func canariesAt(t testing.TB, s *Desk, key string, at time.Duration) delivery.CanaryState {
	t.Helper()
	found, err := s.Canaries(t.Context(), T0.Add(at))
	if err != nil {
		t.Fatal(err)
	}
	return found[key]
}

// acceptCanary has the message of a channel that is due accepted at T0+at, and returns
// its id.
func acceptCanary(t testing.TB, s *Desk, at time.Duration) string {
	t.Helper()
	c, w := onlyDue(t, s, at)
	if len(w.Batches) != 1 || w.Batches[0].Kind != delivery.KindCanary || string(w.Batches[0].Letter) != "test" {
		t.Fatalf("%+v", w)
	}
	finish(t, s, delivery.Outcome{Claim: c, Batch: beginAs(t, s, c, w, at), State: delivery.StateSent}, at)
	return w.Batches[0].ID
}

// canariesAsked: a channel is sent one canary for each day of its clock, by however
// many processes, and what waits of the day before is not sent any more.
func canariesAsked(t *testing.T, s *Desk) {
	var asked atomic.Int32
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			first, err := s.AskCanary(t.Context(), delivery.Canary{Endpoint: hook, Day: "2026-10-25"}, canaryLink, []byte("test"), T0)
			if err != nil {
				t.Error(err)
			} else if first {
				asked.Add(1)
			}
		})
	}
	group.Wait()
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	if entry := newestEntry(t, s); entry.Action != "canary.send" || entry.Object != "hook" || entry.Detail != "2026-10-25" {
		t.Errorf("%+v", entry)
	}
	if canary(t, s, hook, "2026-10-25", false, time.Hour) {
		t.Error("the hour that occurs twice asks twice")
	}
	if !canary(t, s, hook, "2026-10-26", false, 25*time.Hour) || !canary(t, s, mail, "2026-10-25", false, 25*time.Hour) {
		t.Error("another day or channel does not ask")
	}
	waiting := 0
	_, work := claimDue(t, s, false, 25*time.Hour)
	for _, w := range work {
		waiting += len(w.Batches)
	}
	expect(t, "waiting", waiting, 2)
	list, err := s.Outstanding(t.Context())
	if err != nil || len(list) != 2 {
		t.Errorf("%+v, %v", list, err)
	}
	if n, err := s.Ledger.Sweep(t.Context(), T0.Add(300*24*time.Hour)); err != nil || n != 0 {
		t.Error(n, err)
	}
	if got := canariesAt(t, s, hook, 26*time.Hour); got != (delivery.CanaryState{}) {
		t.Errorf("kept for ever: %+v", got)
	}
}

// canariesConfirmed: the link of a canary is good once, for its term; one that nobody
// confirmed is known until a later one is; what a machine accepts it confirms.
func canariesConfirmed(t *testing.T, s *Desk) {
	const day = 24 * time.Hour
	canary(t, s, hook, "2026-10-01", false, 0)
	link := canaryLink(acceptCanary(t, s, 0))
	at := func(d time.Duration) delivery.CanaryState { t.Helper(); return canariesAt(t, s, hook, d) }
	for name, token := range map[string]string{"none": "", "another": "link"} {
		_, err := s.AskedCanary(t.Context(), token, T0)
		_, err2 := s.ConfirmCanary(t.Context(), token, T0)
		refused(t, tocsin.ErrNotFound, map[string]error{name: err, name + " confirmed": err2})
	}
	if c, err := s.AskedCanary(t.Context(), link, T0.Add(day-time.Second)); err != nil || c.Endpoint != hook || c.Day != "2026-10-01" || !at(time.Hour).ConfirmedAt.IsZero() {
		t.Errorf("%+v, %v", c, err)
	}
	_, late := s.ConfirmCanary(t.Context(), link, T0.Add(day))
	refused(t, tocsin.ErrNotFound, map[string]error{"too late": late})
	if got := at(day - time.Second); got.Unanswered.Day != "" || got.Last.Day != "2026-10-01" {
		t.Errorf("in its term: %+v", got)
	}
	canary(t, s, hook, "2026-10-02", false, day)
	link = canaryLink(acceptCanary(t, s, day))
	if got := at(day); got.Unanswered.Day != "2026-10-01" || got.Last.Day != "2026-10-02" {
		t.Errorf("unanswered: %+v", got)
	}
	reader := tocsin.WithActor(t.Context(), tocsin.Actor{Name: tocsin.Stranger})
	if _, err := s.ConfirmCanary(reader, link, T0.Add(day+time.Hour)); err != nil {
		t.Fatal(err)
	}
	if entry := newestEntry(t, s); entry.Action != "canary.confirm" || entry.Object != "hook" || entry.Actor.Name != tocsin.Stranger {
		t.Errorf("%+v", entry)
	}
	_, again := s.ConfirmCanary(reader, link, T0.Add(day+time.Hour))
	_, opened := s.AskedCanary(reader, link, T0.Add(day+time.Hour))
	refused(t, tocsin.ErrNotFound, map[string]error{"used": again, "opened": opened})
	if got := at(3 * day); got.Unanswered.Day != "" || !got.ConfirmedAt.Equal(T0.Add(day+time.Hour)) {
		t.Errorf("confirmed: %+v", got)
	}
	canary(t, s, mail, "2026-10-04", true, 3*day)
	if got := canariesAt(t, s, mail, 4*day); got.Unanswered.Day != "2026-10-04" {
		t.Errorf("a machine that takes nothing: %+v", got)
	}
	link = canaryLink(acceptCanary(t, s, 4*day))
	if got := canariesAt(t, s, mail, 5*day); got.Unanswered.Day != "" || !got.ConfirmedAt.Equal(T0.Add(4*day)) {
		t.Errorf("a machine that has accepted: %+v", got)
	}
	_, machine := s.AskedCanary(reader, link, T0.Add(3*day))
	refused(t, tocsin.ErrNotFound, map[string]error{"of a machine": machine})
}

// canariesRestored: after a restore nobody is waited for, and no day is asked twice.
func canariesRestored(t *testing.T, s *Desk) {
	canary(t, s, hook, "2026-10-01", false, 0)
	link := canaryLink(acceptCanary(t, s, 0))
	err := s.InTx(t.Context(), func(tx *store.Tx) error {
		_, _, err := s.Ledger.Restored(t.Context(), tx, T0.Add(time.Minute))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, old := s.ConfirmCanary(t.Context(), link, T0.Add(time.Hour))
	refused(t, tocsin.ErrNotFound, map[string]error{"of before": old})
	if got := canariesAt(t, s, hook, 48*time.Hour); got.Unanswered.Day != "" {
		t.Errorf("%+v", got)
	}
	if canary(t, s, hook, "2026-10-01", false, time.Hour) {
		t.Error("the day is asked twice")
	}
}

// routesWritten: what pages write of routes is kept as versions by whom and when; of
// two who write at once one is told so.
func routesWritten(t *testing.T, s *Desk) {
	if v, err := s.Routes(t.Context()); err != nil || v != (delivery.RoutesVersion{}) {
		t.Errorf("%+v, %v", v, err)
	}
	alex := tocsin.WithActor(t.Context(), tocsin.Actor{UserID: "u1", Name: "Alex"})
	save := func(text string, after int64) error {
		_, err := s.SaveRoutes(alex, text, after, T0.Add(time.Duration(after)*time.Minute))
		return err
	}
	if err := save("routes: 1", 0); err != nil {
		t.Fatal(err)
	}
	if entry := newestEntry(t, s); entry.Action != "routes.write" || entry.Object != "version 1" || entry.Actor.Name != "Alex" {
		t.Errorf("%+v", entry)
	}
	var saved atomic.Int32
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if save("routes: 2", 1) == nil {
				saved.Add(1)
			}
		})
	}
	group.Wait()
	if n := saved.Load(); n != 1 {
		t.Errorf("%d have written version 2", n)
	}
	refused(t, tocsin.ErrConflict, map[string]error{"an older one": save("x", 0), "the same": save("x", 1), "one that is not there": save("x", 7)})
	if err := save("", 2); err != nil {
		t.Fatal(err)
	}
	if entry := newestEntry(t, s); entry.Action != "routes.file" {
		t.Errorf("%+v", entry)
	}
	list, err := s.RoutesVersions(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "versions", list, []delivery.RoutesVersion{{N: 3, At: T0.Add(2 * time.Minute), ByID: "u1", By: "Alex"}, {N: 2, At: T0.Add(time.Minute), ByID: "u1", By: "Alex", Text: "routes: 2"}})
	if n, err := s.RoutesNow(t.Context()); err != nil || n != 3 {
		t.Error(n, err)
	}
}
