package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// archive stores n ended issues, the oldest last, that all speak of rooms.
func (d *desk) archive(n int) {
	d.t.Helper()
	issues := make([]any, n)
	for i := range issues {
		at := d.now.Add(-time.Duration(i+1) * time.Hour)
		issues[i] = tocsin.Issue{
			ID: fmt.Sprintf("SP%06d", i), Title: "Rooms are slow", Service: "SharePoint Online", ServiceID: "SharePoint", Classification: "advisory",
			Status: tocsin.StatusServiceRestored, StartAt: at, EndAt: at.Add(time.Minute), ModifiedAt: at.Add(time.Minute),
			Posts: []tocsin.Post{{CreatedAt: at, ContentType: "text", Content: fmt.Sprintf("Nothing but number %05d.", i)}},
		}
	}
	d.record(d.now.Add(-time.Minute), issues...)
}

// The whole archive is found, however old, in any language, with the passage
// that matched; what is listed first leads to all of it.
func TestSearchFindsTheWholeArchive(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	storetest.AddTenants(t, d.store)
	d.archive(1100)
	d.record(d.now,
		tocsin.Issue{
			ID: "EX1", Title: "メールが遅延しています", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: d.now, ModifiedAt: d.now,
			Posts: []tocsin.Post{{CreatedAt: d.now, ContentType: "html", Content: "<p>一部のお客様でメールの送信が遅延しています。ｶﾞｲﾄﾞ <b>A&amp;B</b></p>"}},
		},
		tocsin.Message{ID: "MC1", Title: "New rooms", Services: []string{"Microsoft Teams"}, Category: "stayInformed", StartAt: d.now, ModifiedAt: d.now, ContentType: "html", Content: "<p>Rooms with <i>Panels</i>.</p>"},
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
		has(t, query, d.page("/search?q="+url.QueryEscape(query)), wants...)
	}
	page := d.page("/search?q=rooms")
	lacks(t, "first hits", page, "SP000010")
	page = d.page("/search?q=rooms&kind=issues&page=3")
	has(t, "third page", page, "SP000100", "SP000149", "101 to 150", "page=2", "page=4")
	lacks(t, "third page", page, "SP000099", "SP000150", "/messages/MC1", "/services/SharePoint\"")
	has(t, "far page", d.page("/search?q=sp0010&kind=issues&page=2"), "SP001050", "SP001099", "51 to 100")
	lacks(t, "last page", d.page("/search?q=sp0010&kind=issues&page=2"), `rel="next"`)
}

// An id leads straight to its page: alone, in any case, or within a title that
// somebody pasted. Several ids are a search.
func TestSearchByID(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	storetest.AddTenants(t, d.store)
	d.archive(2)
	d.record(d.now, tocsin.Message{ID: "MC1234", Title: "Rooms, see SP000001", StartAt: d.now, ModifiedAt: d.now})
	for query, want := range map[string]string{
		"SP000001": "/issues/SP000001", "  sp000001 ": "/issues/SP000001", "mc1234": "/messages/MC1234",
		"SP000001 - Rooms are slow": "/issues/SP000001", "(Updated) [mc1234]: Rooms": "/messages/MC1234", "SP000001: SP000001 SP999999": "/issues/SP000001",
		"SP000000 SP000001": "", "SP999999": "", "rooms 000001": "", "xSP000001x": "",
	} {
		status, header, body := d.get("/fr/search?tenant=contoso&q=" + url.QueryEscape(query))
		got, _, _ := strings.Cut(strings.TrimPrefix(header.Get("Location"), "/fr"), "?")
		if got != want || (want == "") != (status == http.StatusOK) {
			t.Errorf("%q leads to %q with %d, want %q: %.200s", query, got, status, want, body)
		}
	}
}

// What cannot be looked for is said; what is not there says what was looked
// through, and how to go on.
func TestSearchWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	storetest.AddTenants(t, d.store)
	d.archive(3)
	for query, want := range map[string]string{
		strings.Repeat("é", 201):                 "200\u00a0characters at most",
		"one two three four five six seven ac b": "8\u00a0different words at most",
	} {
		status, _, page := d.get("/search?q=" + url.QueryEscape(query))
		if status != http.StatusBadRequest {
			t.Errorf("%.20q: status %d", query, status)
		}
		has(t, query, page, want, `role="alert"`)
	}
	has(t, "200 characters", d.page("/search?q="+url.QueryEscape(strings.Repeat("é", 200))), "Nothing found")
	page := d.page("/search?q=rooms+%3Cb%3Ecellars&kind=issues")
	has(t, "nothing", page, "rooms &lt;b&gt;cellars", "3\u00a0incidents and advisories", "0\u00a0messages", "/search?q=%3Cb%3Ecellars&amp;tenant=contoso", "tenant=fabrikam", "In everything", "/messages?v=all")
	has(t, "blanks", d.page("/search?q=+%E3%80%80+"), "What are you looking for?")
	has(t, "one repeated word", d.page("/search?q="+url.QueryEscape(strings.Repeat("Rooms ", 20))), "SP000002")
	has(t, "another tenant", d.page("/search?q=rooms&tenant=fabrikam"), "Nothing found")
}
