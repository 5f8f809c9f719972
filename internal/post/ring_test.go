package post_test

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
)

// The rings of a message are those that its labels and headings name, once each.
func TestRings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"<p><b>Targeted Release:</b> We begin early March.</p><p><b>General Availability (Worldwide, GCC):</b> late March.</p><p>Targeted Release: again</p>": "Targeted Release; General Availability (Worldwide, GCC)",
		"<p>[When this will happen:]</p><p><b>Note:</b> General availability is late.</p>":                                                                    "",
		"<p><b>Public Preview</b></p><ul><li>GA: in May</li></ul>":                                                                                            "Public Preview; GA",
		"": "",
	} {
		if got := strings.Join(post.Rings(tocsin.Post{Content: text, ContentType: "html"}), "; "); got != want {
			t.Errorf("rings of %q: %q, want %q", text, got, want)
		}
	}
}
