package status_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// The whole archive is found, however old, in any language, with the passage
// that matched; what is listed first leads to all of it.
func TestSearchFindsTheWholeArchive(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Archive(1100)
	d.Record(d.Now,
		tocsin.Issue{
			ID: "EX1", Title: "メールが遅延しています", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: d.Now, ModifiedAt: d.Now,
			Posts: []tocsin.Post{{CreatedAt: d.Now, ContentType: "html", Content: "<p>一部のお客様でメールの送信が遅延しています。ｶﾞｲﾄﾞ <b>A&amp;B</b></p>"}},
		},
		tocsin.Message{ID: "MC1", Title: "New rooms", Services: []string{"Microsoft Teams"}, Category: "stayInformed", StartAt: d.Now, ModifiedAt: d.Now, ContentType: "html", Content: "<p>Rooms with <i>Panels</i>.</p>"},
		tocsin.Overview{ServiceID: "SharePoint", Service: "SharePoint Online", Status: tocsin.StatusOperational},
	)
	for query, wants := range map[string][]string{
		"number 01099": {"/issues/SP001099", "Nothing but <mark>number</mark> <mark>01099</mark>."},
		"送信が":          {"/issues/EX1", "メールの<mark>送信が</mark>遅延"},
		"ガイド":          {"/issues/EX1", "<mark>ｶﾞｲﾄﾞ</mark> A&amp;B"},
		"ROOMS panels": {"/messages/MC1", "New <mark>rooms</mark>", "<mark>Rooms</mark> with <mark>Panels</mark>"},
		"rooms":        {"/issues/SP000000", "/messages/MC1", "kind=issues", "there are more"},
		"sharepoint":   {"/services/SharePoint", "<mark>SharePoint</mark> Online", "/issues/SP000009"},
		"a&b":          {"<mark>A&amp;B</mark>"},
	} {
		webtest.Has(t, query, d.Page("/search?q="+url.QueryEscape(query)), wants...)
	}
	page := d.Page("/search?q=rooms")
	webtest.Lacks(t, "first hits", page, "SP000010")
	page = d.Page("/search?q=rooms&kind=issues&page=3")
	webtest.Has(t, "third page", page, "SP000100", "SP000149", "101 to 150", "page=2", "page=4")
	webtest.Lacks(t, "third page", page, "SP000099", "SP000150", "/messages/MC1", "/services/SharePoint\"")
	webtest.Has(t, "far page", d.Page("/search?q=sp0010&kind=issues&page=2"), "SP001050", "SP001099", "51 to 100")
	webtest.Lacks(t, "last page", d.Page("/search?q=sp0010&kind=issues&page=2"), `rel="next"`)
}

// An id leads straight to its page: alone, in any case, or within a title that
// somebody pasted. Several ids are a search.
func TestSearchByID(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Archive(2)
	d.Record(d.Now, tocsin.Message{ID: "MC1234", Title: "Rooms, see SP000001", StartAt: d.Now, ModifiedAt: d.Now})
	for query, want := range map[string]string{
		"SP000001": "/issues/SP000001", "  sp000001 ": "/issues/SP000001", "mc1234": "/messages/MC1234",
		"SP000001 - Rooms are slow": "/issues/SP000001", "(Updated) [mc1234]: Rooms": "/messages/MC1234", "SP000001: SP000001 SP999999": "/issues/SP000001",
		"SP000001?": "/issues/SP000001", "https://admin.example/#/alerts/SP000001": "/issues/SP000001", "障害SP000001はいつから": "/issues/SP000001",
		"SP000000 SP000001": "", "SP999999": "", "rooms 000001": "", "xSP000001x": "",
	} {
		status, header, body := d.Get("/fr/search?tenant=contoso&q=" + url.QueryEscape(query))
		got, _, _ := strings.Cut(strings.TrimPrefix(header.Get("Location"), "/fr"), "?")
		if got != want || (want == "") != (status == http.StatusOK) {
			t.Errorf("%q leads to %q with %d, want %q: %.200s", query, got, status, want, body)
		}
	}
}

// Several ids are listed, each with how it is now.
func TestSearchBySeveralIDs(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Archive(2)
	d.Record(d.Now, tocsin.Message{ID: "MC1234", Title: "Rooms", StartAt: d.Now, ModifiedAt: d.Now})
	webtest.Has(t, "ids", d.Page("/search?q="+url.QueryEscape("is SP000000 the same as sp000001, see MC1234 and SP999999?")),
		"Identifiers in what was typed", `href="/issues/SP000000?tenant=contoso">SP000000`, `href="/issues/SP000001?tenant=contoso">SP000001`, `href="/messages/MC1234?tenant=contoso">MC1234`)
}

// Whoever takes calls types what callers say: it leads to the service, says
// whether it is broken now, and to the post that says so.
func TestSearchKnowsWhatCallersSay(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	said := func(n int, text string) tocsin.Post {
		return tocsin.Post{CreatedAt: d.Now.Add(time.Duration(n-3) * time.Hour), ContentType: "html", Content: "<p>" + text + "</p>"}
	}
	d.Record(d.Now,
		tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusDegradation},
		tocsin.Overview{ServiceID: "OrgLiveID", Service: "Microsoft Entra", Status: tocsin.StatusOperational},
		tocsin.Overview{ServiceID: "microsoftteams", Service: "Microsoft Teams", Status: tocsin.StatusOperational},
		tocsin.Issue{
			ID: "EX1", Title: "Some users cannot open mailboxes", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: d.Now.Add(-3 * time.Hour), ModifiedAt: d.Now,
			Posts: []tocsin.Post{said(0, "Users cannot open Outlook on the web."), said(1, "We are working towards a fix."), said(2, "More news soon.")},
		},
		tocsin.Issue{
			ID: "IS1", Title: "Users could not sign in", Service: "Microsoft Entra", ServiceID: "OrgLiveID", Classification: "incident", Status: "serviceRestored", StartAt: d.Now.Add(-30 * time.Hour), EndAt: d.Now.Add(-28 * time.Hour), ModifiedAt: d.Now.Add(-20 * time.Hour),
			Posts: []tocsin.Post{said(-25, "Sign-in works again, towards all.")},
		},
	)
	post := "/issues/EX1?tenant=contoso#post-" + d.Now.Add(-3*time.Hour).UTC().Format("20060102T150405Z")
	for query, wants := range map[string][]string{
		"OWA":                {"/services/Exchange", "not well since", "/issues/EX1", `href="` + post + `"`, "<mark>Outlook on the web</mark>", "“owa” also finds: outlook on the web", ">Open<"},
		"Is OWA down?":       {"/services/Exchange", post, "Not looked for: is, down", `q=%22Is`},
		"ExO":                {"/services/Exchange", "/issues/EX1"},
		"sign-in":            {"/services/OrgLiveID", "No open issue about it", "/issues/IS1", ">Resolved<"},
		"connexion":          {"/services/OrgLiveID", "/issues/IS1"},
		"サインインできない":          {"/services/OrgLiveID", "/issues/IS1"},
		"courriel Teams":     {"/services/Exchange", "/services/microsoftteams"},
		"boite aux lettres":  {"/services/Exchange", "/issues/EX1"},
		`"towards a fix"`:    {"/issues/EX1", "<mark>towards a fix</mark>"},
		"outlook sur le web": {"/services/Exchange", post},
		"メールボックス":            {"/services/Exchange", "/issues/EX1"},
	} {
		webtest.Has(t, query, d.Page("/search?q="+url.QueryEscape(query)), wants...)
	}
	webtest.Lacks(t, "OWA", d.Page("/search?q=OWA"), "/issues/IS1", "t<mark>owa</mark>rds", "/services/microsoftteams?")
	webtest.Lacks(t, "exactly", d.Page("/search?q=%22owa%22"), "also finds")
	webtest.Has(t, "fr", d.Page("/fr/search?q=OWA"), "trouve aussi")
	// Before anything is typed, what is broken now.
	page := d.Page("/search")
	webtest.Has(t, "nothing typed", page, "Not working normally now", "/services/Exchange", "/issues/EX1")
	webtest.Lacks(t, "nothing typed", page, "/services/OrgLiveID?")
}

// What cannot be looked for is said; what is not there says what was looked
// through, and how to go on.
func TestSearchWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Archive(3)
	for query, want := range map[string]string{
		strings.Repeat("é", 201):                 "200\u00a0characters at most",
		"one two three four five six seven ac b": "8\u00a0different words at most",
	} {
		status, _, page := d.Get("/search?q=" + url.QueryEscape(query))
		if status != http.StatusBadRequest {
			t.Errorf("%.20q: status %d", query, status)
		}
		webtest.Has(t, query, page, want, `role="alert"`)
	}
	webtest.Has(t, "200 characters", d.Page("/search?q="+url.QueryEscape(strings.Repeat("é", 200))), "Nothing found")
	page := d.Page("/search?q=rooms+%3Cb%3Ecellars&kind=issues")
	webtest.Has(t, "nothing", page, "rooms &lt;b&gt;cellars", "3\u00a0incidents and advisories", "0\u00a0messages", "/search?q=%3Cb%3Ecellars&amp;tenant=contoso", "tenant=fabrikam", "In everything", "/messages?v=all")
	webtest.Has(t, "blanks", d.Page("/search?q=+%E3%80%80+"), "What are you looking for?")
	webtest.Has(t, "one repeated word", d.Page("/search?q="+url.QueryEscape(strings.Repeat("Rooms ", 20))), "SP000002")
	webtest.Has(t, "another tenant", d.Page("/search?q=rooms&tenant=fabrikam"), "Nothing found")
}
