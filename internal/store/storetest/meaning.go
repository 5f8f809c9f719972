package storetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// rollout is a message whose roll-out is told by a JSON text, "" for none.
func rollout(t testing.TB, title, status string) tocsin.Document {
	t.Helper()
	message := tocsin.Message{ID: "MC1", Title: title, ModifiedAt: T0, Services: []string{"Exchange Online"}}
	if status != "" {
		message.Details = []tocsin.Detail{{Name: "FeatureStatusJson", Value: status}}
	}
	doc, err := tocsin.NewDocument(message)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// shown is what is shown of the roll-out of the only message: by rows and by
// whoever asks for the version that holds.
func shown(t testing.TB, s *Desk) string {
	t.Helper()
	text := shownNow(t, s)
	if held := heldNow(t, s); held.Document != tocsin.HashOf(held.Body) || rolloutIn(t, held.Body) != text {
		t.Errorf("held is %s, shown %s", held.Body, text)
	}
	return text
}

func heldNow(t testing.TB, s *Desk) tocsin.Held {
	t.Helper()
	held, err := s.Held(t.Context(), Contoso, tocsin.Ref{Kind: tocsin.KindMessage, ID: "MC1"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return held
}

func shownNow(t testing.TB, s *Desk) string {
	t.Helper()
	rows, err := s.Rows(t.Context(), Contoso, tocsin.KindMessage)
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	body, err := s.Body(t.Context(), rows[0].Document)
	if err != nil {
		t.Fatal(err)
	}
	return rolloutIn(t, body)
}

func rolloutIn(t testing.TB, body []byte) string {
	t.Helper()
	var message tocsin.Message
	if err := json.Unmarshal(body, &message); err != nil {
		t.Fatal(err)
	}
	return message.Detail("FeatureStatusJson")
}

// rewordings: order, repetition and a detail that comes and goes are no version
// and no change; the newest text is shown all the same.
func rewordings(t *testing.T, s *Desk) {
	AddTenants(t, s)
	expect(t, "first", listed(t, s, "graph", T0, rollout(t, "x", `{"1":["a","b"]}`)), []string{"MC1 new 1"})
	seq, _ := s.LastSeq(t.Context())
	for i, status := range []string{`{"1":["b","a"]}`, ``, `{"1":["a","b","b"]}`, `{"1":["a","b"]}`, `{"1":["b","a"]}`, ``} {
		at := T0.Add(time.Duration(i+1) * time.Minute)
		for range 2 { // the second time it is known
			expect(t, "reworded "+status, listed(t, s, "graph", at, rollout(t, "x", status)), []string{})
		}
		if got := shown(t, s); got != status {
			t.Errorf("after %q, %q is shown", status, got)
		}
	}
	told, err := s.TenantChangesAfter(t.Context(), Contoso, seq, true, 10)
	if err != nil || len(told) != 0 {
		t.Errorf("changes that are told: %v, %v", told, err)
	}
	readers, err := s.ChangesAfter(t.Context(), seq, 10)
	if err != nil || len(readers) != 6 || readers[0].What != tocsin.WhatReworded || !readers[0].Silent {
		t.Errorf("changes for readers: %v, %v, want 6", readers, err)
	}
	verify(t, s, Contoso, 1)
	expect(t, "another roll-out", listed(t, s, "graph", T0.Add(time.Hour), rollout(t, "x", `{"1":["c"]}`)), []string{"MC1 updated 2"})
	expect(t, "gone", listed(t, s, "graph", T0.Add(2*time.Hour), rollout(t, "x", "")), []string{})
	expect(t, "another text", listed(t, s, "graph", T0.Add(3*time.Hour), rollout(t, "y", "")), []string{"MC1 updated 3"})
	expect(t, "returned", listed(t, s, "graph", T0.Add(4*time.Hour), rollout(t, "y", `{"1":["c"]}`)), []string{})
	expect(t, "changed", listed(t, s, "graph", T0.Add(5*time.Hour), rollout(t, "y", `{"1":["d"]}`)), []string{"MC1 updated 4"})
	if got := shown(t, s); got != `{"1":["d"]}` {
		t.Errorf("%q is shown", got)
	}
	expect(t, "in another order, by a file", whats(record(t, s, Contoso, T0.Add(6*time.Hour), rollout(t, "y", `{"1":["d","d"]}`))), []string{})
	if got := shown(t, s); got != `{"1":["d"]}` {
		t.Errorf("%q of a file is shown, where a source lists the item", got)
	}
	verify(t, s, Contoso, 4)
	if _, err := s.Sweep(t.Context(), T0.Add(48*time.Hour), T0); err != nil {
		t.Fatal(err)
	}
	if got := shown(t, s); got != `{"1":["d"]}` {
		t.Errorf("%q is shown after a sweep", got)
	}
}

// rolloutNotShared: what one tenant's service says of its roll-out is not shown
// to another tenant, though the meaning may be the same.
func rolloutNotShared(t *testing.T, s *Desk) {
	AddTenants(t, s)
	listed(t, s, "graph", T0, rollout(t, "x", `{"1":["theirs"]}`))
	listed(t, s, "graph", T0, rollout(t, "x", ""))
	record(t, s, Fabrikam, T0.Add(time.Minute), rollout(t, "x", ""))
	rows, err := s.Rows(t.Context(), Fabrikam)
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	body, err := s.Body(t.Context(), rows[0].Document)
	if err != nil || string(body) != string(rollout(t, "x", "").Body) {
		t.Errorf("another tenant is shown %s, %v", body, err)
	}
	verify(t, s, Fabrikam, 1)
}

// flaps: a state that flaps under one time stamp ends on what its source says
// now; what others bring again changes nothing.
func flaps(t *testing.T, s *Desk) {
	AddTenants(t, s)
	a, b := Issue(t, "EX1", "a", T0), Issue(t, "EX1", "b", T0)
	at := func(n int) time.Time { return T0.Add(time.Duration(n) * time.Minute) }
	expect(t, "a", listed(t, s, "graph", at(0), a), []string{"EX1 new 1"})
	expect(t, "b", listed(t, s, "graph", at(1), b), []string{"EX1 updated 2"})
	expect(t, "a by a file", whats(record(t, s, Contoso, at(2), a)), []string{})
	expect(t, "a by another source", listed(t, s, "second", at(2), a), []string{})
	expect(t, "a by a poll of before", listed(t, s, "graph", at(0), a), []string{})
	expect(t, "back to a", listed(t, s, "graph", at(3), a), []string{"EX1 updated 3"})
	expect(t, "still a", listed(t, s, "graph", at(4), a), []string{})
	rows, err := s.Rows(t.Context(), Contoso)
	if err != nil || len(rows) != 1 || rows[0].Title != "a" || rows[0].N != 3 {
		t.Errorf("Rows = %+v, %v, want a to hold", rows, err)
	}
	verify(t, s, Contoso, 3)
}

// upgraded: documents of which an older version of the program did not note
// what they mean are no news at the first poll after it.
func upgraded(t *testing.T, s *Desk) {
	AddTenants(t, s)
	var before, after []tocsin.Document
	for i := range 5 {
		body := `{"id":"MC%d","title":"x","lastModifiedDateTime":"2026-03-01T00:00:00Z","services":["a","b"],"details":[{"name":"Summary","value":"s"},{"name":"FeatureStatusJson","value":"{\"1\":[1,2]}"}]}`
		first, err := tocsin.ReadDocument(tocsin.KindMessage, fmt.Appendf(nil, body, i))
		if err != nil {
			t.Fatal(err)
		}
		body = `{"id":"MC%d","title":"x","lastModifiedDateTime":"2026-03-01T00:00:00Z","services":["b","a"],"details":[{"name":"Summary","value":"s"},{"name":"Summary","value":"s"}]}`
		second, err := tocsin.ReadDocument(tocsin.KindMessage, fmt.Appendf(nil, body, i))
		if err != nil {
			t.Fatal(err)
		}
		before, after = append(before, first), append(after, second)
	}
	listed(t, s, "graph", T0, before...)
	for _, statement := range []string{`UPDATE documents SET core = $1, rollout = $1`, `UPDATE members SET rollout = $1`} {
		if _, err := s.Writer().ExecContext(t.Context(), statement, []byte{}); err != nil {
			t.Fatal(err)
		}
	}
	again := slices.Concat(after, before)
	expect(t, "first poll after", listed(t, s, "graph", T0.Add(time.Minute), again...), []string{})
	verify(t, s, Contoso, 5)
}
