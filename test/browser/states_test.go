package browser

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/browsertest"
	"example.org/tocsin/internal/config"
	content "example.org/tocsin/internal/demo"
	"example.org/tocsin/internal/httpserver/servetest"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// A state is a day that the demo does not show.
type state struct {
	name   string
	heard  time.Duration // how long ago the provider was last heard
	tell   func(now time.Time) []any
	answer string // what the overview begins with, in English
	never  string // what it must not hold
}

// states are the days that a desk must bear as well.
func states() []state {
	services := func(extra int) []any {
		var list []any
		for _, s := range content.New(time.Unix(0, 0)).Services(content.Contoso) {
			list = append(list, tocsin.Overview{ServiceID: s.ID, Service: s.Name, Status: tocsin.StatusOperational})
		}
		for n := range extra {
			name := []string{"Finance and Operations Apps", "Mobile Device Management for Office 365", "Microsoft Whiteboard", "Power Apps in Microsoft 365", "Windows 365", "Viva Engage", "Identity Service"}[n]
			list = append(list, tocsin.Overview{ServiceID: fmt.Sprintf("extra%d", n), Service: name, Status: tocsin.StatusOperational})
		}
		return list
	}
	quiet := func(now time.Time) []any { return append(services(0), over(now)) }
	storm := func(now time.Time) []any { return append(services(7), twelve(now)...) }
	return []state{
		{name: "quiet", heard: 20 * time.Second, tell: quiet, answer: "Everything is working", never: "unknown"},
		{name: "storm", heard: 20 * time.Second, tell: storm, answer: "Exchange Online, Microsoft Entra and 2 others do not work, 3 degraded", never: "Nothing is open"},
		{name: "stale", heard: 47 * time.Minute, tell: quiet, answer: "State unknown since ", never: "Without an incident"},
		{name: "stale storm", heard: 47 * time.Minute, tell: storm, answer: "Exchange Online, Microsoft Entra and 2 others do not work, 3 degraded", never: "Operational services"},
		{name: "unread", tell: func(time.Time) []any { return nil }, answer: "Nothing has been collected yet", never: "Nothing is open"},
	}
}

// over is an incident that ended three days ago.
func over(now time.Time) tocsin.Issue {
	start, end := now.Add(-80*time.Hour), now.Add(-74*time.Hour)
	return tocsin.Issue{
		ID: "EX830001", Title: "Some users could not open shared calendars", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Origin: "microsoft",
		Status: tocsin.StatusServiceRestored, StartAt: start, EndAt: end, Resolved: true, ModifiedAt: end,
		Posts: []tocsin.Post{{CreatedAt: end, Content: "Title: Some users could not open shared calendars\n\nFinal status: It works again."}},
	}
}

// twelve are as many incidents and advisories at once, of all kinds, some with
// a long title, two of which began together.
func twelve(now time.Time) []any {
	var list []any
	for n, one := range []struct {
		service, name string
		status        tocsin.Status
		class         string
		ago           time.Duration
		title         string
		promise       time.Duration // of the next update, from now; 0 for none
	}{
		{"Exchange", "Exchange Online", tocsin.StatusInterruption, "incident", 34 * time.Minute, "Users can't open any mailbox in Outlook on the web", 12 * time.Minute},
		{"Exchange", "Exchange Online", tocsin.StatusInterruption, "incident", 36 * time.Minute, "Email from outside is refused, and senders get a report that says that the address does not exist although it has been in use for years and nobody has changed it", -8 * time.Minute},
		{"microsoftteams", "Microsoft Teams", tocsin.StatusInterruption, "incident", 31 * time.Minute, "Meetings and calls can't be started or joined by anybody", 20 * time.Minute},
		{"SharePoint", "SharePoint Online", tocsin.StatusInterruption, "incident", 2 * time.Hour, "Sites don't open, and documents can't be edited together", 45 * time.Minute},
		{"OrgLiveID", "Microsoft Entra", tocsin.StatusInterruption, "incident", 29 * time.Minute, "Sign-ins that ask for a second factor time out", 5 * time.Minute},
		{"OneDriveForBusiness", "Microsoft OneDrive", tocsin.StatusDegradation, "incident", 3 * time.Hour, "Files stay at “Sync pending” on devices that were offline", 2 * time.Hour},
		{"MicrosoftFlow", "Microsoft Power Automate", tocsin.StatusDegradation, "incident", 90 * time.Minute, "Approvals wait for minutes before they reach anybody", time.Hour},
		{"Intune", "Microsoft Intune", tocsin.StatusDegradation, "incident", 26 * time.Hour, "Enrolment of new devices fails now and then", 4 * time.Hour},
		{"PowerBIcom", "Power BI", tocsin.StatusRestoringService, "incident", 5 * time.Hour, "Reports are refreshed late", 3 * time.Hour},
		{"extra5", "Viva Engage", tocsin.StatusInvestigating, "advisory", time.Hour, "Posts are missing from the home feed", 30 * time.Minute},
		{"Planner", "Planner", tocsin.StatusExtendedRecovery, "advisory", 70 * time.Hour, "Tasks that were moved show their former bucket", 0},
		{"Exchange", "Exchange Online", tocsin.StatusInvestigationSuspended, "advisory", 90 * time.Hour, "Voicemail is announced without its sound", 0},
	} {
		start, posted := now.Add(-one.ago), now.Add(-one.ago/3)
		text := "Title: " + one.title + "\n\nCurrent status: We look for the cause."
		if one.promise != 0 {
			text += "\n\nNext update by: " + now.Add(one.promise).Format("Monday, January 2, 2006, at 3:04 PM UTC")
		}
		list = append(list, tocsin.Overview{ServiceID: one.service, Service: one.name, Status: one.status}, tocsin.Issue{
			ID: fmt.Sprintf("DR%d", 830101+n), Title: one.title, Service: one.name, ServiceID: one.service, Classification: one.class, Origin: "microsoft",
			Status: one.status, StartAt: start, ModifiedAt: posted, Posts: []tocsin.Post{{CreatedAt: posted, Content: text}},
		})
	}
	return list
}

// begin runs a desk that has heard what a state tells, and nothing since.
func (s state) begin(t *testing.T) *app.App {
	t.Helper()
	c := config.Default()
	c.Server.Lane = servetest.Lane()
	c.Data, c.Server.Listen, c.Server.Pages = t.TempDir(), "127.0.0.1:0", "everyone"
	desk, err := app.New(t.Context(), c, app.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := desk.Archive.AddTenant(t.Context(), tocsin.Tenant{ID: contoso, Name: "contoso", DisplayName: "Contoso", CreatedAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if values := s.tell(time.Now().UTC().Truncate(time.Second)); len(values) > 0 {
		s.hear(t, desk.Archive, values)
	}
	if err := desk.Model.Refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	return runDesk(t, desk)
}

// hear lets a source tell values in its last poll.
func (s state) hear(t *testing.T, desk *archive.Store, values []any) {
	t.Helper()
	at := time.Now().UTC().Add(-s.heard)
	found := archive.Record{TenantID: contoso, Source: "graph", SeenAt: at}
	for _, v := range values {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			t.Fatal(err)
		}
		found.Entries = append(found.Entries, archive.Entry{Document: doc})
	}
	if err := desk.PutSource(t.Context(), contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	claimed, err := desk.ClaimSource(t.Context(), contoso, "graph", at, time.Minute, true)
	if err != nil {
		t.Fatal(err)
	}
	end := archive.PollEnd{DueAt: time.Now().Add(time.Hour), Poll: tocsin.Poll{
		TenantID: contoso, Source: "graph", Epoch: claimed.Epoch, Full: true, FinishedAt: at, Outcome: tocsin.OutcomeUnchanged,
	}}
	if _, err := desk.FinishPoll(t.Context(), end, &found); err != nil {
		t.Fatal(err)
	}
}

// The overview and the wall answer first and hold together on the best day, on
// the worst, and while nothing is heard.
func TestPageOfEachState(t *testing.T) {
	t.Parallel()
	tab := browsertest.Open(t)
	watched(tab)
	for i, s := range states() {
		base := s.begin(t).Base()
		tab.Go(base + "/")
		if got := browsertest.Eval[string](tab, `document.querySelector("main h1").textContent`); !strings.HasPrefix(strings.ReplaceAll(got, "\u00a0", " "), s.answer) {
			t.Errorf("%s: the answer is %q, want %q", s.name, got, s.answer)
		}
		if strings.Contains(browsertest.Eval[string](tab, `document.querySelector("main").textContent`), s.never) {
			t.Errorf("%s: the page says %q", s.name, s.never)
		}
		sound(t, tab, s.name, "en", i)
		if i%2 == 1 { // the storms, where most is on a page
			tab.Go(base + []string{"/fr/wall", "/ja/"}[i/2])
			sound(t, tab, s.name+", another page", []string{"fr", "ja"}[i/2], i/2)
		}
	}
}

// TestScreensOfStates leaves pictures of the same pages.
func TestScreensOfStates(t *testing.T) {
	a := newAlbum(t)
	tab := browsertest.Open(t)
	for _, s := range states() {
		base := s.begin(t).Base()
		for code, prefix := range languages {
			for _, path := range []string{"/", "/wall"} {
				tab.Go(base + prefix + path)
				a.take(tab, "state "+s.name+path, code)
			}
		}
	}
}
