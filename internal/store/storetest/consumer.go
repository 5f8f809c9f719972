package storetest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// noting is a handler that notes the numbers of the changes it is given.
func noting(seqs *[]int64) store.Handler {
	return func(_ context.Context, _ *store.Tx, batch []tocsin.Change) error {
		for _, c := range batch {
			*seqs = append(*seqs, c.Seq)
		}
		return nil
	}
}

// claim takes a consumer at an instant.
func claim(t *testing.T, s *Desk, name string, at time.Time) tocsin.Cursor {
	t.Helper()
	c, err := s.ClaimConsumer(t.Context(), name, at, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func consumers(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	record(t, s, Contoso, T0, Issue(t, "EX1", "one", T0), Issue(t, "EX2", "two", T0))
	for name, beginning := range map[string]bool{"index": true, "mail": false} {
		for range 2 { // known the second time
			if err := s.AddConsumer(ctx, name, beginning); err != nil {
				t.Fatal(err)
			}
		}
	}
	record(t, s, Fabrikam, T0, Issue(t, "EX1", "one", T0))
	for name, want := range map[string][]int64{"index": {1, 2, 3}, "mail": {3}} {
		var seqs []int64
		cursor := claim(t, s, name, T0)
		for handled := 1; handled > 0; {
			var err error
			if cursor, handled, err = s.Consume(ctx, cursor, 2, T0, time.Minute, noting(&seqs)); err != nil {
				t.Fatal(err)
			}
		}
		expect(t, name, seqs, want)
	}
	list, err := s.Consumers(ctx, 0)
	if err != nil || len(list) != 2 || list[0].Name != "index" || list[0].Seq != 3 || list[0].Begin != 0 || list[1].Begin != 2 || !list[1].HandledAt.Equal(T0) {
		t.Errorf("Consumers = %+v, %v", list, err)
	}
	record(t, s, Contoso, T0.Add(time.Hour), Issue(t, "EX3", "three", T0))
	err = s.InTx(ctx, func(tx *store.Tx) error {
		passed, err := tx.ConsumersToEnd(ctx)
		expect(t, "changes passed", passed, int64(1))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if list, _ = s.Consumers(ctx, 0); list[0].Seq != 3 || list[1].Seq != 4 {
		t.Errorf("after a restore: %+v, want the index where it was and the mail at the end", list)
	}
}

func consumerClaims(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	if _, err := s.ClaimConsumer(ctx, "mail", T0, time.Minute); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("unknown consumer: %v, want ErrNotFound", err)
	}
	if err := s.AddConsumer(ctx, "mail", true); err != nil {
		t.Fatal(err)
	}
	record(t, s, Contoso, T0, Issue(t, "EX1", "one", T0), Issue(t, "EX2", "two", T0))
	frozen := claim(t, s, "mail", T0)
	if _, err := s.ClaimConsumer(ctx, "mail", T0.Add(time.Second), time.Minute); !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("second claim: %v, want ErrConflict", err)
	}
	var seqs []int64
	later := T0.Add(2 * time.Minute)
	heir := claim(t, s, "mail", later)
	if _, _, err := s.Consume(ctx, frozen, 9, later, time.Minute, noting(&seqs)); !errors.Is(err, store.ErrClaimLost) || !errors.Is(err, tocsin.ErrConflict) {
		t.Errorf("a process that froze: %v, want ErrClaimLost", err)
	}
	seqs = nil
	// What fails writes nothing and moves nothing.
	broken := errors.New("no")
	_, n, err := s.Consume(ctx, heir, 9, later, time.Minute, func(ctx context.Context, tx *store.Tx, batch []tocsin.Change) error {
		return errors.Join(s.PutEvents(ctx, tx, []tocsin.Event{{Change: batch[0]}}), broken)
	})
	if n != 0 || !errors.Is(err, broken) {
		t.Errorf("handler that fails: %d, %v", n, err)
	}
	next, n, err := s.Consume(ctx, heir, 9, later, time.Minute, noting(&seqs))
	if err != nil || n != 2 || next.Seq != 2 {
		t.Errorf("Consume = %+v, %d, %v", next, n, err)
	}
	if _, _, err := s.Consume(ctx, heir, 9, later, time.Minute, noting(&seqs)); err != nil {
		t.Logf("the old cursor: %v", err)
	} else {
		t.Error("a cursor that was moved served twice")
	}
	if list, err := s.LatestEvents(ctx, Contoso, archive.LatestQuery{Limit: 9}); err != nil || slices.ContainsFunc(list, func(e archive.Told) bool { return e.Read }) {
		t.Errorf("events of a transaction that failed: %+v, %v", list, err)
	}
	if err := s.ReleaseConsumer(ctx, next); err != nil {
		t.Fatal(err)
	}
	claim(t, s, "mail", later)
}

func skippedChanges(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	if err := s.AddConsumer(ctx, "mail", true); err != nil {
		t.Fatal(err)
	}
	record(t, s, Contoso, T0, Issue(t, "EX1", "one", T0), Issue(t, "EX2", "two", T0))
	cursor := claim(t, s, "mail", T0)
	no := tocsin.NewProblem(tocsin.ProblemChangeGone, "detail", "no\x00pe")
	cursor, err := s.FailConsumer(ctx, cursor, no)
	if err != nil || cursor.Failures != 1 || cursor.Problem != no {
		t.Fatalf("FailConsumer = %+v, %v", cursor, err)
	}
	if list, err := s.Consumers(ctx, 0); err != nil || list[0].Problem.Encode() != no.Encode() {
		t.Errorf("Consumers = %+v, %v", list, err)
	}
	next, err := s.SkipChange(ctx, cursor, T0, time.Minute, no)
	if err != nil || next.Seq != 1 || next.Failures != 0 {
		t.Fatalf("SkipChange = %+v, %v", next, err)
	}
	if _, err := s.SkipChange(ctx, cursor, T0, time.Minute, no); !errors.Is(err, store.ErrClaimLost) {
		t.Errorf("skipping again: %v, want ErrClaimLost", err)
	}
	want := []tocsin.SkippedChange{{Consumer: "mail", Seq: 1, Problem: no, At: T0}}
	skipped := func() []tocsin.SkippedChange {
		list, err := s.Consumers(ctx, 9)
		if err != nil || len(list) != 1 || list[0].Behind() != 1 || list[0].Progress() != 0.5 {
			t.Fatalf("Consumers = %+v, %v", list, err)
		}
		return list[0].Skipped
	}
	expect(t, "skipped", skipped(), want)
	err = s.InTx(ctx, func(tx *store.Tx) error { // as an older version kept it
		_, err := tx.ExecContext(ctx, `UPDATE skipped_changes SET problem = 'the log is broken'`)
		return err
	})
	want[0].Problem = tocsin.NewProblem(tocsin.ProblemKept, "text", "the log is broken")
	if list := skipped(); err != nil || !reflect.DeepEqual(list, want) {
		t.Errorf("skipped %+v, %v, want the sentence that was kept", list, err)
	}
	if counts, err := s.SkippedByConsumer(ctx); err != nil || counts["mail"] != 1 {
		t.Errorf("SkippedByConsumer = %v, %v", counts, err)
	}
	var seqs []int64
	broken := errors.New("still no")
	fails := func(context.Context, *store.Tx, []tocsin.Change) error { return broken }
	if err := s.RetrySkipped(ctx, "mail", 1, fails); !errors.Is(err, broken) {
		t.Errorf("a retry that fails: %v", err)
	}
	if err := s.RetrySkipped(ctx, "mail", 1, noting(&seqs)); err != nil {
		t.Fatal(err)
	}
	expect(t, "retried", seqs, []int64{1})
	if err := s.RetrySkipped(ctx, "mail", 1, noting(&seqs)); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("a second retry: %v, want ErrNotFound", err)
	}
}

func events(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	if err := s.AddConsumer(ctx, "events", true); err != nil {
		t.Fatal(err)
	}
	record(t, s, Contoso, T0, Issue(t, "EX1", "one", T0))
	record(t, s, Contoso, T0.Add(time.Hour), Issue(t, "EX1", "two", T0.Add(time.Hour)))
	record(t, s, Fabrikam, T0, Issue(t, "EX1", "one", T0))
	put := func(ctx context.Context, tx *store.Tx, batch []tocsin.Change) error {
		pairs, err := s.Documents(ctx, tx, batch)
		if err != nil || len(pairs) != 3 || pairs[0].Before != 0 || pairs[1].Before != pairs[0].After || pairs[2] != pairs[0] {
			t.Errorf("Documents = %v, %v", pairs, err)
		}
		body, err := s.DocumentBody(ctx, tx, pairs[1].After)
		expect(t, "body", string(body), string(Issue(t, "EX1", "two", T0.Add(time.Hour)).Body))
		return errors.Join(err, s.PutEvents(ctx, tx, []tocsin.Event{
			{Change: batch[0], Status: tocsin.StatusDegradation},
			{Change: batch[1], Status: tocsin.StatusServiceRestored, Was: tocsin.StatusDegradation, Posts: 1, Edited: 9, Members: []string{"title", "endDateTime"}},
			{Change: batch[2]},
		}))
	}
	cursor, _, err := s.Consume(ctx, claim(t, s, "events", T0), 9, T0, time.Minute, put)
	if err != nil {
		t.Fatal(err)
	}
	list, err := s.LatestEvents(ctx, Contoso, archive.LatestQuery{Kinds: []tocsin.Kind{tocsin.KindIssue}, Limit: 9})
	if err != nil || len(list) != 2 || list[0].N != 2 || list[0].Was != tocsin.StatusDegradation || list[0].Edited != 9 || len(list[0].Members) != 2 || list[1].Members != nil {
		t.Errorf("LatestEvents = %+v, %v", list, err)
	}
	if none, err := s.LatestEvents(ctx, Contoso, archive.LatestQuery{Kinds: []tocsin.Kind{tocsin.KindMessage}, Limit: 9}); err != nil || len(none) != 0 {
		t.Errorf("of another kind: %+v, %v", none, err)
	}
	record(t, s, Contoso, T0.Add(2*time.Hour), Issue(t, "EX2", "x", T0))
	if fresh, err := s.LatestEvents(ctx, Contoso, archive.LatestQuery{Limit: 9}); err != nil || len(fresh) != 3 || fresh[0].Read || fresh[0].ID != "EX2" || !fresh[1].Read {
		t.Errorf("with a change that the log has not come to: %+v, %v", fresh, err)
	}
	twice := func(ctx context.Context, tx *store.Tx, _ []tocsin.Change) error {
		return s.PutEvents(ctx, tx, []tocsin.Event{list[1].Event})
	}
	if _, _, err := s.Consume(ctx, cursor, 9, T0, time.Minute, twice); !errors.Is(err, tocsin.ErrConflict) || errors.Is(err, store.ErrClaimLost) {
		t.Errorf("an event twice: %v, want ErrConflict", err)
	}
}
