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

// In the list of affected services a workaround stands once, beside the first that
// its incident explains, in the language of the page where the phrase book has it;
// one that the team wrote itself is marked as no other language.
func TestWorkaroundStandsOnceInTheList(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Record(d.Now, tocsin.Issue{
		ID: "MO1", Title: "Users may be unable to access services", Service: "Microsoft 365 suite", Classification: "incident", Origin: "microsoft", Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: d.Now,
		Posts: []tocsin.Post{{CreatedAt: d.Now, ContentType: "html", Content: "More info: Affected services include, but may not be limited to: Microsoft Teams, Exchange Online. As a workaround, affected users may be able to use Outlook on the web to access their Exchange Online mailbox."}},
	}, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusDegradation}, tocsin.Overview{ServiceID: "microsoftteams", Service: "Microsoft Teams", Status: tocsin.StatusDegradation})
	for prefix, want := range map[string][]string{
		"":    {`<span lang="en">As a workaround, affected users may`, "as for "},
		"/fr": {"<span>Comme solution de contournement, les utilisateurs", "comme pour "},
		"/ja": {"<span>回避策として、", " と同じです"},
	} {
		_, list, _ := strings.Cut(d.Page(prefix+"/"), `id="r-affected"`)
		list, _, _ = strings.Cut(list, "</section>")
		if once, others := strings.Count(list, want[0]), strings.Count(list, want[1]); once != 1 || others < 1 {
			t.Errorf("%q: %d times the text, %d times the name of the service that has it, in\n%s", prefix, once, others, list)
		}
	}
}

// Regions are those that the newest post names that names any, with the sentence
// that says so unless the scope of the impact says it beside them.
func TestRegionsHaveTheirEvidence(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	issue := func(id string, posts ...string) tocsin.Issue {
		one := tocsin.Issue{ID: id, Title: "Mail is late", Service: "Exchange Online", Classification: "incident", Origin: "microsoft", Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: d.Now}
		for i, text := range posts {
			one.Posts = append(one.Posts, tocsin.Post{CreatedAt: storetest.T0.Add(time.Duration(i) * time.Minute), ContentType: "html", Content: text})
		}
		return one
	}
	d.Record(d.Now,
		issue("EX1", "More info: Users in Japan are affected.", "More info: Users in <i>Europe</i> and the UK are affected.\n\nScope of impact: Some.", "User impact: Some."),
		issue("EX2", "Scope of impact: Users in Canada are affected."))
	webtest.Has(t, "evidence", d.Page("/ja/issues/EX1"), `<dd lang="en">Europe、United Kingdom<br><q class="small dim2">Users in Europe and the UK are affected.</q></dd>`)
	webtest.Has(t, "said by the scope", d.Page("/issues/EX2"), `<dd lang="en">Canada</dd>`)
}
