package messages_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// The calendar has one event for each message with a date that is not done,
// in lines that calendar programs take.
func TestDueCalendar(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Messages()
	day := storetest.T0.AddDate(0, 1, 0)
	evil := "Évil, title; with \\ signs\r\nEND:VEVENT\r\n\x00 " + strings.Repeat("送信が遅延しています。", 20)
	h.Message(storetest.Contoso, tocsin.Message{ID: "MC3", Title: evil, Services: []string{"Exchange Online"}, ActionRequiredBy: day, StartAt: storetest.T0, ModifiedAt: storetest.T0})
	h.Message(storetest.Contoso, tocsin.Message{ID: "MC4", Title: "Done", ActionRequiredBy: day, StartAt: storetest.T0, ModifiedAt: storetest.T0})
	h.Message(storetest.Contoso, tocsin.Message{ID: "MC5", Title: "Gone", ActionRequiredBy: day, StartAt: storetest.T0, EndAt: storetest.T0, ModifiedAt: storetest.T0})
	put := func(id string, handling tocsin.Handling) {
		t.Helper()
		if err := h.Store.PutHandling(t.Context(), storetest.Contoso, id, handling, h.Clock()); err != nil {
			t.Fatal(err)
		}
	}
	put("MC4", tocsin.Handling{State: tocsin.HandlingDone})
	put("MC2", tocsin.Handling{State: tocsin.HandlingPlanned, Owner: h.Team(storetest.Contoso, "Mail team"), Due: time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)})
	h.Person("ana", tocsin.Grant{Role: tocsin.RoleReader})
	ana := h.Browser()
	ana.Enter("ana")
	response, body := ana.Send("GET", "/calendar.ics?tenant=contoso", nil)
	if kind := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || kind != "text/calendar; charset=utf-8" || response.Header.Get("ETag") == "" {
		t.Fatalf("calendar: %s, %q, tag %q", response.Status, kind, response.Header.Get("ETag"))
	}
	lines := strings.Split(body, "\r\n")
	for _, line := range lines {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n\x00") || strings.ToValidUTF8(line, "") != line {
			t.Errorf("line %q", line)
		}
	}
	unfolded := strings.ReplaceAll(body, "\r\n ", "")
	if n := strings.Count(unfolded, "\r\nBEGIN:VEVENT\r\n"); n != 3 || strings.Count(unfolded, "\r\nEND:VEVENT\r\n") != 3 || !strings.HasPrefix(body, "BEGIN:VCALENDAR\r\n") || !strings.HasSuffix(body, "END:VCALENDAR\r\n") {
		t.Errorf("%d events:\n%s", n, body)
	}
	webtest.Has(t, "calendar", unfolded,
		"UID:MC1."+storetest.Contoso+"@tocsin\r\n", "DTSTART;VALUE=DATE:20260320\r\nDTEND;VALUE=DATE:20260321\r\n", "DTSTAMP:20260302T090000Z\r\n",
		"DTSTART;VALUE=DATE:20260310\r\n", `Mail team\, Planned\nhttps://desk.example/messages/MC2?tenant=contoso`, "URL:https://desk.example/messages/MC2?tenant=contoso\r\n",
		`SUMMARY:MC3 Évil\, title\; with \\ signs\nEND:VEVENT\n 送信が`)
	webtest.Lacks(t, "calendar", unfolded, "MC4", "MC5")
	response, _ = ana.Send("GET", "/calendar.ics?tenant=contoso", nil, "If-None-Match", response.Header.Get("ETag"))
	if response.StatusCode != http.StatusNotModified {
		t.Errorf("again: %s", response.Status)
	}
	_, body = ana.Send("GET", "/ja/calendar.ics?tenant=fabrikam", nil)
	webtest.Lacks(t, "another tenant", body, "Mail team", "MC3")
	stranger := webtest.NewDesk(t)
	storetest.AddTenants(t, stranger.Store)
	if status, _, _ := stranger.Get("/calendar.ics"); status != http.StatusUnauthorized {
		t.Errorf("a stranger at open pages: status %d", status)
	}
}
