package demo_test

import (
	"encoding/json"
	"testing"

	"example.org/tocsin/internal/demo"
	"example.org/tocsin/internal/section"
	"example.org/tocsin/internal/tocsin"
)

// TestPosts reads the posts as the pages do: there is something of everything
// to show, and little of what is rare.
func TestPosts(t *testing.T) {
	t.Parallel()
	last := map[string]tocsin.Issue{}
	for _, seen := range demo.New(anchor).History(demo.Contoso) {
		if seen.Kind != tocsin.KindIssue {
			continue
		}
		var issue tocsin.Issue
		if err := json.Unmarshal(seen.Body, &issue); err != nil {
			t.Fatal(err)
		}
		last[issue.ID] = issue
	}
	states := map[section.Promised]map[section.State]int{section.PromisedUpdate: {}, section.PromisedReport: {}}
	earlier, unread := 0, 0
	for _, issue := range last {
		for _, p := range section.Promises(issue.Posts, anchor) {
			states[p.What][p.State]++
		}
		for _, post := range issue.Posts {
			read := section.Read(post)
			if s, ok := read.Find(section.KindRest); len(read.Sections) < 3 || ok && read.Sections[0].Text == s.Text {
				unread++
			}
			if start := read.Date(section.KindStartTime); start.Sound() && start.At.Before(issue.StartAt) {
				earlier++
			}
		}
	}
	updates, reports := states[section.PromisedUpdate], states[section.PromisedReport]
	if unread > 0 || earlier < 5 || updates[section.StateKept] < 200 || updates[section.StateLate] < 40 || updates[section.StateDoubtful] < 1 || updates[section.StateDoubtful] > 20 ||
		updates[section.StatePending] < 3 || updates[section.StateOverdue] > 0 || reports[section.StateKept] < 5 || reports[section.StateLate] < 2 || reports[section.StateOverdue] > 0 {
		t.Errorf("%d posts do not come apart, %d state an earlier start, updates %v, reports %v", unread, earlier, updates, reports)
	}
}
