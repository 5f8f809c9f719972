//go:build unix

package collect_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/cputest"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// BenchmarkChangedDocuments stores a list of issues, and then the same issues
// with one post more in each. It reports the processor time of each changed
// document from its bytes to the commit, in a poll of all of them and in polls
// of fifty.
func BenchmarkChangedDocuments(b *testing.B) {
	for _, size := range []int{1000, 50} {
		b.Run(fmt.Sprintf("poll=%d", size), func(b *testing.B) {
			first := sharedIssues(b, size)
			s, tenant := storetest.Open(b, storetest.File(b)), storetest.Contoso
			storetest.AddTenants(b, s)
			if err := s.PutSource(b.Context(), tenant, "graph", time.Minute); err != nil {
				b.Fatal(err)
			}
			c := collect.New(s, time.Now, slog.New(slog.DiscardHandler))
			poll := func(items []collect.Item) tocsin.Poll {
				c.Add(collect.Target{TenantID: tenant, Name: "graph", Source: &scripted{lists: []collect.List{{Kind: tocsin.KindIssue, Full: true, Items: items, Listed: len(items)}}}})
				p, err := c.Poll(b.Context(), tenant, "graph", true)
				if err != nil {
					b.Fatal(err)
				}
				return p
			}
			poll(first)
			var spent time.Duration
			n := 0
			for b.Loop() {
				n++
				changed := changedIssues(b, first, n)
				start := cputest.Used(b)
				if p := poll(changed); p.Updated != len(changed) {
					b.Fatal(p)
				}
				spent += cputest.Used(b) - start
			}
			b.ReportMetric(0, "ns/op") // making the documents is in it
			b.ReportMetric(float64(spent.Microseconds())/float64(n*size), "cpu-µs/document")
		})
	}
}

// changedIssues are issues in their nth state: modified later, with another
// last post.
func changedIssues(b *testing.B, items []collect.Item, n int) []collect.Item {
	b.Helper()
	list := make([]collect.Item, len(items))
	for i, item := range items {
		var issue tocsin.Issue
		if err := json.Unmarshal(item.Body, &issue); err != nil {
			b.Fatal(err)
		}
		issue.ModifiedAt = issue.ModifiedAt.Add(time.Duration(n) * time.Minute)
		last := issue.Posts[len(issue.Posts)-1]
		last.CreatedAt, last.Content = issue.ModifiedAt, fmt.Sprintf("Update number %d: %s", n, last.Content)
		issue.Posts = append(issue.Posts, last)
		body, err := json.Marshal(issue)
		if err != nil {
			b.Fatal(err)
		}
		list[i] = collect.Item{Body: body, Hash: tocsin.HashOf(body)}
	}
	return list
}
