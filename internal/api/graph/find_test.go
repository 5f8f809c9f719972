package graph_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A condition is a filter and what it means.
type condition struct {
	text  string
	holds func(*tocsin.Issue) bool
}

// An ordering is an order and what it means. Rows that are alike come by id.
type ordering struct {
	text    string
	compare func(a, b *tocsin.Issue) int
}

func conditions(r *rand.Rand) []condition {
	at := day(1).Add(time.Duration(r.IntN(400)) * time.Hour)
	text := at.Format(time.RFC3339Nano)
	return []condition{
		{"service eq 'Exchange Online'", func(i *tocsin.Issue) bool { return i.Service == "Exchange Online" }},
		{"service ne 'Exchange Online'", func(i *tocsin.Issue) bool { return i.Service != "Exchange Online" }},
		{"(service eq 'Microsoft Teams' or service eq 'SharePoint Online')", func(i *tocsin.Issue) bool { return i.Service == "Microsoft Teams" || i.Service == "SharePoint Online" }},
		{"contains(service,'Online')", func(i *tocsin.Issue) bool { return strings.Contains(i.Service, "Online") }},
		{"status in ('serviceRestored','falsePositive')", func(i *tocsin.Issue) bool {
			return i.Status == tocsin.StatusServiceRestored || i.Status == tocsin.StatusFalsePositive
		}},
		{"isResolved eq false", func(i *tocsin.Issue) bool { return !i.Resolved }},
		{"isResolved eq true", func(i *tocsin.Issue) bool { return i.Resolved }},
		{"not (classification eq 'advisory')", func(i *tocsin.Issue) bool { return i.Classification != "advisory" }},
		{"featureGroup eq null", func(i *tocsin.Issue) bool { return i.FeatureGroup == "" }},
		{"title eq 'delay 3'", func(i *tocsin.Issue) bool { return i.Title == "delay 3" }},
		{"id gt 'EX00150'", func(i *tocsin.Issue) bool { return i.ID > "EX00150" }},
		{"lastModifiedDateTime ge " + text, func(i *tocsin.Issue) bool { return !i.ModifiedAt.Before(at) }},
		{"lastModifiedDateTime lt " + text, func(i *tocsin.Issue) bool { return i.ModifiedAt.Before(at) }},
		{"startDateTime gt " + text, func(i *tocsin.Issue) bool { return i.StartAt.After(at) }},
		{"endDateTime le " + text, func(i *tocsin.Issue) bool { return !i.EndAt.IsZero() && !i.EndAt.After(at) }},
		{"endDateTime eq null", func(i *tocsin.Issue) bool { return i.EndAt.IsZero() }},
	}
}

func orderings() []ordering {
	turned := func(f func(a, b *tocsin.Issue) int) func(a, b *tocsin.Issue) int {
		return func(a, b *tocsin.Issue) int { return -f(a, b) }
	}
	modified := func(a, b *tocsin.Issue) int { return a.ModifiedAt.Compare(b.ModifiedAt) }
	end := func(a, b *tocsin.Issue) int { return a.EndAt.Compare(b.EndAt) }
	id := func(a, b *tocsin.Issue) int { return strings.Compare(a.ID, b.ID) }
	service := func(a, b *tocsin.Issue) int { return strings.Compare(a.Service, b.Service) }
	return []ordering{
		{"", id},
		{"id", id},
		{"id desc", turned(id)},
		{"lastModifiedDateTime", modified},
		{"lastModifiedDateTime desc", turned(modified)},
		{"endDateTime", end},
		{"endDateTime desc", turned(end)},
		{"lastModifiedDateTime desc,service", func(a, b *tocsin.Issue) int { return cmp.Or(-modified(a, b), service(a, b)) }},
		{"service desc", turned(service)},
		{"length(title),endDateTime desc", func(a, b *tocsin.Issue) int { return cmp.Or(len(a.Title)-len(b.Title), -end(a, b)) }},
	}
}

func randomIssues(r *rand.Rand, n int) []any {
	var list []any
	for i := range n {
		start := day(1).Add(time.Duration(r.IntN(400)) * time.Hour)
		issue := tocsin.Issue{
			ID: fmt.Sprintf("EX%05d", i), Title: fmt.Sprint("delay ", r.IntN(12)), StartAt: start, ModifiedAt: start.Add(time.Duration(r.IntN(5)) * time.Hour),
			Service:        []string{"Exchange Online", "Microsoft Teams", "SharePoint Online", "Microsoft Intune"}[r.IntN(4)],
			Status:         []tocsin.Status{tocsin.StatusServiceRestored, tocsin.StatusFalsePositive, tocsin.StatusDegradation, tocsin.StatusInvestigating}[r.IntN(4)],
			Classification: []string{"advisory", "incident"}[r.IntN(2)], FeatureGroup: []string{"", "Mail"}[r.IntN(2)],
		}
		if r.IntN(3) > 0 {
			issue.EndAt = start.Add(time.Duration(r.IntN(50)) * time.Hour)
		}
		issue.Resolved = r.IntN(9) == 0 || !issue.EndAt.IsZero()
		if issue.EndAt.IsZero() != issue.Status.Healthy() {
			issue.Resolved = !issue.EndAt.IsZero() // where columns agree, they decide
		}
		if issue.EndAt.After(now()) {
			issue.Resolved = issue.Status.Settled() // an end to come is none
		}
		list = append(list, issue)
	}
	return list
}

// Whatever is asked, pages hold what a look at every issue finds, in order,
// also after some of them have changed.
func TestPagesHoldWhatMatches(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 12))
	d := newDesk(t)
	truth := map[string]*tocsin.Issue{}
	for _, n := range []int{220, 30} {
		items := randomIssues(r, n)
		for i, item := range items {
			issue := item.(tocsin.Issue)
			if earlier := truth[issue.ID]; earlier != nil {
				issue.ModifiedAt = earlier.ModifiedAt.Add(time.Hour) // an older state would not hold
				items[i] = issue
			}
			truth[issue.ID] = &issue
		}
		d.record(storetest.Contoso, items...)
		for range 200 {
			compareQuery(t, r, d, truth)
		}
	}
}

func compareQuery(t *testing.T, r *rand.Rand, d *desk, truth map[string]*tocsin.Issue) {
	t.Helper()
	all, order := conditions(r), orderings()[r.IntN(len(orderings()))]
	chosen := []condition{all[r.IntN(len(all))], all[r.IntN(len(all))], all[r.IntN(len(all))], all[r.IntN(len(all))]}[:1+r.IntN(4)]
	var want []*tocsin.Issue
	for _, issue := range truth {
		if !slices.ContainsFunc(chosen, func(c condition) bool { return !c.holds(issue) }) {
			want = append(want, issue)
		}
	}
	slices.SortFunc(want, func(a, b *tocsin.Issue) int { return cmp.Or(order.compare(a, b), strings.Compare(a.ID, b.ID)) })
	texts := make([]string, len(chosen))
	for i, c := range chosen {
		texts[i] = c.text
	}
	query := "issues?$select=id&$filter=" + strings.Join(texts, " and ")
	if order.text != "" {
		query += "&$orderby=" + order.text
	}
	if r.IntN(3) == 0 {
		query += "&$count=true"
	}
	if skip := r.IntN(30); skip > 20 {
		query += fmt.Sprint("&$skip=", skip)
		want = want[min(skip, len(want)):]
	}
	ids := []string{}
	for _, issue := range want {
		ids = append(ids, issue.ID)
	}
	got, _ := d.follow(t, query, "Prefer", fmt.Sprint("odata.maxpagesize=", 1+r.IntN(60)))
	if !slices.Equal(got, ids) {
		t.Fatalf("%s\n got %v\nwant %v", query, got, ids)
	}
}
