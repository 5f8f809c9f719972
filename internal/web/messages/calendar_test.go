package messages_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// The calendar has one event for each message with a date and each piece of
// planned work. What is done, expired or withdrawn stays and says so.
func TestDueCalendar(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Messages()
	day := storetest.T0.AddDate(0, 1, 0)
	evil := "Évil, title; with \\ signs\r\nEND:VEVENT\r\n\x00 " + strings.Repeat("送信が遅延しています。", 20)
	h.Message(storetest.Contoso, tocsin.Message{ID: "MC3", Title: evil, Services: []string{"Exchange Online"}, ActionRequiredBy: day, StartAt: storetest.T0, ModifiedAt: storetest.T0})
	h.Message(storetest.Contoso, tocsin.Message{ID: "MC4", Title: "Finished", ActionRequiredBy: day, StartAt: storetest.T0, ModifiedAt: storetest.T0})
	h.Message(storetest.Contoso, tocsin.Message{ID: "MC5", Title: "Expired", ActionRequiredBy: day, StartAt: storetest.T0, EndAt: storetest.T0, ModifiedAt: storetest.T0})
	h.Message(storetest.Contoso, tocsin.Message{ID: "MC6", Title: "Taken back", ActionRequiredBy: day, StartAt: storetest.T0, ModifiedAt: storetest.T0})
	h.Message(storetest.Contoso, tocsin.Message{ID: "MC7", Title: "Long ago", ActionRequiredBy: storetest.T0.AddDate(-2, 0, 0), StartAt: storetest.T0, ModifiedAt: storetest.T0})
	h.Message(storetest.Contoso, tocsin.Message{ID: "MC8", Title: "Secret", Tags: []string{"Data privacy"}, ActionRequiredBy: day, StartAt: storetest.T0, ModifiedAt: storetest.T0})
	work := tocsin.Issue{Service: "Exchange Online", ServiceID: "Exchange", Classification: tocsin.ClassMaintenance, Status: tocsin.StatusOperational, StartAt: day, EndAt: day.Add(2 * time.Hour), ModifiedAt: storetest.T0}
	for id, status := range map[string]tocsin.Status{"EX10": "Scheduled", "EX11": "Cancelled"} {
		work.ID, work.Title, work.Status = id, "Move of "+id, status
		h.Record(storetest.Contoso, work)
	}
	endless := work
	endless.ID, endless.Status, endless.EndAt = "EX12", tocsin.StatusOperational, time.Time{}
	h.Record(storetest.Contoso, endless)
	gone := archive.Record{TenantID: storetest.Contoso, Source: "test", SeenAt: storetest.T0.Add(time.Minute), Left: []tocsin.Ref{{Kind: tocsin.KindMessage, ID: "MC6"}}}
	if _, err := h.Store.Record(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	put := func(id string, handling tocsin.Handling) {
		t.Helper()
		if err := h.Store.PutHandling(t.Context(), storetest.Contoso, id, handling, h.Clock()); err != nil {
			t.Fatal(err)
		}
	}
	ana := h.Person("ana", tocsin.Grant{Role: tocsin.RoleReader})
	put("MC4", tocsin.Handling{State: tocsin.HandlingDone, Owner: tocsin.UserParty(ana.ID)})
	put("MC2", tocsin.Handling{State: tocsin.HandlingPlanned, Owner: h.Team(storetest.Contoso, "Mail team"), Due: time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)})
	b := h.Browser()
	b.Enter("ana")
	response, body := b.Send("GET", "/calendar.ics?tenant=contoso", nil)
	if kind := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || kind != "text/calendar; charset=utf-8" || response.Header.Get("ETag") == "" {
		t.Fatalf("calendar: %s, %q, tag %q", response.Status, kind, response.Header.Get("ETag"))
	}
	for line := range strings.SplitSeq(body, "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n\x00") || strings.ToValidUTF8(line, "") != line {
			t.Errorf("line %q", line)
		}
	}
	unfolded := strings.ReplaceAll(body, "\r\n ", "")
	const events = 9
	if strings.Count(unfolded, "\r\nBEGIN:VEVENT\r\n") != events || strings.Count(unfolded, "\r\nDTEND") != events || strings.Count(unfolded, "\r\nSUMMARY:[contoso] ") != events || strings.Count(unfolded, "STATUS:CANCELLED") != 2 {
		t.Errorf("events:\n%s", body)
	}
	webtest.Has(t, "calendar", unfolded,
		"UID:MC1."+storetest.Contoso+"@tocsin\r\n", "DTSTART;VALUE=DATE:20260320\r\nDTEND;VALUE=DATE:20260321\r\n", "DTSTAMP:20260302T090000Z\r\n",
		"DTSTART;VALUE=DATE:20260310\r\n", `Mail team\, Planned\nhttps://desk.example/messages/MC2?tenant=contoso`, "URL:https://desk.example/messages/MC2?tenant=contoso\r\n",
		`SUMMARY:[contoso] MC3 Évil\, title\; with \\ signs\nEND:VEVENT\n 送信が`, "SUMMARY:[contoso] Done: MC4 Finished\r\n", "MC5 Expired",
		"STATUS:CANCELLED\r\nSUMMARY:[contoso] Withdrawn: MC6 Taken back\r\n", "DTSTAMP:20260302T090100Z\r\n",
		"DTSTART:20260402T090000Z\r\nDTEND:20260402T110000Z\r\nSUMMARY:[contoso] Planned work: EX10 Move of EX10\r\n",
		"DTSTART;VALUE=DATE:20260402\r\nDTEND;VALUE=DATE:20260403\r\nSUMMARY:[contoso] Planned work: EX12",
		"STATUS:CANCELLED\r\nSUMMARY:[contoso] Withdrawn: Planned work: EX11", "URL:https://desk.example/issues/EX10?tenant=contoso\r\n")
	webtest.Lacks(t, "calendar", unfolded, "MC7", "MC8", "TZID")
	response, _ = b.Send("GET", "/calendar.ics?tenant=contoso", nil, "If-None-Match", response.Header.Get("ETag"))
	if response.StatusCode != http.StatusNotModified {
		t.Errorf("again: %s", response.Status)
	}
	_, body = b.Send("GET", "/ja/calendar.ics?tenant=fabrikam", nil)
	webtest.Has(t, "another tenant", body, "SUMMARY:[fabrikam] MC1")
	webtest.Lacks(t, "another tenant", body, "Mail team", "MC3", "EX10")
	for query, want := range map[string]string{
		"owner=me": "EX10 EX11 EX12 MC4", "owner=me&kind=deadlines": "MC4", "owner=Mail%20team&kind=deadlines": "MC2", "kind=work": "EX10 EX11 EX12", "kind=deadlines": "MC1 MC2 MC3 MC4 MC5 MC6",
	} {
		_, body := b.Send("GET", "/calendar.ics?tenant=contoso&"+query, nil)
		if got := eventsIn(body); got != want {
			t.Errorf("%s has %q, want %q", query, got, want)
		}
	}
	for _, query := range []string{"owner=nobody-there", "kind=deadline"} {
		if got := b.Status("GET", "/calendar.ics?tenant=contoso&"+query, nil); got != http.StatusBadRequest {
			t.Errorf("%s: status %d", query, got)
		}
	}
	stranger := webtest.NewDesk(t)
	storetest.AddTenants(t, stranger.Store)
	if status, _, _ := stranger.Get("/calendar.ics"); status != http.StatusUnauthorized {
		t.Errorf("a stranger at open pages: status %d", status)
	}
}

// A deadline that the provider takes back is called off in the calendar for a
// while: an event that just vanished would stay where somebody subscribed.
func TestDeadlineTakenBack(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("ana", tocsin.Grant{Role: tocsin.RoleReader})
	day := storetest.T0.AddDate(0, 1, 0)
	m := tocsin.Message{ID: "MC1", Title: "Certificates change", ActionRequiredBy: day, StartAt: storetest.T0, ModifiedAt: storetest.T0}
	h.Message(storetest.Contoso, m)
	never := m
	never.ID, never.ActionRequiredBy = "MC2", time.Time{}
	h.Message(storetest.Contoso, never)
	never.Title, never.ModifiedAt = "Other words", storetest.T0.Add(time.Minute)
	h.Message(storetest.Contoso, never)
	m.ActionRequiredBy, m.Title, m.ModifiedAt = time.Time{}, "Certificates stay", storetest.T0.Add(10*time.Minute)
	h.Message(storetest.Contoso, m)
	m.Title, m.ModifiedAt = "Certificates stay for good", storetest.T0.Add(20*time.Minute)
	h.Message(storetest.Contoso, m)
	b := h.Browser()
	b.Enter("ana")
	_, body := b.Send("GET", "/calendar.ics?tenant=contoso", nil)
	if got := eventsIn(body); got != "MC1" {
		t.Errorf("events %q, want MC1", got)
	}
	webtest.Has(t, "calendar", strings.ReplaceAll(body, "\r\n ", ""), "DTSTART;VALUE=DATE:20260402\r\n", "STATUS:CANCELLED\r\nSUMMARY:[contoso] Withdrawn: MC1 Certificates stay for good\r\n", "DTSTAMP:20260302T092000Z\r\n")
	if _, body = b.Send("GET", "/calendar.ics?tenant=contoso&owner=me", nil); eventsIn(body) != "" {
		t.Errorf("of nobody's: %q", eventsIn(body))
	}
	h.Pass(61 * 24 * time.Hour)
	b.Enter("ana")
	if _, body = b.Send("GET", "/calendar.ics?tenant=contoso", nil); eventsIn(body) != "" {
		t.Errorf("long after: %q", eventsIn(body))
	}
}

// eventsIn are the ids of what a calendar has events about, in order.
func eventsIn(calendar string) string {
	var ids []string
	for line := range strings.SplitSeq(calendar, "\r\n") {
		if rest, ok := strings.CutPrefix(line, "UID:"); ok {
			id, _, _ := strings.Cut(rest, ".")
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}
