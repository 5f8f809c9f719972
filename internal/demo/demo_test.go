package demo_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/demo"
	"example.org/tocsin/internal/fakegraph"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
)

var anchor = time.Date(2026, 4, 16, 0, 0, 0, 0, time.UTC)

// digest is everything that a demo says.
func digest(d *demo.Demo) string {
	h := sha256.New()
	for _, t := range d.Tenants() {
		for _, s := range d.History(t.ID) {
			fmt.Fprintln(h, t.ID, s.At, s.Kind, string(s.Body))
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func TestSameOnEveryRun(t *testing.T) {
	t.Parallel()
	if first, second := digest(demo.New(anchor)), digest(demo.New(anchor)); first != second {
		t.Error("two runs differ")
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	d := demo.New(anchor)
	items := map[tocsin.Kind]map[string]int{tocsin.KindService: {}, tocsin.KindIssue: {}, tocsin.KindMessage: {}, tocsin.KindOverview: {}}
	most, least := 0, 100
	for _, seen := range d.History(demo.Contoso) {
		doc, err := tocsin.ReadDocument(seen.Kind, seen.Body)
		if err != nil {
			t.Fatalf("%s: %v", seen.Body, err)
		}
		items[seen.Kind][doc.ID]++
		if seen.At.After(anchor) {
			t.Errorf("%s was seen after the anchor, at %v", doc.ID, seen.At)
		}
		if seen.Kind == tocsin.KindIssue {
			var issue tocsin.Issue
			if err := json.Unmarshal(seen.Body, &issue); err != nil || len(issue.Posts) == 0 {
				t.Fatal(doc.ID, err)
			}
			most = max(most, len(issue.Posts))
		}
	}
	for _, versions := range items[tocsin.KindIssue] {
		least = min(least, versions)
	}
	versioned := 0
	for _, versions := range items[tocsin.KindMessage] {
		if versions > 1 {
			versioned++
		}
	}
	if len(items[tocsin.KindService]) < 25 || len(items[tocsin.KindIssue]) < 80 || len(items[tocsin.KindMessage]) < 150 || versioned < 40 || most > 14 || least < 2 {
		t.Errorf("%d services, %d issues with %d to %d posts, %d messages, %d of them with several versions",
			len(items[tocsin.KindService]), len(items[tocsin.KindIssue]), least, most, len(items[tocsin.KindMessage]), versioned)
	}
}

// The incident unfolds over ten minutes at speed 1, ends restored, and one of
// its posts is published late.
func TestIncident(t *testing.T) {
	t.Parallel()
	d, world := demo.New(anchor), fakegraph.NewWorld()
	if err := d.Populate(world); err != nil {
		t.Fatal(err)
	}
	incident := d.Incident(anchor.Add(9*time.Hour), 1)
	if took := incident.Duration(); took < 9*time.Minute || took > 13*time.Minute {
		t.Errorf("it takes %v", took)
	}
	read := func(tenant string) (issue tocsin.Issue, found bool) {
		for _, body := range world.Bodies(tenant, tocsin.KindIssue) {
			if bytes.Contains(body, []byte(`"MO821132"`)) {
				if err := json.Unmarshal(body, &issue); err != nil {
					t.Fatal(err)
				}
				return issue, true
			}
		}
		return issue, false
	}
	if err := incident.Advance(world, -time.Second, 2*time.Second); err != nil {
		t.Fatal(err)
	}
	if issue, ok := read(demo.Contoso); !ok || len(issue.Posts) != 1 || issue.Status != tocsin.StatusInvestigating {
		t.Errorf("after 2 s: %+v", issue)
	}
	if err := incident.Advance(world, 2*time.Second, 50*time.Second); err != nil {
		t.Fatal(err)
	}
	if _, early := read(demo.Northwind); early {
		t.Error("Northwind sees it at once")
	}
	if issue, ok := read(demo.Contoso); !ok || len(issue.Posts) != 4 || issue.Status != tocsin.StatusInterruption || issue.Resolved {
		t.Errorf("after 50 s: %+v", issue)
	} else if newest := post.Read(issue.Posts[3]); len(newest.Workarounds()) != 1 || len(newest.Regions()) != 1 {
		t.Errorf("after 50 s it says no way around it, or not where it is: %+v, %+v", newest.Workarounds(), newest.Regions())
	}
	if err := incident.Advance(world, 50*time.Second, 420*time.Second); err != nil {
		t.Fatal(err)
	}
	if issue, _ := read(demo.Contoso); issue.Status != tocsin.StatusRestoringService {
		t.Errorf("the late post changed the status to %s", issue.Status)
	}
	if err := incident.Advance(world, 420*time.Second, time.Hour); err != nil {
		t.Fatal(err)
	}
	for _, tenant := range []string{demo.Contoso, demo.Fabrikam, demo.Northwind} {
		issue, ok := read(tenant)
		if !ok || len(issue.Posts) < 9 || issue.Status != tocsin.StatusServiceRestored || !issue.Resolved || issue.EndAt.IsZero() {
			t.Fatalf("at the end: %+v", issue)
		}
		last := issue.Posts[len(issue.Posts)-1].Content
		for _, label := range []string{"Title: ", "User impact: ", "Final status: ", "Scope of impact: ", "Start time: ", "End time: ", "Root cause: ", "Next steps:", "This is the final update for the event."} {
			if !strings.Contains(last, label) {
				t.Errorf("the last post has no %q", label)
			}
		}
	}
}
