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

// TestMessageBodies reads the newest version of each message: both families of
// headings are there, all are known, and there are lists in lists, tables with
// headers, rings and links to show.
func TestMessageBodies(t *testing.T) {
	t.Parallel()
	last := map[string]tocsin.Message{}
	for _, seen := range demo.New(anchor).History(demo.Contoso) {
		if seen.Kind != tocsin.KindMessage {
			continue
		}
		var message tocsin.Message
		if err := json.Unmarshal(seen.Body, &message); err != nil {
			t.Fatal(err)
		}
		last[message.ID] = message
	}
	labels, found := map[string]int{}, map[string]int{}
	for _, m := range last {
		for _, s := range post.Read(tocsin.Post{CreatedAt: m.ModifiedAt, ContentType: m.ContentType, Content: m.Content}).Sections {
			labels[s.Label]++
			for _, b := range s.Blocks() {
				count(found, b)
				if b.Form == post.FormHeading {
					t.Errorf("%s: heading %q is not known", m.ID, b.Text)
				}
			}
		}
	}
	for _, label := range []string{"When this will happen", "What you need to do to prepare", "What and Why", "Rollout schedule", "Action Required/Recommendations", "Compliance Considerations", "Who is affected"} {
		if labels[label] < 3 {
			t.Errorf("heading %q in %d messages: %v", label, labels[label], labels)
		}
	}
	for _, what := range []string{"nested item", "header row", "row", "ring", "link", "image"} {
		if found[what] < 3 {
			t.Errorf("%d of %s: %v", found[what], what, found)
		}
	}
}

// count takes down what is special about a block.
func count(found map[string]int, b post.Block) {
	for what, is := range map[string]bool{
		"nested item": b.Form == post.FormItem && b.Depth > 1, "header row": b.Header, "row": b.Form == post.FormRow && !b.Header, "ring": b.Label != "" && post.IsRing(b.Label),
	} {
		if is {
			found[what]++
		}
	}
	for _, link := range b.Links {
		what := "link"
		if link.Image {
			what = "image"
		}
		found[what]++
	}
}

// TestIssuesSayWhereAndWhatHelps: workarounds and regions are read from posts.
func TestIssuesSayWhereAndWhatHelps(t *testing.T) {
	t.Parallel()
	ways, regions := map[string]bool{}, map[string]bool{}
	for _, seen := range demo.New(anchor).History(demo.Contoso) {
		if seen.Kind != tocsin.KindIssue {
			continue
		}
		var issue tocsin.Issue
		if err := json.Unmarshal(seen.Body, &issue); err != nil {
			t.Fatal(err)
		}
		read := post.Read(issue.Posts[len(issue.Posts)-1])
		for _, w := range read.Workarounds() {
			ways[w.Text] = true
		}
		for _, r := range read.Regions() {
			regions[r.Name] = true
		}
	}
	if len(ways) < 4 || len(regions) < 5 {
		t.Errorf("workarounds %v, regions %v", ways, regions)
	}
}
