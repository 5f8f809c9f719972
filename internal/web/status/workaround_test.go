package status_test

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// What readers can do meanwhile stands on top of the newest post, once, in each
// language with its own heading; what older posts said does not.
func TestWorkaroundOnTopOfTheNewestPost(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	at := func(minutes int) time.Time { return storetest.T0.Add(time.Duration(minutes) * time.Minute) }
	issue := func(id string, newest string) tocsin.Issue {
		return tocsin.Issue{
			ID: id, Title: "Mail is late", Service: "Exchange Online", Classification: "incident", Origin: "microsoft", Status: tocsin.StatusDegradation, StartAt: at(0), ModifiedAt: at(40),
			Posts: []tocsin.Post{
				{CreatedAt: at(0), ContentType: "html", Content: "User impact: Some.\n\nMore info: As a workaround, users can write letters."},
				{CreatedAt: at(20), ContentType: "html", Content: newest},
			},
		}
	}
	d.Record(at(40), issue("EX1", "User impact: Some.\n\nMore info: As a workaround, users can <b>telephone</b> & wait."), issue("EX2", "User impact: Some."), issue("EX3", "User impact: Some.\n\nWorkaround: Walk."))
	for prefix, words := range map[string]string{"": "Workaround", "/fr": "Solution de contournement", "/ja": "回避策"} {
		page := d.Page(prefix + "/issues/EX1")
		note := `<p><strong>` + words + `</strong></p><div class="bi__p or-t"><span lang="en">As a workaround, users can telephone &amp; wait.</span></div>`
		webtest.Has(t, prefix+" with a workaround", page, note)
		if n := strings.Count(page, "<strong>"+words+"</strong>"); n != 1 {
			t.Errorf("%q: %d posts have a workaround on top, want 1", prefix, n)
		}
		webtest.Lacks(t, prefix+" without one", d.Page(prefix+"/issues/EX2"), "<strong>"+words+"</strong>")
		page = d.Page(prefix + "/issues/EX3")
		if n := strings.Count(page, "Walk."); n != 1 {
			t.Errorf("%q: the section of a workaround stands there %d times, want 1", prefix, n)
		}
	}
}
