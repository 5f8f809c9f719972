package status_test

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// The feed says what changed in words: no status that stays the same, no ids
// of services, and one line for what happened within a minute.
func TestFeedSaysWhatChanged(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	at := func(seconds int) time.Time { return storetest.T0.Add(time.Duration(seconds) * time.Second) }
	overview := tocsin.Overview{ServiceID: "VPN", Service: "Remote access", Status: tocsin.StatusOperational}
	d.Record(at(0), tocsin.Service{ID: "VPN", Name: "Remote access"}, overview)
	overview.Status = tocsin.StatusDegradation
	d.Record(at(300), overview)
	overview.IssueIDs = []string{"EX1"}
	d.Record(at(600), overview)
	d.Record(at(601), tocsin.Service{ID: "VPN", Name: "Remote access", Features: []tocsin.Feature{{Name: "Gateway", DisplayName: "Gateways"}}})
	issue := tocsin.Issue{ID: "EX1", Title: "Slow", Service: "Remote access", ServiceID: "VPN", Classification: "incident", Status: tocsin.StatusInvestigating, StartAt: at(900), ModifiedAt: at(900)}
	d.Record(at(900), issue)
	for i, seconds := range []int{1000, 1020, 1040} { // three versions within a minute
		issue.Posts = append(issue.Posts, tocsin.Post{CreatedAt: at(seconds), Content: "Current status: We look."})
		issue.Status = []tocsin.Status{tocsin.StatusInvestigating, tocsin.StatusDegradation, tocsin.StatusRestoringService}[i]
		issue.ModifiedAt = at(seconds)
		d.Record(at(seconds), issue)
	}
	issue.Title, issue.ModifiedAt = "Slower", at(2000)
	d.Record(at(2000), issue)
	for prefix, wants := range map[string][]string{
		"":    {"<b>Remote access</b> goes from “Service operational” to “Service degradation”", ": 3\u00a0new posts, now “Restoring service”", ", Remote access: Title", "Whole log"},
		"/fr": {"<b>Remote access</b> passe de «\u00a0Service opérationnel\u00a0» à", "3\u00a0nouveaux posts, passe à «\u00a0", "Tout le journal"},
		"/ja": {"<b>Remote access</b>：「", "新しい投稿 3\u00a0件、", "すべての変更"},
	} {
		page := d.Page(prefix + "/")
		webtest.Has(t, "overview "+prefix, page, wants...)
		webtest.Lacks(t, "overview "+prefix, page, "VPN</b>", ">VPN ", "from “Service degradation” to “Service degradation”")
		feed := page[strings.Index(page, `id="r-since"`):]
		feed = feed[:strings.Index(feed, "</section>")]
		if n := strings.Count(feed, "<li>"); n != 6 { // tracked, operational, degraded, opened, posts, title
			t.Errorf("overview %s has %d lines, want 6:\n%s", prefix, n, feed)
		}
	}
	page := d.Page("/changes")
	webtest.Has(t, "log", page, "Log of changes", "Restoring service")
	webtest.Lacks(t, "how it is now", lineOf(t, page, "is tracked now"), "degraded") // said of then
}

// lineOf is the line of the log that has a text.
func lineOf(t *testing.T, page, text string) string {
	t.Helper()
	before, after, ok := strings.Cut(page, text)
	if !ok {
		t.Errorf("no line has %q", text)
	}
	after, _, _ = strings.Cut(after, "</li>")
	return before[strings.LastIndex(before, "<li"):] + text + after
}

// Posts that were there before with another text are edited, not new; and a line
// keeps the sign of its moment, whatever the issue is now.
func TestLogTellsItsMoment(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	at := func(minutes int) time.Time { return storetest.T0.Add(time.Duration(minutes) * time.Minute) }
	issue := tocsin.Issue{ID: "EX1", Title: "Slow", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusInterruption, StartAt: at(0), ModifiedAt: at(1)}
	for i := range 3 {
		issue.Posts = append(issue.Posts, tocsin.Post{CreatedAt: at(i - 10), ContentType: "text", Content: "Users are cut off."})
	}
	d.Record(at(1), issue)
	issue.Posts[0].Content, issue.Status, issue.ModifiedAt = "Users were cut off then.", tocsin.StatusDegradation, at(5)
	d.Record(at(5), issue)
	for i := range issue.Posts {
		issue.Posts[i].Content = "Users were cut off."
	}
	issue.Posts = append(issue.Posts, tocsin.Post{CreatedAt: at(10), ContentType: "text", Content: "All is well."})
	issue.Status, issue.EndAt, issue.ModifiedAt = tocsin.StatusServiceRestored, at(9), at(10)
	d.Record(at(10), issue)
	page := d.Page("/changes")
	webtest.Has(t, "the end", lineOf(t, page, "1\u00a0new post, 3\u00a0edited, now “Service restored”"), "c-restored")
	webtest.Has(t, "the update", lineOf(t, page, "1\u00a0post edited, now “Service degradation”"), "c-degraded")
	webtest.Has(t, "the beginning", lineOf(t, page, "New: "), "c-down")
	webtest.Has(t, "in French", d.Page("/fr/changes"), "1\u00a0nouveau post, 3\u00a0modifiés", "1\u00a0post modifié")
	webtest.Has(t, "in Japanese", d.Page("/ja/changes"), "新しい投稿 1\u00a0件、変更 3\u00a0件", "投稿 1\u00a0件を変更")
}
