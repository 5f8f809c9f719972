package collect_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// overviewsOf is a whole list of services with those ids, one for each letter.
func overviewsOf(t *testing.T, ids string) collect.List {
	t.Helper()
	l := collect.List{Kind: tocsin.KindOverview, Full: true, Listed: len(ids)}
	for _, id := range strings.Split(ids, "") {
		doc, err := tocsin.NewDocument(tocsin.Overview{ServiceID: id, Service: id, Status: tocsin.StatusInterruption})
		if err != nil {
			t.Fatal(err)
		}
		l.Items = append(l.Items, collect.Item{Body: doc.Body, Hash: doc.Hash})
	}
	return l
}

// An item leaves with an implausible share of its list only when three short
// polls in a row have missed that item, whatever else was missing.
func TestShortListIsBelievedForEachItem(t *testing.T) {
	t.Parallel()
	const all = "ABCDEFGHIJKLMNOPQRST"
	messages := list(t, true, many(t, 20, storetest.T0.Add(1000*time.Hour))...)
	few, none := messages, list(t, true)
	few.Items = messages.Items[:19]
	type step struct {
		services string
		messages collect.List
		want     string
		unknown  string
	}
	for name, steps := range map[string][]step{
		"others are missing the third time": {
			{"ABCDEFGHIJKLMN", messages, "short new=0 updated=0 left=0", "OPQRST"},
			{"ABCDEFGHIJKLMN", messages, "short new=0 updated=0 left=0", "OPQRST"},
			{"M", messages, "short new=0 updated=0 left=6", "ABCDEFGHIJKLN"},
			{"M", messages, "short new=0 updated=0 left=0", "ABCDEFGHIJKLN"},
			{"M", messages, "changed new=0 updated=0 left=13", ""},
		},
		"another list is short the third time": {
			{"ABCDEFGHIJKLMN", messages, "short new=0 updated=0 left=0", "OPQRST"},
			{"ABCDEFGHIJKLMN", few, "short new=0 updated=0 left=1", "OPQRST"},
			{all, none, "short new=0 updated=0 left=0", ""},
			{all, none, "short new=0 updated=0 left=0", ""},
			{all, none, "changed new=0 updated=0 left=19", ""},
		},
		"back between": {
			{"ABCDEFGHIJKLMN", messages, "short new=0 updated=0 left=0", "OPQRST"},
			{"ABCDEFGHIJKLMN", messages, "short new=0 updated=0 left=0", "OPQRST"},
			{"ABCDEFGHIJKLMNO", messages, "changed new=0 updated=0 left=5", ""},
		},
		"whole between": {
			{"ABCDEFGHIJKLMN", messages, "short new=0 updated=0 left=0", "OPQRST"},
			{"ABCDEFGHIJKLMN", messages, "short new=0 updated=0 left=0", "OPQRST"},
			{all, messages, "unchanged new=0 updated=0 left=0", ""},
			{"ABCDEFGHIJKLMN", messages, "short new=0 updated=0 left=0", "OPQRST"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.poll(overviewsOf(t, all), messages)
			for n, step := range steps {
				if n == 2 { // a poll that failed says nothing
					d.upstream.err = errors.New("connection refused")
					d.poll()
					d.upstream.err = nil
				}
				p := d.poll(overviewsOf(t, step.services), step.messages)
				d.expect(name, p, step.want)
				if got := missingServices(t, d); got != step.unknown {
					t.Errorf("%s, poll %d: %q is unknown, want %q", name, n+1, got, step.unknown)
				}
			}
		})
	}
}

func missingServices(t *testing.T, d *desk) string {
	t.Helper()
	list, err := d.store.Unreadable(t.Context(), storetest.Contoso)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, u := range list {
		ids = append(ids, u.ID)
	}
	slices.Sort(ids)
	return strings.Join(ids, "")
}

// What arrived of a list that was lost is stored; nothing of it leaves.
func TestBegunListIsStored(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	docs := many(t, 3, storetest.T0.Add(1000*time.Hour))
	d.poll(list(t, true, docs[:2]...))
	good := d.source()
	begun := list(t, true, docs[2])
	begun.Lost = &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemNotFound, "who", "upstream")}
	d.expect("begun", d.poll(begun), "partial new=1 updated=0 left=0")
	if s := d.source(); !s.Watermark.Equal(good.Watermark) || s.Unreadable != 1 {
		t.Errorf("source = %+v: the list is lost", s)
	}
	d.expect("whole", d.poll(list(t, true, docs...)), "unchanged new=0 updated=0 left=0")
}

// An id that a list names twice with two states of one time is no news at every
// poll: the last one counts.
func TestIDListedTwice(t *testing.T) {
	t.Parallel()
	future := storetest.T0.Add(1000 * time.Hour)
	one, other := message(t, "MC1", "one", storetest.T0, future), message(t, "MC1", "other", storetest.T0, future)
	later := message(t, "MC1", "later", storetest.T0.Add(time.Minute), future)
	a, b := overviewsOf(t, "A"), overviewsOf(t, "A")
	sound, err := tocsin.NewDocument(tocsin.Overview{ServiceID: "A", Service: "A", Status: tocsin.StatusOperational})
	if err != nil {
		t.Fatal(err)
	}
	b.Items[0] = collect.Item{Body: sound.Body, Hash: sound.Hash}
	a.Items = append(a.Items, b.Items...)
	for name, tt := range map[string]struct {
		list collect.List
		want string
	}{
		"message":   {list(t, true, one, other), "changed new=1 updated=0 left=0"},
		"overview":  {a, "changed new=1 updated=0 left=0"},
		"two times": {list(t, true, one, later), "changed new=1 updated=1 left=0"},
	} {
		d := newDesk(t)
		d.expect(name, d.poll(tt.list), tt.want)
		for range 3 {
			d.expect(name+" again", d.poll(tt.list), "unchanged new=0 updated=0 left=0")
		}
	}
}
