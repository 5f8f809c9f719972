package post_test

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
)

// Labels are found in the spellings of all eras and in every layout.
func TestLabels(t *testing.T) {
	t.Parallel()
	const day = "Monday, March 2, 2026, at 7:54 AM UTC"
	tests := []struct{ name, content, want string }{
		{
			"2015", "Current Status: Engineers look at it. User Experience: Letters come late. Customer Impact: Few towns. Incident Start Time: " + day + " Next Update by: " + day,
			"currentStatus|userExperience|customerImpact|startTime|nextUpdateBy",
		},
		{
			"2015, with breaks", "Final Status: It works.\r\nUser Experience: Letters came late.\r\nIncident Start Time: " + day + "\r\nIncident End Time: " + day + "\r\nPreliminary Root Cause: A fuse.\r\nNext Steps: More fuses.",
			"finalStatus|userExperience|startTime|endTime|preliminaryRootCause|nextSteps",
		},
		{
			"glued to a stop", "Title: Late letters in the post center.User Impact: They come late.More info: All towns.Current status: We look.Scope of impact: All.",
			"title|userImpact|moreInfo|currentStatus|scopeOfImpact",
		},
		{"glued to UTC", "Start time: " + day + "End time: " + day + "Root cause: A fuse.Next update by: " + day, "startTime|endTime|rootCause|nextUpdateBy"},
		{"glued to a word", "Title: Late lettersUser impact: Users wait for letters and parcelsMore info: none yetFinal status: done", "title|userImpact|moreInfo|finalStatus"},
		{"no blank after the colon", "User Impact:Letters come late.\nMore Info:All towns.\nFinal Status:Done.\nNext Update:" + day, "userImpact|moreInfo|finalStatus|nextUpdateBy"},
		{
			"one line with blanks", "User impact: Late. &nbsp; Final Status: Done. &nbsp; Scope of impact: All. &nbsp; Start time: " + day + " &nbsp; End time: " + day + " &nbsp; Root cause: A fuse",
			"userImpact|finalStatus|scopeOfImpact|startTime|endTime|rootCause",
		},
		{"encoded blanks", "User impact: Late.&amp;nbsp;Current status: We look.&#160;&#xa0;Next update by: " + day, "userImpact|currentStatus|nextUpdateBy"},
		{"next update without by", "Current status: We look.\n\nNext update: " + day, "currentStatus|nextUpdateBy"},
		{"bold labels", "<b>User impact:</b> Late.<br><strong>Current status</strong>: We look.<br><b>Next update by: </b>" + day, "userImpact|currentStatus|nextUpdateBy"},
		{"labels on lines of their own", "<h3>User impact</h3><p>Late.</p><h3>Scope</h3><p>All.</p><p><b>Workaround</b></p><p>Write cards.</p>", "userImpact|scopeOfImpact|workaround"},
		{"cells", "<table><tr><td>User impact:</td><td>Late.</td></tr><tr><td>Start time:</td><td>" + day + "</td></tr></table>", "userImpact|startTime"},
		{"spaces and stars", "**User impact** : Late.\n_Current status_: We look.\n# Root cause: A fuse.", "userImpact|currentStatus|rootCause"},
		{"case", "USER IMPACT: Late.\ncurrent status: We look.\nNext Update By: " + day, "userImpact|currentStatus|nextUpdateBy"},
		{"zone in the label", "Start time (UTC): March 2, 2026, 7:54 AM UTC\nEnd time (UTC): March 2, 2026, 8:54 AM UTC", "startTime|endTime"},
		{"estimates", "Estimated time to resolve: two days\nEstimated restoration time: " + day + "\nEstimated time for next update: " + day, "estimatedTimeToResolve|estimatedTimeToResolve|nextUpdateBy"},
		{"a wide colon", "User impact：Late.\nRoot cause：A fuse. Next update by：" + day, "userImpact|rootCause|nextUpdateBy"},
		{"single words after a sentence", "User impact: Late. Scope: All towns. Workaround: Write cards.", "userImpact|scopeOfImpact|workaround"},
		{"a single word within one", "User impact: Beyond the Scope: nothing.", "userImpact"},
		{"quoted", "User impact: The page “Current status: unknown” and (Root cause: none) are shown.", "userImpact"},
		{
			"old headings on one line", "Letters get numbers. When this will happen: In May. How this will affect your organization: Not at all. What you need to do to prepare: Nothing.",
			"rest|schedule|organizationImpact|actionRequired",
		},
		{
			"new headings on one line", "[What and Why:] Numbers. [Rollout Schedule:] In May.[Impact on Your Organization] None. [Action Required/Recommendations:]Nothing. [Compliance considerations:] None. See [1].",
			"introduction|schedule|organizationImpact|actionRequired|compliance",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := checkWhole(t, tocsin.Post{CreatedAt: monday.Add(-4 * time.Hour), ContentType: "html", Content: test.content})
			var kinds []string
			for _, s := range p.Sections {
				kinds = append(kinds, string(s.Kind))
				if s.Text == "" {
					t.Errorf("%s says nothing in %q", s.Kind, test.content)
				}
				if timed := s.Kind == post.KindStartTime || s.Kind == post.KindEndTime || s.Kind == post.KindNextUpdate; timed && !s.Date.Sound() {
					t.Errorf("date of %q: %+v", s.Text, s.Date)
				}
			}
			if got := strings.Join(kinds, "|"); got != test.want {
				t.Errorf("sections %s, want %s", got, test.want)
			}
		})
	}
}
