package post_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
)

// at is an instant of the day of the tests, written "15:04".
func at(clock string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", "2026-03-02 "+clock+strings.Repeat(":00", 2-strings.Count(clock, ":")))
	if err != nil {
		panic(err) // a slip in a test
	}
	return t
}

// posts makes posts from pairs of time and text.
func posts(pairs ...string) []tocsin.Post {
	var list []tocsin.Post
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, tocsin.Post{CreatedAt: at(pairs[i]), Type: "regular", ContentType: "html", Content: pairs[i+1]})
	}
	return list
}

// told is promises in words.
func told(list []post.Promise) []string {
	var out []string
	for _, p := range list {
		due := p.DueAt.Format("2 15:04")
		about := ""
		if p.Approximate {
			about = "~"
		}
		out = append(out, fmt.Sprintf("%d %s by %s%s: %s by %d, late %v", p.Post, p.What, about, due, p.State, p.KeptBy, p.Late))
	}
	return out
}

const by = "Next update by: Monday, March 2, 2026, at "

func TestPromises(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		posts []tocsin.Post
		now   time.Time
		want  []string
	}{
		{
			"kept, kept to the minute, late, open", posts(
				"09:00", "We'll provide an update within 30 minutes.",
				"09:20", by+"10:00 AM UTC", "10:00:40", by+"11:00 AM UTC", "11:01", by+"12:00 PM UTC"), at("11:30"),
			[]string{"0 update by 2 09:30: kept by 1, late 0s", "1 update by 2 10:00: kept by 2, late 0s", "2 update by 2 11:00: late by 3, late 1m0s", "3 update by 2 12:00: pending by -1, late 0s"},
		},
		{"overdue", posts("09:00", by+"10:00 AM UTC"), at("10:45"), []string{"0 update by 2 10:00: overdue by -1, late 45m0s"}},
		{
			"wrong weekday is never alarmed on", posts("09:00", "Next update by: Sunday, March 2, 2026, at 10:00 AM UTC"), at("23:00"),
			[]string{"0 update by 2 10:00: doubtful by -1, late 0s"},
		},
		{"the last post promises nothing", posts("09:00", "Final status: Done.\n\n"+by+"10:00 AM UTC\n\nThis is the final update for the event."), at("23:00"), nil},
		{"no promise", posts("09:00", "Current status: We look.", "10:00", "Final status: Done."), at("23:00"), nil},
		{
			"in any order", posts("09:20", by+"10:00 AM UTC", "09:00", "We will provide an update within 60 minutes.", "09:55", "Final status: Done."), at("23:00"),
			[]string{"0 update by 2 10:00: kept by 1, late 0s", "1 update by 2 10:00: kept by 2, late 0s"},
		},
		{"whole day", posts("09:00", "Next update by: Monday, March 2, 2026"), at("23:00"), []string{"0 update by ~3 00:00: pending by -1, late 0s"}},
		{"in words", posts("09:00", "Next update by: within two hours"), at("10:00"), []string{"0 update by 2 11:00: pending by -1, late 0s"}},
		{"approximately", posts("09:00", by[:len(by)-3]+"at approximately 10:00 AM UTC"), at("09:30"), []string{"0 update by ~2 10:00: pending by -1, late 0s"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, told(post.Promises(test.posts, test.now))); diff != "" {
				t.Errorf("promises differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestReportPromises: business days leave out the weekend, and only a post that
// says that the report is there keeps the promise.
func TestReportPromises(t *testing.T) {
	t.Parallel()
	friday := time.Date(2026, 3, 6, 15, 0, 0, 0, time.UTC)
	made := tocsin.Post{CreatedAt: friday, Content: "Final status: Done.\n\nWe’ll provide a preliminary Post-Incident Report within two business days and a final Post-Incident Report within five business days."}
	other := tocsin.Post{CreatedAt: friday.Add(time.Hour), Content: "Final status: Still done."}
	first := tocsin.Post{CreatedAt: friday.AddDate(0, 0, 3), Content: "A preliminary post-incident report has been published."}
	second := tocsin.Post{CreatedAt: friday.AddDate(0, 0, 10), Content: "A post-incident report has been published."}

	got := told(post.Promises([]tocsin.Post{made, other, first}, friday.AddDate(0, 0, 6)))
	want := []string{"0 preliminaryReport by ~10 15:00: kept by 2, late 0s", "0 report by ~13 15:00: pending by -1, late 0s"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after the preliminary report (-want +got):\n%s", diff)
	}
	got = told(post.Promises([]tocsin.Post{made, other, second}, friday.AddDate(0, 0, 20)))
	want = []string{"0 preliminaryReport by ~10 15:00: late by 2, late 144h0m0s", "0 report by ~13 15:00: late by 2, late 72h0m0s"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after the report alone (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string(nil), told(post.Promises([]tocsin.Post{{Content: made.Content}}, friday))); diff != "" {
		t.Errorf("a post without a time (-want +got):\n%s", diff)
	}
}

func TestPunctuality(t *testing.T) {
	t.Parallel()
	var p post.Punctuality
	p.Count(post.Promises(posts("09:00", by+"10:00 AM UTC", "09:50", by+"11:00 AM UTC", "12:00", "Next update by: Friday, March 2, 2026, at 1:00 PM UTC"), at("20:00")))
	p.Count(post.Promises(posts("09:00", by+"10:00 AM UTC"), at("20:00")))
	if want := (post.Punctuality{Kept: 1, Late: 1, Overdue: 1}); p != want || p.Given() != 3 {
		t.Errorf("Punctuality = %+v, want %+v", p, want)
	}
}
