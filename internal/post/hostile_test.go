package post_test

import (
	"fmt"
	"strings"
	"testing"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
)

// hostilePieces are what posts of a megabyte are made of in tests, again and
// again: depth, markup that never ends, and whatever is looked for.
func hostilePieces() []string {
	return []string{
		"<div>", "<ul><li>", "<table><tr><td>", "<b>", "<b><p>", "<i>a</i> ", "<a href=x>", "<a href=b>c</a>", "<img src=a> ", "<p><img src=a></p>", "<td><img src=a>", "<li>a</li>", "<ol start=9><li>",
		"<tr><td>a<td>b", "<h2>What and Why</h2>", "<h2>", "</b></a></td></ul>", "<script>", "<!--", "<p", "<a href='", "&nbsp;", "&amp;nbsp;", "&#", "<",
		"Start time:", "Title:\n", "User impact: a\n\n", ":", "：", "[", "]", "[a]", "[What and Why]", "[What and Why:]\n", "What and Why\n", "* ", "-", "\n", "- a\n", "1. a\n", "Note: a\n", "General Availability ",
		"As a workaround can ", "As a workaround can: \n- a\n", "workaround.", "workaround", "in Japan ", "in Japan. ", "in Japan and ", ".", "a.B", "e.g. ", "This is the final update for the event. ", "a final update ",
		"update within two hours ", "post-incident report within ", "at 9:00 AM UTC on Monday, ", "March 2, ", "99999-99-99 ", "a", "a ", "é", "\u200b", "\xff", "\x00", "メール", "\u2028",
	}
}

// Whatever a post of a megabyte is made of, it is read to the end, loses nothing
// and can be compared.
func TestHostilePosts(t *testing.T) {
	t.Parallel()
	for _, piece := range hostilePieces() {
		t.Run(fmt.Sprintf("%q", piece), func(t *testing.T) {
			t.Parallel()
			content := strings.Repeat(piece, 1<<20/len(piece))
			one := tocsin.Post{CreatedAt: monday, ContentType: "html", Content: content}
			p := post.Read(one)
			if got, want := len(p.Join()), len(post.Text(content, "html")); got != want {
				t.Errorf("%d bytes joined, want %d", got, want)
			}
			blocks := 0
			for _, s := range p.Sections {
				blocks += len(s.Blocks())
			}
			for _, w := range p.Workarounds() {
				if w.Text == "" {
					t.Error("an empty workaround")
				}
			}
			p.Regions()
			post.PromisesOf([]post.Post{p, p}, monday)
			some := content[:len(content)/4]
			other := "Title: b " + some[:len(some)/2] + " in between " + some[len(some)/2:]
			post.Compare(read(some), read(other))
			t.Logf("%d sections, %d blocks", len(p.Sections), blocks)
		})
	}
}

// Dates beyond every calendar are words.
func TestFarDates(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Monday, March 2, 99999, at 9:00 AM UTC", "March 2, 0000, at 9:00 AM UTC", "99999-03-02T09:00:00Z", "2026-13-45T99:99:99Z", "9:00 AM UTC on Monday, March 99, 2026",
		"March 2, 2026999999999999999999", "within 99999999999999999999 hours", "Monday, March 2, 9999, at 9:00 AM UTC",
	} {
		p := read("Start time: " + text + "\n\nNext update by: " + text + "\n\nEstimated time to resolve: " + text)
		for _, s := range p.Sections {
			if s.Date.Sound() && s.Date.At.Year() != monday.Year() {
				t.Errorf("%q: %+v", text, s.Date)
			}
		}
		for _, promise := range post.PromisesOf([]post.Post{p}, monday) {
			if promise.State != post.StateDoubtful && promise.DueAt.Year() != monday.Year() {
				t.Errorf("%q: %+v", text, promise)
			}
		}
	}
}
