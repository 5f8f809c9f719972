package storetest

import (
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// copyChecks are what holds where a desk is copied and put back.
func copyChecks() checks {
	return checks{
		"CopyWhole":       copyWhole,
		"CopyRefused":     copyRefused,
		"RestoredSettles": restoredSettles,
		"RestoredLate":    restoredLate,
	}
}

// A kept table is in memory.
type kept struct {
	name    string
	columns []string
	rows    [][]any
}

// keeping keeps a snapshot and hands it out again.
type keeping struct{ tables []kept }

func (k *keeping) Table(name string, columns []string) error {
	k.tables = append(k.tables, kept{name: name, columns: slices.Clone(columns)})
	return nil
}

func (k *keeping) Row(values []any) error {
	t := &k.tables[len(k.tables)-1]
	t.rows = append(t.rows, slices.Clone(values))
	return nil
}

// handing hands out tables.
type handing struct {
	left []kept
	rows [][]any
}

func (h *handing) NextTable() (string, []string, error) {
	if len(h.left) == 0 {
		return "", nil, io.EOF
	}
	t := h.left[0]
	h.left, h.rows = h.left[1:], t.rows
	return t.name, t.columns, nil
}

func (h *handing) NextRow() ([]any, error) {
	if len(h.rows) == 0 {
		return nil, io.EOF
	}
	row := slices.Clone(h.rows[0])
	h.rows = h.rows[1:]
	return row, nil
}

func snapshot(t *testing.T, s *Desk) []kept {
	t.Helper()
	var k keeping
	if err := s.Snapshot(t.Context(), &k); err != nil {
		t.Fatal(err)
	}
	return k.tables
}

func nothing(*store.Tx) error { return nil }

// copyWhole puts the rows of a desk in its own place: they are the same, the next
// number is free, and nothing is seen of what was written since.
func copyWhole(t *testing.T, s *Desk) {
	AddTenants(t, s)
	told(t, s, 3)
	if err := s.AddUser(t.Context(), person(1, "alex"), ""); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, s)
	rows := map[string]int{}
	for _, k := range before {
		rows[k.name] = len(k.rows)
	}
	expect(t, "rows", []int{rows["versions"], rows["users"], rows["tenants"], rows["texts"]}, []int{3, 1, 2, 0})
	record(t, s, Contoso, T0.Add(time.Hour), Issue(t, "EX9", "later", T0))
	err := s.Replace(t.Context(), &handing{left: before}, nothing)
	if err != nil {
		t.Fatal(err)
	}
	after := snapshot(t, s)
	for i := range after {
		if after[i].name == "counters" { // texts are indexed anew
			after[i].rows, before[i].rows = nil, nil
		}
	}
	for i := range after {
		expect(t, "rows of "+after[i].name, fmt.Sprint(after[i]), fmt.Sprint(before[i]))
	}
	verify(t, s, Contoso, 3)
	if err := s.AddTenant(t.Context(), tocsin.Tenant{ID: "33333333-3333-4333-8333-333333333333", Name: "northwind", CreatedAt: T0}); err != nil {
		t.Errorf("the next number is not free: %v", err)
	}
}

// copyRefused tries copies that do not fit: the desk stays as it was.
func copyRefused(t *testing.T, s *Desk) {
	AddTenants(t, s)
	told(t, s, 1)
	before := snapshot(t, s)
	at := slices.IndexFunc(before, func(k kept) bool { return k.name == "tenants" })
	for what, change := range map[string]func(tables []kept) []kept{
		"another table":  func(tables []kept) []kept { tables[at].name = "tenants; DROP TABLE audit"; return tables },
		"a table less":   func(tables []kept) []kept { return slices.Delete(tables, at, at+1) },
		"another column": func(tables []kept) []kept { tables[at].columns[0] = `num") --`; return tables },
		"one twice":      func(tables []kept) []kept { tables[at].columns[0] = tables[at].columns[1]; return tables },
		"a column less":  func(tables []kept) []kept { tables[at].columns = tables[at].columns[1:]; return tables },
		"a value less":   func(tables []kept) []kept { tables[at].rows[0] = tables[at].rows[0][1:]; return tables },
		"another kind":   func(tables []kept) []kept { tables[at].rows[0][0] = "one"; return tables },
	} {
		changed := slices.Clone(before)
		changed[at].columns, changed[at].rows = slices.Clone(changed[at].columns), slices.Clone(changed[at].rows)
		for i, row := range changed[at].rows {
			changed[at].rows[i] = slices.Clone(row)
		}
		if err := s.Replace(t.Context(), &handing{left: change(changed)}, nothing); err == nil {
			t.Errorf("%s: no error", what)
		}
		expect(t, what, fmt.Sprint(snapshot(t, s)), fmt.Sprint(before))
	}
}

// restoredSettles: F-97, what waited in a desk that was put back is never sent.
func restoredSettles(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	seqs := told(t, s, 4)
	enqueue(t, s, 0, row(seqs[0], hook, "", 0))
	c, work := onlyDue(t, s, time.Minute)
	begin(t, s, c, work, "msg_sending", time.Minute)
	enqueue(t, s, 0, row(seqs[1], mail, "", 0))
	c, work = onlyDue(t, s, 90*time.Second)
	b := begin(t, s, c, work, "msg_retry", 90*time.Second)
	finish(t, s, delivery.Outcome{Claim: c, Batch: b, State: delivery.StateRetry, Reason: "rate", Due: T0.Add(time.Hour)}, 90*time.Second)
	enqueue(t, s, 0, row(seqs[2], hook, "", time.Hour), row(seqs[3], mail, "", time.Hour))
	if err := s.AddCode(ctx, "setup", tocsin.Hash{1}, T0.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.AddCode(ctx, "answered", tocsin.Hash{2}, T0.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	var cancelled, inDoubt, codes int64
	err := s.InTx(ctx, func(tx *store.Tx) (err error) {
		if cancelled, inDoubt, err = s.Ledger.Restored(ctx, tx, T0.Add(2*time.Minute)); err != nil {
			return err
		}
		_, codes, err = s.People.Restored(ctx, tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "counts", []int64{cancelled, inDoubt, codes}, []int64{3, 1, 1})
	expect(t, "ledger", ledger(t, s, delivery.Query{}), []string{
		"1 channel:hook in_doubt msg_sending 1/0 restored", "2 channel:mail cancelled msg_retry 1/0 restored", "3 channel:hook cancelled restored", "4 channel:mail cancelled restored",
	})
	for _, failing := range []bool{false, true} {
		if claims, _ := claimDue(t, s, failing, 100*time.Hour); len(claims) > 0 {
			t.Errorf("due after the restore: %+v", claims)
		}
	}
	if holds, err := s.CodeHolds(ctx, "setup", tocsin.Hash{1}, T0); err != nil || holds {
		t.Errorf("the one-time code holds: %v", err)
	}
}

// restoredLate: changes of the first poll after a restore are late, however short
// the time is, and those of the second are not.
func restoredLate(t *testing.T, s *Desk) {
	AddTenants(t, s)
	ctx := t.Context()
	if err := s.PutSource(ctx, Contoso, "test", 5*time.Minute); err != nil {
		t.Fatal(err)
	}
	poll := func(at time.Duration, note string) {
		t.Helper()
		claimed, err := s.ClaimSource(ctx, Contoso, "test", T0.Add(at), time.Minute, true)
		if err != nil {
			t.Fatal(err)
		}
		end := archive.PollEnd{DueAt: T0.Add(at + time.Minute), Poll: tocsin.Poll{
			TenantID: Contoso, Source: "test", Epoch: claimed.Epoch, Full: true, StartedAt: T0.Add(at), FinishedAt: T0.Add(at + time.Second), Outcome: tocsin.OutcomeChanged,
		}}
		found := archive.Record{TenantID: Contoso, Source: "test", SeenAt: T0.Add(at), Entries: []archive.Entry{{Document: Issue(t, "EX1", note, T0.Add(at))}}}
		if _, err := s.FinishPoll(ctx, end, &found); err != nil {
			t.Fatal(err)
		}
	}
	poll(0, "one")
	err := s.InTx(ctx, func(tx *store.Tx) error { return tx.MarkRestored(ctx, T0.Add(time.Minute)) })
	if err != nil {
		t.Fatal(err)
	}
	poll(2*time.Minute, "two")
	poll(3*time.Minute, "three")
	changes, err := s.ChangesAfter(ctx, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	err = s.InTx(ctx, func(tx *store.Tx) error {
		pairs, err := s.Documents(ctx, tx, changes)
		late := []bool{}
		for _, p := range pairs {
			late = append(late, p.Late)
		}
		expect(t, "late", late, []bool{false, true, false})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
