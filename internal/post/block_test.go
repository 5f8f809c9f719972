package post_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/post"
)

// drawn is the blocks of a post as lines, below the sections that hold them.
func drawn(p post.Post) string {
	var b strings.Builder
	for _, s := range p.Sections {
		fmt.Fprintf(&b, "%s %s %q\n", strings.Repeat("#", s.Level), s.Kind, s.Label)
		for _, block := range s.Blocks() {
			b.WriteString(strings.Repeat("  ", block.Depth))
			switch block.Form {
			case post.FormHeading:
				b.WriteString("= ")
			case post.FormItem:
				b.WriteString(block.Mark + " ")
			case post.FormRow:
				fmt.Fprintf(&b, "row %d %t %s", block.Row, block.Header, strings.Join(block.Cells, "|"))
			case post.FormParagraph:
			}
			if block.Label != "" {
				b.WriteString("<" + block.Label + "> ")
			}
			if block.Form != post.FormRow {
				b.WriteString(block.Text)
			}
			for _, link := range block.Links {
				text := block.Text
				if block.Form == post.FormRow {
					text = block.Cells[link.Cell]
				}
				fmt.Fprintf(&b, " (%d %s→%s%s)", link.Cell, text[link.From:link.To], link.Address, link.Alt)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func TestBlocks(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, content, want string }{
		{"a message", letters, `# rest ""
Updated March 2, 2026: We have moved the dates. Thank you for waiting.
# introduction "What and Why"
The post office gives every letter a number of its own, so that nobody has to ask where it is. This message belongs to the plan with the number 4711. (0 4711→https://example.org/plan?a=1&b=2)
# schedule "Rollout Schedule"
  - <General Availability (Worldwide)> We begin in early April 2026 and are done by mid-May 2026.
  - <General Availability (GCC)> We begin in June 2026.
# organizationImpact "Impact on Your Organization"
## whoIsAffected "Who is affected"
  - Everybody who writes letters
  - Clerks of:
    - the northern office
    - the southern office
## whatWillHappen "What will happen"
  1. Letters are numbered.
  2. Numbers are told. (0 →https://example.org/a.pnga letter)
# actionRequired "Action Required / Recommendations"
Nobody has to do anything. Learn more: Letters and their numbers (0 Letters and their numbers→https://example.org/letters)
# compliance "Compliance considerations"
row 1 true Area|Explanation
row 2 false What is kept|The number of each letter, for a year.
`},
		{"plain signs", "More info: Among others:\n\n- Letters\n– Parcels\n• Cards\n1. First\n2) Second\n* Star\nNote: It is late.\nFor 9: 30", `# moreInfo "More info"
Among others:
  - Letters
  – Parcels
  • Cards
  1. First
  2) Second
  * Star
<Note> It is late.
For 9: 30
`},
		{"paragraphs in items", "<ul><li><p>a</p><p>b</p></li><li><ol start=3><li>c<li>d</ol>e</ul><p>f", `# rest ""
  - a
  b
    3. c
    4. d
  - e
f
`},
		{"headings of others", "<h2>Of the first</h2><p>a</p><p><b>In bold:</b></p><p>b</p><p>[In brackets]</p><p><b>A bold sentence.</b></p><p><b>A word</b> and more</p>", `# rest ""
= Of the first
a
= In bold:
b
= [In brackets]
A bold sentence.
A word and more
`},
		{"a frame is no table", "<table><tr><td><p>Title: a</p><ul><li>b</ul><table><tr><td>c<td>d</table></td></tr></table>", `# title "Title"
a
  - b
row 1 false c|d
`},
		{"cells", `<table><tr><td>a<br>b</td><td></td><td><img src=x alt=y></td><td><a href=/u>c</a></td></tr><tr><td>alone</td></tr></table>`, `# rest ""
row 1 false a
b|||c (2 →xy) (3 c→/u)
row 2 false alone
`},
		{"unclosed", "<ul><li>a<ul><li>b<table><tr><td>c<td>d<b>", `# rest ""
  - a
    - b
row 1 false c|d
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, drawn(read(test.content))); diff != "" {
				t.Errorf("blocks differ (-want +got):\n%s", diff)
			}
		})
	}
}

// Headings are known by their words, whatever their signs and case.
func TestHeadings(t *testing.T) {
	t.Parallel()
	tests := map[post.Kind][]string{
		post.KindIntroduction: {"Introduction", "What and Why", "What and why", "What & Why", "WHAT AND WHY", "What’s changing"},
		post.KindSchedule:     {"When this will happen", "When will this happen", "Rollout Schedule", "Rollout schedule", "Roll-out schedule", "Rollout timeline"},
		post.KindOrganization: {
			"How this will affect your organization", "How will this affect your organization", "How this affects your organization", "How does this affect me?",
			"Impact on Your Organization", "Impact on your organization", "Impact to your organization", "Organi" + "zational Impact", "How this might affect your organisation",
		},
		post.KindAction: {
			"What you need to do to prepare", "What you can do to prepare", "What do I need to do to prepare?", "What do I need to do to prepare for this change?", "What to do to prepare",
			"What action do I need to take?", "Action Required/Recommendations", "Action Required / Recommendations", "Action required and recommendations", "Action required & recommendations",
			"Action\u00a0required/recommendations", "Recommended actions", "Action required", "Action required or recommendations", "Actions Recommended", "ACTIONS REQUIRED",
		},
		post.KindCompliance:     {"Compliance considerations", "Compliance Considerations"},
		post.KindWhoIsAffected:  {"Who is affected", "Who’s affected", "Who will be affected"},
		post.KindPlatforms:      {"Platforms/Services", "Platforms and Services"},
		post.KindWhatWillHappen: {"What will happen"},
		post.KindLearnMore:      {"Learn more"},
	}
	forms := []string{
		"<p><b>%s</b></p><p>Text.</p>", "<p><b>%s:</b></p><p>Text.</p>", "<p><b>%s</b>:</p><p>Text.</p>", "<p><b>[%s]</b></p><p>Text.</p>", "<p><b>[%s:]</b></p><p>Text.</p>",
		"<p>[%s]</p><p>Text.</p>", "<p>[%s:]</p>Text.", "<h3>%s</h3>Text.", "<p><i>%s</i></p><p>Text.</p>", "<b>%s</b><br>Text.", "<div><span><b>%s:&nbsp;&nbsp;</b></span></div><div><br></div><div>Text.</div>",
		"[%s]\nText.", "%s:\nText.", "<strong>**%s**</strong><br>Text.", "<p><b>[</b><b>%s</b><b>:]</b></p>Text.",
	}
	for kind, headings := range tests {
		for _, heading := range headings {
			if got, ok := post.HeadingKind("[" + heading + ":]"); !ok || got != kind {
				t.Errorf("HeadingKind(%q) = %q, %t, want %q", heading, got, ok, kind)
			}
			for _, form := range forms {
				content := fmt.Sprintf("<div>Before.</div>"+form, heading)
				if !strings.Contains(form, "<") {
					content = fmt.Sprintf("Before.\n"+form, heading)
				}
				want := []string{"rest: Before.", string(kind) + ": Text."}
				if diff := cmp.Diff(want, outline(read(content))); diff != "" {
					t.Errorf("%q (-want +got):\n%s", content, diff)
				}
			}
		}
	}
}

// What only resembles a heading starts no section.
func TestNoHeadings(t *testing.T) {
	t.Parallel()
	for _, content := range []string{
		"<p>Introduction</p><p>of numbers</p>", "<p><b>Action required by Monday.</b></p>", "<p>Learn more: <a href=x>here</a></p>", "<table><tr><td>Who is affected</td><td>all</td></tr></table>",
		"<ul><li>Compliance considerations</li></ul>", "<p>How this will affect your organization depends on you.</p>", "<p>See [1] and [apps]</p>", "<p>What happens next</p>", "<p>[What and Why</p>",
	} {
		if got := read(content); len(got.Sections) != 1 || got.Sections[0].Kind != post.KindRest {
			t.Errorf("%q came apart: %q", content, outline(got))
		}
	}
}
