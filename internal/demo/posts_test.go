package demo_test

import (
	"encoding/json"
	"testing"

	"example.org/tocsin/internal/demo"
	"example.org/tocsin/internal/post"
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
	states := map[post.Promised]map[post.State]int{post.PromisedUpdate: {}, post.PromisedReport: {}}
	earlier, unread := 0, 0
	for _, issue := range last {
		for _, p := range post.Promises(issue.Posts, anchor) {
			states[p.What][p.State]++
		}
		for _, one := range issue.Posts {
			read := post.Read(one)
			if s, ok := read.Find(post.KindRest); len(read.Sections) < 3 || ok && read.Sections[0].Text == s.Text {
				unread++
			}
			if start := read.Date(post.KindStartTime); start.Sound() && start.At.Before(issue.StartAt) {
				earlier++
			}
		}
	}
	updates, reports := states[post.PromisedUpdate], states[post.PromisedReport]
	if unread > 0 || earlier < 5 || updates[post.StateKept] < 200 || updates[post.StateLate] < 40 || updates[post.StateDoubtful] < 1 || updates[post.StateDoubtful] > 20 ||
		updates[post.StatePending] < 3 || updates[post.StateOverdue] > 0 || reports[post.StateKept] < 5 || reports[post.StateLate] < 2 || reports[post.StateOverdue] > 0 {
		t.Errorf("%d posts do not come apart, %d state an earlier start, updates %v, reports %v", unread, earlier, updates, reports)
	}
}
