package post_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
)

// checkWhole fails unless the sections of a post hold all that it says, in its
// order, and their blocks hold all that they say.
func checkWhole(t interface{ Errorf(string, ...any) }, one tocsin.Post) post.Post {
	p := post.Read(one)
	text := post.Text(one.Content, one.ContentType)
	if got := p.Join(); got != text {
		t.Errorf("sections of %q joined give %q", text, got)
	}
	rest := text
	next := func(piece, what string) {
		i := strings.Index(rest, piece)
		if i < 0 || strings.Trim(rest[:max(i, 0)], layout) != "" {
			t.Errorf("%q of %q: %s %q comes after %q", text, one.Content, what, piece, rest)
			return
		}
		rest = rest[i+len(piece):]
	}
	for _, s := range p.Sections {
		if s.Label != "" {
			next(s.Label, "label")
		}
		next(s.Text, "text")
		checkBlocks(t, s)
	}
	if strings.Trim(rest, layout) != "" {
		t.Errorf("%q ends with %q in no section", text, rest)
	}
	checkSaid(t, p)
	return p
}

// checkSaid fails unless what a post says of workarounds and regions stands in
// its sections word for word.
func checkSaid(t interface{ Errorf(string, ...any) }, p post.Post) {
	stands := func(kind post.Kind, text string) bool {
		return text != "" && slices.ContainsFunc(p.Sections, func(s post.Section) bool { return s.Kind == kind && strings.Contains(s.Text, text) })
	}
	for _, w := range p.Workarounds() {
		if !stands(w.Kind, w.Text) {
			t.Errorf("%q: workaround %+v", p.Join(), w)
		}
	}
	seen := map[string]bool{}
	for _, r := range p.Regions() {
		if !stands(r.Kind, r.Text) || !strings.Contains(r.Text, r.Written) || r.Name == "" || seen[r.Name] {
			t.Errorf("%q: region %+v", p.Join(), r)
		}
		seen[r.Name] = true
	}
}

// layout is what may stand between sections and blocks.
const layout = " \n\t*_#•:：[]-–"

func checkBlocks(t interface{ Errorf(string, ...any) }, s post.Section) {
	rest := s.Text
	next := func(piece string) {
		i := strings.Index(rest, piece)
		if i < 0 || strings.Trim(rest[:max(i, 0)], layout) != "" {
			t.Errorf("%q: block %q comes after %q", s.Text, piece, rest)
			return
		}
		rest = rest[i+len(piece):]
	}
	for _, b := range s.Blocks() {
		if len(b.Mark) > 1 && strings.HasPrefix(strings.TrimLeft(rest, " \n"), b.Mark) {
			next(b.Mark)
		}
		next(b.Label)
		at := len(s.Text) - len(rest)
		next(b.Text)
		for _, link := range b.Links {
			text := b.Text
			if b.Form == post.FormRow {
				text = b.Cells[link.Cell]
			}
			if link.From < 0 || link.To < link.From || link.To > len(text) {
				t.Errorf("%q: link %+v in %q", s.Text, link, text)
			}
		}
		for _, cell := range b.Cells {
			if !strings.Contains(s.Text[at:], cell) {
				t.Errorf("%q: cell %q is not in %q", s.Text, cell, s.Text[at:])
			}
		}
		if b.Text == "" || b.Depth < 0 || b.Form == post.FormItem && b.Mark == "" || (b.Form == post.FormRow) != (len(b.Cells) > 0) {
			t.Errorf("%q: block %+v", s.Text, b)
		}
	}
	if strings.Trim(rest, layout) != "" {
		t.Errorf("%q ends with %q in no block", s.Text, rest)
	}
}

// pieces are what posts are made of, and what breaks their form.
func pieces() []string {
	return []string{
		"Title: ", "User impact: ", "User Impact:", "Current status: ", "Final Status:", "Start time: Monday, March 2, 2026, at 7:54 AM UTC", "Next update by: ", "More Info:",
		"Workaround: ", "<b>", "</b>", "<p>", "</p>", "<br>", "<ul>", "</ul>", "<ol>", "</ol>", "<li>", "</li>", "<table>", "</table>", "<tr>", "<td>", "</td>", "<th>",
		"[What and Why:]", "<b>[Rollout Schedule]</b>", "Impact on Your Organization", "How does this affect me?", "Compliance considerations:", "Learn more: ", "<h2>", "</h2>",
		`<a href="https://example.org/">`, "</a>", `<img src="a.png" alt="b">`, "General Availability (Worldwide): ", "Note: ", "- ", "• ", "1. ", "\n", "\n\n", "&nbsp;", " ", "  ",
		"We’re looking into it. ", "a", "Users may write", ".", ":", "：", "**", "__", "[", "]", "\x00", "\xff", "é", "メール", "<", ">", "&amp;", "<script>", "</script>", "\u200b",
		"As a workaround, users can wait. ", "users in North America", " and Japan", "U.S.", "e.g. ", "This is the final update for the event.", " We’ll provide a preliminary Post-Incident Report within two business days.",
	}
}

// Sections put together give the post back, whatever it is made of.
func TestJoin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		content := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces()), 0, 40).Draw(t, "pieces"), "")
		contentType := rapid.SampledFrom([]string{"html", "text", ""}).Draw(t, "type")
		checkWhole(t, tocsin.Post{CreatedAt: monday, Content: content, ContentType: contentType})
	})
}

func FuzzJoin(f *testing.F) {
	f.Add(update, "html")
	f.Add(letters, "html")
	f.Add(strings.Join(pieces(), " "), "html")
	f.Add(strings.Join(pieces(), "\n"), "text")
	f.Fuzz(func(t *testing.T, content, contentType string) {
		checkWhole(t, tocsin.Post{CreatedAt: monday, Content: content, ContentType: contentType})
	})
}
