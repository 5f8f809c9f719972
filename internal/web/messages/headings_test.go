package messages_test

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Lines that are headings to people are headings of the page, in both families
// of messages and whatever markup they have; sentences in bold are not.
func TestHeadingsOfBodies(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, content, want string }{
		{
			"new family", "<p>Before.</p><p><b>[What and Why:]</b></p><p>Text.</p><p><b>[Impact on Your Organization]</b></p><p><i>Who is affected</i></p><p>All.</p><p><b>Ports of ours:</b></p><p>1</p>",
			"<p>Before.</p><h3>What and Why</h3><p>Text.</p><h3>Impact on Your Organization</h3><h4>Who is affected</h4><p>All.</p><h4>Ports of ours</h4><p>1</p>",
		},
		{"plain brackets", "<p>[Rollout schedule:]</p><p>In May.</p>", "<h3>Rollout schedule</h3><p>In May.</p>"},
		{"spans and breaks", "<div><span><b>When this will happen:</b></span>&nbsp;</div><div><br></div><div>In May.</div>", "<h3>When this will happen</h3><div><br/></div><div>In May.</div>"},
		{"no blocks", "We tell you.<br><br><b>How does this affect me?</b><br>Not at all.", "We tell you.<br/><br/><h3>How does this affect me?</h3>Not at all."},
		{"real headings", "<h2>What and Why</h2><p><b>Platforms/Services</b><br></p>", "<h3>What and Why</h3><h4>Platforms/Services</h4>"},
		{"a bold sentence", "<p><b>Action required by Monday.</b></p><p><b>Note:</b> It is late.</p><p><b>See</b> <a href=\"https://example.org/\">here</a></p>", ""},
		{"a paragraph with a bold line", "<p>One<br><b>What and Why</b><br>two</p>", ""},
		{"lists and cells", "<ul><li><b>Learn more</b></li></ul><table><tbody><tr><td><b>Area</b></td></tr></tbody></table>", "<ul><li><b>Learn more</b></li></ul>"},
		{"empty", "<p><b> </b></p><p><b>[]</b></p><p>[ ]</p>", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := webtest.NewDesk(t)
			storetest.AddTenants(t, d.Store)
			d.Record(d.Now, tocsin.Message{ID: "MC9", Title: "Numbers", Services: []string{"Exchange Online"}, Category: "stayInformed", StartAt: d.Now, ModifiedAt: d.Now, ContentType: "html", Content: test.content})
			page := d.Page("/messages/MC9")
			if test.want == "" {
				_, body, _ := strings.Cut(page, `<div class="panel__b read upstream" lang="en">`)
				body, _, _ = strings.Cut(body, "</section>")
				webtest.Lacks(t, test.name, body, "<h3", "<h4")
				return
			}
			webtest.Has(t, test.name, page, test.want)
		})
	}
}
