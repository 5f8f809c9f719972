package part

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/translate"
)

// The original beside a translation has its links where they were, whatever
// pieces it is cut into, and none that no page follows.
func TestLink(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ html, want string }{
		{`<p>See <a href="https://a.example/x">this page</a>, please. It <a href="https://b.example/">helps</a>.</p>`, "See [this page], please.| It [helps]|."},
		{`<p><a href="https://a.example/x">All of it. And more.</a></p><p>Then <a href="mailto:a@contoso.com">write</a></p>`, "[All of it.]|[ And more.]/Then [write]"},
		{`<ul><li><a href="https://a.example/">One</a></li><li><a href="javascript:alert(1)">Two</a></li><li><a href="/three">Three</a> <a href="https://a.example/">four</a></li></ul>`, "- [One]/- Two/- Three [four]"},
		{`<table><tr><th>Question</th><th>Answer</th></tr><tr><td><a href="https://a.example/">Why</a></td><td>Because.</td></tr></table>`, "Question| ; Answer/[Why]| ; Because."},
		{`<p>No link</p>`, "No link"},
	} {
		text := post.Text(tt.html, "html")
		var made translate.Translation
		for _, s := range translate.Segments(text) {
			made.Lines = append(made.Lines, translate.Line{Segment: s})
		}
		b := (&View{}).Bilingual(made)
		b.Link(post.Links(tt.html, "html"))
		var rows []string
		for _, row := range b.Rows {
			var pieces []string
			for _, p := range row.Source {
				if p.Href != "" {
					p.Text = "[" + p.Text + "]"
				}
				pieces = append(pieces, strings.ReplaceAll(p.Gap, "|", ";")+p.Text)
			}
			rows = append(rows, strings.Join(pieces, "|"))
		}
		if got := strings.Join(rows, "/"); strings.ReplaceAll(got, "|", "") != strings.ReplaceAll(tt.want, "|", "") {
			t.Errorf("%s:\n got %s\nwant %s", tt.html, got, tt.want)
		}
	}
}
