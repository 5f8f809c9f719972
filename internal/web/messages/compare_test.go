package messages_test

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Two versions of a message are compared section by section, in the words of
// the page; a change of a heading alone is shown in the whole text.
func TestCompareBodiesBySection(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	bodies := []string{
		"<p><b>[What and Why:]</b></p><p>Letters get numbers.</p><p><b>[Rollout Schedule:]</b></p><p>In early May.</p><p><b>Who is affected:</b></p><p>Clerks.</p>",
		"<p>Updated.</p><p><b>[What and Why:]</b></p><p>Letters get numbers.</p><p><b>[Rollout Schedule:]</b></p><p>In late May.</p>",
		"<p>Updated.</p><p><b>[What &amp; Why:]</b></p><p>Letters get numbers.</p><p><b>[Rollout Schedule:]</b></p><p>In late May.</p>",
	}
	for i, body := range bodies {
		at := d.Now.Add(time.Duration(i) * time.Minute)
		d.Record(at, tocsin.Message{ID: "MC9", Title: "Numbers", Services: []string{"Exchange Online"}, Category: "stayInformed", StartAt: d.Now, ModifiedAt: at, ContentType: "html", Content: body})
	}
	page := d.Page("/messages/MC9/compare/1/2")
	webtest.Has(t, "sections", page,
		`Text</th><td role="cell" class="diff" lang="en"><ins>Updated.</ins>`,
		`Text<span class="sub">Schedule</span></th><td role="cell" class="diff" lang="en">In <del>early</del><ins>late</ins> May.`,
		`Text<span class="sub">Who is affected</span></th><td role="cell" class="diff" lang="en"><del>Clerks.</del>`)
	webtest.Lacks(t, "sections", page, "Letters get numbers", "What and why")
	webtest.Has(t, "French", d.Page("/fr/messages/MC9/compare/1/2"), `<span class="sub">Calendrier</span>`)
	if page = d.Page("/messages/MC9/compare/2/3"); !strings.Contains(page, "<del>and</del><ins>&amp;</ins>") {
		t.Errorf("a heading that changed is not shown: %s", page)
	}
}
