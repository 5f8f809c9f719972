package collect_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// Of plain files under one time stamp the last one holds, and the same file
// again changes nothing, also where it contradicts itself over the borders of
// the parts in which it is stored.
func TestImportsInARow(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	future := storetest.T0.Add(1000 * time.Hour)
	filler := many(t, 600, future)
	for i, step := range []struct {
		file    string // "-" stands for many others
		changed int
		holds   string
	}{
		{"a", 1, "a"},
		{"b", 1, "b"},
		{"a", 1, "a"},
		{"a", 0, "a"},
		{"b-a", 600, "a"},
		{"a-b", 1, "b"},
		{"a-b", 0, "b"},
		{"ab", 0, "b"},
		{"aba", 1, "a"},
		{"aba", 0, "a"},
		{"ac", 1, "c"},
		{"a-b-a", 1, "a"},
		{"a-b-a", 0, "a"},
	} {
		for _, dry := range []bool{true, false} {
			d.now = d.now.Add(time.Minute)
			ingest := d.Ingest(storetest.Contoso, "import")
			ingest.Dry = dry
			for _, letter := range strings.Split(step.file, "") {
				docs := filler
				if letter != "-" {
					docs = []tocsin.Document{storetest.Issue(t, "EX1", letter, storetest.T0)}
				}
				for _, doc := range docs {
					if err := ingest.Add(t.Context(), doc, time.Time{}); err != nil {
						t.Fatal(err)
					}
				}
			}
			if _, err := ingest.Finish(t.Context()); err != nil || ingest.Changed() != step.changed {
				t.Errorf("step %d, %s, dry %v: %d changes, %v, want %d", i, step.file, dry, ingest.Changed(), err, step.changed)
			}
		}
		rows, err := d.store.Rows(t.Context(), storetest.Contoso, tocsin.KindIssue)
		if err != nil || len(rows) != 1 || rows[0].Title != step.holds {
			t.Errorf("step %d, %s: %s holds, %v, want %s", i, step.file, fmt.Sprint(rows), err, step.holds)
		}
	}
}

// A source that lists a service by the id of a notice costs nothing else.
func TestNoServiceWithTheIDOfANotice(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	item := func(body string) collect.Item {
		return collect.Item{Body: []byte(body), Hash: tocsin.HashOf([]byte(body))}
	}
	p := d.poll(collect.List{Kind: tocsin.KindOverview, Full: true, Listed: 2, Items: []collect.Item{
		item(`{"id":"EX123456","service":"Exchange Online","status":"serviceOperational"}`), item(`{"id":"Intune","service":"Microsoft Intune","status":"serviceOperational"}`),
	}})
	if p.New != 1 || p.Unreadable != 1 {
		t.Errorf("poll = %+v, want one service and one element that is none", p)
	}
	if rows, err := d.store.Rows(t.Context(), storetest.Contoso); err != nil || len(rows) != 1 || rows[0].ID != "Intune" {
		t.Errorf("rows = %+v, %v", rows, err)
	}
}

// A list that names a service twice says its last word about it, each time that
// it is brought in.
func TestImportOfAServiceTwice(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for round, want := range []int{1, 0, 0} {
		d.now = d.now.Add(time.Minute)
		ingest := d.Ingest(storetest.Contoso, "import")
		for _, status := range []tocsin.Status{tocsin.StatusOperational, tocsin.StatusInterruption} {
			doc, err := tocsin.NewDocument(tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: status})
			if err != nil {
				t.Fatal(err)
			}
			if err := ingest.Add(t.Context(), doc, time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := ingest.Finish(t.Context()); err != nil || ingest.Changed() != want {
			t.Errorf("round %d: %d changes, %v, want %d", round, ingest.Changed(), err, want)
		}
	}
}
