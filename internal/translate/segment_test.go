package translate

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// segmentsOf is the segments of a text, labels in angle brackets.
func segmentsOf(text string) []string {
	var list []string
	for _, s := range Segments(text) {
		if s.Kind == SegmentLabel {
			list = append(list, "<"+s.Text+">")
			continue
		}
		list = append(list, s.Text)
	}
	return list
}

func TestSegments(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"sections":             {"Title: Mail is late\n\nUser impact: Mail is late. It arrives.", []string{"<Title:>", "Mail is late", "<User impact:>", "Mail is late.", "It arrives."}},
		"one line":             {"User impact: Mail is late. More info: None. Scope of impact: Any user.", []string{"<User impact:>", "Mail is late.", "<More info:>", "None.", "<Scope of impact:>", "Any user."}},
		"glued label":          {"Look into the admin center.User Impact: Mail is late", []string{"Look into the admin center.", "<User Impact:>", "Mail is late"}},
		"glued to a zone":      {"Start time: Friday, April 21, 2023, at 7:54 AM UTCRoot cause: A change.", []string{"<Start time:>", "Friday, April 21, 2023, at 7:54 AM UTC", "<Root cause:>", "A change."}},
		"no blank after":       {"More Info:Mail is late", []string{"<More Info:>", "Mail is late"}},
		"word in a sentence":   {"The team saw one Title: it was wrong.", []string{"The team saw one Title: it was wrong."}},
		"word after a stop":    {"It ended. Scope: Any user.", []string{"It ended.", "<Scope:>", "Any user."}},
		"markdown":             {"**User impact:** Mail is late", []string{"**", "<User impact:**>", "Mail is late"}},
		"lists":                {"Next steps:\n– We wait.\n- We look.\n1. First\n2) Second\n• Third", []string{"<Next steps:>", "We wait.", "We look.", "First", "Second", "Third"}},
		"a list on one line":   {"Impacted services include: - Exchange Online - Microsoft Teams", []string{"Impacted services include:", "Exchange Online", "Microsoft Teams"}},
		"no list":              {"-5 is a number\n3.5 too\n- ", []string{"-5 is a number", "3.5 too", "-"}},
		"headings":             {"[What and Why]\nText.\n[ROLLOUT SCHEDULE:]\nWhen this will happen\nWhat do I need to do to prepare?", []string{"<[What and Why]>", "Text.", "<[ROLLOUT SCHEDULE:]>", "<When this will happen>", "<What do I need to do to prepare?>"}},
		"heads of a table":     {"Question Answer\nIs it on? Yes.", []string{"<Question>", "<Answer>", "Is it on?", "Yes."}},
		"rings":                {"- General Availability (Worldwide, GCC High): We begin.\n- Public Preview: Soon.", []string{"<General Availability (Worldwide, GCC High):>", "We begin.", "<Public Preview:>", "Soon."}},
		"glued sentences":      {"This is the policy.We look into it.It’s late", []string{"This is the policy.", "We look into it.", "It’s late"}},
		"names with dots":      {"Use Outlook.com or Microsoft.Graph.Users today.", []string{"Use Outlook.com or Microsoft.Graph.Users today."}},
		"years end sentences":  {"It began on July 1, 2020. We look.", []string{"It began on July 1, 2020.", "We look."}},
		"times have colons":    {"At 7:54 AM it ended: all is well.", []string{"At 7:54 AM it ended: all is well."}},
		"updates":              {"Updated July 30, 2026: We have updated the timeline. Thanks.", []string{"<Updated July 30, 2026:>", "We have updated the timeline.", "Thanks."}},
		"nothing":              {" \n\t\n", nil},
		"a label without text": {"Title:", []string{"<Title:>"}},
	} {
		if diff := cmp.Diff(c.want, segmentsOf(c.text)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if got := Join(Segments(c.text)); got != strings.TrimRight(c.text, blanks) {
			t.Errorf("%s: the segments are %q, not %q", name, got, c.text)
		}
	}
}

// Each rule keeps its example whole, and the example needs the rule.
func TestJoints(t *testing.T) {
	t.Parallel()
	for _, j := range joints() {
		if got := segmentsOf(j.example); len(got) != 1 {
			t.Errorf("%q is cut: %q", j.example, got)
		}
		if !strings.Contains(j.example, j.after) {
			t.Errorf("%q shows nothing of %q", j.example, j.after)
		}
	}
	for _, text := range []string{"It ended at 9:00 p.m. We look.", "Is it new? No. We know it.", "Only in the U.S. We look."} {
		if got := segmentsOf(text); len(got) < 2 {
			t.Errorf("%q is not cut", text)
		}
	}
}

func TestSegmentsGiveTheTextBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SampledFrom([]string{
			"Title:", "User impact:", "We look", ".", "?", " ", "\n", "\n\n", "- ", "1. ", "• ", "[What and Why]", "General Availability (Worldwide):", "UTC", "é", "障害。", ":", "**", "Mail", "a.m.", ": - ", " - ", "\u00a0", "\xff", "Question Answer",
		})
		check(t, strings.Join(rapid.SliceOf(words).Draw(t, "words"), ""))
	})
}

type failer interface{ Fatalf(string, ...any) }

// check holds the segments of a text to what is promised of them.
func check(t failer, text string) {
	segments := Segments(text)
	if got := Join(segments); got != strings.TrimRight(text, blanks) {
		t.Fatalf("the segments of %q are %q", text, got)
	}
	for _, s := range segments {
		if s.Text == "" || strings.Trim(s.Text, blanks) != s.Text {
			t.Fatalf("a segment of %q is %q", text, s.Text)
		}
	}
}

func FuzzSegments(f *testing.F) {
	f.Add("Title: x.User Impact: y\n- a: - b - c")
	f.Fuzz(func(t *testing.T, text string) {
		check(t, text)
		for _, s := range Segments(text) {
			for _, lang := range Languages() {
				if target, ok := DefaultBook().Line(lang, s); ok && target == "" {
					t.Fatalf("%q is nothing in %s", s.Text, lang)
				}
			}
			KeyOf(s.Text)
		}
	})
}

// Texts of a megabyte, whatever they say, are cut in bounded memory and time.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"a: ", "Title:", "User Impact:", "[", "]", "- ", ": - ", ".", ". We ", "We.We ", "\n", "1. ", "General Availability (", "“", "\xff", "e.g. ", "SharePoint Online, "} {
		text := strings.Repeat(unit, 1<<20/len(unit))
		segments := Segments(text)
		if len(segments) > maxSegments+1 {
			t.Errorf("%q: %d segments", unit, len(segments))
		}
		check(t, text)
		for _, s := range segments[:min(len(segments), 100)] {
			DefaultBook().Has(s)
			KeyOf(s.Text)
		}
	}
}

// realPosts are texts of real posts, nil where the record is absent.
func realPosts(t testing.TB) []string {
	t.Helper()
	body, err := os.ReadFile("../../../shared/data/issue-posts.jsonl")
	if err != nil {
		return nil
	}
	var list []string
	for line := range strings.Lines(string(body)) {
		var post struct{ LatestPost, Text string }
		if err := json.Unmarshal([]byte(line), &post); err != nil {
			t.Fatal(err)
		}
		if text := post.LatestPost + post.Text; text != "" {
			list = append(list, text)
		}
	}
	return list
}

func TestRealPostsAreGivenBack(t *testing.T) {
	t.Parallel()
	posts := realPosts(t)
	if posts == nil {
		t.Skip("no record of real posts beside the project")
	}
	for _, text := range posts {
		check(t, text)
	}
}
