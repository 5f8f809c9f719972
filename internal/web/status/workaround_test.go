package status_test

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// What readers can do meanwhile stands in the answer on top, in each language
// with its own heading: what the newest post says that speaks of it.
func TestWorkaroundOnTop(t *testing.T) {
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
		for id, said := range map[string]string{"EX1": "As a workaround, users can telephone &amp; wait.", "EX2": "As a workaround, users can write letters.", "EX3": "Walk."} {
			_, page, _ := strings.Cut(d.Page(prefix+"/issues/"+id), `id="r-answer"`)
			page, _, _ = strings.Cut(page, "</section>")
			webtest.Has(t, prefix+" "+id, page, "<dt>"+words+"</dt><dd><div lang=\"en\"><p>"+said+"</p>")
		}
	}
}
