package translate

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/cputest"
)

// processor reports the processor time of a benchmark that began with before,
// which a busy machine changes less than the time that passes: for one
// operation, and as megabytes a second when bytes says how many one reads.
func processor(b *testing.B, before time.Duration, bytes int) {
	b.Helper()
	used := cputest.Used(b) - before
	b.ReportMetric(float64(used.Nanoseconds())/float64(b.N), "cpu-ns/op")
	if bytes > 0 {
		b.ReportMetric(float64(bytes)*float64(b.N)/1e6/used.Seconds(), "cpu-MB/s")
	}
}

// madePosts are posts in the usual form, with sentences that the book knows
// and others.
func madePosts() []string {
	posts := []string{
		"Title: Some users may be unable to access Microsoft Teams\n\nUser impact: Users may be unable to access Microsoft Teams.\n\n" +
			"More info: The meeting pane shows a grey square in place of the attendees, and the join button does nothing.\n\n" +
			"Current status: We’ve traced the grey squares to a cache that was filled twice. We're reviewing service monitoring telemetry to isolate the root cause and develop a remediation plan.\n\n" +
			"Scope of impact: Any user may be affected by this event.\n\nStart time: Monday, March 2, 2026, at 5:00 PM UTC\n\n" +
			"Root cause: A cache of the meeting service answers with entries of the day before.\n\nNext update by: Monday, March 2, 2026, at 8:30 PM UTC",
		"[What and Why]\nWe are adding a clock to the header of the Contoso start page, which shows the time of the office that a person belongs to.\n" +
			"This message is associated with Microsoft 365 Roadmap ID 123456.\n\n[Rollout Schedule]\n- General Availability (Worldwide): We will begin rolling out in early March 2026 and expect to complete by late April 2026.\n\n" +
			"[Impact on Your Organization]\nWho is affected\nPeople who open the start page in a browser.\nWhat will happen\n- The clock is on by default.\n- Nothing else moves on the page.\n\n" +
			"[Action Required/Recommendations]\nNo action is required.\nYou may want to notify your users about this change and update any relevant documentation as appropriate.\n\n" +
			"[Compliance considerations]\nNo compliance considerations identified, review as appropriate for your organization.",
	}
	return posts
}

// BenchmarkSegmentsAndBook cuts posts and asks the book for each segment; see
// its MB/s.
func BenchmarkSegmentsAndBook(b *testing.B) {
	posts := madePosts()
	b.SetBytes(int64(len(strings.Join(posts, ""))))
	b.ReportAllocs()
	known, all, before := 0, 0, cputest.Used(b)
	for b.Loop() {
		for _, text := range posts {
			for _, s := range Segments(text) {
				all++
				if _, ok := DefaultBook().Line("ja", s); ok {
					known++
				}
			}
		}
	}
	processor(b, before, len(strings.Join(posts, "")))
	b.ReportMetric(100*float64(known)/float64(all), "%known")
}

// BenchmarkSegments cuts posts.
func BenchmarkSegments(b *testing.B) {
	posts := madePosts()
	b.SetBytes(int64(len(strings.Join(posts, ""))))
	for b.Loop() {
		for _, text := range posts {
			Segments(text)
		}
	}
}

// BenchmarkLookup asks the book for one segment.
func BenchmarkLookup(b *testing.B) {
	for name, s := range map[string]Segment{
		"label":    {Kind: SegmentLabel, Text: "User impact:"},
		"sentence": {Kind: SegmentSentence, Text: "We’re reviewing service monitoring telemetry to isolate the root cause and develop a remediation plan."},
		"date":     {Kind: SegmentSentence, Text: "Monday, March 2, 2026, at 5:00 PM UTC"},
		"impact":   {Kind: SegmentSentence, Text: "Some users may be unable to access Microsoft Teams"},
		"open":     {Kind: SegmentSentence, Text: "The meeting pane shows a grey square in place of the attendees, and the join button does nothing."},
		"nearly":   {Kind: SegmentSentence, Text: "We have confirmed with a subset of people that the grey squares are gone."},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			before := cputest.Used(b)
			for b.Loop() {
				DefaultBook().Line("ja", s)
			}
			processor(b, before, 0)
		})
	}
}

// BenchmarkKeyOf makes the key of a sentence.
func BenchmarkKeyOf(b *testing.B) {
	text := "We’ve traced the grey squares to a cache that was filled twice, and we're emptying it."
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		KeyOf(text)
	}
}
