package status_test

import (
	"html"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// unfolding is a desk on which an incident got worse twice, with what its posts
// say in several of them.
func unfolding(t *testing.T) *webtest.Desk {
	t.Helper()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	at := func(minutes int) time.Time { return storetest.T0.Add(time.Duration(minutes) * time.Minute) }
	issue := tocsin.Issue{
		ID: "EX7", Title: "Users can't open mailboxes", Service: "Exchange Online", ServiceID: "Exchange", Feature: "Mailbox access", FeatureGroup: "E-Mail and calendar access",
		Classification: "incident", Origin: "microsoft", StartAt: at(0),
	}
	due := at(90).Format("Monday, January 2, 2006, at 3:04 PM UTC")
	for i, one := range []struct {
		status tocsin.Status
		text   string
	}{
		{tocsin.StatusInvestigating, "User impact: Users can't open mailboxes.\n\nCurrent status: We look."},
		{tocsin.StatusDegradation, "User impact: Nobody in North America can open a mailbox.\n\nWorkaround: Use the desktop client.\n\nScope of impact: Users in North America."},
		{tocsin.StatusInterruption, "More info: Microsoft Teams shows no calendar.\n\nCurrent status: We restart it.\n\nNext steps: We'll tell you whether it helped.\n\nNext update by: " + due},
	} {
		issue.Status, issue.ModifiedAt = one.status, at(10*i+5)
		issue.Posts = append(issue.Posts, tocsin.Post{CreatedAt: at(10*i + 5), Type: "regular", ContentType: "text", Content: one.text})
		d.Record(at(10*i+5), issue,
			tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: one.status}, tocsin.Overview{ServiceID: "microsoftteams", Service: "Microsoft Teams", Status: tocsin.StatusDegradation})
	}
	return d
}

// The page of an incident says first what a caller asks, of each thing what the
// newest post says that speaks of it.
func TestAnswerFirst(t *testing.T) {
	t.Parallel()
	d := unfolding(t)
	for prefix, wants := range map[string][]string{
		"":    {"Nobody in North America can open a mailbox.", "Use the desktop client.", "We&#39;ll tell you whether it helped.", "Not well since", "09:00", "1\u00a0h", "Getting worse", "since 09:25, before: Service degradation", ">Exchange Online</a>", ">Microsoft Teams</a>", "Mailbox access", "North America", "10:30"},
		"/fr": {"Perturbé depuis", "La situation s’aggrave", "depuis 09:25", "Prochain point"},
		"/ja": {"異常の開始", "悪化しています"},
	} {
		page := d.Page(prefix + "/issues/EX7")
		before, rest, _ := strings.Cut(page, `id="r-answer"`)
		rest, _, _ = strings.Cut(rest, "</section>")
		webtest.Has(t, prefix+" answer", rest, wants...)
		webtest.Lacks(t, prefix+" in front of the answer", before, `id="r-posts"`)
	}
	d.Now = d.Now.Add(time.Hour) // the promise is over
	webtest.Has(t, "late", d.Page("/issues/EX7"), `class="sub late">30`)
}

// Since when something has not been well is one answer: on the overview, with the
// service, on the page of the incident, and for callers.
func TestSinceIsOneAnswer(t *testing.T) {
	t.Parallel()
	d := unfolding(t)
	webtest.Has(t, "overview", d.Page("/"), "declared start 09:00", "not well since 09:00", `<b>Workaround:</b> <span lang="en">Use the desktop client.</span>`, `href="/issues?tenant=contoso">All incidents</a>`)
	webtest.Has(t, "service", d.Page("/services/Exchange"), "not well since 09:00")
	page := d.Page("/issues/EX7")
	webtest.Has(t, "incident", page, `<dt>Not well since</dt><dd><time datetime="2026-03-02T09:00:00Z"`, "Not well since: 2\u00a0Mar\u00a02026, 09:00\u00a0UTC")
}

// What is copied for callers is in the language of the page, whole, with times
// that are understood on another day.
func TestCopyForCallers(t *testing.T) {
	t.Parallel()
	d := unfolding(t)
	for prefix, want := range map[string]string{
		"": `EX7: Users can't open mailboxes
State: Service interruption
Trend: Getting worse
Not well since: 2 Mar 2026, 09:00 UTC
Affected services: Exchange Online, Microsoft Teams
User impact: Nobody in North America can open a mailbox.
Workaround: Use the desktop client.
Next update: 2 Mar 2026, 10:30 UTC
As of 2 Mar 2026, 10:00 UTC.`,
		"/fr": `EX7 : Les utilisateurs ne peuvent pas ouvrir leur boîte aux lettres
État : Interruption du service
Évolution : La situation s’aggrave
Perturbé depuis : 2 mars 2026, 09:00 UTC
Services touchés : Exchange Online, Microsoft Teams
Impact sur les utilisateurs : Nobody in North America can open a mailbox.
Solution de contournement : Use the desktop client.
Prochain point : 2 mars 2026, 10:30 UTC
Situation au 2 mars 2026, 10:00 UTC. Traduction automatique en partie ; l’original est sur la page.`,
		"/ja": `EX7：ユーザーがメールボックスを開けません
状態：サービスの中断
推移：悪化しています
異常の開始：2026年3月2日(月) 9:00 UTC
影響を受けるサービス：Exchange Online、Microsoft Teams
ユーザーへの影響：Nobody in North America can open a mailbox.
回避策：Use the desktop client.
次回更新：2026年3月2日(月) 10:30 UTC
2026年3月2日(月) 10:00 UTC現在。一部は機械翻訳です。原文はページにあります。`,
	} {
		page := d.Page(prefix + "/issues/EX7")
		_, text, _ := strings.Cut(page, `data-text="`)
		text, _, _ = strings.Cut(text, `"`)
		if got := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(html.UnescapeString(text)); got != want {
			t.Errorf("%s: %s\nwant: %s", prefix, got, want)
		}
		webtest.Has(t, prefix+" to mark without a script", page, `<details class="panel callers" id="callers"><summary>`, `id="callers-text"`)
	}
}

// A post has an address of its own that stays whatever posts come later, also in
// between.
func TestPostHasAnAddress(t *testing.T) {
	t.Parallel()
	d := unfolding(t)
	const second = `<a class="post__n" id="post-20260302T091500Z" href="#post-20260302T091500Z"`
	webtest.Has(t, "before", d.Page("/issues/EX7"), second, `>Post 2</a>`)
	post := func(minutes int, text string) tocsin.Post {
		return tocsin.Post{CreatedAt: storetest.T0.Add(time.Duration(minutes) * time.Minute), ContentType: "text", Content: text}
	}
	d.Record(d.Now, tocsin.Issue{
		ID: "EX7", Title: "Users can't open mailboxes", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusInterruption, StartAt: storetest.T0, ModifiedAt: d.Now,
		Posts: []tocsin.Post{post(5, "One."), post(8, "Late."), post(15, "Two."), post(15, "Two again.")},
	})
	page := d.Page("/issues/EX7")
	webtest.Has(t, "after", page, second, `id="post-20260302T091500Z-2"`)
	_, line, _ := strings.Cut(page, second)
	webtest.Has(t, "its number", line[:strings.Index(line, "</a>")+4], `>Post 3</a>`)
}
