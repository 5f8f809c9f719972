package post_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
)

// monday is when the posts of the tests are made, unless they say otherwise.
var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func read(content string) post.Post {
	return post.Read(tocsin.Post{CreatedAt: monday, ContentType: "html", Content: content})
}

// outline is the sections of a post as "kind: text" lines.
func outline(p post.Post) []string {
	var list []string
	for _, s := range p.Sections {
		list = append(list, string(s.Kind)+": "+s.Text)
	}
	return list
}

const update = "Title: Some users’ letters may arrive late\n\n" +
	"User impact: Users’ letters may arrive late.\n\n" +
	"More info: This concerns, among others:\n\n- Letters to other towns\n- Parcels \n\n" +
	"Current status: We’re clearing the queue. We’ll need some hours for it.\n\n" +
	"Scope of impact: Any user of the northern office may be impacted.\n\n" +
	"Start time: Monday, March 2, 2026, at 7:54 AM UTC\n\n" +
	"Preliminary root cause: A sorting machine stood still.\n\n" +
	"Next update by: Monday, March 2, 2026, at 11:00 AM UTC"

func TestReadSections(t *testing.T) {
	t.Parallel()
	want := []string{
		"title: Some users’ letters may arrive late",
		"userImpact: Users’ letters may arrive late.",
		"moreInfo: This concerns, among others:\n\n- Letters to other towns\n- Parcels",
		"currentStatus: We’re clearing the queue. We’ll need some hours for it.",
		"scopeOfImpact: Any user of the northern office may be impacted.",
		"startTime: Monday, March 2, 2026, at 7:54 AM UTC",
		"preliminaryRootCause: A sorting machine stood still.",
		"nextUpdateBy: Monday, March 2, 2026, at 11:00 AM UTC",
	}
	lost := strings.Join(strings.Fields(update), " ")
	forms := map[string]string{
		"as written":      update,
		"carriage return": strings.ReplaceAll(update, "\n", "\r\n"),
		"blank lines":     strings.ReplaceAll(update, "\n\n", "\n \n"),
		"bold labels":     strings.NewReplacer("Current status:", "**Current status:**", "Start time:", "<b>Start time:</b>").Replace(update),
		"odd blanks":      strings.NewReplacer("7:54 AM", "7:54\u202fAM", "Scope of impact", "&nbsp;\nScope of\u00a0impact").Replace(update),
		"paragraphs":      "<p>" + strings.ReplaceAll(strings.ReplaceAll(update, "\n\n-", "<br>-"), "\n\n", "</p>\n<p>") + "</p>",
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expected := want
			if name == "paragraphs" { // a break alone makes no paragraph, and line breaks of the source are blanks
				expected = append([]string{}, want...)
				expected[2] = "moreInfo: This concerns, among others:\n- Letters to other towns - Parcels"
			}
			if diff := cmp.Diff(expected, outline(read(form))); diff != "" {
				t.Errorf("sections differ (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("lost line breaks", func(t *testing.T) {
		t.Parallel()
		for _, form := range []string{lost, strings.NewReplacer(" User impact", "User impact", " Start time", "Start time", " Next update", "Next update").Replace(lost)} {
			got := outline(read(form))
			want := append([]string{}, want...)
			want[2] = "moreInfo: This concerns, among others: - Letters to other towns - Parcels"
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("sections of %q differ (-want +got):\n%s", form, diff)
			}
		}
	})
}

func TestReadClosings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, content string
		want          []string
		final         bool
		published     post.Promised
	}{
		{
			"list and end", "Final status: It works.\n\nNext steps:\n- We look into it.\n– We watch it.\n\nThis is the final update for the event.",
			[]string{"finalStatus: It works.", "nextSteps: - We look into it.\n– We watch it.", "rest: This is the final update for the event."},
			true, "",
		},
		{
			"end on one line", "Root cause: A fuse. This is the final update on this incident.",
			[]string{"rootCause: A fuse.", "rest: This is the final update on this incident."},
			true, "",
		},
		{
			"old end", "Final Status: It works.\r\n\r\nNext Steps: See below.\r\n- Action: Buy fuses.\r\n\r\nPlease consider this service notification the final update on the event.",
			[]string{"finalStatus: It works.", "nextSteps: See below.\n- Action: Buy fuses.", "rest: Please consider this service notification the final update on the event."},
			true, "",
		},
		{
			"reports to come", "Preliminary root cause: A fuse.\n\nWe’ll provide a preliminary Post-Incident Report within two business days and a final Post-Incident Report within five business days.",
			[]string{"preliminaryRootCause: A fuse.", "rest: We’ll provide a preliminary Post-Incident Report within two business days and a final Post-Incident Report within five business days."},
			false, "",
		},
		{
			"report in a list", "Next steps: \n- We buy fuses. We will publish a post-incident report within five business days.",
			[]string{"nextSteps: - We buy fuses. We will publish a post-incident report within five business days."},
			false, "",
		},
		{"report is there", "Final status: A post-incident report has been published.", []string{"finalStatus: A post-incident report has been published."}, false, post.PromisedReport},
		{"preliminary report is there", "The preliminary post-incident review is now available.", []string{"rest: The preliminary post-incident review is now available."}, false, post.PromisedPreliminaryReport},
		{
			"date, then more", "Next update by: Monday, March 2, 2026, at 11:00 AM UTC\n\nThank you for waiting.",
			[]string{"nextUpdateBy: Monday, March 2, 2026, at 11:00 AM UTC", "rest: Thank you for waiting."},
			false, "",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := read(test.content)
			if diff := cmp.Diff(test.want, outline(got)); diff != "" {
				t.Errorf("sections differ (-want +got):\n%s", diff)
			}
			if got.Final != test.final || got.Published != test.published {
				t.Errorf("final %v, published %q, want %v, %q", got.Final, got.Published, test.final, test.published)
			}
		})
	}
}

// TestReadNoLabels: what only looks like a label splits nothing.
func TestReadNoLabels(t *testing.T) {
	t.Parallel()
	for _, content := range []string{
		"", " \n ", "A sentence with a job title: none.", "For more info: ask us.", `Press the button "Start time:" twice.`,
		"Subtitle: not ours", "Scope is unclear", "The current status: unknown",
	} {
		got := outline(read(content))
		want := []string{"rest: " + strings.TrimSpace(content)}
		if strings.TrimSpace(content) == "" {
			want = nil
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Read(%q) (-want +got):\n%s", content, diff)
		}
	}
	// At the beginning of a line the case of a label does not matter.
	if diff := cmp.Diff([]string{"nextSteps: none", "scopeOfImpact: all"}, outline(read("next steps : none\nSCOPE: all"))); diff != "" {
		t.Error(diff)
	}
}
